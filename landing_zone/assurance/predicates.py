"""Tests on resolved values, written as data: three-valued, so that what is not known never counts as true or false."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from landing_zone.assurance.values import (
    MISSING,
    Imported,
    Reference,
    Symbolic,
    Unresolved,
    Value,
    named,
    text_of,
    value_at,
)

Scalar: TypeAlias = bool | int | float | str
Truth: TypeAlias = bool | Unresolved
_COMBINED = ("all", "any", "not")
_TESTS = (
    "equals",
    "one_of",
    "none_of",
    "given",
    "at_least",
    "at_most",
    "matches",
    "excludes",
    "includes",
    "customer_key",
    "every",
    "some",
    "none",
)

_OWN_KEY = re.compile(r"(^|:)alias/aws/|^AWS_OWNED")


@dataclass(frozen=True)
class Judged:
    """The verdict of a predicate; `path` is where it was decided (dotted), `value` what stands there."""

    truth: Truth
    path: str
    value: Value = MISSING


class Predicate(BaseModel):
    """One test, or a combination of tests.

    path: where to look, dotted (`A.B.0.C`); "" is the value itself. entry: one step further, taken literally (for
    names with dots, `rds.force_ssl`). The value there is tested by exactly one of: equals, one_of, none_of (scalars;
    `true` and "true" are the same), given (true: there is a value; false: none), at_least, at_most (numbers), matches,
    excludes (regular expression that the whole text matches, or does not), includes (a list or text that has all of
    these), customer_key (true: a key is named, and none of AWS's own), every, some, none (predicates on the items of a
    list, or on the values of a map). `default` is what AWS takes where nothing stands. Without a value and a default:
    given false, none_of, excludes, every and none hold, everything else does not.
    all, any, not: combinations; a path beside them is where the inner paths start.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)

    path: str = ""
    entry: str = ""
    default: Scalar | None = None
    equals: Scalar | None = None
    one_of: tuple[Scalar, ...] | None = None
    none_of: tuple[Scalar, ...] | None = None
    given: bool | None = None
    at_least: int | float | None = None
    at_most: int | float | None = None
    matches: str | None = None
    excludes: str | None = None
    includes: tuple[Scalar, ...] | None = None
    customer_key: Literal[True] | None = None
    every: Predicate | None = None
    some: Predicate | None = None
    none: Predicate | None = None
    all: tuple[Predicate, ...] | None = None
    any: tuple[Predicate, ...] | None = None
    not_: Predicate | None = Field(default=None, alias="not")

    @model_validator(mode="after")
    def _is_one_test(self) -> Predicate:
        if self.kind is None:
            raise ValueError(f"a predicate has exactly one of: {', '.join((*_TESTS, *_COMBINED))}")
        for pattern in (self.matches, self.excludes):
            re.compile(pattern or "")
        return self

    @cached_property
    def kind(self) -> str | None:
        """Name of the one test it makes; None if there are none or several."""
        found = [name for name in (*_TESTS, *_COMBINED) if getattr(self, "not_" if name == "not" else name) is not None]
        return found[0] if len(found) == 1 else None

    def judge(self, value: Value, at: str = "") -> Judged:
        """The verdict on `value`, which stands at the path `at`."""
        here = ".".join(part for part in (at, self.path, self.entry) if part)
        found = value_at(value, self.path) if self.path else value
        if self.entry:
            found = found.get(self.entry, MISSING) if isinstance(found, Mapping) else value_at(found, self.entry)
        match self.kind:
            case "all":
                return _combined((part.judge(found, here) for part in self.all or ()), decisive=False, at=here)
            case "any":
                return _combined((part.judge(found, here) for part in self.any or ()), decisive=True, at=here)
            case "not":
                assert self.not_ is not None
                inner = self.not_.judge(found, here)
                truth = inner.truth if isinstance(inner.truth, Unresolved) else not inner.truth
                return Judged(truth, inner.path, inner.value)
        if isinstance(found, Imported) and (self.given is True or self.customer_key):
            return Judged(True, here)
        if isinstance(found, Unresolved):
            return Judged(Unresolved(f"{here or 'the value'} is not known: {found.reason}"), here)
        if found is MISSING and self.default is not None:
            found = self.default
        return self._tested(found, here)

    def _tested(self, value: Value, at: str) -> Judged:
        if self.kind == "given":
            return Judged((value is not MISSING and value != "" and value != []) == self.given, at, value)
        if self.kind in ("every", "some", "none"):
            return self._items(value, at)
        if value is MISSING:
            return Judged(self.kind in ("none_of", "excludes"), at)
        return Judged(_NAMED[str(self.kind)](self, value, at), at, value)

    def _items(self, value: Value, at: str) -> Judged:
        test = self.every or self.some or self.none
        assert test is not None
        if value is MISSING:
            return Judged(self.kind != "some", at)
        if isinstance(value, Mapping):
            items = [(name, entry) for name, entry in value.items()]
        elif isinstance(value, list):
            items = [(str(position), entry) for position, entry in enumerate(value)]
        else:
            return Judged(Unresolved(f"{at} is {named(value)} where a list is meant"), at)
        verdicts = (test.judge(entry, f"{at}.{name}" if at else name) for name, entry in items)
        if self.kind == "every":
            return _combined(verdicts, decisive=False, at=at)
        found = _combined(verdicts, decisive=True, at=at)
        if self.kind == "some" or isinstance(found.truth, Unresolved):
            return found
        return Judged(not found.truth, found.path, found.value)


