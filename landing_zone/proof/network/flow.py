"""How far packets get: a fixpoint over the graph, by routes alone (fast) or with network ACLs (exact)."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from landing_zone.proof.network.filters import ALL_PROTOCOLS, Shape, through
from landing_zone.proof.network.graph import LINKS, OWN, Edge, Graph, Node
from landing_zone.proof.network.model import ALL_PORTS, Attachment

Reached = Mapping[Node, int]
"""Destinations of packets that get to each node."""
_LAST = ("arrived", "internet", "hybrid", "service")
_ENDS = ("vpc", *_LAST)


@dataclass(frozen=True, slots=True)
class Seed:
    """Packets at their source: where they set out, and from which addresses."""

    node: Node
    sources: int


@dataclass(frozen=True, slots=True)
class Cut:
    """What is taken out of the network for a question: firewalls, or what joins the Regions."""

    firewalls: bool = False
    peering: bool = False

    def stops(self, edge: Edge) -> bool:
        """Whether an edge is gone."""
        return (self.firewalls and bool(edge.firewall)) or (self.peering and edge.peering)


WHOLE = Cut()


@dataclass(slots=True)
class Packets:
    """Packets that get to each node: by what they have in common, the addresses that sent them."""

    at: dict[Node, dict[Shape, int]] = field(default_factory=dict)

    def add(self, node: Node, shape: Shape, sources: int) -> int:
        """Those among `sources` that are new there."""
        there = self.at.setdefault(node, {})
        seen = there.get(shape, 0)
        new = sources & ~seen
        if new:
            there[shape] = seen | new
        return new


def routed(graph: Graph, seeds: Iterable[Seed], destinations: int, cut: Cut = WHOLE) -> Reached:
    """Destinations among `destinations` that routes lead to each node: without ACLs, so the most there is."""
    reached: dict[Node, int] = {}
    waiting: dict[Node, int] = {}
    for node in _one_of_each_table(graph, seeds):
        waiting[node] = destinations
    cuts = cut.firewalls or cut.peering
    while waiting:
        node, mask = waiting.popitem()
        seen = reached.get(node, 0)
        new = mask & ~seen
        if not new:
            continue
        reached[node] = seen | new
        if node.place in _ENDS:
            continue
        for edge in graph.edges(node):
            passing = new & edge.destinations
            if passing and not (cuts and cut.stops(edge)):
                if edge.becomes:
                    passing = edge.becomes & destinations
                waiting[edge.to] = waiting.get(edge.to, 0) | passing
    return reached


def filtered(
    graph: Graph,
    seeds: Iterable[Seed],
    destinations: int,
    cut: Cut = WHOLE,
    protocols: int = ALL_PROTOCOLS,
    ports: tuple[int, int] = ALL_PORTS,
) -> Packets:
    """Packets that get to each node by routes and ACLs."""
    packets, cuts = Packets(), cut.firewalls or cut.peering
    waiting = _Waiting()
    for seed in seeds:
        if seed.sources:
            waiting.add(seed.node, (protocols, *ports, destinations, 0), seed.sources)
    while waiting.order:
        node, shapes = waiting.first()
        new = [(shape, fresh) for shape, sources in shapes.items() if (fresh := packets.add(node, shape, sources))]
        if not new or node.place in _LAST:
            continue
        for edge in graph.edges(node):
            if cuts and cut.stops(edge):
                continue
            for shape, sources in new:
                passing = shape[3] & edge.destinations
                if passing:
                    left = (*shape[:3], passing, shape[4])
                    for passed, senders in through(edge.filters, left, sources) if edge.filters else ((left, sources),):
                        waiting.add(edge.to, after(edge, passed, destinations), senders)
    return packets


class _Waiting:
    """Packets that have yet to be followed, by node, first come first served: those that meet go on together."""

    def __init__(self) -> None:
        self.order: deque[Node] = deque()
        self._at: dict[Node, dict[Shape, int]] = {}

    def add(self, node: Node, shape: Shape, sources: int) -> None:
        """More packets at a node."""
        there = self._at.get(node)
        if there is None:
            there = self._at[node] = {}
            self.order.append(node)
        there[shape] = there.get(shape, 0) | sources

    def first(self) -> tuple[Node, dict[Shape, int]]:
        """The node that waits longest, with its packets."""
        node = self.order.popleft()
        return node, self._at.pop(node)


def after(edge: Edge, shape: Shape, destinations: int) -> Shape:
    """What packets have become when they have taken a step."""
    if not (edge.becomes or edge.translated):
        return shape
    protocols, first, last, to, translated = shape
    return protocols, first, last, edge.becomes & destinations or to, edge.translated or translated


def seeds_of_subnets(graph: Graph, subnets: Iterable[str]) -> list[Seed]:
    """Packets that hosts of subnets send."""
    return [Seed(Node("leaving", key, OWN), graph.subnet_masks[key]) for key in subnets]


def seeds_of_internet(graph: Graph) -> list[Seed]:
    """Packets from the internet: at every internet gateway, for any address of its VPC.

    Any host may have a public address. Egress-only gateways and NAT gateways admit nothing.
    """
    return [
        Seed(Node("enter", gateway.key), graph.internet)
        for gateway in graph.network.gateways.values()
        if gateway.kind in ("internet-gateway", "carrier-gateway")
    ]


def links(graph: Graph) -> list[Attachment]:
    """Attachments behind which are networks that no template describes: hospitals, data centers."""
    return [one for one in graph.network.attachments.values() if one.kind in LINKS]


def seeds_of_links(graph: Graph, segment: str) -> list[Seed]:
    """Packets from links of a segment; VPN gateways are of segment `hybrid`."""
    found = [
        Seed(Node("transit", link.table), graph.atoms.mask(link.ranges) or graph.atoms.everything)
        for link in links(graph)
        if (link.segment or "hybrid") == segment
        and link.table is not None
        and link.table in graph.network.transit_tables
    ]
    if segment == "hybrid":
        found += [
            Seed(Node("enter", gateway.key), graph.atoms.everything)
            for gateway in graph.network.gateways.values()
            if gateway.kind == "vpn-gateway"
        ]
    return found


def answers(graph: Graph, subnet: str, gateways: frozenset[str]) -> list[tuple[Shape, int]]:
    """Packets from a subnet to the internet that leave its VPC with the address of their host: no NAT, no transit.

    Only hosts of such subnets can be spoken with from the internet. An attacker may ask from any port.
    """
    packets = Packets()
    own = graph.network.subnets[subnet].vpc
    found: list[tuple[Shape, int]] = []
    waiting: list[tuple[Node, Shape, int]] = [
        (Node("leaving", subnet, OWN), (ALL_PROTOCOLS, *ALL_PORTS, graph.internet, 0), graph.subnet_masks[subnet])
    ]
    while waiting:
        node, shape, sources = waiting.pop()
        new = packets.add(node, shape, sources)
        if not new:
            continue
        if node.place == "internet":
            if node.key in gateways:
                found.append((shape, new))
            continue
        if node.place != "leaving" or graph.network.subnets[node.key].vpc != own:
            continue
        for edge in graph.edges(node):
            if (passing := shape[3] & edge.destinations) and not edge.translated:
                for passed, senders in through(edge.filters, (*shape[:3], passing, shape[4]), new):
                    waiting.append((edge.to, passed, senders))
    return found


def answered(
    graph: Graph, shape: Shape, sources: int, subnet: str, gateways: frozenset[str]
) -> tuple[Shape, int] | None:
    """Those packets from the internet that a host of a subnet can answer, None: none of them."""
    for (protocols, _, _, destinations, _), hosts in answers(graph, subnet, gateways):
        common, to, senders = protocols & shape[0], hosts & shape[3], destinations & sources
        if common and to and senders:
            return (common, shape[1], shape[2], to, shape[4]), senders
    return None


def subnets_reached(graph: Graph, reached: Reached, foreign: bool = False) -> dict[str, int]:
    """Destinations delivered in each VPC; `foreign`: only what came from outside of it."""
    found: dict[str, int] = {}
    for node, mask in reached.items():
        if node.place in ("vpc", "arrived") and not (foreign and node.whose == OWN):
            vpc = node.key if node.place == "vpc" else graph.network.subnets[node.key].vpc
            found[vpc] = found.get(vpc, 0) | mask
    return found


def _one_of_each_table(graph: Graph, seeds: Iterable[Seed]) -> list[Node]:
    """Subnets of a VPC with the same route table send alike, as long as nobody looks at ACLs."""
    found: dict[tuple[str, ...], Node] = {}
    for seed in seeds:
        key: tuple[str, ...] = seed.node[:2]
        if seed.node.place == "leaving":
            subnet = graph.network.subnets[seed.node.key]
            key = (subnet.vpc, subnet.table or "", subnet.zone if graph.strict else "")
        found.setdefault(key, seed.node)
    return list(found.values())
