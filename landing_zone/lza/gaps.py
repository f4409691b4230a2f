"""What an assessment says of a configuration: gaps, and what was not understood."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

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


@dataclass(frozen=True, order=True)
class NotUnderstood:
    """A part of the configuration that the reader or an assessment has no meaning for; it is neither good nor a gap."""

    file: str
    line: int
    message: str
