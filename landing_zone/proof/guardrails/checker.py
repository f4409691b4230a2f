"""Replays certificates: whether what the prover wrote down proves a task. Imports nothing of the project.

A task says what is to be proved, a certificate why it is so; `certificate` gives the shapes of both. Whatever is not
understood proves nothing: such a Deny is refused, such an Allow taken as wider than it is, such a fact left out.
"""

from __future__ import annotations

import json
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
_COMPARE = {"Equals": operator.eq, "LessThan": operator.lt, "LessThanEquals": operator.le}
_COMPARE |= {"GreaterThan": operator.gt, "GreaterThanEquals": operator.ge}
_KINDS = {f"{kind}{name}": kind for kind in ("Numeric", "Date") for name in _COMPARE}
_KINDS |= {"StringEquals": "exact", "StringEqualsIgnoreCase": "folded", "StringLike": "glob", "BinaryEquals": "exact"}
_KINDS |= {"Bool": "bool", "ArnEquals": "arn", "ArnLike": "arn", "IpAddress": "address", "Null": "null"}
_NEGATED = {
    name: name.replace("Equals", "NotEquals").replace("Like", "NotLike") for name in _KINDS if "Than" not in name
}
_NEGATED = {negated: name for name, negated in _NEGATED.items() if name[:4] not in ("Bina", "Bool", "IpAd", "Null")}
_NEGATED |= {"NotIpAddress": "IpAddress"}
_ELEMENTS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal"}
_NUMBER = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?")
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})?)?"
)
_MOST_STATES = 50_000
_RESOURCE = "resource"


class _Refused(Exception):
    """Why something is no proof, in a sentence."""


class _Unclear(ValueError):
    """Something that a policy says and that is not understood."""


class _Literal(NamedTuple):
    """What is said of an attribute. values: of the policy, as its `kind` of operator reads them."""

    attribute: str
    kind: str
    values: tuple[Any, ...]
    holds: bool
    negated: bool = False
    if_exists: bool = False
    quantifier: str = ""
    compare: str = ""


_Said = Mapping[str, frozenset[_Literal]]


def check(task: Any, certificate: Any) -> list[str]:
    """Why a certificate is no proof of a task, in sentences; none: it is one. Raises nothing."""
    try:
        replay = _Replay(task)
        if not isinstance(certificate, dict) or certificate.keys() != {"proofs"}:
            raise _Refused("A certificate has `proofs` and nothing else.")
        problems: list[str] = []
        proved = 0
        for number, entry in enumerate(_list(certificate["proofs"]), start=1):
            try:
                proved |= replay.entry(entry)
            except _Refused as problem:
                problems.append(f"Proof {number}: {problem}")
        missing = [name for at, name in enumerate(replay.actions.names) if not proved >> at & 1]
        if missing:
            more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
            problems.append(f"Nothing proves it of {missing[0]}{more}.")
        return problems
    except _Refused as problem:
        return [str(problem)]
    except RecursionError:
        return ["The certificate is nested too deeply."]
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        return [f"The task or the certificate is malformed: {type(error).__name__}: {error}."]


