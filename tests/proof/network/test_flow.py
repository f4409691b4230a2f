"""The engine's parts: address sets, route tables, ACLs as boxes."""

from __future__ import annotations

from itertools import pairwise
from random import Random

import pytest

from landing_zone.proof.network.atoms import END, V6, Atoms, address_text, cidrs, interval, ranges_text
from landing_zone.proof.network.filters import ALL_PROTOCOLS, Filters, deciding, through
from landing_zone.proof.network.forwarding import LOCAL, transit_table, vpc_table
from landing_zone.proof.network.model import (
    ALL_PORTS,
    AclEntry,
    Attachment,
    Network,
    Origin,
    Ranges,
    Route,
    RouteTable,
    SecurityGroup,
    SecurityRule,
    Target,
    TransitRoute,
    TransitTable,
)
from tests.proof.network.arrange import Design, ranges

HERE = Origin("test", "Thing")
HUB, NAT, WAN = Target("transit-gateway", "hub"), Target("nat", "nat"), Target("vpn-gateway", "wan")
LOCAL_RANGES = ranges("10.1.0.0/16")
CIDRS = (
    "0.0.0.0/0",
    "10.0.0.0/8",
    "10.1.0.0/16",
    "10.1.2.0/24",
    "10.1.2.128/25",
    "8.8.8.0/24",
    "::/0",
    "2600:1f00::/56",
)


def atoms(*more: str) -> Atoms:
    """The line, cut where these tests need it."""
    return Atoms(interval(cidr) for cidr in (*CIDRS, *more))


def leads(routes: list[Route], address: str, local: Ranges = LOCAL_RANGES) -> set[str]:
    """Kinds of targets to which a table leads an address."""
    own = atoms(f"{address}/32")
    found = vpc_table(RouteTable("t", HERE, "v", tuple(routes)), local, own)
    bit = own.holding(interval(f"{address}/32")[0])
    return {target.kind for mask, target in found.hops if mask & bit}


def route(cidr: str, target: Target, propagated: bool = False) -> Route:
    """A route."""
    return Route(ranges(cidr), target, HERE, propagated)


def test_sets_of_addresses_are_what_their_ranges_say() -> None:
    random = Random(5)
    blocks = [interval(cidr) for cidr in CIDRS]
    own = Atoms(blocks)
    for _ in range(200):
        chosen = random.sample(blocks, 3)
        mask = own.mask(tuple(chosen))
        for low, high in blocks:
            for address in (low, high, low - 1, high + 1):
                if 0 <= address < END:
                    inside = any(first <= address <= last for first, last in chosen)
                    assert bool(mask & own.holding(address)) == inside
        again = own.ranges(mask)
        assert own.mask(again) == mask
        assert all(last < following for (_, last), (following, _) in pairwise(again))


def test_an_interval_is_made_of_the_fewest_blocks() -> None:
    assert [*cidrs(*interval("10.0.0.0/8"))] == [interval("10.0.0.0/8")]
    assert [*cidrs(0, V6)] == [(0, V6 - 1), (V6, V6)]
    assert [*cidrs(1, 6)] == [(1, 1), (2, 3), (4, 5), (6, 6)]
    assert ranges_text(ranges("10.0.0.0/8", "2600:1f00::/56")) == "10.0.0.0/8, 2600:1f00::/56"
    assert address_text(V6 + 1) == "::1"


def test_the_longest_prefix_decides() -> None:
    routes = [route("0.0.0.0/0", HUB), route("10.1.2.0/24", NAT), route("8.8.8.0/24", Target("blackhole"))]
    assert leads(routes, "10.1.2.9") == {"nat"}
    assert leads(routes, "10.1.3.9") == {"local"}
    assert leads(routes, "9.9.9.9") == {"transit-gateway"}
    assert leads(routes, "8.8.8.8") == {"blackhole"}


def test_local_goes_before_static_before_propagated() -> None:
    same = [route("10.1.0.0/16", HUB), route("8.8.8.0/24", WAN, propagated=True), route("8.8.8.0/24", NAT)]
    assert leads(same, "10.1.9.9") == {"local"}
    assert leads(same, "8.8.8.8") == {"nat"}


def test_a_longer_propagated_route_does_not_take_what_is_local() -> None:
    assert leads([route("10.1.2.0/24", WAN, propagated=True)], "10.1.2.9") == {"local"}
    assert leads([route("10.1.2.0/24", WAN, propagated=True)], "10.1.2.9", local=()) == {"vpn-gateway"}


def test_a_gateway_that_may_announce_anything_may_take_whatever_is_not_local() -> None:
    unknown = Route((), WAN, HERE, propagated=True)
    assert leads([unknown, route("8.8.8.0/24", NAT)], "8.8.8.8") == {"nat", "vpn-gateway"}
    assert leads([unknown], "10.1.2.9") == {"local"}


def test_a_prefix_list_may_win_or_lose_against_what_overlaps_it_but_beats_the_default() -> None:
    listed = Route(ranges("10.1.2.0/24", "8.8.8.0/24"), NAT, HERE)
    assert leads([listed, route("0.0.0.0/0", HUB)], "8.8.8.8") == {"nat"}
    assert leads([listed, route("10.0.0.0/8", HUB)], "10.1.2.9", local=()) == {"nat", "transit-gateway"}


def transit_leads(routes: list[TransitRoute], address: str, link: Ranges = ()) -> set[str | None]:
    """Attachments to which a transit gateway's table leads an address."""
    own = atoms(f"{address}/32")
    attachment = Attachment("vpn", HERE, "hub", "vpn", None, (), False, None, link, None, None)
    table = TransitTable("t", HERE, "hub", None, tuple(routes))
    found = transit_table(table, Network(attachments={"vpn": attachment}), own)
    bit = own.holding(interval(f"{address}/32")[0])
    return {key for mask, key in found.hops if mask & bit}


