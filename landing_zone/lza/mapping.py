"""What became of every part of an LZA configuration: carried over, changed and why, or without counterpart."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Any, Literal

from landing_zone.lza.configuration import Configuration
from landing_zone.lza.entry import Entry
from landing_zone.lza.folders import CONFIGURATION_FILES
from landing_zone.policy_data import policy_data

Status = Literal["carried", "changed", "no counterpart"]
STATUSES: tuple[Status, ...] = ("carried", "changed", "no counterpart")


@dataclass(frozen=True, order=True)
class MappingRow:
    """What became of one thing. to: where it is now, a path in the manifest or a file; empty where it is nowhere.

    file: relative to the configuration's folder; line: 1-based. because: empty for what was carried as it stands.
    """

    file: str
    line: int
    what: str
    status: Status
    to: str = ""
    because: str = ""


@dataclass(eq=False)
class Note:
    """A row that may still change while the manifest is made: what it refuses has no counterpart after all."""

    status: Status
    what: str
    to: str
    because: str
    place: Entry

    def refuse(self, reason: str) -> None:
        """Say that the thing could not be kept, with the words of what refused it."""
        self.status, self.to, self.because = "no counterpart", "", f"left out: {reason}"

    def row(self) -> MappingRow:
        """The row as it stands."""
        return MappingRow(self.place.file, self.place.line, self.what, self.status, self.to, self.because)


class Ledger:
    """Notes on what a conversion used, and rows from the table for everything that it did not."""

    def __init__(self, configuration: Configuration) -> None:
        self._configuration = configuration
        self._used: set[int] = set()
        self._notes: list[Note] = []

    def note(
        self, status: Status, what: str, to: str, because: str, *entries: Entry | None, at: Entry | None = None
    ) -> Note:
        """Note what became of entries, each with everything below it; of none, and without a place `at`, nothing.

        The first that is there is the place.
        """
        found = [entry for entry in entries if entry]
        self._used.update(map(id, found))
        place = at or (found[0] if found else self._configuration.file("accounts"))
        note = Note(status, what, to, because, place)
        if at or found:
            self._notes.append(note)
        return note

    def carried(self, what: str, to: str, *entries: Entry | None) -> Note:
        """Note what is in the manifest as it was."""
        return self.note("carried", what, to, "", *entries)

    def changed(self, what: str, to: str, because: str, *entries: Entry | None, at: Entry | None = None) -> Note:
        """Note what is in the manifest in another form, or as somebody still has to fill it in."""
        return self.note("changed", what, to, because, *entries, at=at)

    def left(self, what: str, because: str, *entries: Entry | None) -> Note:
        """Note what has no counterpart."""
        return self.note("no counterpart", what, "", because, *entries)

    def rows(self) -> tuple[MappingRow, ...]:
        """Every row, in the order of places; every value of the configuration that says something is in one."""
        found = {note.row() for note in self._notes}
        for name in CONFIGURATION_FILES:
            if name in self._configuration.files:
                found.update(self._unused(self._configuration.files[name], name, None))
        for file in self._configuration.absent:
            found.add(MappingRow(file, 1, "the whole file", "no counterpart", "", "it is not there"))
        places = {(row.file, row.line) for row in found}
        for thing in self._configuration.not_understood:
            if (thing.file, thing.line) not in places:
                found.add(MappingRow(thing.file, thing.line, "not understood", "no counterpart", "", thing.message))
        for fault in self._configuration.faults:
            what = f"not read: {fault.key}" if fault.key else "not read"
            found.add(MappingRow(fault.file, fault.line, what, "no counterpart", "", fault.message))
        return tuple(sorted(found))

    def _unused(self, entry: Entry, pattern: str, above: MappingRow | None) -> Iterator[MappingRow]:
        if id(entry) in self._used:
            return
        row = _known(pattern, entry) or above
        if isinstance(entry.value, dict):
            for key, child in entry.value.items():
                yield from self._unused(child, f"{pattern}.{key}", row)
        elif isinstance(entry.value, list):
            for child in entry.value:
                yield from self._unused(child, f"{pattern}[]", row)
        elif row:
            yield row
        elif entry.value is not None:
            reason = "the manifest has no setting for it, and this release does not know it"
            yield MappingRow(entry.file, entry.line, entry.path, "no counterpart", "", reason)


def table() -> Mapping[str, Any]:
    """The data of the conversion, `policies/lza/mapping.yaml`."""
    data: Mapping[str, Any] = policy_data("lza/mapping")
    return data


@cache
def counterparts() -> Mapping[str, tuple[Mapping[str, Any], ...]]:
    """Rows of the table by pattern of a path, e.g. `security.awsConfig.ruleSets[].rules[]`."""
    found: dict[str, tuple[Mapping[str, Any], ...]] = {}
    for row in table()["counterparts"]:
        found[row["at"]] = (*found.get(row["at"], ()), row)
    return found


def counterpart(pattern: str, entry: Entry) -> Mapping[str, Any] | None:
    """The first row of the table for a pattern whose `when`, if any, is what the entry says."""
    rows = counterparts().get(pattern, ())
    return next((row for row in rows if "when" not in row or row["when"] == entry.text.lower()), None)


def _known(pattern: str, entry: Entry) -> MappingRow | None:
    row = counterpart(pattern, entry)
    if row is None:
        return None
    return MappingRow(
        entry.file, entry.line, described(entry), row["status"], row.get("to", ""), row.get("because", "")
    )


def described(entry: Entry) -> str:
    """An entry by its path, and by its name where it has one."""
    name = entry.get("name") if isinstance(entry.value, dict) else None
    text = f"{entry.path} ({name.text})" if name and name.text else entry.path
    return text or "the whole file"


def walked(configuration: Configuration) -> Iterator[tuple[str, Entry]]:
    """Every value of a configuration with the pattern of its path, in the order written."""

    def below(entry: Entry, pattern: str) -> Iterator[tuple[str, Entry]]:
        yield pattern, entry
        for key, child in entry.items():
            yield from below(child, f"{pattern}.{key}")
        if isinstance(entry.value, list):
            for child in entry.value:
                yield from below(child, f"{pattern}[]")

    for name in CONFIGURATION_FILES:
        if name in configuration.files:
            yield from below(configuration.files[name], name)


def mapping_json(rows: Iterable[MappingRow], *, partial: bool) -> str:
    """The rows as one JSON document: `{"partial", "counts", "rows": [{"file", "line", "what", "status", ...}]}`."""
    rows = tuple(rows)
    counts = {status: sum(row.status == status for row in rows) for status in STATUSES}
    document = {"partial": partial, "counts": counts, "rows": [asdict(row) for row in rows]}
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def mapping_markdown(rows: Iterable[MappingRow], *, partial: bool) -> str:
    """The rows as Markdown: what somebody has to look at first, then what was carried."""
    rows = tuple(rows)
    lines = ["# From Landing Zone Accelerator to this manifest", ""]
    if partial:
        lines += [
            "**Partial:** not all of the configuration could be read; see the rows that begin `not read`.",
            "",
        ]
    lines += [f"- {status}: {sum(row.status == status for row in rows)}" for status in STATUSES]
    for status in ("changed", "no counterpart", "carried"):
        chosen = [row for row in rows if row.status == status]
        if chosen:
            lines += ["", f"## {status.capitalize()}", "", "| where | what | now | why |", "|---|---|---|---|"]
            lines += [
                f"| {row.file}:{row.line} | {_cell(row.what)} | {_cell(row.to)} | {_cell(row.because)} |"
                for row in chosen
            ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|").replace("<", "&lt;")
