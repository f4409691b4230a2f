"""Which key a property names, and how often it rotates, over one template and over several."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.inventory.keys import KeyIndex
from landing_zone.assurance.inventory.rows import Row, rows_of
from landing_zone.assurance.inventory.table import CUSTOMER_KEY, NOT_KNOWN, UNKNOWN_KEY
from landing_zone.assurance.template import Template
from tests.assurance.arrange import Json, document, resource
from tests.assurance.inventory.arrange import KEY, KEY_ARN, TABLE, rows, rows_knowing

ALIAS = resource("AWS::KMS::Alias", {"AliasName": "alias/hlz-archive", "TargetKeyId": KEY_ARN})
IMPORT: Json = {"Fn::ImportValue": "hlz-logs-key-arn"}


def group(key: Any) -> Json:
    return resource("AWS::Logs::LogGroup", {"KmsKeyId": key})


def key_of(found: list[Row]) -> tuple[str, str, str]:
    (row,) = found
    return row.encrypted, row.key, row.rotation_days


@pytest.mark.parametrize(
    ("key", "encrypted"),
    [
        ("alias/hlz-logs", CUSTOMER_KEY),
        ({"Fn::Sub": "arn:${AWS::Partition}:kms:us-east-1:123456789012:alias/hlz-archive"}, CUSTOMER_KEY),
        ("alias/aws/logs", "AWS managed key"),
        ("arn:aws:kms:us-east-1:123456789012:alias/aws/logs", "AWS managed key"),
        ("arn:aws:kms:us-east-1:123456789012:key/1234abcd", UNKNOWN_KEY),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", UNKNOWN_KEY),
        ("{{resolve:ssm:/key}}", NOT_KNOWN),
        ({"Ref": "Stage"}, NOT_KNOWN),
        ({"Fn::GetAtt": ["Custom", "KeyArn"]}, NOT_KNOWN),
        (IMPORT, NOT_KNOWN),
        (["alias/hlz-logs"], NOT_KNOWN),
        ("", "service managed"),
    ],
)
def test_a_key_is_a_customers_only_if_the_template_shows_it(key: Any, encrypted: str) -> None:
    (found,) = rows(It=group(key), Custom=resource("Custom::Key"))
    assert found.encrypted == encrypted
    assert bool(found.why) == (encrypted in (NOT_KNOWN, UNKNOWN_KEY))


def test_an_import_that_is_the_toolkits_own_is_a_customer_managed_key() -> None:
    assert key_of(rows_knowing(["hlz-logs-key-arn"], [], It=group(IMPORT))) == (
        CUSTOMER_KEY,
        "import hlz-logs-key-arn",
        NOT_KNOWN,
    )


def test_an_unknown_import_is_named() -> None:
    (found,) = rows(It=group({"Fn::ImportValue": "theirs"}))
    assert (found.key, found.encrypted) == ("import theirs", NOT_KNOWN)
    assert "theirs" in found.why


def test_an_alias_of_the_same_template_knows_its_rotation() -> None:
    assert key_of(rows(Key=KEY, Alias=ALIAS, It=group({"Ref": "Alias"}))) == (CUSTOMER_KEY, "alias/hlz-archive", "90")


def exporting(days: int) -> Template:
    key = resource("AWS::KMS::Key", {"EnableKeyRotation": True, "RotationPeriodInDays": days})
    raw = document(Key=key, Alias=ALIAS) | {
        "Outputs": {"LogsKey": {"Value": KEY_ARN, "Export": {"Name": "hlz-logs-key-arn"}}, "Odd": "x"}
    }
    return Template.from_json(raw, name=f"baseline-{days}")


@pytest.mark.parametrize(
    ("templates", "rotation"), [([exporting(90)], "90"), ([exporting(90), exporting(365)], NOT_KNOWN)]
)
def test_another_template_says_how_its_key_rotates_unless_templates_disagree(
    templates: list[Template], rotation: str
) -> None:
    index = KeyIndex.of(templates)
    using = Template.from_json(document(A=group(IMPORT), B=group("arn:aws:kms:x:1:alias/hlz-archive")), name="using")
    found = list(rows_of(using, TABLE, index))
    assert [(row.encrypted, row.rotation_days) for row in found] == [(CUSTOMER_KEY, rotation)] * 2


@pytest.mark.parametrize(
    ("properties", "rotation"),
    [
        ({}, "off"),
        ({"EnableKeyRotation": False}, "off"),
        ({"EnableKeyRotation": True}, "365"),
        ({"EnableKeyRotation": {"Ref": "Stage"}}, NOT_KNOWN),
        ({"EnableKeyRotation": True, "RotationPeriodInDays": {"Ref": "Stage"}}, NOT_KNOWN),
    ],
)
def test_rotation_is_what_the_key_says(properties: Json, rotation: str) -> None:
    assert key_of(rows(Key=resource("AWS::KMS::Key", properties), It=group(KEY_ARN)))[2] == rotation


def test_a_replica_rotates_with_its_primary() -> None:
    replica = resource("AWS::KMS::ReplicaKey", {"PrimaryKeyArn": "arn:aws:kms:us-east-1:123456789012:key/mrk-1"})
    assert key_of(rows(Key=replica, It=group(KEY_ARN))) == (CUSTOMER_KEY, "Key", "by its primary key")


def test_a_value_of_a_variant_may_stand_inside_an_alias() -> None:
    key = {"Fn::Sub": "arn:aws:kms:us-east-1:${Stage}:alias/hlz-archive"}
    (found,) = rows_knowing([], ["Stage"], It=group(key))
    assert (found.encrypted, found.key) == (CUSTOMER_KEY, "arn:aws:kms:us-east-1:${Stage}:alias/hlz-archive")