def _combined(verdicts: Iterable[Judged], *, decisive: bool, at: str) -> Judged:
    """Kleene's `or` (decisive true) or `and`: the first decisive verdict, else an open one, else the last."""
    last = Judged(not decisive, at)
    open_: Judged | None = None
    for verdict in verdicts:
        if isinstance(verdict.truth, Unresolved):
            open_ = open_ or verdict
        elif verdict.truth is decisive:
            return verdict
        else:
            last = verdict
    return open_ or last


def _compared(value: Value, at: str, wanted: Iterable[Scalar]) -> Truth:
    text = text_of(value)
    if text is None:
        return Unresolved(f"{at} is {named(value)} where one value is meant")
    if any(_spelled(text) == _spelled(text_of(each) or "") for each in wanted):
        return True
    return Unresolved(f"{at} is {text}, known at deployment") if isinstance(text, Symbolic) else False


def _given(scalar: Scalar | None) -> tuple[Scalar, ...]:
    return () if scalar is None else (scalar,)


def _spelled(text: str) -> str:
    if text.lower() in ("true", "false"):
        return text.lower()
    return f"{float(text):g}" if re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", text) else text


def _none_of(predicate: Predicate, value: Value, at: str) -> Truth:
    truth = _compared(value, at, predicate.none_of or ())
    return truth if isinstance(truth, Unresolved) else not truth


def _number(value: Value, at: str) -> float | Unresolved:
    text = None if isinstance(value, bool) else text_of(value)
    if text is None or not re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", text):
        return Unresolved(f"{at} is {named(value)} where a number is meant")
    return float(text)


def _at_least(predicate: Predicate, value: Value, at: str) -> Truth:
    number = _number(value, at)
    return number if isinstance(number, Unresolved) else number >= (predicate.at_least or 0)


def _at_most(predicate: Predicate, value: Value, at: str) -> Truth:
    number = _number(value, at)
    return number if isinstance(number, Unresolved) else number <= (predicate.at_most or 0)


def _matched(pattern: str, value: Value, at: str) -> Truth:
    text = text_of(value)
    if text is None:
        return Unresolved(f"{at} is {named(value)} where a text is meant")
    if re.fullmatch(pattern, text, re.DOTALL):
        return True
    known = not isinstance(text, Symbolic)
    return False if known else Unresolved(f"{at} is {text}, known at deployment")


def _excluded(predicate: Predicate, value: Value, at: str) -> Truth:
    truth = _matched(predicate.excludes or "", value, at)
    return truth if isinstance(truth, Unresolved) else not truth


def _includes(predicate: Predicate, value: Value, at: str) -> Truth:
    wanted = predicate.includes or ()
    if isinstance(value, str):
        missing = [each for each in wanted if str(each) not in value]
        known = not isinstance(value, Symbolic)
    elif isinstance(value, list):
        texts = [text_of(item) for item in value]
        missing = [each for each in wanted if text_of(each) not in texts]
        known = not any(item is MISSING or isinstance(item, (Unresolved, Reference, Symbolic)) for item in value)
    else:
        return Unresolved(f"{at} is {named(value)} where a list is meant")
    if not missing:
        return True
    return False if known else Unresolved(f"{at} has parts known at deployment")


def _customer_key(predicate: Predicate, value: Value, at: str) -> Truth:
    """A text may stand for one of AWS's own keys by alias or, where a property takes such names, by name."""
    text = text_of(value)
    if text is None:
        return Unresolved(f"{at} is {named(value)} where a key is meant")
    return bool(text) and not _OWN_KEY.search(text)


_NAMED: Mapping[str, Callable[[Predicate, Value, str], Truth]] = {
    "equals": lambda predicate, value, at: _compared(
        value, at, () if predicate.equals is None else (predicate.equals,)
    ),
    "one_of": lambda predicate, value, at: _compared(value, at, predicate.one_of or ()),
    "none_of": _none_of,
    "at_least": _at_least,
    "at_most": _at_most,
    "matches": lambda predicate, value, at: _matched(predicate.matches or "", value, at),
    "excludes": _excluded,
    "includes": _includes,
    "customer_key": _customer_key,
}
