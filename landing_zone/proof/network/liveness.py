"""What must work: networks that exchange packets, each zone of each network, there and back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from landing_zone.proof.network.atoms import ranges_text, union
from landing_zone.proof.network.filters import TCP, deciding, through
from landing_zone.proof.network.flow import Cut, Packets, Seed, after, filtered, seeds_of_subnets
from landing_zone.proof.network.graph import OWN, Edge, Graph, Node
from landing_zone.proof.network.labels import INTERNET, Labels
from landing_zone.proof.network.model import Hop, Subnet
from landing_zone.proof.network.theorems import Theorem
from landing_zone.proof.network.witness import Packet, Step, described, subnet_text

PORT = 443
ANSWERS = (32768, 65535)
"""Ports to which answers to hosts go: what Linux and Windows choose from (AWS, VPC user guide, "Ephemeral ports")."""
_APPLICATION = "application"


@dataclass(frozen=True, slots=True)
class Outcome:
    """units: zones of networks that were asked. failed: those that reach nothing, each as its subnets."""

    units: int
    failed: tuple[tuple[Subnet, ...], ...]
    path: tuple[Hop, ...]


@dataclass(frozen=True, slots=True)
class _Direction:
    """What one Region's sources reach, and from where answers come."""

    sources: list[Subnet]
    targets: list[str]
    internet: bool


def outcome(theorem: Theorem, labels: Labels) -> Outcome:
    """Whether every zone of every source network exchanges packets with a target. `labels` are of a strict graph."""
    graph, cut = labels.graph, Cut(peering=theorem.without_peering)
    units, failed, path = 0, list[tuple[Subnet, ...]](), tuple[Hop, ...]()
    for direction in _directions(theorem, labels):
        works, there = _working(graph, direction, cut)
        for subnets in _units(direction.sources):
            units += 1
            if not any(subnet.key in works for subnet in subnets):
                failed.append(subnets)
                path = path if len(failed) > 1 else tuple(_stopped(graph, direction, subnets[0], there, cut))
            elif not path:
                one = next(subnet for subnet in subnets if subnet.key in works)
                path = tuple(_shown(graph, direction, one, works[one.key], cut))
    return Outcome(units, tuple(failed), path)


def _directions(theorem: Theorem, labels: Labels) -> Iterator[_Direction]:
    network = labels.graph.network
    sources = [network.subnets[key] for one in theorem.sources for key in labels.by_segment.get(one, ())]
    targets = [key for one in theorem.targets for key in labels.by_segment.get(one, ())]
    by_region: dict[str, list[Subnet]] = {}
    for subnet in sources:
        by_region.setdefault(labels.region(subnet.key), []).append(subnet)
    regions_of_targets = {key: labels.region(key) for key in targets}
    for region, members in sorted(by_region.items()):
        wanted = [
            key
            for key, theirs in regions_of_targets.items()
            if theorem.where == "anywhere" or (theirs == region) == (theorem.where == "own-region")
        ]
        if wanted or INTERNET in theorem.targets:
            yield _Direction(_asked(members), _asked_keys(labels, wanted), INTERNET in theorem.targets)


def _asked(subnets: list[Subnet]) -> list[Subnet]:
    """Of networks that know tiers only the application's; others have no way out by design (data) or send none."""
    tiered = {subnet.vpc for subnet in subnets if subnet.tier == _APPLICATION}
    return [subnet for subnet in subnets if subnet.vpc not in tiered or subnet.tier == _APPLICATION]


def _asked_keys(labels: Labels, keys: list[str]) -> list[str]:
    return [subnet.key for subnet in _asked([labels.graph.network.subnets[key] for key in keys])]


def _units(subnets: Iterable[Subnet]) -> list[tuple[Subnet, ...]]:
    found: dict[tuple[str, str], list[Subnet]] = {}
    for subnet in subnets:
        found.setdefault((subnet.vpc, subnet.zone), []).append(subnet)
    return [tuple(members) for members in found.values()]


