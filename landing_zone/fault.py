"""Faults of what somebody wrote: one per mistake, each with the place, what was found and what is allowed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

CLOSE = 60  # percent of letters in common above which a spelling is suggested


@dataclass(frozen=True, order=True)
class Fault:
    """One mistake in an input file.

    line, column: 1-based; line 1, column 1 when the file as a whole is meant.
    key: dotted path into the document, e.g. `accounts[3].ou`; empty for the file as a whole.
    message: what was found and what is allowed. hint: the nearest valid spelling or the next step; may be empty.
    """

    file: str
    line: int
    column: int
    key: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}:" if self.file else ""
        key = f"{self.key}:" if self.key else ""
        hint = f"({self.hint})" if self.hint else ""
        return " ".join(part for part in (place, key, self.message, hint) if part)

    def as_json(self) -> dict[str, str | int]:
        """The row of the `errors` document of the command line."""
        return {
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "key": self.key,
            "message": self.message,
            "hint": self.hint,
        }


class InputError(Exception):
    """The input cannot be used; carries every fault that was found (at least one). Exit code 2."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(sorted(set(faults)))
        super().__init__("\n".join(str(fault) for fault in self.faults))


class UsageError(InputError):
    """The input of the command line itself cannot be used. Exit code 2."""

    def __init__(self, message: str, *, file: str = "", hint: str = "") -> None:
        super().__init__([Fault(file, 1, 1, "", message, hint)])


def closest(word: str, allowed: Iterable[str]) -> str | None:
    """The allowed spelling that is closest to `word`, if one is close; of equally close ones the first."""
    from rapidfuzz import fuzz, process  # here, because most runs have nothing to spell

    found = process.extractOne(word[:100], list(allowed), scorer=fuzz.ratio, processor=str.lower, score_cutoff=CLOSE)
    return found[0] if found else None


def nearest(word: str, allowed: Iterable[str]) -> str:
    """`did you mean 'x'?` for the closest allowed spelling, or nothing when none is close."""
    spelling = closest(word, allowed)
    return f"did you mean '{spelling}'?" if spelling else ""


def excerpt(value: object, limit: int = 60) -> str:
    """A value as it is shown in a message: quoted, one line, control characters escaped, cut at `limit`."""
    text = str(value)
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    return "'" + "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in shown) + "'"
