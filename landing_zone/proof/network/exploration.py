"""Questions of the form "does anything get there": by routes first, then exactly, and on through load balancers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from landing_zone.proof.network.atoms import union
from landing_zone.proof.network.filters import ALL_PROTOCOLS, Shape
from landing_zone.proof.network.flow import (
    WHOLE,
    Cut,
    Packets,
    Reached,
    Seed,
    answered,
    filtered,
    routed,
    seeds_of_subnets,
)
from landing_zone.proof.network.graph import Graph, Node
from landing_zone.proof.network.model import ALL_PORTS, Host, Listener, Network

Arrival = tuple[Node, Shape, int]
"""Packets at a node: what they have in common, and their sources."""


@dataclass(frozen=True, slots=True)
class Goal:
    """What must not be reached: addresses by VPC, the internet, links. between: only what comes from other VPCs."""

    subnets: Mapping[str, int] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()
    internet: bool = False
    links: bool = False
    between: bool = False

    def destinations(self, graph: Graph) -> int:
        """Every destination that matters."""
        if self.links:
            return graph.atoms.everything
        return union(self.subnets.values()) | (graph.internet if self.internet else 0)


@dataclass(frozen=True, slots=True)
class Relay:
    """A load balancer's listener that was reached: how, and by which run's packets."""

    host: Host
    listener: Listener
    arrival: Arrival
    run: Run


@dataclass(frozen=True, slots=True, eq=False)
class Run:
    """Packets that set out together. counts: whether reaching the goal matters (firewalls behind allowed relays)."""

    seeds: tuple[Seed, ...]
    destinations: int
    cut: Cut = WHOLE
    counts: bool = True
    from_internet: bool = False
    protocols: int = ALL_PROTOCOLS
    ports: tuple[int, int] = ALL_PORTS
    relay: Relay | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """The goal was reached."""

    run: Run
    arrival: Arrival


class Exploration:
    """Where packets get from a segment's seeds, and from the load balancers that they reach."""

    def __init__(
        self, graph: Graph, goal: Goal, relays_through: frozenset[str] = frozenset(), relayed: bool = True
    ) -> None:
        self.graph, self.goal, self._relays_through = graph, goal, relays_through
        network = graph.network
        hosts = network.hosts.values() if relayed else ()
        self._balancers = [host for host in hosts if any(map(_has_targets, host.listeners))]
        self._balancer_mask = union(graph.subnet_masks.get(key, 0) for one in self._balancers for key in one.subnets)
        self.runs: list[tuple[Run, Reached]] = []
        self._gateways = gateways_of(network)

    def run(self, seeds: list[Seed], from_internet: bool = False, cut: Cut = WHOLE) -> Hit | None:
        """The first hit: by routes, and if there is one, exactly."""
        wanted = self.goal.destinations(self.graph) | self._balancer_mask | self.graph.nat64
        first = Run(tuple(seeds), wanted, cut, from_internet=from_internet)
        if self._search(first, exactly=False) is None:
            return None
        return self._search(first, exactly=True)

    def by_routes(self, seeds: list[Seed], from_internet: bool = False, cut: Cut = WHOLE) -> list[Hit]:
        """Every hit that routes allow, without load balancers and network ACLs."""
        run = Run(tuple(seeds), self.goal.destinations(self.graph), cut, from_internet=from_internet)
        return [Hit(run, arrival) for arrival in self._at_goal(run, self._spread(run, exactly=False))]

    def _search(self, first: Run, exactly: bool) -> Hit | None:
        waiting, started = [first], set[tuple[str, int]]()
        while waiting:
            run = waiting.pop()
            found = self._spread(run, exactly)
            if run.counts:
                for arrival in self._at_goal(run, found):
                    return Hit(run, arrival)
            for host in self._balancers:
                for number, listener in enumerate(host.listeners):
                    if (host.key, number) in started:
                        continue
                    heard = self._at_listener(run, found, host, listener)
                    if heard:
                        started.add((host.key, number))
                        waiting += self._relayed(Relay(host, listener, heard, run), first.cut)
        return None

    def _spread(self, run: Run, exactly: bool) -> Packets | Reached:
        if exactly:
            return filtered(self.graph, run.seeds, run.destinations, run.cut, run.protocols, run.ports)
        reached = routed(self.graph, run.seeds, run.destinations, run.cut)
        self.runs.append((run, reached))
        return reached

    def _at_goal(self, run: Run, found: Packets | Reached) -> Iterator[Arrival]:
        goal, nodes = self.goal, found.at if isinstance(found, Packets) else found
        for subnet in sorted(self._subnets_at(nodes)):
            yield from self._arrivals(run, found, subnet, goal.between)
        for node in nodes:
            if goal.internet and node.place == "internet":
                for shape, sources in _shapes(found, node):
                    if wanted := shape[3] & self.graph.internet:
                        yield node, (*shape[:3], wanted, shape[4]), self._senders(sources)
            elif goal.links and node.place == "hybrid":
                for shape, sources in _shapes(found, node):
                    yield node, shape, self._senders(sources)

    def _senders(self, sources: int) -> int:
        return self.graph.atoms.everything if sources == -1 else sources

    def _subnets_at(self, nodes: Iterable[Node]) -> set[str]:
        """Subnets of the goal where something may have arrived."""
        goal, masks = self.goal, self.graph.subnet_masks
        vpcs = {node.key for node in nodes if node.place == "vpc" and node.key in goal.subnets}
        found = {node.key for node in nodes if node.place == "arrived" and node.key in goal.keys}
        if isinstance(nodes, dict):
            for vpc in vpcs:
                found |= {one.key for one in self.graph.subnets_of[vpc] if one.key in goal.keys and masks[one.key]}
        return found

    def _arrivals(self, run: Run, found: Packets | Reached, subnet: str, between: bool) -> Iterator[Arrival]:
        """Packets at a subnet's hosts; from the internet only those that are answered."""
        graph, vpc = self.graph, self.graph.network.subnets[subnet].vpc
        mask = graph.subnet_masks[subnet]
        for whose in range(1 if between else 0, 3):
            node = Node("arrived", subnet, whose)
            places = (node,) if isinstance(found, Packets) else (node, Node("vpc", vpc, whose))
            for place in places:
                for shape, sources in _shapes(found, place):
                    to = shape[3] & mask
                    if not to:
                        continue
                    exact, senders = (*shape[:3], to, shape[4]), self._senders(sources)
                    if run.from_internet:
                        heard = answered(graph, exact, senders, subnet, self._gateways.get(vpc, frozenset()))
                        if heard is None:
                            continue
                        exact, senders = heard
                    yield node, exact, senders

    def _at_listener(self, run: Run, found: Packets | Reached, host: Host, listener: Listener) -> Arrival | None:
        if run.from_internet and not host.public:
            return None
        if not _has_targets(listener):
            return None
        admitted = self.graph.filters.admitted(host.groups, egress=False)
        for subnet in host.subnets:
            if subnet not in self.graph.network.subnets:
                continue
            for node, (protocols, first, last, to, translated), sources in self._arrivals(run, found, subnet, False):
                for box_protocols, box_first, box_last, addresses in admitted:
                    common = protocols & box_protocols & 1 << listener.protocol
                    low = max(first, box_first, listener.ports[0])
                    high = min(last, box_last, listener.ports[1])
                    senders = sources & addresses if not translated else sources
                    if common and low <= high and senders and (not translated or translated & addresses):
                        return node, (common, low, high, to, translated), senders
        return None

    def _relayed(self, relay: Relay, passing: Cut) -> list[Run]:
        """What a load balancer sends on. One of an allowed segment counts only past firewalls that are not there.

        Behind the firewalls its packets count no more, but load balancers that they reach do again.
        """
        graph, host, listener = self.graph, relay.host, relay.listener
        network = graph.network
        hosts = [network.hosts[key] for key in listener.targets if key in network.hosts]
        targets = {key for one in hosts for key in one.subnets} | set(listener.subnets)
        destinations = graph.atoms.mask(listener.ranges) | union(graph.subnet_masks.get(key, 0) for key in targets)
        subnets = [key for key in host.subnets if key in network.subnets]
        seeds = tuple(seeds_of_subnets(graph, subnets))
        segments = {network.subnets[key].segment for key in subnets}
        ways = [(passing, True)]
        if segments and segments <= self._relays_through:
            ways = [(Cut(True, passing.peering), True), (passing, False)]
        runs = []
        for protocols, first, last, addresses in graph.filters.admitted(host.groups, egress=True):
            common = protocols & 1 << listener.protocol
            low, high = max(first, listener.target_ports[0]), min(last, listener.target_ports[1])
            if common and low <= high and destinations & addresses:
                for cut, counts in ways:
                    to = destinations & addresses
                    runs.append(Run(seeds, to, cut, counts, False, common, (low, high), relay))
        return runs


def gateways_of(network: Network) -> dict[str, frozenset[str]]:
    """Gateways through which a VPC is reached from the internet."""
    found: dict[str, frozenset[str]] = {}
    for one in network.gateways.values():
        if one.kind in ("internet-gateway", "carrier-gateway"):
            found[one.vpc] = found.get(one.vpc, frozenset()) | {one.key}
    return found


def _shapes(found: Packets | Reached, node: Node) -> Iterator[tuple[Shape, int]]:
    if isinstance(found, Packets):
        yield from found.at.get(node, {}).items()
    elif mask := found.get(node):
        yield (ALL_PROTOCOLS, *ALL_PORTS, mask, 0), -1


def _has_targets(listener: Listener) -> bool:
    return bool(listener.targets or listener.ranges or listener.subnets)
