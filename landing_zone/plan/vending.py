"""Which stack makes which account: an account never changes its stack, and a stack stays below the quota."""

from __future__ import annotations

from collections.abc import Collection

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.plan.lock import Lock

ACCOUNTS_PER_STACK = 400
"""CloudFormation takes 500 resources in a stack; the rest is room for what comes beside accounts."""
MANAGEMENT = "management"


def vending(manifest: Manifest, lock: Lock, release: Collection[str] = ()) -> dict[str, tuple[str, ...]]:
    """Account names by the number of their stack: those of the lock stay where they are, new ones fill the last.

    Every account but the management account has a stack, those that exist already too: who is assigned to them is
    sharded alike. An account that has left the manifest keeps its place until it is released.
    """
    stacks = {number: [name for name in names if name not in release] for number, names in lock.vending.items()}
    placed = {name for names in stacks.values() for name in names}
    for account in tree.accounts(manifest):
        if account.name in placed or account.name == MANAGEMENT:
            continue
        last = str(max(map(int, stacks), default=1))
        if len(stacks.setdefault(last, [])) >= ACCOUNTS_PER_STACK:
            last = str(int(last) + 1)
            stacks[last] = []
        stacks[last].append(account.name)
    return {number: tuple(names) for number, names in sorted(stacks.items(), key=lambda entry: int(entry[0]))}
