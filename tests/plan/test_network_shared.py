"""Which shared networks a manifest asks for, in which shape and with which values."""

from __future__ import annotations

from ipaddress import IPv4Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landing_zone.plan.model import Deployment
from landing_zone.plan.roles.network_shared import few_ranges
from tests.manifest.arrange import Json, changed, clinic
from tests.stacks.arrange import deployments_of

EAST, WEST = "us-east-1", "us-west-2"
SITE: Json = {"name": "hospital", "kind": "direct-connect", "ranges": "172.16.0.0/16", "regions": [EAST]}


def planned(*changes: tuple[tuple[Any, ...], Any]) -> dict[str, Deployment]:
    """The shared networks of the clinic with these changes, by Region."""
    found = deployments_of("network_shared", changed(clinic(), *changes))
    return {deployment.environment.region: deployment for deployment in found}


def test_every_region_with_a_hub_has_one_after_the_hub_and_before_nothing_else() -> None:
    found = planned()
    assert set(found) == {EAST, WEST}
    assert {d.environment.account for d in found.values()} == {"network"}
    assert set(found[EAST].depends_on) == {
        "hlz-account-baseline-network-us-east-1",
        "hlz-log-landing-log-archive-us-east-1",
        "hlz-network-hub-network-us-east-1",
    }


def test_without_a_hub_there_is_none() -> None:
    assert planned((("network", "hub"), {"enabled": False}), (("network", "inspection"), {"enabled": False})) == {}


def test_its_subnets_lie_in_its_own_part_of_the_hub() -> None:
    values = {value.name: str(value.text) for value in planned()[EAST].values if value.type == "cidr"}
    vpc = IPv4Network(values.pop("VpcCidr"))
    assert sorted(values) == sorted(
        f"{tier}Subnet{zone}Cidr" for tier in ("Attachment", "Service") for zone in (1, 2, 3)
    )
    assert all(IPv4Network(cidr).subnet_of(vpc) for cidr in values.values())


def test_hospitals_ask_where_a_link_ends() -> None:
    found = planned((("network", "hybrid"), [SITE]))
    assert {region: d.variant.shape["hospitals_ask"] for region, d in found.items()} == {EAST: True, WEST: False}
    assert not planned()[EAST].variant.shape["hospitals_ask"]


def test_ipam_watches_all_pools_from_the_home_region_if_it_is_asked_for() -> None:
    found = planned((("network", "ipam"), True))
    assert found[EAST].variant.shape["address_pools"] == {EAST: ["10.0.0.0/12"], WEST: ["10.16.0.0/12"]}
    assert found[WEST].variant.shape["address_pools"] == {}
    assert planned()[EAST].variant.shape["address_pools"] == {}


def test_blocked_lists_are_those_of_the_region() -> None:
    found = planned((("network", "dns", "blocked_domain_lists"), {WEST: ["rslvr-fdl-2c46f2ecbfec4dcc"]}))
    assert found[WEST].variant.shape["blocked_domain_lists"] == ["rslvr-fdl-2c46f2ecbfec4dcc"]
    assert found[EAST].variant.shape["blocked_domain_lists"] == []


def test_the_tables_of_all_who_reach_it_lead_to_it() -> None:
    expected = ["hybrid", "nonphi", "phi", "phi-nonproduction", "shared"]
    assert planned()[EAST].variant.shape["reached_from"] == expected


@pytest.mark.parametrize(
    ("cidrs", "few"),
    [
        (["10.0.0.0/12", "10.16.0.0/12"], ["10.0.0.0/11"]),
        (["10.0.0.0/16", "10.2.0.0/16", "172.16.0.0/16"], ["10.0.0.0/14", "172.16.0.0/15"]),
    ],
)
def test_ranges_are_joined_and_widened_only_as_far_as_it_takes(cidrs: list[str], few: list[str]) -> None:
    assert few_ranges(cidrs, most=2) == few


@given(st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(8, 32)), min_size=1, max_size=12), st.integers(1, 6))
def test_few_ranges_are_few_and_cover_all(blocks: list[tuple[int, int]], most: int) -> None:
    ranges = [IPv4Network(block, strict=False) for block in blocks]
    few = [IPv4Network(cidr) for cidr in few_ranges(map(str, ranges), most)]
    assert len(few) <= most
    assert all(any(block.subnet_of(around) for around in few) for block in ranges)
