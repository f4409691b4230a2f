"""What conditions say of an attribute, and whether anything can be so: the part of `checker` that knows IAM's language.

Written from the IAM User Guide ("Condition operators", "Multivalued context keys", "Resource"), apart from the prover.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from ipaddress import ip_network
from itertools import pairwise
from typing import Any, NamedTuple

_STAR, _ANY, _PART_STAR, _PART_ANY, _OTHER = _MARKS = "\ue000\ue001\ue002\ue003\ue004"
"""Wildcards, those that stop at a colon, and a letter that no policy has."""
_WILD = str.maketrans({"*": _STAR, "?": _ANY})
_COMPARE = {"Equals": operator.eq, "LessThan": operator.lt, "LessThanEquals": operator.le}
_COMPARE |= {"GreaterThan": operator.gt, "GreaterThanEquals": operator.ge}
_KINDS = {f"{kind}{name}": kind for kind in ("Numeric", "Date") for name in _COMPARE}
_KINDS |= {"StringEquals": "exact", "StringEqualsIgnoreCase": "folded", "StringLike": "glob", "BinaryEquals": "exact"}
_KINDS |= {"Bool": "bool", "ArnEquals": "arn", "ArnLike": "arn", "IpAddress": "address", "Null": "null"}
_NEGATED = {f"{kind}NotEquals": f"{kind}Equals" for kind in ("String", "Arn", "Numeric", "Date")}
_NEGATED |= {f"{kind}NotLike": f"{kind}Like" for kind in ("String", "Arn")}
_NEGATED |= {"StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase", "NotIpAddress": "IpAddress"}
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?")
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_MOST_STATES = 50_000
RESOURCE = "resource"
"""The attribute that Resource and NotResource speak of; every other one is a condition key in lower case."""


class Literal(NamedTuple):
    """What is said of an attribute. values: of the policy, as its `kind` of operator reads them."""

    attribute: str
    kind: str
    values: tuple[Any, ...]
    holds: bool
    negated: bool = False
    if_exists: bool = False
    quantifier: str = ""
    compare: str = ""


def literal(key: str, name: str, texts: list[str], *, constants: Mapping[str, str], element: bool = False) -> Literal:
    """A condition, or (element) Resource or NotResource, read. Raises ValueError for what is not understood."""
    quantifier, colon, bare = name.rpartition(":")
    if_exists, bare = bare.endswith("IfExists"), bare.removesuffix("IfExists")
    kind = "resource" if element else _KINDS.get(_NEGATED.get(bare, bare), "null")
    known = element or bare in _KINDS or bare in _NEGATED
    if not known or not texts or f"{quantifier}{colon}" not in ("", "ForAllValues:", "ForAnyValue:"):
        raise ValueError(f"the operator {name} is not understood")
    if kind == "null" and name != "Null":
        raise ValueError("Null has no variants")
    compare = bare.removeprefix(kind).replace("Not", "") if kind in ("Numeric", "Date") else ""
    values = tuple(_value(kind, _marked(text, constants)) for text in texts)
    negated = name == "NotResource" if element else bare in _NEGATED
    return Literal(key.lower(), kind, values, True, negated, if_exists, quantifier, compare)


def _marked(text: str, constants: Mapping[str, str]) -> str:
    """A text with marks for its wildcards and letters for its variables. Raises ValueError."""
    marked, *pieces = text.split("${")
    if any(mark in text for mark in _MARKS):
        raise ValueError(f"a private letter is in {text}")
    marked = marked.translate(_WILD)
    for piece in pieces:
        name, closed, rest = piece.partition("}")
        value = name if name in ("*", "?", "$") else constants.get(name.strip().lower())
        if not closed or value is None:
            raise ValueError(f"a policy variable is in {text}")
        marked += value + rest.translate(_WILD)
    return marked


def _value(kind: str, marked: str) -> Any:
    """A text of a policy as an operator of some kind reads it. Raises ValueError."""
    plain = marked.replace(_STAR, "*").replace(_ANY, "?")
    *first, last = marked.split(":", 5)
    if kind == "exact":
        return plain
    if kind == "glob" or (kind == "arn" and marked == _STAR):
        return marked
    if kind == "resource" or (kind == "arn" and len(first) == 5):
        return ":".join((*(_part(one, kind) for one in first), last))
    if (kind == "folded" and plain.isascii()) or (kind in ("null", "bool") and plain.lower() in ("true", "false")):
        return plain.lower()
    if kind == "address":
        network = ip_network(plain, strict=False)
        return network.version, int(network.network_address), int(network.broadcast_address)
    if kind in ("Numeric", "Date") and _NUMBER.fullmatch(plain) and (kind == "Numeric" or len(plain) > 4):
        return Fraction(plain)
    if kind == "Date" and _DATE.fullmatch(plain):
        moment = datetime.fromisoformat(plain)
        since = (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - datetime(1970, 1, 1, tzinfo=UTC)
        return Fraction(since // timedelta(microseconds=1), 1_000_000)
    raise ValueError(f"the value {plain} is not understood")


def _part(part: str, kind: str) -> str:
    """A part of an ARN before the last: wildcards stay in it; of Resource, only a star that does not end it."""
    if kind == "arn":
        return part.replace(_STAR, _PART_STAR).replace(_ANY, _PART_ANY)
    return part[:-1].replace(_STAR, _PART_STAR) + part[-1:]


def of_forms(forms: Iterable[str], account: str) -> Literal:
    """That the resource has one of the catalogue's forms of ARNs, in an account where one is given."""
    return Literal(RESOURCE, "glob", tuple(_form(one, account) for one in forms), True)


