"""The prover's verdicts on random organizations, held against an evaluator of single requests.

A request that refutes has to be bad and to pass; no bad request that is tried may pass where the prover has a proof.
HLZ_PROOF_STACKS: how many organizations (240 without it).
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from landing_zone.proof.guardrails.actions import FUTURE, Universe
from landing_zone.proof.guardrails.checker import _Actions
from landing_zone.proof.guardrails.organization import Statement
from landing_zone.proof.guardrails.statements import terms
from tests.proof.guardrails.differences import differences, judged, verdicts
from tests.proof.guardrails.prover import Prover, prover
from tests.proof.guardrails.stacks import CASES, stack

COUNT = int(os.environ.get("HLZ_PROOF_STACKS", "240"))
PARTS = 6


@pytest.fixture(scope="module")
def as_it_is() -> Iterator[Prover]:
    """The prover."""
    with prover() as fresh:
        yield fresh


@pytest.mark.parametrize("part", range(PARTS))
def test_no_call_contradicts_a_verdict_on_a_random_organization(as_it_is: Prover, part: int) -> None:
    counts: Counter[str] = Counter()
    for seed in range(part, COUNT, PARTS):
        judged(as_it_is, seed, counts)
    print(dict(counts))
    assert counts["calls"] == counts["bad calls"] > 10 * COUNT // PARTS
    assert counts["PROVED"] > COUNT // PARTS // 2 < counts["REFUTED"]
    assert counts["UNKNOWN"] < (counts["PROVED"] + counts["REFUTED"]) // 8


@settings(max_examples=25, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(random=st.randoms(use_true_random=False))
def test_no_call_contradicts_a_verdict_on_an_organization_that_can_be_made_smaller(
    as_it_is: Prover, random: Random
) -> None:
    differences(as_it_is, stack(random), Random(0), Counter(), 20)


@pytest.mark.parametrize("name", CASES)
def test_no_call_contradicts_a_verdict_on_a_chosen_organization(as_it_is: Prover, name: str) -> None:
    differences(as_it_is, CASES[name], Random(0), Counter(), 100)


@pytest.mark.parametrize(
    ("name", "verdict"),
    [
        ("a Deny on resources of the caller's account", "UNKNOWN"),
        ("a Deny on a tag that another tag has", "UNKNOWN"),
        ("a Deny of an RCP on the action that it does not bind", "REFUTED"),
        ("a Deny on one of two resources of a call", "PROVED"),
        ("a Deny on one form of resources", "REFUTED"),
    ],
)
def test_a_chosen_organization_has_this_verdict(as_it_is: Prover, name: str, verdict: str) -> None:
    assert verdict in verdicts(as_it_is, CASES[name])


def test_a_theorem_about_no_action_of_the_catalogue_is_unknown(as_it_is: Prover) -> None:
    case = stack(Random(0))
    nothing = type(case)(case.levels, case.values, "members", (), {"actions": ("sqs:NoSuchAction",), "where": "own"})
    assert verdicts(as_it_is, nothing) == {"UNKNOWN"}


@pytest.mark.parametrize(
    ("content", "doubt"),
    [
        ({"Resource": "*", "Condition": {"StringLike": {"resource": "a"}}}, "the condition key resource"),
        ({"Resource": "*", "Condition": {"NotResource": {"aws:SourceArn": "a"}}}, "the operator NotResource"),
        ({"Resource": "arn:aws:s3:::${ * }"}, "the policy variable in"),
        ({"Resource": "*", "Principal": {"AWS": "111111111111"}}, "a Principal other than"),
        ({"Resource": "*", "NotPrincipal": "*"}, "a Principal other than"),
        ({}, "a statement without Resource"),
    ],
)
def test_what_is_not_read_of_a_statement_is_a_doubt(content: Mapping[str, Any], doubt: str) -> None:
    (found,) = terms(content, {}).doubts
    assert found.startswith(doubt)


@pytest.mark.parametrize("pattern", ["s*", "**", "?qs*"])
def test_a_pattern_of_actions_without_colon_covers_what_it_matches(pattern: str) -> None:
    universe = Universe(("sqs:SendMessage", "s3:GetObject"))
    assert "sqs:SendMessage" in universe.of(
        universe.covered(Statement("policy", 1, {"Effect": "Deny", "Action": pattern}))
    )


@pytest.mark.parametrize(
    ("effect", "element", "patterns", "covered"),
    [
        ("Deny", "Action", "sqs:*", True),
        ("Deny", "Action", "sqs:?*", True),
        ("Deny", "Action", ["sqs:Send*", "sqs:*u*", "sqs:???????"], False),
        ("Deny", "NotAction", "s3:*", True),
        ("Deny", "NotAction", "sqs:Send*", False),
        ("Allow", "Action", "sqs:Send*", True),
        ("Allow", "Action", "sqs:SendMessage", False),
        ("Allow", "NotAction", "sqs:Send*", True),
    ],
)
def test_a_deny_covers_of_tomorrow_what_it_surely_will_and_an_allow_what_it_may(
    effect: str, element: str, patterns: str | list[str], covered: bool
) -> None:
    tomorrow = f"sqs:{FUTURE}"
    statement = {"Effect": effect, element: patterns, "Resource": "*"}
    found = Universe(("sqs:SendMessage", tomorrow))
    assert (tomorrow in found.of(found.covered(Statement("policy", 1, statement)))) == covered
    replayed = _Actions(found.names)
    assert bool(replayed.of(statement) & replayed.among([tomorrow])) == covered
