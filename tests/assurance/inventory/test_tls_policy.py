"""A store is reached by TLS alone only if a policy denies everybody everything else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.assurance.arrange import Json, policy, resource
from tests.assurance.inventory.arrange import rows

PLAIN: Json = {"Bool": {"aws:SecureTransport": "false"}}
OLD: Json = {"NumericLessThan": {"s3:TlsVersion": "1.2"}}
ALL_OBJECTS: list[Json] = [{"Fn::GetAtt": ["Bucket", "Arn"]}, {"Fn::Sub": "${Bucket.Arn}/*"}]


def deny(condition: Any = PLAIN, **changes: Any) -> Json:
    return {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": ALL_OBJECTS,
        "Condition": condition,
        **changes,
    }


def tls(*statements: Json, bucket: Any = None, name: str | None = None) -> tuple[str, str, str]:
    bucket_policy = {"Bucket": bucket or {"Ref": "Bucket"}, "PolicyDocument": policy(*statements)}
    properties = {"BucketName": name} if name else {}
    found = rows(
        Bucket=resource("AWS::S3::Bucket", properties), Policy=resource("AWS::S3::BucketPolicy", bucket_policy)
    )
    (row,) = [row for row in found if row.kind == "transit"]
    return row.encrypted, row.tls_minimum, row.why


def test_a_policy_that_denies_plain_requests_and_old_versions_states_the_minimum() -> None:
    assert tls(deny(), deny(OLD)) == ("TLS", "1.2", "")


def test_without_a_version_the_minimum_is_not_stated() -> None:
    assert tls(deny()) == ("TLS", "not stated", "")


def test_a_truth_value_counts_as_its_text() -> None:
    assert tls(deny({"Bool": {"aws:SecureTransport": False}}))[0] == "TLS"


def test_the_bucket_may_be_named_by_its_name() -> None:
    assert tls(deny(), bucket="hlz-archive", name="hlz-archive")[0] == "TLS"


@pytest.mark.parametrize(
    "statement",
    [
        deny({"Bool": {"aws:SecureTransport": "true"}}),
        deny(OLD),
        deny({**PLAIN, "StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}}),
        deny(Effect="Allow"),
        deny(Principal={"AWS": "arn:aws:iam::123456789012:root"}),
        {key: part for key, part in deny(NotPrincipal="*").items() if key != "Principal"},
        deny(Action="s3:GetObject"),
        deny(Resource={"Fn::GetAtt": ["Bucket", "Arn"]}),
        deny(Resource={"Fn::Sub": "${Bucket.Arn}/logs/*"}),
    ],
    ids=["only-tls", "version", "narrowed", "allows", "one", "all-but", "reading", "bucket", "prefix"],
)
def test_whatever_leaves_a_plain_request_open_is_optional(statement: Json) -> None:
    assert tls(statement)[0] == "optional"


def test_a_policy_of_another_bucket_says_nothing() -> None:
    assert tls(deny(), bucket="theirs")[0] == "optional"


def test_a_statement_that_cannot_be_read_is_not_known() -> None:
    encrypted, _, why = tls({"Ref": "Stage"})
    assert (encrypted, "Stage" in why) == ("not known", True)


def test_a_bucket_without_policy_takes_plain_requests() -> None:
    (row,) = [row for row in rows(Bucket=resource("AWS::S3::Bucket")) if row.kind == "transit"]
    assert row.encrypted == "optional"


def test_topics_queues_and_file_systems_are_read_by_their_own_policies() -> None:
    document = policy(deny(Action="*", Resource="*"))
    found = rows(
        Topic=resource("AWS::SNS::Topic"),
        Queue=resource("AWS::SQS::Queue"),
        Files=resource("AWS::EFS::FileSystem", {"FileSystemPolicy": document}),
        OfTopic=resource("AWS::SNS::TopicPolicy", {"Topics": [{"Ref": "Topic"}], "PolicyDocument": document}),
        OfQueue=resource("AWS::SQS::QueueInlinePolicy", {"Queue": {"Ref": "Queue"}, "PolicyDocument": document}),
    )
    assert {row.resource: row.encrypted for row in found if row.kind == "transit"} == dict.fromkeys(
        ("Topic", "Queue", "Files"), "TLS"
    )
