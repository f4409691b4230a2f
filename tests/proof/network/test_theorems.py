"""A good network proves every theorem; each design error refutes the theorem it breaks, with the path that shows it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from landing_zone.proof.network.model import (
    Attachment,
    FirewallEndpoint,
    Gateway,
    Network,
    Peering,
    Result,
    Route,
    RouteTable,
    Target,
    Unknown,
)
from landing_zone.proof.network.prove import load_theorems, not_evaluated, permitted, prove_network
from tests.proof.network.arrange import (
    EAST,
    WEST,
    Design,
    balancer,
    by_id,
    gateway,
    hub_and_spoke,
    inspection,
    origin,
    path,
    ranges,
    transit,
)

PHI, ENTRY, SANDBOX = f"phi-0-{EAST}", f"phi-1-{EAST}", f"sandbox-4-{EAST}"
HUB = Target("transit-gateway", gateway(EAST))
Spoil = Callable[[Design], None]


def proved(spoil: Spoil = lambda design: None) -> dict[str, Result]:
    """Results on the good network, spoiled."""
    design = hub_and_spoke()
    spoil(design)
    return by_id(prove_network(design.network()))


def test_the_good_network_proves_every_theorem() -> None:
    results = proved()
    assert {theorem.id for theorem in load_theorems()} == set(results)
    assert {result.verdict for result in results.values()} == {"PROVED"}


def missing_blackhole(design: Design) -> None:
    design.without_transit_route(transit(EAST, "phi"), "10.0.0.0/10")


def propagated_sandbox(design: Design) -> None:
    table = transit(EAST, "phi")
    design.transit_routes(table, {"10.0.64.0/20": f"{SANDBOX}/attachment"}, propagated=True)


def sandbox_reaches_shared(design: Design) -> None:
    design.transit_routes(transit(EAST, "sandbox"), {"10.60.32.0/20": inspection(EAST)})


def asymmetric_zones(design: Design) -> None:
    key = inspection(EAST)
    design.attachments[key] = replace(design.attachments[key], appliance_mode=False)


def firewall_of_another_zone(design: Design) -> None:
    vpc = f"inspection-{EAST}"
    design.routes(f"{vpc}/attachment-b", {"0.0.0.0/0": Target("firewall", f"{vpc}/firewall-a")})


def zone_without_firewall_route(design: Design) -> None:
    design.without_route(f"inspection-{EAST}/attachment-c", "0.0.0.0/0")


def firewall_without_way_back(design: Design) -> None:
    design.without_route(f"inspection-{EAST}/firewall-b", "0.0.0.0/0")


def default_table(design: Design) -> None:
    key = gateway(WEST)
    design.transit_gateways[key] = replace(design.transit_gateways[key], default_propagation=True)


def internet_gateway_in_phi(design: Design) -> None:
    design.gateways["igw"] = Gateway("igw", origin(PHI, "InternetGateway"), "internet-gateway", PHI)
    design.routes(f"{PHI}/data-a", {"0.0.0.0/0": Target("internet-gateway", "igw")})


def overlapping_ranges(design: Design) -> None:
    design.vpcs[SANDBOX] = replace(design.vpcs[SANDBOX], ranges=ranges("10.0.0.0/19"))


def peered_vpcs(design: Design) -> None:
    design.peerings["peering-by-hand"] = Peering("peering-by-hand", origin("extra", "Peering"), (PHI, SANDBOX))
    design.routes(f"{PHI}/application-a", {"10.0.64.0/20": Target("peering", "peering-by-hand")})


def link_range_too_wide(design: Design) -> None:
    key = f"vpn-{EAST}"
    design.attachments[key] = replace(design.attachments[key], ranges=ranges("10.0.0.0/8"))


def hospital_reaches_too_much(design: Design) -> None:
    design.transit_routes(transit(EAST, "hybrid"), {"10.0.0.0/20": inspection(EAST)})


def relay_to_phi(design: Design) -> None:
    balancer(design, f"ingress-{EAST}", f"{ENTRY}/application-a")
    hub = Target("transit-gateway", gateway(EAST))
    for zone in "abc":
        design.routes(f"ingress-{EAST}/public-{zone}", {"10.0.16.0/20": hub})
    design.transit_routes(transit(EAST, "ingress"), {"10.0.20.0/24": f"{ENTRY}/attachment"})


def spoke_past_the_firewall(design: Design) -> None:
    design.transit_routes(transit(EAST, "phi"), {"10.60.32.0/21": f"shared-{EAST}/attachment"})


def egress_past_the_firewall(design: Design) -> None:
    design.transit_routes(transit(EAST, "nonphi"), {"0.0.0.0/1": f"egress-{EAST}/attachment"})


def sandbox_subnet_beside_phi(design: Design) -> None:
    design.subnet(PHI, "sandbox", "10.0.15.0/24", {}, segment="sandbox")


def phi_reaches_nonphi(design: Design) -> None:
    design.transit_routes(transit(EAST, "phi"), {"10.0.48.0/20": inspection(EAST)})


def attached_in_two_zones_only(design: Design) -> None:
    key = f"{PHI}/attachment"
    design.attachments[key] = replace(design.attachments[key], subnets=design.attachments[key].subnets[:2])


def answers_blocked(design: Design) -> None:
    key = f"{PHI}-application-acl"
    kept = tuple(entry for entry in design.acls[key].entries if entry.number != 100 or entry.egress)
    web = replace(design.acls[key].entries[1], ports=(443, 443), protocol=6)
    design.acls[key] = replace(design.acls[key], entries=(*kept, web))


def no_route_for_return(design: Design) -> None:
    design.without_transit_route(transit(EAST, "egress"), "10.0.0.0/10")


def tied_to_the_other_region(design: Design) -> None:
    """Shared services are reached over the other Region's firewalls."""
    design.without_transit_route(transit(EAST, "phi"), "0.0.0.0/0")
    design.transit_routes(transit(EAST, "phi"), {"0.0.0.0/0": "peering"})
    design.transit_routes(transit(WEST, "peering"), {"0.0.0.0/0": inspection(WEST)})
    design.transit_routes(transit(WEST, "inspection"), {"10.0.0.0/12": "peering@peer"})


