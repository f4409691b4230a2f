"""Condition operators, held against the evaluator's."""

from __future__ import annotations

import pytest

from landing_zone.proof.guardrails import operators
from landing_zone.proof.guardrails.globs import Undecided
from landing_zone.proof.guardrails.operators import operator, value_of
from tests.proof.guardrails.components import FAMILIES, check_conditions, check_values
from tests.proof.guardrails.prover import prover


@pytest.mark.parametrize("family", FAMILIES)
def test_an_operator_says_of_each_value_what_the_evaluator_says(family: str) -> None:
    with prover() as fresh:
        check_conditions(fresh, family)


@pytest.mark.parametrize("family", ["number", "date", "address"])
@pytest.mark.parametrize("seed", range(3))
def test_a_number_date_or_address_is_found_if_there_is_one(family: str, seed: int) -> None:
    with prover() as fresh:
        check_values(fresh, family, seed)


@pytest.mark.parametrize("limits", [("1e400",), ("1", f"1.{'0' * 40}1"), ("9e999999", "8e999999")])
def test_numbers_that_cannot_be_told_apart_are_undecided(limits: tuple[str, ...]) -> None:
    with pytest.raises(Undecided, match="numbers too"):
        value_of([operators.Test("NumericLessThan", limits, True), operators.Test("NumericEquals", limits, False)])


def test_a_tag_compared_as_a_number_may_be_none() -> None:
    tests = [
        operators.Test("NumericLessThan", ("5",), False),
        operators.Test("NumericGreaterThanEquals", ("5",), False),
    ]
    assert value_of(tests) == "example"


def test_a_tag_compared_as_an_address_may_be_none() -> None:
    assert value_of([operators.Test("IpAddress", ("0.0.0.0/0", "::/0"), False)]) == "example"


def test_numbers_and_texts_of_one_key_are_undecided() -> None:
    with pytest.raises(Undecided, match="as number and as text"):
        value_of([operators.Test("NumericEquals", ("5",), True), operators.Test("StringEquals", ("5",), True)])


@pytest.mark.parametrize("name", ["NullIfExists", "ForAllValues:Null", "StringContains", "ResourceIfExists", ""])
def test_there_is_no_such_operator(name: str) -> None:
    assert operator(name) is None
