"""Actions by name: which of them a statement covers, those of tomorrow included."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from landing_zone.action_catalogue import actions, raw_actions, services
from landing_zone.proof.guardrails.organization import Statement, digest

FUTURE = "§" * 64
"""Name of an action, or a service, that the catalogue does not know yet. No pattern but one of stars spells it."""
NO_RESOURCE = "*"


@dataclass(frozen=True, eq=False)
class Universe:
    """The actions that a theorem is about, in order. Sets of them are bits of an integer."""

    names: tuple[str, ...]
    _masks: dict[Statement, int] = field(default_factory=dict)
    _lists: dict[tuple[tuple[str, ...], bool], int] = field(default_factory=dict)
    _matched: dict[tuple[str, bool], int] = field(default_factory=dict)

    @cached_property
    def all(self) -> int:
        """Every action."""
        return (1 << len(self.names)) - 1

    @cached_property
    def sha256(self) -> str:
        """Of the names."""
        return digest(self.names)

    def of(self, mask: int) -> list[str]:
        """The actions of a set."""
        return list(self.names) if mask == self.all else [self.names[at] for at in places(mask)]

    def covered(self, statement: Statement) -> int:
        """The actions that `Action` or `NotAction` of a statement covers.

        Of those of tomorrow: by a Deny the ones that it surely covers, by an Allow the ones that it may cover.
        """
        if statement not in self._masks:
            content, but = statement.content, "NotAction" in statement.content
            patterns = listed(content["NotAction" if but else "Action"])
            key = (patterns, statement.denies == but)
            if key not in self._lists:
                self._lists[key] = self.matching(patterns, may=key[1])
            mask = self._lists[key]
            self._masks[statement] = self.all & ~mask if but else mask
        return self._masks[statement]

    def matching(self, patterns: Iterable[str], *, may: bool = False) -> int:
        """The actions that some pattern matches, in any case. may: those of tomorrow that it may match, too."""
        mask = 0
        for pattern in patterns:
            if (pattern, may) not in self._matched:
                found = self._matching(pattern.lower())
                self._matched[pattern, may] = found | self._future(pattern.lower()) if may else found
            mask |= self._matched[pattern, may]
        return mask

    def _matching(self, pattern: str) -> int:
        service, _, name = pattern.partition(":")
        wild = "*" in service or "?" in service
        if pattern == "*":
            return self.all
        if not wild and (name == "*" or service not in self._by_service):
            return self._services.get(service, 0)
        expression = _expression(pattern)
        among = self._places if wild else self._by_service.get(service, ())
        return sum(1 << at for at in among if expression.fullmatch(self._lower[at]))

    def _future(self, pattern: str) -> int:
        """The actions of tomorrow that a pattern with wildcards may match."""
        if "*" not in pattern and "?" not in pattern:
            return 0
        service, _, name = pattern.partition(":")
        any_service, any_name = (bool({"*", "?"} & {*text}) for text in (service, name))
        mask = 0
        for at in self._tomorrow:
            prefix = self._lower[at].partition(":")[0]
            if any_service if prefix == FUTURE else any_name and _expression(service).fullmatch(prefix):
                mask |= 1 << at
        return mask

    @cached_property
    def _tomorrow(self) -> Sequence[int]:
        return [at for at, name in enumerate(self.names) if name.endswith(FUTURE)]

    @cached_property
    def _lower(self) -> list[str]:
        return [name.lower() for name in self.names]

    @cached_property
    def _places(self) -> range:
        return range(len(self.names))

    @cached_property
    def _by_service(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = {}
        for at, name in enumerate(self._lower):
            found.setdefault(name.partition(":")[0], []).append(at)
        return found

    @cached_property
    def _services(self) -> Mapping[str, int]:
        return {service: sum(1 << at for at in places) for service, places in self._by_service.items()}


def places(mask: int) -> Iterator[int]:
    """Places of the bits of a set, from 0."""
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def universe(patterns: Sequence[str], besides: Sequence[str] = ()) -> Universe:
    """The actions of the catalogue, known and future, that `patterns` match and `besides` do not.

    Nor are actions of tomorrow meant that `besides` may match; others may spare the same (`s3:GetStorageLens*`).
    """
    prefixes = {pattern.lower().partition(":")[0] for pattern in patterns}
    everything = any("*" in prefix or "?" in prefix for prefix in prefixes)
    whole = _whole() if everything else _of_services(frozenset(prefixes))
    mask = whole.matching(patterns) & ~whole.matching(besides, may=True)
    return whole if mask == whole.all else Universe(tuple(whole.of(mask)))


@cache
def _whole() -> Universe:
    return Universe((*_of_services(services()).names, f"{FUTURE}:{FUTURE}"))


@cache
def _of_services(prefixes: frozenset[str]) -> Universe:
    names: list[str] = []
    for prefix in sorted(prefixes):
        names += sorted(f"{prefix}:{row['name']}" for row in raw_actions(prefix).values())
        names.append(f"{prefix}:{FUTURE}")
    return Universe(tuple(names))


def listed(texts: Any) -> tuple[str, ...]:
    """IAM writes a list of one as the one."""
    return (texts,) if isinstance(texts, str) else tuple(texts)


@cache
def resource_forms(action: str) -> tuple[tuple[str, ...], ...]:
    """Of which forms ARNs are that every call of an action names: it is stopped where all ARNs of one of these are.

    `("*",)`: the action works on no resource; forms side by side: a call names one of them or none. Empty: not known.
    """
    service, _, name = action.lower().partition(":")
    known = actions(service).get(name) if service in services() else None
    if known is None:
        return ()
    if known.required:
        return tuple((form,) for form in sorted(set(known.required)))
    return ((NO_RESOURCE, *sorted(set(known.resources))),)


def offers(action: str, key: str) -> bool:
    """Whether requests of an action may carry a condition key beyond the global ones, as far as the catalogue knows."""
    service, _, name = action.lower().partition(":")
    known = actions(service).get(name) if service in services() else None
    return known is not None and known.knows(key)


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".*").replace(r"\?", "."), re.DOTALL)
