"""Records of what happened are neither stopped nor blinded: trails, archive, Config, log groups, flow logs, keys."""

from __future__ import annotations

import pytest

from tests.guardrails.calls import (
    ACCOUNT,
    ADMINISTRATOR,
    BREAK_GLASS,
    EXECUTION,
    LOG_ARCHIVE,
    SETTINGS,
    STACK_SETS,
    Call,
    role,
    stopping,
)

TRAIL = f"arn:aws:cloudtrail:us-east-1:{ACCOUNT}:trail/hlz-data-events"
ARCHIVE = f"arn:aws:s3:::hlz-audit-trail-{LOG_ARCHIVE}-us-east-1"
OWN_BUCKET = f"arn:aws:s3:::clinic-images-{ACCOUNT}"
GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/hlz/account/sessions"
OWN_GROUP = f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/ehr/web"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
OF_LOGS = {"aws:ResourceTag/hlz:key-domain": "logs"}
OF_ARCHIVE = {"aws:ResourceTag/hlz:key-domain": "archive"}
OF_DATA = {"aws:ResourceTag/hlz:key-domain": "data"}
REPLICATION = role("hlz-log-landing-replication-us-east-1", LOG_ARCHIVE)

CALLS = [
    Call("trails-stay", ADMINISTRATOR, "cloudtrail:StopLogging", TRAIL),
    Call("trails-stay", ADMINISTRATOR, "cloudtrail:UpdateTrail", TRAIL),
    Call("trails-stay", ADMINISTRATOR, "cloudtrail:DeleteEventDataStore"),
    Call("trails-stay", ADMINISTRATOR, "cloudtrail:PutInsightSelectors", TRAIL),
    Call("trails-stay", BREAK_GLASS, "cloudtrail:PutEventSelectors", TRAIL),
    Call("trails-stay", SETTINGS, "cloudtrail:DeregisterOrganizationDelegatedAdmin", ou="security"),
    Call("", EXECUTION, "cloudtrail:UpdateTrail", TRAIL),
    Call("", EXECUTION, "cloudtrail:PutEventSelectors", TRAIL),
    Call("", ADMINISTRATOR, "cloudtrail:LookupEvents"),
    Call("archive-objects-stay", EXECUTION, "s3:DeleteObjectVersion", f"{ARCHIVE}/AWSLogs/x.json.gz", ou="security"),
    Call("archive-objects-stay", BREAK_GLASS, "s3:PutObjectRetention", f"{ARCHIVE}/AWSLogs/x", ou="security"),
    Call("archive-objects-stay", BREAK_GLASS, "s3:BypassGovernanceRetention", f"{ARCHIVE}/AWSLogs/x", ou="security"),
    Call("archive-objects-stay", ADMINISTRATOR, "s3:DeleteObject", f"{ARCHIVE}/AWSLogs/x"),
    Call("archive-objects-stay", EXECUTION, "s3:DeleteBucket", ARCHIVE, ou="security"),
    *[
        Call("archive-objects-stay", EXECUTION, f"s3:{action}", f"{ARCHIVE}/AWSLogs/x", ou="security")
        for action in ("PutObjectVersionAcl", "PutObjectTagging", "ReplicateDelete", "UpdateObjectEncryption")
    ],
    Call("", ADMINISTRATOR, "s3:PutObject", f"{ARCHIVE}/AWSLogs/{ACCOUNT}/session"),
    Call("", ADMINISTRATOR, "s3:PutObjectLegalHold", f"{ARCHIVE}/AWSLogs/x", ou="security"),
    Call("", REPLICATION, "s3:ReplicateObject", f"{ARCHIVE}/AWSLogs/x", ou="security"),
    Call("", ADMINISTRATOR, "s3:DeleteObject", f"{OWN_BUCKET}/x"),
    Call("archive-buckets-stay", ADMINISTRATOR, "s3:PutLifecycleConfiguration", ARCHIVE, ou="security"),
    Call("archive-buckets-stay", BREAK_GLASS, "s3:PutBucketPolicy", ARCHIVE, ou="security"),
    Call("archive-buckets-stay", ADMINISTRATOR, "s3:PutReplicationConfiguration", ARCHIVE, ou="security"),
    Call("archive-buckets-stay", ADMINISTRATOR, "s3:DeleteBucketPolicy", ARCHIVE, ou="security"),
    Call("", EXECUTION, "s3:PutLifecycleConfiguration", ARCHIVE, ou="security"),
    Call("", ADMINISTRATOR, "s3:PutLifecycleConfiguration", OWN_BUCKET),
    Call("config-stays", ADMINISTRATOR, "config:StopConfigurationRecorder"),
    Call("config-stays", ADMINISTRATOR, "config:PutConfigurationRecorder"),
    Call("config-stays", ADMINISTRATOR, "config:DeleteDeliveryChannel"),
    Call("config-stays", BREAK_GLASS, "config:PutRetentionConfiguration"),
    Call("config-stays", ADMINISTRATOR, "config:PutAggregationAuthorization"),
    Call("", EXECUTION, "config:PutConfigurationRecorder"),
    Call("", ADMINISTRATOR, "config:StartConfigurationRecorder"),
    Call("", ADMINISTRATOR, "config:PutEvaluations"),
    Call("log-groups-stay", ADMINISTRATOR, "logs:DeleteLogGroup", GROUP),
    Call("log-groups-stay", ADMINISTRATOR, "logs:DeleteLogStream", f"{GROUP}:log-stream:i-1"),
    Call("log-groups-stay", BREAK_GLASS, "logs:PutRetentionPolicy", GROUP),
    Call("log-groups-stay", ADMINISTRATOR, "logs:PutSubscriptionFilter", GROUP),
    Call("log-groups-stay", ADMINISTRATOR, "logs:DisassociateKmsKey", GROUP),
    Call("", EXECUTION, "logs:PutRetentionPolicy", GROUP),
    Call("", ADMINISTRATOR, "logs:PutLogEvents", f"{GROUP}:log-stream:i-1"),
    Call("", ADMINISTRATOR, "logs:DeleteLogGroup", OWN_GROUP),
    Call("flow-logs-stay", ADMINISTRATOR, "ec2:DeleteFlowLogs", f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc-flow-log/fl-1"),
    Call("flow-logs-stay", ADMINISTRATOR, "logs:PutAccountPolicy"),
    Call("", EXECUTION, "ec2:DeleteFlowLogs", f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc-flow-log/fl-1"),
    Call("", ADMINISTRATOR, "ec2:CreateFlowLogs", f"arn:aws:ec2:us-east-1:{ACCOUNT}:vpc-flow-log/*"),
    Call("audit-keys-stay", EXECUTION, "kms:ScheduleKeyDeletion", KEY, context=OF_LOGS),
    Call("audit-keys-stay", BREAK_GLASS, "kms:DisableKey", KEY, context=OF_LOGS),
    Call("audit-keys-stay", ADMINISTRATOR, "kms:DisableKeyRotation", KEY, ou="sandbox", context=OF_LOGS),
    Call("", BREAK_GLASS, "kms:CancelKeyDeletion", KEY, context=OF_LOGS),
    Call("", ADMINISTRATOR, "kms:DisableKeyRotation", KEY, ou="sandbox", context=OF_DATA),
    Call("audit-key-policies-stay", ADMINISTRATOR, "kms:PutKeyPolicy", KEY, context=OF_LOGS),
    Call("audit-key-policies-stay", ADMINISTRATOR, "kms:UntagResource", KEY, context=OF_LOGS),
    Call("audit-keys-stay", EXECUTION, "kms:DisableKey", KEY, ou="security", context=OF_ARCHIVE),
    Call("audit-key-policies-stay", ADMINISTRATOR, "kms:ReplicateKey", KEY, ou="security", context=OF_ARCHIVE),
    Call("audit-key-policies-stay", ADMINISTRATOR, "kms:TagResource", KEY, context=OF_LOGS),
    Call("", EXECUTION, "kms:PutKeyPolicy", KEY, context=OF_LOGS),
    Call("", BREAK_GLASS, "kms:PutKeyPolicy", KEY, context=OF_LOGS),
    Call("", ADMINISTRATOR, "kms:TagResource", KEY, ou="sandbox", context=OF_DATA),
    Call("", STACK_SETS, "kms:PutKeyPolicy", KEY, context={"aws:ResourceTag/hlz:key-domain": "bootstrap"}),
]


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_record_is_kept_and_whoever_keeps_it_works(call: Call) -> None:
    assert call.stopped_by in stopping(call)


def test_control_tower_keeps_its_own_trail_archive_and_log_group() -> None:
    tower = role("AWSControlTowerExecution", LOG_ARCHIVE)
    bucket = f"arn:aws:s3:::aws-controltower-logs-{LOG_ARCHIVE}-us-east-1"
    policy = Call("", tower, "s3:PutBucketPolicy", bucket, ou="security")
    assert "" in stopping(policy, control_tower=True)
    other = Call("archive-buckets-stay", ADMINISTRATOR, "s3:PutBucketPolicy", bucket, ou="security")
    assert "archive-buckets-stay" in stopping(other, control_tower=True)
    assert "" in stopping(other)


def test_without_control_tower_its_role_is_nobody() -> None:
    assert "trails-stay" in stopping(Call("", role("AWSControlTowerExecution"), "cloudtrail:StopLogging", TRAIL))