def _working(graph: Graph, direction: _Direction, cut: Cut) -> tuple[dict[str, int], dict[int, int]]:
    """Sources that exchange packets with a target, with those targets' addresses; and what got there at all."""
    keys = [subnet.key for subnet in direction.sources]
    wanted = graph.internet if direction.internet else union(graph.subnet_masks[key] for key in direction.targets)
    forth = filtered(graph, seeds_of_subnets(graph, keys), wanted | graph.nat64, cut, 1 << TCP, (PORT, PORT))
    there: dict[int, int] = {}
    targets = frozenset(direction.targets)
    for node, shapes in forth.at.items():
        if (node.place == "internet") if direction.internet else (node.place == "arrived" and node.key in targets):
            for shape, sources in shapes.items():
                there[sources] = there.get(sources, 0) | shape[3]
    senders = union(there)
    back = filtered(graph, _answering(graph, direction, forth), senders, cut, 1 << TCP, ANSWERS)
    found: dict[str, int] = {}
    for subnet in direction.sources:
        mask = graph.subnet_masks[subnet.key]
        if not mask & senders:
            continue
        reached = union(destinations for sources, destinations in there.items() if sources & mask)
        if works := reached & _heard(back, subnet.key):
            found[subnet.key] = works
    return found, there


def _answering(graph: Graph, direction: _Direction, forth: Packets) -> list[Seed]:
    """Where answers set out: at the targets; for the internet at NAT gateways and internet gateways."""
    if not direction.internet:
        targets = frozenset(direction.targets)
        reached = dict.fromkeys(node.key for node in forth.at if node.place == "arrived" and node.key in targets)
        return seeds_of_subnets(graph, reached)
    found: list[Seed] = []
    network = graph.network
    for node, shapes in forth.at.items():
        if node.place != "internet":
            continue
        gateway = network.gateways.get(node.key)
        if node.whose == OWN and gateway and gateway.kind != "egress-only-gateway":
            found.append(Seed(Node("enter", node.key), graph.internet))
        elif node.whose == OWN and gateway:
            found.append(Seed(Node("vpc", gateway.vpc), graph.internet))
        for nat in network.nats.values():
            subnet = network.subnets[nat.subnet]
            if gateway and subnet.vpc == gateway.vpc and any(s[4] & graph.subnet_masks[nat.subnet] for s in shapes):
                answer = (1 << TCP, *ANSWERS, graph.subnet_masks[nat.subnet], 0)
                for shape, sources in through(graph.filters.of(subnet.acl, False), answer, graph.internet):
                    if shape[1:3] == ANSWERS:
                        found.append(Seed(Node("leaving", nat.subnet), sources))
    return found


def _heard(back: Packets, subnet: str) -> int:
    """Addresses whose answers arrive at a subnet on every port that answers go to."""
    by_sender: dict[int, list[tuple[int, int]]] = {}
    for whose in range(3):
        for shape, sources in back.at.get(Node("arrived", subnet, whose), {}).items():
            by_sender.setdefault(sources, []).append(shape[1:3])
    found = 0
    for sources, ports in by_sender.items():
        first = ANSWERS[0]
        for low, high in sorted(ports):
            first = max(first, high + 1) if low <= first else first
        found |= sources if first > ANSWERS[1] else 0
    return found


def _shown(graph: Graph, direction: _Direction, subnet: Subnet, reached: int, cut: Cut) -> Iterator[Hop]:
    packet = Packet(TCP, PORT, graph.subnet_masks[subnet.key], reached & -reached)
    places = ("internet",) if direction.internet else ("arrived",)
    start, steps, _ = _as_far_as(graph, Node("leaving", subnet.key), packet, cut, places)
    yield from described(graph, start, steps, packet)