def _form(arn: str, account: str) -> str:
    """A form as a pattern: something is wherever it has `*`; alone that is the resource of actions that have none."""
    parts = arn.split(":", 5)
    if len(parts) == 6:
        parts[1] = "aws" if parts[1] == "*" else parts[1]
        parts[4] = account if account and parts[4] == "*" else parts[4]
    return arn if arn == "*" else ":".join(parts).replace("*", _ANY + _STAR)


@lru_cache(maxsize=65536)
def possible(said: frozenset[Literal], several: bool) -> bool:
    """Whether an attribute can be so that all this is true of it; yes where nobody knows.

    several: requests may carry more than one value of it; then nothing follows from an operator for one.
    """
    if all(_of_nothing(one) == one.holds for one in said):
        return True
    present = [one for one in said if one.kind != "null"]
    if any(("false" in one.values) != one.holds for one in said - set(present)):
        return False
    some = [one for one in present if several and (one.quantifier == "ForAllValues") != one.holds and one.quantifier]
    every = [one for one in present if one not in some and (one.quantifier or not several)]
    return all(_value_exists([*every, *others]) for others in ([[one] for one in some] or [[]]))


def _of_nothing(one: Literal) -> bool:
    """Whether a condition is true of a request without the attribute."""
    if one.kind == "null":
        return "true" in one.values
    return one.quantifier != "ForAnyValue" and (one.negated or one.if_exists or one.quantifier == "ForAllValues")


def _value_exists(literals: Sequence[Literal]) -> bool:
    """Whether a value exists of which all this is true, as far as each way of comparing shows by itself."""
    groups: dict[str, list[Literal]] = {}
    for one in literals:
        groups.setdefault(one.kind if one.kind in ("Numeric", "Date", "address") else "text", []).append(one)
    texts = ((one.kind in ("folded", "bool"), _wanted(one), frozenset(one.values)) for one in groups.pop("text", ()))
    return _text_exists(texts) and all(
        any(all(_compared(one, value) == _wanted(one) for one in group) for value in _samples(group))
        for group in groups.values()
    )


def _wanted(one: Literal) -> bool:
    """Whether the value must match one of the policy's, or none."""
    return one.negated != one.holds


def _samples(group: Sequence[Literal]) -> Iterable[Any]:
    """A value of each kind that the comparisons tell apart; None: what is no number, date or address."""
    edges = sorted({value for one in group for value in one.values})
    if group[0].kind == "address":
        lows = ((version, at) for version, low, high in edges for at in (low, high + 1))
        return (None, *(one for one in lows if one[1] >> (32 if one[0] == 4 else 128) == 0))
    return (None, edges[0] - 1, *edges, edges[-1] + 1, *((low + high) / 2 for low, high in pairwise(edges)))


def _compared(one: Literal, value: Any) -> bool:
    if one.kind == "address":
        return value is not None and any(v == value[0] and low <= value[1] <= high for v, low, high in one.values)
    return value is not None and any(_COMPARE[one.compare](value, limit) for limit in one.values)


_Test = tuple[bool, bool, frozenset[str]]
"""Whether case does not matter; whether one of some patterns must match or none may; what is left of the patterns."""


def _text_exists(tests: Iterable[_Test]) -> bool:
    """Whether a text exists of which all tests are true: letter by letter, by what each leaves of the patterns."""
    first = _open(tests)
    waiting = [] if first is None else [first]
    seen = set(waiting)
    while waiting:
        state = waiting.pop()
        if all(any(map(_is_empty, rests)) == wanted for _, wanted, rests in state) or len(seen) > _MOST_STATES:
            return True
        for letter in {":", _OTHER}.union(*(_letters(*test) for test in state)):
            after = _open((f, wanted, _left(rests, letter.lower() if f else letter)) for f, wanted, rests in state)
            if after is not None and after not in seen:
                seen.add(after)
                waiting.append(after)
    return False


def _open(tests: Iterable[_Test]) -> tuple[_Test, ...] | None:
    """The tests that later letters decide; None: one of them cannot come true any more."""
    found: list[_Test] = []
    for test in tests:
        _, wanted, rests = test
        if (wanted and not rests) or (not wanted and _STAR in rests):
            return None
        found += [test] if rests and _STAR not in rests else []
    return tuple(found)


def _letters(folded: bool, _: bool, rests: Iterable[str]) -> Iterator[str]:
    for rest in rests:
        letter = rest.lstrip(_STAR + _PART_STAR)[:1]
        if letter and letter not in _MARKS:
            yield from (letter, letter.upper()) if folded else letter


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern with `*` and `?` matches a text."""
    start, star, rest = pattern.partition("*")
    if not rest and "?" not in start:
        return text.startswith(start) if star else text == start
    rests = frozenset((pattern.translate(_WILD),))
    for letter in text:
        rests = _left(rests, letter)
    return any(map(_is_empty, rests))


def _left(rests: Iterable[str], letter: str) -> frozenset[str]:
    return frozenset[str]().union(*(_after(rest, letter) for rest in rests))


def _is_empty(rest: str) -> bool:
    return not rest.strip(_STAR + _PART_STAR)


@lru_cache(maxsize=1 << 17)
def _after(pattern: str, letter: str) -> frozenset[str]:
    """What is left of a pattern after a letter, for each way in which it can match that."""
    head, rest = pattern[:1], pattern[1:]
    stopped = letter == ":" and head in (_PART_STAR, _PART_ANY)
    if head in (_STAR, _PART_STAR):
        return _after(rest, letter) | (frozenset() if stopped else {pattern})
    return frozenset((rest,)) if head == letter or (head in (_ANY, _PART_ANY) and not stopped) else frozenset()
