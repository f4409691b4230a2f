"""Policy documents are read as far as they can be; the rest says why not."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.library.principals import belongs_to_own_account
from landing_zone.assurance.policy_statements import Statement, pins_account, statements
from landing_zone.assurance.rules import RuleContext
from landing_zone.assurance.values import CannotEvaluate, Reference, Symbolic, Unresolved, Value
from tests.assurance.arrange import resource, template


def read(document: Value) -> list[Statement | CannotEvaluate]:
    return list(statements(document, "PolicyDocument"))


def test_one_statement_needs_no_list() -> None:
    (entry,) = read({"Statement": {"Effect": "Allow", "Sid": "One", "Action": "s3:GetObject"}})
    assert isinstance(entry, Statement)
    assert (str(entry), entry.actions) == ('statement "One"', ("s3:GetObject",))


@pytest.mark.parametrize(
    ("document", "said"),
    [
        (Unresolved("open"), "open"),
        ("text", "where a policy document is meant"),
        ({}, "Statement is nothing"),
        ({"Statement": Unresolved("open")}, "Statement is not known"),
        ({"Statement": [7]}, "the statement is a number"),
        ({"Statement": [{"Effect": "Maybe"}]}, "Effect is Maybe"),
        ({"Statement": [{"Effect": "Allow", "Principal": Unresolved("open")}]}, "Principal is not known"),
        ({"Statement": [{"Effect": "Allow", "Principal": 1}]}, "Principal is a number"),
        ({"Statement": [{"Effect": "Allow", "Action": 1}]}, "Action is a number"),
        ({"Statement": [{"Effect": "Allow", "Condition": "x"}]}, "Condition is a text"),
        ({"Statement": [{"Effect": "Allow", "Condition": Unresolved("open")}]}, "Condition is not known"),
        ({"Statement": [{"Effect": "Allow", "Condition": {"Bool": "x"}}]}, "Condition.Bool is a text"),
        (
            {"Statement": [{"Effect": "Allow", "Condition": {"Bool": Unresolved("open")}}]},
            "Condition.Bool is not known",
        ),
    ],
)
def test_what_cannot_be_read_says_why(document: Any, said: str) -> None:
    (entry,) = read(document)
    assert isinstance(entry, CannotEvaluate)
    assert said in entry.reason


@pytest.mark.parametrize(
    ("text", "pins"),
    [
        ("111122223333", True),
        ("o-abcdefghij", True),
        ("o-abcdefghij/r-1/*", True),
        ("*", False),
        ("o-*", False),
        ("arn:aws:logs:*:111122223333:*", True),
        ("arn:aws:logs:us-east-1:*:*", False),
        ("arn:aws:s3:::bucket", True),
        ("arn:aws:s3:::bucket*", False),
        ("arn:aws:iam", False),
        (Symbolic("arn:${AWS::Partition}:logs:*:${AWS::AccountId}:*"), True),
        (Symbolic("${Trail.Arn}"), True),
    ],
)
def test_a_pattern_pins_an_account_or_not(text: str, pins: bool) -> None:
    assert pins_account(text) is pins


def own(principal: Value) -> bool:
    parts = template(Role=resource("AWS::IAM::Role"), Nested=resource("AWS::CloudFormation::Stack"))
    return belongs_to_own_account(principal, RuleContext(parts))


def test_a_role_of_the_template_is_of_the_own_account() -> None:
    assert own(Reference("Role", "Arn"))
    assert own(Symbolic("${AWS::AccountId}"))
    assert not own("111122223333")


def test_an_output_of_something_else_may_be_anybodys() -> None:
    with pytest.raises(CannotEvaluate, match=r"Nested\.Outputs\.Role"):
        own(Reference("Nested", "Outputs.Role"))
