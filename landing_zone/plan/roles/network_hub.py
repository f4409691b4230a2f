"""network_hub: transit gateway, segment tables and inspection network of a Region."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.manifest.regions import regions
from landing_zone.plan.firewall import SHARED_NET, SHARED_RANGE, firewall_variables, managed_groups, rule_groups
from landing_zone.plan.hub import ACCOUNT, hub_regions, hub_vpcs
from landing_zone.plan.knowledge import (
    Knowledge,
    alarm_owners,
    archive_region,
    core_account,
    deployment,
    deployment_name,
    retention_shape,
    value_types,
    variant,
)
from landing_zone.plan.model import Deployment, Environment, Value
from landing_zone.plan.roles.account_baseline import account_baseline_name
from landing_zone.plan.roles.log_landing import log_landing_name
from landing_zone.plan.segments import INSPECTION, SHARED
from landing_zone.plan.transit import transit_routes

ROLE = "network_hub"


def network_hub_name(region: str) -> str:
    """Name of the hub's deployment in a Region."""
    return deployment_name(ROLE, Environment(ACCOUNT, region))


def network_hubs(known: Knowledge) -> Iterator[Deployment]:
    """The hub of every Region that has one.

    Shape: `asn`; `routes` by table (`plan.transit`); `variables` and `rule_groups` of the firewalls, `managed_groups`
    (`plan.firewall`); `zones`; `owners` of alarms and `runbooks`. What the manifest says of ranges is shape, since each
    Region has a variant of its own anyway; what the lock has allocated is a value.
    """
    manifest = known.manifest
    zones = manifest.network.availability_zones
    for position, region in enumerate(hub_regions(manifest)):
        locked = known.lock.hubs[region]
        hub = hub_vpcs(locked.cidr, locked.layout, zones)
        network = hub[INSPECTION]
        variables = firewall_variables(manifest, region)
        groups = rule_groups(manifest, variables)
        priority, managed = managed_groups()
        shared = any(SHARED_NET in group.variables for group in groups)
        values = (
            known.organization_value,
            known.account_value("ManagementAccountId", "management"),
            known.account_value("LogArchiveAccountId", "log-archive"),
            *([Value(SHARED_RANGE, "cidr", hub[SHARED].cidr)] if shared else []),
            *network.values,
        )
        shape = {
            **retention_shape(manifest, "flow_logs"),
            "archive_region": archive_region(region, manifest),
            "zones": list(regions()[region].zones[:zones]),
            "asn": manifest.network.hub.asn + position,
            "routes": transit_routes(manifest, region),
            "variables": {name: list(ranges) for name, ranges in variables.items()},
            "rule_groups": [
                {
                    "name": group.name,
                    "priority": group.priority,
                    "capacity": group.capacity,
                    "rules": list(group.rules),
                    "variables": list(group.variables),
                }
                for group in groups
            ],
            "managed_groups": {"priority": priority, "names": list(managed)},
            "owners": alarm_owners(manifest),
            "runbooks": manifest.detection.runbooks,
        }
        after = (account_baseline_name(ACCOUNT, region), log_landing_name(archive_region(region, manifest)))
        account = core_account(manifest, ACCOUNT)
        yield deployment(known, variant(ROLE, region, shape, value_types(values)), account, values, after)
