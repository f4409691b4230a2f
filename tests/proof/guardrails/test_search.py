"""The search by cases, held against all assignments of small values."""

from __future__ import annotations

import pytest

from landing_zone.proof.guardrails.constraints import Literal
from landing_zone.proof.guardrails.search import Case, Clause, Passing, Search, _Run
from tests.proof.guardrails.components import check_actions, check_search
from tests.proof.guardrails.prover import prover

A_IS_THERE = Literal("a", "Null", ("false",))


@pytest.mark.parametrize("seed", range(5))
def test_something_passes_if_an_assignment_fulfils_every_clause(seed: int) -> None:
    with prover() as fresh:
        check_search(fresh, seed, rounds=60)


def test_a_statement_covers_the_actions_that_the_evaluator_says() -> None:
    with prover() as fresh:
        check_actions(fresh)


def test_a_contradiction_in_what_is_known_is_a_proof_without_clauses() -> None:
    found = Search(lambda _: False).run({"a": frozenset((A_IS_THERE, A_IS_THERE.contrary()))}, [])
    assert found == Case(None)


def test_a_deny_without_conditions_lets_nothing_pass() -> None:
    clause = Clause("policy/1", ())
    assert Search(lambda _: False).run({}, [clause]) == Case(clause)


def test_more_cases_than_are_looked_at_are_a_doubt_not_a_proof() -> None:
    ways = [Clause(str(at), ((Literal(f"x{at}", "StringEquals", ("a",)),), (A_IS_THERE,))) for at in range(5)]
    found = _Run(Search(lambda _: False), cases_left=2).cases({}, ways)
    assert isinstance(found, Passing)
    assert found.doubts == ("more cases than were looked at",)
