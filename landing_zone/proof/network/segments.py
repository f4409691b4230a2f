"""A segments file: which segment a template's networks belong to, where no tag says so."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from fnmatch import translate
from functools import cache
from pathlib import Path

from landing_zone.fault import Fault, InputError, closest, excerpt
from landing_zone.manifest.document import Document, read_document
from landing_zone.plan.segments import segments as known_segments
from landing_zone.proof.network.model import Network, Origin

_SLUG = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_TYPO = 2  # letters by which a slug may differ from a known segment and still be its own


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
    known = (*known_segments(), "phi-entry")
    for glob, node in rows.items():
        segment = node.value
        if not isinstance(segment, str) or not _SLUG.fullmatch(segment):
            shown = excerpt(segment) if not isinstance(segment, dict | list) else "a map or list"
            yield document.fault((glob,), f"{shown} is no segment: lower-case words joined by hyphens are")
        elif segment not in known and (near := closest(segment, known)) and _differ_little(segment, near):
            yield document.fault((glob,), f"segment {excerpt(segment)} is not known", f"did you mean '{near}'?")


def _differ_little(left: str, right: str) -> bool:
    """Whether at most _TYPO letters were added, lost or changed (Levenshtein distance)."""
    from rapidfuzz.distance import Levenshtein

    return Levenshtein.distance(left, right) <= _TYPO and min(len(left), len(right)) > _TYPO + 1


def unmatched(file: Path, network: Network) -> None:
    """Check that every glob of a segments file names something. Raises InputError for those that name nothing."""
    document = read_document(file)
    rows = document.root.value if isinstance(document.root.value, dict) else {}
    origins = set(_origins(network))
    places = {place for origin in origins for place in (origin.template, str(origin), origin.logical_id)}
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


@cache
def _pattern(glob: str) -> re.Pattern[str]:
    return re.compile(translate(glob))


class Labels:
    """What a segments file says of a resource. The later of two globs wins."""

    def __init__(self, segments: Mapping[str, str]) -> None:
        self._rows = tuple((_pattern(glob), segment) for glob, segment in segments.items())[::-1]
        self._by_stack: dict[str, str | None] = {}

    def of_resource(self, origin: Origin) -> str | None:
        """The segment that a glob gives to the resource itself."""
        names = (str(origin), origin.logical_id)
        for pattern, segment in self._rows:
            if pattern.match(names[0]) and not pattern.match(origin.template):
                return segment
            if origin.template == OUTSIDE and pattern.match(names[1]):
                return segment
        return None

    def of_stack(self, origin: Origin) -> str | None:
        """The segment that a glob gives to the whole stack."""
        if origin.template not in self._by_stack:
            found = (segment for pattern, segment in self._rows if pattern.match(origin.template))
            self._by_stack[origin.template] = next(found, None)
        return self._by_stack[origin.template]

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
