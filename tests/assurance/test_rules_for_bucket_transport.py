"""HLZ-S3: buckets refuse requests without TLS 1.2."""

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
    messages,
    policy,
    resource,
    statement,
)

BUCKET = "AWS::S3::Bucket"
POLICY = "AWS::S3::BucketPolicy"
ARN: Json = {"Fn::GetAtt": ["Logs", "Arn"]}
OBJECTS: Json = {"Fn::Sub": "${Logs.Arn}/*"}
NO_TLS: Json = {"Bool": {"aws:SecureTransport": "false"}}
OLD_TLS: Json = {"NumericLessThan": {"s3:TlsVersion": 1.2}}


def denial(condition: Json, **fields: Any) -> Json:
    return statement(
        **{
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:*",
            "Resource": [ARN, OBJECTS],
            "Condition": condition,
            **fields,
        }
    )


def transport(*statements: Json, bucket: Json | None = None, target: Any = None, **attributes: Any) -> Report:
    """The rule on a bucket `Logs` whose policy has these statements."""
    return check(
        "HLZ-S3-001",
        Logs=resource(BUCKET, bucket),
        Policy=resource(
            POLICY, {"Bucket": target or {"Ref": "Logs"}, "PolicyDocument": policy(*statements)}, **attributes
        ),
    )


def test_a_bucket_that_denies_plain_and_old_transport_is_fine() -> None:
    assert_quiet(transport(denial(NO_TLS), denial(OLD_TLS)))


def test_a_bucket_without_a_policy_accepts_both() -> None:
    report = check("HLZ-S3-001", Logs=resource(BUCKET))
    assert [message.split(";")[0] for message in messages(report)] == [
        "Bucket Logs accepts TLS older than 1.2",
        "Bucket Logs accepts requests without TLS",
    ]


def test_denying_old_versions_is_not_denying_plain_requests() -> None:
    assert_found(transport(denial(OLD_TLS)), "requests without TLS")


def test_denying_plain_requests_is_not_denying_old_versions() -> None:
    assert_found(transport(denial(NO_TLS)), "TLS older than 1.2")