ERRORS: list[tuple[Spoil, str, list[str]]] = [
    (
        missing_blackhole,
        "phi-and-sandbox-never-connected",
        [f"{PHI}/application-aRouteTo0", f"hub-{transit(EAST, 'phi')}/phiTo0.0.0.0/0", f"inspection-{EAST}/Firewalla"],
    ),
    (
        propagated_sandbox,
        "phi-and-sandbox-never-connected",
        [f"hub-{transit(EAST, 'phi')}/phiFrom10.0.64.0/20", f"{SANDBOX}/Attachment"],
    ),
    (propagated_sandbox, "phi-reaches-only-its-zone", [f"hub-{transit(EAST, 'phi')}/phiFrom10.0.64.0/20"]),
    (propagated_sandbox, "east-west-is-inspected", [f"hub-{transit(EAST, 'phi')}/phiFrom10.0.64.0/20"]),
    (
        sandbox_reaches_shared,
        "segments-reach-only-their-zone",
        [f"hub-{transit(EAST, 'sandbox')}/sandboxTo10.60.32.0/20", f"inspection-{EAST}/Firewalla"],
    ),
    (asymmetric_zones, "firewall-paths-are-symmetric", [f"inspection-{EAST}/Attachment"]),
    (firewall_of_another_zone, "firewall-paths-are-symmetric", [f"inspection-{EAST}/attachment-bTableAdded0"]),
    (zone_without_firewall_route, "firewall-paths-are-symmetric", [f"inspection-{EAST}/attachment-cTable"]),
    (firewall_without_way_back, "firewall-paths-are-symmetric", [f"inspection-{EAST}/firewall-bTable"]),
    (default_table, "no-default-tables", [f"hub-{WEST}/Gateway"]),
    (
        internet_gateway_in_phi,
        "internet-never-reaches-phi",
        [f"{PHI}/InternetGateway", f"{PHI}/data-a", f"{PHI}/data-aTableAdded0"],
    ),
    (internet_gateway_in_phi, "egress-is-inspected", [f"{PHI}/data-aTableAdded0", f"{PHI}/InternetGateway"]),
    (overlapping_ranges, "addresses-never-overlap", [f"{SANDBOX}/Vpc", f"{PHI}/Vpc"]),
    (peered_vpcs, "phi-and-sandbox-never-connected", [f"{PHI}/application-aTableAdded0", "extra/Peering"]),
    (link_range_too_wide, "addresses-never-overlap", [f"links-{EAST}/Vpn", f"{PHI}/Vpc"]),
    (
        hospital_reaches_too_much,
        "hospitals-reach-only-entries",
        [f"links-{EAST}/Vpn", f"hub-{transit(EAST, 'hybrid')}/hybridTo10.0.0.0/20", f"{PHI}/Attachment"],
    ),
    (
        relay_to_phi,
        "internet-never-reaches-phi",
        [
            f"ingress-{EAST}/InternetGateway",
            f"ingress-{EAST}/Listener",
            f"hub-{transit(EAST, 'ingress')}/ingressTo10.0.20.0/24",
            f"{ENTRY}/Attachment",
            f"{ENTRY}/application-a",
        ],
    ),
    (
        spoke_past_the_firewall,
        "east-west-is-inspected",
        [f"hub-{transit(EAST, 'phi')}/phiTo10.60.32.0/21", f"shared-{EAST}/Attachment"],
    ),
    (
        egress_past_the_firewall,
        "egress-is-inspected",
        [f"hub-{transit(EAST, 'nonphi')}/nonphiTo0.0.0.0/1", f"egress-{EAST}/Nata", f"egress-{EAST}/InternetGateway"],
    ),
    (sandbox_subnet_beside_phi, "phi-and-sandbox-never-connected", [f"{PHI}/sandbox"]),
    (phi_reaches_nonphi, "phi-reaches-only-its-zone", [f"hub-{transit(EAST, 'phi')}/phiTo10.0.48.0/20"]),
    (attached_in_two_zones_only, "phi-reaches-shared-services", [f"{PHI}/application-c", f"{PHI}/application-cTable"]),
    (answers_blocked, "phi-reaches-shared-services", [f"{PHI}/Attachment", f"{PHI}-application-acl/Acl"]),
    (no_route_for_return, "phi-reaches-internet-through-hub", [f"hub-{EAST}/egressTable"]),
    (tied_to_the_other_region, "regions-reach-internet-alone", [f"{PHI}/Attachment", "links/Peering"]),
]


