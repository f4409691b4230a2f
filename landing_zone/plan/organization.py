"""The organization as the plan sees it: how many accounts, which quota, what is new, what is done step by step."""

from __future__ import annotations

from dataclasses import dataclass

from landing_zone.manifest import organization_tree as tree
from landing_zone.plan.knowledge import Knowledge
from landing_zone.plan.roles.accounts import is_made_here
from landing_zone.plan.sequences import SafeSequence, safe_sequences
from landing_zone.policy_data import policy_data


@dataclass(frozen=True)
class OrganizationOutlook:
    """What becomes of the organization.

    accounts, units: how many the manifest has. account_quota_needed: accounts that exist or will, whoever lists them.
    new_units, new_accounts: those of which the lock has no id.
    """

    accounts: int
    account_quota_needed: int
    units: int
    new_units: tuple[str, ...]
    new_accounts: tuple[str, ...]
    sequences: tuple[SafeSequence, ...]


def organization_outlook(known: Knowledge) -> OrganizationOutlook:
    """What the manifest and the lock say about the organization. Accounts being closed count until AWS forgets them."""
    accounts = tree.accounts(known.manifest)
    units = tree.units(known.manifest)
    listed = {account.name for account in accounts}
    others = len(known.lock.accounts.keys() - listed) + len(known.lock.unlisted)
    return OrganizationOutlook(
        accounts=len(accounts),
        account_quota_needed=len(accounts) + others,
        units=len(units),
        new_units=tuple(path for path in units if path not in known.lock.units),
        new_accounts=tuple(a.name for a in accounts if is_made_here(a, known) and known.account_id(a.name) is None),
        sequences=safe_sequences(known),
    )


def default_account_quota() -> int:
    """How many accounts an organization may hold before AWS has granted more."""
    quota: int = policy_data("organization/sequences")["quotas"]["accounts"]
    return quota
