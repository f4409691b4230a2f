"""log_archive: the locked buckets, in the recovery Region first, because the home Region's replicate into them."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.plan.knowledge import (
    Knowledge,
    core_account,
    deployment,
    deployment_name,
    key_shape,
    retention_shape,
    value_types,
    variant,
)
from landing_zone.plan.model import Deployment, Environment

ROLE = "log_archive"
ACCOUNT = "log-archive"


def log_archive_name(region: str) -> str:
    """Name of the archive's deployment in a Region."""
    return deployment_name(ROLE, Environment(ACCOUNT, region))


def archive_regions(known: Knowledge) -> list[str]:
    """The Regions of the log archive: home, where services deliver, then the end of the chain."""
    return [known.home, known.recovery]


def log_archives(known: Knowledge) -> Iterator[Deployment]:
    """One archive in the home Region, one in the recovery Region.

    Shape: `archive_regions` are both, home first; `replicates_to` is the recovery Region at home, None in the recovery
    Region itself; `organization_trail`, whether our organization trail delivers here. It does at home, and only there
    is the management account's id a value; Control Tower's has buckets of its own, and the data-event trails stay.
    """
    account = core_account(known.manifest, ACCOUNT)
    everywhere = (known.organization_value, known.account_value("SecurityAccountId", "security"))
    trail = known.account_value("ManagementAccountId", "management")
    common = {
        **retention_shape(known.manifest),
        **key_shape(known.manifest),
        "archive_regions": archive_regions(known),
    }
    for region, target in ((known.recovery, None), (known.home, known.recovery)):
        delivers = target is not None and not known.manifest.control_tower.enabled
        values = (*everywhere, trail) if delivers else everywhere
        own = {"replicates_to": target, "organization_trail": delivers}
        shape = variant(ROLE, region, {**common, **own}, value_types(values))
        yield deployment(known, shape, account, values, (log_archive_name(target),) if target else ())
