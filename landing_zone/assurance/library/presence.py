"""Whether something is there at all: a property with a value, another resource of the template."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Unresolved, Value, value_at

_IMPORT = "Fn::ImportValue"


def is_imported(raw: Any) -> bool:
    """Whether a raw value is another stack's export: a text that is known to exist, whatever it says."""
    return isinstance(raw, dict) and list(raw) == [_IMPORT]


def is_given(resource: Resource, path: str) -> bool:
    """Whether the property has a value other than an empty text; another stack's export is one.

    Raises CannotEvaluate where a parameter or a condition decides it.
    """
    value = resource.value(path)
    if isinstance(value, Unresolved):
        if is_imported(_raw(resource.properties, path)):
            return True
        raise CannotEvaluate(f"{path} is not known: {value.reason}")
    return value is not MISSING and value != ""


def assert_exists_beside(other: Resource, resource: Resource) -> None:
    """Raises CannotEvaluate if `other` may be absent where `resource` exists, because of a condition of its own."""
    if other.conditional and other.condition != resource.condition:
        raise CannotEvaluate(f"whether {other.logical_id} exists is open: {other.conditional}")


def _raw(value: Any, path: str) -> Any:
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part)
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            value = value[int(part)]
        else:
            return None
    return value


Item = TypeVar("Item")


def those_that(items: Iterable[Item], hold: Callable[[Item], bool]) -> list[Item]:
    """The items for which the question holds. Raises CannotEvaluate if none does and of some it is open."""
    found: list[Item] = []
    unknown: CannotEvaluate | None = None
    for item in items:
        try:
            if hold(item):
                found.append(item)
        except CannotEvaluate as reason:
            unknown = reason
    if unknown and not found:
        raise unknown
    return found


def field_of(entry: Value, name: str) -> Value:
    """A field of a map inside a list; MISSING if absent. Raises CannotEvaluate if it or the map is unknown."""
    value = value_at(entry, name)
    if isinstance(value, Unresolved):
        raise CannotEvaluate(f"{name} is not known: {value.reason}")
    return value
