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


def log_archives(known: Knowledge) -> Iterator[Deployment]:
    """One archive in the home Region, one in the recovery Region.

    Shape: `replicates_to` is the recovery Region at home, None in the recovery Region itself.
    """
    account = core_account(known.manifest, ACCOUNT)
    values = (known.organization_value, known.account_value("ManagementAccountId", "management"))
    common = {**retention_shape(known.manifest), **key_shape(known.manifest), "home_region": known.home}
    for region, target in ((known.recovery, None), (known.home, known.recovery)):
        shape = variant(ROLE, region, {**common, "replicates_to": target}, value_types(values))
        yield deployment(known, shape, account, values, (log_archive_name(target),) if target else ())
