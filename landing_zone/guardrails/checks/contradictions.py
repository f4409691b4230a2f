"""Statements that can never match, because their conditions exclude each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from ipaddress import ip_network
from typing import Any

from landing_zone.fault import Fault
from landing_zone.guardrails.checks.conditions import always_present
from landing_zone.guardrails.conditions import Operator, holds, operator, resolved
from landing_zone.guardrails.evaluate import one_or_more
from landing_zone.guardrails.globs import intersect
from landing_zone.guardrails.sources import SourcedGuardrail

_FRESH = "arn:aws:other:region:000000000000:something-else"

Condition = tuple[Operator, tuple[str, ...]]


def contradiction_faults(sourced: SourcedGuardrail, statement: Mapping[str, Any]) -> Iterator[Fault]:
    """A fault for each key on which a filled-in statement, exemptions included, contradicts itself."""
    by_key: dict[str, list[Condition]] = {}
    for name, keys in statement.get("Condition", {}).items():
        found = operator(name)
        for key, values in keys.items():
            if found:
                by_key.setdefault(key.lower(), []).append((found, tuple(one_or_more(values))))
    for key, conditions in by_key.items():
        if not can_hold(key, conditions):
            names = " and ".join(found.name for found, _ in conditions)
            message = f"no request can meet {names} on {key}, so this statement can never match"
            yield sourced.fault(("statement", "Condition"), message)


def can_hold(key: str, conditions: Sequence[Condition]) -> bool:
    """Whether some value of the key, or its absence, meets all conditions. Errs on the side of yes."""
    if any(found.set_operator for found, _ in conditions):
        return True
    return next(values_that_meet(key, conditions), None) is not None or _overlapping_globs(conditions)


def values_that_meet(key: str, conditions: Sequence[Condition]) -> Iterator[tuple[str, ...]]:
    """Values of a key (none: absent) that meet all conditions, out of those on which the conditions turn."""
    absent: list[tuple[str, ...]] = [] if key.lower() in always_present() else [()]
    for given in (*absent, *((value,) for value in candidates(conditions))):
        if all(_meets(condition, given) for condition in conditions):
            yield given


def _meets(condition: Condition, given: tuple[str, ...]) -> bool:
    found, values = condition
    marked = tuple(pattern for text in values if (pattern := resolved(_kept(text), {})) is not None)
    return holds(found, given, marked)


def _kept(text: str) -> str:
    """Variables and parameters as letters: what they stand for is not known, but it is the same everywhere."""
    return text.replace("${", "$(")


def candidates(conditions: Sequence[Condition]) -> list[str]:
    """Values on which conditions turn: the written ones, what lies around them, and one that nobody wrote."""
    values = ["true", "false"]
    if any(found.name.removeprefix(found.set_operator).startswith("Bool") for found, _ in conditions):
        return values  # a truth value has no others
    values.append(_FRESH)
    for found, texts in conditions:
        kind = found.kind.partition(" ")[0]
        for text in map(_kept, texts):
            values += [text.replace("*", fill).replace("?", "x") for fill in ("", "x")]
            try:
                if kind == "number":
                    values += [str(Decimal(text) + step) for step in (-1, 1)]
                elif kind == "date":
                    values += [(datetime.fromisoformat(text) + timedelta(days=step)).isoformat() for step in (-1, 1)]
                elif kind == "address":
                    network = ip_network(text, strict=False)
                    values += [str(network[0]), str(network.network_address - 1), str(network.broadcast_address + 1)]
            except (ValueError, ArithmeticError):
                continue
    return list(dict.fromkeys(values))


def _overlapping_globs(conditions: Sequence[Condition]) -> bool:
    """Whether two patterns that both must match have a text in common that is none of the candidates."""
    positive = [texts for found, texts in conditions if found.kind in ("glob", "arn") and not found.negated]
    if len(positive) < 2 or len(positive) != len(conditions):
        return False
    return all(any(intersect(a, b) for a in one for b in other) for one in positive for other in positive)
