"""The engine's sets agree with a tracer that follows single packets and shares no code with it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from landing_zone.proof.network import filters, flow, forwarding
from landing_zone.proof.network import graph as graph_module
from landing_zone.proof.network.flow import Cut, Packets, Seed, answered, filtered, routed
from landing_zone.proof.network.graph import OWN, Graph, Node
from landing_zone.proof.network.model import Ranges
from tests.proof.network.arrange import ranges
from tests.proof.network.topologies import PORTS, Topology
from tests.proof.network.tracer import End, Packet, Tracer

ENDS = ("arrived", "internet", "hybrid", "service")
PUBLIC = ranges("8.8.8.0/24", "52.0.0.0/16")
Compared = tuple[set[End], set[End], object]
TOPOLOGIES, PACKETS = 120, 6


def ends(graph: Graph, packets: Packets, packet: Packet) -> set[End]:
    """Where a single packet ends, by the sets of all packets."""
    source, destination = graph.atoms.holding(packet.source), graph.atoms.holding(packet.destination)
    found: set[End] = set()
    for node, shapes in packets.at.items():
        if node.place not in ENDS:
            continue
        for (protocols, first, last, destinations, _), sources in shapes.items():
            port = packet.protocol not in (6, 17) or first <= packet.port <= last
            if protocols >> packet.protocol & 1 and port and sources & source and destinations & destination:
                found.add((node.place, node.key))  # type: ignore[arg-type]
    return found


def compared(random: Random, topologies: int, packets: int) -> Iterator[Compared]:
    """What the engine and the tracer say, packet by packet."""
    for _ in range(topologies):
        topology = Topology(random)
        network = topology.network()
        own = Graph(network)
        for cut in (Cut(), Cut(firewalls=True)):
            tracer = Tracer(network, firewalls=not cut.firewalls)
            for subnet in random.sample(list(network.subnets), 2):
                seeds = [Seed(Node("leaving", subnet, OWN), own.subnet_masks[subnet])]
                yield from _from_one(topology, own, seeds, cut, packets, network.subnets[subnet].ranges, tracer, subnet)
            for key, attachment in network.attachments.items():
                if attachment.kind == "vpn" and attachment.table:
                    seeds = [Seed(Node("transit", attachment.table), own.atoms.everything)]
                    yield from _from_one(topology, own, seeds, cut, packets, PUBLIC, tracer, key)
            for key, gateway in network.gateways.items():
                if gateway.kind != "egress-only-gateway":
                    seeds = [Seed(Node("enter", key), own.atoms.everything)]
                    yield from _from_one(topology, own, seeds, cut, packets, PUBLIC, tracer, key)


def _from_one(
    topology: Topology, own: Graph, seeds: list[Seed], cut: Cut, count: int, sources: Ranges, tracer: Tracer, key: str
) -> Iterator[Compared]:
    every = filtered(own, seeds, own.atoms.everything & ~own.nat64, cut)
    follow = {"leaving": tracer.from_subnet, "enter": tracer.from_gateway, "transit": tracer.from_link}
    for _ in range(count):
        packet = topology.packet(sources)
        traced = follow[seeds[0].node.place](key, packet)
        if own.atoms.holding(packet.destination) & own.nat64:
            found = filtered(own, seeds, own.nat64 | own.v4, cut, 1 << packet.protocol, (packet.port, packet.port))
            engine: set[End] = {(node.place, node.key) for node in found.at if node.place in ENDS}  # type: ignore[misc]
            yield engine & traced, traced, (packet, key, cut)
        else:
            yield ends(own, every, packet), traced, (packet, key, cut)


def answers_differ(random: Random, topologies: int) -> tuple[int, list[object]]:
    """Whether hosts can answer to the internet: engine and tracer, for every subnet."""
    count, found = 0, list[object]()
    for _ in range(topologies):
        network = Topology(random).network()
        own, tracer = Graph(network), Tracer(network)
        gateways = frozenset(key for key, one in network.gateways.items() if one.kind == "internet-gateway")
        for key, subnet in network.subnets.items():
            host, asking = subnet.ranges[0][0] + 10, 0x08080808
            for protocol in (6, 17, 1):
                shape = (1 << protocol, 443, 443, own.atoms.holding(host), 0)
                engine = answered(own, shape, own.atoms.holding(asking), key, gateways) is not None
                traced = tracer.is_answered(
                    key, Packet(asking, host, protocol, 443), [0, *PORTS, 23, 81, 444, 1025, 5001]
                )
                count += 1
                if engine != traced:
                    found.append((engine, traced, key, protocol))
    return count, found


def differences(random: Random, topologies: int = TOPOLOGIES, packets: int = PACKETS) -> tuple[int, list[object]]:
    """How many packets were compared, and those on which engine and tracer disagree."""
    count, found = 0, list[object]()
    for engine, traced, what in compared(random, topologies, packets):
        count += 1
        if engine != traced:
            found.append((engine, traced, what))
    return count, found


def test_engine_and_tracer_agree_on_every_packet() -> None:
    count, found = differences(Random(20261123))
    assert count >= 5_000
    assert found == []


def test_packets_of_the_test_end_in_every_way() -> None:
    kinds = {kind for _, traced, _ in compared(Random(2), 40, PACKETS) for kind, _ in traced}
    assert kinds == set(ENDS)


def test_engine_and_tracer_agree_on_who_can_answer_the_internet() -> None:
    count, found = answers_differ(Random(7), 120)
    assert count >= 1_000
    assert found == []


def test_routes_alone_reach_no_less_than_routes_with_acls() -> None:
    random = Random(3)
    for _ in range(60):
        network = Topology(random).network()
        own = Graph(network)
        for subnet in network.subnets:
            seeds = [Seed(Node("leaving", subnet, OWN), own.subnet_masks[subnet])]
            most = routed(own, seeds, own.atoms.everything)
            exact = filtered(own, seeds, own.atoms.everything)
            for node, shapes in exact.at.items():
                if node.place == "arrived":
                    delivered = most.get(node, 0)
                    vpc = network.subnets[node.key].vpc
                    delivered |= most.get(Node("vpc", vpc, node.whose), 0)
                else:
                    delivered = most.get(node, 0)
                assert all(not shape[3] & ~delivered for shape in shapes)


Mutant = tuple[object, str, object]
FIRST_MATCH, OF, INTO = filters._first_match, filters.Filters.of, Graph._into
MUTANTS: dict[str, Mutant] = {
    "propagated routes before static ones": (forwarding, "_STATIC", 3),
    "a default route beside a prefix list": (forwarding, "_DEFAULT", ()),
    "links announce only what is named": (forwarding, "_ranges_are_known", lambda attachment, network: True),
    "the last ACL entry that matches decides": (
        filters,
        "_first_match",
        lambda rules, atoms: FIRST_MATCH(rules[::-1], atoms),
    ),
    "egress of ACLs is not looked at": (
        filters.Filters,
        "of",
        lambda self, acl, egress: () if egress else OF(self, acl, egress),
    ),
    "ingress of ACLs is not looked at": (
        filters.Filters,
        "of",
        lambda self, acl, egress: OF(self, acl, egress) if egress else (),
    ),
    "ACLs inside of a subnet": (
        Graph,
        "_into",
        lambda self, subnet, egress, inside: INTO(self, None, egress, inside),
    ),
    "no ACLs before firewalls, NAT and attachments": (Graph, "_into", lambda self, subnet, egress, inside: ()),
    "NAT keeps the source": (flow, "after", lambda edge, shape, destinations: shape),
    "firewalls cannot be taken out": (Cut, "stops", lambda self, edge: False),
    "the transit gateway enters through one subnet only": (
        Graph,
        "attachment_subnets",
        lambda self, attachment: (self.network.subnets[attachment.subnets[0]],),
    ),
    "an endpoint selected by position is in no subnet": (
        Graph,
        "firewall_subnets",
        lambda self, key: tuple(s for k, s in self.network.subnets.items() if k == self.network.firewalls[key].subnet),
    ),
    "the internet carries private addresses": (graph_module, "NOT_GLOBAL", ()),
}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_the_tracer_notices_a_wrong_engine(mutant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    where, name, wrong = MUTANTS[mutant]
    monkeypatch.setattr(where, name, wrong)
    _, found = differences(Random(11), 120)
    assert found