class _Replay:
    """A task, read."""

    def __init__(self, task: Any) -> None:
        self.actions = _actions(tuple(_strings(task["actions"])))
        self.constants = tuple(sorted(task["constants"].items()))
        self.forms, self.account = task["forms"], task["account"]
        self.multivalued = frozenset(_strings(task["multivalued"]))
        self.certain = {key: frozenset(_facts(rows)) for key, rows in task["certain"].items()}
        self.said = self._with({}, _facts(task["said"]))
        bound = self.actions.among(_strings(task["bound_by_rcps"]))
        self.denies: dict[str, list[tuple[Any, int]]] = {}
        self.allows: dict[str, list[tuple[str, Any]]] = {}
        for layer, binds in (("levels", self.actions.all), ("resource_levels", bound)):
            for level in _list(task[layer]):
                if layer == "levels" and level["full_access"] is False:
                    self.allows.setdefault(level["path"], [])
                for name, content in _list(level["statements"]):
                    if content["Effect"] == "Deny":
                        self.denies.setdefault(name, []).append((content, binds))
                    elif layer == "levels" and level["path"] in self.allows:
                        self.allows[level["path"]].append((name, content))

    def entry(self, entry: Any) -> int:
        """The actions of which an entry shows that nothing passes. Raises _Refused."""
        if not isinstance(entry, dict) or entry.keys() != {"forms", "case"}:
            raise _Refused("it is not made of `forms` and a `case`.")
        if entry["forms"] is None:
            return self._shown(entry["case"], self.said)
        forms = _strings(entry["forms"])
        if self.forms is None or not forms:
            raise _Refused("it speaks of forms of resources, the task does not.")
        one_of = _Literal(_RESOURCE, "glob", tuple(_form(one, self.account) for one in forms), True)
        shown = self._shown(entry["case"], self._with(self.said, [one_of]))
        return shown & self.actions.among(name for name in self.actions.names if forms in self.forms[name])

    def _shown(self, case: Any, said: _Said) -> int:
        """The actions of which a case shows that nothing passes of which `said` is true."""
        if case is None or case == {"contradiction": True}:
            if all(_possible(literals, self._several(key)) for key, literals in said.items()):
                raise _Refused(f"what it takes for a contradiction is none ({', '.join(sorted(said))}).")
            return self.actions.all
        if isinstance(case, dict) and case.keys() == {"deny", "cases"}:
            return self._denied(case["deny"], _list(case["cases"]), said)
        if isinstance(case, dict) and case.keys() == {"level", "cases"}:
            return self._not_allowed(case["level"], case["cases"], said)
        raise _Refused("a case of it is neither a Deny nor a level nor a contradiction.")

    def _denied(self, name: str, cases: list[Any], said: _Said) -> int:
        shown, reason = 0, f"the task has no Deny {name}."
        for content, binds in self.denies.get(name, ()):
            try:
                literals, mask = self._read(content), binds & self.actions.of(content)
                for literal, case in zip(literals, cases, strict=True):
                    mask &= self._shown(case, self._with(said, [literal._replace(holds=not literal.holds)]))
                shown, reason = shown | mask, ""
            except _Refused as problem:
                reason = str(problem)
            except ValueError as problem:
                reason = f"the Deny {name} cannot be used so: {problem}."
        if reason and not shown:
            raise _Refused(reason)
        return shown

    def _not_allowed(self, path: str, cases: Mapping[str, Any], said: _Said) -> int:
        allows = self.allows.get(path)
        if allows is None or not isinstance(cases, dict) or not cases.keys() <= {name for name, _ in allows}:
            raise _Refused(f"{path} is no level that allows only what is listed, or these are not its Allows.")
        shown = self.actions.all
        for name, content in allows:
            if name in cases:
                shown &= self._shown(cases[name], self._with(said, self._read(content, generous=True)))
            else:
                shown &= ~(self.actions.of(content) if _is_plain(content) else self.actions.all)
        return shown

    def _read(self, content: Any, *, generous: bool = False) -> tuple[_Literal, ...]:
        return _read(json.dumps(content), self.constants, generous)

    def _several(self, attribute: str) -> bool:
        return attribute in self.multivalued or attribute not in (_RESOURCE, *self.certain)

    def _with(self, said: _Said, literals: Iterable[_Literal]) -> _Said:
        found = dict(said)
        for one in literals:
            before = found.get(one.attribute) or self.certain.get(one.attribute, frozenset())
            found[one.attribute] = before | {one}
        return found


