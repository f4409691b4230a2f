"""Condition operators of IAM policies: how each compares, and what it says of a key that the request lacks.

Source: IAM User Guide, "Condition operators" and "Single-valued vs. multivalued context keys".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache, lru_cache
from ipaddress import ip_address, ip_network

ALL_VALUES, ANY_VALUE, IF_EXISTS = "ForAllValues:", "ForAnyValue:", "IfExists"

# A wildcard that somebody wrote in a policy; `*` and `?` of a request or of `${*}` are letters like any other.
STAR, ANY_LETTER = "\ue000", "\ue001"
_WILDCARDS = str.maketrans({"*": STAR, "?": ANY_LETTER})
_LETTERS = str.maketrans({STAR: "*", ANY_LETTER: "?"})
_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_DEFAULT = re.compile(r"([^,]+?)\s*,\s*'([^']*)'")
_ARN_PARTS = 6

Comparison = Callable[[str, str], bool]
"""Whether a value of the request matches a value of the policy, in which wildcards are marked."""


@dataclass(frozen=True)
class Operator:
    """A condition operator. kind: name of the comparison, `""` for Null. negated: true when nothing matches."""

    name: str
    kind: str
    negated: bool
    if_exists: bool
    set_operator: str


_KINDS: Mapping[str, tuple[str, bool]] = {
    "StringEquals": ("text", False),
    "StringNotEquals": ("text", True),
    "StringEqualsIgnoreCase": ("text without case", False),
    "StringNotEqualsIgnoreCase": ("text without case", True),
    "StringLike": ("glob", False),
    "StringNotLike": ("glob", True),
    "NumericEquals": ("number =", False),
    "NumericNotEquals": ("number =", True),
    "NumericLessThan": ("number <", False),
    "NumericLessThanEquals": ("number <=", False),
    "NumericGreaterThan": ("number >", False),
    "NumericGreaterThanEquals": ("number >=", False),
    "DateEquals": ("date =", False),
    "DateNotEquals": ("date =", True),
    "DateLessThan": ("date <", False),
    "DateLessThanEquals": ("date <=", False),
    "DateGreaterThan": ("date >", False),
    "DateGreaterThanEquals": ("date >=", False),
    "Bool": ("text without case", False),
    "BinaryEquals": ("text", False),
    "IpAddress": ("address", False),
    "NotIpAddress": ("address", True),
    "ArnEquals": ("arn", False),
    "ArnLike": ("arn", False),
    "ArnNotEquals": ("arn", True),
    "ArnNotLike": ("arn", True),
    "Null": ("", False),
}
OPERATORS = tuple(_KINDS)
"""Operators without set operators and `IfExists`."""


@cache
def operator(name: str) -> Operator | None:
    """The operator of that name, with or without set operator and `IfExists`; None if there is none."""
    set_operator = next((prefix for prefix in (ALL_VALUES, ANY_VALUE) if name.startswith(prefix)), "")
    bare = name.removeprefix(set_operator)
    if_exists = bare.endswith(IF_EXISTS)
    bare = bare.removesuffix(IF_EXISTS)
    if bare not in _KINDS or (bare == "Null" and (if_exists or set_operator)):
        return None
    kind, negated = _KINDS[bare]
    return Operator(name, kind, negated, if_exists, set_operator)


def holds(operator: Operator, given: tuple[str, ...], wanted: tuple[str, ...]) -> bool:
    """Whether a condition holds: values of the request (none: the key is absent), values of the policy.

    Raises ValueError when the request has several values and the operator is no set operator: AWS documents no result.
    """
    if not operator.kind:
        return any((value.lower() == "true") == (not given) for value in wanted)
    if not given:
        if operator.set_operator == ANY_VALUE:
            return False
        return operator.negated or operator.if_exists or operator.set_operator == ALL_VALUES
    if not operator.set_operator and len(given) > 1:
        raise ValueError(f"{operator.name} compares one value, the request has {len(given)}: ForAnyValue, ForAllValues")
    compare = COMPARISONS[operator.kind]
    results = (any(compare(value, pattern) for pattern in wanted) != operator.negated for value in given)
    return any(results) if operator.set_operator == ANY_VALUE else all(results)


def resolved(text: str, values: Mapping[str, tuple[str, ...]]) -> str | None:
    """A policy's text with wildcards marked and `${...}` replaced by the request's value.

    values: of the request, by key in lower case. None when a variable has no value and no default.
    """
    if "${" not in text:
        return text.translate(_WILDCARDS)
    parts: list[str] = []
    at = 0
    for found in _VARIABLE.finditer(text):
        parts.append(text[at : found.start()].translate(_WILDCARDS))
        at = found.end()
        name = found[1].strip()
        default = _DEFAULT.fullmatch(name)
        value = name if name in ("*", "?", "$") else _single(values, default[1] if default else name)
        if value is None and default:
            value = default[2]
        if value is None:
            return None
        parts.append(value)
    return "".join((*parts, text[at:].translate(_WILDCARDS)))


def _single(values: Mapping[str, tuple[str, ...]], key: str) -> str | None:
    found = values.get(key.lower(), ())
    return found[0] if len(found) == 1 else None


@lru_cache(maxsize=65536)
def _pattern(text: str, separator: str) -> re.Pattern[str]:
    """separator: a character that `*` does not cross, where there is one."""
    star = f"[^{separator}]*" if separator else ".*"
    letters = (star if c == STAR else "." if c == ANY_LETTER else re.escape(c) for c in text)
    return re.compile("".join(letters), re.DOTALL)


def matches_glob(value: str, pattern: str) -> bool:
    """StringLike, and actions: wildcards match anything."""
    return bool(_pattern(pattern, "").fullmatch(value))


def matches_arn(value: str, pattern: str) -> bool:
    """ArnLike and ArnEquals: each of the six parts by itself, so `*` crosses colons in the last one only."""
    if pattern == STAR:
        return True
    values, patterns = value.split(":", _ARN_PARTS - 1), pattern.split(":", _ARN_PARTS - 1)
    if len(values) != _ARN_PARTS or len(patterns) != _ARN_PARTS:
        return False
    return all(matches_glob(one, other) for one, other in zip(values, patterns, strict=True))


def matches_resource(arn: str, pattern: str) -> bool:
    """The Resource element: `*` stays between two colons, unless it ends its part; then it may cross."""
    return bool(_resource_pattern(pattern).fullmatch(arn))


@lru_cache(maxsize=65536)
def _resource_pattern(pattern: str) -> re.Pattern[str]:
    *first, last = pattern.split(":", _ARN_PARTS - 1)
    texts = []
    for part in first:
        crosses = part.endswith(STAR)
        texts.append(_pattern(part[:-1] if crosses else part, ":").pattern + (".*" if crosses else ""))
    return re.compile(":".join((*texts, _pattern(last, "").pattern)), re.DOTALL)


def _number(test: Callable[[Decimal, Decimal], bool]) -> Comparison:
    def compare(value: str, pattern: str) -> bool:
        try:
            return test(Decimal(value), Decimal(pattern))
        except InvalidOperation:
            return False

    return compare


def _date(test: Callable[[float, float], bool]) -> Comparison:
    def compare(value: str, pattern: str) -> bool:
        try:
            return test(_instant(value), _instant(pattern))
        except ValueError:
            return False

    return compare


def _instant(text: str) -> float:
    """Seconds since 1970 of ISO 8601 text or of such a number."""
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def _address(value: str, pattern: str) -> bool:
    try:
        address, network = ip_address(value), ip_network(pattern, strict=False)
    except ValueError:
        return False
    return address.version == network.version and address in network


def _letters(text: str) -> str:
    return text.translate(_LETTERS)


COMPARISONS: Mapping[str, Comparison] = {
    "text": lambda value, pattern: value == _letters(pattern),
    "text without case": lambda value, pattern: value.lower() == _letters(pattern).lower(),
    "glob": matches_glob,
    "arn": matches_arn,
    "address": _address,
    "number =": _number(lambda a, b: a == b),
    "number <": _number(lambda a, b: a < b),
    "number <=": _number(lambda a, b: a <= b),
    "number >": _number(lambda a, b: a > b),
    "number >=": _number(lambda a, b: a >= b),
    "date =": _date(lambda a, b: a == b),
    "date <": _date(lambda a, b: a < b),
    "date <=": _date(lambda a, b: a <= b),
    "date >": _date(lambda a, b: a > b),
    "date >=": _date(lambda a, b: a >= b),
}
