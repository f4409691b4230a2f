"""Route tables compiled: which destinations lead where, longest prefix first. Where AWS may choose, all stay."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from typing import Generic, TypeVar

from landing_zone.proof.network.atoms import Atoms, cidrs, union
from landing_zone.proof.network.model import (
    Network,
    Origin,
    Ranges,
    Route,
    RouteTable,
    Target,
    TransitRoute,
    TransitTable,
)

LOCAL = Target("local")
_STATIC, _PROPAGATED = 1, 2
_DEFAULT = (2**32 - 1, 2**128 - 1)
Leads = TypeVar("Leads", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Choice(Generic[Leads]):
    """A route and the destinations for which it is chosen. route None: the local one."""

    destinations: int
    leads: Leads
    route: Route | TransitRoute | None


@dataclass(frozen=True, slots=True, eq=False)
class Compiled(Generic[Leads]):
    """A route table. hops: destinations by where they lead; choices: the same by route, for witnesses."""

    hops: tuple[tuple[int, Leads], ...]
    choices: tuple[Choice[Leads], ...]
    routed: int

    def chosen(self, destination: int, leads: Leads) -> Choice[Leads] | None:
        """The route by which a destination is led there."""
        for choice in self.choices:
            if choice.destinations & destination and choice.leads == leads:
                return choice
        return None


def vpc_table(table: RouteTable | None, local: Ranges, atoms: Atoms) -> Compiled[Target]:
    """A VPC's route table; `local` are the VPC's ranges. Ties: local, static, propagated.

    Propagated routes give way to the local ones even where they are longer (VPC guide, route priority); whoever
    propagates nothing that is known may announce anything else.
    Of a route with several ranges (a prefix list) and routes that overlap it AWS does not choose by length alone, so
    both stay; a default route alone gives way.
    """
    entries: list[_Entry[Target]] = [(high - low, 0, (low, high), LOCAL, None) for low, high in local]
    unsure: list[tuple[int, Route]] = []
    inside = atoms.mask(local)
    announced: list[tuple[int, Target, Route]] = []
    for route in table.routes if table else ():
        if route.propagated and not route.ranges:
            announced.append((atoms.everything & ~inside, route.target, route))
        if len(route.ranges) > 1:
            unsure.append((atoms.mask(route.ranges), route))
            continue
        rank = _PROPAGATED if route.propagated else _STATIC
        entries += [(high - low, rank, (low, high), route.target, route) for low, high in _blocks(route.ranges)]
    listed = [(mask, route.target, route) for mask, route in unsure]
    before_default = union(mask for mask, _ in unsure)
    return _compiled(entries, [*listed, *announced], atoms, before_default, before_propagated=inside)


def transit_table(table: TransitTable, network: Network, atoms: Atoms) -> Compiled[str | None]:
    """A transit gateway's route table; None: blackhole. Ties: static, then propagated.

    A link whose ranges nobody tells may announce anything, also what is longer than every other route.
    """
    entries: list[_Entry[str | None]] = []
    unsure: list[tuple[int, str | None, TransitRoute]] = []
    for route in table.routes:
        if route.propagated and not (route.ranges and _ranges_are_known(route.attachment, network)):
            unsure.append((atoms.everything, route.attachment, route))
        rank = _PROPAGATED if route.propagated else _STATIC
        entries += [(high - low, rank, (low, high), route.attachment, route) for low, high in _blocks(route.ranges)]
    return _compiled(entries, unsure, atoms)


def _ranges_are_known(attachment: str | None, network: Network) -> bool:
    found = network.attachments.get(attachment or "")
    return found is None or found.vpc is not None or bool(found.ranges)


def blackholes(compiled: Compiled[str | None], destinations: int) -> list[tuple[int, Origin]]:
    """Blackhole routes that take some of `destinations`."""
    return [
        (choice.destinations & destinations, choice.route.origin)
        for choice in compiled.choices
        if choice.leads is None and choice.route and choice.destinations & destinations
    ]


_Entry = tuple[int, int, tuple[int, int], Leads, Route | TransitRoute | None]


def _blocks(ranges: Ranges) -> Iterable[tuple[int, int]]:
    return [block for low, high in ranges for block in cidrs(low, high)]


def _compiled(
    entries: list[_Entry[Leads]],
    unsure: Iterable[tuple[int, Leads, Route | TransitRoute]],
    atoms: Atoms,
    before_default: int = 0,
    before_propagated: int = 0,
) -> Compiled[Leads]:
    entries.sort(key=lambda entry: entry[:2])
    left = atoms.everything
    choices: list[Choice[Leads]] = []
    position = 0
    while position < len(entries):
        rank, taken = entries[position][:2], 0
        if rank[0] in _DEFAULT:
            left &= ~before_default
        while position < len(entries) and entries[position][:2] == rank:
            _, _, block, leads, route = entries[position]
            destinations = atoms.mask((block,)) & left
            if rank[1] == _PROPAGATED:
                destinations &= ~before_propagated
            if destinations:
                choices.append(Choice(destinations, leads, route))
                taken |= destinations
            position += 1
        left &= ~taken
    choices += [Choice(mask, leads, route) for mask, leads, route in unsure]
    hops: dict[Leads, int] = {}
    for choice in choices:
        hops[choice.leads] = hops.get(choice.leads, 0) | choice.destinations
    return Compiled(tuple((mask, leads) for leads, mask in hops.items()), tuple(choices), union(hops.values()))
