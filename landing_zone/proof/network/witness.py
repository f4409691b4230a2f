"""A path hop by hop, for one packet: what each route, attachment, ACL entry and gateway on it does."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from landing_zone.proof.network.atoms import address_text, ranges_text
from landing_zone.proof.network.exploration import Hit, Relay, Run
from landing_zone.proof.network.filters import TCP, UDP, Filter, Shape, deciding, through
from landing_zone.proof.network.flow import Cut, after, answers
from landing_zone.proof.network.graph import Edge, Graph, Node
from landing_zone.proof.network.model import Hop, Route, Subnet

_NAMES = {TCP: "TCP", UDP: "UDP", 1: "ICMP", 58: "ICMPv6"}
Step = tuple[Node, Edge, int, int]
"""Node, step from there, destination (mask) and NAT's source (mask, 0: none) when it is taken."""


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet: source and destination as masks of one piece each."""

    protocol: int
    port: int
    source: int
    destination: int

    def shape(self, destination: int, translated: int) -> Shape:
        """As the graph's filters want it."""
        return 1 << self.protocol, self.port, self.port, destination, translated


def hops(graph: Graph, hit: Hit) -> tuple[Hop, ...]:
    """The path of a hit, through the load balancers that relay it."""
    return tuple(_path(graph, hit.run, hit.arrival))


def _path(graph: Graph, run: Run, arrival: tuple[Node, Shape, int]) -> Iterator[Hop]:
    if run.relay:
        yield from _path(graph, run.relay.run, run.relay.arrival)
        yield from _relayed(run.relay)
    goal, shape, sources = arrival
    for seed in run.seeds:
        if not seed.sources & sources:
            continue
        packet = _packet(shape, seed.sources & sources)
        steps = _steps(graph, seed.node, goal, packet, shape[3], run.cut)
        if steps is not None:
            yield from described(graph, seed.node, steps, packet)
            yield from _arrived(graph, goal, packet, run)
            return


def _packet(shape: Shape, sources: int) -> Packet:
    protocols, first, last, destinations, _ = shape
    protocol = TCP if protocols >> TCP & 1 else (protocols & -protocols).bit_length() - 1
    port = 443 if first <= 443 <= last else first
    return Packet(protocol, port, sources & -sources, destinations & -destinations)


def _steps(graph: Graph, start: Node, goal: Node, packet: Packet, wanted: int, cut: Cut) -> list[Step] | None:
    """The shortest way of a packet, tried with its final destination and with what NAT64 makes that of."""
    for destination in (packet.destination, graph.nat64 & -graph.nat64):
        found = _search(graph, start, goal, packet, destination, wanted, cut)
        if found is not None:
            return found
    return None


def _search(
    graph: Graph, start: Node, goal: Node, packet: Packet, destination: int, wanted: int, cut: Cut
) -> list[Step] | None:
    State = tuple[Node, int, int]
    first: State = (start, destination, 0)
    came: dict[State, tuple[State, Edge] | None] = {first: None}
    waiting = deque([first])
    while waiting:
        state = waiting.popleft()
        node, to, translated = state
        if node == goal and to & wanted:
            steps: list[Step] = []
            before = came[state]
            while before is not None:
                steps.append((before[0][0], before[1], before[0][1], before[0][2]))
                before = came[before[0]]
            return steps[::-1]
        for edge in graph.edges(node):
            if not edge.destinations & to or cut.stops(edge):
                continue
            for shape, _ in through(edge.filters, packet.shape(to, translated), packet.source):
                reached = after(edge, shape, packet.destination)
                following = (edge.to, reached[3], reached[4])
                if following not in came:
                    came[following] = (state, edge)
                    waiting.append(following)
    return None


def described(graph: Graph, start: Node, steps: list[Step], packet: Packet) -> Iterator[Hop]:
    """Steps in words."""
    what = _NAMES.get(packet.protocol, f"protocol {packet.protocol}")
    port = f", port {packet.port}" if packet.protocol in (TCP, UDP) else ""
    sent = f"{what} from {_text(graph, packet.source)} to {_text(graph, packet.destination)}{port}"
    if start.place == "leaving":
        subnet = graph.network.subnets[start.key]
        yield Hop(subnet.origin, f"{subnet_text(subnet)}: a host sends {sent}")
    elif start.place == "enter":
        gateway = graph.network.gateways[start.key]
        outside = "the internet" if gateway.kind != "vpn-gateway" else "a hospital or data center"
        yield Hop(gateway.origin, f"{_words(gateway.kind)}: {outside} sends {sent}")
    else:
        link = next((one for one in graph.network.attachments.values() if one.table == start.key and not one.vpc), None)
        origin = link.origin if link else graph.network.transit_tables[start.key].origin
        yield Hop(origin, f"{_words(link.kind) if link else 'link'}: a hospital or data center sends {sent}")
    for node, edge, destination, translated in steps:
        yield from _step(graph, node, edge, destination)
        sender = translated or packet.source
        for one in edge.filters:
            yield from _filtered(graph, one, packet, destination if one.egress else sender)
        yield from _passed(graph, edge)


