"""Which guardrails matter to which theorem, and which protect nothing that a theorem speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from landing_zone.proof.guardrails.decide import Decider
from landing_zone.proof.guardrails.organization import Organization, Statement
from landing_zone.proof.guardrails.questions import Question
from landing_zone.proof.guardrails.results import Result


@dataclass(frozen=True)
class Load:
    """What rests on what.

    bearing: for each proved theorem the statements without any one of which it is not proved. idle: Denies that stop
    nothing that a theorem calls bad.
    """

    bearing: Mapping[str, tuple[Statement, ...]]
    idle: tuple[Statement, ...]


def load(organization: Organization, results: Sequence[Result], decider: Decider) -> Load:
    """Take away each statement that a proof uses, and prove again what used it."""
    statements = {one.name: one for one in _denies(organization)}
    bearing: dict[str, tuple[Statement, ...]] = {}
    for result in results:
        used = [statements[name] for name in result.statements if name in statements]
        bearing[result.id] = tuple(one for one in used if _bears(one, result, decider))
    needed = {name for result in results for name in result.statements}
    questions = [answer.question for result in results for answer in result.answers]
    idle = (one for name, one in statements.items() if name not in needed and not _stops(one, questions, decider))
    return Load({id: found for id, found in bearing.items() if found}, tuple(idle))


def _bears(statement: Statement, result: Result, decider: Decider) -> bool:
    for answer in result.answers:
        if any(statement.name == one.name for proof in answer.proofs for one in proof.case.clauses):
            without = decider.answer(answer.question, frozenset((statement,)))
            if without.witness or without.doubts:
                return True
    return False


def _stops(statement: Statement, questions: Sequence[Question], decider: Decider) -> bool:
    """Whether a statement stops a bad request of some question."""
    return any(decider.stops(statement, question) for question in questions)


def _denies(organization: Organization) -> Iterator[Statement]:
    policies = dict.fromkeys(policy for level in organization.targets.values() for policy in (*level.scps, *level.rcps))
    for policy in sorted(policies, key=lambda one: one.name):
        yield from (one for one in policy.statements if one.denies)