@pytest.mark.parametrize(("spoil", "theorem", "through"), ERRORS, ids=[f"{s.__name__}-{t}" for s, t, _ in ERRORS])
def test_a_design_error_refutes_its_theorem_along_the_path(spoil: Spoil, theorem: str, through: list[str]) -> None:
    result = proved(spoil)[theorem]
    assert result.verdict == "REFUTED"
    places = iter(path(result))
    assert all(place in places for place in through), path(result)
    assert all(hop.text for hop in result.witness)


def test_a_firewall_behind_the_ingress_network_makes_its_load_balancers_allowed() -> None:
    def relay(design: Design) -> None:
        balancer(design, f"ingress-{EAST}", f"{ENTRY}/application-a")

    assert proved(relay)["internet-never-reaches-phi"].verdict == "PROVED"


def test_a_second_load_balancer_behind_the_ingress_network_is_not_allowed() -> None:
    def relays(design: Design) -> None:
        balancer(design, f"ingress-{EAST}", f"{ENTRY}/application-a")
        design.subnets[f"{ENTRY}/application-a"] = replace(design.subnets[f"{ENTRY}/application-a"], segment="front")
        balancer(design, ENTRY, f"{ENTRY}/data-a", public=False, port=8443)

    result = proved(relays)["internet-never-reaches-phi"]
    assert result.verdict == "REFUTED"
    assert [place for place in path(result) if place.endswith("Listener")] == [
        f"ingress-{EAST}/Listener",
        f"{ENTRY}/Listener",
    ]


