"""The policies that are printed: nothing that is not needed, wildcards with their reason."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.operations.settings.permissions import ALL, permission_policies
from landing_zone.operations.settings.table import MANAGEMENT, SECURITY, Permission, settings_table

POLICIES = permission_policies(settings_table().values(), "hlz-settings")
MANAGED_POLICY_CHARACTERS = 6144  # IAM quota, white space not counted


def statements(kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = POLICIES[kind]["policy"]["Statement"]
    return found


def actions(kind: str) -> set[str]:
    return {action for statement in statements(kind) for action in statement["Action"]}


def test_members_may_change_their_own_switches_and_nothing_of_the_organization() -> None:
    assert "ec2:EnableEbsEncryptionByDefault" in actions(ALL)
    assert not {action for action in actions(ALL) if action.startswith(("organizations:", "sts:", "account:"))}
    assert "guardduty:UpdateOrganizationConfiguration" in actions(SECURITY)
    assert "account:PutAlternateContact" in actions(MANAGEMENT)


@pytest.mark.parametrize("kind", POLICIES)
def test_no_action_is_a_wildcard_and_every_resource_has_its_reason(kind: str) -> None:
    assert not {action for action in actions(kind) if "*" in action}
    for statement in statements(kind):
        assert POLICIES[kind]["because"][statement["Sid"]]
        assert statement["Effect"] == "Allow"


@pytest.mark.parametrize("kind", POLICIES)
def test_a_policy_fits_into_a_managed_policy(kind: str) -> None:
    assert len("".join(str(POLICIES[kind]["policy"]).split())) < MANAGED_POLICY_CHARACTERS


def test_the_role_is_assumed_inside_the_organization_only() -> None:
    (statement,) = (s for s in statements(MANAGEMENT) if s["Action"] == ["sts:AssumeRole"])
    assert statement["Resource"] == "arn:aws:iam::*:role/hlz-settings"
    assert statement["Condition"] == {"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}}


def test_services_that_several_rows_name_are_admitted_together() -> None:
    (statement,) = (s for s in statements(MANAGEMENT) if "organizations:EnableAWSServiceAccess" in s["Action"])
    principals = statement["Condition"]["StringEquals"]["organizations:ServicePrincipal"]
    assert {"ipam.amazonaws.com", "ram.amazonaws.com", "config.amazonaws.com"} <= set(principals)


def test_a_condition_is_never_lost_by_merging() -> None:
    row = settings_table()["serial-console"]
    narrow = Permission(
        action="ec2:DisableSerialConsoleAccess", condition={"StringEquals": {"ec2:Region": "us-east-1"}}
    )
    with pytest.raises(ValueError, match="cannot be merged"):
        permission_policies([row, row.model_copy(update={"permissions": (narrow,)})], "r")


def test_settings_that_are_not_wanted_need_no_permission() -> None:
    rows = [row for row in settings_table().values() if "detective" not in row.id]
    policies = permission_policies(rows, "r")
    found = {action for s in policies[MANAGEMENT]["policy"]["Statement"] for action in s["Action"]}
    assert not {action for action in found if action.startswith("detective:")}
