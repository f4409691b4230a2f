"""Every seeded bug of the prover is noticed by the check that its row names: how good the checks are."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from landing_zone.proof.guardrails.certificate import certificate_of, task_of
from landing_zone.proof.guardrails.checker import check
from tests.proof.guardrails import components
from tests.proof.guardrails.differences import check_cases, judged, questions
from tests.proof.guardrails.mutants import MUTANTS
from tests.proof.guardrails.prover import Change, Prover, prover
from tests.proof.guardrails.stacks import CASES


def _of(part: Callable[..., None], *arguments: Any) -> Callable[[Prover], None]:
    return partial(_called, part, arguments)


def _called(part: Callable[..., None], arguments: tuple[Any, ...], fresh: Prover) -> None:
    part(fresh, *arguments)


def _stacks(fresh: Prover) -> None:
    for seed in range(40):
        judged(fresh, seed, Counter())


CHECKS: Mapping[str, Callable[[Prover], None]] = {
    "several values": components.check_several_values,
    "actions": components.check_actions,
    "search": _of(components.check_search, 0),
    **{f"conditions {one}": _of(components.check_conditions, one) for one in components.FAMILIES},
    **{f"assigned {one}": _of(components.check_assigned, one, 0) for one in components.FAMILIES},
    **{f"patterns {one}": _of(components.check_patterns, one) for one in components.KINDS},
    **{f"texts {one[0]} {len(one)}": _of(components.check_texts, one, 0) for one in components.TOGETHER},
    **{f"values {one}": _of(components.check_values, one, 0) for one in ("number", "date", "address")},
    "cases": check_cases,
    "stacks": _stacks,
}
"""Quick parts of the checks of the other files, by the name that mutants have for them."""


@pytest.mark.parametrize("bug", MUTANTS)
def test_a_bug_is_noticed(bug: str) -> None:
    change, name = MUTANTS[bug]
    with prover(change) as fresh, pytest.raises(components.Disagreement):
        CHECKS[name](fresh)


@pytest.mark.parametrize(
    ("bug", "case"),
    [
        ("every key is there", "a Deny for callers without identity"),
        ("every form of a resource has to be named", "a Deny on one form of resources"),
        ("a doubtful Deny is kept", "a Deny on a tag that another tag has"),
        ("a doubtful Allow is dropped", "an Allow for a tag that another tag has"),
        ("an RCP binds kms:RetireGrant", "a Deny of an RCP on the action that it does not bind"),
        ("an RCP binds every service", "a Deny of an RCP on a service that it does not bind"),
        ("no key has several values", "a Deny on callers of a service, and another is in between"),
    ],
)
def test_the_checker_refuses_what_a_bug_takes_for_a_proof(bug: str, case: str) -> None:
    with prover(MUTANTS[bug][0]) as fresh:
        answers = [fresh.decide.Decider().answer(question) for question in questions(fresh, CASES[case])]
    assert any(answer.proofs for answer in answers)
    for answer in answers:
        task, certificate = json.loads(json.dumps([task_of(answer.question), certificate_of(answer)]))
        assert check(task, certificate)


@pytest.mark.parametrize("name", sorted({name for _, name in MUTANTS.values()}))
def test_the_prover_as_it_is_passes_the_same_check(name: str) -> None:
    with prover() as fresh:
        CHECKS[name](fresh)


def test_a_change_that_changes_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"globs\.py has 0 times"), prover(Change("globs", "no such text", "")):
        pass
