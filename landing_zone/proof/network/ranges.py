"""Interval algebra on address ranges: IPv4 and, behind it on the same line, IPv6."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, IPv6Network, summarize_address_range

from landing_zone.proof.network.model import Ranges

V6 = 1 << 32
"""Where IPv6 begins on the line: address ::0."""
LAST = V6 + (1 << 128) - 1
NOTHING: Ranges = ()
ALL_V4: Ranges = ((0, V6 - 1),)
ALL_V6: Ranges = ((V6, LAST),)
EVERYWHERE: Ranges = ((0, LAST),)

_V4 = re.compile(r"(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:/(\d{1,2}))?", re.ASCII)


@lru_cache(maxsize=65_536)
def parse(text: str) -> Ranges | None:
    """The range of an IPv4 or IPv6 CIDR, or of one address; None if the text is neither.

    Bits behind the prefix are cut off, as EC2 does with them in routes and network ACLs.
    """
    if found := _V4.fullmatch(text):
        address = 0
        for octet in found.groups()[:4]:
            if int(octet) > 255:
                return None
            address = address << 8 | int(octet)
        bits = 32 if found[5] is None else int(found[5])
        if bits > 32:
            return None
        size = 1 << (32 - bits)
        first = address - address % size
        return ((first, first + size - 1),)
    try:
        network = IPv6Network(text, strict=False)
    except ValueError:
        return None
    if "%" in text:
        return None
    return ((V6 + int(network.network_address), V6 + int(network.broadcast_address)),)


def union(*parts: Ranges) -> Ranges:
    """Addresses in any of the parts, as disjoint sorted intervals; neighbours are joined within a family."""
    merged: list[tuple[int, int]] = []
    for first, last in sorted(interval for part in parts for interval in part):
        if merged and first <= merged[-1][1] + 1 and not (first == V6 and merged[-1][1] == V6 - 1):
            if last > merged[-1][1]:
                merged[-1] = (merged[-1][0], last)
        else:
            merged.append((first, last))
    return tuple(merged)


def listed(*parts: Ranges) -> Ranges:
    """Every interval of the parts as it is, sorted, none twice: neighbours stay apart, for routes have prefixes."""
    if len(parts) == 1:
        return parts[0]
    return tuple(sorted({interval for part in parts for interval in part}))


def intersect(left: Ranges, right: Ranges) -> Ranges:
    """Addresses in both."""
    common: list[tuple[int, int]] = []
    i = j = 0
    while i < len(left) and j < len(right):
        first, last = max(left[i][0], right[j][0]), min(left[i][1], right[j][1])
        if first <= last:
            common.append((first, last))
        if left[i][1] < right[j][1]:
            i += 1
        else:
            j += 1
    return tuple(common)


def subtract(left: Ranges, right: Ranges) -> Ranges:
    """Addresses of `left` that are not in `right`."""
    rest: list[tuple[int, int]] = []
    position = 0
    for start, end in left:
        first = start
        while position < len(right) and right[position][1] < first:
            position += 1
        at = position
        while at < len(right) and right[at][0] <= end:
            if right[at][0] > first:
                rest.append((first, right[at][0] - 1))
            first = right[at][1] + 1
            at += 1
        if first <= end:
            rest.append((first, end))
    return tuple(rest)


def size(ranges: Ranges) -> int:
    """How many addresses."""
    return sum(last - first + 1 for first, last in ranges)


def cidrs(ranges: Ranges) -> tuple[str, ...]:
    """The fewest CIDRs that are these ranges, IPv4 first."""
    return tuple(text for interval in _by_family(ranges) for text in _cidrs(*interval))


def text(ranges: Ranges) -> str:
    """The ranges as people read them: CIDRs joined by commas."""
    return ", ".join(cidrs(ranges)) or "no address"


def _by_family(ranges: Iterable[tuple[int, int]]) -> Iterable[tuple[int, int]]:
    for first, last in ranges:
        if first < V6 <= last:
            yield from ((first, V6 - 1), (V6, last))
        else:
            yield first, last


@lru_cache(maxsize=65_536)
def _cidrs(first: int, last: int) -> tuple[str, ...]:
    if first < V6:
        return tuple(map(str, summarize_address_range(IPv4Address(first), IPv4Address(last))))
    return tuple(map(str, summarize_address_range(IPv6Address(first - V6), IPv6Address(last - V6))))