def test_in_transit_tables_a_blackhole_takes_what_no_longer_prefix_takes() -> None:
    routes = [
        TransitRoute(ranges("10.0.0.0/8"), None, HERE),
        TransitRoute(ranges("10.1.0.0/16"), "a", HERE, propagated=True),
        TransitRoute(ranges("10.1.2.0/24"), "b", HERE, propagated=True),
        TransitRoute(ranges("10.1.2.0/24"), None, HERE),
    ]
    assert transit_leads(routes, "10.9.9.9") == {None}
    assert transit_leads(routes, "10.1.9.9") == {"a"}
    assert transit_leads(routes, "10.1.2.9") == {None}
    assert transit_leads(routes, "8.8.8.8") == set()


def test_equal_propagated_routes_are_both_ways() -> None:
    routes = [TransitRoute(ranges("10.1.0.0/16"), key, HERE, propagated=True) for key in ("a", "b")]
    assert transit_leads(routes, "10.1.2.9") == {"a", "b"}


def test_an_unnamed_link_passes_every_blackhole_and_a_named_one_does_not() -> None:
    routes = [
        TransitRoute(ranges("10.0.0.0/8"), None, HERE),
        TransitRoute(ranges("8.8.8.0/24"), "vpn", HERE, propagated=True),
    ]
    assert transit_leads(routes, "10.1.2.9") == {None, "vpn"}
    assert transit_leads(routes, "10.1.2.9", link=ranges("8.8.8.0/24")) == {None}


def test_acl_boxes_admit_what_the_first_match_admits() -> None:
    random, own = Random(9), atoms()
    for _ in range(60):
        design = Design()
        key = design.acl(
            "acl",
            *(
                (
                    number,
                    random.choice(("in", "out")),
                    random.choice(("allow", "allow", "deny")),
                    random.choice((None, 6, 17, 1)),
                    random.choice(((0, 65535), (443, 443), (100, 5000), (1024, 65535))),
                    random.choice(CIDRS),
                )
                for number in random.sample(range(100), 12)
            ),
        )
        filters = Filters(design.network(), own)
        for _ in range(60):
            protocol, port, egress = (
                random.choice((6, 17, 1, 50)),
                random.choice((0, 443, 99, 1024, 65535)),
                bool(random.getrandbits(1)),
            )
            if protocol not in (6, 17):
                port = 0
            address = own.holding(random.choice(ranges(*CIDRS[1:]))[0])
            shape = (1 << protocol, port, port, address if egress else own.everything, 0)
            passed = through(filters.of(key, egress), shape, own.everything if egress else address)
            first = next(
                (
                    entry
                    for entry in sorted(design.acls[key].entries, key=lambda entry: entry.number)
                    if entry.egress == egress
                    and entry.protocol in (None, protocol)
                    and (protocol not in (6, 17) or entry.protocol is None or entry.ports[0] <= port <= entry.ports[1])
                    and own.mask(entry.ranges) & address
                    and (entry.allow or entry.protocol != 1 or entry.ports == ALL_PORTS)
                ),
                None,
            )
            assert bool(passed) == (first is not None and first.allow)


def test_an_acl_without_entries_denies_and_no_acl_allows() -> None:
    design, own = Design(), atoms()
    key, shape = design.acl("acl"), (ALL_PROTOCOLS, *ALL_PORTS, own.everything, 0)
    filters = Filters(design.network(), own)
    assert through(filters.of(key, True), shape, own.everything) == []
    assert through(filters.of(None, True), shape, own.everything) == [(shape, own.everything)]


def test_a_rule_that_denies_a_part_of_icmp_denies_nothing_of_it_for_sure() -> None:
    design, own = Design(), atoms()
    key = design.acl("acl", (1, "in", "deny", 1, (8, 8), "0.0.0.0/0"), (2, "in", "allow", None, ALL_PORTS, "0.0.0.0/0"))
    shape = (1 << 1, *ALL_PORTS, own.everything, 0)
    assert through(Filters(design.network(), own).of(key, False), shape, own.holding(interval("8.8.8.0/24")[0]))


def test_the_entry_that_decides_is_the_first_that_matches() -> None:
    design, own = Design(), atoms()
    key = design.acl(
        "acl", (2, "in", "allow", None, ALL_PORTS, "0.0.0.0/0"), (1, "in", "deny", 6, (22, 22), "10.0.0.0/8")
    )
    acl, inside = design.acls[key], own.holding(interval("10.1.2.0/24")[0])
    found: list[AclEntry | None] = [deciding(acl, False, (6, port, inside), own) for port in (22, 443)]
    assert [entry.number for entry in found if entry] == [1, 2]
    assert deciding(acl, True, (6, 22, inside), own) is None


@pytest.mark.parametrize(("groups", "everything"), [((), True), (("missing",), True), (("web",), False)])
def test_hosts_without_known_groups_admit_everything(groups: tuple[str, ...], everything: bool) -> None:
    design, own = Design(), atoms()
    rule = SecurityRule(False, 6, (443, 443), ranges("10.1.0.0/16"), None, HERE)
    design.groups["web"] = SecurityGroup("web", HERE, "v", (rule,))
    admitted = Filters(design.network(), own).admitted(groups, egress=False)
    assert (admitted == ((ALL_PROTOCOLS, *ALL_PORTS, own.everything),)) == everything


def test_the_local_route_needs_no_table() -> None:
    own = atoms()
    found = vpc_table(None, ranges("10.1.0.0/16"), own)
    assert found.hops == ((own.mask(ranges("10.1.0.0/16")), LOCAL),)
