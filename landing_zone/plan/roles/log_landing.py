"""log_landing: unlocked buckets for services that cannot write to locked ones, replicated into both archives."""

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
from landing_zone.plan.roles.log_archive import ACCOUNT, log_archive_name

ROLE = "log_landing"


def log_landing_name(region: str) -> str:
    """Name of the landing buckets' deployment in a Region."""
    return deployment_name(ROLE, Environment(ACCOUNT, region))


def log_landings(known: Knowledge) -> Iterator[Deployment]:
    """Landing buckets in home and recovery Region. Shape: `archive_regions` are those of the locked buckets."""
    account = core_account(known.manifest, ACCOUNT)
    values = (known.organization_value,)
    common = {**retention_shape(known.manifest), **key_shape(known.manifest)}
    archives = [known.home, known.recovery]
    for region in archives:
        shape = variant(ROLE, region, {**common, "archive_regions": archives}, value_types(values))
        yield deployment(known, shape, account, values, tuple(map(log_archive_name, archives)))
