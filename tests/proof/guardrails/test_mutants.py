"""Every seeded bug of the prover is noticed by the check that its row names: how good the checks are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import pytest

from tests.proof.guardrails import components
from tests.proof.guardrails.differences import check_cases, judged
from tests.proof.guardrails.mutants import MUTANTS
from tests.proof.guardrails.prover import Change, Prover, prover


def _of(check: Callable[..., None], *arguments: Any) -> Callable[[Prover], None]:
    return partial(_called, check, arguments)


def _called(check: Callable[..., None], arguments: tuple[Any, ...], fresh: Prover) -> None:
    check(fresh, *arguments)


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
    change, check = MUTANTS[bug]
    with prover(change) as fresh, pytest.raises(components.Disagreement):
        CHECKS[check](fresh)


@pytest.mark.parametrize("check", sorted({check for _, check in MUTANTS.values()}))
def test_the_prover_as_it_is_passes_the_same_check(check: str) -> None:
    with prover() as fresh:
        CHECKS[check](fresh)


def test_a_change_that_changes_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"globs\.py has 0 times"), prover(Change("globs", "no such text", "")):
        pass
