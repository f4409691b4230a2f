"""The hub's addresses: one block in each Region, cut into networks that fit and leave room."""

from __future__ import annotations

from ipaddress import IPv4Network
from itertools import combinations

import pytest

from landing_zone.manifest.load import parsed_manifest
from landing_zone.manifest.model import Manifest
from landing_zone.plan.hub import (
    CURRENT_LAYOUT,
    LAYOUTS,
    PREFIX,
    hub_regions,
    hub_vpcs,
    on_premises_ranges,
    private_ranges,
)
from tests.manifest.arrange import FILE, Json, text_of
from tests.plan.arrange import account, landing_zone, plan_of, without_hub

BLOCK = "10.64.224.0/22"


def manifest_of(content: Json) -> Manifest:
    return parsed_manifest(text_of(content), FILE).manifest


@pytest.mark.parametrize("zones", [2, 3])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_networks_lie_in_the_block_and_apart_and_so_do_their_subnets(layout: str, zones: int) -> None:
    block = IPv4Network(BLOCK)
    assert block.prefixlen == PREFIX
    networks = hub_vpcs(BLOCK, layout, zones)
    ranges = [IPv4Network(network.cidr) for network in networks.values()]
    assert all(network.subnet_of(block) for network in ranges)
    assert not any(one.overlaps(other) for one, other in combinations(ranges, 2))
    for network in networks.values():
        subnets = [IPv4Network(cidr) for cidrs in network.subnets.values() for cidr in cidrs]
        assert all(subnet.subnet_of(IPv4Network(network.cidr)) for subnet in subnets)
        assert not any(one.overlaps(other) for one, other in combinations(subnets, 2))
        assert {len(cidrs) for cidrs in network.subnets.values()} == {zones}
        assert all(subnet.prefixlen <= 28 for subnet in subnets)  # EC2 makes none that are smaller


def test_a_quarter_of_the_block_stays_free() -> None:
    used = sum(IPv4Network(network.cidr).num_addresses for network in hub_vpcs(BLOCK, CURRENT_LAYOUT, 3).values())
    assert used == IPv4Network(BLOCK).num_addresses * 3 // 4


def test_the_layout_that_a_lock_names_never_changes_its_meaning() -> None:
    shared = hub_vpcs(BLOCK, "v1", 3)["shared"]
    assert (shared.cidr, shared.subnets["service"][0], shared.subnets["attachment"]) == (
        "10.64.224.0/24",
        "10.64.224.0/26",
        ("10.64.224.192/28", "10.64.224.208/28", "10.64.224.224/28"),
    )
    assert {name: network.cidr for name, network in hub_vpcs(BLOCK, "v1", 3).items() if name != "shared"} == {
        "ingress": "10.64.225.0/24",
        "inspection": "10.64.226.0/25",
        "egress": "10.64.226.128/25",
    }


def test_home_and_recovery_have_a_hub_and_every_region_in_which_an_account_has_a_network() -> None:
    regions = {"home": "us-east-1", "recovery": "us-west-2", "additional": ["us-east-2", "us-west-1"]}
    pools = {"us-east-2": "10.32.0.0/12", "us-west-1": "10.48.0.0/12"}
    content = landing_zone(account("a", regions=["us-east-2"]), pools=pools, regions=regions)
    content["network"]["availability_zones"] = 2  # us-west-1 offers no more
    assert hub_regions(manifest_of(content)) == ("us-east-1", "us-west-2", "us-east-2")
    assert hub_regions(manifest_of(without_hub(content))) == ()


def test_a_hub_keeps_its_block_and_takes_none_that_a_network_holds() -> None:
    first = plan_of(landing_zone(account("a"))).lock
    many = plan_of(landing_zone(account("a"), account("b", network="xlarge"), account("c")), first)
    assert many.lock.hubs == first.hubs
    ranges = [IPv4Network(n.cidr) for networks in many.lock.networks.values() for n in networks.values()]
    ranges += [IPv4Network(hub.cidr) for hub in many.lock.hubs.values()]
    assert not any(one.overlaps(other) for one, other in combinations(ranges, 2))


def test_private_ranges_are_those_of_all_regions_sites_and_neighbours_once() -> None:
    content = landing_zone()
    content["network"]["hybrid"] = [{"name": "north", "kind": "direct-connect", "ranges": "172.20.0.0/16"}]
    content["network"]["on_premises"] = ["192.168.0.0/16"]
    manifest = manifest_of(content)
    assert on_premises_ranges(manifest) == ("172.20.0.0/16", "192.168.0.0/16")
    assert private_ranges(manifest) == ("10.0.0.0/12", "10.16.0.0/12", "172.20.0.0/16", "192.168.0.0/16")
