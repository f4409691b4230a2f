"""How a VPC's range is cut into subnets. A layout never changes its meaning once a lock file names it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network

SIZES: Mapping[str, int] = {"small": 24, "medium": 22, "large": 20, "xlarge": 18}
"""VPC prefix length by size class: 256, 1,024, 4,096 and 16,384 addresses."""


@dataclass(frozen=True)
class Tier:
    """A tier of subnets, one for each zone.

    start: where the tier begins, in sixteenths of the VPC.
    longer: by how many bits its subnets are longer than the VPC; `fixed` instead when they have one size always.
    """

    name: str
    start: int
    longer: int = 0
    fixed: int | None = None


LAYOUTS: Mapping[str, tuple[Tier, ...]] = {
    # Room for three zones. The last quarter of the VPC, of a small one the last eighth, stays free for growth.
    "v1": (
        Tier("application", start=0, longer=3),
        Tier("data", start=8, longer=4),
        Tier("attachment", start=11, fixed=28),
    ),
}
CURRENT_LAYOUT = "v1"


@dataclass(frozen=True)
class Subnet:
    """A planned subnet: tier, zone number (from 1) and range."""

    tier: str
    zone: int
    cidr: str


def subnets(vpc_cidr: str, layout: str, zones: int) -> Iterator[Subnet]:
    """The subnets of a VPC, by tier and zone."""
    vpc = IPv4Network(vpc_cidr)
    sixteenth = vpc.num_addresses // 16
    for tier in LAYOUTS[layout]:
        prefix = tier.fixed or vpc.prefixlen + tier.longer
        size = 1 << (32 - prefix)
        start = int(vpc.network_address) + tier.start * sixteenth
        for zone in range(1, zones + 1):
            yield Subnet(tier.name, zone, f"{IPv4Address(start + (zone - 1) * size)}/{prefix}")
