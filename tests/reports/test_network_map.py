"""The network map: everything is drawn or counted, nothing overlaps, names cannot do harm, the same every time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from xml.etree import ElementTree

import pytest

from landing_zone.proof.network.model import Network, Origin, TransitGateway, Unknown, Vpc
from landing_zone.reports.network_map import map_section, network_map
from landing_zone.reports.network_map_drawing import Drawing, Text
from landing_zone.reports.network_map_layout import picture
from landing_zone.reports.network_map_view import Flow, flows_of, region_views
from tests.reports.network_map_arrange import (
    FLOWS,
    HOME,
    RECOVERY,
    NetworkMaker,
    hub_and_spoke,
    peered_pair,
    ranges,
)

SVG = "{http://www.w3.org/2000/svg}"
COUNTS = (6, 60, 800)
HOSTILE = '</text><script>alert("1")</script>&\u202e]]>'


def maps(network: Network, flows: Sequence[Flow] = FLOWS) -> dict[str, str]:
    return dict(network_map(network, flows, title="Network map", organization="riverside"))


def drawings(network: Network, flows: Sequence[Flow] = FLOWS) -> list[Drawing]:
    views = region_views(network)
    pages = [([view], False) for view in views] + [(list(views), True)]
    return [
        picture(regions, flows, title="Network map", subtitle="riverside", notes=["A note."], brief=brief)
        for regions, brief in pages
    ]


def texts_of(svg: str) -> list[str]:
    return ["".join(node.itertext()) for node in ElementTree.fromstring(svg).iter(f"{SVG}text")]


def unlike(count: int) -> Network:
    """Spokes of which no two have the same shape."""
    make = NetworkMaker()
    for number in range(count):
        tiers = [("application", 28)] * (number % 6 + 1)
        tiers = [(f"{name}-{number}-{index}", prefix) for index, (name, prefix) in enumerate(tiers)]
        make.vpc(HOME, f"s{number:03}", "phi", f"10.{number // 250}.{number % 250}.0/24", tiers)
    return make.network()


def hostile() -> Network:
    make = NetworkMaker()
    make.vpc(HOSTILE, HOSTILE, HOSTILE, "10.0.0.0/24", ((HOSTILE, 28),), account=HOSTILE)
    return make.network()


def long_names() -> Network:
    return hub_and_spoke(24, names="a-service-whose-name-is-as-long-as-AWS-MMMMWWWW-allows-and-then-some-more")


NETWORKS = {
    **{f"{count} spokes": hub_and_spoke(count) for count in COUNTS},
    "one Region": hub_and_spoke(9, regions=(HOME,)),
    "four Regions": hub_and_spoke(20, regions=(HOME, RECOVERY, "eu-west-1", "ap-northeast-1")),
    "unlike": unlike(70),
    "foreign": peered_pair(),
    "hostile": hostile(),
    "long names": long_names(),
}
NAMED = pytest.mark.parametrize("network", NETWORKS.values(), ids=NETWORKS.keys())


def spokes_drawn_and_counted(svg: str, names: set[str]) -> tuple[int, int]:
    texts = texts_of(svg)
    tips = {tip for text in texts for tip in (text, text.partition("…")[2]) if tip}
    counted = [re.fullmatch(r"and ([\d,]+) more( networks of \d+ other shapes)?", text) for text in texts]
    return len(names & tips), sum(int(match[1].replace(",", "")) for match in counted if match)


@pytest.mark.parametrize("count", COUNTS)
def test_every_spoke_is_drawn_or_counted(count: int) -> None:
    network = hub_and_spoke(count)
    files = maps(network)
    for region in (HOME, RECOVERY):
        names = {vpc.name for vpc in network.vpcs.values() if vpc.region == region and vpc.account != "network"}
        drawn, counted = spokes_drawn_and_counted(files[f"network-{region}.svg"], names)
        assert drawn + counted == len(names) == count // 2


def test_spokes_of_many_shapes_are_drawn_or_counted() -> None:
    network = unlike(70)
    names = {vpc.name for vpc in network.vpcs.values()}
    drawn, counted = spokes_drawn_and_counted(maps(network)[f"network-{HOME}.svg"], names)
    assert drawn + counted == 70
    assert drawn == 8


def test_the_whole_organization_draws_or_counts_the_spokes_of_every_region() -> None:
    network = hub_and_spoke(60, names="x")
    networks = [vpc for vpc in network.vpcs.values() if vpc.account != "network"]
    texts = texts_of(maps(network)["network.svg"])
    drawn = sum(texts.count(name) for name in {vpc.name for vpc in networks})
    counted = sum(int(text.split()[1]) for text in texts if re.fullmatch(r"and \d+ more", text))
    assert drawn + counted == 60


@NAMED
def test_no_text_overlaps_another(network: Network) -> None:
    for drawing in drawings(network):
        rows = sorted((text.area, text.text) for text in drawing.texts)
        for index, ((left, top, right, bottom), shown) in enumerate(rows):
            for other, text in rows[index + 1 :]:
                if other[0] >= right:
                    break
                assert other[1] >= bottom or other[3] <= top, (shown, text, left)


@NAMED
def test_no_line_crosses_a_text(network: Network) -> None:
    for drawing in drawings(network):
        spans = [
            (min(x, x2), min(y, y2), max(x, x2), max(y, y2), line)
            for line in drawing.lines
            for (x, y), (x2, y2) in pairwise(line.points)
        ]
        for text in drawing.texts:
            left, top, right, bottom = text.area
            for x, y, x2, y2, line in spans:
                assert x2 < left or x > right or y2 < top or y > bottom, (text, line)


@NAMED
def test_lines_are_horizontal_or_vertical_and_arrows_end_at_a_box(network: Network) -> None:
    for drawing in drawings(network):
        legend = max(box.y + box.height for box in drawing.boxes if box.height > 20)
        for line in drawing.lines:
            assert all(x == x2 or y == y2 for (x, y), (x2, y2) in pairwise(line.points))
            x, y = line.points[-1]
            if line.arrow and y < legend:
                edges = [b for b in drawing.boxes if b.y <= y <= b.y + b.height and x in (b.x, b.x + b.width)]
                assert edges, line


@NAMED
def test_lines_of_different_kinds_cross_and_never_run_along_each_other(network: Network) -> None:
    for drawing in drawings(network):
        legend = max(box.y + box.height for box in drawing.boxes if box.height > 20)
        pieces = [
            (sorted((p, q)), line.look.split()[-1])
            for line in drawing.lines
            for p, q in pairwise(line.points)
            if p[1] < legend
        ]
        for index, (((x, y), (x2, y2)), look) in enumerate(pieces):
            for ((a, b), (a2, b2)), other in pieces[index + 1 :]:
                if look != other:
                    assert not (y == y2 == b == b2 and min(x2, a2) - max(x, a) > 1), (look, other)
                    assert not (x == x2 == a == a2 and min(y2, b2) - max(y, b) > 1), (look, other)


@NAMED
def test_everything_lies_on_the_sheet(network: Network) -> None:
    for drawing in drawings(network):
        width, height = drawing.size
        for text in drawing.texts:
            left, top, right, bottom = text.area
            assert 0 <= left <= right <= width, text
            assert 0 <= top <= bottom <= height, text
        for box in drawing.boxes:
            assert 0 <= box.x <= box.x + box.width <= width
            assert 0 <= box.y <= box.y + box.height <= height


@NAMED
def test_a_text_stays_in_the_box_that_it_begins_in(network: Network) -> None:
    for drawing in drawings(network):
        for text in drawing.texts:
            around = [b for b in drawing.boxes if b.x <= text.x < b.x + b.width and b.y < text.y < b.y + b.height]
            for box in around:
                assert text.area[2] <= box.x + box.width + 1, (text, box)
                assert text.area[3] <= box.y + box.height + 1, (text, box)


@NAMED
def test_arrows_of_two_flows_never_lie_on_each_other(network: Network) -> None:
    for drawing in drawings(network):
        arrows = [line for line in drawing.lines if line.arrow]
        ends = [line.points[-1] for line in arrows]
        assert len(ends) == len(set(ends))


@NAMED
def test_files_are_well_formed_and_load_nothing(network: Network) -> None:
    for name, text in maps(network).items():
        assert "<script" not in text
        assert not re.search(r"href|url\(|@import|onload", text.lower()), name
        if name.endswith(".svg"):
            root = ElementTree.fromstring(text)
            assert root.get("role") == "img"
            assert root.find(f"{SVG}title") is not None
            labels = (root.get("aria-labelledby") or "").split()
            assert labels == [child.get("id") for child in list(root)[:2]]


def test_hostile_names_are_text() -> None:
    files = maps(hostile(), [Flow("internet", HOSTILE, False)])
    assert all(re.fullmatch(r"network(-[a-z0-9-]+)?\.(svg|mmd)", name) for name in files)
    shown = "".join(texts_of(files["network.svg"]))
    assert "</text><script>" in shown
    assert "\u202e" not in "".join(files.values())
    for name, text in files.items():
        if name.endswith(".mmd"):
            assert not re.search(r"[<>&]", text.replace("<br/>", "").replace("-->", "").replace(".->", ""))


@pytest.mark.parametrize("count", COUNTS)
def test_the_same_network_gives_the_same_bytes_in_any_order(count: int) -> None:
    network = hub_and_spoke(count)
    fields = ("vpcs", "subnets", "attachments", "nats", "firewalls", "gateways", "hosts", "transit_tables")
    parts: dict[str, Any] = {field: dict(reversed(getattr(network, field).items())) for field in fields}
    turned = replace(network, **parts)
    assert maps(network) == maps(turned, FLOWS[::-1])


def test_an_uninspected_flow_is_red_and_dashed_and_an_inspected_one_is_not() -> None:
    network = peered_pair(segment="nonphi")
    for flow, look in ((Flow("nonphi", "phi", True), "nonphi"), (Flow("nonphi", "phi", False), "uninspected")):
        arrows = [line for line in drawings(network, [flow])[0].lines if line.arrow]
        assert [line.look for line in arrows[:1]] == [look]
    svg = maps(network, [Flow("nonphi", "phi", False)])["network.svg"]
    assert "nm-uninspected{stroke-width:2.2;stroke-dasharray" in svg
    assert "nonphi may open connections to phi without inspection." in svg


def test_what_the_prover_permits_becomes_arrows() -> None:
    permitted = {
        ("phi", "shared"): SimpleNamespace(inspected=True),
        ("nonphi", "phi"): SimpleNamespace(inspected=False),
    }
    assert flows_of(permitted) == [Flow("phi", "shared", True), Flow("nonphi", "phi", False)]


def test_a_flow_to_a_place_that_is_not_there_is_left_out() -> None:
    network = peered_pair(segment="nonphi")
    assert maps(network, [Flow("nonphi", "sandbox", True), Flow("hybrid", "phi", True)]) == maps(network, [])


def test_networks_with_phi_stand_inside_a_labelled_boundary() -> None:
    for drawing in drawings(hub_and_spoke(6)):
        boundaries = [box for box in drawing.boxes if "boundary" in box.look and box.height > 20]
        labels = [text for text in drawing.texts if text.text == "PHI boundary"]
        assert boundaries
        assert len(labels) == len(boundaries)
        names = [text for text in drawing.texts if text.text == "electronic-health-record-production"]
        assert names
        assert all(any(_inside(text, (b.x, b.y, b.width, b.height)) for b in boundaries) for text in names)
        others = [text for text in drawing.texts if text.text in ("sandbox", "shared", "nonphi")]
        assert not any(_inside(text, (b.x, b.y, b.width, b.height)) for b in boundaries for text in others)


def _inside(text: Text, box: tuple[float, float, float, float]) -> bool:
    x, y, width, height = box
    return x <= text.x <= x + width and y <= text.y <= y + height


def test_a_subnet_with_phi_puts_its_network_inside_the_boundary() -> None:
    network = peered_pair(segment="nonphi")
    key = next(key for key, subnet in network.subnets.items() if subnet.vpc.endswith("/web"))
    subnets = dict(network.subnets) | {key: replace(network.subnets[key], segment="phi")}
    (view,) = region_views(replace(network, subnets=subnets))
    assert [row.name for row in view.segments["phi"]] == ["records", "web"]


def test_a_few_networks_are_shown_with_every_subnet_by_tier_and_zone() -> None:
    texts = texts_of(maps(hub_and_spoke(6))[f"network-{HOME}.svg"])
    network = hub_and_spoke(6)
    for zone in ("use1-az1", "use1-az2", "use1-az4"):
        assert texts.count(zone) == 3 + 4  # spokes and the hub's networks
    assert {"application", "data", "attachment", "firewall", "service", "public"} <= set(texts)
    assert len([text for text in texts if re.fullmatch(r"10\.[\d.]+/\d+", text)]) >= len(network.subnets) // 2


def test_networks_that_are_alike_are_told_so() -> None:
    texts = texts_of(maps(hub_and_spoke(60))[f"network-{HOME}.svg"])
    assert "16 networks like this" in texts
    assert "/22 · application 3 × /25 · data 3 × /26 · attachment 3 × /28 · in use1-az1, use1-az2, use1-az4" in texts


def test_sites_peering_and_tables_are_shown() -> None:
    files = maps(hub_and_spoke(6))
    texts = texts_of(files[f"network-{HOME}.svg"])
    assert {"university-hospital", "Direct Connect", "10.8.0.0/14", "site-to-site VPN", RECOVERY, "peering"} <= set(
        texts
    )
    assert "phi: 2 routes, 1 blackhole" in texts
    whole = texts_of(files["network.svg"])
    assert whole.count("university-hospital") == 1
    assert f"to {RECOVERY}" in whole


def test_a_hub_network_of_another_account_stands_with_the_spokes() -> None:
    network = hub_and_spoke(2, regions=(HOME,))
    stray = Vpc("stray", Origin("x", "Vpc"), "stray", "other", HOME, ranges("10.200.0.0/24"), "egress")
    (view,) = region_views(replace(network, vpcs={**network.vpcs, "stray": stray}))
    assert [row.name for row in view.segments["egress"]] == ["egress"]
    assert [row.name for row in view.segments["egress outside the hub"]] == ["stray"]


def test_a_transit_gateway_that_is_only_named_stands_where_its_networks_are() -> None:
    network = hub_and_spoke(4, regions=(HOME,))
    unknown = TransitGateway("tgw-0123", Origin("outside", "tgw-0123"), "", "", False, False)
    attachments = {key: replace(a, gateway="tgw-0123") for key, a in network.attachments.items() if a.kind == "vpc"}
    gateways = {"tgw-0123": unknown}
    (view,) = region_views(
        replace(network, transit_gateways=gateways, attachments=attachments, transit_tables={}),
    )
    assert (view.name, view.has_gateway) == (HOME, True)
    assert [row.name for row in view.segments["egress"]] == ["egress"]
    (alone,) = region_views(replace(network, transit_gateways={**network.transit_gateways, **gateways}))
    assert alone.name == HOME


def test_networks_that_only_pass_traffic_on_have_no_arrows() -> None:
    network = hub_and_spoke(2, regions=(HOME,))
    flows = [Flow("inspection", "phi", False), Flow("phi", "egress", False), Flow("internet", "inspection", False)]
    assert maps(network, flows) == maps(network, [])


def test_an_internet_gateway_in_a_spoke_stands_out() -> None:
    (drawing, _) = drawings(peered_pair())
    warned = [text.text for text in drawing.texts if text.look == "warn"]
    assert "internet gateway · peered with records" in warned


def test_what_the_model_does_not_know_is_said() -> None:
    network = replace(hub_and_spoke(2), unknowns=(Unknown(Origin("stack", "Lattice"), "is not modelled"),))
    for name, text in maps(network).items():
        if name.endswith(".svg"):
            assert "1 thing in the templates may carry traffic that this map lacks: stack/Lattice" in text


def test_two_addresses_families_are_shown() -> None:
    network = peered_pair()
    key, vpc = next(iter(network.vpcs.items()))
    first = (1 << 32) + 0x20010DB8 * (1 << 96)
    wide = replace(vpc, ranges=(*vpc.ranges, (first, first + (1 << 72) - 1)))
    (view,) = region_views(replace(network, vpcs={**network.vpcs, key: wide}))
    (shown,) = [row for rows in view.segments.values() for row in rows if row.key == key]
    assert shown.ranges == ("10.0.0.0/16", "2001:db8::/56")
    assert shown.size == 65_536


def test_no_networks_no_maps() -> None:
    assert maps(Network()) == {}
    assert map_section({}) == ""


def test_the_section_of_the_page_holds_the_whole_map_and_links_to_each_region() -> None:
    section = map_section(maps(hub_and_spoke(6)), "network/")
    assert section.count("<svg") == 1
    assert f'<a href="network/network-{HOME}.svg">{HOME}</a>' in section
    assert 'href="network/network.mmd"' in section


def test_mermaid_has_a_frame_for_each_region_and_an_edge_for_each_flow() -> None:
    text = maps(hub_and_spoke(6), [Flow("phi", "shared", True), Flow("internet", "ingress", False)])["network.mmd"]
    lines = [line.strip() for line in text.splitlines()]
    assert lines[1] == "flowchart TB"
    assert len([line for line in lines if line.startswith("subgraph r")]) == 2
    assert len([line for line in lines if "-->" in line]) == 2
    assert len([line for line in lines if "-. uninspected .->" in line]) == 2
    assert len([line for line in lines if line == "end"]) == 3
    edges = [line for line in lines if re.search(r" (---|<==>|<-\.->|-->|-\. uninspected \.->) ", line)]
    for line in lines:
        if match := re.match(r"linkStyle (\d+) ", line):
            assert "uninspected" in edges[int(match[1])]