def _stopped(graph: Graph, direction: _Direction, subnet: Subnet, there: dict[int, int], cut: Cut) -> Iterator[Hop]:
    """How far a packet gets, or its answer, and what stops it."""
    own = graph.subnet_masks[subnet.key]
    reached = union(destinations for sources, destinations in there.items() if sources & own)
    wanted = graph.internet if direction.internet else union(graph.subnet_masks[key] for key in direction.targets)
    to = (reached or wanted) & -(reached or wanted)
    packet, start = Packet(TCP, PORT, own & -own, to), Node("leaving", subnet.key)
    places = ("internet",) if direction.internet else ("arrived",)
    if reached:
        _, steps, last = _as_far_as(graph, start, packet, cut, places)
        nats = [edge.to.key for _, edge, _, _ in steps if edge.target and edge.target.kind == "nat"]
        start = Node("leaving", nats[-1] if nats else last.key) if last.place != "internet" or nats else last
        packet, places = Packet(TCP, ANSWERS[0], to, own & -own), ("arrived",)
        if start.place == "leaving":
            yield Hop(graph.network.subnets[start.key].origin, "gets there, but the answer does not come back:")
    if start.place == "leaving":
        _, steps, last = _as_far_as(graph, start, packet, cut, places)
        yield from described(graph, start, steps, packet)
        yield from _end(graph, last, packet, cut)


def _as_far_as(
    graph: Graph, start: Node, packet: Packet, cut: Cut, goals: tuple[str, ...]
) -> tuple[Node, list[Step], Node]:
    """A packet's way to one of the goals, else the longest of its ways."""
    came: dict[Node, list[Step]] = {start: []}
    waiting, last = deque([(start, packet.destination, 0)]), start
    while waiting:
        node, to, translated = waiting.popleft()
        if len(came[node]) >= len(came[last]):
            last = node
        if node.place in goals:
            return start, came[node], node
        for edge in graph.edges(node):
            if not edge.destinations & to or cut.stops(edge) or edge.to in came:
                continue
            for shape, _ in through(edge.filters, packet.shape(to, translated), packet.source):
                if edge.to not in came:
                    reached = after(edge, shape, packet.destination)
                    came[edge.to] = [*came[node], (node, edge, to, translated)]
                    waiting.append((edge.to, reached[3], reached[4]))
    return start, came[last], last


def _end(graph: Graph, node: Node, packet: Packet, cut: Cut) -> Iterator[Hop]:
    network, text = graph.network, ranges_text(graph.atoms.ranges(packet.destination), 1)
    for edge in graph.edges(node):
        if edge.destinations & packet.destination:
            yield from _edge_end(graph, edge, packet, cut)
            return
    if node.place == "transit":
        table = network.transit_tables[node.key]
        for choice in graph.transit_table(node.key).choices:
            if choice.destinations & packet.destination and choice.route and choice.leads is None:
                yield Hop(choice.route.origin, f"ends here: blackhole {ranges_text(choice.route.ranges)}")
                return
        yield Hop(table.origin, f"ends here: no route for {text} in the transit gateway route table")
    elif node.place == "leaving":
        subnet = network.subnets[node.key]
        found = network.tables.get(subnet.table or "")
        origin = found.origin if found else subnet.origin
        attached = any(one.vpc == subnet.vpc for one in network.attachments.values())
        led = graph.vpc_table(subnet.vpc, subnet.table).routed & packet.destination
        why = f"nothing in zone {subnet.zone} takes" if led and attached else "no route for"
        yield Hop(origin, f"ends here: {why} {text} that {subnet_text(subnet)} sends")


def _edge_end(graph: Graph, edge: Edge, packet: Packet, cut: Cut) -> Iterator[Hop]:
    if cut.stops(edge):
        joined = graph.network.attachments.get(edge.via) or graph.network.peerings.get(edge.via)
        if joined:
            yield Hop(joined.origin, "ends here: the peering is cut")
        return
    for one in edge.filters:
        address = packet.destination if one.egress else packet.source
        entry = deciding(one.acl, one.egress, (packet.protocol, packet.port, address), graph.atoms)
        if entry is None or not entry.allow:
            what = (
                f"entry {entry.number} of the network ACL denies it"
                if entry
                else "no entry of the network ACL admits it"
            )
            yield Hop(entry.origin if entry else one.acl.origin, f"ends here: {what} ({'out' if one.egress else 'in'})")
            return
