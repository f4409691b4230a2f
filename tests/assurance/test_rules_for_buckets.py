"""HLZ-S3: transport, outsiders, deliveries and encryption of buckets."""

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


def admits(*statements: Json, rule: str = "HLZ-S3-002", **context: Any) -> Report:
    return check(rule, context=context, Policy=resource(POLICY, {"PolicyDocument": policy(*statements)}))


EVERYBODY = {"AWS": "*"}
FOREIGN = {"AWS": "arn:aws:iam::111122223333:role/reader"}


def test_the_own_account_and_denials_need_no_condition() -> None:
    assert_quiet(admits(statement(Principal={"AWS": OWN_ROOT}), denial(NO_TLS)))
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
