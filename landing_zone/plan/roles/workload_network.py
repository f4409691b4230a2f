"""workload_network: the spoke VPC of a workload account, and how it joins the hub."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.organization import Account
from landing_zone.manifest.regions import regions
from landing_zone.plan import hub, names
from landing_zone.plan.central_endpoints import local_services
from landing_zone.plan.knowledge import (
    Knowledge,
    archive_region,
    deployment,
    deployment_name,
    network_regions,
    retention_shape,
    value_types,
    variant,
)
from landing_zone.plan.layout import subnets
from landing_zone.plan.model import Deployment, Environment, Value, Variant
from landing_zone.plan.roles.account_baseline import account_baseline_name
from landing_zone.plan.roles.log_landing import log_landing_name
from landing_zone.plan.roles.network_hub import network_hub_name
from landing_zone.plan.roles.network_shared import few_ranges, network_shared_name
from landing_zone.plan.segments import (
    HYBRID,
    INTERNET,
    OTHER_REGIONS,
    SHARED,
    hospital_entries,
    internet_entries,
    reach,
    segment_of,
)

ROLE = "workload_network"
TIERS = ("application", "data")
"""Tiers of every workload network; the layout's `attachment` tier is made where there is a hub to join."""
MOST_RANGES = 8
"""Private ranges in a network ACL. EC2 allows 20 entries in each direction; the stack's own need up to eleven."""


def workload_networks(known: Knowledge) -> Iterator[Deployment]:
    """A spoke VPC for every workload account in each of its Regions."""
    manifest = known.manifest
    hospital, internet = hospital_entries(manifest), internet_entries(manifest)

    @cache  # a variant is made once for all accounts that share it
    def shaped(region: str, segment: str | None, at_home: bool, types: tuple[tuple[str, Any], ...]) -> Variant:
        return variant(ROLE, region, _shape(region, segment, at_home, manifest), dict(types))

    for account in tree.accounts(manifest):
        segment = segment_of(account, manifest)
        entries = {"hospital": account.name in hospital, "internet": account.name in internet}
        joins = joins_hub(account, manifest)
        tags = (
            Value("NetworkName", "name", account.name),
            Value("Segment", "tag", segment or "none"),
            Value("Entries", "tag", " ".join(entry for entry, open_ in entries.items() if open_ and joins)),
        )
        for region in network_regions(account, manifest):
            values = (
                known.organization_value,
                known.account_value("LogArchiveAccountId", "log-archive"),
                *tags,
                *_ranges(known, account.name, region, joins),
                *(_hub_values(known, account.name, region, segment) if joins and segment else ()),
            )
            types = tuple(value_types(values).items())
            at_home = account.name == hub.ACCOUNT
            after = [account_baseline_name(account.name, region), log_landing_name(archive_region(region, manifest))]
            if joins:
                after += [network_hub_name(region), network_shared_name(region)]
            yield deployment(known, shaped(region, segment, at_home, types), account, values, tuple(after))


def joins_hub(account: Account, manifest: Manifest) -> bool:
    """Whether the account's networks are attached to the hub: not while it is under quarantine."""
    return manifest.network.hub.enabled and segment_of(account, manifest) is not None


def workload_network_name(account: str, region: str) -> str:
    """Name of the deployment of an account's network in a Region."""
    return deployment_name(ROLE, Environment(account, region))


def reachable_ranges(segment: str, region: str, manifest: Manifest) -> list[str]:
    """Private ranges that networks of a segment exchange packets with, summarised and sorted."""
    words, pools = set(reach()[segment]), manifest.network.pools
    found = [*hub.on_premises_ranges(manifest)] if HYBRID in words else []
    if words - {HYBRID, INTERNET, OTHER_REGIONS}:
        found += pools[region]
    if OTHER_REGIONS in words:
        found += [cidr for other, cidrs in pools.items() if other != region for cidr in cidrs]
    return few_ranges(found, MOST_RANGES)


def _shape(region: str, segment: str | None, at_home: bool, manifest: Manifest) -> dict[str, Any]:
    network = manifest.network
    joins = segment if network.hub.enabled else None
    served = joins is not None and SHARED in reach()[joins]
    hub_shape = joins and {
        "reachable": reachable_ranges(joins, region, manifest),
        "query_log": network.dns.query_logging,
        "shared_network": served,
        # Nobody shares with himself: the network account knows its own attachments.
        "shares_attachment": not at_home,
    }
    return {
        **retention_shape(manifest, "flow_logs"),
        "archive_region": archive_region(region, manifest),
        "zones": list(regions()[region].zones[: network.availability_zones]),
        "gateway_endpoints": sorted(set(network.endpoints.gateway)),
        "interface_endpoints": list(local_services(manifest)) if served else sorted(set(network.endpoints.interface)),
        "hub": hub_shape,
    }


def _ranges(known: Knowledge, account: str, region: str, joins: bool) -> Iterator[Value]:
    network = known.lock.networks[region][account]
    tiers = (*TIERS, "attachment") if joins else TIERS
    yield Value("VpcCidr", "cidr", network.cidr)
    for subnet in subnets(network.cidr, network.layout, known.manifest.network.availability_zones):
        if subnet.tier in tiers:
            yield Value(f"{subnet.tier.title()}Subnet{subnet.zone}Cidr", "cidr", subnet.cidr)


def _hub_values(known: Knowledge, account: str, region: str, segment: str) -> Iterator[Value]:
    """What the hub tells the network; a network that does not reach the shared one gets no names from it."""

    def shared(name: str, parameter: str) -> Value:
        return known.shared_parameter(name, parameter, hub.ACCOUNT, region)

    if account != hub.ACCOUNT:
        yield known.account_value("NetworkAccountId", hub.ACCOUNT)
    yield shared("TransitGatewayId", names.TRANSIT_GATEWAY_PARAMETER)
    if known.manifest.network.dns.query_logging:
        yield shared("QueryLogConfigurationId", names.QUERY_LOG_PARAMETER)
    if SHARED in reach()[segment]:
        yield shared("ResolverProfileId", names.RESOLVER_PROFILE_PARAMETER)
        yield shared("ServicePrefixListId", names.SERVICE_PREFIX_LIST_PARAMETER)
