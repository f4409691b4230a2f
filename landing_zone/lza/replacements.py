"""Replacements: `{{key}}` in configuration files and `${...}` in policy files, put into the text as LZA does it.

LZA replaces in the text before it parses, so a list works within `[{{key}}]` only, and a value may hold any YAML. What
has no known value stays in place. Places are translated back, so that they are those of the file as written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field

from landing_zone.manifest.document import Scalar

Value = Scalar | list[str]

CUSTOM = "CUSTOM"
"""The kind of `ACCEL_LOOKUP` that means a replacement of replacements-config.yaml."""

_MUSTACHE = re.compile(r"(\\?)\{\{\{?(~?)\s*([^{}\n]*?)\s*(~?)\}?\}\}")
_VARIABLE = re.compile(r"\$\{([A-Z][A-Z_]*)((?:::[A-Za-z0-9_:-]*)?)\}")
# Braces that stay would be YAML mappings; these private characters of one column each stand in for them until parsed.
_OPEN, _CLOSE = "\ue0b0", "\ue0b1"
_HIDE = str.maketrans("{}", _OPEN + _CLOSE)
_SHOW = str.maketrans(_OPEN + _CLOSE, "{}")


@dataclass(frozen=True)
class Usage:
    """A use of a replacement: its key, where it begins, and whether it is an unquoted item of `[...]`."""

    key: str
    line: int
    column: int
    takes_list: bool
    in_comment: bool
    escaped: bool


@dataclass
class Rendering:
    """Text after replacement; `original` gives the place in the file of a place in it."""

    text: str = ""
    usages: list[Usage] = field(default_factory=list)
    shifts: dict[int, list[tuple[int, int, int]]] = field(default_factory=dict)

    def original(self, line: int, column: int) -> tuple[int, int]:
        """The 1-based place in the file; the start of the replacement for a place inside its value."""
        moved = 0
        for start, length, shift in self.shifts.get(line, ()):
            if column < start:
                break
            if column < start + length:
                return line, start - moved
            moved += shift
        return line, column - moved


def shown(text: str) -> str:
    """A scalar of rendered text, with the braces of what stayed in place."""
    return text.translate(_SHOW)


def render_configuration(text: str, value_of: Callable[[str], Value]) -> Rendering:
    """Put the values of `{{key}}` into YAML text. `value_of` gives None for what has no known value."""

    def replaced(match: re.Match[str], quoted: bool) -> str:
        value = None if match[1] else value_of(match[3])
        if value is None:
            return match[0][len(match[1]) :].translate(_HIDE)
        return _one_line(",".join(value) if isinstance(value, list) else _written(value))

    return _render(text, _MUSTACHE, 3, replaced)


def render_policy(text: str, value_of: Callable[[str], Value]) -> Rendering:
    """Put the values of `${NAME}` and `${ACCEL_LOOKUP::...}` into JSON text; a list becomes a JSON list.

    Outside of quotes a variable without a known value becomes a string that holds its name, so that the rest is read.
    """

    def replaced(match: re.Match[str], quoted: bool) -> str:
        value = value_of(match[1] + match[2])
        if value is None:
            return match[0] if quoted else json.dumps(match[0])
        if not isinstance(value, list):
            return _one_line(_written(value))
        if quoted:
            return ",".join(value)
        listed = ",".join(json.dumps(item) for item in value)
        return listed if len(value) == 1 or not match[2].startswith(f"::{CUSTOM}:") else f"[{listed}]"

    return _render(text, _VARIABLE, 0, replaced)


def _render(
    text: str, pattern: re.Pattern[str], name: int, replaced: Callable[[re.Match[str], bool], str]
) -> Rendering:
    rendering = Rendering()
    written: list[str] = []
    in_list = False
    for number, line in enumerate(text.splitlines(keepends=True), 1):
        end = column = 0
        quotes = {'"': False, "'": False}
        in_comment = False
        for match in pattern.finditer(line):
            between = line[end : match.start()]
            bare = re.sub(r"\\.", "", between)
            quotes = {mark: open_ ^ (bare.count(mark) % 2 == 1) for mark, open_ in quotes.items()}
            in_comment = in_comment or " #" in between or (end == 0 and between.lstrip().startswith("#"))
            in_list = _in_list(between, in_list)
            key = match[name] if name else match[0][2:-1]
            takes_list = in_list and not any(quotes.values())
            usage = Usage(key, number, match.start() + 1, takes_list, in_comment, escaped=match[0].startswith("\\"))
            rendering.usages.append(usage)
            value = replaced(match, quotes['"'])
            column += len(between)
            rendering.shifts.setdefault(number, []).append((column + 1, len(value), len(value) - len(match[0])))
            column += len(value)
            written += (between, value)
            end = match.end()
        in_list = _in_list(line[end:], in_list)
        written.append(line[end:])
    rendering.text = "".join(written)
    return rendering


def _in_list(text: str, before: bool) -> bool:
    opened, closed = text.rfind("["), text.rfind("]")
    return before if opened == closed else opened > closed


def _written(value: Scalar) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _one_line(value: str) -> str:
    """Lines of a value would move everything below them."""
    return " ".join(value.split("\n"))
