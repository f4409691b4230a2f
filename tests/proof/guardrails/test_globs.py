"""Patterns as automata, held against the evaluator's expressions."""

from __future__ import annotations

import pytest

from landing_zone.proof.guardrails import globs
from landing_zone.proof.guardrails.globs import Union, pattern, text_of
from tests.proof.guardrails.components import KINDS, TOGETHER, check_patterns, check_texts
from tests.proof.guardrails.prover import prover


@pytest.mark.parametrize("kind", KINDS)
def test_a_pattern_matches_what_the_evaluator_says(kind: str) -> None:
    with prover() as fresh:
        check_patterns(fresh, kind)


@pytest.mark.parametrize("kinds", TOGETHER)
@pytest.mark.parametrize("seed", range(3))
def test_a_text_is_found_if_there_is_one(kinds: tuple[str, ...], seed: int) -> None:
    with prover() as fresh:
        check_texts(fresh, kinds, seed, rounds=100)


@pytest.mark.parametrize(
    ("wanted", "avoided", "expected"),
    [
        (("arn:aws:iam::*:role/*",), ("arn:aws:iam::*:role/pipeline",), "arn:aws:iam::example:role/example"),
        (("?",), ("x", "a"), "0"),
        (("role/*",), ("*",), None),
        (("a*",), ("a?*",), "a"),
    ],
)
def test_the_text_is_a_natural_one(wanted: tuple[str, ...], avoided: tuple[str, ...], expected: str | None) -> None:
    found = text_of([Union("glob", wanted, True), Union("glob", avoided, False)])
    assert found == expected or (expected and found and len(found) == len(expected) == 1)


def test_a_question_mark_of_a_resource_is_any_letter_and_of_an_arn_none_that_ends_its_part() -> None:
    assert pattern("resource", "arn:aws:sqs:?:1:q").matches("arn:aws:sqs:::1:q")
    assert not pattern("arn", "arn:aws:sqs:?:1:q").matches("arn:aws:sqs:::1:q")


def test_patterns_too_many_to_compare_are_undecided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(globs, "_MOST_STATES", 10)
    with pytest.raises(globs.Undecided, match="too many"):
        text_of([Union("glob", ("*a?????????b",), True), Union("glob", ("*c*", "*example*", "*xb"), False)])
