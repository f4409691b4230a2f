"""assignments: who may enter which account with which permission set.

A stack for each group, permission set and number of the stacks that make accounts (`plan/vending.py`). An account keeps
its number, so an assignment never moves between stacks: it would be made in the new one while the old one still has
it, and be gone when the old one deletes it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from landing_zone.manifest.model.organization import Account
from landing_zone.plan.identity import Grant, grants, instance_value
from landing_zone.plan.knowledge import Knowledge, core_account, deployment, value_types, variant
from landing_zone.plan.model import Deployment, Value
from landing_zone.plan.names import group_export, group_slug, permission_set_export
from landing_zone.plan.roles.account_baseline import account_baseline_name
from landing_zone.plan.roles.identity import MANAGEMENT, identity_name

ROLE = "assignments"
FIRST_STACK = "1"
"""Whose accounts the management account is assigned with; no stack makes it."""


def assignments(known: Knowledge) -> Iterator[Deployment]:
    """A stack for each group, permission set and number of a stack that makes accounts.

    Shape: `accounts` (account id by name) and `group_source`. Ids are shape, not values: a template takes 200
    parameters and a stack has up to 401 accounts, and no two deployments would share a template anyway, because logical
    ids carry account names. An account whose id is unknown waits without keeping the others; when none is known, the
    stack waits with the value `AccountId`.

    One stack follows the other: Identity Center makes a limited number of assignments at a time for the whole
    organization (stacks/assignments.py keeps within it), and CloudFormation does not wait its turn.
    """
    number_of = _numbers(known)
    account = core_account(known.manifest, MANAGEMENT)
    previous = identity_name(known)
    for grant in grants(known.manifest):
        members: dict[str, list[Account]] = {}
        for member in grant.accounts:
            members.setdefault(number_of.get(member.name, FIRST_STACK), []).append(member)
        for number, accounts in sorted(members.items(), key=lambda entry: int(entry[0])):
            planned = _stack(known, account, grant, number, accounts, previous)
            yield planned
            if not planned.unknown:
                previous = planned.name


def _stack(
    known: Knowledge, account: Account, grant: Grant, number: str, members: list[Account], previous: str
) -> Deployment:
    targets = {member.name: id for member in members if (id := known.account_id(member.name))}
    values: tuple[Value, ...] = (
        instance_value(known),
        Value("PermissionSetExport", "name", permission_set_export(grant.permissions.name)),
        _group_value(known, grant.group),
    )
    if not targets:
        values = (*values, known.account_value("AccountId", members[0].name))
    made: dict[str, str | None] = {**targets} if targets else {members[0].name: None}
    shape = {"accounts": made, "group_source": known.manifest.identity.source}
    after = dict.fromkeys((identity_name(known), previous))
    if grant.permissions.boundary:  # Identity Center refuses an account that lacks the boundary's policy
        after |= dict.fromkeys(account_baseline_name(name, known.home) for name in made)
    return deployment(
        known,
        variant(ROLE, known.home, shape, value_types(values)),
        account,
        values,
        tuple(after),
        part=f"{group_slug(grant.group)}-{grant.permissions.name}-{number}",
    )


def _group_value(known: Knowledge, group: str) -> Value:
    if known.manifest.identity.source == "identity-center":
        return Value("GroupExport", "name", group_export(group))
    return Value("GroupId", "group_id", known.lock.identity.groups.get(group))


def _numbers(known: Knowledge) -> Mapping[str, str]:
    return {name: number for number, names in known.lock.vending.items() for name in names}
