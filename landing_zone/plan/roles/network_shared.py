"""network_shared: the hub's network of central endpoints and resolvers, and what all networks of a Region share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from ipaddress import IPv4Network, collapse_addresses
from typing import Any

from landing_zone.manifest.model import Manifest
from landing_zone.manifest.regions import regions
from landing_zone.plan.central_endpoints import central_services
from landing_zone.plan.hub import ACCOUNT, hub_regions, hub_vpcs, on_premises_ranges, private_ranges
from landing_zone.plan.knowledge import (
    Knowledge,
    archive_region,
    core_account,
    deployment,
    deployment_name,
    retention_shape,
    value_types,
    variant,
)
from landing_zone.plan.model import Deployment, Environment
from landing_zone.plan.roles.account_baseline import account_baseline_name
from landing_zone.plan.roles.log_landing import log_landing_name
from landing_zone.plan.roles.network_hub import network_hub_name
from landing_zone.plan.segments import SHARED, reach

ROLE = "network_shared"
ENTRIES = 18
"""Ranges in a network ACL or route table: a few less than the 20 entries that an ACL may have."""
LISTED = 30
"""Ranges in a prefix list: each counts as a rule wherever a security group names the list, and 60 are its quota."""


def network_shared_name(region: str) -> str:
    """Name of the shared network's deployment in a Region."""
    return deployment_name(ROLE, Environment(ACCOUNT, region))


def network_shared(known: Knowledge) -> Iterator[Deployment]:
    """The shared network in every Region with a hub.

    Shape: `endpoints` are central services; `peers` the private ranges in few entries, for routes and network ACLs;
    `reached_from` the segments whose tables lead here; `address_pools` those that IPAM watches, from the home Region.
    """
    manifest = known.manifest
    account = core_account(manifest, ACCOUNT)
    for region in hub_regions(manifest):
        shape = _shape(known, region)
        hub = known.lock.hubs[region]
        vpc = hub_vpcs(hub.cidr, hub.layout, len(shape["zones"]))[SHARED]
        values = (
            known.organization_value,
            known.account_value("ManagementAccountId", "management"),
            known.account_value("LogArchiveAccountId", "log-archive"),
            *vpc.values,
        )
        after = (
            account_baseline_name(ACCOUNT, region),
            log_landing_name(archive_region(region, manifest)),
            network_hub_name(region),
        )
        yield deployment(known, variant(ROLE, region, shape, value_types(values)), account, values, after)


def _shape(known: Knowledge, region: str) -> dict[str, Any]:
    manifest = known.manifest
    network, dns = manifest.network, manifest.network.dns
    watched = {name: sorted(cidrs) for name, cidrs in sorted(network.pools.items())}
    return {
        **retention_shape(manifest, "flow_logs"),
        "archive_region": archive_region(region, manifest),
        "zones": list(regions()[region].zones[: network.availability_zones]),
        "endpoints": list(central_services(manifest)),
        "private_ranges": few_ranges(private_ranges(manifest), LISTED),
        "on_premises_ranges": few_ranges(on_premises_ranges(manifest), LISTED),
        "peers": few_ranges(private_ranges(manifest), ENTRIES),
        "reached_from": sorted(segment for segment, reached in reach().items() if SHARED in reached),
        "hospitals_ask": _hospitals_ask(manifest, region),
        "forwarded_domains": {name: list(targets) for name, targets in sorted(dns.forwarded_domains.items())},
        "private_zone": dns.private_zone,
        "query_logging": dns.query_logging,
        "dns_firewall": dns.firewall,
        "blocked_domain_lists": sorted(set(dns.blocked_domain_lists.get(region, ()))),
        "address_pools": watched if network.ipam and region == known.home else {},
    }


def _hospitals_ask(manifest: Manifest, region: str) -> bool:
    """Whether a link to a hospital ends in the Region; without one nobody could ask."""
    usual = (manifest.regions.home, manifest.regions.recovery)
    return any(region in (link.regions or usual) for link in manifest.network.hybrid)


def few_ranges(cidrs: Iterable[str], most: int) -> list[str]:
    """At most `most` ranges that cover all of `cidrs`, by widening those with the longest prefixes first."""
    ranges = list(collapse_addresses(map(IPv4Network, cidrs)))
    while len(ranges) > most:
        longest = max(block.prefixlen for block in ranges)
        ranges = list(collapse_addresses(b.supernet() if b.prefixlen == longest else b for b in ranges))
    return [str(block) for block in sorted(ranges)]
