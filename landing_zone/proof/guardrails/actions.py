"""Actions by name: which of them a statement covers, those of tomorrow included."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from landing_zone.action_catalogue import actions, raw_actions, services
from landing_zone.proof.guardrails.organization import Statement, digest

FUTURE = "§Future"
"""An action, or a service, that the catalogue does not know yet: wide patterns alone cover it."""
NO_RESOURCE = "*"


@dataclass(frozen=True, eq=False)
class Universe:
    """The actions that a theorem is about, in order. Sets of them are bits of an integer."""

    names: tuple[str, ...]
    _masks: dict[Statement, int] = field(default_factory=dict)

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
        return [name for at, name in enumerate(self.names) if mask >> at & 1]

    def covered(self, statement: Statement) -> int:
        """The actions that `Action` or `NotAction` of a statement covers."""
        if statement not in self._masks:
            content = statement.content
            mask = self.matching(listed(content.get("NotAction", content.get("Action", ()))))
            self._masks[statement] = self.all & ~mask if "NotAction" in content else mask
        return self._masks[statement]

    def matching(self, patterns: Iterable[str]) -> int:
        """The actions that some pattern matches; case does not matter."""
        mask = 0
        for pattern in patterns:
            service, _, name = pattern.lower().partition(":")
            wild = "*" in service or "?" in service
            if pattern == "*":
                return self.all
            if not wild and name == "*":
                mask |= self._services.get(service, 0)
                continue
            expression = _expression(pattern.lower())
            for at in self._places if wild else self._by_service.get(service, ()):
                if expression.fullmatch(self._lower[at]):
                    mask |= 1 << at
        return mask

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


def universe(patterns: Sequence[str], besides: Sequence[str] = ()) -> Universe:
    """The actions of the catalogue, known and future, that `patterns` match and `besides` do not."""
    prefixes = {pattern.lower().partition(":")[0] for pattern in patterns}
    everything = any("*" in prefix or "?" in prefix for prefix in prefixes)
    whole = _whole() if everything else _of_services(frozenset(prefixes))
    mask = whole.matching(patterns) & ~whole.matching(besides)
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
