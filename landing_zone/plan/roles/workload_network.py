"""workload_network: the spoke VPC of a workload account."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.regions import regions
from landing_zone.plan.knowledge import (
    Knowledge,
    archive_region,
    deployment,
    network_regions,
    retention_shape,
    variant,
)
from landing_zone.plan.layout import subnets
from landing_zone.plan.model import Deployment, Value, ValueType
from landing_zone.plan.roles.account_baseline import account_baseline_name
from landing_zone.plan.roles.log_landing import log_landing_name
from landing_zone.plan.segments import segment_of

ROLE = "workload_network"
TIERS = ("application", "data")
"""Tiers of a workload network; the layout's `attachment` tier is reserved for the transit gateway."""


def workload_networks(known: Knowledge) -> Iterator[Deployment]:
    """A spoke VPC for every workload account in each of its Regions."""
    manifest = known.manifest
    zones = manifest.network.availability_zones
    types: dict[str, ValueType] = {
        "OrganizationId": "organization_id",
        "LogArchiveAccountId": "account_id",
        "NetworkName": "name",
        "Segment": "tag",
        "VpcCidr": "cidr",
        **{f"{tier.title()}Subnet{zone}Cidr": "cidr" for tier in TIERS for zone in range(1, zones + 1)},
    }
    shapes = {
        region: variant(
            ROLE,
            region,
            {
                **retention_shape(manifest, "flow_logs"),
                "archive_region": archive_region(region, manifest),
                "zones": list(regions()[region].zones[:zones]),
                "gateway_endpoints": sorted(set(manifest.network.endpoints.gateway)),
                "interface_endpoints": sorted(set(manifest.network.endpoints.interface)),
            },
            types,
        )
        for region in {manifest.regions.home, manifest.regions.recovery, *manifest.regions.additional}
    }
    for account in tree.accounts(manifest):
        for region in network_regions(account, manifest):
            network = known.lock.networks[region][account.name]
            planned = [subnet for subnet in subnets(network.cidr, network.layout, zones) if subnet.tier in TIERS]
            values = (
                known.organization_value,
                known.account_value("LogArchiveAccountId", "log-archive"),
                Value("NetworkName", "name", account.name),
                Value("Segment", "tag", segment_of(account, manifest) or "none"),
                Value("VpcCidr", "cidr", network.cidr),
                *(Value(f"{s.tier.title()}Subnet{s.zone}Cidr", "cidr", s.cidr) for s in planned),
            )
            after = (account_baseline_name(account.name, region), log_landing_name(archive_region(region, manifest)))
            yield deployment(known, shapes[region], account, values, after)
