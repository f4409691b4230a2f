"""Condition operators, and what each says of one value (IAM User Guide, "Condition operators").

Apart from `landing_zone.guardrails.conditions` on purpose: tests hold the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from itertools import pairwise
from typing import Literal, cast

from landing_zone.proof.guardrails.globs import Kind, Undecided, Union, text_of

Quantifier = Literal["one", "all", "any"]
_TEXT_KINDS: dict[str, Kind] = {
    "StringEquals": "text",
    "StringEqualsIgnoreCase": "text without case",
    "StringLike": "glob",
    "Bool": "text without case",
    "BinaryEquals": "text",
    "ArnEquals": "arn",
    "ArnLike": "arn",
    "Resource": "resource",
}
_COMPARISONS: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "Equals": lambda value, limit: value == limit,
    "LessThan": lambda value, limit: value < limit,
    "LessThanEquals": lambda value, limit: value <= limit,
    "GreaterThan": lambda value, limit: value > limit,
    "GreaterThanEquals": lambda value, limit: value >= limit,
}
_NEITHER = "example"
"""No number, no date, no address: a tag, which is any text, may be compared as if it were."""
_MOST_DIGITS = 28
_NEGATED = {
    "StringNotEquals": "StringEquals",
    "StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
    "StringNotLike": "StringLike",
    "ArnNotEquals": "ArnEquals",
    "ArnNotLike": "ArnLike",
    "NumericNotEquals": "NumericEquals",
    "DateNotEquals": "DateEquals",
    "NotIpAddress": "IpAddress",
    "NotResource": "Resource",
}
_BARE = {*_TEXT_KINDS, "IpAddress", "Null", *(f"{kind}{name}" for kind in ("Numeric", "Date") for name in _COMPARISONS)}


@dataclass(frozen=True)
class Operator:
    """An operator taken apart. bare: without `Not`, quantifier and `IfExists`. negated: true where nothing matches."""

    bare: str
    negated: bool
    if_exists: bool
    quantifier: Quantifier

    @property
    def without_key(self) -> bool:
        """Whether it holds for a key that the request does not carry. Not asked of Null."""
        if self.quantifier == "any":
            return False
        return self.negated or self.if_exists or self.quantifier == "all"


@cache
def operator(name: str) -> Operator | None:
    """The operator of that name; None if IAM has none."""
    quantifier: Quantifier = "one"
    bare = name
    for prefix, meaning in (("ForAllValues:", "all"), ("ForAnyValue:", "any")):
        if name.startswith(prefix):
            quantifier, bare = cast(Quantifier, meaning), name.removeprefix(prefix)
    if_exists = bare.endswith("IfExists")
    bare = bare.removesuffix("IfExists")
    if bare in ("Resource", "NotResource") and name != bare:
        return None
    if bare == "Null" and name != bare:
        return None
    positive = _NEGATED.get(bare, bare)
    return Operator(positive, positive != bare, if_exists, quantifier) if positive in _BARE else None


@dataclass(frozen=True)
class Test:
    """What is said of one value: that an operator's comparison with one of the texts holds, or that none does."""

    operator: str
    texts: tuple[str, ...]
    holds: bool


def value_of(tests: Sequence[Test]) -> str | None:
    """A value of which all tests are true; None: there is none. Raises Undecided."""
    families = {_family(test.operator) for test in tests}
    if len(families) > 1:
        raise Undecided(f"a key compared as {' and as '.join(sorted(families))}")
    if families <= {"text"}:
        return text_of([Union(_TEXT_KINDS[test.operator], test.texts, test.holds) for test in tests])
    candidates = _addresses(tests) if families == {"address"} else _numbers(tests, families == {"date"})
    return next((one for one in candidates if all(_true(test, one) for test in tests)), None)


def is_true(test: Test, value: str) -> bool:
    """Whether a test is true of a value."""
    if _family(test.operator) == "text":
        return Union(_TEXT_KINDS[test.operator], test.texts, test.holds).holds(value)
    return _true(test, value)


def _family(name: str) -> str:
    if name in _TEXT_KINDS:
        return "text"
    return "address" if name == "IpAddress" else "date" if name.startswith("Date") else "number"


def _true(test: Test, value: str) -> bool:
    if test.operator == "IpAddress":
        found = any(_within(value, text) for text in test.texts)
    else:
        date = test.operator.startswith("Date")
        compare = _COMPARISONS[test.operator.removeprefix("Date" if date else "Numeric")]
        one = _number(value, date)
        limits = (_number(text, date) for text in test.texts)
        found = one is not None and any(limit is not None and compare(one, limit) for limit in limits)
    return found == test.holds


def _within(value: str, text: str) -> bool:
    network, address = _network(text), _network(value)
    if network is None or address is None or "/" in value:
        return False
    return address.network_address in network


@cache
def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


@cache
def _number(text: str, date: bool) -> Decimal | None:
    try:
        number = Decimal(text)
        return number if number.is_finite() else None
    except InvalidOperation:
        if not date:
            return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return Decimal(str((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()))


def _numbers(tests: Sequence[Test], date: bool) -> Iterable[str]:
    """The limits of the tests, a number in each stretch between them, and what is no number. Raises Undecided."""
    found = (_number(text, date) for test in tests for text in test.texts)
    limits = sorted({limit for limit in found if limit is not None}) or [Decimal(0)]
    try:
        stretches = [limits[0] - 1, *((low + high) / 2 for low, high in pairwise(limits)), limits[-1] + 1]
    except ArithmeticError as error:
        raise Undecided("numbers too large to compare") from error
    written = [_moment(one) if date else _decimal(one) for one in (*limits, *stretches)]
    read = sorted({_number(text, date) or Decimal(0) for text in written})
    if len(read) != len(written) or read[1::2] != limits:
        raise Undecided("numbers too close or too large to tell apart")
    return [*written, _NEITHER]


def _decimal(number: Decimal) -> str:
    return f"{number:f}" if abs(number.adjusted()) < _MOST_DIGITS else str(number)


def _moment(seconds: Decimal) -> str:
    try:
        return datetime.fromtimestamp(float(seconds), UTC).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return str(seconds)


def _addresses(tests: Sequence[Test]) -> Iterable[str]:
    """The edges of every range and what lies next to them."""
    candidates = ["203.0.113.7", "2001:db8::7", "0.0.0.0", "255.255.255.255", "::"]
    networks = (_network(text) for test in tests for text in test.texts)
    for network in networks:
        if network is not None:
            low, high = int(network.network_address), int(network.broadcast_address)
            most = 2**network.max_prefixlen - 1
            kind = type(network.network_address)
            candidates += [str(kind(one)) for one in (low, high, low - 1, high + 1) if 0 <= one <= most]
    return [*candidates, _NEITHER]
