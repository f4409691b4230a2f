"""Ids that are not known yet, made up: so that what they will connect can be proved and drawn before the first day."""

from __future__ import annotations

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.plan.hub import hub_regions
from landing_zone.plan.lock import Lock, LockedAccount, LockedOrganization, LockedTransit
from landing_zone.plan.roles.network_link_routes import attachments_of

ORGANIZATION = "o-assumed0000"


def with_assumed_ids(lock: Lock, manifest: Manifest) -> Lock:
    """The lock with an id for every account, transit gateway and attachment. For reading only: it is never written."""
    taken = {account.id for account in lock.accounts.values()} | lock.unlisted.keys()
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
    made_up: dict[str, LockedTransit] = {}
    for number, region in enumerate(regions, start=1):
        known = lock.transit.get(region, LockedTransit())
        assumed: dict[str, str] = {}
        for position, entry in enumerate(attachments_of(region, manifest), start=1):
            name = entry["name"]
            end, place = (0, max(number, regions.index(name) + 1)) if name in regions else (number, position)
            other_end = lock.transit.get(name, LockedTransit()).attachments if name in regions else {}
            assumed[name] = other_end.get(region) or f"tgw-attach-{end:08x}{place:09x}"
        made_up[region] = known.model_copy(
            update={
                "gateway": known.gateway or f"tgw-{number:017x}",
                "direct_connect_gateway": known.direct_connect_gateway or f"{number:08x}-0000-4000-8000-{0:012x}",
                "attachments": assumed | known.attachments,
            }
        )
    return {**lock.transit, **made_up}
