"""The policies that are printed: exactly the calls that are made, and reading only."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.action_catalogue import access_of
from landing_zone.operations.adopt.permissions import adopt_policies
from landing_zone.operations.settings.table import settings_table
from landing_zone.policy_data import policy_data

POLICIES = adopt_policies("eu-west-1", "my-role")


def statements(kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = POLICIES[kind]["policy"]["Statement"]
    return found


def test_the_management_account_reads_what_observe_calls_and_members_their_exports() -> None:
    assert sorted(action for s in statements("management") for action in s["Action"]) == [
        "cloudformation:ListStackResources",
        "identitystore:GetGroupId",
        "organizations:DescribeOrganization",
        "organizations:ListAccountsForParent",
        "organizations:ListOrganizationalUnitsForParent",
        "organizations:ListRoots",
        "sso:ListInstances",
        "sts:AssumeRole",
    ]
    assert [s["Action"] for s in statements("every account")] == [["cloudformation:ListExports"]]


@pytest.mark.parametrize("kind", POLICIES)
def test_every_action_is_known_reads_and_is_as_narrow_as_iam_admits(kind: str) -> None:
    for statement in statements(kind):
        assert POLICIES[kind]["because"][statement["Sid"]]
        for action in statement["Action"]:
            access = access_of(action)
            assert access is not None
            assert access.level in ("Read", "List") or action == "sts:AssumeRole"
            assert access.confinable is (statement["Resource"] != "*"), action


def test_home_region_and_role_are_filled_in() -> None:
    text = str(POLICIES)
    assert "stack/hlz-accounts-management-eu-west-1-*/*" in text
    assert "role/my-role" in text
    assert "${home}" not in text
    assert "${role}" not in text


def test_the_settings_role_holds_what_members_and_the_network_account_need() -> None:
    (statement,) = policy_data("baseline/roles")["settings"]["statements"]
    peerings = {
        permission.action
        for setting in settings_table().values()
        if setting.accounts == "network"
        for permission in setting.permissions
    }
    needed = [entry for kind in ("every account", "network") for entry in statements(kind)]
    assert {action for entry in needed for action in entry["Action"]} <= {statement["Action"], *peerings}
    assert {entry["Resource"] for entry in needed} == {statement["Resource"]}


def test_the_network_account_reads_its_links() -> None:
    assert [s["Action"] for s in statements("network")] == [
        ["ec2:DescribeTransitGatewayAttachments", "ec2:DescribeTransitGatewayPeeringAttachments"]
    ]
