"""HLZ-KMS: who administers a key, and who uses it."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.action_catalogue import confinable_writes
from landing_zone.assurance.finding import Report
from landing_zone.assurance.library.keys import ADMINISTRATION, USE_OF_DATA
from tests.assurance.arrange import (
    OWN_ROOT,
    Json,
    assert_found,
    assert_quiet,
    assert_undecided,
    check,
    policy,
    resource,
    statement,
)

KEY = "AWS::KMS::Key"
ROOT = {"AWS": OWN_ROOT}
ADMINISTRATORS: Json = {"ArnLike": {"aws:PrincipalArn": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/hlz-*"}}}
VIA_S3: Json = {"StringEquals": {"kms:ViaService": {"Fn::Sub": "s3.${AWS::Region}.amazonaws.com"}}}
ROLE = {"AWS": {"Fn::GetAtt": ["Role", "Arn"]}}


def judged(rule: str, *statements: Json) -> Report:
    return check(
        rule,
        Key=resource(KEY, {"KeyPolicy": policy(*statements)}),
        Role=resource("AWS::IAM::Role"),
        User=resource("AWS::IAM::User"),
    )


def apart(*statements: Json) -> Report:
    return judged("HLZ-KMS-004", *statements)


def without_action(**fields: Any) -> Json:
    return {key: value for key, value in statement(**fields).items() if key != "Action"}


def administers(**fields: Any) -> Json:
    return statement(**{"Principal": ROOT, "Action": ["kms:PutKeyPolicy", "kms:ScheduleKeyDeletion"], **fields})


def uses(**fields: Any) -> Json:
    return statement(**{"Principal": ROOT, "Action": ["kms:Decrypt", "kms:GenerateDataKey*"], **fields})


def test_the_actions_are_kms_own() -> None:
    for action in (*ADMINISTRATION, *USE_OF_DATA):
        assert confinable_writes(action) == (action,)


def test_administration_and_use_under_different_conditions_are_fine() -> None:
    assert_quiet(apart(administers(Condition=ADMINISTRATORS), uses(Condition=VIA_S3)))


def test_administration_and_use_by_different_principals_are_fine() -> None:
    assert_quiet(apart(administers(), uses(Principal=ROLE)))


@pytest.mark.parametrize(
    "action", ["kms:*", "*", ["kms:PutKeyPolicy", "kms:Decrypt"], ["kms:Schedule*", "kms:ReEncrypt*"]]
)
def test_both_in_one_statement_is_a_finding(action: Any) -> None:
    assert_found(apart(statement(Principal=ROOT, Action=action)), "administer it and use it", "statement 0")


def test_allow_of_everything_but_something_is_both() -> None:
    assert_found(apart(without_action(Principal=ROOT, NotAction="kms:CreateGrant")), "administer it and use it")
    assert_quiet(apart(without_action(Principal=ROOT, NotAction=["kms:*"])))


def test_both_for_one_principal_in_two_statements_is_a_finding() -> None:
    assert_found(apart(administers(Sid="A"), uses(Sid="U")), 'statement "A" and statement "U"')
    same = {"Principal": ROLE, "Condition": VIA_S3}
    assert_found(apart(administers(**same), uses(**same)), "${Role.Arn}")


@pytest.mark.parametrize("action", ADMINISTRATION)
def test_one_action_of_administration_is_enough(action: str) -> None:
    assert_found(apart(administers(Action=action), uses()), "administer it and use it")


@pytest.mark.parametrize("action", USE_OF_DATA)
def test_one_use_of_data_is_enough(action: str) -> None:
    assert_found(apart(administers(), uses(Action=action)), "administer it and use it")


def test_a_denial_gives_nothing() -> None:
    assert_quiet(apart(administers(), uses(Effect="Deny")))


def test_reading_about_a_key_is_no_use_of_data() -> None:
    assert_quiet(apart(administers(Action=["kms:PutKeyPolicy", "kms:DescribeKey", "kms:CreateGrant"])))


@pytest.mark.parametrize("rule", ["HLZ-KMS-004", "HLZ-KMS-005"])
def test_a_key_without_a_policy_gets_one_that_gives_the_account_everything(rule: str) -> None:
    assert_found(check(rule, Key=resource(KEY)), "has no KeyPolicy")
    assert_undecided(check(rule, Key=resource(KEY, {"KeyPolicy": {"Ref": "Stage"}})), "KeyPolicy is not known")


def test_actions_decided_at_deployment_are_not_evaluated_and_hide_no_other_finding() -> None:
    assert_undecided(apart(uses(Action={"Ref": "Stage"})), "an action")
    assert_undecided(apart({"Fn::If": ["IsProduction", uses(), {}]}), "the statement is not known")
    both = apart(uses(Principal=ROLE, Action={"Ref": "Stage"}), statement(Principal=ROOT, Action="kms:*"))
    assert_found(both, "administer it and use it")
    assert both.not_evaluated


def test_an_unknown_principal_with_both_is_a_finding_whoever_it_is() -> None:
    unknown = {"AWS": {"Ref": "Stage"}}
    assert_found(apart(statement(Principal=unknown, Action="kms:*")), "a principal decided at deployment")


def named(**fields: Any) -> Report:
    return judged("HLZ-KMS-005", administers(**fields), uses())


@pytest.mark.parametrize(
    "principal", [ROLE, {"AWS": "arn:aws:iam::111122223333:role/hlz-pipeline"}, {"AWS": [ROLE["AWS"]]}]
)
def test_roles_that_are_named_may_administer(principal: Json) -> None:
    assert_quiet(named(Principal=principal))


@pytest.mark.parametrize(
    "condition",
    [
        ADMINISTRATORS,
        {"StringEquals": {"aws:PrincipalArn": {"Ref": "Stage"}}},
        {"ArnEquals": {"aws:PrincipalArn": {"Fn::GetAtt": ["Role", "Arn"]}}},
    ],
)
def test_the_account_limited_to_named_roles_may_administer(condition: Json) -> None:
    assert_quiet(named(Condition=condition))


@pytest.mark.parametrize(
    "principal",
    [
        ROOT,
        "*",
        {"Service": "logs.amazonaws.com"},
        {"AWS": "111122223333"},
        {"AWS": "arn:aws:iam::111122223333:user/anna"},
        {"AWS": {"Fn::GetAtt": ["User", "Arn"]}},
        {"AWS": [ROLE["AWS"], OWN_ROOT]},
    ],
)
def test_anybody_else_who_administers_is_a_finding(principal: Any) -> None:
    assert_found(named(Principal=principal), "administer it", "named roles are expected")


@pytest.mark.parametrize(
    "condition",
    [
        {"ArnLike": {"aws:PrincipalArn": {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:role/*"}}},
        {"ArnLike": {"aws:PrincipalArn": ["arn:aws:iam::111122223333:role/hlz-x", "arn:aws:iam::111122223333:*"]}},
        {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/hlz-x"}},
        {"ArnLikeIfExists": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/hlz-x"}},
        {"StringEquals": {"aws:PrincipalAccount": "111122223333"}},
    ],
)
def test_a_condition_that_names_no_role_does_not_help(condition: Json) -> None:
    assert_found(named(Condition=condition), "named roles are expected")


def test_allow_with_not_principal_is_a_finding() -> None:
    report = judged("HLZ-KMS-005", statement(NotPrincipal=ROLE, Action="kms:PutKeyPolicy"))
    assert_found(report, "everybody but the listed")


def test_users_of_data_need_no_names() -> None:
    assert_quiet(judged("HLZ-KMS-005", uses()))


def test_administrators_decided_at_deployment_are_not_evaluated() -> None:
    assert_undecided(named(Principal={"AWS": {"Ref": "Stage"}}), "a principal is not known")
    assert_undecided(
        named(Condition={"ArnLike": {"aws:PrincipalArn": {"Ref": "Stage"}}}), "aws:principalarn is not known"
    )
    assert_undecided(named(Action={"Ref": "Stage"}), "an action")
