"""Condition keys: unknown ones, ones that actions lack, and operators that do not fit them.

A Deny whose key an action lacks does not fire for that action, or fires always: both are mistakes that nobody sees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from landing_zone.action_catalogue import Action, condition_keys, matches_key, matching, services
from landing_zone.fault import Fault, excerpt, nearest
from landing_zone.guardrails.checks.actions import SHOWN
from landing_zone.guardrails.checks.subject import Subject
from landing_zone.guardrails.conditions import Operator, holds, operator
from landing_zone.guardrails.sources import SourcedGuardrail
from landing_zone.policy_data import policy_data

_Row = tuple[str, str, tuple[str, ...]]
_MEMBERS_OF_ARRAYS = "ArrayOf"
_TYPES_OF_KINDS: Mapping[str, frozenset[str]] = {
    "number": frozenset({"Numeric"}),
    "date": frozenset({"Date", "Numeric"}),
    "address": frozenset({"IPAddress"}),
}
_TAGS = {"aws:requesttag/*": "String", "aws:resourcetag/*": "String", "aws:tagkeys": "ArrayOfString"}


@cache
def global_keys() -> Mapping[str, str]:
    """Types of the keys that requests to any service may carry, by key in lower case (`*` for a tag's key)."""
    types: Mapping[str, str] = policy_data("guardrails/global_keys")["types"]
    return {key.replace("${TagKey}", "*").lower(): type for key, type in types.items()}


@cache
def always_present() -> frozenset[str]:
    """Keys, in lower case, that every request of an IAM principal carries."""
    return frozenset(key.lower() for key in policy_data("guardrails/global_keys")["always"])


def is_global(key: str) -> bool:
    """Whether requests to any service may carry the key."""
    return matches_key(key, frozenset(global_keys()))


def condition_faults(subject: Subject, sourced: SourcedGuardrail) -> Iterator[Fault]:
    """Faults of every condition that is written out."""
    patterns = [text for _, text in subject.texts(sourced, "Action")]
    everything = not patterns or "*" in patterns
    prefixes = {text.partition(":")[0].lower() for text in patterns if text != "*"}
    unknown: list[str] = []
    for name, key, _ in subject.conditions(sourced):
        found = _operator(name)
        at = ("statement", "Condition", name, key)
        type = _type_of(key, services() if everything and ":" in key else prefixes, key.partition(":")[0].lower())
        if type is None:
            unknown.append(key)
            known = {*global_keys(), *_TAGS, *(k for prefix in prefixes for k in condition_keys(prefix))}
            message = f"unknown condition key {excerpt(key)}"
            yield sourced.fault(at, message, nearest(key, sorted(known)), at_key=True)
            continue
        yield from _misfits(sourced, found, key, type)
    yield from _lacking_faults(subject, sourced, patterns, unknown)


def _type_of(key: str, prefixes: frozenset[str] | set[str], own: str) -> str | None:
    """The type of a key that is global or known to one of the services; None if it is neither."""
    tables = [global_keys(), _TAGS, condition_keys(own), *(condition_keys(prefix) for prefix in prefixes - {own})]
    for table in tables if own != "aws" else tables[:2]:
        for known, type in table.items():
            if matches_key(key, frozenset({known})):
                return type
    return None


def _misfits(sourced: SourcedGuardrail, found: Operator, key: str, type: str) -> Iterator[Fault]:
    at = ("statement", "Condition", found.name)
    several = type.startswith(_MEMBERS_OF_ARRAYS)
    if not found.kind:
        return
    if several and not found.set_operator:
        message = f"{key} has several values, so {found.name} needs ForAnyValue: or ForAllValues:"
        yield sourced.fault(at, message, f"write ForAnyValue:{found.name}", at_key=True)
    if found.set_operator and not several:
        message = f"{key} has one value, so {found.set_operator} does not fit: without the key it means something else"
        yield sourced.fault(at, message, f"write {found.name.removeprefix(found.set_operator)}", at_key=True)
    wanted = _TYPES_OF_KINDS.get(found.kind.split(" ")[0])
    if wanted and type.removeprefix(_MEMBERS_OF_ARRAYS) not in wanted:
        message = f"{found.name} compares {' or '.join(sorted(wanted))}, and {key} is {type}: it never matches"
        yield sourced.fault(at, message, at_key=True)


def _lacking_faults(
    subject: Subject, sourced: SourcedGuardrail, patterns: Sequence[str], unknown: Sequence[str]
) -> Iterator[Fault]:
    """Keys that actions lack, where that keeps the Deny from firing, or makes it fire whatever is asked for."""
    conditions = [(name, key, values) for name, key, values in subject.conditions(sourced) if operator(name)]
    for name, key, values in conditions:
        if is_global(key) or key in unknown:
            continue
        always = holds(_operator(name), (), values)
        if not patterns or "*" in patterns:
            hit = ["every action without it"] if always and not _restrains(None, conditions, but=key) else []
        else:
            hit = _hit(patterns, key, conditions, always=always)
        if hit:
            yield sourced.fault(("statement", "Condition", name, key), *_text(key, hit, always=always), at_key=True)


def _hit(patterns: Sequence[str], key: str, conditions: Sequence[_Row], *, always: bool) -> list[str]:
    """The actions that lack a key and suffer from it.

    Without the key a Deny does not fire: a pattern may cover such actions, if it covers others too. Or it always fires:
    a fault, unless another condition on a key that the action knows restrains it.
    """
    found: list[str] = []
    for pattern in patterns:
        covered = matching(pattern)
        without = [action for action in covered if not action.knows(key)]
        if always:
            found += [action.name for action in without if not _restrains(action, conditions, but=key)]
        elif len(without) == len(covered):
            found += [action.name for action in without]
    return list(dict.fromkeys(found))


def _restrains(action: Action | None, conditions: Sequence[_Row], *, but: str) -> bool:
    """Whether another condition than those on the principal asks for something that requests of the action carry."""
    return any(
        not key.lower().startswith("aws:principal") and (is_global(key) or (action is not None and action.knows(key)))
        for _, key, _ in conditions
        if key != but
    )


def _operator(name: str) -> Operator:
    found = operator(name)
    assert found is not None
    return found


def _text(key: str, names: Sequence[str], *, always: bool) -> tuple[str, str]:
    shown = ", ".join(names[:SHOWN]) + (f" and {len(names) - SHOWN} more" if len(names) > SHOWN else "")
    effect = "would deny them to everybody, whatever they ask for" if always else "would never fire for them"
    return (
        f"condition key {key} is unknown to {shown}: this statement {effect}",
        "leave these actions out, or deny them in a statement without the key",
    )
