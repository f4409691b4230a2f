"""The hub's addresses in a Region: one block of the pool, cut into the networks of the network account."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.plan.knowledge import network_regions
from landing_zone.plan.model import Value

ACCOUNT = "network"
"""The account that owns the hub."""
PREFIX = 22
"""Prefix length of a hub: 1,024 addresses, a quarter of them in reserve."""


@dataclass(frozen=True)
class _Layout:
    """offset: first address of the VPC in the hub. tiers: (first address in the VPC, subnet prefix length)."""

    offset: int
    prefix: int
    tiers: Mapping[str, tuple[int, int]]


LAYOUTS: Mapping[str, Mapping[str, _Layout]] = {
    # Room for three zones. `service` holds endpoints, resolvers and load balancers; `attachment` the transit gateway.
    "v1": {
        "shared": _Layout(0, 24, {"service": (0, 26), "attachment": (192, 28)}),
        "ingress": _Layout(256, 24, {"public": (0, 26), "attachment": (192, 28)}),
        "inspection": _Layout(512, 25, {"firewall": (0, 28), "attachment": (48, 28)}),
        "egress": _Layout(640, 25, {"public": (0, 28), "attachment": (48, 28)}),
    },
}
CURRENT_LAYOUT = "v1"


@dataclass(frozen=True)
class HubVpc:
    """A VPC of the hub: its range, and its subnets' ranges by tier, one for each zone."""

    cidr: str
    subnets: Mapping[str, tuple[str, ...]]

    @property
    def values(self) -> tuple[Value, ...]:
        """`VpcCidr`, and `TierSubnetNCidr` for every subnet."""
        return (
            Value("VpcCidr", "cidr", self.cidr),
            *(
                Value(f"{tier.title()}Subnet{zone}Cidr", "cidr", cidr)
                for tier, cidrs in self.subnets.items()
                for zone, cidr in enumerate(cidrs, start=1)
            ),
        )


def hub_vpcs(cidr: str, layout: str, zones: int) -> dict[str, HubVpc]:
    """The hub's VPCs by segment."""
    start = IPv4Network(cidr).network_address
    return {
        segment: HubVpc(
            f"{start + vpc.offset}/{vpc.prefix}",
            {
                tier: tuple(f"{start + vpc.offset + first + zone * (1 << (32 - bits))}/{bits}" for zone in range(zones))
                for tier, (first, bits) in vpc.tiers.items()
            },
        )
        for segment, vpc in LAYOUTS[layout].items()
    }


def hub_regions(manifest: Manifest) -> tuple[str, ...]:
    """Regions that have a hub: home, recovery, and every other one in which an account has a network; home first."""
    if not manifest.network.hub.enabled:
        return ()
    first = (manifest.regions.home, manifest.regions.recovery)
    used = {region for account in tree.accounts(manifest) for region in network_regions(account, manifest)}
    return (*first, *sorted(used - set(first)))


def private_ranges(manifest: Manifest) -> tuple[str, ...]:
    """Every private range the organization knows: the pools of all Regions, the sites' and further ones; sorted."""
    network = manifest.network
    ranges = {cidr for cidrs in network.pools.values() for cidr in cidrs}
    return tuple(sorted({*ranges, *on_premises_ranges(manifest)}))


def on_premises_ranges(manifest: Manifest) -> tuple[str, ...]:
    """Ranges of hospitals and data centers, sorted."""
    network = manifest.network
    return tuple(sorted({*(cidr for link in network.hybrid for cidr in link.ranges), *network.on_premises}))
