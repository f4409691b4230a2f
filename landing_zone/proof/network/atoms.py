"""Sets of addresses as bits of one integer: the address line cut wherever the network cuts it.

Every range of a network begins and ends at a cut, so a set of the pieces between cuts (atoms) is exact, and union,
intersection and difference of whole networks are single operations on integers.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from ipaddress import IPv4Address, IPv6Address, ip_network

from landing_zone.proof.network.model import Network, Ranges

V6 = 2**32
"""Where IPv6 begins on the line: IPv4 comes before it."""
END = V6 + 2**128

NOT_GLOBAL = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
)
"""Ranges that internet routers do not carry (RFC 1918, 6598, 1122, 3927, 1112, 4193, 4291)."""
NAT64 = "64:ff9b::/96"
"""What a NAT gateway translates to IPv4 destinations (RFC 6052)."""


def interval(cidr: str) -> tuple[int, int]:
    """A CIDR block as an interval of the line."""
    network = ip_network(cidr)
    base = V6 if network.version == 6 else 0
    return base + int(network.network_address), base + int(network.broadcast_address)


def address_text(address: int) -> str:
    """An address of the line as people write it."""
    return str(IPv6Address(address - V6)) if address >= V6 else str(IPv4Address(address))


def cidrs(low: int, high: int) -> Iterator[tuple[int, int]]:
    """The fewest CIDR blocks that make up an interval, as intervals; none spans IPv4 and IPv6."""
    while low <= high:
        base, width = (V6, 128) if low >= V6 else (0, 32)
        offset = low - base
        size = offset & -offset or 1 << width
        limit = (high if low >= V6 else min(high, V6 - 1)) - low + 1
        while size > limit:
            size >>= 1
        yield low, low + size - 1
        low += size


def ranges_text(ranges: Ranges, most: int = 3) -> str:
    """Ranges as CIDR blocks, the first few."""
    found: list[str] = []
    for low, high in ranges:
        for first, last in cidrs(low, high):
            if len(found) == most:
                return ", ".join(found) + ", ..."
            width = 128 if first >= V6 else 32
            found.append(f"{address_text(first)}/{width - (last - first + 1).bit_length() + 1}")
    return ", ".join(found)


def union(masks: Iterable[int]) -> int:
    """All sets together."""
    found = 0
    for mask in masks:
        found |= mask
    return found


class Atoms:
    """The pieces of the address line between a network's cuts, and sets of them as masks."""

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        cuts = {0, V6, END}
        for low, high in ranges:
            cuts.add(low)
            cuts.add(high + 1)
        self._cuts = sorted(cuts)
        self._masks: dict[Ranges, int] = {}
        self.everything = (1 << len(self._cuts) - 1) - 1

    def mask(self, ranges: Ranges) -> int:
        """The set of all addresses in `ranges`, which begin and end at cuts."""
        found = self._masks.get(ranges)
        if found is None:
            found = 0
            for low, high in ranges:
                first, last = bisect_left(self._cuts, low), bisect_left(self._cuts, high + 1)
                found |= (1 << last) - (1 << first)
            self._masks[ranges] = found
        return found

    def ranges(self, mask: int) -> Ranges:
        """A set as disjoint intervals."""
        found: list[tuple[int, int]] = []
        while mask:
            first = (mask & -mask).bit_length() - 1
            run = mask >> first
            length = (~run & run + 1).bit_length() - 1
            found.append((self._cuts[first], self._cuts[first + length] - 1))
            mask = (run >> length) << (first + length)
        return tuple(found)

    def some(self, mask: int) -> int:
        """An address of a set: the first that is not the base of a network, where the first piece has one."""
        first = (mask & -mask).bit_length() - 1
        low, after = self._cuts[first], self._cuts[first + 1]
        return min(low + 10, after - 1)

    def holding(self, address: int) -> int:
        """The piece that an address is in."""
        position = bisect_left(self._cuts, address + 1) - 1
        return 1 << position


def atoms_of(network: Network) -> Atoms:
    """The cuts of everything that a network compares an address with."""
    return Atoms(_intervals(network))


def _intervals(network: Network) -> Iterator[tuple[int, int]]:
    for cidr in (*NOT_GLOBAL, NAT64):
        yield interval(cidr)
    for vpc in network.vpcs.values():
        yield from vpc.ranges
    for subnet in network.subnets.values():
        yield from subnet.ranges
    for table in network.tables.values():
        for route in table.routes:
            yield from route.ranges
    for transit in network.transit_tables.values():
        for transit_route in transit.routes:
            yield from transit_route.ranges
    for attachment in network.attachments.values():
        yield from attachment.ranges
    for acl in network.acls.values():
        for entry in acl.entries:
            yield from entry.ranges
    for group in network.groups.values():
        for rule in group.rules:
            yield from rule.ranges
    for host in network.hosts.values():
        for listener in host.listeners:
            yield from listener.ranges
