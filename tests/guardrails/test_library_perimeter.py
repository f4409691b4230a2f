"""The resource perimeter: data is written to resources of the organization alone."""

from __future__ import annotations

import pytest

from tests.guardrails.data_library import (
    ACCOUNT,
    BREAK_GLASS,
    MANAGEMENT,
    PEOPLE,
    PIPELINE,
    STRANGER,
    THEIRS,
    stopped_by,
    stops,
)

WRITES = [
    ("dynamodb:BatchWriteItem", "arn:aws:dynamodb:us-east-1:999988887777:table/t"),
    ("dynamodb:PartiQLInsert", "arn:aws:dynamodb:us-east-1:999988887777:table/t"),
    ("dynamodb:PartiQLUpdate", "arn:aws:dynamodb:us-east-1:999988887777:table/t"),
    ("dynamodb:PutItem", "arn:aws:dynamodb:us-east-1:999988887777:table/t"),
    ("dynamodb:UpdateItem", "arn:aws:dynamodb:us-east-1:999988887777:table/t"),
    ("ecr:CompleteLayerUpload", "arn:aws:ecr:us-east-1:999988887777:repository/r"),
    ("ecr:PutImage", "arn:aws:ecr:us-east-1:999988887777:repository/r"),
    ("ecr:UploadLayerPart", "arn:aws:ecr:us-east-1:999988887777:repository/r"),
    ("events:PutEvents", "arn:aws:events:us-east-1:999988887777:event-bus/b"),
    ("firehose:PutRecordBatch", "arn:aws:firehose:us-east-1:999988887777:deliverystream/d"),
    ("kinesis:PutRecords", "arn:aws:kinesis:us-east-1:999988887777:stream/s"),
    ("kms:Encrypt", "arn:aws:kms:us-east-1:999988887777:key/1"),
    ("kms:GenerateDataKeyWithoutPlaintext", "arn:aws:kms:us-east-1:999988887777:key/1"),
    ("kms:ReEncryptTo", "arn:aws:kms:us-east-1:999988887777:key/1"),
    ("lambda:InvokeFunction", "arn:aws:lambda:us-east-1:999988887777:function:f"),
    ("logs:PutLogEvents", "arn:aws:logs:us-east-1:999988887777:log-group:g:log-stream:s"),
    ("logs:PutSubscriptionFilter", "arn:aws:logs:us-east-1:999988887777:destination:d"),
    ("s3:PutObject", "arn:aws:s3:::theirs/1"),
    ("s3:ReplicateObject", "arn:aws:s3:::theirs/1"),
    ("s3express:CreateSession", "arn:aws:s3express:us-east-1:999988887777:bucket/b"),
    ("s3tables:PutTableData", "arn:aws:s3tables:us-east-1:999988887777:bucket/b/table/1"),
    ("s3vectors:PutVectors", "arn:aws:s3vectors:us-east-1:999988887777:bucket/b/index/i"),
    ("secretsmanager:PutSecretValue", "arn:aws:secretsmanager:us-east-1:999988887777:secret:s"),
    ("sns:Publish", "arn:aws:sns:us-east-1:999988887777:t"),
    ("sqs:SendMessage", "arn:aws:sqs:us-east-1:999988887777:q"),
]


@pytest.mark.parametrize(("action", "resource"), WRITES)
def test_nobody_writes_to_another_organization_or_to_none(action: str, resource: str) -> None:
    for principal in (PEOPLE, PIPELINE, BREAK_GLASS):
        owner = {"aws:ResourceAccount": STRANGER}
        assert stops(
            "writes-stay-inside", action, resource, by=principal, context={**owner, "aws:ResourceOrgID": THEIRS}
        )
        assert stops("writes-stay-inside", action, resource, by=principal, context=owner)


@pytest.mark.parametrize(("action", "resource"), WRITES)
def test_everybody_writes_inside_the_organization(action: str, resource: str) -> None:
    assert not stopped_by(action, resource, profile="infrastructure", context={"aws:ResourceAccount": ACCOUNT})


def test_data_of_others_is_read() -> None:
    theirs = {"aws:ResourceOrgID": THEIRS, "aws:ResourceAccount": STRANGER}
    assert not stopped_by("s3:GetObject", "arn:aws:s3:::aws-ssm-us-east-1/agent", context=theirs)
    assert not stopped_by("kms:Decrypt", "arn:aws:kms:us-east-1:999988887777:key/1", context=theirs)


def test_a_trusted_account_is_written_to() -> None:
    owner = {"aws:ResourceAccount": MANAGEMENT, "aws:ResourceOrgID": THEIRS}
    assert not stopped_by("s3:PutObject", "arn:aws:s3:::partner/1", context=owner)
