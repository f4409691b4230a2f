"""Which routes the transit gateway tables have from the start."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest

from landing_zone.manifest.load import parsed_manifest
from landing_zone.manifest.model import Manifest
from landing_zone.plan.segments import segments
from landing_zone.plan.transit import EVERYWHERE, transit_routes
from tests.manifest.arrange import FILE, clinic, text_of

EAST, WEST = "us-east-1", "us-west-2"
LOCAL, REMOTE, SITE = "10.0.0.0/12", "10.16.0.0/12", "172.16.0.0/16"
SPOKES = ("nonphi", "phi", "phi-nonproduction", "sandbox", "shared")


def manifest(**network: Any) -> Manifest:
    link = {"name": "hospital", "kind": "direct-connect", "ranges": SITE}
    pools = {EAST: LOCAL, WEST: REMOTE}
    return parsed_manifest(text_of(clinic(network={"pools": pools, "hybrid": [link], **network})), FILE).manifest


def target(segment: str, address: str, **network: Any) -> str | None:
    """Where a table sends an address: by the longest prefix."""
    routes = transit_routes(manifest(**network), EAST)[segment]
    found = [IPv4Network(cidr) for cidr in routes if IPv4Address(address) in IPv4Network(cidr)]
    return routes[str(max(found, key=lambda cidr: cidr.prefixlen))] if found else None


def test_every_segment_has_a_table() -> None:
    assert tuple(transit_routes(manifest(), EAST)) == segments()


@pytest.mark.parametrize("segment", [*SPOKES, "inspection"])
def test_a_network_that_nobody_has_told_of_is_reachable_from_nowhere(segment: str) -> None:
    assert target(segment, "10.0.99.1") == "blackhole"


@pytest.mark.parametrize("segment", [*SPOKES, "inspection"])
@pytest.mark.parametrize("address", ["10.200.0.1", "172.31.0.1", "192.168.7.7", "100.64.0.1"])
def test_a_private_address_that_nobody_declared_takes_no_default_route(segment: str, address: str) -> None:
    assert target(segment, address) == "blackhole"


def test_everybody_reaches_the_internet_through_the_firewall_alone() -> None:
    assert {segment: target(segment, "8.8.8.8") for segment in SPOKES} == dict.fromkeys(SPOKES, "inspection")


def test_without_central_egress_no_table_has_a_default_route() -> None:
    routes = transit_routes(manifest(hub={"centralized_egress": False}), EAST)
    assert not [segment for segment, entries in routes.items() if EVERYWHERE in entries]


def test_hospitals_are_reached_by_those_whose_segment_says_so() -> None:
    assert {segment: target(segment, "172.16.1.1") for segment in SPOKES} == {
        "nonphi": "inspection",
        "phi": "inspection",
        "phi-nonproduction": "inspection",
        "sandbox": "blackhole",
        "shared": "inspection",
    }


def test_the_other_region_is_reached_by_production_alone() -> None:
    assert [segment for segment in SPOKES if target(segment, "10.16.1.1") == "inspection"] == ["phi"]


@pytest.mark.parametrize("segment", ["hybrid", "ingress", "peering"])
def test_who_comes_from_elsewhere_finds_only_what_single_networks_add(segment: str) -> None:
    assert transit_routes(manifest(), EAST)[segment] == {}


def test_answers_from_the_internet_go_back_through_the_firewall_and_nowhere_else() -> None:
    assert transit_routes(manifest(), EAST)["egress"] == {LOCAL: "inspection"}


def test_no_blackhole_stands_where_a_link_will_have_its_route() -> None:
    """A static route wins over a propagated one of the same prefix, and one prefix has one static route."""
    assert not {REMOTE, SITE} & transit_routes(manifest(), EAST)["inspection"].keys()
