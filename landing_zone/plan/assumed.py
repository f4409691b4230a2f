"""Ids that are not known yet, made up: so that what they will connect can be proved and drawn before the first day."""

from __future__ import annotations

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.plan.hub import hub_regions
from landing_zone.plan.lock import Lock, LockedAccount, LockedOrganization, LockedTransit

ORGANIZATION = "o-assumed0000"


def with_assumed_ids(lock: Lock, manifest: Manifest) -> Lock:
    """The lock with an id for every account, transit gateway and attachment. For reading only: it is never written."""
    taken = {account.id for account in lock.accounts.values()}
    free = (id for id in (f"{number:012d}" for number in range(1, 10**6)) if id not in taken)
    accounts = {
        account.name: lock.accounts.get(account.name) or LockedAccount(id=next(free))
        for account in tree.accounts(manifest)
    }
    organization = LockedOrganization(**{**dict(lock.organization), "id": lock.organization.id or ORGANIZATION})
    return lock.model_copy(
        update={
            "accounts": {**lock.accounts, **accounts},
            "organization": organization,
            "transit": _transit(lock, manifest),
        }
    )


def _transit(lock: Lock, manifest: Manifest) -> dict[str, LockedTransit]:
    """Gateways and attachments by Region; what the lock knows goes first. A peering has one id on both of its ends."""
    regions = hub_regions(manifest)
    home = manifest.regions.home
    made_up: dict[str, LockedTransit] = {}
    for number, region in enumerate(regions, start=1):
        known = lock.transit.get(region, LockedTransit())
        attachments = dict(known.attachments)
        for position, link in enumerate(manifest.network.hybrid, start=1):
            if region in (link.regions or (home, manifest.regions.recovery)):
                attachments.setdefault(link.name, f"tgw-attach-{number:08x}{position:09x}")
        for other_number, other in enumerate(regions, start=1):
            if other != region and home in (region, other):
                pair = max(number, other_number)
                attachments.setdefault(other, f"tgw-attach-{0:08x}{pair:09x}")
        made_up[region] = LockedTransit(gateway=known.gateway or f"tgw-{number:017x}", attachments=attachments)
    return made_up
