"""Deterministic address allocation that never renumbers: given ranges stay, new ones take the best free block."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, summarize_address_range


@dataclass(frozen=True, order=True)
class Request:
    """A VPC that needs a range: the prefix length it asks for, and whose it is."""

    prefix: int
    account: str
    region: str


@dataclass(frozen=True)
class PoolExhausted:
    """Some requests of a Region found no free block; `requests` names them, `free` counts the addresses left."""

    region: str
    requests: tuple[Request, ...]
    free: int


Given = Mapping[tuple[str, str], str]
"""Ranges by (region, account)."""


def allocate(
    requests: Iterable[Request], pools: Mapping[str, Iterable[str]], given: Given
) -> tuple[dict[tuple[str, str], str], list[PoolExhausted]]:
    """A range for every request: the given one, or the smallest free block that fits, lowest address first.

    New requests are served largest first, then by account name, so the result does not depend on file order.
    Returns the ranges by (region, account), and what did not fit.
    """
    allocated: dict[tuple[str, str], str] = {}
    exhausted: list[PoolExhausted] = []
    by_region: dict[str, list[Request]] = defaultdict(list)
    for request in requests:
        by_region[request.region].append(request)
    for region, wanted in sorted(by_region.items()):
        taken = [cidr for (other, _), cidr in given.items() if other == region]
        free = _FreeBlocks(pools.get(region, ()), taken)
        unserved: list[Request] = []
        for request in sorted(wanted):
            key = (region, request.account)
            if key in given:
                allocated[key] = given[key]
            elif (block := free.take(request.prefix)) is not None:
                allocated[key] = block
            else:
                unserved.append(request)
        if unserved:
            exhausted.append(PoolExhausted(region, tuple(unserved), free.addresses))
    return allocated, exhausted


def free_blocks(pools: Iterable[str], taken: Iterable[str]) -> Iterator[IPv4Network]:
    """The free aligned blocks of some pools, as large as they can be; a block never spans two pools."""
    ranges = sorted((int(n.network_address), int(n.broadcast_address)) for n in map(IPv4Network, taken))
    for pool in map(IPv4Network, pools):
        yield from _gaps(pool, ranges)


class _FreeBlocks:
    """The free aligned blocks of some pools, by prefix length."""

    def __init__(self, pools: Iterable[str], taken: Iterable[str]) -> None:
        self._by_prefix: dict[int, list[int]] = defaultdict(list)
        for block in free_blocks(pools, taken):
            self._by_prefix[block.prefixlen].append(int(block.network_address))
        for starts in self._by_prefix.values():
            starts.sort()

    @property
    def addresses(self) -> int:
        return sum(len(starts) << (32 - prefix) for prefix, starts in self._by_prefix.items())

    def take(self, prefix: int) -> str | None:
        source = next((p for p in range(prefix, -1, -1) if self._by_prefix.get(p)), None)
        if source is None:
            return None
        start = self._by_prefix[source].pop(0)
        for longer in range(source + 1, prefix + 1):
            insort(self._by_prefix[longer], start + (1 << (32 - longer)))
        return f"{IPv4Address(start)}/{prefix}"


def _gaps(pool: IPv4Network, taken: list[tuple[int, int]]) -> Iterator[IPv4Network]:
    position, end = int(pool.network_address), int(pool.broadcast_address)
    for first, last in taken:
        if last < position or first > end:
            continue
        if first > position:
            yield from summarize_address_range(IPv4Address(position), IPv4Address(first - 1))
        position = max(position, last + 1)
    if position <= end:
        yield from summarize_address_range(IPv4Address(position), IPv4Address(end))
