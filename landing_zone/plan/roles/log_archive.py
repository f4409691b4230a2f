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
    Region itself. CloudTrail delivers at home alone, so only there the management account's id is a value.
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
        values = (*everywhere, trail) if target else everywhere
        shape = variant(ROLE, region, {**common, "replicates_to": target}, value_types(values))
        yield deployment(known, shape, account, values, (log_archive_name(target),) if target else ())