def test_a_load_balancer_whose_group_does_not_admit_the_port_relays_nothing() -> None:
    def relay(design: Design) -> None:
        relay_to_phi(design)
        key = f"ingress-{EAST}/balancer-group"
        closed = tuple(replace(rule, ports=(80, 80)) if not rule.egress else rule for rule in design.groups[key].rules)
        design.groups[key] = replace(design.groups[key], rules=closed)

    assert proved(relay)["internet-never-reaches-phi"].verdict == "PROVED"


def test_an_internal_load_balancer_is_not_reached_from_the_internet() -> None:
    def relay(design: Design) -> None:
        relay_to_phi(design)
        key = f"ingress-{EAST}/balancer"
        design.hosts[key] = replace(design.hosts[key], public=False)

    assert proved(relay)["internet-never-reaches-phi"].verdict == "PROVED"


def test_an_acl_is_what_keeps_two_subnets_of_one_vpc_apart_until_it_is_open() -> None:
    def apart(design: Design, ports: tuple[int, int] | None) -> None:
        sandbox_subnet_beside_phi(design)
        entries: list[tuple[int, str, str, int | None, tuple[int, int], str]] = [
            (10, "in", "deny", None, (0, 65535), "10.0.15.0/24"),
            (20, "in", "allow", None, (0, 65535), "0.0.0.0/0"),
            (10, "out", "deny", None, (0, 65535), "10.0.15.0/24"),
            (20, "out", "allow", None, (0, 65535), "0.0.0.0/0"),
        ]
        if ports:
            entries.append((5, "in", "allow", 6, ports, "10.0.15.0/24"))
        key = design.acl("guard", *entries)
        for name, subnet in list(design.subnets.items()):
            if subnet.vpc == PHI and subnet.segment == "phi":
                design.subnets[name] = replace(subnet, acl=key)

    assert proved(lambda design: apart(design, None))["phi-and-sandbox-never-connected"].verdict == "PROVED"
    opened = proved(lambda design: apart(design, (5432, 5432)))["phi-and-sandbox-never-connected"]
    assert opened.verdict == "REFUTED"
    assert "guard/In5" in path(opened)
    assert "port 5432" in opened.witness[0].text


def test_internet_needs_the_way_back() -> None:
    def without_way_back(design: Design) -> None:
        internet_gateway_in_phi(design)
        design.without_route(f"{PHI}/data-a", "0.0.0.0/0")

    assert proved(without_way_back)["internet-never-reaches-phi"].verdict == "PROVED"


def test_egress_only_gateways_admit_nothing_and_let_out_past_the_firewall() -> None:
    def egress_only(design: Design) -> None:
        design.gateways["eo"] = Gateway("eo", origin(PHI, "EgressOnly"), "egress-only-gateway", PHI)
        v6 = ranges("2600:1f00::/56")
        design.vpcs[PHI] = replace(design.vpcs[PHI], ranges=(*design.vpcs[PHI].ranges, *v6))
        key = f"{PHI}/data-a"
        design.subnets[key] = replace(
            design.subnets[key], ranges=(*design.subnets[key].ranges, *ranges("2600:1f00::/64"))
        )
        design.routes(key, {"::/0": Target("egress-only-gateway", "eo")})

    results = proved(egress_only)
    assert results["internet-never-reaches-phi"].verdict == "PROVED"
    assert results["egress-is-inspected"].verdict == "REFUTED"
    assert path(results["egress-is-inspected"])[:3] == [
        f"{PHI}/data-a",
        f"{PHI}/data-aTableAdded0",
        f"{PHI}/EgressOnly",
    ]


