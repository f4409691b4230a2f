"""A value of an LZA configuration that knows where it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from landing_zone.fault import Fault
from landing_zone.manifest.document import Plain, Scalar

_UNRESOLVED = re.compile(r"\{\{[^{}]*\}\}|\$\{[A-Z][A-Z_]*(::[^{}]*)?\}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A value and its place: file relative to the configuration's folder, 1-based line and column, dotted path."""

    value: Scalar | list[Entry] | dict[str, Entry]
    file: str
    line: int
    column: int
    path: str

    def __bool__(self) -> bool:
        return True

    def get(self, *steps: str | int) -> Entry | None:
        """What stands under keys or positions, through lists of one as well; None where nothing, or null, does."""
        found: Entry | None = self
        for step in steps:
            found = found._child(step) if found else None
        return found if found and found.value is not None else None

    def _child(self, step: str | int) -> Entry | None:
        if isinstance(step, int):
            items = self.each()
            return items[step] if -len(items) <= step < len(items) else None
        if isinstance(self.value, list) and len(self.value) == 1:
            return self.value[0]._child(step)
        return self.value.get(step) if isinstance(self.value, dict) else None

    def each(self, *steps: str | int) -> list[Entry]:
        """The items of the list under `steps`; a single value is a list of one, nothing and null are none."""
        found = self.get(*steps)
        if not found:
            return []
        return list(found.value) if isinstance(found.value, list) else [found]

    def items(self) -> list[tuple[str, Entry]]:
        """Keys and values in the order written; of anything but a mapping none."""
        return list(self.value.items()) if isinstance(self.value, dict) else []

    @property
    def text(self) -> str:
        """The scalar as it would be written; empty for null, lists and mappings."""
        if isinstance(self.value, bool):
            return str(self.value).lower()
        return str(self.value) if isinstance(self.value, str | int | float) else ""

    @property
    def number(self) -> int | float | None:
        """The number, also of one in quotes; None for anything else."""
        if isinstance(self.value, int | float) and not isinstance(self.value, bool):
            return self.value
        if isinstance(self.value, str) and re.fullmatch(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", self.value):
            return float(self.value) if "." in self.value else int(self.value)
        return None

    def flag(self, default: bool = False) -> bool:
        """The boolean, also of one in quotes; `default` for anything else."""
        return {"true": True, "false": False}.get(self.text.lower(), default)

    @property
    def unresolved(self) -> bool:
        """Whether the scalar holds a replacement, lookup or policy variable whose value is not known offline."""
        return isinstance(self.value, str) and _UNRESOLVED.search(self.value) is not None

    def walk(self) -> Iterator[Entry]:
        """This value and everything below it, in the order written."""
        yield self
        below = self.value.values() if isinstance(self.value, dict) else self.value
        if not isinstance(below, str | int | float | None):
            for entry in below:
                yield from entry.walk()

    def plain(self) -> Plain:
        """The value without places, as JSON would hold it."""
        if isinstance(self.value, dict):
            return {key: entry.plain() for key, entry in self.value.items()}
        if isinstance(self.value, list):
            return [entry.plain() for entry in self.value]
        return self.value

    def fault(self, message: str, hint: str = "") -> Fault:
        """A fault at this place."""
        return Fault(self.file, self.line, self.column, self.path, message, hint)


NOTHING = Entry({}, "", 1, 1, "")
"""What stands where no file does."""
