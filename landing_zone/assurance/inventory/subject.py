"""One store or path as the table's paths see it: a resource, or one item of a list inside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any

from landing_zone.assurance.inventory.table import Condition, Entry
from landing_zone.assurance.template import Resource, Template
from landing_zone.assurance.values import MISSING, Unresolved, Value, named, text_of

Path = tuple[str, ...]


@dataclass(frozen=True)
class Subject:
    """A resource of a template, and where in it the item lies that is meant."""

    template: Template
    resource: Resource
    item: Path = ()

    def values(self, path: Path, where: Mapping[str, str] | None = None) -> list[Value]:
        """Every value at the path; `*` stands for each item of a list. What cannot be walked comes as Unresolved."""
        return list(_along(self.resource.resolved, self._full(path), where or {}))

    def value(self, path: Path) -> Value:
        """The value at a path without `*`; an empty text counts as absent."""
        found = self.values(path)
        return MISSING if not found or found[0] in ("", None) else found[0]

    def raw(self, path: Path) -> Any:
        """What the template says at the path, unresolved; None where an intrinsic function is on the way."""
        value: Any = self.resource.properties
        for part in self._full(path):
            if isinstance(value, Mapping):
                value = value.get(part)
            elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
                value = value[int(part)]
            else:
                return None
        return value

    def meets(self, condition: Condition | None) -> bool:
        """Whether the condition holds; one that is open counts as holding, so that nothing goes unlisted."""
        if condition is None:
            return True
        value = self.value(condition.at)
        if value is MISSING:
            return False
        text = text_of(value)
        return text is None or fnmatchcase(text, condition.like)

    def items(self, entry: Entry) -> Iterator[Subject]:
        """The subject itself, or those items of the entry's list that count. One that is unknown counts as one item."""
        if not entry.each:
            yield self
            return
        found = self.value(entry.each)
        size = len(found) if isinstance(found, list) else 0 if found is MISSING else 1
        for index in range(size):
            item = replace(self, item=(*entry.each, str(index)))
            if item.meets(entry.only):
                yield item

    def _full(self, path: Path) -> Path:
        return path[1:] if path[:1] == ("/",) else (*self.item, *path)


def _along(value: Value, path: Path, where: Mapping[str, str]) -> Iterator[Value]:
    if value is MISSING:
        return
    if isinstance(value, Unresolved) or not path:
        yield value
    elif isinstance(value, Mapping):
        yield from _along(value.get(path[0], MISSING), path[1:], where)
    elif isinstance(value, list) and path[0] == "*":
        for item in value:
            if _counts(item, where):
                yield from _along(item, path[1:], where)
    elif isinstance(value, list) and path[0].isdecimal():
        if int(path[0]) < len(value):
            yield from _along(value[int(path[0])], path[1:], where)
    elif value is not None:
        yield Unresolved(f"it lies in {named(value)} where a map or a list is meant")


def _counts(item: Value, where: Mapping[str, str]) -> bool:
    if not isinstance(item, Mapping):
        return True
    return all(text_of(item.get(name, MISSING)) in (text, None) for name, text in where.items())