class _Actions:
    """Actions in order; sets of them are bits of an integer."""

    def __init__(self, names: tuple[str, ...]) -> None:
        if not names:
            raise _Refused("The task has no actions.")
        self.names, self.all = names, (1 << len(names)) - 1
        self._known: dict[str, int] = {}
        self._services: dict[str, list[tuple[int, str]]] = {}
        for at, name in enumerate(names):
            service, _, own = name.lower().partition(":")
            self._services.setdefault(service, []).append((at, own))

    def among(self, names: Iterable[str]) -> int:
        """The actions with these names."""
        wanted = frozenset(names)
        return sum(1 << at for at, name in enumerate(self.names) if name in wanted)

    def of(self, content: Mapping[str, Any]) -> int:
        """What `Action` or `NotAction` of a plain statement covers; case does not matter."""
        covered = 0
        for pattern in _texts(content["NotAction" if "NotAction" in content else "Action"]):
            if pattern not in self._known:
                self._known[pattern] = sum(1 << at for at in self._matching(pattern.lower()))
            covered |= self._known[pattern]
        return self.all & ~covered if "NotAction" in content else covered

    def _matching(self, pattern: str) -> Iterator[int]:
        service, _, name = ("*:*" if pattern == "*" else pattern).translate(_WILD).partition(":")
        wild = _STAR in service or _ANY in service
        for own in filter(lambda one: _matches(service, one), self._services) if wild else (service,):
            yield from (at for at, rest in self._services.get(own, ()) if name == _STAR or _matches(name, rest))


_WILD = str.maketrans({"*": _STAR, "?": _ANY})


@lru_cache(maxsize=16)
def _actions(names: tuple[str, ...]) -> _Actions:
    return _Actions(names)


def _is_plain(content: Mapping[str, Any]) -> bool:
    """Whether a statement has all elements that it must have, once, no others, and actions that have a service."""
    once = (("Action" in content) != ("NotAction" in content), ("Resource" in content) != ("NotResource" in content))
    known = content.keys() <= _ELEMENTS and content.get("Principal", "*") == "*"
    patterns = _texts(content.get("Action", content.get("NotAction", ())))
    return all(once) and known and all(":" in one or one == "*" for one in patterns)


@lru_cache(maxsize=8192)
def _read(statement: str, constants: tuple[tuple[str, str], ...], generous: bool) -> tuple[_Literal, ...]:
    """What must hold for a statement to fire, beside its action; `generous`: of that what is understood.

    Raises _Unclear, unless generous.
    """
    content = json.loads(statement)
    if not _is_plain(content):
        if generous:
            return ()
        raise _Unclear("its elements are not understood")
    rows = [(_RESOURCE, name, content[name]) for name in ("Resource", "NotResource") if name in content]
    rows += [(key, name, texts) for name, keys in content.get("Condition", {}).items() for key, texts in keys.items()]
    literals: list[_Literal] = []
    for at, (key, name, texts) in enumerate(rows):
        try:
            if at and ":" not in key:
                raise _Unclear(f"{key} is no condition key")
            one = _literal(key, name, _texts(texts), constants=dict(constants), element=not at)
        except ValueError:
            if not generous:
                raise
        else:
            literals += [one] if name != "Resource" or _STAR not in one.values else []
    return tuple(literals)


def _facts(rows: Any) -> Iterator[_Literal]:
    """Literals of a task, as far as they are understood."""
    for key, name, texts, holds in _list(rows):
        try:
            yield _literal(key, name, _strings(texts), constants={})._replace(holds={True: True, False: False}[holds])
        except ValueError:
            continue


def _literal(key: str, name: str, texts: list[str], *, constants: Mapping[str, str], element: bool = False) -> _Literal:
    """Raises ValueError for what is not understood. element: it is Resource or NotResource, not a condition."""
    quantifier, colon, bare = name.rpartition(":")
    if_exists, bare = bare.endswith("IfExists"), bare.removesuffix("IfExists")
    kind = "resource" if element else _KINDS.get(_NEGATED.get(bare, bare), "null")
    known = element or bare in _KINDS or bare in _NEGATED
    if not known or not texts or f"{quantifier}{colon}" not in ("", "ForAllValues:", "ForAnyValue:"):
        raise _Unclear(f"the operator {name} is not understood")
    if kind == "null" and name != "Null":
        raise _Unclear("Null has no variants")
    compare = bare.removeprefix(kind).replace("Not", "")
    values = tuple(_value(kind, _marked(text, constants)) for text in texts)
    negated = name == "NotResource" if element else bare in _NEGATED
    return _Literal(key.lower(), kind, values, True, negated, if_exists, quantifier, compare)


