"""What the proposed rule would change in a manifest that asks to be told. Notes alone: proposed, not law."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from landing_zone.assurance.catalogue.proposed_rule import LABEL, proposed
from landing_zone.fault import excerpt
from landing_zone.manifest.document import Path_
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.regimes import Ask, Regime, regimes_of


@dataclass(frozen=True)
class Note:
    """A note about a value of the manifest. proposal: id of the proposed paragraph; severity is always `note`."""

    path: Path_
    proposal: str
    message: str
    severity: str = "note"


def proposed_notes(manifest: Manifest) -> Iterator[Note]:
    """One note for each value that a regime's proposed paragraphs would not allow."""
    document = manifest.model_dump(mode="json")
    for regime in regimes_of(manifest):
        for ask in regime.asks:
            for path, entry, value in _values(document, tuple(ask.at.split("."))):
                if _applies(ask, entry) and not ask.is_met_by(value):
                    yield _note(path, ask.proposal, f"is {excerpt(value)}; {ask.says}")
        yield from _exceptions(manifest, regime)


def _exceptions(manifest: Manifest, regime: Regime) -> Iterator[Note]:
    for excepted in regime.excepted:
        bearing = {control.id for control in proposed()[excepted.proposal].controls()}
        for index, exception in enumerate(manifest.exceptions):
            if exception.control in bearing:
                said = f"excepts {exception.control}; {excepted.says}"
                yield _note(("exceptions", index, "control"), excepted.proposal, said)


def _note(path: Path_, proposal: str, said: str) -> Note:
    return Note(path, proposal, f"{LABEL}, {proposal}: {'.'.join(map(str, path))} {said}")


def _applies(ask: Ask, entry: Any) -> bool:
    return all(isinstance(entry, Mapping) and entry.get(key) == value for key, value in ask.where.items())


def _values(entry: Any, steps: tuple[str, ...], path: Path_ = ()) -> Iterator[tuple[Path_, Any, Any]]:
    """Every value at a path with `*`: its own path, what holds it, and the value."""
    step, rest = steps[0], steps[1:]
    keys: Iterable[str | int] = (step,)
    if step == "*":
        keys = range(len(entry)) if isinstance(entry, list) else entry
    for key in keys:
        value = entry[key]
        if rest:
            yield from _values(value, rest, (*path, key))
        else:
            yield (*path, key), entry, value
