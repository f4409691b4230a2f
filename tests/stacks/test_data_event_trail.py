"""Why the data-event trails must be as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.policy_data import policy_data
from tests.stacks.arrange import Template, built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

TYPES = [row["type"] for row in policy_data("detection/data_events")["resource_types"]]


@pytest.fixture(scope="module")
def variants() -> Mapping[bool, SynthesizedVariant]:
    """In the log archive, and in an account with PHI."""
    shapes = {d.variant.shape["archive"]: d.variant for d in deployments_of("data_event_trail")}
    found = built(list(shapes.values()))
    return {archive: found[variant.id] for archive, variant in shapes.items()}


def trail(template: Mapping[str, Any]) -> dict[str, Any]:
    ((_, properties),) = resources(template, "AWS::CloudTrail::Trail").items()
    return properties


def selectors(template: Mapping[str, Any]) -> list[dict[str, dict[str, Any]]]:
    """Each advanced event selector as field -> operator -> values."""
    return [
        {
            field["Field"]: {operator: values for operator, values in field.items() if operator != "Field"}
            for field in selector["FieldSelectors"]
        }
        for selector in trail(template)["AdvancedEventSelectors"]
    ]


@pytest.fixture(scope="module")
def account(variants: Mapping[bool, SynthesizedVariant]) -> Template:
    return dict(variants[False].template)


@pytest.fixture(scope="module")
def archive(variants: Mapping[bool, SynthesizedVariant]) -> Template:
    return dict(variants[True].template)


def test_the_template_is_this(account: Template, snapshot: SnapshotAssertion) -> None:
    assert account == snapshot(extension_class=TemplateSnapshots)


@pytest.mark.parametrize("in_archive", [True, False])
def test_nothing_is_left_open(variants: Mapping[bool, SynthesizedVariant], in_archive: bool) -> None:
    assert open_findings(variants[in_archive]) == []


@pytest.mark.parametrize("in_archive", [True, False])
def test_the_trail_is_whole_and_delivers_into_the_archive(
    variants: Mapping[bool, SynthesizedVariant], in_archive: bool
) -> None:
    found = trail(variants[in_archive].template)
    assert found["IsOrganizationTrail"] is False
    for flag in ("IsLogging", "IsMultiRegionTrail", "IncludeGlobalServiceEvents", "EnableLogFileValidation"):
        assert found[flag] is True, flag
    account = {"Ref": "AWS::AccountId" if in_archive else "LogArchiveAccountId"}
    assert account in found["S3BucketName"]["Fn::Join"][1]
    assert account in found["KMSKeyId"]["Fn::Join"][1]
    assert found["KMSKeyId"]["Fn::Join"][1][-1] == ":alias/hlz-archive"
    assert {"Key": "hlz:purpose", "Value": "data-events"} in found["Tags"]


def test_every_type_is_recorded_read_and_write_without_limits(account: Template) -> None:
    assert selectors(account) == [
        {"eventCategory": {"Equals": ["Data"]}, "resources.type": {"Equals": [kind]}} for kind in TYPES
    ]


def test_in_the_archive_only_putting_into_the_trails_bucket_is_left_out(archive: Template) -> None:
    bucket = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, ":s3:::hlz-audit-trail-"]]}
    elsewhere, there, *others = selectors(archive)
    for selector in (elsewhere, there):
        assert selector["resources.type"] == {"Equals": ["AWS::S3::Object"]}
    assert elsewhere["resources.ARN"] == {"NotStartsWith": [bucket]}
    assert set(elsewhere) == {"eventCategory", "resources.type", "resources.ARN"}
    assert there["resources.ARN"] == {"StartsWith": [bucket]}
    assert there["eventName"] == {"NotEquals": ["PutObject"]}
    assert [selector["resources.type"]["Equals"][0] for selector in others] == TYPES[1:]


def test_there_is_neither_log_group_nor_role(account: Template) -> None:
    assert {resource["Type"] for resource in account["Resources"].values()} == {"AWS::CloudTrail::Trail"}
