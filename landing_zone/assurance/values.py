"""What a resolved template value can be besides plain JSON: missing, unknown, or a reference."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final, Literal, TypeAlias


class _Missing(Enum):
    MISSING = "missing"

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "MISSING"


MISSING: Final = _Missing.MISSING
"""No value: the property is absent or `AWS::NoValue`."""

Missing: TypeAlias = Literal[_Missing.MISSING]


@dataclass(frozen=True)
class Unresolved:
    """A value the template alone does not decide, and why. Garbage in a template is one of these, too."""

    reason: str


@dataclass(frozen=True)
class Imported(Unresolved):
    """Another stack's export: there is a value, and this template does not say which."""


@dataclass(frozen=True)
class Reference:
    """`Ref` (attribute None) or `Fn::GetAtt` to a resource of the same template."""

    logical_id: str
    attribute: str | None = None

    def __str__(self) -> str:
        return "${" + self.logical_id + ("" if self.attribute is None else f".{self.attribute}") + "}"


@dataclass(frozen=True)
class Zones:
    """`Fn::GetAZs`: the Availability Zones of a Region, known only by position."""

    region: str


class Symbolic(str):
    """Text with parts known by name only, written `${AWS::AccountId}` or `${Key.Arn}`.

    Two equal symbolic texts are equal in every deployment; two different ones may still turn out equal.
    """

    __slots__ = ()


Value: TypeAlias = (
    str | int | float | bool | list["Value"] | dict[str, "Value"] | Reference | Unresolved | Missing | Zones | None
)

_SYMBOL = re.compile(r"\$\{[^}]*\}")


class CannotEvaluate(Exception):
    """Raised by a rule, or by a typed getter, on what cannot be judged. `reason` is a phrase for people."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def split_text(text: str, separator: str, limit: int = -1) -> list[str]:
    """Split at `separator`, but never inside a symbolic part such as `${AWS::AccountId}`."""
    symbols: list[str] = []

    def hide(match: re.Match[str]) -> str:
        symbols.append(match.group())
        return f"\x00{len(symbols) - 1}\x01"

    def show(match: re.Match[str]) -> str:
        return symbols[int(match.group(1))]

    end = text.rfind("}") + 1  # beyond it no symbol ends, and each search for an end would read all of the text
    hidden = _SYMBOL.sub(hide, text[:end]) + text[end:]
    return [re.sub("\x00(\\d+)\x01", show, part) for part in hidden.split(separator, limit)]


def named(value: object) -> str:
    """What kind of value this is, in the words a message uses."""
    if value is MISSING or value is None:
        return "nothing"
    names: tuple[tuple[type, str], ...] = (
        (bool, "a truth value"),
        (str, "a text"),
        (int, "a number"),
        (float, "a number"),
        (list, "a list"),
        (dict, "a map"),
        (Reference, "a reference"),
        (Zones, "a list of Availability Zones"),
    )
    return next((name for kind, name in names if isinstance(value, kind)), "an unknown value")


def text_of(value: Value) -> str | None:
    """The value as CloudFormation would put it into a text, or None if it has no textual form here."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, Reference):
        return Symbolic(value)
    return None


def value_at(value: Value, path: str) -> Value:
    """Walk a resolved value along a dotted path. Never raises: what cannot be walked is Unresolved."""
    walked: list[str] = []
    for part in path.split("."):
        if value is MISSING or isinstance(value, Unresolved):
            return value
        if isinstance(value, Mapping):
            value = value.get(part, MISSING)
        elif isinstance(value, list) and part.isdecimal():
            value = value[int(part)] if int(part) < len(value) else MISSING
        else:
            return Unresolved(f"{'.'.join(walked) or 'Properties'} is {named(value)} where a map is meant")
        walked.append(part)
    return MISSING if value is None else value


def leaves(value: Value, path: str = "") -> Iterator[tuple[str, Value]]:
    """Every scalar of a resolved value with its path (`Tags/0/Value`)."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from leaves(item, f"{path}/{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from leaves(item, f"{path}/{index}" if path else str(index))
    else:
        yield path, value
