"""The least IAM permissions that the settings need, from the table."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from landing_zone.operations.settings.steps import Json
from landing_zone.operations.settings.table import MANAGEMENT, NETWORK, SECURITY, Permission, Setting

ALL = "every account"
KINDS = (ALL, SECURITY, NETWORK, MANAGEMENT)
"""Whose policy: `every account` holds in all of them; the others come on top."""


def permission_policies(settings: Iterable[Setting], role: str) -> Json:
    """By kind of account: the policy document, and for each statement why its resources are as wide as they are."""
    granted: dict[str, list[Permission]] = {kind: [] for kind in KINDS}
    for setting in settings:
        owner = MANAGEMENT if setting.caller == MANAGEMENT else setting.accounts
        granted[ALL if owner == "all" else owner] += setting.permissions
    granted[MANAGEMENT].append(
        Permission(
            action="sts:AssumeRole",
            resource=(f"arn:aws:iam::*:role/{role}",),
            because="every account of the organization; the condition excludes others",
            condition={"StringEquals": {"aws:ResourceOrgID": "${aws:PrincipalOrgID}"}},
        )
    )
    return {kind: _policy(permissions) for kind, permissions in granted.items()}


def _policy(permissions: Iterable[Permission]) -> Json:
    merged: dict[tuple[str, tuple[str, ...]], Json] = {}
    reasons: dict[tuple[str, ...], str] = {("*",): "these actions know no resources, so IAM admits only * for them"}
    for permission in permissions:
        key = (permission.action, permission.resource)
        merged[key] = _merged_condition(merged.get(key), permission)
        if permission.because and not permission.because.startswith("as for"):
            reasons.setdefault(permission.resource, permission.because)
    statements: dict[str, tuple[list[str], tuple[str, ...], Json]] = {}
    for (action, resource), condition in sorted(merged.items(), key=lambda entry: entry[0]):
        statements.setdefault(repr((resource, condition)), ([], resource, condition))[0].append(action)
    rows = []
    because = {}
    for number, (actions, resource, condition) in enumerate(statements.values(), start=1):
        sid = f"Settings{number:02}"
        because[sid] = reasons[resource]
        rows.append(
            {
                "Sid": sid,
                "Effect": "Allow",
                "Action": actions,
                "Resource": resource[0] if len(resource) == 1 else list(resource),
                **({"Condition": condition} if condition else {}),
            }
        )
    return {"policy": {"Version": "2012-10-17", "Statement": rows}, "because": because}


def _merged_condition(before: Json | None, permission: Permission) -> Json:
    """Two rows may name different services for the same action: either is admitted. No condition admits everything."""
    condition = {operator: dict(keys) for operator, keys in permission.condition.items()}
    if before is None:
        return condition
    values: dict[tuple[str, str], set[str]] = defaultdict(set)
    for part in (before, condition):
        for operator, keys in part.items():
            for key, value in keys.items():
                values[operator, key] |= set(_listed(value))
    if before.keys() != condition.keys() or any(before[o].keys() != condition[o].keys() for o in before):
        raise ValueError(f"{permission.action} is granted under conditions that cannot be merged")
    return {o: {key: sorted(values[o, key]) for key in condition[o]} for o in condition}


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)