def _marked(text: str, constants: Mapping[str, str]) -> str:
    """A text with marks for its wildcards and letters for its variables. Raises _Unclear."""
    marked, *pieces = text.split("${")
    if any(mark in text for mark in _MARKS):
        raise _Unclear(f"a private letter is in {text}")
    marked = marked.translate(_WILD)
    for piece in pieces:
        name, closed, rest = piece.partition("}")
        value = name if name in ("*", "?", "$") else constants.get(name.strip().lower())
        if not closed or value is None:
            raise _Unclear(f"a policy variable is in {text}")
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
    raise _Unclear(f"the value {plain} is not understood")


def _part(part: str, kind: str) -> str:
    """A part of an ARN before the last: what varies stays in it, but for a star at the end of a part of Resource."""
    inside = part.replace(_STAR, _PART_STAR).replace(_ANY, _PART_ANY)
    return inside[:-1] + _STAR if kind == "resource" and part.endswith(_STAR) else inside


def _form(arn: str, account: str) -> str:
    """The catalogue's form of an ARN as a pattern; `*` is the resource of actions that have none."""
    parts = arn.split(":", 5)
    if len(parts) == 6:
        parts[1] = "aws" if parts[1] == "*" else parts[1]
        parts[4] = account if account and parts[4] == "*" else parts[4]
    return arn if arn == "*" else ":".join(parts).replace("*", _ANY + _STAR)


@lru_cache(maxsize=65536)
def _possible(said: frozenset[_Literal], several: bool) -> bool:
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


def _of_nothing(one: _Literal) -> bool:
    """Whether a condition is true of a request without the attribute."""
    if one.kind == "null":
        return "true" in one.values
    return one.quantifier != "ForAnyValue" and (one.negated or one.if_exists or one.quantifier == "ForAllValues")


def _value_exists(literals: Sequence[_Literal]) -> bool:
    """Whether a value exists of which all this is true, as far as each way of comparing shows by itself."""
    groups: dict[str, list[_Literal]] = {}
    for one in literals:
        groups.setdefault(one.kind if one.kind in ("Numeric", "Date", "address") else "text", []).append(one)
    texts = ((one.kind in ("folded", "bool"), _wanted(one), frozenset(one.values)) for one in groups.pop("text", ()))
    return _text_exists(texts) and all(
        any(all(_compared(one, value) == _wanted(one) for one in group) for value in _samples(group))
        for group in groups.values()
    )


def _wanted(one: _Literal) -> bool:
    """Whether the value must match one of the policy's, or none."""
    return one.negated != one.holds


def _samples(group: Sequence[_Literal]) -> Iterable[Any]:
    """A value of each kind that the comparisons tell apart; None: what is no number, date or address."""
    edges = sorted({value for one in group for value in one.values})
    if group[0].kind == "address":
        lows = ((version, at) for version, low, high in edges for at in (low, high + 1))
        return (None, (4, 0), (6, 0), *(one for one in lows if one[1] >> (32 if one[0] == 4 else 128) == 0))
    return (None, edges[0] - 1, *edges, edges[-1] + 1, *((low + high) / 2 for low, high in pairwise(edges)))


def _compared(one: _Literal, value: Any) -> bool:
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


def _matches(pattern: str, text: str) -> bool:
    rests = frozenset((pattern,))
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


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"a list has to be where {str(value)[:40]!r} is")
    return value


def _strings(value: Any) -> list[str]:
    if not all(isinstance(one, str) for one in _list(value)):
        raise TypeError("a list of texts has something else in it")
    return list(value)


def _texts(value: Any) -> list[str]:
    """Texts of a policy; IAM writes a list of one as the one, and takes numbers and truth values for texts."""
    return [one if isinstance(one, str) else json.dumps(one) for one in (value if isinstance(value, list) else [value])]
