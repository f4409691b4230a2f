"""The network as a graph over which packets move: from where to where, for which destinations, past which ACLs.

An edge never loses what AWS may do. Where AWS chooses (which zone's subnet a transit gateway enters, equal routes)
every choice is an edge. `strict` is the other way round, for what must work: a subnet reaches the transit gateway only
through its own zone, and the internet only with an address of its own VPC or a NAT gateway's.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from landing_zone.proof.network.atoms import NAT64, NOT_GLOBAL, V6, Atoms, atoms_of, interval, union
from landing_zone.proof.network.filters import Filter, Filters
from landing_zone.proof.network.forwarding import Compiled, transit_table, vpc_table
from landing_zone.proof.network.model import Attachment, Network, Subnet, Target

OWN, FOREIGN, TRANSLATED = 0, 1, 2
"""Whose packet: of the VPC it is in, from elsewhere, or with the address of a NAT gateway of that VPC."""
LINKS = ("vpn", "direct-connect", "connect")

Place = Literal[
    "leaving",  # a subnet's interface sends: its route table is asked
    "enter",  # a gateway's edge: what comes from outside into a VPC
    "transit",  # a transit gateway's route table is asked
    "vpc",  # delivery inside a VPC
    "arrived",  # at a subnet's hosts
    "internet",
    "hybrid",
    "service",
]


class Node(NamedTuple):
    """A place and whose packet it is there. key: subnet, gateway, table, VPC or link."""

    place: Place
    key: str
    whose: int = OWN


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """A step.

    destinations: which packets take it. becomes: the destinations they get (NAT64), 0: none. translated: the sources a
    NAT gives them, 0: none. firewall: the one that it passes. peering: it leads into another Region.
    target: what the route leads to (VPC tables), for witnesses.
    """

    destinations: int
    to: Node
    filters: tuple[Filter, ...] = ()
    target: Target | None = None
    via: str = ""
    firewall: str = ""
    peering: bool = False
    becomes: int = 0
    translated: int = 0


class Graph:
    """A network's places and the steps between them; steps are made when first asked for."""

    def __init__(self, network: Network, strict: bool = False, atoms: Atoms | None = None) -> None:
        self.network, self.strict = network, strict
        self.atoms = atoms or atoms_of(network)
        self.filters = Filters(network, self.atoms)
        everything = self.atoms.everything
        not_global = union(self.atoms.mask((interval(cidr),)) for cidr in NOT_GLOBAL)
        self.v4 = self.atoms.mask(((0, V6 - 1),))
        self.nat64 = self.atoms.mask((interval(NAT64),))
        self.internet = everything & ~not_global & ~self.nat64
        self.subnet_masks = {key: self.atoms.mask(subnet.ranges) for key, subnet in network.subnets.items()}
        self.vpc_masks = {key: self.atoms.mask(vpc.ranges) for key, vpc in network.vpcs.items()}
        self.subnets_of: dict[str, list[Subnet]] = {key: [] for key in network.vpcs}
        for subnet in network.subnets.values():
            self.subnets_of.setdefault(subnet.vpc, []).append(subnet)
        self.attachments_of: dict[tuple[str, str], list[Attachment]] = {}
        for attachment in network.attachments.values():
            if attachment.vpc is not None:
                self.attachments_of.setdefault((attachment.vpc, attachment.gateway), []).append(attachment)
        self._vpc_tables: dict[tuple[str, str | None], Compiled[Target]] = {}
        self._transit_tables: dict[str, Compiled[str | None]] = {}
        self._edges: dict[Node, tuple[Edge, ...]] = {}

    def edges(self, node: Node) -> tuple[Edge, ...]:
        """The steps from a node."""
        found = self._edges.get(node)
        if found is None:
            found = self._edges[node] = tuple(edge for edge in self._made(node) if edge.destinations)
        return found

    def vpc_table(self, vpc: str, table: str | None) -> Compiled[Target]:
        """A VPC's route table, compiled. None: local traffic only."""
        key = (vpc, table)
        if key not in self._vpc_tables:
            local = self.network.vpcs[vpc].ranges if vpc in self.network.vpcs else ()
            self._vpc_tables[key] = vpc_table(self.network.tables.get(table or ""), local, self.atoms)
        return self._vpc_tables[key]

    def transit_table(self, table: str) -> Compiled[str | None]:
        """A transit gateway's route table, compiled."""
        if table not in self._transit_tables:
            self._transit_tables[table] = transit_table(self.network.transit_tables[table], self.network, self.atoms)
        return self._transit_tables[table]

    def _made(self, node: Node) -> Iterator[Edge]:
        if node.place == "leaving":
            yield from self._leaving(self.network.subnets[node.key], node.whose)
        elif node.place == "enter":
            gateway = self.network.gateways[node.key]
            own = self.atoms.everything if gateway.kind == "vpn-gateway" else self.vpc_masks.get(gateway.vpc, 0)
            for mask, target in self.vpc_table(gateway.vpc, gateway.table).hops:
                destinations = mask & own
                yield from self._towards(target, destinations, gateway.vpc, None, FOREIGN)
        elif node.place == "transit":
            for destinations, attachment in self.transit_table(node.key).hops:
                if attachment is not None and attachment in self.network.attachments:
                    yield from self._out_of_transit(self.network.attachments[attachment], destinations)
        elif node.place == "vpc":
            for subnet in self.subnets_of.get(node.key, ()):
                ingress = self.filters.of(subnet.acl, egress=False)
                yield Edge(self.subnet_masks[subnet.key], Node("arrived", subnet.key, node.whose), ingress)

    def _leaving(self, subnet: Subnet, whose: int) -> Iterator[Edge]:
        for destinations, target in self.vpc_table(subnet.vpc, subnet.table).hops:
            yield from self._towards(target, destinations, subnet.vpc, subnet, whose)

    def _towards(self, target: Target, mask: int, vpc: str, subnet: Subnet | None, whose: int) -> Iterator[Edge]:
        network, key = self.network, target.key
        egress = self.filters.of(subnet.acl, egress=True) if subnet else ()
        if target.kind == "local":
            own = self.subnet_masks[subnet.key] if subnet else 0
            if subnet:
                yield Edge(mask & own, Node("arrived", subnet.key, whose), (), target)
            yield Edge(mask & ~own, Node("vpc", vpc, whose), egress, target)
        elif target.kind == "transit-gateway":
            for attachment in self.attachments_of.get((vpc, key), ()):
                yield from self._into_transit(attachment, mask, subnet, egress, target)
        elif target.kind == "firewall" and key in network.firewalls:
            for inside in self.firewall_subnets(key):
                filters = self._into(subnet, egress, inside)
                yield Edge(mask, Node("leaving", inside.key, whose), filters, target, firewall=key)
        elif target.kind == "nat" and key in network.nats and network.nats[key].subnet in network.subnets:
            nat, inside = network.nats[key], network.subnets[network.nats[key].subnet]
            filters, address = self._into(subnet, egress, inside), self.subnet_masks[inside.key] & self.v4
            to = Node("leaving", inside.key, TRANSLATED if nat.public else FOREIGN)
            yield Edge(mask & self.v4, to, filters, target, translated=address)
            yield Edge(mask & self.nat64, to, filters, target, becomes=self.v4, translated=address)
        elif target.kind == "interface" and key in network.hosts:
            for inside in (network.subnets[one] for one in network.hosts[key].subnets if one in network.subnets):
                filters, address = self._into(subnet, egress, inside), self.subnet_masks[inside.key]
                yield Edge(mask, Node("leaving", inside.key, whose), filters, target)
                for family in (self.v4, ~self.v4):
                    if own := address & family:
                        to = Node("leaving", inside.key, TRANSLATED)
                        yield Edge(mask & family, to, filters, target, translated=own)
        elif target.kind == "peering" and key in network.peerings:
            for other in network.peerings[key].vpcs:
                if other != vpc and other in network.vpcs:
                    far = network.vpcs[other].region != network.vpcs[vpc].region
                    to = Node("vpc", other, FOREIGN)
                    yield Edge(mask & self.vpc_masks[other], to, egress, target, via=key, peering=far)
        elif target.kind in ("internet-gateway", "egress-only-gateway", "carrier-gateway"):
            if not (self.strict and whose == FOREIGN):
                yield Edge(mask & self.internet, Node("internet", key, whose), egress, target)
        elif target.kind == "vpn-gateway":
            yield Edge(mask, Node("hybrid", key, whose), egress, target)
        elif target.kind == "endpoint":
            yield Edge(mask, Node("service", key, whose), egress, target)

    def firewall_subnets(self, key: str) -> tuple[Subnet, ...]:
        """Where a firewall's endpoint is, or may be."""
        endpoint = self.network.firewalls[key]
        keys = (endpoint.subnet,) if endpoint.subnet else endpoint.subnets
        known = tuple(self.network.subnets[one] for one in keys if one in self.network.subnets)
        return known or tuple(self.subnets_of.get(endpoint.vpc, ()))

    def attachment_subnets(self, attachment: Attachment) -> tuple[Subnet, ...]:
        """Where a transit gateway's attachment is in its VPC, or may be."""
        known = tuple(self.network.subnets[one] for one in attachment.subnets if one in self.network.subnets)
        return known or tuple(self.subnets_of.get(attachment.vpc or "", ()))

    def _into(self, subnet: Subnet | None, egress: tuple[Filter, ...], inside: Subnet) -> tuple[Filter, ...]:
        """ACLs act between subnets, not inside of one."""
        if subnet and subnet.key == inside.key:
            return ()
        return (*egress, *self.filters.of(inside.acl, egress=False))

    def _into_transit(
        self, attachment: Attachment, mask: int, subnet: Subnet | None, egress: tuple[Filter, ...], target: Target
    ) -> Iterator[Edge]:
        if attachment.table is None or attachment.table not in self.network.transit_tables:
            return
        to, ways = Node("transit", attachment.table), dict[tuple[Filter, ...], None]()
        for inside in self.attachment_subnets(attachment):
            if subnet is None or not self.strict or inside.zone == subnet.zone:
                ways[self._into(subnet, egress, inside)] = None
        for filters in ways:
            yield Edge(mask, to, filters, target, via=attachment.key)

    def _out_of_transit(self, attachment: Attachment, mask: int) -> Iterator[Edge]:
        key = attachment.key
        if attachment.kind == "vpc":
            for inside in self.attachment_subnets(attachment):
                yield Edge(mask, Node("leaving", inside.key, FOREIGN), via=key)
        elif attachment.kind == "firewall":
            if attachment.table is not None and attachment.table in self.network.transit_tables:
                yield Edge(mask, Node("transit", attachment.table), via=key, firewall=key)
        elif attachment.kind == "peering":
            peer = self.network.attachments.get(attachment.peer or "")
            if peer and peer.table is not None and peer.table in self.network.transit_tables:
                yield Edge(mask, Node("transit", peer.table), via=key, peering=self._is_far(attachment, peer))
        else:
            yield Edge(mask, Node("hybrid", key, FOREIGN), via=key)

    def _is_far(self, attachment: Attachment, peer: Attachment) -> bool:
        gateways = self.network.transit_gateways
        near, far = gateways.get(attachment.gateway), gateways.get(peer.gateway)
        return near is None or far is None or near.region != far.region
