"""Addresses: every Region has a pool, pools overlap nothing, links to hospitals are complete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Network

from landing_zone.fault import excerpt, nearest
from landing_zone.manifest.checks.subject import Check, Remark, Subject, repeated, unknown_region
from landing_zone.manifest.document import Path_

_RESERVED = "direct-connect"
"""Name of the Direct Connect gateway in the lock."""
_HUBS = 16
"""Autonomous system numbers that are kept for the hubs of so many Regions."""


@dataclass(frozen=True)
class _Range:
    """An address range, where it stands (`order` in the document), and whose it is."""

    block: IPv4Network
    order: int
    path: Path_
    owner: str
    is_pool: bool


def _ranges(subject: Subject) -> list[_Range]:
    network = subject.manifest.network
    rows: list[tuple[str, Path_, str]] = [
        (cidr, ("network", "pools", code, position), f"the pool of {code}")
        for code, cidrs in network.pools.items()
        for position, cidr in enumerate(cidrs)
    ]
    rows += [
        (cidr, ("network", "hybrid", index, "ranges", position), f"site {link.name}")
        for index, link in enumerate(network.hybrid)
        for position, cidr in enumerate(link.ranges)
    ]
    rows += [
        (cidr, ("network", "on_premises", index), "an on-premises range")
        for index, cidr in enumerate(network.on_premises)
    ]
    return [
        _Range(IPv4Network(cidr), order, path, owner, path[1] == "pools")
        for order, (cidr, path, owner) in enumerate(rows)
        if subject.sound(*path)
    ]


def _pools_overlap_nothing(subject: Subject) -> Iterator[Remark]:
    """One remark for each range that overlaps an earlier one; ranges outside the pools may overlap each other."""
    remarked: set[Path_] = set()
    for inner, outer in _overlaps(_ranges(subject)):
        later, earlier = sorted((inner, outer), key=lambda row: -row.order)
        if later.path not in remarked:
            remarked.add(later.path)
            message = f"{later.block} ({later.owner}) overlaps {earlier.block} ({earlier.owner})"
            yield Remark(later.path, f"{message}; nothing may overlap a pool")


def _overlaps(ranges: list[_Range]) -> Iterator[tuple[_Range, _Range]]:
    """Each range with a range around it, if one of the two is a pool. Two blocks are nested or disjoint."""
    around: list[tuple[_Range, _Range | None]] = []  # with the innermost pool at or around it
    for row in sorted(ranges, key=lambda row: (row.block.network_address, row.block.prefixlen, row.order)):
        while around and around[-1][0].block.broadcast_address < row.block.network_address:
            around.pop()
        outer, pool = around[-1] if around else (None, None)
        if partner := pool or (outer if row.is_pool else None):
            yield row, partner
        around.append((row, row if row.is_pool else pool))


def _pools_are_of_used_regions(subject: Subject) -> Iterator[Remark]:
    for code in subject.manifest.network.pools:
        yield from unknown_region(subject, ("network", "pools", code), code, at_key=True)


def _every_region_has_a_pool(subject: Subject) -> Iterator[Remark]:
    chosen = subject.manifest.regions
    used = {chosen.home, chosen.recovery}
    used |= {code for account in subject.manifest.accounts for code in account.regions or ()}
    for code in sorted(used & set(subject.region_codes) - subject.manifest.network.pools.keys()):
        yield Remark(("network", "pools"), f"Region {excerpt(code)} has no pool", f"add {code}: 10.x.0.0/12")


def _hybrid_links_are_sound(subject: Subject) -> Iterator[Remark]:
    links = subject.manifest.network.hybrid
    sites: list[tuple[str, Path_]] = [(link.name, ("network", "hybrid", i, "name")) for i, link in enumerate(links)]
    for name, path, line in repeated(subject, sites):
        yield Remark(path, f"site {excerpt(name)} is taken on line {line}")
    for index, link in enumerate(links):
        place: Path_ = ("network", "hybrid", index)
        for position, code in enumerate(link.regions or ()):
            yield from unknown_region(subject, (*place, "regions", position), code)
        if link.kind == "vpn" and link.customer_gateway is None and subject.sound(*place, "kind"):
            path = (*place, "customer_gateway")
            yield Remark(path, "a VPN needs customer_gateway, the site's public address")


def _links_can_be_told_apart(subject: Subject) -> Iterator[Remark]:
    """Names that the lock needs for itself, numbers of our own gateways, and links that only BGP can choose between."""
    links, chosen = subject.manifest.network.hybrid, subject.manifest.regions
    first = subject.manifest.network.hub.asn
    for index, link in enumerate(links):
        place: Path_ = ("network", "hybrid", index)
        if link.name in (_RESERVED, *subject.region_codes) and subject.sound(*place, "name"):
            yield Remark(
                (*place, "name"), f"{excerpt(link.name)} is no name for a site", "name the hospital or building"
            )
        if link.asn is not None and first <= link.asn < first + _HUBS and subject.sound(*place, "asn"):
            message = f"{link.asn} is for our transit gateways, which count up from network.hub.asn {first}"
            yield Remark((*place, "asn"), message, "give network.hub.asn another start, or the site another number")
        default = (chosen.home, chosen.recovery)
        rival = next(
            (
                other
                for other in links
                if other.name != link.name
                and set(link.regions or default) & set(other.regions or default)
                and _overlap(link.ranges, other.ranges)
            ),
            None,
        )
        if link.kind == "vpn" and link.asn is None and rival and subject.sound(*place):
            message = (
                f"{excerpt(link.name)} leads to addresses of {excerpt(rival.name)}: BGP has to choose between them"
            )
            yield Remark(place, message, "give it the asn of the site's device")


def _overlap(some: Iterable[str], others: Iterable[str]) -> bool:
    return any(IPv4Network(one).overlaps(IPv4Network(other)) for one in some for other in others)


def _entries_are_accounts(subject: Subject) -> Iterator[Remark]:
    known = [account.name for account in subject.manifest.accounts]
    for index, name in enumerate(subject.manifest.network.hospital_entries or ()):
        if name not in known:
            yield Remark(
                ("network", "hospital_entries", index), f"unknown account {excerpt(name)}", nearest(name, known)
            )


CHECKS = (
    Check(_entries_are_accounts, needs=(("accounts",),)),
    Check(_pools_overlap_nothing),
    Check(_pools_are_of_used_regions),
    Check(_every_region_has_a_pool, needs=(("network", "pools"), ("regions",))),
    Check(_hybrid_links_are_sound),
    Check(_links_can_be_told_apart, needs=(("network", "hybrid"), ("regions",))),
)
