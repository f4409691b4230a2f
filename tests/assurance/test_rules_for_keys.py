"""HLZ-KMS: rotation, key policies, deletion."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import (
    OWN_ROOT,
    Json,
    assert_did_not_run,
    assert_found,
    assert_quiet,
    assert_undecided,
    check,
    policy,
    resource,
    statement,
)

KEY = "AWS::KMS::Key"
KEPT = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def rotation(**properties: Any) -> Report:
    return check("HLZ-KMS-001", Key=resource(KEY, properties))


def test_a_key_without_rotation_is_a_finding() -> None:
    assert_found(rotation(), "Key", "does not enable rotation")


def test_a_key_that_rotates_every_year_is_fine() -> None:
    assert_quiet(rotation(EnableKeyRotation="true", RotationPeriodInDays=365))


def test_a_rotation_of_more_than_a_year_is_a_finding() -> None:
    assert_found(rotation(EnableKeyRotation=True, RotationPeriodInDays=366), "366 days", "at most 365")


def test_rotation_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(rotation(EnableKeyRotation={"Fn::If": ["IsProduction", True, False]}), "IsProduction")


@pytest.mark.parametrize(
    "properties",
    [{"KeySpec": "RSA_2048"}, {"KeySpec": "HMAC_256"}, {"Origin": "EXTERNAL"}, {"KeyUsage": "SIGN_VERIFY"}],
)
def test_keys_that_kms_does_not_rotate_are_not_examined(properties: Json) -> None:
    assert_did_not_run(rotation(**properties))


def admits(*statements: Json, **context: Any) -> Report:
    own = statement(Principal={"AWS": OWN_ROOT}, Action="kms:*")
    return check("HLZ-KMS-002", context=context, Key=resource(KEY, {"KeyPolicy": policy(own, *statements)}))


EVERYBODY = {"AWS": "*"}
LOGS = {"Service": {"Fn::Sub": "logs.${AWS::Region}.amazonaws.com"}}
FOREIGN = {"AWS": "arn:aws:iam::111122223333:root"}
OWN_LOGS = {"Fn::Sub": "arn:${AWS::Partition}:logs:${AWS::Region}:${AWS::AccountId}:*"}


def test_the_own_account_needs_no_condition() -> None:
    assert_quiet(admits())


def test_a_key_without_a_policy_gets_the_default_one() -> None:
    assert_quiet(check("HLZ-KMS-002", Key=resource(KEY)))


def test_everybody_without_a_condition_is_a_finding() -> None:
    assert_found(admits(statement(Principal="*")), "everybody (*)")


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "Stage"}}},
        {"StringEquals": {"KMS:CallerAccount": {"Ref": "AWS::AccountId"}}},
        {"ForAnyValue:StringLike": {"aws:PrincipalOrgPaths": "o-abcdefghij/r-ab12/ou-ab12-11111111/*"}},
    ],
)
def test_everybody_of_a_stated_account_or_organization_is_fine(condition: Json) -> None:
    assert_quiet(admits(statement(Principal=EVERYBODY, Condition=condition)))


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abcdefghij"}},
        {"ForAllValues:StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
        {"StringNotEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
        {"StringLike": {"aws:PrincipalOrgID": "o-*"}},
        {"StringEquals": {"aws:PrincipalOrgID": []}},
        {"Null": {"aws:PrincipalOrgID": "false"}},
        {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}},
    ],
)
def test_a_condition_that_does_not_pin_the_caller_does_not_help(condition: Json) -> None:
    assert_found(admits(statement(Principal=EVERYBODY, Condition=condition)), "everybody (*)")


def test_a_foreign_account_is_a_finding() -> None:
    assert_found(admits(statement(Principal=FOREIGN)), "111122223333", "another account")


def test_a_foreign_account_of_the_organization_is_fine() -> None:
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}
    assert_quiet(admits(statement(Principal=FOREIGN, Condition=condition)))


def test_the_known_account_id_is_the_own_account() -> None:
    assert_quiet(admits(statement(Principal=FOREIGN), account_id="111122223333"))


def test_a_service_for_any_customer_is_a_finding() -> None:
    assert_found(admits(statement(Principal=LOGS)), "logs.${AWS::Region}.amazonaws.com", "any customer")


@pytest.mark.parametrize(
    "condition",
    [
        {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": OWN_LOGS}},
        {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": ["Key", "Arn"]}}},
        {"StringEquals": {"aws:SourceOrgID": {"Ref": "Stage"}}},
    ],
)
def test_a_service_on_behalf_of_the_own_account_is_fine(condition: Json) -> None:
    assert_quiet(admits(statement(Principal=LOGS, Condition=condition)))


@pytest.mark.parametrize(
    "condition",
    [
        {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": "arn:aws:logs:*:*:*"}},
        {"ArnLike": {"aws:SourceArn": "*"}},
        {"StringEquals": {"kms:EncryptionContext:service": "pi"}},
        {"StringEquals": {"kms:CallerAccount": {"Ref": "AWS::AccountId"}}},
    ],
)
def test_a_condition_that_does_not_pin_the_source_does_not_help(condition: Json) -> None:
    assert_found(admits(statement(Principal=LOGS, Condition=condition)), "any customer")


def test_a_pattern_decided_at_deployment_is_not_evaluated() -> None:
    condition = {"ArnLike": {"aws:SourceArn": {"Ref": "Stage"}}}
    assert_undecided(admits(statement(Principal=LOGS, Condition=condition)), "aws:sourcearn is not known")


def test_a_principal_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(admits(statement(Principal={"AWS": {"Ref": "Stage"}})), "parameter Stage")


def test_an_unreadable_statement_does_not_hide_a_bad_one() -> None:
    report = admits({"Fn::If": ["IsProduction", {}, []]}, statement(Principal="*"))
    assert_found(report, "everybody (*)")
    assert report.not_evaluated


def test_allow_with_not_principal_is_a_finding() -> None:
    assert_found(admits(statement(NotPrincipal=FOREIGN)), "NotPrincipal")


def test_a_deny_for_everybody_is_fine() -> None:
    assert_quiet(admits(statement(Effect="Deny", Principal="*")))


def test_a_kept_key_with_the_longest_window_is_fine() -> None:
    kept = resource(KEY, {"PendingWindowInDays": 30}, **KEPT)
    assert_quiet(check("HLZ-KMS-003", Key=kept))
    assert_quiet(check("HLZ-KMS-022", Key=kept))


def test_a_key_deleted_with_its_stack_is_a_finding() -> None:
    report = check("HLZ-KMS-003", Key=resource(KEY, UpdateReplacePolicy="Retain", DeletionPolicy="Delete"))
    assert_found(report, "Delete DeletionPolicy")
    assert report.findings[0].path == "Resources/Key/DeletionPolicy"


def test_a_key_lost_on_replacement_is_a_finding() -> None:
    assert_found(check("HLZ-KMS-003", Key=resource(KEY, DeletionPolicy="Retain")), "no UpdateReplacePolicy")


def test_a_short_deletion_window_is_a_finding() -> None:
    assert_found(check("HLZ-KMS-022", Key=resource(KEY, {"PendingWindowInDays": "7"}, **KEPT)), "7 days")


def test_a_window_decided_at_deployment_is_not_evaluated() -> None:
    report = check("HLZ-KMS-022", Key=resource(KEY, {"PendingWindowInDays": {"Ref": "Stage"}}, **KEPT))
    assert_undecided(report, "PendingWindowInDays is not known")
