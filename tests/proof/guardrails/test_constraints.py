"""Values of one key that fulfil conditions and contraries of conditions, or the certainty that there are none."""

from __future__ import annotations

import pytest

from landing_zone.proof.guardrails.constraints import Literal, assigned
from tests.proof.guardrails.components import FAMILIES, check_assigned, check_several_values
from tests.proof.guardrails.prover import prover


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("seed", range(3))
def test_values_are_found_if_there_are_any(family: str, seed: int) -> None:
    with prover() as fresh:
        check_assigned(fresh, family, seed)


def test_one_value_compared_with_several_is_undecided() -> None:
    with prover() as fresh:
        check_several_values(fresh)


def test_two_properties_of_some_value_may_be_of_two_values() -> None:
    asked = [Literal("aws:tagkeys", "ForAnyValue:StringEquals", (text,)) for text in ("a", "b")]
    assert assigned(asked, multivalued=True) == ("a", "b")
    assert assigned(asked, multivalued=False) is None


@pytest.mark.parametrize("text", ["false", "FALSE", "no"])
def test_null_of_anything_but_true_holds_for_a_key_that_is_there(text: str) -> None:
    assert assigned([Literal("key", "Null", (text,))], multivalued=False) == ("example",)
    assert assigned([Literal("key", "Null", (text,), False)], multivalued=False) == ()
