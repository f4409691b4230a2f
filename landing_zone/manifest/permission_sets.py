"""Permission sets: the standard ones (`policies/identity/permission_sets.yaml`), refined by the manifest."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.base import DataClass
from landing_zone.manifest.model.organization import Account
from landing_zone.manifest.model.security import Assignment, PermissionSet, PolicyStatement
from landing_zone.policy_data import policy_data

AWS_POLICY = "arn:aws:iam::aws:policy/"
DEFAULT_SESSION_HOURS = 1


@dataclass(frozen=True)
class Permissions:
    """What a permission set is: everything it has from the manifest and from the standard set it goes back to.

    can: what it may do, in a phrase. managed_policies: names with their path. statements: the inline policy, as in
    IAM, with `${partition}` open. standard: the standard set it goes back to.
    """

    name: str
    title: str
    can: str
    data: DataClass = "none"
    core_accounts: bool = False
    session_hours: int = DEFAULT_SESSION_HOURS
    boundary: bool = True
    managed_policies: tuple[str, ...] = ()
    statements: tuple[Mapping[str, Any], ...] = ()
    standard: str | None = None

    @property
    def grants(self) -> bool:
        """Whether it allows anything."""
        return bool(self.managed_policies) or any(row["Effect"] == "Allow" for row in self.statements)

    @property
    def inline_characters(self) -> int:
        """Length of the inline policy as its quota counts, without white space between its parts."""
        document = {"Version": "2012-10-17", "Statement": list(self.statements)}
        text = json.dumps(document, separators=(",", ":")).replace("${partition}", "aws-us-gov")
        return len(text) if self.statements else 0


@cache
def standard_permission_sets() -> Mapping[str, Permissions]:
    """The standard permission sets by name."""
    rows: Mapping[str, Mapping[str, Any]] = policy_data("identity/permission_sets")["sets"]
    return {name: _standard(name, row) for name, row in rows.items()}


def permission_sets(manifest: Manifest) -> dict[str, Permissions]:
    """Every permission set that the manifest may assign, by name."""
    own = {name: _refined(name, entry) for name, entry in manifest.identity.permission_sets.items()}
    return dict(sorted((dict(standard_permission_sets()) | own).items()))


def standard_of(name: str, entry: PermissionSet) -> str | None:
    """The name of the standard set that a set of the manifest goes back to."""
    return entry.extends or (name if name in standard_permission_sets() else None)


def longest_session(data: DataClass) -> int:
    """Hours that a session may last on accounts with data of this class."""
    hours: Mapping[str, int] = policy_data("identity/permission_sets")["longest_session"]
    return hours.get(data, hours["any"])


def core_accounts(manifest: Manifest) -> frozenset[str]:
    """Accounts in which a mistake reaches every other account: the core accounts, and the one that deploys."""
    return frozenset({*tree.CORE_ACCOUNTS, manifest.delivery.deploy_account})


def assigned_accounts(
    manifest: Manifest, assignment: Assignment, accounts: Sequence[Account], units: Mapping[str, tree.Unit]
) -> list[Account]:
    """The accounts that an assignment reaches, in the order given.

    Nobody is assigned to accounts under quarantine guardrails: Identity Center cannot make roles in suspended ones.
    """
    given = manifest.guardrails.profiles
    shut = {path for path, unit in units.items() if given.get(path, unit.guardrails) == "quarantine"}
    return [
        account
        for account in accounts
        if account.ou not in shut
        and (
            account.name == assignment.account
            or assignment.ou == "root"
            or (assignment.ou and f"{account.ou}/".startswith(f"{assignment.ou}/"))
        )
    ]


def managed_policy_names() -> tuple[str, ...]:
    """AWS managed policies that people may carry, with their path."""
    return tuple(policy_data("identity/managed_policies")["names"])


def full_access_policies() -> tuple[str, ...]:
    """AWS managed policies that allow everything, or everything but a few actions."""
    return tuple(policy_data("identity/managed_policies")["full_access"])


def _standard(name: str, row: Mapping[str, Any]) -> Permissions:
    statements = tuple(row.get("statements", ()))
    if row.get("no_data"):
        statements = (*statements, _no_data(frozenset(row.get("reads", ()))))
    return Permissions(
        name=name,
        title=row["title"],
        can=row["can"],
        data=row["data"],
        core_accounts=row["core_accounts"],
        session_hours=row["session_hours"],
        boundary=row.get("boundary", False),
        managed_policies=tuple(row["managed_policies"]),
        statements=statements,
        standard=name,
    )


def _no_data(needed: frozenset[str]) -> Mapping[str, Any]:
    """The evidence role's Deny of reading data, without the actions that are needed."""
    rows = policy_data("baseline/roles")["evidence"]["statements"]
    denial: Mapping[str, Any] = next(row for row in rows if row["Sid"] == "NoData")
    return {**denial, "Action": [action for action in denial["Action"] if action not in needed]}


def _refined(name: str, entry: PermissionSet) -> Permissions:
    standard = standard_permission_sets().get(standard_of(name, entry) or "")
    base = standard or Permissions(name, "", "what its policies say")
    named = (policy.removeprefix(AWS_POLICY) for policy in entry.managed_policies)
    return replace(
        base,
        name=name,
        title=entry.description or base.title,
        data=entry.data or base.data,
        core_accounts=base.core_accounts if entry.core_accounts is None else entry.core_accounts,
        session_hours=entry.session_hours or base.session_hours,
        managed_policies=tuple(dict.fromkeys((*base.managed_policies, *named))),
        statements=(*base.statements, *(_statement(row) for row in entry.statements)),
    )


def _statement(row: PolicyStatement) -> Mapping[str, Any]:
    texts = {"Sid": row.Sid, "Effect": row.Effect, "Action": list(row.Action), "Resource": list(row.Resource)}
    conditions = {op: {key: list(values) for key, values in keys.items()} for op, keys in row.Condition.items()}
    return {**texts, "Condition": conditions} if conditions else texts
