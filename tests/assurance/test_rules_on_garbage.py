"""Whatever stands in a template: no rule over the foundation breaks on it."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

import pytest

from landing_zone.assurance.evaluation import evaluate
from landing_zone.assurance.library import ALL
from landing_zone.assurance.rules import FAILED
from landing_zone.assurance.template import Template
from tests.assurance.arrange import OWN_ROOT, Json, document, policy, resource, statement

TLS: Json = statement(
    Effect="Deny",
    Principal="*",
    Action=["s3:*", "sns:Publish"],
    Resource=["*", {"Fn::Sub": "${Bucket.Arn}/*"}],
    Condition={"Bool": {"aws:SecureTransport": "false"}},
)
SERVICE: Json = statement(
    Principal={"Service": "cloudwatch.amazonaws.com", "AWS": [OWN_ROOT, "111122223333"]},
    Action=["kms:Decrypt", "kms:PutKeyPolicy"],
    Condition={"NumericLessThan": {"s3:TlsVersion": 1.2}, "ArnLike": {"aws:PrincipalArn": "arn:aws:iam::1:role/x"}},
)
TAGS = [
    {"Key": "hlz:purpose", "Value": "log-archive"},
    {"Key": "hlz:log-kind", "Value": "trail"},
    {"Key": "hlz:data", "Value": "phi"},
]
FOUNDATION: Json = {
    "Bucket": resource(
        "AWS::S3::Bucket",
        {
            "BucketName": "archive",
            "Tags": TAGS,
            "ObjectLockEnabled": True,
            "ObjectLockConfiguration": {
                "ObjectLockEnabled": "Enabled",
                "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", "Days": 2192}},
            },
            "VersioningConfiguration": {"Status": "Enabled"},
            "LifecycleConfiguration": {"Rules": [{"Status": "Enabled", "ExpirationInDays": 1, "TagFilters": [{}]}]},
            "ReplicationConfiguration": {
                "Rules": [
                    {
                        "Status": "Enabled",
                        "Filter": {"Prefix": ""},
                        "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
                        "Destination": {"EncryptionConfiguration": {"ReplicaKmsKeyID": {"Fn::ImportValue": "key"}}},
                    }
                ]
            },
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {
                        "ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": {"Ref": "Key"}},
                        "BucketKeyEnabled": True,
                    }
                ]
            },
        },
        DeletionPolicy="Retain",
    ),
    "BucketPolicy": resource("AWS::S3::BucketPolicy", {"Bucket": "archive", "PolicyDocument": policy(TLS, SERVICE)}),
    "Key": resource("AWS::KMS::Key", {"KeyPolicy": policy(SERVICE, TLS)}),
    "Table": resource("AWS::DynamoDB::Table", {}, DeletionPolicy="Delete"),
    "Trail": resource(
        "AWS::CloudTrail::Trail",
        {
            "Tags": [],
            "IsOrganizationTrail": True,
            "KMSKeyId": {"Ref": "Key"},
            "InsightSelectors": [{"InsightType": "ApiCallRateInsight"}],
            "EventSelectors": [{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]}],
            "AdvancedEventSelectors": [{"FieldSelectors": [{"Field": "eventCategory", "Equals": ["Data"]}]}],
        },
    ),
    "Alarm": resource(
        "AWS::CloudWatch::Alarm",
        {
            "Namespace": "hlz/audit",
            "MetricName": "RootUse",
            "AlarmActions": [{"Ref": "Topic"}],
            "Metrics": [{"MetricStat": {"Metric": {"Namespace": "hlz/audit", "MetricName": "RootUse"}}}],
        },
    ),
    "Filter": resource(
        "AWS::Logs::MetricFilter",
        {
            "LogGroupName": {"Ref": "Group"},
            "MetricTransformations": [{"MetricNamespace": "hlz/audit", "MetricName": "RootUse"}],
        },
    ),
    "Group": resource("AWS::Logs::LogGroup", {"Tags": TAGS, "DeletionProtectionEnabled": True}),
    "Topic": resource("AWS::SNS::Topic", {"KmsMasterKeyId": {"Ref": "Key"}}),
    "TopicPolicy": resource(
        "AWS::SNS::TopicPolicy", {"Topics": [{"Ref": "Topic"}], "PolicyDocument": policy(TLS, SERVICE)}
    ),
    "Recorder": resource("AWS::Config::ConfigurationRecorder", {"RecordingGroup": {"AllSupported": True}}),
    "Channel": resource("AWS::Config::DeliveryChannel", {"S3BucketName": "x"}),
    "Analyzer": resource(
        "AWS::AccessAnalyzer::Analyzer",
        {"Type": "ACCOUNT", "ArchiveRules": [{"Filter": [{"Property": "isPublic", "Eq": ["false"]}]}]},
    ),
    "Bus": resource("AWS::Events::EventBus", {"Policy": policy(SERVICE)}),
    "BusPolicy": resource("AWS::Events::EventBusPolicy", {"Statement": SERVICE}),
    "OlderBusPolicy": resource(
        "AWS::Events::EventBusPolicy",
        {"Principal": "*", "Condition": {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": "o-x"}},
    ),
    "Role": resource(
        "AWS::IAM::Role",
        {"AssumeRolePolicyDocument": policy(SERVICE), "ManagedPolicyArns": ["arn:aws:iam::aws:policy/ReadOnlyAccess"]},
    ),
}
GARBAGE: list[Any] = [None, 3, True, "x", [None], {"a": 1}, {"Ref": "Stage"}, {"Ref": "Bucket"}]
TYPES = {entry["Type"] for entry in FOUNDATION.values()}
RULES = [rule for rule in ALL if TYPES.intersection(rule.types)]


def places(part: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if path:
        yield path
    entries = part.items() if isinstance(part, dict) else enumerate(part) if isinstance(part, list) else ()
    for key, entry in entries:
        yield from places(entry, (*path, key))


def broken(resources: Json) -> list[str]:
    read = Template.from_json(document(**resources), name="foundation")
    return [
        f"{row.rule}: {row.message}" for row in evaluate(read, rules=RULES).findings if row.message.startswith(FAILED)
    ]


@pytest.mark.parametrize("name", FOUNDATION)
def test_no_rule_breaks_on_garbage_in(name: str) -> None:
    for path in places(FOUNDATION[name].get("Properties", {})):
        for garbage in GARBAGE:
            changed = copy.deepcopy(FOUNDATION)
            part = changed[name]["Properties"]
            for key in path[:-1]:
                part = part[key]
            part[path[-1]] = garbage
            assert broken(changed) == [], (path, garbage)


def test_the_foundation_meets_every_rule_that_is_meant() -> None:
    read = Template.from_json(document(**FOUNDATION), name="foundation")
    met = {run.rule for run in evaluate(read).runs}
    assert met >= {f"HLZ-S3-00{number}" for number in range(1, 9)}
    assert met >= {"HLZ-TRL-001", "HLZ-TRL-002", "HLZ-TRL-003", "HLZ-ALM-004", "HLZ-ALM-005", "HLZ-SNS-001"}
    assert met >= {"HLZ-CFG-001", "HLZ-AAN-001", "HLZ-EVB-001", "HLZ-IAM-003", "HLZ-KMS-004", "HLZ-RET-001"}
