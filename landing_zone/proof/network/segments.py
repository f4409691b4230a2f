"""A segments file: which segment a template's networks belong to, where no tag says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from fnmatch import translate
from functools import cache
from pathlib import Path, PurePosixPath

from landing_zone.fault import Fault, InputError, closest, excerpt
from landing_zone.manifest.document import Document, read_document
from landing_zone.plan.segments import segments as known_segments
from landing_zone.proof.network.model import Network, Origin
from landing_zone.proof.network.theorems import aliases

_SUFFIXES = (".json", ".yaml", ".yml", ".template")


def read_segments(file: Path) -> dict[str, str]:
    """Segments by glob over `STACK` or `STACK/LogicalId`. Raises InputError with every fault and its line."""
    document = read_document(file)
    faults = list(_faults(document))
    if faults:
        raise InputError(faults)
    assert isinstance(document.root.value, dict)
    return {glob: str(node.value) for glob, node in document.root.value.items()}


def _faults(document: Document) -> Iterable[Fault]:
    rows = document.root.value
    if not isinstance(rows, dict):
        yield document.fault((), "must map globs over STACK or STACK/LogicalId to segments")
        return
    if not rows:
        yield document.fault((), "names no segment")
    known = known_names()
    for glob, node in rows.items():
        segment = node.value
        if not isinstance(segment, str):
            shown = "a map or list" if isinstance(segment, dict | list) else f"the value {excerpt(segment)}"
            yield document.fault((glob,), f"{shown} is no segment; known are {', '.join(known)}")
        elif segment not in known:
            near = closest(segment, known)
            hint = f"did you mean '{near}'?" if near else f"known are {', '.join(known)}"
            yield document.fault((glob,), f"segment {excerpt(segment)} is not known", hint)


@cache
def known_names() -> tuple[str, ...]:
    """Every segment that a tag or a segments file may name, sorted."""
    return tuple(sorted({*known_segments(), *aliases()}))


def unmatched(file: Path, network: Network) -> None:
    """Check that every glob of a segments file names something. Raises InputError for those that name nothing."""
    document = read_document(file)
    rows = document.root.value if isinstance(document.root.value, dict) else {}
    places = {place for origin in _origins(network) for place in _places(origin, network.names)}
    faults = []
    for glob in rows:
        if not any(map(_pattern(glob).match, places)):
            near = closest(glob, sorted(places))
            hint = f"did you mean '{near}'?" if near else "globs are over STACK and STACK/LogicalId"
            faults.append(
                document.fault((glob,), f"{excerpt(glob)} names no network in these templates", hint, at_key=True)
            )
    if faults:
        raise InputError(faults)


def _origins(network: Network) -> Iterable[Origin]:
    yield from (part.origin for part in network.vpcs.values())
    yield from (part.origin for part in network.subnets.values())
    yield from (part.origin for part in network.attachments.values())
    yield from (part.origin for part in network.transit_tables.values())


def names_of(names: Sequence[str]) -> tuple[str, ...]:
    """What a segments file may call a template: its names, with and without folder and extension."""
    found: dict[str, None] = {}
    for name in names:
        path = PurePosixPath(name)
        while True:
            found.update(dict.fromkeys((str(path), path.name)))
            if path.suffix.lower() not in _SUFFIXES:
                break
            path = path.with_suffix("")
    return tuple(found)


def _places(origin: Origin, names: Mapping[str, tuple[str, ...]]) -> Iterable[str]:
    """Everything that a glob for a resource, or for its stack, may match."""
    if origin.template == OUTSIDE:
        return (str(origin), origin.logical_id)
    stacks = names.get(origin.template, (origin.template,))
    return (*stacks, *(f"{stack}/{origin.logical_id}" for stack in stacks))


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob))


class Labels:
    """What a segments file says of a resource. The later of two globs wins."""

    def __init__(self, segments: Mapping[str, str], names: Mapping[str, tuple[str, ...]]) -> None:
        self.names = names
        self._rows = tuple((_pattern(glob), segment) for glob, segment in segments.items())[::-1]
        self._by_stack: dict[str, str | None] = {}

    def of_resource(self, origin: Origin) -> str | None:
        """The segment that a glob gives to the resource itself."""
        stacks = self._stacks(origin)
        places = [place for place in _places(origin, self.names) if place not in stacks]
        for pattern, segment in self._rows:
            if any(map(pattern.match, places)) and not any(map(pattern.match, stacks)):
                return segment
        return None

    def of_stack(self, origin: Origin) -> str | None:
        """The segment that a glob gives to the whole stack."""
        if origin.template not in self._by_stack:
            stacks = self._stacks(origin)
            found = (segment for pattern, segment in self._rows if any(map(pattern.match, stacks)))
            self._by_stack[origin.template] = next(found, None)
        return self._by_stack[origin.template]

    def _stacks(self, origin: Origin) -> tuple[str, ...]:
        return self.names.get(origin.template, (origin.template,))

    def segment(self, tagged: str | None, *origins: Origin) -> str | None:
        """The segment of a resource with its tag, given itself and what it belongs to, nearest first."""
        if not self._rows:
            return tagged
        for find in (self.of_resource, self.of_stack):
            for origin in origins:
                if label := find(origin):
                    return label
        return tagged


OUTSIDE = "outside"
"""Template of what stands outside of the templates: its id is the logical id."""
