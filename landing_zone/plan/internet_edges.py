"""What the planners of the hub's two edges share: their Regions' addresses, values and common shape."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from landing_zone.manifest.regions import regions
from landing_zone.plan import hub
from landing_zone.plan.knowledge import (
    Knowledge,
    alarm_owners,
    archive_region,
    core_account,
    deployment,
    retention_shape,
    value_types,
    variant,
)
from landing_zone.plan.model import Deployment, Value
from landing_zone.plan.roles.account_baseline import account_baseline_name
from landing_zone.plan.roles.log_landing import log_landing_name
from landing_zone.plan.roles.network_hub import network_hub_name


def edge(known: Knowledge, role: str, segment: str, region: str, *kinds: str, more: Mapping[str, Any]) -> Deployment:
    """An edge network's deployment in the network account.

    Values: `LogArchiveAccountId`, `VpcCidr` and the ranges of its subnets. Shape: `zones`, `retention_days` of the
    kinds of log it keeps, `archive_region`, `owners` of alarms by severity, `runbooks` (base address or None), `more`.
    """
    manifest = known.manifest
    zones = list(regions()[region].zones[: manifest.network.availability_zones])
    values = (known.account_value("LogArchiveAccountId", "log-archive"), *_ranges(known, segment, region, len(zones)))
    archive = archive_region(region, manifest)
    shape = {
        **retention_shape(manifest, *kinds),
        "archive_region": archive,
        "zones": zones,
        "owners": alarm_owners(manifest),
        "runbooks": manifest.detection.runbooks,
        **more,
    }
    after = (
        account_baseline_name(hub.ACCOUNT, region),
        log_landing_name(archive),
        network_hub_name(region),
    )
    account = core_account(manifest, hub.ACCOUNT)
    return deployment(known, variant(role, region, shape, value_types(values)), account, values, after)


def _ranges(known: Knowledge, segment: str, region: str, zones: int) -> Iterator[Value]:
    given = known.lock.hubs[region]
    yield from hub.hub_vpcs(given.cidr, given.layout, zones)[segment].values
