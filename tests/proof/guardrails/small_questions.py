"""Questions about organizations of one or two levels, made by hand."""

from __future__ import annotations

import json
from typing import Any

from landing_zone.proof.guardrails.actions import Universe
from landing_zone.proof.guardrails.certificate import certificate_of, task_of
from landing_zone.proof.guardrails.constraints import Literal
from landing_zone.proof.guardrails.decide import Decider
from landing_zone.proof.guardrails.organization import Account, Policy, Target
from landing_zone.proof.guardrails.questions import Group, Question

ACCOUNT = "111122223333"
EXEMPT = f"arn:aws:iam::{ACCOUNT}:role/pipeline"
Content = dict[str, Any]


def deny(**elements: Any) -> Content:
    """A statement that denies everything but for what is said."""
    return _statement("Deny", elements)


def allow(**elements: Any) -> Content:
    """A statement that allows everything but for what is said."""
    return _statement("Allow", elements)


def _statement(effect: str, elements: Content) -> Content:
    action = {} if "NotAction" in elements else {"Action": "*"}
    resource = {} if "NotResource" in elements else {"Resource": "*"}
    return {"Effect": effect, **action, **resource, **elements}


def question(
    *statements: Content,
    above: tuple[Content, ...] = (),
    rcp: tuple[Content, ...] = (),
    full_access: bool = True,
    actions: tuple[str, ...] = ("s3:PutObject", "s3:GetObject", "ec2:RunInstances"),
    said: tuple[Literal, ...] = (),
    formats: bool = False,
) -> Question:
    """Whether an ordinary principal passes `above` at the root and `statements` and `rcp` at its account.

    full_access: of the account; the root always has it.
    """
    levels = (
        Target("Root", _policies("root", above)),
        Target("Root/own", _policies("own", statements), _policies("rcp", rcp), full_access),
    )
    group = Group(ACCOUNT, (Account("own", ACCOUNT, "Root/own"),), levels)
    known = (
        Literal("aws:principalarn", "StringLike", (f"arn:aws:iam::{ACCOUNT}:role/?*", f"arn:aws:iam::{ACCOUNT}:root")),
        Literal("aws:principalarn", "ArnLike", (EXEMPT,), False),
        Literal("aws:principalaccount", "StringEquals", (ACCOUNT,)),
        *said,
    )
    return Question(group, group, Universe(actions), known, {"aws:principalaccount": ACCOUNT}, formats)


def _policies(name: str, statements: tuple[Content, ...]) -> tuple[Policy, ...]:
    return (Policy(name, {"Version": "2012-10-17", "Statement": list(statements)}),) if statements else ()


def proved(asked: Question) -> tuple[Any, Any]:
    """Task and certificate of a question that the prover proves, as they come out of files."""
    answer = Decider().answer(asked)
    assert answer.proofs, (answer.witness and answer.witness.values, answer.doubts)
    task, certificate = json.loads(json.dumps([task_of(asked), certificate_of(answer)]))
    return task, certificate
