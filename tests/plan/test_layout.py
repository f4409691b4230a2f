"""How a VPC is cut into subnets. The literals are frozen: a lock file that names a layout relies on them for ever."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

import pytest

from landing_zone.plan.layout import CURRENT_LAYOUT, LAYOUTS, SIZES, subnets

FROZEN_V1 = {
    "10.0.1.0/24": """
        application 10.0.1.0/27 10.0.1.32/27 10.0.1.64/27
        data 10.0.1.128/28 10.0.1.144/28 10.0.1.160/28
        attachment 10.0.1.176/28 10.0.1.192/28 10.0.1.208/28""",
    "10.0.4.0/22": """
        application 10.0.4.0/25 10.0.4.128/25 10.0.5.0/25
        data 10.0.6.0/26 10.0.6.64/26 10.0.6.128/26
        attachment 10.0.6.192/28 10.0.6.208/28 10.0.6.224/28""",
    "10.0.16.0/20": """
        application 10.0.16.0/23 10.0.18.0/23 10.0.20.0/23
        data 10.0.24.0/24 10.0.25.0/24 10.0.26.0/24
        attachment 10.0.27.0/28 10.0.27.16/28 10.0.27.32/28""",
    "10.0.64.0/18": """
        application 10.0.64.0/21 10.0.72.0/21 10.0.80.0/21
        data 10.0.96.0/22 10.0.100.0/22 10.0.104.0/22
        attachment 10.0.108.0/28 10.0.108.16/28 10.0.108.32/28""",
}


def test_the_sizes_are_frozen() -> None:
    assert SIZES == {"small": 24, "medium": 22, "large": 20, "xlarge": 18}
    assert CURRENT_LAYOUT == "v1"


@pytest.mark.parametrize("vpc", FROZEN_V1)
def test_layout_v1_is_frozen(vpc: str) -> None:
    expected = [line.split() for line in FROZEN_V1[vpc].strip().splitlines()]
    assert [(s.tier, s.zone, s.cidr) for s in subnets(vpc, "v1", 3)] == [
        (tier, zone, cidr) for tier, *cidrs in expected for zone, cidr in enumerate(cidrs, start=1)
    ]


@pytest.mark.parametrize("vpc", FROZEN_V1)
def test_two_zones_have_the_same_subnets_as_the_first_two_of_three(vpc: str) -> None:
    assert list(subnets(vpc, "v1", 2)) == [subnet for subnet in subnets(vpc, "v1", 3) if subnet.zone <= 2]


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("zones", [2, 3])
def test_subnets_lie_inside_the_vpc_are_disjoint_and_no_longer_than_aws_allows(
    layout: str, size: str, zones: int
) -> None:
    vpc = IPv4Network(f"10.0.0.0/{SIZES[size]}")
    blocks = [IPv4Network(subnet.cidr) for subnet in subnets(str(vpc), layout, zones)]
    assert len(blocks) == len(LAYOUTS[layout]) * zones
    assert all(block.subnet_of(vpc) and block.prefixlen <= 28 for block in blocks)
    assert not any(one.overlaps(other) for one, other in combinations(blocks, 2))
