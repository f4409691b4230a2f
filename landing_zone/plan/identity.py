"""Who is assigned what, where: the manifest's assignments, expanded to accounts."""

from __future__ import annotations

from dataclasses import dataclass

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.organization import Account
from landing_zone.manifest.permission_sets import Permissions, assigned_accounts, permission_sets
from landing_zone.plan.knowledge import Knowledge
from landing_zone.plan.model import Value


@dataclass(frozen=True)
class Grant:
    """A group's permission set with every account where it has it, and which assignments of the manifest say so."""

    group: str
    permissions: Permissions
    accounts: tuple[Account, ...]
    rows: tuple[int, ...]


def grants(manifest: Manifest) -> tuple[Grant, ...]:
    """Every group and permission set that are assigned to each other, sorted; assignments of the same two are one."""
    found = permission_sets(manifest)
    accounts, units = tree.accounts(manifest), tree.units(manifest)
    rows: dict[tuple[str, str], list[int]] = {}
    for index, row in enumerate(manifest.identity.assignments):
        rows.setdefault((row.group, row.permission_set), []).append(index)
    result = []
    for (group, name), indices in sorted(rows.items()):
        reached = {
            account.name
            for index in indices
            for account in assigned_accounts(manifest, manifest.identity.assignments[index], accounts, units)
        }
        members = tuple(account for account in accounts if account.name in reached)
        result.append(Grant(group, found[name], members, tuple(indices)))
    return tuple(result)


def used_permission_sets(manifest: Manifest) -> tuple[Permissions, ...]:
    """The permission sets that are made: those the manifest assigns or defines, sorted by name."""
    named = {row.permission_set for row in manifest.identity.assignments} | manifest.identity.permission_sets.keys()
    return tuple(entry for name, entry in permission_sets(manifest).items() if name in named)


def instance_value(known: Knowledge) -> Value:
    """The value `InstanceArn`: the Identity Center instance, from the manifest or the lock."""
    return Value("InstanceArn", "arn", known.manifest.identity.instance_arn or known.lock.identity.instance)
