"""Addresses of VPCs and subnets: what the configuration gives, and stand-ins for what IPAM will choose.

A stand-in is as good as what IPAM chooses as long as nothing names a part of the pool: allocations of one pool never
overlap, and whoever names the whole pool, or nothing of it, treats every choice alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from landing_zone.lza.entry import Entry
from landing_zone.lza.network_reading import rows, text
from landing_zone.proof.network.model import Ranges
from landing_zone.proof.network.ranges import V6, intersect, listed, parse, subtract, union

_BITS = 32


@dataclass
class Space:
    """Free IPv4 addresses."""

    free: Ranges

    def reserve(self, taken: Ranges) -> None:
        """These addresses are used already."""
        self.free = subtract(self.free, union(taken))

    def take(self, length: int) -> Ranges | None:
        """The first free block of this prefix length; None if there is none."""
        if not 0 < length <= _BITS:
            return None
        size = 1 << (_BITS - length)
        for first, last in self.free:
            start = -(-first // size) * size
            if start + size - 1 <= min(last, V6 - 1):
                block = ((start, start + size - 1),)
                self.reserve(block)
                return block
        return None


@dataclass
class Pool:
    """An IPAM pool. ranges: its own CIDRs, else those of the pool it draws from; empty: not known."""

    name: str
    entry: Entry
    ranges: Ranges
    space: Space
    used: bool = field(default=False)


def pools(network: Entry) -> dict[str, Pool]:
    """The IPAM pools by name; one without CIDRs shares the addresses of its source."""
    entries = {text(row, "name"): row for ipam in rows(network, "centralNetworkServices", "ipams")
               for row in rows(ipam, "pools")}  # fmt: skip
    found: dict[str, Pool] = {}
    for name, entry in entries.items():
        owner, seen = name, {name}
        while not cidrs(rows(entries[owner], "provisionedCidrs")):
            source = text(entries[owner], "sourceIpamPool")
            if source not in entries or source in seen:
                break
            seen.add(source)
            owner = source
        ranges = cidrs(rows(entries[owner], "provisionedCidrs"))
        space = found[owner].space if owner in found else Space(union(ranges))
        found[name] = Pool(name, entry, ranges, space)
    return found


def cidrs(entries: Iterable[Entry]) -> Ranges:
    """The ranges of CIDRs; what is none (an unresolved replacement) is left out, see `unreadable`."""
    return listed(*(ranges for entry in entries if (ranges := parse(entry.text)) is not None), ())


def unreadable(entries: Iterable[Entry]) -> list[Entry]:
    """Entries that should be CIDRs and are none."""
    return [entry for entry in entries if parse(entry.text) is None]


def place(spaces: Mapping[str, Space], wanted: Iterable[tuple[str, str, int]]) -> dict[str, Ranges | None]:
    """A block for each (key, space, prefix length), the largest first so that none is wasted; None: no room."""
    found: dict[str, Ranges | None] = {}
    for key, space, length in sorted(wanted, key=lambda row: row[2]):
        found[key] = spaces[space].take(length) if space in spaces else None
    return found


def parts(named: Iterable[tuple[Ranges, Entry]], used: Iterable[Pool]) -> list[tuple[Entry, Pool]]:
    """Ranges that name a part of a pool from which IPAM chooses: what they mean is known only when it has chosen."""
    whole = [(pool, union(pool.ranges)) for pool in used]
    return [
        (entry, pool)
        for ranges, entry in named
        for pool, pooled in whole
        if (common := intersect(union(ranges), pooled)) and common != pooled
    ]
