"""A packet tracer: one concrete packet, step by step, over the model's objects. It shares no code with the engine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from landing_zone.proof.network.model import Network, Ranges, Route, RouteTable, Subnet, Target

V6 = 1 << 32
NAT64 = V6 + (0x64FF9B << 96)
_NAT64_LAST = NAT64 + 0xFFFFFFFF
NOT_CARRIED = (  # first address, prefix length, of what the internet does not carry
    (0x00000000, 8),
    (0x0A000000, 8),
    (0x64400000, 10),
    (0x7F000000, 8),
    (0xA9FE0000, 16),
    (0xAC100000, 12),
    (0xC0A80000, 16),
    (0xE0000000, 3),
)
End = tuple[Literal["arrived", "internet", "hybrid", "service"], str]


@dataclass(frozen=True)
class Packet:
    """A packet. whose: own, foreign or translated. rewritten: a NAT gave it its source."""

    source: int
    destination: int
    protocol: int
    port: int


def holds(ranges: Ranges, address: int) -> bool:
    """Whether an address is in ranges."""
    return any(low <= address <= high for low, high in ranges)


def carried(address: int) -> bool:
    """Whether the internet carries packets to an address."""
    if address >= V6:
        top = (address - V6) >> 112
        return not (0xFC00 <= top <= 0xFDFF or 0xFE80 <= top <= 0xFEBF or top >= 0xFF00) and not is_nat64(address)
    return all(address >> (32 - length) != base >> (32 - length) for base, length in NOT_CARRIED)


def is_nat64(address: int) -> bool:
    """Whether an address is one that NAT64 translates."""
    return NAT64 <= address <= _NAT64_LAST


class Tracer:
    """Follows a packet over every way that AWS might choose. firewalls False: their endpoints pass nothing."""

    def __init__(self, network: Network, firewalls: bool = True) -> None:
        self.network, self.firewalls = network, firewalls

    def from_subnet(self, subnet: str, packet: Packet) -> set[End]:
        """Where a packet of a host ends."""
        return self._walk([("subnet", subnet, packet)])

    def from_gateway(self, gateway: str, packet: Packet) -> set[End]:
        """Where a packet that arrives from outside at a gateway of a VPC ends."""
        return self._walk([("edge", gateway, packet)])

    def from_link(self, attachment: str, packet: Packet) -> set[End]:
        """Where a packet that a link sends ends."""
        table = self.network.attachments[attachment].table
        return self._walk([("transit", table, packet)]) if table else set()

    def is_answered(self, subnet: str, packet: Packet, ports: list[int]) -> bool:
        """Whether the host that got a packet from the internet can answer, to any of these ports of the sender."""
        for port in ports:
            back = Packet(packet.destination, packet.source, packet.protocol, port)
            if any(kind == "internet" for kind, _ in self._local_walk(subnet, back)):
                return True
        return False

    def _walk(self, waiting: list[tuple[str, str, Packet]]) -> set[End]:
        seen, ends = set(waiting), set[End]()
        while waiting:
            kind, key, packet = waiting.pop()
            if kind in ("arrived", "internet", "hybrid", "service"):
                ends.add((kind, key))  # type: ignore[arg-type]
                continue
            if kind == "subnet":
                following = self._from_subnet(self.network.subnets[key], packet)
            elif kind == "edge":
                following = self._from_edge(key, packet)
            else:
                following = self._from_transit(key, packet)
            for step in following:
                if step not in seen:
                    seen.add(step)
                    waiting.append(step)
        return ends

    def _local_walk(self, subnet: str, packet: Packet) -> set[End]:
        """As `_walk`, but only inside of the VPC and with the source as it is: answers to the internet."""
        vpc = self.network.subnets[subnet].vpc
        waiting, seen, ends = [subnet], {subnet}, set[End]()
        while waiting:
            here = self.network.subnets[waiting.pop()]
            for kind, key, after in self._from_subnet(here, packet):
                if kind == "internet" and self.network.gateways[key].kind != "egress-only-gateway":
                    ends.add(("internet", key))
                elif kind == "subnet" and after.source == packet.source and self._is_new(key, vpc, seen):
                    seen.add(key)
                    waiting.append(key)
        return ends

    def _is_new(self, subnet: str, vpc: str, seen: set[str]) -> bool:
        return subnet not in seen and self.network.subnets[subnet].vpc == vpc

    def _from_subnet(self, subnet: Subnet, packet: Packet) -> list[tuple[str, str, Packet]]:
        table = self.network.tables[subnet.table] if subnet.table else None
        found = []
        for target in self._lookup(table, subnet.vpc, packet.destination):
            found += self._to(target, subnet, subnet.vpc, packet)
        return found

    def _from_edge(self, key: str, packet: Packet) -> list[tuple[str, str, Packet]]:
        gateway = self.network.gateways[key]
        if gateway.kind != "vpn-gateway" and not holds(self.network.vpcs[gateway.vpc].ranges, packet.destination):
            return []
        table = self.network.tables[gateway.table] if gateway.table else None
        found = []
        for target in self._lookup(table, gateway.vpc, packet.destination):
            found += self._to(target, None, gateway.vpc, packet)
        return found

    def _from_transit(self, key: str, packet: Packet) -> list[tuple[str, str, Packet]]:
        network, candidates, found = self.network, [], []
        for route in network.transit_tables[key].routes:
            link = network.attachments.get(route.attachment or "")
            if route.propagated and link and link.vpc is None and not link.ranges:
                found += self._leave_transit(link.key, packet)
            for low, high in route.ranges:
                if low <= packet.destination <= high:
                    candidates.append((high - low, 1 if route.propagated else 0, route.attachment))
        if candidates:
            best = min(candidate[:2] for candidate in candidates)
            for candidate in candidates:
                if candidate[:2] == best and candidate[2] is not None:
                    found += self._leave_transit(candidate[2], packet)
        return found

    def _leave_transit(self, key: str, packet: Packet) -> list[tuple[str, str, Packet]]:
        attachment = self.network.attachments[key]
        if attachment.kind == "vpc":
            return [("subnet", subnet, packet) for subnet in attachment.subnets]
        if attachment.kind == "peering":
            peer = self.network.attachments[attachment.peer or ""]
            return [("transit", peer.table, packet)] if peer.table else []
        if attachment.kind == "firewall":
            return [("transit", attachment.table, packet)] if attachment.table and self.firewalls else []
        return [("hybrid", key, packet)]

    def _lookup(self, table: RouteTable | None, vpc: str, destination: int) -> list[Target]:
        candidates: list[tuple[int, int, Target]] = []
        for low, high in self.network.vpcs[vpc].ranges:
            if low <= destination <= high:
                candidates.append((high - low, 0, Target("local")))
        listed: list[Route] = []
        anywhere: list[Target] = []
        inside = bool(candidates)
        for route in table.routes if table else ():
            if route.propagated and inside:
                continue
            if route.propagated and not route.ranges:
                anywhere.append(route.target)
            if not holds(route.ranges, destination):
                continue
            if len(route.ranges) > 1:
                listed.append(route)
            else:
                (low, high) = route.ranges[0]
                candidates.append((high - low, 2 if route.propagated else 1, route.target))
        found = [*anywhere, *(route.target for route in listed)]
        if listed:
            candidates = [one for one in candidates if one[0] not in (2**32 - 1, 2**128 - 1)]
        if candidates:
            best = min(candidate[:2] for candidate in candidates)
            found += [target for size, rank, target in candidates if (size, rank) == best]
        return found

    def _to(self, target: Target, subnet: Subnet | None, vpc: str, packet: Packet) -> list[tuple[str, str, Packet]]:
        network, key = self.network, target.key
        if target.kind == "blackhole":
            return []
        if target.kind == "local":
            return self._deliver(vpc, subnet, packet)
        if target.kind in ("firewall", "nat", "interface"):
            return self._into_box(target, subnet, packet)
        if target.kind == "transit-gateway":
            return self._into_transit(key, subnet, vpc, packet)
        if not self._out(subnet, packet):
            return []
        if target.kind == "peering":
            other = next(one for one in network.peerings[key].vpcs if one != vpc)
            return self._deliver(other, None, packet) if holds(network.vpcs[other].ranges, packet.destination) else []
        if target.kind in ("internet-gateway", "egress-only-gateway", "carrier-gateway"):
            return [("internet", key, packet)] if carried(packet.destination) else []
        return [("hybrid" if target.kind == "vpn-gateway" else "service", key, packet)]

    def _deliver(self, vpc: str, subnet: Subnet | None, packet: Packet) -> list[tuple[str, str, Packet]]:
        if subnet and holds(subnet.ranges, packet.destination):
            return [("arrived", subnet.key, packet)]
        if not self._out(subnet, packet):
            return []
        return [
            ("arrived", one.key, packet)
            for one in self.network.subnets.values()
            if one.vpc == vpc and holds(one.ranges, packet.destination) and self._in(one, packet)
        ]

    def _into_box(self, target: Target, subnet: Subnet | None, packet: Packet) -> list[tuple[str, str, Packet]]:
        network, key = self.network, target.key
        if target.kind == "firewall":
            if not self.firewalls:
                return []
            endpoint = network.firewalls[key]
            every = tuple(one.key for one in network.subnets.values() if one.vpc == endpoint.vpc)
            places: tuple[str, ...] = (endpoint.subnet,) if endpoint.subnet else endpoint.subnets or every
        elif target.kind == "nat":
            places = (network.nats[key].subnet,)
        else:
            places = network.hosts[key].subnets
        found = []
        for place in places:
            inside = network.subnets[place]
            if subnet and subnet.key != place and not (self._out(subnet, packet) and self._in(inside, packet)):
                continue
            if subnet is None and not self._in(inside, packet):
                continue
            own = next((low + 5 for low, _ in inside.ranges if (low < V6) == (packet.destination < V6)), 0)
            if target.kind != "nat":
                found.append(("subnet", place, packet))
            if target.kind == "interface" and own:
                found.append(("subnet", place, replace(packet, source=own)))
            if target.kind == "nat":
                own = inside.ranges[0][0] + 5
                if packet.destination < V6:
                    found.append(("subnet", place, replace(packet, source=own)))
                elif is_nat64(packet.destination):
                    to = packet.destination - NAT64
                    found.append(("subnet", place, replace(packet, source=own, destination=to)))
        return found

    def _into_transit(self, key: str, subnet: Subnet | None, vpc: str, packet: Packet) -> list[tuple[str, str, Packet]]:
        found = []
        for attachment in self.network.attachments.values():
            if attachment.vpc != vpc or attachment.gateway != key or not attachment.table:
                continue
            for place in attachment.subnets:
                inside = self.network.subnets[place]
                same = subnet is not None and subnet.key == place
                if same or (self._out(subnet, packet) and self._in(inside, packet)):
                    found.append(("transit", attachment.table, packet))
        return found

    def _out(self, subnet: Subnet | None, packet: Packet) -> bool:
        return subnet is None or self._admits(subnet.acl, True, packet, packet.destination)

    def _in(self, subnet: Subnet, packet: Packet) -> bool:
        return self._admits(subnet.acl, False, packet, packet.source)

    def _admits(self, acl: str | None, egress: bool, packet: Packet, address: int) -> bool:
        if acl is None:
            return True
        for entry in sorted(self.network.acls[acl].entries, key=lambda one: one.number):
            if entry.egress != egress or not holds(entry.ranges, address):
                continue
            port = packet.protocol not in (6, 17) or entry.ports[0] <= packet.port <= entry.ports[1]
            if entry.protocol is None or (entry.protocol == packet.protocol and port):
                return entry.allow
        return False