def test_a_link_that_names_no_ranges_may_announce_anything() -> None:
    def anything(design: Design) -> None:
        key = f"vpn-{EAST}"
        design.attachments[key] = replace(design.attachments[key], ranges=())
        table = transit(EAST, "sandbox")
        design.transit_routes(table, {"172.16.0.0/16": key}, propagated=True)

    assert proved(anything)["segments-reach-only-their-zone"].verdict == "REFUTED"


def test_with_anything_unknown_nothing_is_proved_and_what_is_refuted_stays() -> None:
    def unknown(design: Design) -> None:
        propagated_sandbox(design)
        design.unknowns = (Unknown(origin("extra", "Thing"), "a type that the model does not know"),)

    results = proved(unknown)
    assert {result.verdict for result in results.values()} == {"UNKNOWN", "REFUTED"}
    assert results["phi-and-sandbox-never-connected"].verdict == "REFUTED"
    assert "extra/Thing: a type that the model does not know" in results["no-default-tables"].reason


@pytest.mark.parametrize(
    "target", [Target("unknown", "tgw-0abc"), Target("nat", "nat-0abc"), Target("transit-gateway", "tgw-0abc")]
)
def test_a_route_to_something_that_is_not_there_keeps_everything_from_being_proved(target: Target) -> None:
    results = proved(lambda design: design.routes(f"{PHI}/data-a", {"0.0.0.0/0": target}))
    assert {result.verdict for result in results.values()} == {"UNKNOWN"}


def test_networks_without_labels_are_unknown() -> None:
    design = hub_and_spoke()
    for key, subnet in design.subnets.items():
        design.subnets[key] = replace(subnet, segment=None)
    results = by_id(prove_network(design.network()))
    assert results["segments-are-labelled"].verdict == "UNKNOWN"
    assert "internet-never-reaches-phi" not in results


def test_nothing_at_all_is_unknown() -> None:
    assert [result.verdict for result in prove_network(Network())] == ["UNKNOWN"]


def test_what_a_segment_reaches_without_a_label_is_unknown() -> None:
    def unlabelled(design: Design) -> None:
        for key, subnet in design.subnets.items():
            if subnet.vpc == f"shared-{EAST}":
                design.subnets[key] = replace(subnet, segment=None)

    result = proved(unlabelled)["phi-reaches-only-its-zone"]
    assert result.verdict == "UNKNOWN"
    assert f"shared-{EAST}/" in result.reason


def test_an_entry_may_be_told_by_a_segment() -> None:
    def entry(design: Design, segment: str) -> None:
        hospital_reaches_too_much(design)
        for key, subnet in design.subnets.items():
            if subnet.vpc == PHI:
                design.subnets[key] = replace(subnet, segment=segment)

    assert proved(lambda design: entry(design, "phi"))["hospitals-reach-only-entries"].verdict == "REFUTED"
    assert proved(lambda design: entry(design, "phi-entry"))["hospitals-reach-only-entries"].verdict == "PROVED"
    assert proved(lambda design: entry(design, "phi-entry"))["phi-reaches-shared-services"].verdict == "PROVED"


def test_theorems_whose_segments_do_not_occur_are_not_evaluated() -> None:
    design = hub_and_spoke(regions=(EAST,))
    skipped = dict(not_evaluated(design.network()))
    assert skipped == dict.fromkeys(
        ["phi-reaches-other-region", "regions-are-independent", "regions-reach-internet-alone"],
        "its segments are in one Region only",
    )
    assert {result.verdict for result in prove_network(design.network())} == {"PROVED"}


