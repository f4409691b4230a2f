"""network_ingress: the network of the load balancers that the internet reaches."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Any

from landing_zone.manifest.model import Manifest
from landing_zone.plan.hub import hub_regions
from landing_zone.plan.internet_edges import edge
from landing_zone.plan.knowledge import Knowledge
from landing_zone.plan.layout import subnets
from landing_zone.plan.model import Deployment
from landing_zone.plan.segments import INGRESS, internet_entries, reach

ROLE = "network_ingress"
ENTRANCE_TIER = "application"
ENTRANCE_HOST = 10
"""Which address of each application subnet an entry account gives its internal load balancer."""


def ingress_regions(manifest: Manifest) -> tuple[str, ...]:
    """Home and recovery Region: load balancers deliver access logs to buckets of their own Region alone."""
    chosen = (manifest.regions.home, manifest.regions.recovery)
    return tuple(region for region in hub_regions(manifest) if region in chosen)


def network_ingresses(known: Knowledge) -> Iterator[Deployment]:
    """The network for load balancers, if the hub has one, in home and recovery Region.

    Shape: `tables` whose segments reach ingress; `entry_ranges`, the networks behind the load balancers;
    `load_balancers` with `name` (the zone's), `certificate` and `hosts`: each `host`, `account` and its `addresses`.
    """
    if not known.manifest.network.hub.public_ingress:
        return
    for region in ingress_regions(known.manifest):
        more = {
            "tables": sorted(table for table, reached in reach().items() if INGRESS in reached),
            "entry_ranges": list(_entry_ranges(known, region)),
            "load_balancers": list(_load_balancers(known, region)),
        }
        yield edge(known, ROLE, INGRESS, region, "flow_logs", "firewall", more=more)


def entrances(known: Knowledge, account: str, region: str) -> list[str]:
    """Where an entry account's internal load balancer answers, one address in each zone; empty without network."""
    network = known.lock.networks.get(region, {}).get(account)
    if network is None:
        return []
    zones = known.manifest.network.availability_zones
    planned = (subnet for subnet in subnets(network.cidr, network.layout, zones) if subnet.tier == ENTRANCE_TIER)
    return [str(IPv4Network(subnet.cidr)[ENTRANCE_HOST]) for subnet in planned]


def _entry_ranges(known: Knowledge, region: str) -> Iterator[str]:
    networks = known.lock.networks.get(region, {})
    for account in sorted(internet_entries(known.manifest)):
        if account in networks:
            yield networks[account].cidr


def _load_balancers(known: Knowledge, region: str) -> Iterator[dict[str, Any]]:
    for name, zone in sorted(known.manifest.zones.items()):
        certificate = next((arn for arn in zone.certificates if arn.split(":")[3] == region), None)
        hosts = [
            {"host": host, "account": account, "addresses": addresses}
            for host, account in sorted(zone.hosts.items())
            if (addresses := entrances(known, account, region))
        ]
        if certificate and hosts:
            yield {"name": name, "certificate": certificate, "hosts": hosts}