@pytest.mark.parametrize(
    "fields",
    [
        {"Effect": "Allow"},
        {"Principal": {"AWS": OWN_ROOT}},
        {"Principal": {"Service": "config.amazonaws.com"}},
        {"NotPrincipal": {"AWS": OWN_ROOT}},
        {"Action": "s3:Get*"},
        {"Action": ["s3:GetObject", "s3:PutObject"]},
        {"Resource": ARN},
        {"Resource": OBJECTS},
        {"Resource": "arn:aws:s3:::another/*"},
        {"NotResource": [ARN, OBJECTS], "Resource": None},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Condition": {"StringEquals": {"aws:SecureTransport": "false"}}},
        {"Condition": {"Bool": {"aws:ViaAWSService": "false"}}},
        {"Condition": {**NO_TLS, "StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}}},
        {"Condition": {**NO_TLS, **OLD_TLS}},
    ],
)
def test_a_statement_that_denies_less_does_not_count(fields: Json) -> None:
    narrow = {key: value for key, value in denial(NO_TLS, **fields).items() if value is not None}
    assert_found(transport(narrow, denial(OLD_TLS)), "requests without TLS")


@pytest.mark.parametrize(
    "condition",
    [
        {"NumericLessThan": {"s3:TlsVersion": "1.1"}},
        {"NumericLessThanEquals": {"s3:TlsVersion": "1.2"}},
        {"NumericLessThan": {"aws:MultiFactorAuthAge": "1.2"}},
        {"NumericLessThan": {"s3:TlsVersion": "new"}},
    ],
)
def test_another_bound_on_the_version_does_not_count(condition: Json) -> None:
    assert_found(transport(denial(NO_TLS), denial(condition)), "TLS older than 1.2")


@pytest.mark.parametrize(
    "condition",
    [{"NumericLessThan": {"s3:TlsVersion": "1.3"}}, {"NumericLessThanIfExists": {"S3:TLSVERSION": ["1.2"]}}],
)
def test_a_stricter_bound_on_the_version_is_fine(condition: Json) -> None:
    assert_quiet(transport(denial({"BoolIfExists": {"aws:SecureTransport": False}}), denial(condition)))


@pytest.mark.parametrize(
    "resources", ["*", {"Fn::Sub": "${Logs.Arn}*"}, {"Fn::Sub": "arn:${AWS::Partition}:s3:::${Logs}*"}]
)
def test_a_pattern_that_covers_bucket_and_objects_is_fine(resources: Any) -> None:
    assert_quiet(transport(denial(NO_TLS, Resource=resources), denial(OLD_TLS, Resource=resources)))


def test_a_bucket_may_be_spoken_of_by_its_name() -> None:
    name = {"Fn::Sub": "hlz-logs-${AWS::AccountId}"}
    own = [{"Fn::Sub": "arn:aws:s3:::hlz-logs-${AWS::AccountId}" + rest} for rest in ("", "/*")]
    fine = [denial(condition, Resource=own) for condition in (NO_TLS, OLD_TLS)]
    assert_quiet(transport(*fine, bucket={"BucketName": name}, target=name))


def test_a_bucket_whose_name_only_starts_like_it_is_another_one() -> None:
    own = [f"arn:aws:s3:::logs-of-others{rest}" for rest in ("", "/*")]
    report = transport(
        denial(NO_TLS, Resource=own), denial(OLD_TLS), bucket={"BucketName": "logs"}, target={"Ref": "Logs"}
    )
    assert_found(report, "requests without TLS")


def test_the_policy_of_another_bucket_does_not_help() -> None:
    both = [denial(NO_TLS, Resource="*"), denial(OLD_TLS, Resource="*")]
    assert len(transport(*both, target="another-bucket").findings) == 2
    assert len(transport(*both, target={"Fn::ImportValue": "bucket"}, bucket={"BucketName": "logs"}).findings) == 2


def test_two_imported_names_are_two_buckets() -> None:
    report = transport(
        denial(NO_TLS, Resource="*"),
        denial(OLD_TLS, Resource="*"),
        target={"Fn::ImportValue": "one"},
        bucket={"BucketName": {"Fn::ImportValue": "other"}},
    )
    assert len(report.findings) == 2


def test_no_parameter_can_name_a_bucket_that_cloudformation_names() -> None:
    assert len(transport(denial(NO_TLS), denial(OLD_TLS), target={"Ref": "Stage"}).findings) == 2


def test_a_policy_whose_bucket_is_a_parameter_may_be_that_of_a_named_bucket() -> None:
    report = transport(denial(NO_TLS), denial(OLD_TLS), target={"Ref": "Stage"}, bucket={"BucketName": "logs"})
    assert_undecided(report, "the bucket of Policy is not known")


def test_bucket_and_policy_named_by_one_parameter_belong_together() -> None:
    name = {"Ref": "Stage"}
    assert_quiet(transport(denial(NO_TLS), denial(OLD_TLS), target=name, bucket={"BucketName": name}))


def test_a_policy_that_may_not_exist_leaves_the_bucket_not_evaluated() -> None:
    report = transport(denial(NO_TLS), denial(OLD_TLS), Condition="IsProduction")
    assert_undecided(report, "whether Policy exists is open")


def test_a_policy_under_the_buckets_own_condition_exists_with_it() -> None:
    document = {"Bucket": {"Ref": "Logs"}, "PolicyDocument": policy(denial(NO_TLS), denial(OLD_TLS))}
    assert_quiet(
        check(
            "HLZ-S3-001",
            Logs=resource(BUCKET, Condition="IsProduction"),
            Policy=resource(POLICY, document, Condition="IsProduction"),
        )
    )


@pytest.mark.parametrize(
    "fields",
    [
        {"Resource": {"Ref": "Stage"}},
        {"Action": {"Ref": "Stage"}},
        {"Condition": {"Bool": {"aws:SecureTransport": {"Ref": "Stage"}}}},
        {"Condition": {"Fn::If": ["IsProduction", NO_TLS, OLD_TLS]}},
    ],
)
def test_a_denial_decided_at_deployment_is_not_evaluated(fields: Json) -> None:
    assert_undecided(transport(denial(NO_TLS, **fields), denial(OLD_TLS)), "not known")
