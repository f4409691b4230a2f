"""Every seeded bug of the prover is noticed by the checks that hold it against the evaluator: how good they are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

import pytest

from tests.proof.guardrails import components
from tests.proof.guardrails.differences import check_cases, judged
from tests.proof.guardrails.mutants import MUTANTS
from tests.proof.guardrails.prover import Change, Prover, prover
from tests.proof.guardrails.test_globs import TOGETHER

STACKS = range(120)


def checks(fresh: Prover) -> Iterator[Callable[[], None]]:
    """A quick part of every check, the surest first."""
    yield lambda: components.check_several_values(fresh)
    yield lambda: components.check_actions(fresh)
    yield lambda: check_cases(fresh)
    for family in components.FAMILIES:
        yield lambda family=family: components.check_conditions(fresh, family)  # type: ignore[misc]
        yield lambda family=family: components.check_assigned(fresh, family, 0, 60)  # type: ignore[misc]
    yield lambda: components.check_search(fresh, 0, 60)
    for kinds in TOGETHER:
        yield lambda kinds=kinds: components.check_texts(fresh, kinds, 0, 100)  # type: ignore[misc]
    for family in ("number", "date", "address"):
        yield lambda family=family: components.check_values(fresh, family, 0)  # type: ignore[misc]
    for seed in STACKS:
        yield lambda seed=seed: judged(fresh, seed, Counter())  # type: ignore[misc]


def is_noticed(change: Change | None) -> bool:
    """Whether a check finds a difference. Any other error counts as none: it would be no wrong verdict."""
    with prover(change) as fresh:
        try:
            for check in checks(fresh):
                check()
        except AssertionError:
            return True
        except (ArithmeticError, LookupError, TypeError, ValueError):
            return False
    return False


def test_the_prover_as_it_is_passes() -> None:
    assert not is_noticed(None)


@pytest.mark.parametrize("bug", MUTANTS)
def test_a_bug_is_noticed(bug: str) -> None:
    assert is_noticed(MUTANTS[bug]), bug


def test_a_change_that_changes_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"globs\.py has 0 times"), prover(Change("globs", "no such text", "")):
        pass
