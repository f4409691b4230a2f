"""What CloudFormation will do to a resource, and whether its data survives that."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.reports.difference.model import Change
from landing_zone.reports.difference.resources import resource_changes
from tests.assurance.arrange import Json, resource

KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def table(name: str = "patients", **attributes: Any) -> Json:
    return resource("AWS::DynamoDB::Table", {"TableName": name, "BillingMode": "PAY_PER_REQUEST"}, **attributes)


def change(old: Json | None, new: Json | None) -> Change:
    sides = ({"Resources": {"It": row} if row else {}} for row in (old, new))
    (found,) = resource_changes(*sides)
    return found


def test_equal_templates_have_no_changes() -> None:
    assert list(resource_changes({"Resources": {"It": table()}}, {"Resources": {"It": table()}})) == []


@pytest.mark.parametrize(
    ("old", "new", "severity", "said"),
    [
        (table(), None, "critical", "deleted with its data"),
        (table(**KEPT), None, "high", "its data stays"),
        (table(), table("people"), "critical", "data is deleted with the old one"),
        (table(**KEPT), table("people", **KEPT), "high", "the new one is empty"),
        (table(**KEPT), table(), "high", "no longer keeps its data"),
        (None, table(), "low", "is new"),
        (resource("AWS::SNS::Subscription"), None, "low", "is deleted"),
        (resource("AWS::IAM::Role"), None, "medium", "is deleted"),
        (table(), resource("AWS::SNS::Topic"), "critical", "is replaced"),
        (resource("Custom::Mine", {"A": 1}), resource("Custom::Mine", {"A": 2}), "low", "changes A"),
        (
            resource("AWS::KMS::Key", {"KeyPolicy": {"Statement": [{"Effect": "Allow"}]}}),
            resource("AWS::KMS::Key", {"KeyPolicy": {"Statement": [{"Effect": "Deny"}]}}),
            "low",
            "changes KeyPolicy.Statement.0.Effect",
        ),
    ],
)
def test_a_change_is_as_bad_as_what_it_does_to_data(
    old: Json | None, new: Json | None, severity: str, said: str
) -> None:
    found = change(old, new)
    assert (found.severity, said in found.text) == (severity, True), found


def test_a_property_that_may_replace_a_store_is_to_be_looked_at() -> None:
    old, new = (resource("AWS::RDS::DBInstance", {"MultiAZ": value}, **KEPT) for value in (True, False))
    assert change(old, new).severity == "medium"


@pytest.mark.parametrize("template", [{}, {"Resources": []}, {"Resources": {"It": 3, "That": {"Type": 1}}}])
def test_garbage_has_no_resources(template: Json) -> None:
    assert list(resource_changes(template, template)) == []
