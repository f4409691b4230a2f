"""Decide questions: by classes of actions that the same statements cover, each by a search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from landing_zone.action_catalogue import rcp_services
from landing_zone.proof.guardrails.actions import FUTURE, Universe, offers, places, resource_forms
from landing_zone.proof.guardrails.constraints import RESOURCE, Assigned, Literal
from landing_zone.proof.guardrails.keys import is_global, is_multivalued
from landing_zone.proof.guardrails.organization import Statement
from landing_zone.proof.guardrails.questions import Group, Question, in_account
from landing_zone.proof.guardrails.search import Case, Clause, Passing, Search
from landing_zone.proof.guardrails.statements import Constants, Terms, terms

NOT_BOUND_BY_RCPS = ("kms:RetireGrant",)
"""Actions of covered services that resource control policies cannot name (KMS Developer Guide)."""

Formats = tuple[str, ...] | None
"""Forms of the ARNs of resources; None: any."""
_Result = Case | Passing | tuple[str, ...]
"""A proof, a request that passes, or doubts."""


@dataclass(frozen=True)
class Witness:
    """A request that passes: action, values by attribute, and the question that it answers."""

    question: Question
    action: str
    values: Mapping[str, Assigned]


@dataclass(frozen=True)
class Proof:
    """Why nothing of some actions passes. formats: forms of the resources for which it was shown; None: for all."""

    actions: int
    case: Case
    formats: Formats


@dataclass(frozen=True)
class Answer:
    """What came of a question: proofs of all its actions; or a witness; or doubts."""

    question: Question
    proofs: tuple[Proof, ...] = ()
    witness: Witness | None = None
    doubts: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Bound:
    """Statements that a class of actions meets: Denies, and for each level its Allows (None: everything is allowed)."""

    denies: tuple[Statement, ...]
    allows: tuple[tuple[str, tuple[Statement, ...]], ...]


@dataclass
class Decider:
    """Answers questions and remembers."""

    search: Search = field(default_factory=lambda: Search(is_multivalued))
    _terms: dict[tuple[Statement, tuple[tuple[str, str], ...]], Terms] = field(default_factory=dict)
    _results: dict[Any, _Result] = field(default_factory=dict)

    def answer(self, question: Question, without: frozenset[Statement] = frozenset()) -> Answer:
        """Prove that no action of the question passes, or find one that does. without: statements taken as missing."""
        proofs: list[Proof] = []
        doubts: list[str] = [] if question.universe.names else ["the catalogue knows none of the actions"]
        for mask, bound in self._classes(question, without) if question.universe.names else ():
            for part, formats, result in self._parts(question, mask, bound):
                if isinstance(result, Case):
                    proofs.append(Proof(part, result, formats))
                elif isinstance(result, Passing):
                    action = _first(question.universe, part)
                    return Answer(question, witness=Witness(question, action, result.values))
                else:
                    doubts += result
        return Answer(question, tuple(proofs) if not doubts else (), doubts=tuple(dict.fromkeys(doubts)))

    def lives(self, question: Question) -> Case | Passing | tuple[str, ...]:
        """What comes of a question of one action that has to pass: it surely does, it surely does not, or doubts."""
        ((_, bound),) = self._classes(question, frozenset())
        strict, doubts = self._clauses(question, bound, strict=True)
        found = self.search.run(self._of_known_keys(question, strict), strict)
        if isinstance(found, Passing) and not found.doubts:
            return found
        generous, _ = self._clauses(question, bound, strict=False)
        possible = self.search.run(self._of_known_keys(question, generous), generous)
        return possible if isinstance(possible, Case) else (*doubts, *possible.doubts)

    def _of_known_keys(self, question: Question, clauses: Sequence[Clause]) -> dict[str, frozenset[Literal]]:
        """What is known of the request, keys that its action does not offer taken as absent."""
        said = self._said(question, clauses, None)
        named = {literal.attribute for clause in clauses for cube in clause.alternatives for literal in cube}
        (action,) = question.universe.names
        given = {literal.attribute for literal in question.said} | {RESOURCE}
        for key in named - given:
            if not is_global(key) and not offers(action, key):
                said[key] = frozenset((Literal(key, "Null", ("true",)),))
        return said

    def stops(self, statement: Statement, question: Question) -> bool:
        """Whether a Deny binds a question's requests and stops one of them, or might."""
        actions = question.universe
        scp = any(statement is one for one in _denies(question.callers, frozenset()))
        rcp = any(statement is one for one in _denies(question.holders, frozenset(), rcp=True))
        mask = actions.covered(statement) & (actions.all if scp else rcp_mask(actions) if rcp else 0)
        literals = self.terms(statement, question.constants).literals
        clause = Clause(statement.name, (literals,))
        return bool(mask) and isinstance(self.search.run(self._said(question, [clause], None), [clause]), Passing)

    def terms(self, statement: Statement, constants: Constants) -> Terms:
        """What a statement asks for beside its actions."""
        key = (statement, tuple(sorted(constants.items())))
        if key not in self._terms:
            self._terms[key] = terms(statement.content, constants)
        return self._terms[key]

    def _classes(self, question: Question, without: frozenset[Statement]) -> Iterator[tuple[int, _Bound]]:
        """Actions that meet the same statements."""
        all_ = question.universe
        denies = [(one, all_.covered(one)) for one in _denies(question.callers, without)]
        covered = rcp_mask(all_)
        if question.holders:
            denies += [(one, all_.covered(one) & covered) for one in _denies(question.holders, without, rcp=True)]
        levels = [
            (level.path, [(one, all_.covered(one)) for one in level.scp_allows if one not in without])
            for level in (question.callers.levels if question.callers else ())
            if not level.full_access
        ]
        parts = [all_.all]
        for mask in dict.fromkeys(mask for _, mask in (*denies, *(pair for _, pairs in levels for pair in pairs))):
            parts = [piece for part in parts for piece in (part & mask, part & ~mask) if piece]
        for part in parts:
            yield (
                part,
                _Bound(
                    tuple(one for one, mask in denies if mask & part),
                    tuple((path, tuple(one for one, mask in pairs if mask & part)) for path, pairs in levels),
                ),
            )

    def _parts(self, question: Question, mask: int, bound: _Bound) -> Iterator[tuple[int, Formats, _Result]]:
        """Results of a class, by forms of resources where these matter."""
        result = self._result(question, bound, None)
        if not question.formats or isinstance(result, Case):
            yield mask, None, result
            return
        alike: dict[tuple[tuple[str, ...], ...], int] = {}
        for at in places(mask):
            forms = resource_forms(question.universe.names[at])
            alike[forms] = alike.get(forms, 0) | 1 << at
        for forms, part in alike.items():
            results: list[tuple[Formats, _Result]] = [(form, self._result(question, bound, form)) for form in forms]
            results = results or [(None, result)]
            proved = (pair for pair in results if isinstance(pair[1], Case))
            doubted = (pair for pair in results if not isinstance(pair[1], Passing))
            yield part, *next(proved, next(doubted, results[0]))

    def _result(self, question: Question, bound: _Bound, formats: Formats) -> _Result:
        constants = tuple(sorted(question.constants.items()))
        key = (question.said, constants, question.account, question.uncertain, bound, formats)
        if key not in self._results:
            self._results[key] = self._searched(question, bound, formats)
        return self._results[key]

    def _searched(self, question: Question, bound: _Bound, formats: Formats) -> _Result:
        """A proof, a request that passes however doubtful statements are read, or the doubts."""
        generous, doubts = self._clauses(question, bound, strict=False)
        said = self._said(question, generous, formats)
        found = self.search.run(said, generous)
        if isinstance(found, Case) or not (doubts or found.doubts):
            return found
        if doubts:
            strict, _ = self._clauses(question, bound, strict=True)
            surely = self.search.run(self._said(question, strict, formats), strict)
            if isinstance(surely, Passing) and not surely.doubts:
                return surely
        return (*doubts, *found.doubts)

    def _clauses(self, question: Question, bound: _Bound, *, strict: bool) -> tuple[list[Clause], tuple[str, ...]]:
        """Clauses that a passing request fulfils, and doubts.

        strict: what is not understood of a Deny is taken as met and such an Allow as missing; else the other way round.
        """
        clauses: list[Clause] = []
        doubts: list[str] = []
        for statement in bound.denies:
            found = self.terms(statement, question.constants)
            doubts += [f"{statement.title}: {doubt}" for doubt in found.doubts]
            if strict or not found.doubts:
                clauses.append(Clause(statement.name, tuple((one.contrary(),) for one in found.literals)))
        for path, allows in bound.allows:
            cubes: list[tuple[str, tuple[Literal, ...]]] = []
            for statement in allows:
                found = self.terms(statement, question.constants)
                doubts += [f"{statement.title}: {doubt}" for doubt in found.doubts]
                if not (strict and found.doubts):
                    cubes.append((statement.name, found.literals))
            clauses.append(Clause(path, tuple(cube for _, cube in cubes), tuple(name for name, _ in cubes)))
        return clauses, tuple(doubts)

    def _said(self, question: Question, clauses: Iterable[Clause], formats: Formats) -> dict[str, frozenset[Literal]]:
        said: dict[str, frozenset[Literal]] = {}
        for literal in (*question.said, *resource_literals(formats, question.account)):
            said[literal.attribute] = said.get(literal.attribute, frozenset()) | {literal}
        named = {literal.attribute for clause in clauses for cube in clause.alternatives for literal in cube}
        for key in named | said.keys():
            said[key] = said.get(key, frozenset()).union(question.certain(key))
            if not said[key]:
                del said[key]
        return said


def resource_literals(formats: Sequence[str] | None, account: str) -> tuple[Literal, ...]:
    """That a resource has one of some forms, in an account."""
    if formats is None:
        return ()
    return (Literal(RESOURCE, "StringLike", tuple(_form(one, account) for one in formats)),)


def _form(arn: str, account: str) -> str:
    """The catalogue's form with something in each place that varies."""
    return "${*}" if arn == "*" else in_account(arn, account).replace("*", "?*").replace("arn:?*:", "arn:aws:", 1)


def _denies(group: Group | None, without: frozenset[Statement], *, rcp: bool = False) -> list[Statement]:
    levels = group.levels if group else ()
    found = [one for level in levels for one in (level.rcp_denies if rcp else level.scp_denies)]
    return [one for one in found if one not in without] if without else found


def rcp_mask(actions: Universe) -> int:
    """The actions that resource control policies bind."""
    bound = actions.matching([f"{service}:*" for service in rcp_services()])
    return bound & ~actions.matching(NOT_BOUND_BY_RCPS)


def _first(actions: Universe, mask: int) -> str:
    """An action of a set; one of the catalogue's, if there is one."""
    names = [actions.names[at] for at in places(mask)]
    return next((name for name in names if FUTURE not in name), names[0])
