"""HLZ-S3: outsiders, deliveries and encryption of buckets."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.finding import Report
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

BUCKET = "AWS::S3::Bucket"
POLICY = "AWS::S3::BucketPolicy"


def admits(*statements: Json, rule: str = "HLZ-S3-002", **context: Any) -> Report:
    return check(rule, context=context, Policy=resource(POLICY, {"PolicyDocument": policy(*statements)}))


EVERYBODY = {"AWS": "*"}
FOREIGN = {"AWS": "arn:aws:iam::111122223333:role/reader"}


def test_the_own_account_and_denials_need_no_condition() -> None:
    assert_quiet(admits(statement(Principal={"AWS": OWN_ROOT}), statement(Effect="Deny", Principal="*")))
    assert_quiet(admits(statement(Principal=FOREIGN), account_id="111122223333"))


def test_everybody_without_a_condition_is_a_finding() -> None:
    assert_found(admits(statement(Principal="*")), "Bucket policy Policy", "everybody (*)")


def test_allow_with_not_principal_is_a_finding() -> None:
    assert_found(admits(statement(NotPrincipal=FOREIGN)), "NotPrincipal")


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "Stage"}}},
        {"StringEquals": {"aws:PrincipalAccount": "111122223333"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/hlz-*"}},
        {"StringEquals": {"aws:SourceVpce": "vpce-0123456789abcdef0"}},
        {"StringEquals": {"s3:DataAccessPointAccount": {"Ref": "AWS::AccountId"}}},
    ],
)
def test_everybody_of_a_pinned_origin_is_fine(condition: Json) -> None:
    assert_quiet(admits(statement(Principal=EVERYBODY, Condition=condition)))


@pytest.mark.parametrize(
    "condition",
    [
        {"StringLike": {"aws:SourceVpce": "vpce-*"}},
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abcdefghij"}},
        {"IpAddress": {"aws:SourceIp": "0.0.0.0/0"}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/hlz-x"}},
    ],
)
def test_a_condition_that_does_not_pin_the_origin_does_not_help(condition: Json) -> None:
    assert_found(admits(statement(Principal=EVERYBODY, Condition=condition)), "everybody (*)")


def test_a_foreign_account_needs_a_condition() -> None:
    assert_found(admits(statement(Principal=FOREIGN)), "111122223333", "another account")
    member = {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "Stage"}}}
    assert_quiet(admits(statement(Principal=FOREIGN, Condition=member)))


def test_the_source_of_a_service_does_not_pin_a_foreign_account() -> None:
    condition = {"StringEquals": {"aws:SourceAccount": "111122223333"}}
    assert_found(admits(statement(Principal=FOREIGN, Condition=condition)), "another account")


def test_an_origin_access_identity_of_the_template_is_the_own_accounts() -> None:
    identity = {"CanonicalUser": {"Fn::GetAtt": ["Policy", "S3CanonicalUserId"]}}
    assert_quiet(admits(statement(Principal=identity)))
    assert_found(admits(statement(Principal={"CanonicalUser": "79a59df900b949e55d96a1e698fbaced"})), "79a59df900b949")


def test_a_principal_decided_at_deployment_is_not_evaluated_and_hides_no_other() -> None:
    assert_undecided(admits(statement(Principal={"AWS": {"Ref": "Stage"}})), "parameter Stage")
    both = admits(statement(Principal={"AWS": [{"Ref": "Stage"}, "*"]}))
    assert_found(both, "everybody (*)")
    assert both.not_evaluated


CONFIG = {"Service": "config.amazonaws.com"}


def delivers(**fields: Any) -> Report:
    return admits(statement(**{"Principal": CONFIG, "Action": "s3:PutObject", **fields}), rule="HLZ-S3-003")


def test_a_service_that_delivers_for_any_customer_is_a_finding() -> None:
    assert_found(delivers(), "config.amazonaws.com", "any customer", "aws:SourceAccount")


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        {"StringEquals": {"aws:SourceOrgID": {"Ref": "Stage"}}},
        {"ArnLike": {"aws:SourceArn": {"Fn::Sub": "arn:aws:config:*:${AWS::AccountId}:*"}}},
        {"ForAnyValue:StringLike": {"aws:SourceOrgPaths": "o-abcdefghij/r-ab12/*"}},
    ],
)
def test_a_service_that_says_on_whose_behalf_is_fine(condition: Json) -> None:
    assert_quiet(delivers(Condition=condition))


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
        {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
        {"ArnLike": {"aws:SourceArn": "arn:aws:config:*:*:*"}},
    ],
)
def test_a_condition_that_does_not_pin_the_source_does_not_help(condition: Json) -> None:
    assert_found(delivers(Condition=condition), "any customer")


def test_accounts_are_not_this_rules_matter() -> None:
    assert_quiet(delivers(Principal="*"))
    assert_quiet(delivers(Effect="Deny"))


def test_a_source_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(delivers(Condition={"ArnLike": {"aws:SourceArn": {"Ref": "Stage"}}}), "aws:sourcearn is not known")


KEY: Json = {"Fn::GetAtt": ["Key", "Arn"]}


def encrypted(tags: Json | None = None, *, bucket_key: Any = True, **default: Any) -> Report:
    rule = {"ServerSideEncryptionByDefault": default, "BucketKeyEnabled": bucket_key}
    return check(
        "HLZ-S3-008",
        Key=resource("AWS::KMS::Key"),
        Logs=resource(
            BUCKET,
            {
                "BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]},
                "Tags": [{"Key": key, "Value": value} for key, value in (tags or {}).items()],
            },
        ),
    )


@pytest.mark.parametrize("key", [KEY, {"Fn::ImportValue": "hlz-logs-key-arn"}, "alias/hlz-archive"])
def test_a_bucket_under_a_customer_managed_key_is_fine(key: Any) -> None:
    assert_quiet(encrypted(SSEAlgorithm="aws:kms", KMSMasterKeyID=key))


def test_dual_layer_encryption_has_no_bucket_key() -> None:
    assert_quiet(encrypted(bucket_key=False, SSEAlgorithm="aws:kms:dsse", KMSMasterKeyID=KEY))


def test_a_bucket_without_encryption_of_its_own_is_a_finding() -> None:
    assert_found(check("HLZ-S3-008", Logs=resource(BUCKET)), "no default encryption")


def test_s3s_own_encryption_is_a_finding() -> None:
    assert_found(encrypted(SSEAlgorithm="AES256"), "AES256 default encryption")


@pytest.mark.parametrize("key", [{"Ref": "AWS::NoValue"}, ""])
def test_kms_without_a_key_is_a_finding(key: Any) -> None:
    assert_found(encrypted(SSEAlgorithm="aws:kms", KMSMasterKeyID=key), "names no key")


def test_the_key_of_aws_is_a_finding() -> None:
    arn = {"Fn::Sub": "arn:aws:kms:${AWS::Region}:${AWS::AccountId}:alias/aws/s3"}
    assert_found(encrypted(SSEAlgorithm="aws:kms", KMSMasterKeyID=arn), "AWS's own key")


@pytest.mark.parametrize("bucket_key", [False, {"Ref": "AWS::NoValue"}])
def test_a_bucket_without_a_bucket_key_is_a_finding(bucket_key: Any) -> None:
    assert_found(encrypted(bucket_key=bucket_key, SSEAlgorithm="aws:kms", KMSMasterKeyID=KEY), "bucket key")


def test_a_landing_bucket_may_follow_a_constraint_of_its_service() -> None:
    tags = {"hlz:purpose": "log-landing", "hlz:encryption": "service-constraint"}
    assert_quiet(encrypted(tags, SSEAlgorithm="AES256"))


@pytest.mark.parametrize(
    "tags",
    [
        {"hlz:purpose": "log-landing"},
        {"hlz:encryption": "service-constraint"},
        {"hlz:purpose": "log-archive", "hlz:encryption": "service-constraint"},
    ],
)
def test_nobody_else_may(tags: Json) -> None:
    assert_found(encrypted(tags, SSEAlgorithm="AES256"), "AES256")


@pytest.mark.parametrize(
    ("default", "reason"),
    [
        ({"SSEAlgorithm": {"Ref": "Stage"}, "KMSMasterKeyID": KEY}, "SSEAlgorithm is not known"),
        ({"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Ref": "Stage"}}, "KMSMasterKeyID is not known"),
        (
            {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Fn::If": ["IsProduction", KEY, {"Ref": "AWS::NoValue"}]}},
            "KMSMasterKeyID is not known",
        ),
    ],
)
def test_encryption_decided_at_deployment_is_not_evaluated(default: Json, reason: str) -> None:
    assert_undecided(encrypted(**default), reason)


def test_load_balancers_may_write_under_the_folders_of_accounts() -> None:
    folder = {"Fn::Sub": "arn:aws:s3:::logs/alb/AWSLogs/${AWS::AccountId}/*"}
    writes = {"Principal": {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}, "Action": "s3:PutObject"}
    delivery = statement(**writes, Resource=folder)
    assert_quiet(admits(delivery, rule="HLZ-S3-003", own=False))
    assert_found(admits(delivery, rule="HLZ-S3-003"), "any customer")
    anywhere = statement(**writes, Resource="arn:aws:s3:::logs/*")
    assert_found(admits(anywhere, rule="HLZ-S3-003", own=False), "any customer")


def test_the_services_of_one_statement_are_one_finding() -> None:
    both = delivers(Principal={"Service": ["config.amazonaws.com", "delivery.logs.amazonaws.com"]})
    assert_found(both, "config.amazonaws.com, delivery.logs.amazonaws.com")
    assert len(both.findings) == 1
