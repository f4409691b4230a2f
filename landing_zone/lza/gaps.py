"""What an assessment says of a configuration: gaps, and what was not understood."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

GapSeverity = Literal["error", "warning", "note"]


@dataclass(frozen=True, order=True)
class Gap:
    """Something that the configuration does not protect, or protects in words only.

    id: `LZA-<TOPIC>-NNN`. citations: sections of 45 CFR, e.g. `164.312(b)`. file: relative to the configuration's
    folder; line, column: 1-based. message: a sentence that names the thing. fix: what to write instead.
    """

    id: str
    citations: tuple[str, ...]
    file: str
    line: int
    column: int
    message: str
    fix: str
    severity: GapSeverity


class Placed(Protocol):
    """Whatever says where it stands."""

    @property
    def file(self) -> str:
        """Name of the file."""

    @property
    def line(self) -> int:
        """From 1."""

    @property
    def column(self) -> int:
        """From 1."""


def worded(
    id: str, row: Mapping[str, Any], at: Placed, severity: GapSeverity | None, words: Mapping[str, object]
) -> Gap:
    """The gap of a row of data at a place; words fill its sentences. Raises KeyError: they ask for another word."""
    return Gap(
        id=id,
        citations=tuple(row["citations"]),
        file=at.file,
        line=at.line,
        column=at.column,
        message=row["message"].format(**words),
        fix=row["fix"].format(**words),
        severity=severity or row["severity"],
    )


@dataclass(frozen=True, order=True)
class NotUnderstood:
    """A part of the configuration that the reader or an assessment has no meaning for; it is neither good nor a gap."""

    file: str
    line: int
    message: str
