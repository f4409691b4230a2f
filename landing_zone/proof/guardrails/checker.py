"""Replays certificates: whether what the prover wrote down proves a task. Imports nothing of the prover.

A task says what is to be proved, a certificate why it is so; `certificate` gives the shapes of both. Whatever is not
understood proves nothing: such a Deny is refused, such an Allow taken as wider than it is, such a fact left out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from landing_zone.proof.guardrails.checker_conditions import RESOURCE, Literal, literal, matches, of_forms, possible

_ELEMENTS = {"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition", "Principal"}
_TOMORROW = "§"
"""Actions and services that the catalogue does not know yet are called by a long row of it."""
_Said = Mapping[str, frozenset[Literal]]
"""What is said of each attribute of a request."""


class _Refused(Exception):
    """Why something is no proof, in a sentence."""


def check(task: Any, certificate: Any) -> list[str]:
    """Why a certificate is no proof of a task, in sentences; none: it is one. Raises nothing."""
    return Checker().check(task, certificate)


@dataclass
class Checker:
    """Checks certificates one after the other; what tasks have in common is worked out once."""

    _universes: dict[tuple[str, ...], _Actions] = field(default_factory=dict)

    def check(self, task: Any, certificate: Any) -> list[str]:
        """As `check`."""
        try:
            names = tuple(_strings(task["actions"]))
            actions = self._universes.setdefault(names, self._universes.get(names) or _Actions(names))
            return _problems(_Replay(task, actions), _list(certificate["proofs"]))
        except _Refused as problem:
            return [str(problem)]
        except RecursionError:
            return ["The certificate is nested too deeply."]
        except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
            return [f"The task or the certificate is malformed: {type(error).__name__}: {error}."]


def _problems(replay: _Replay, entries: list[Any]) -> list[str]:
    problems: list[str] = []
    proved = 0
    for number, entry in enumerate(entries, start=1):
        try:
            proved |= replay.entry(entry)
        except _Refused as problem:
            problems.append(f"Proof {number}: {problem}")
    missing = [name for at, name in enumerate(replay.actions.names) if not proved >> at & 1]
    if missing:
        more = f" and {len(missing) - 1} more" if len(missing) > 1 else ""
        problems.append(f"Nothing proves it of {missing[0]}{more}.")
    return problems


class _Replay:
    """A task, read."""

    def __init__(self, task: Any, actions: _Actions) -> None:
        self.actions = actions
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
        one_of = of_forms(forms, self.account)
        shown = self._shown(entry["case"], self._with(self.said, [one_of]))
        return shown & self.actions.among(name for name, known in self.forms.items() if forms in known)

    def _shown(self, case: Any, said: _Said) -> int:
        """The actions of which a case shows that nothing passes of which `said` is true."""
        if case is None or case == {"contradiction": True}:
            if all(possible(literals, self._several(key)) for key, literals in said.items()):
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
                for one, case in zip(literals, cases, strict=True):
                    mask &= self._shown(case, self._with(said, [one._replace(holds=not one.holds)]))
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

    def _read(self, content: Any, *, generous: bool = False) -> tuple[Literal, ...]:
        return _read(json.dumps(content), self.constants, generous)

    def _several(self, attribute: str) -> bool:
        return attribute in self.multivalued or attribute not in (RESOURCE, *self.certain)

    def _with(self, said: _Said, literals: Iterable[Literal]) -> _Said:
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
        self._known: dict[tuple[str, bool], int] = {}
        self._tomorrow: list[tuple[int, str]] = []
        self._services: dict[str, list[tuple[int, str]]] = {}
        for at, name in enumerate(names):
            service, _, own = name.lower().partition(":")
            self._services.setdefault(service, []).append((at, own))
            self._tomorrow += [] if own.strip(_TOMORROW) else [(at, service)]

    def among(self, names: Iterable[str]) -> int:
        """The actions with these names."""
        wanted = frozenset(names)
        return sum(1 << at for at, name in enumerate(self.names) if name in wanted)

    def of(self, content: Mapping[str, Any]) -> int:
        """What `Action` or `NotAction` of a plain statement covers; case does not matter.

        Of actions of tomorrow a Deny covers those that it surely does, an Allow those that it may.
        """
        covered, but = 0, "NotAction" in content
        may = but == (content["Effect"] == "Deny")
        for pattern in _texts(content["NotAction" if but else "Action"]):
            if (pattern, may) not in self._known:
                perhaps = self._perhaps(pattern.lower()) if may else ()
                self._known[pattern, may] = sum(1 << at for at in {*self._matching(pattern.lower()), *perhaps})
            covered |= self._known[pattern, may]
        return self.all & ~covered if but else covered

    def _perhaps(self, pattern: str) -> Iterator[int]:
        """Actions of tomorrow that a pattern with wildcards may turn out to match."""
        service, _, name = pattern.partition(":")
        for at, own in self._tomorrow:
            if not own.strip(_TOMORROW):
                yield from (at,) if "*" in service or "?" in service else ()
            elif matches(service, own):
                yield from (at,) if "*" in name or "?" in name else ()

    def _matching(self, pattern: str) -> Iterator[int]:
        service, _, name = ("*:*" if pattern == "*" else pattern).partition(":")
        wild = "*" in service or "?" in service
        for own in filter(lambda one: matches(service, one), self._services) if wild else (service,):
            yield from (at for at, rest in self._services.get(own, ()) if name == "*" or matches(name, rest))


def _is_plain(content: Mapping[str, Any]) -> bool:
    """Whether a statement has all elements that it must have, once, no others, and actions that have a service."""
    once = (("Action" in content) != ("NotAction" in content), ("Resource" in content) != ("NotResource" in content))
    known = content.keys() <= _ELEMENTS and content.get("Principal", "*") in ("*", {"AWS": "*"}, {"AWS": ["*"]})
    patterns = _texts(content.get("Action", content.get("NotAction", ())))
    return all(once) and known and all(":" in one or one == "*" for one in patterns)


@lru_cache(maxsize=8192)
def _read(statement: str, constants: tuple[tuple[str, str], ...], generous: bool) -> tuple[Literal, ...]:
    """What must hold for a statement to fire, beside its action; `generous`: of that what is understood.

    Raises ValueError for what is not understood, unless generous.
    """
    content = json.loads(statement)
    if not _is_plain(content):
        if generous:
            return ()
        raise ValueError("its elements are not understood")
    rows = [(RESOURCE, name, content[name]) for name in ("Resource", "NotResource") if name in content]
    rows += [(key, name, texts) for name, keys in content.get("Condition", {}).items() for key, texts in keys.items()]
    literals: list[Literal] = []
    for at, (key, name, texts) in enumerate(rows):
        try:
            if at and ":" not in key:
                raise ValueError(f"{key} is no condition key")
            if at or name == "NotResource" or "*" not in _texts(texts):
                literals.append(literal(key, name, _texts(texts), constants=dict(constants), element=not at))
        except ValueError:
            if not generous:
                raise
    return tuple(literals)


def _facts(rows: Any) -> Iterator[Literal]:
    """Literals of a task, as far as they are understood."""
    for key, name, texts, holds in _list(rows):
        if not isinstance(holds, bool):
            raise TypeError(f"a literal holds or not, it says {holds!r}")
        try:
            yield literal(key, name, _strings(texts), constants={})._replace(holds=holds)
        except ValueError:
            continue


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
