"""Rows of many templates are said once, with where they are deployed; exceptions and gaps are never lost."""

from __future__ import annotations

from landing_zone.assurance.inventory.merged import Inventory, Scope, inventory
from landing_zone.assurance.template import Template
from tests.assurance.arrange import Json, document, resource
from tests.assurance.inventory.arrange import KEY, KEY_ARN, TABLE


def scope(id: str, role: str = "baseline", deployments: int = 2, withheld: int = 0) -> Scope:
    return Scope(id, role, deployments, withheld, ("a", "b"), (id,))


def merged(templates: dict[str, Json], *scopes: Scope) -> Inventory:
    read = {id: Template.from_json(raw, name=id) for id, raw in templates.items()}
    return inventory(read, {entry.id: entry for entry in scopes}, TABLE)


QUEUE = resource("AWS::SQS::Queue", {"KmsMasterKeyId": KEY_ARN})


def test_equal_rows_of_a_role_are_one_row_with_both_scopes() -> None:
    found = merged(
        {"east": document(Key=KEY, Q=QUEUE), "west": document(Key=KEY, Q=QUEUE)},
        scope("east"),
        scope("west", withheld=3),
    )
    (store,) = found.of_kind("store")
    assert store.scopes == ("east", "west")
    assert found.totals["stores_deployed"] == 7
    (key,) = found.keys
    assert key.scopes == ("east", "west")


def test_equal_rows_of_two_roles_stay_apart() -> None:
    found = merged({"a": document(Key=KEY, Q=QUEUE), "b": document(Key=KEY, Q=QUEUE)}, scope("a"), scope("b", "hub"))
    assert [entry.role for entry in found.of_kind("store")] == ["baseline", "hub"]


def test_all_stores_have_a_customers_key_only_if_there_are_stores_and_each_has_one() -> None:
    covered = merged({"a": document(Key=KEY, Q=QUEUE)}, scope("a"))
    mixed = merged({"a": document(Key=KEY, Q=QUEUE, T=resource("AWS::SNS::Topic"))}, scope("a"))
    empty = merged({"a": document()}, scope("a"))
    said = [found.totals["all_stores_with_customer_managed_key"] for found in (covered, mixed, empty)]
    assert said == [True, False, False]


def test_a_store_a_path_and_an_unknown_retention_are_exceptions() -> None:
    found = merged(
        {
            "a": document(
                Key=KEY,
                Topic=resource("AWS::SNS::Topic", {"KmsMasterKeyId": KEY_ARN}),
                Plain=resource("AWS::SSM::Parameter", {"Type": "String"}),
                Group=resource("AWS::Logs::LogGroup", {"KmsKeyId": KEY_ARN, "RetentionInDays": {"Ref": "Stage"}}),
            )
        },
        scope("a"),
    )
    assert {entry.row.resource: entry.concern for entry in found.exceptions} == {
        "Topic": "in transit: optional",
        "Plain": "encrypted: none",
        "Group": "retention: not known",
    }


def test_a_type_that_the_table_does_not_know_is_listed_with_macros_and_broken_parts() -> None:
    raw = document(Mine=resource("Custom::Store"), Role=resource("AWS::IAM::Role")) | {"Transform": "Macro"}
    raw["Resources"]["Broken"] = 7
    found = merged({"a": raw}, scope("a"))
    assert list(found.not_covered) == [
        "Custom::Store",
        "Resources/Broken: resource Broken is a number where a map is meant",
        "Transform: the template is rewritten by a macro before deployment",
    ]


def test_a_key_says_who_rotates_it_and_how_long_it_takes_to_delete() -> None:
    tagged = resource(
        "AWS::KMS::Key",
        {"EnableKeyRotation": True, "MultiRegion": True, "Tags": [{"Key": "hlz:key-domain", "Value": "archive"}]},
        DeletionPolicy="Retain",
    )
    alias = resource("AWS::KMS::Alias", {"AliasName": "alias/hlz-archive", "TargetKeyId": KEY_ARN})
    (key,) = merged({"a": document(Key=tagged, Alias=alias)}, scope("a")).keys
    assert (key.domain, key.aliases, key.spec) == ("archive", "alias/hlz-archive", "SYMMETRIC_DEFAULT")
    assert (key.rotation_days, key.multi_region, key.deletion_window_days, key.deletion_policy) == (
        "365",
        "true",
        "30",
        "Retain",
    )