def test_a_proof_says_what_blocks() -> None:
    results = proved()
    apart = [hop.text for hop in results["phi-and-sandbox-never-connected"].blocked]
    assert any("blackhole 10.0.0.0/10" in text and "segment phi" in text for text in apart)
    assert results["egress-is-inspected"].blocked[0].text.startswith("every way there passes a firewall")
    assert "no internet gateway" in results["internet-never-reaches-phi"].blocked[0].text
    assert all(len(result.blocked) <= 5 for result in results.values())


def test_what_is_permitted_is_told_with_the_firewalls_on_the_way() -> None:
    design = hub_and_spoke()
    spoke_past_the_firewall(design)
    found = permitted(design.network())
    assert found["phi", "internet"].inspected
    assert not found["phi", "shared"].inspected
    assert ranges("10.0.16.0/20")[0][0] <= found["hybrid", "phi"].ranges[0][0] <= ranges("10.0.16.0/20")[0][1]
    assert ("sandbox", "phi") not in found
    assert ("internet", "ingress") in found
    assert ("internet", "phi") not in found


def test_a_peering_of_transit_gateways_without_its_other_side_proves_nothing() -> None:
    def half(design: Design) -> None:
        own: Attachment = design.attachments["peering"]
        design.attachments["peering"] = replace(own, peer=None)

    assert "other side of the peering" in proved(half)["no-default-tables"].reason


def test_an_endpoint_whose_zone_is_not_told_makes_symmetry_unknown_and_nothing_else() -> None:
    def by_position(design: Design) -> None:
        subnets = tuple(
            one.subnet for one in design.firewalls.values() if one.vpc == f"inspection-{EAST}" and one.subnet
        )
        for key, one in design.firewalls.items():
            if one.vpc == f"inspection-{EAST}":
                design.firewalls[key] = replace(one, subnet=None, subnets=subnets)

    results = proved(by_position)
    assert {result.id for result in results.values() if result.verdict != "PROVED"} == {"firewall-paths-are-symmetric"}
    assert results["firewall-paths-are-symmetric"].verdict == "UNKNOWN"


def test_a_load_balancer_without_known_subnets_keeps_everything_from_being_proved() -> None:
    def nowhere(design: Design) -> None:
        key = balancer(design, f"ingress-{EAST}", f"{ENTRY}/application-a")
        design.hosts[key] = replace(design.hosts[key], subnets=())

    assert {result.verdict for result in proved(nowhere).values()} == {"UNKNOWN"}


def test_what_arrives_through_an_edge_route_table_must_leave_through_the_same_firewall() -> None:
    def inspected_edge(design: Design, back: bool) -> None:
        vpc, internet = f"ingress-{EAST}", f"ingress-{EAST}/igw"
        to = {"0.0.0.0/0": Target("internet-gateway", internet)}
        inside = design.subnet(vpc, "firewall-a", "10.60.62.0/24", to, "a", "firewall")
        design.firewalls["edge"] = FirewallEndpoint("edge", origin(vpc, "EdgeFirewall"), vpc, vpc, inside)
        inwards = (Route(ranges("10.60.48.0/24"), Target("firewall", "edge"), origin(vpc, "EdgeRoute")),)
        design.tables["edge"] = RouteTable("edge", origin(vpc, "EdgeTable"), vpc, inwards)
        design.gateways[internet] = replace(design.gateways[internet], table="edge")
        if back:
            design.routes(f"{vpc}/public-a", {"0.0.0.0/0": Target("firewall", "edge")})

    assert proved(lambda design: inspected_edge(design, True))["firewall-paths-are-symmetric"].verdict == "PROVED"
    bypassed = proved(lambda design: inspected_edge(design, False))["firewall-paths-are-symmetric"]
    assert bypassed.verdict == "REFUTED"
    assert path(bypassed) == [f"ingress-{EAST}/public-aTable", f"ingress-{EAST}/InternetGateway"]
