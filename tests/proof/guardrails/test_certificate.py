"""Tasks say all that a proof depends on, certificates no more than is needed; random ones hold for the checker, too."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from random import Random
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from landing_zone.proof.guardrails import organization, questions
from landing_zone.proof.guardrails.certificate import certificate_of, task_of
from landing_zone.proof.guardrails.checker import Checker, check
from landing_zone.proof.guardrails.constraints import Literal
from landing_zone.proof.guardrails.decide import Answer, Decider
from landing_zone.proof.guardrails.questions import Question
from tests.proof.guardrails import differences
from tests.proof.guardrails.calls import bad_calls, passes
from tests.proof.guardrails.prover import Prover
from tests.proof.guardrails.small_questions import ACCOUNT, allow, deny, proved, question
from tests.proof.guardrails.stacks import Stack, stack

_PROVER = Prover({"organization": organization, "questions": questions})
_READ_BY_THE_PROVER_ALONE = re.compile(r'"(arn:\*:t\*|arn:aws:sns:\*:t|1e1)"')
"""ARNs with fewer than six parts and numbers with an exponent: the checker refuses them."""
_HARMLESS = {"Effect": "Deny", "Action": "none:None", "Resource": "*"}


def test_a_task_has_what_a_proof_depends_on_in_plain_data() -> None:
    asked = question(
        deny(Condition={"Bool": {"aws:SecureTransport": "false"}}),
        above=(allow(Condition={"ForAllValues:StringLike": {"aws:TagKeys": "x"}}),),
        rcp=(deny(Action="s3:*"),),
        actions=("s3:DeleteBucket", "sns:Publish"),
        full_access=False,
        formats=True,
    )
    task = task_of(asked)
    assert json.loads(json.dumps(task)) == task
    assert task.pop("levels") == [
        {
            "path": "Root",
            "full_access": True,
            "statements": [["root/1", allow(Condition={"ForAllValues:StringLike": {"aws:TagKeys": "x"}})]],
        },
        {
            "path": "Root/own",
            "full_access": False,
            "statements": [["own/1", deny(Condition={"Bool": {"aws:SecureTransport": "false"}})]],
        },
    ]
    assert [level["statements"] for level in task.pop("resource_levels")] == [[], [["rcp/1", deny(Action="s3:*")]]]
    assert sorted(task.pop("certain")) == [
        "aws:principalaccount",
        "aws:principalarn",
        "aws:securetransport",
        "aws:tagkeys",
    ]
    assert [row[0] for row in task.pop("said")] == ["aws:principalarn", "aws:principalarn", "aws:principalaccount"]
    assert task.pop("forms")["s3:DeleteBucket"] == [["arn:*:s3:::*"]]
    assert task == {
        "place": "Root/own",
        "actions": ["s3:DeleteBucket", "sns:Publish"],
        "multivalued": ["aws:tagkeys"],
        "account": ACCOUNT,
        "constants": {"aws:principalaccount": ACCOUNT},
        "bound_by_rcps": ["s3:DeleteBucket"],
    }


def test_a_task_without_formats_has_no_forms_and_without_callers_no_levels() -> None:
    asked = replace(question(deny()), callers=None, holders=None)
    task = task_of(asked)
    assert (task["forms"], task["levels"], task["resource_levels"], task["bound_by_rcps"]) == (None, [], [], [])


def test_the_same_reason_is_written_once() -> None:
    asked = question(
        deny(Condition={"Bool": {"aws:SecureTransport": "false"}}),
        deny(Action="s3:Put*", Condition={"Null": {"aws:TokenIssueTime": "true"}}),
        said=(Literal("aws:securetransport", "Bool", ("false",)),),
    )
    answer = Decider().answer(asked)
    assert len(answer.proofs) > 1
    assert certificate_of(answer) == {"proofs": [{"forms": None, "case": {"deny": "own/1", "cases": [None]}}]}


def test_a_level_is_told_from_a_deny_though_it_allows_nothing() -> None:
    _, certificate = proved(question(full_access=False))
    assert certificate == {"proofs": [{"forms": None, "case": {"level": "Root/own", "cases": {}}}]}


def test_cases_stand_by_the_names_of_the_allows() -> None:
    asked = question(
        allow(Condition={"StringEquals": {"aws:RequestedRegion": "us-east-1"}}),
        allow(Condition={"StringEquals": {"aws:RequestedRegion": "us-west-2"}}),
        above=(deny(Condition={"StringEquals": {"aws:RequestedRegion": ["us-east-1"]}}),),
        full_access=False,
        said=(Literal("aws:requestedregion", "StringNotEquals", ("us-west-2",)),),
    )
    task, certificate = proved(asked)
    level = {"level": "Root/own", "cases": {"own/1": None, "own/2": None}}
    assert certificate == {"proofs": [{"forms": None, "case": {"deny": "root/1", "cases": [level]}}]}
    assert check(task, certificate) == []
    assert check(task, json.loads(json.dumps(certificate).replace("own/1", "own/2")))


def test_an_answer_that_is_no_proof_has_no_certificate() -> None:
    asked = question()
    answer = Decider().answer(asked)
    assert answer.witness
    assert certificate_of(answer) == {"proofs": []}
    assert check(task_of(asked), certificate_of(answer))


def _written(asked: Question, answer: Answer) -> tuple[Any, Any]:
    task, certificate = json.loads(json.dumps([task_of(asked), certificate_of(answer)]))
    return task, certificate


def _weakened(case: Stack) -> Iterator[Stack]:
    """The organization without one of its Denies, for each; places in policies stay what they are."""
    for path, level in case.levels.items():
        for kind in ("scps", "rcps"):
            for at, policy in enumerate(getattr(level, kind)):
                for number, statement in enumerate(policy["Statement"]):
                    if statement["Effect"] == "Deny":
                        policies = deepcopy(getattr(level, kind))
                        policies[at]["Statement"][number] = _HARMLESS
                        yield replace(case, levels={**case.levels, path: replace(level, **{kind: policies})})


@settings(
    max_examples=50, derandomize=True, deadline=None, database=None, suppress_health_check=[HealthCheck.filter_too_much]
)
@given(st.integers(0, 1_000_000))
def test_what_the_prover_proves_of_a_random_organization_is_accepted_and_nothing_bad_passes(seed: int) -> None:
    case, random, checker = stack(Random(seed)), Random(seed), Checker()
    assume(
        not _READ_BY_THE_PROVER_ALONE.search(json.dumps([[vars(one) for one in case.levels.values()], case.request]))
    )
    decider = Decider()
    for asked in differences.questions(_PROVER, case):
        answer = decider.answer(asked)
        problems = checker.check(*_written(asked, answer))
        assert (problems == []) == bool(answer.proofs), (problems, case)
        if answer.proofs:
            for action in asked.universe.names[:3]:
                for call in bad_calls(case, *_ids(asked), action, random, 12):
                    assert not _passes(case, call), (call, case)


def _ids(asked: Question) -> tuple[str | None, str | None]:
    called, held = asked.callers, asked.holders
    caller = called.accounts[0].id if called else None
    return caller, (caller if called is held else held.accounts[0].id) if held else None


def _passes(case: Stack, call: Any) -> bool:
    """Whether a call passes; not, where an operator for one value meets several: AWS documents no result."""
    try:
        return passes(case, call)
    except ValueError:
        return False


@settings(max_examples=15, derandomize=True, deadline=None, database=None)
@given(st.integers(0, 1_000_000))
def test_a_certificate_is_refused_for_an_organization_without_a_deny_that_it_needs(seed: int) -> None:
    case = stack(Random(seed))
    decider = Decider()
    proofs = [decider.answer(one) for one in differences.questions(_PROVER, case)]
    assume(any(answer.proofs for answer in proofs))
    for weaker in _weakened(case):
        for before, asked in zip(proofs, differences.questions(_PROVER, weaker), strict=False):
            if before.proofs and decider.answer(asked).witness:
                assert check(task_of(asked), certificate_of(before)), (weaker, asked)