def _step(graph: Graph, node: Node, edge: Edge, destination: int) -> Iterator[Hop]:
    network = graph.network
    if node.place == "transit":
        table = network.transit_tables[node.key]
        name = f"transit gateway route table{f' of segment {table.segment}' if table.segment else ''}"
        choice = graph.transit_table(node.key).chosen(destination, edge.via)
        if choice and choice.route:
            how = "propagated" if choice.route.propagated else "static"
            where = ranges_text(choice.route.ranges) or "whatever is announced"
            yield Hop(choice.route.origin, f"{name}: {how} route {where}")
    elif node.place in ("leaving", "enter") and edge.target:
        if node.place == "leaving":
            place = network.subnets[node.key]
            vpc, table_key, origin = place.vpc, place.table, place.origin
        else:
            gateway = network.gateways[node.key]
            vpc, table_key, origin = gateway.vpc, gateway.table, gateway.origin
        found = graph.vpc_table(vpc, table_key).chosen(destination, edge.target)
        if found and found.route:
            text = f"route {ranges_text(found.route.ranges)} leads to {_words(edge.target.kind)}"
            yield Hop(found.route.origin, text)
        elif edge.target.kind == "local":
            known = network.tables.get(table_key or "")
            yield Hop(known.origin if known else origin, "local route of the VPC")


def _passed(graph: Graph, edge: Edge) -> Iterator[Hop]:
    network = graph.network
    key = edge.target.key if edge.target else ""
    if edge.firewall and edge.firewall in network.firewalls:
        yield Hop(network.firewalls[edge.firewall].origin, "firewall endpoint")
    elif edge.via in network.attachments:
        attachment = network.attachments[edge.via]
        yield Hop(attachment.origin, f"transit gateway attachment ({_words(attachment.kind)})")
        if edge.to.place == "leaving":
            subnet = network.subnets[edge.to.key]
            yield Hop(subnet.origin, f"enters the VPC through {subnet_text(subnet)}")
    elif edge.via in network.peerings:
        yield Hop(network.peerings[edge.via].origin, "VPC peering connection")
    elif key in network.nats:
        yield Hop(network.nats[key].origin, "NAT gateway")
    elif edge.target and edge.target.kind == "interface" and key in network.hosts:
        yield Hop(network.hosts[key].origin, "host that forwards")
    elif edge.to.place in ("internet", "hybrid") and key in network.gateways:
        leads = "the internet" if edge.to.place == "internet" else "a hospital or data center"
        yield Hop(network.gateways[key].origin, f"{_words(network.gateways[key].kind)}: leaves for {leads}")


def _filtered(graph: Graph, one: Filter, packet: Packet, address: int) -> Iterator[Hop]:
    entry = deciding(one.acl, one.egress, (packet.protocol, packet.port, address), graph.atoms)
    if entry:
        direction = "out" if one.egress else "in"
        yield Hop(entry.origin, f"network ACL entry {entry.number} lets it {direction}")


def _arrived(graph: Graph, goal: Node, packet: Packet, run: Run) -> Iterator[Hop]:
    if goal.place != "arrived":
        return
    subnet = graph.network.subnets[goal.key]
    yield Hop(subnet.origin, f"arrives at {subnet_text(subnet)}")
    if not run.from_internet:
        return
    gateways = frozenset(key for key, one in graph.network.gateways.items() if one.vpc == subnet.vpc)
    table = graph.vpc_table(subnet.vpc, subnet.table)
    for shape, _ in answers(graph, goal.key, gateways):
        for choice in table.choices:
            if choice.destinations & shape[3] & packet.source and isinstance(choice.route, Route):
                text = f"route {ranges_text(choice.route.ranges)} leads the answer to {_words(choice.leads.kind)}"
                yield Hop(choice.route.origin, text)
                return


def _relayed(relay: Relay) -> Iterator[Hop]:
    ports = relay.listener.target_ports
    text = f"load balancer {relay.host.name or relay.host.key}: its listener accepts it and relays to port {ports[0]}"
    yield Hop(relay.listener.origin, text)


def subnet_text(subnet: Subnet) -> str:
    """A subnet by name and segment."""
    segment = f" of segment {subnet.segment}" if subnet.segment else ""
    return f"subnet {subnet.name or subnet.key}{segment}"


def _words(kind: str) -> str:
    return {"nat": "a NAT gateway", "vpn": "VPN"}.get(kind, kind.replace("-", " "))


def _text(graph: Graph, mask: int) -> str:
    return address_text(graph.atoms.some(mask))
