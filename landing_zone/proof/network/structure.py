"""Theorems about how a network is built: default route tables, overlapping addresses, symmetric firewall paths."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from landing_zone.proof.network.atoms import END, V6, ranges_text, union
from landing_zone.proof.network.flow import links
from landing_zone.proof.network.graph import Graph
from landing_zone.proof.network.model import FirewallEndpoint, Hop, Network, Origin, Subnet, Vpc
from landing_zone.proof.network.witness import subnet_text

Fault = tuple[Hop, ...]
_NO_APPLIANCE_MODE = (
    "appliance mode is off: packets and their answers may enter different zones of a VPC with firewalls in several"
)


@dataclass(frozen=True, slots=True)
class Judged:
    """Faults, each as a path; what could not be told."""

    faults: tuple[Fault, ...] = ()
    unsure: tuple[Hop, ...] = ()


def default_tables(graph: Graph) -> Judged:
    """Transit gateways whose attachments join a table by themselves."""
    faults = []
    for gateway in graph.network.transit_gateways.values():
        for on, what in (
            (gateway.default_association, "is associated with the default route table by itself"),
            (gateway.default_propagation, "propagates into the default route table by itself"),
        ):
            if on:
                faults.append((Hop(gateway.origin, f"transit gateway: every new attachment {what}"),))
    return Judged(tuple(faults))


def overlaps(graph: Graph) -> Judged:
    """Networks that are connected and use the same addresses. Two links may: redundant ones do."""
    network = graph.network
    domains = _domains(network)
    owners: list[tuple[int, int, str, Origin, str, bool]] = []
    for vpc in network.vpcs.values():
        if vpc.key in domains:
            owners += [(low, high, domains[vpc.key], vpc.origin, _vpc_text(vpc), False) for low, high in vpc.ranges]
    for link in links(graph):
        for low, high in link.ranges:
            if (low, high) not in ((0, V6 - 1), (V6, END - 1)):
                name = f"network behind {link.kind.replace('-', ' ')} {link.key}"
                owners.append((low, high, domains[link.gateway], link.origin, name, True))
    owners.sort(key=lambda owner: (owner[2], owner[0], -owner[1]))
    faults: list[Fault] = []
    for is_link in (False, True):
        widest: tuple[int, int, str, Origin, str, bool] | None = None
        for owner in owners:
            near = widest and widest[2] == owner[2] and owner[0] <= widest[1] and widest[3] != owner[3]
            if widest and near and not (widest[5] and owner[5]):
                common = ranges_text(((owner[0], min(owner[1], widest[1])),))
                path = Hop(widest[3], f"{widest[4]} has {common}"), Hop(owner[3], f"{owner[4]} has {common}, too")
                faults.append(path)
            if owner[5] <= is_link and (not widest or widest[2] != owner[2] or owner[1] > widest[1]):
                widest = owner
    return Judged(tuple(dict.fromkeys(faults)))


def _domains(network: Network) -> dict[str, str]:
    """VPCs and transit gateways by routing domain: whatever attachments and peerings join."""
    parent: dict[str, str] = {}

    def root(key: str) -> str:
        parent.setdefault(key, key)
        while parent[key] != key:
            parent[key] = parent[parent[key]]
            key = parent[key]
        return key

    for attachment in network.attachments.values():
        if attachment.vpc is not None:
            parent[root(attachment.vpc)] = root(attachment.gateway)
        elif attachment.peer is not None and attachment.peer in network.attachments:
            parent[root(network.attachments[attachment.peer].gateway)] = root(attachment.gateway)
        else:
            root(attachment.gateway)
    for peering in network.peerings.values():
        parent[root(peering.vpcs[0])] = root(peering.vpcs[1])
    return {key: root(key) for key in list(parent)}


def symmetry(graph: Graph) -> Judged:
    """Whether packets and answers pass the same firewall endpoint, in every zone."""
    by_vpc: dict[str, list[FirewallEndpoint]] = {}
    for endpoint in graph.network.firewalls.values():
        by_vpc.setdefault(endpoint.vpc, []).append(endpoint)
    found = [_Firewalled(graph, vpc, endpoints) for vpc, endpoints in by_vpc.items()]
    faults = [fault for one in found for fault in one.faults()]
    return Judged(tuple(faults), tuple(hop for one in found for hop in one.unsure()))


class _Firewalled:
    """A VPC with firewall endpoints."""

    def __init__(self, graph: Graph, vpc: str, endpoints: list[FirewallEndpoint]) -> None:
        self._graph, self._vpc, self._endpoints = graph, vpc, endpoints
        self._subnets = graph.subnets_of.get(vpc, [])
        self._inside = {one.key for endpoint in endpoints for one in graph.firewall_subnets(endpoint.key)}
        self._attachments = [one for (own, _), some in graph.attachments_of.items() if own == vpc for one in some]
        self._zone_of = {one.key: self._zone(one) for one in endpoints}
        self._zones = {one.zone for endpoint in endpoints for one in graph.firewall_subnets(endpoint.key)}

    def _zone(self, endpoint: FirewallEndpoint) -> str | None:
        zones = {subnet.zone for subnet in self._graph.firewall_subnets(endpoint.key)}
        return zones.pop() if len(zones) == 1 else None

    def _led(self, subnet: Subnet, destinations: int = -1) -> dict[str, int]:
        """Destinations by the firewall endpoint to which a subnet's table leads them."""
        hops = self._graph.vpc_table(subnet.vpc, subnet.table).hops
        return {
            target.key: mask & destinations
            for mask, target in hops
            if target.kind == "firewall" and mask & destinations
        }

    def unsure(self) -> Iterator[Hop]:
        """Endpoints whose zone the templates do not tell, where there are several."""
        for endpoint in self._endpoints:
            if self._zone_of[endpoint.key] is None and len(self._zones) > 1:
                yield Hop(
                    endpoint.origin, "the zone of this firewall endpoint is chosen by position, which tells no zone"
                )

    def faults(self) -> Iterator[Fault]:
        """What breaks the symmetry."""
        if self._attachments and len(self._zones) > 1:
            for attachment in self._attachments:
                if not attachment.appliance_mode and any(map(self._led, self._entered())):
                    yield (Hop(attachment.origin, _NO_APPLIANCE_MODE),)
        yield from self._zones_without_route()
        yield from self._other_zones()
        yield from self._ways_back()
        yield from self._pairs()

    def _entered(self) -> list[Subnet]:
        """Subnets through which a transit gateway enters."""
        keys = [subnet for attachment in self._attachments for subnet in self._graph.attachment_subnets(attachment)]
        return list({subnet.key: subnet for subnet in keys if subnet.key not in self._inside}.values())

    def _zones_without_route(self) -> Iterator[Fault]:
        led = {subnet.key: union(self._led(subnet).values()) for subnet in self._entered()}
        most = union(led.values())
        for subnet in self._entered():
            if missing := most & ~led[subnet.key]:
                text = ranges_text(self._graph.atoms.ranges(missing), 1)
                where = f"zone {subnet.zone}: {subnet_text(subnet)} has no route to a firewall for {text}"
                yield (Hop(self._table(subnet), f"{where}, as other zones have"),)

    def _other_zones(self) -> Iterator[Fault]:
        for subnet in self._subnets:
            for key in self._led(subnet):
                zone = self._zone_of.get(key)
                if zone is not None and zone != subnet.zone and subnet.zone in self._zones:
                    origin = self._route(subnet, key)
                    text = f"{subnet_text(subnet)} in zone {subnet.zone} is led to the firewall of zone {zone}"
                    yield (Hop(origin, text),)

    def _ways_back(self) -> Iterator[Fault]:
        """A firewall's subnet leads on, and answers come through the same endpoint: past gateways and NAT."""
        graph, network = self._graph, self._graph.network
        for endpoint in self._endpoints:
            for inside in graph.firewall_subnets(endpoint.key):
                targets = {target for _, target in graph.vpc_table(self._vpc, inside.table).hops}
                if (
                    targets <= {target for target in targets if target.kind in ("local", "blackhole")}
                    and self._entered()
                ):
                    text = f"zone {inside.zone}: the firewall's {subnet_text(inside)} has no route back"
                    yield (Hop(self._table(inside), text),)
                for target in targets:
                    if target.kind == "nat" and target.key in network.nats:
                        nat = network.subnets[network.nats[target.key].subnet]
                        hops = graph.vpc_table(nat.vpc, nat.table).hops
                        back = {one.key for _, one in hops if one.kind == "firewall"}
                        past = any(one.kind == "transit-gateway" for _, one in hops)
                        if past or (back and back != {endpoint.key}):
                            where = f"the firewall of zone {inside.zone}"
                            text = f"answers at NAT gateway's {subnet_text(nat)} do not come back through {where}"
                            yield (Hop(endpoint.origin, "firewall endpoint"), Hop(self._table(nat), text))
                    elif target.kind == "internet-gateway" and target.key in network.gateways:
                        yield from self._edge(endpoint, target.key)

    def _edge(self, endpoint: FirewallEndpoint, gateway: str) -> Iterator[Fault]:
        """What leaves through a firewall and an internet gateway comes back by the gateway's edge table."""
        graph, found = self._graph, self._graph.network.gateways[gateway]
        edge = graph.vpc_table(self._vpc, found.table).hops
        for subnet in self._subnets:
            if subnet.key in self._inside:
                continue
            out = set(self._led(subnet, graph.internet))
            mask = graph.subnet_masks[subnet.key]
            back = {target.key for led, target in edge if target.kind == "firewall" and led & mask}
            if (endpoint.key in out or endpoint.key in back) and out != back:
                origin = self._route(subnet, endpoint.key) if endpoint.key in out else self._table(subnet)
                text = f"{subnet_text(subnet)}: packets to the internet and their answers pass different firewalls"
                yield (Hop(origin, text), Hop(found.origin, "the internet gateway's edge decides on the answers"))

    def _pairs(self) -> Iterator[Fault]:
        """Subnets of the VPC that reach each other through firewalls."""
        led = {subnet.key: self._led(subnet, self._graph.vpc_masks.get(self._vpc, 0)) for subnet in self._subnets}
        for number, one in enumerate(self._subnets):
            for other in self._subnets[number + 1 :]:
                there = {key for key, mask in led[one.key].items() if mask & self._graph.subnet_masks[other.key]}
                back = {key for key, mask in led[other.key].items() if mask & self._graph.subnet_masks[one.key]}
                if there != back and not {one.key, other.key} & self._inside:
                    text = f"{subnet_text(one)} and {subnet_text(other)}: packets and answers pass different firewalls"
                    yield (Hop(self._table(one), text), Hop(self._table(other), "the answers' route table"))

    def _table(self, subnet: Subnet) -> Origin:
        found = self._graph.network.tables.get(subnet.table or "")
        return found.origin if found else subnet.origin

    def _route(self, subnet: Subnet, firewall: str) -> Origin:
        for choice in self._graph.vpc_table(subnet.vpc, subnet.table).choices:
            if choice.leads.kind == "firewall" and choice.leads.key == firewall and choice.route:
                return choice.route.origin
        return self._table(subnet)


def _vpc_text(vpc: Vpc) -> str:
    return f"VPC {vpc.name or vpc.key}{f' of segment {vpc.segment}' if vpc.segment else ''}"
