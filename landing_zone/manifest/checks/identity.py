"""Permission sets and their assignment: what they name exists, and nobody gets further than the data allows."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.fault import excerpt, nearest
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.checks.subject import (
    Check,
    Remark,
    Subject,
    target_resolves,
    unknown,
)
from landing_zone.manifest.document import Path_
from landing_zone.manifest.model.organization import Account
from landing_zone.manifest.model.security import Assignment, PermissionSet
from landing_zone.manifest.permission_sets import (
    AWS_POLICY,
    Permissions,
    assigned_accounts,
    core_accounts,
    full_access_policies,
    longest_session,
    managed_policy_names,
    permission_sets,
    standard_of,
    standard_permission_sets,
)
from landing_zone.policy_data import policy_data

PHI = "phi"


def _standard_sets_exist(subject: Subject) -> Iterator[Remark]:
    for name, entry in subject.manifest.identity.permission_sets.items():
        if entry.extends and entry.extends not in standard_permission_sets():
            place: Path_ = ("identity", "permission_sets", name, "extends")
            yield unknown(place, "standard permission set", entry.extends, tuple(standard_permission_sets()))


def _sets_grant_something_that_exists(subject: Subject) -> Iterator[Remark]:
    found = permission_sets(subject.manifest)
    quotas = policy_data("identity/permission_sets")["quotas"]
    for name, entry in subject.manifest.identity.permission_sets.items():
        place: Path_ = ("identity", "permission_sets", name)
        if entry.extends and entry.extends not in standard_permission_sets():
            continue
        if not found[name].title:
            yield Remark(place, "needs a description")
        if not found[name].grants and subject.complete(*place):
            hint = "extends names a standard set, managed_policies and statements say more"
            yield Remark(place, "grants nothing", hint)
        yield from _policies_exist(place, entry)
        yield from _statements_are_sound(place, entry)
        if len(found[name].managed_policies) > quotas["managed_policies"]:
            count = len(found[name].managed_policies)
            message = f"has {count} managed policies with those it extends; IAM allows {quotas['managed_policies']}"
            yield Remark((*place, "managed_policies"), message, "statements take further permissions")
        if found[name].inline_characters > quotas["inline_characters"]:
            message = f"has {found[name].inline_characters:,} characters; Identity Center takes"
            yield Remark((*place, "statements"), f"{message} {quotas['inline_characters']:,}")


def _policies_exist(place: Path_, entry: PermissionSet) -> Iterator[Remark]:
    known = managed_policy_names()
    for index, policy in enumerate(entry.managed_policies):
        if not policy.startswith(AWS_POLICY) and policy not in known:
            as_of = policy_data("identity/managed_policies")["as_of"]
            message = f"unknown AWS managed policy {excerpt(policy)}; the list is of {as_of}"
            hint = nearest(policy, known) or f"a newer one is named by its ARN, {AWS_POLICY}NAME"
            yield Remark((*place, "managed_policies", index), message, hint)


def _statements_are_sound(place: Path_, entry: PermissionSet) -> Iterator[Remark]:
    from landing_zone.assurance.action_catalogue import confinable_writes  # reads a file for each service
    from landing_zone.assurance.values import CannotEvaluate

    taken: set[str] = set()
    for index, row in enumerate(entry.statements):
        statement: Path_ = (*place, "statements", index)
        if row.Sid in taken:
            yield Remark((*statement, "Sid"), f"{excerpt(row.Sid)} is the name of an earlier statement")
        taken.add(row.Sid)
        for action in row.Action:
            if action == "*":
                if row.Effect == "Allow":
                    yield Remark((*statement, "Action"), "allows every action", "name the actions")
                continue
            try:
                confinable_writes(action)
            except CannotEvaluate as reason:
                yield Remark((*statement, "Action"), reason.reason, "SERVICE:ACTION, as in s3:GetObject")


def _sets_stay_within_their_kind(subject: Subject) -> Iterator[Remark]:
    """Neither more sensitive data than the standard set is made for, nor longer sessions than PHI allows."""
    found = permission_sets(subject.manifest)
    for name, entry in subject.manifest.identity.permission_sets.items():
        place: Path_ = ("identity", "permission_sets", name)
        standard = standard_permission_sets().get(standard_of(name, entry) or "")
        if entry.extends and standard is None:
            continue
        if standard and entry.data and tree.SENSITIVITY[entry.data] > tree.SENSITIVITY[standard.data]:
            message = f"standard set {excerpt(standard.name)} is made for accounts with at most {standard.data} data"
            fitting = (row.name for row in standard_permission_sets().values() if row.data == entry.data)
            yield Remark((*place, "data"), message, f"for {entry.data}: {', '.join(fitting)}")
            continue
        if standard and entry.core_accounts and not standard.core_accounts:
            message = f"standard set {excerpt(standard.name)} is not made for core accounts"
            yield Remark((*place, "core_accounts"), message)
        longest = longest_session(found[name].data)
        if found[name].session_hours > longest:
            message = f"{found[name].session_hours} hours are too long where PHI may be; at most {longest}"
            key: Path_ = ("session_hours",) if entry.session_hours else ()
            yield Remark((*place, *key), message, "45 CFR 164.312(a)(2)(iii); this project's choice of hours")
        reaches = "PHI" if found[name].data == PHI else "core accounts" if found[name].core_accounts else ""
        for index, policy in enumerate(entry.managed_policies):
            if reaches and policy.removeprefix(AWS_POLICY) in full_access_policies():
                message = f"{policy.removeprefix(AWS_POLICY)} is not given where {reaches} may be reached"
                yield Remark((*place, "managed_policies", index), message, "name the policies that the work needs")


def _assignments_resolve(subject: Subject) -> Iterator[Remark]:
    known = tuple(permission_sets(subject.manifest))
    for index, assignment in enumerate(subject.manifest.identity.assignments):
        path: Path_ = ("identity", "assignments", index)
        if assignment.permission_set not in known and subject.complete("identity", "permission_sets"):
            yield unknown((*path, "permission_set"), "permission set", assignment.permission_set, known)
        targets_are_sound = subject.sound(*path, "ou") and subject.sound(*path, "account")
        if not (assignment.ou or assignment.account) and targets_are_sound:
            yield Remark(path, "needs one of ou and account")
        yield from target_resolves(subject, path, assignment.ou, assignment.account)


def _assignments_stand_once(subject: Subject) -> Iterator[Remark]:
    first: dict[tuple[str, str, str], int] = {}
    for index, row in enumerate(subject.manifest.identity.assignments):
        path: Path_ = ("identity", "assignments", index)
        key = (row.group, row.permission_set, row.ou or row.account or "")
        if key in first and subject.complete(*path):
            line = subject.line(("identity", "assignments", first[key]))
            yield Remark(path, f"the same assignment stands on line {line}")
        first.setdefault(key, index)


def _nobody_gets_further_than_the_data_allows(subject: Subject) -> Iterator[Remark]:
    found = permission_sets(subject.manifest)
    accounts, units = tree.accounts(subject.manifest), tree.units(subject.manifest)
    core = core_accounts(subject.manifest)
    for index, row in enumerate(subject.manifest.identity.assignments):
        granted = found.get(row.permission_set)
        if granted is None:
            continue
        path: Path_ = ("identity", "assignments", index, "permission_set")
        reached = assigned_accounts(subject.manifest, row, accounts, units)
        if row.account and not reached and subject.is_account(row.account):
            message = f"account {excerpt(row.account)} is under quarantine guardrails; nobody is assigned to it"
            yield Remark((*path[:-1], "account"), message)
        yield from _too_sensitive(path, granted, reached, row)
        if not granted.core_accounts and (held := [account for account in reached if account.name in core]):
            message = f"{_named(granted)} is not for core accounts; {_target(row)} reaches {_some(held)}"
            yield Remark(path, message, "name other OUs; a set that is made for them says core_accounts: true")
        guarded = [a for a in reached if a.ou in units and units[a.ou].data == PHI]
        if guarded and granted.data != PHI and (policy := _full_access(granted)):
            message = f"{_named(granted)} has {policy}; {_target(row)} reaches {_some(guarded)} among accounts with PHI"
            yield Remark(path, message, "name the policies that the work needs")


def _too_sensitive(path: Path_, granted: Permissions, reached: list[Account], row: Assignment) -> Iterator[Remark]:
    beyond = [a for a in reached if tree.SENSITIVITY[a.data] > tree.SENSITIVITY[granted.data]]
    if beyond:
        worst = max(beyond, key=lambda account: tree.SENSITIVITY[account.data])
        message = f"{_named(granted)} is for accounts with at most {granted.data} data; {_target(row)} reaches"
        fitting = (s.name for s in standard_permission_sets().values() if s.data == worst.data)
        hint = f"standard sets for {worst.data}: {', '.join(fitting)}"
        yield Remark(
            path, f"{message} {_some([worst, *(a for a in beyond if a is not worst)])} with {worst.data}", hint
        )


def _full_access(granted: Permissions) -> str:
    return next((policy for policy in granted.managed_policies if policy in full_access_policies()), "")


def _named(granted: Permissions) -> str:
    return f"permission set {excerpt(granted.name)}"


def _target(row: Assignment) -> str:
    return f"OU {excerpt(row.ou)}" if row.ou else f"account {excerpt(row.account)}"


def _some(accounts: list[Account]) -> str:
    more = f" and {len(accounts) - 1} more" if len(accounts) > 1 else ""
    return f"{excerpt(accounts[0].name)}{more}"


_SETS: Path_ = ("identity", "permission_sets")

CHECKS = (
    Check(_standard_sets_exist),
    Check(_sets_grant_something_that_exists),
    Check(_sets_stay_within_their_kind),
    Check(_assignments_resolve),
    Check(_assignments_stand_once),
    Check(
        _nobody_gets_further_than_the_data_allows,
        needs=(_SETS, ("identity", "assignments"), ("accounts",), ("organizational_units",), ("guardrails",)),
    ),
)
