"""The engine's sets agree with a tracer that follows single packets and shares no code with it."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from landing_zone.proof.network.flow import Cut, Packets, Seed, answered, filtered
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
            engine = {(node.place, node.key) for node in found.at if node.place in ENDS}
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
                engine = answered(own, shape, own.atoms.holding(asking), key, gateways)
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
