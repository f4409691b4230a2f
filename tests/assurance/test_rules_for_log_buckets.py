"""HLZ-S3: lock, lifecycle, replication and survival of the log archive's buckets."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import (
    Json,
    assert_did_not_run,
    assert_found,
    assert_quiet,
    assert_undecided,
    check,
    messages,
    resource,
)

BUCKET = "AWS::S3::Bucket"


def tags(**values: Any) -> Json:
    return {"Tags": [{"Key": f"hlz:{key.replace('_', '-')}", "Value": value} for key, value in values.items()]}


ARCHIVE = tags(purpose="log-archive")
LANDING = tags(purpose="log-landing")


def locked(retention: Json, context: Json | None = None, **properties: Any) -> Report:
    lock = {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}}
    bucket = {**ARCHIVE, "ObjectLockEnabled": True, "ObjectLockConfiguration": lock, **properties}
    return check("HLZ-S3-004", context=context, Logs=resource(BUCKET, bucket))


SIX_YEARS = {"Mode": "COMPLIANCE", "Days": 2192}


def test_a_bucket_locked_for_the_retention_is_fine() -> None:
    assert_quiet(locked(SIX_YEARS))


def test_a_lock_that_ends_before_retention_is_a_finding() -> None:
    assert_found(locked({"Mode": "COMPLIANCE", "Days": 2191}), "2191 days", "at least 2192")


def test_a_year_counts_365_days() -> None:
    assert_found(locked({"Mode": "COMPLIANCE", "Years": 6}), "2190 days")
    assert_quiet(locked({"Mode": "COMPLIANCE", "Years": 7}))


def test_a_lock_without_a_period_is_a_finding() -> None:
    assert_found(locked({"Mode": "COMPLIANCE"}), "for 0 days")


@pytest.mark.parametrize("mode", ["GOVERNANCE", {"Ref": "AWS::NoValue"}])
def test_a_lock_that_a_permission_lifts_is_a_finding(mode: Any) -> None:
    assert_found(locked({**SIX_YEARS, "Mode": mode}), "COMPLIANCE is expected")


@pytest.mark.parametrize(
    "properties", [{"ObjectLockEnabled": False}, {"ObjectLockConfiguration": {"Rule": {"DefaultRetention": SIX_YEARS}}}]
)
def test_a_lock_that_is_not_switched_on_is_a_finding(properties: Json) -> None:
    assert_found(locked(SIX_YEARS, **properties), "does not enable Object Lock")


def test_a_kind_of_log_may_have_a_shorter_retention() -> None:
    context = {"retention_by_kind": {"dns": 90}}
    dns = tags(purpose="log-archive", log_kind="dns")
    assert_quiet(locked({"Mode": "COMPLIANCE", "Days": 90}, context, **dns))
    assert_found(locked({"Mode": "COMPLIANCE", "Days": 89}, context, **dns), "89 days", "at least 90")
    assert_found(locked({"Mode": "COMPLIANCE", "Days": 90}, context), "at least 2192")


def test_a_lock_decided_at_deployment_is_not_evaluated_and_hides_no_other_finding() -> None:
    assert_undecided(locked({"Mode": "COMPLIANCE", "Days": {"Ref": "Stage"}}), "Days is not known")
    assert_undecided(locked(SIX_YEARS, ObjectLockEnabled={"Ref": "Stage"}), "ObjectLockEnabled is not known")
    both = locked({"Mode": {"Ref": "Stage"}, "Days": 1})
    assert_found(both, "1 days")
    assert both.not_evaluated


@pytest.mark.parametrize("rule", ["HLZ-S3-004", "HLZ-S3-005", "HLZ-S3-006", "HLZ-S3-007"])
@pytest.mark.parametrize("properties", [{}, tags(purpose="assets"), tags(data="synthetic")])
def test_buckets_for_anything_else_are_not_examined(rule: str, properties: Json) -> None:
    assert_did_not_run(check(rule, Assets=resource(BUCKET, properties)))


@pytest.mark.parametrize("rule", ["HLZ-S3-004", "HLZ-S3-005", "HLZ-S3-006", "HLZ-S3-007"])
def test_a_purpose_decided_at_deployment_is_not_evaluated(rule: str) -> None:
    assert_undecided(
        check(rule, Assets=resource(BUCKET, tags(purpose={"Ref": "Stage"}))), "tag hlz:purpose is not known"
    )


@pytest.mark.parametrize("rule", ["HLZ-S3-004", "HLZ-S3-005"])
def test_landing_buckets_are_not_locked_and_have_a_life_of_their_own(rule: str) -> None:
    assert_did_not_run(check(rule, Landing=resource(BUCKET, LANDING)))


UPLOADS: Json = {"Status": "Enabled", "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 7}}


def lifecycle(*rules: Json, uploads: Json = UPLOADS, **properties: Any) -> Report:
    configuration = {"LifecycleConfiguration": {"Rules": [uploads, *rules]}}
    return check("HLZ-S3-005", Logs=resource(BUCKET, {**ARCHIVE, **configuration, **properties}))


def enabled(**fields: Any) -> Json:
    return {"Status": "Enabled", **fields}


def test_a_lifecycle_that_keeps_everything_is_fine() -> None:
    cold = {"StorageClass": "GLACIER", "TransitionInDays": 90}
    assert_quiet(lifecycle(enabled(Transitions=[cold])))


def test_expiry_when_the_retention_is_over_is_fine() -> None:
    over = enabled(ExpirationInDays=2192, NoncurrentVersionExpiration={"NoncurrentDays": 2192})
    assert_quiet(lifecycle(over))


@pytest.mark.parametrize(
    ("early", "name"),
    [
        ({"ExpirationInDays": 2191}, "ExpirationInDays"),
        ({"NoncurrentVersionExpiration": {"NoncurrentDays": "2191"}}, "NoncurrentDays"),
        ({"NoncurrentVersionExpirationInDays": 2191}, "NoncurrentVersionExpirationInDays"),
    ],
)
def test_expiry_before_the_retention_is_over_is_a_finding(early: Json, name: str) -> None:
    assert_found(lifecycle(enabled(**early)), "2191 days", name, "at least 2192")
    assert_quiet(lifecycle({**early, "Status": "Disabled"}))


def lock(mode: Any = "COMPLIANCE", days: Any = 2192) -> Json:
    retention = {"Mode": mode, "Days": days}
    return {
        "ObjectLockEnabled": True,
        "ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": retention}},
    }


EARLY_VERSIONS: Json = {"NoncurrentVersionExpiration": {"NoncurrentDays": 7}}


def test_versions_that_are_locked_for_the_retention_may_be_told_to_go_sooner() -> None:
    assert_quiet(lifecycle(enabled(**EARLY_VERSIONS), **lock()))
    assert_found(lifecycle(enabled(ExpirationInDays=7), **lock()), "7 days", "ExpirationInDays")


@pytest.mark.parametrize(
    "incomplete", [lock(mode="GOVERNANCE"), lock(days=2191), {**lock(), "ObjectLockEnabled": False}], ids=str
)
def test_versions_with_less_of_a_lock_may_not(incomplete: Json) -> None:
    assert_found(lifecycle(enabled(**EARLY_VERSIONS), **incomplete), "7 days", "NoncurrentDays")


def test_versions_whose_lock_is_not_known_are_not_judged() -> None:
    unknown = lock(days={"Ref": "Days"})
    assert_undecided(lifecycle(enabled(**EARLY_VERSIONS), **unknown), "Days")


def test_expiry_at_a_date_is_a_finding() -> None:
    assert_found(lifecycle(enabled(ExpirationDate="2040-01-01T00:00:00Z")), "at a date")


@pytest.mark.parametrize(
    "uploads",
    [
        {"Status": "Disabled", **{key: UPLOADS[key] for key in UPLOADS if key != "Status"}},
        {**UPLOADS, "Prefix": "AWSLogs/"},
        {**UPLOADS, "TagFilters": [{"Key": "a", "Value": "b"}]},
        {"Status": "Enabled", "ExpirationInDays": 3000},
    ],
)
def test_incomplete_uploads_that_stay_are_a_finding(uploads: Json) -> None:
    assert_found(lifecycle(uploads=uploads), "incomplete multipart uploads")


def test_an_empty_prefix_stands_for_all_objects() -> None:
    assert_quiet(lifecycle(uploads={**UPLOADS, "Prefix": ""}))


def test_an_archive_without_lifecycle_is_a_finding() -> None:
    assert_found(check("HLZ-S3-005", Logs=resource(BUCKET, ARCHIVE)), "incomplete multipart uploads")


def test_expiry_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(lifecycle(enabled(ExpirationInDays={"Ref": "Stage"})), "ExpirationInDays is not known")
    assert_undecided(lifecycle(uploads={**UPLOADS, "Status": {"Ref": "Stage"}}), "Status is not known")
    assert_undecided(lifecycle(LifecycleConfiguration={"Ref": "Stage"}), "LifecycleConfiguration.Rules is not known")


WHOLE: Json = {
    "Status": "Enabled",
    "Filter": {"Prefix": ""},
    "SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Enabled"}},
    "Destination": {
        "Bucket": "arn:aws:s3:::replica",
        "EncryptionConfiguration": {"ReplicaKmsKeyID": {"Fn::ImportValue": "replica-key"}},
    },
}
KMS: Json = {
    "BucketEncryption": {
        "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}]
    }
}


def replicated(*rules: Json, **properties: Any) -> Report:
    bucket = {
        **ARCHIVE,
        **KMS,
        "VersioningConfiguration": {"Status": "Enabled"},
        "ReplicationConfiguration": {"Role": "arn:aws:iam::111122223333:role/r", "Rules": list(rules)},
        **properties,
    }
    return check("HLZ-S3-006", Logs=resource(BUCKET, bucket))


@pytest.mark.parametrize("tagged", [ARCHIVE, LANDING])
def test_a_log_bucket_that_replicates_everything_is_fine(tagged: Json) -> None:
    assert_quiet(replicated(WHOLE, **tagged))


def test_a_rule_of_the_first_version_has_no_filter() -> None:
    assert_quiet(replicated({**{key: WHOLE[key] for key in WHOLE if key != "Filter"}, "Prefix": ""}))


def test_a_bucket_without_versions_is_a_finding() -> None:
    assert_found(replicated(WHOLE, VersioningConfiguration={"Status": "Suspended"}), "not versioned")


@pytest.mark.parametrize("tagged", [ARCHIVE, LANDING])
def test_a_log_bucket_without_replication_is_a_finding(tagged: Json) -> None:
    assert_found(replicated(**tagged), "does not replicate all its objects")


@pytest.mark.parametrize(
    "fields",
    [
        {"Status": "Disabled"},
        {"Filter": {"Prefix": "AWSLogs/"}},
        {"Filter": {"TagFilter": {"Key": "a", "Value": "b"}}},
        {"Filter": {"And": {"Prefix": "a", "TagFilters": []}}},
        {"Prefix": "AWSLogs/"},
    ],
)
def test_a_rule_that_leaves_objects_out_is_a_finding(fields: Json) -> None:
    assert_found(replicated({**WHOLE, **fields}), "does not replicate all its objects")


@pytest.mark.parametrize(
    "fields",
    [
        {"SourceSelectionCriteria": {"SseKmsEncryptedObjects": {"Status": "Disabled"}}},
        {"SourceSelectionCriteria": {}},
        {"Destination": {"Bucket": "arn:aws:s3:::replica"}},
    ],
)
def test_objects_under_a_key_that_stay_behind_are_a_finding(fields: Json) -> None:
    assert_found(replicated({**WHOLE, **fields}), "under its KMS key")


def test_a_bucket_without_a_key_needs_no_replica_key() -> None:
    plain = {"Status": "Enabled", "Filter": {}, "Destination": {"Bucket": "arn:aws:s3:::replica"}}
    assert_quiet(replicated(plain, BucketEncryption={"Ref": "AWS::NoValue"}))


def test_one_rule_over_everything_is_enough() -> None:
    assert_quiet(replicated({**WHOLE, "Filter": {"Prefix": "a"}}, {**WHOLE, "Status": {"Ref": "Stage"}}, WHOLE))


def test_replication_decided_at_deployment_is_not_evaluated_and_hides_no_missing_versions() -> None:
    assert_undecided(replicated({**WHOLE, "Status": {"Ref": "Stage"}}), "Status is not known")
    assert_undecided(replicated(WHOLE, BucketEncryption={"Ref": "Stage"}), "SSEAlgorithm is not known")
    key = {"Bucket": "arn:aws:s3:::replica", "EncryptionConfiguration": {"ReplicaKmsKeyID": {"Ref": "Stage"}}}
    assert_undecided(replicated({**WHOLE, "Destination": key}), "ReplicaKmsKeyID is not known")
    both = replicated({**WHOLE, "Status": {"Ref": "Stage"}}, VersioningConfiguration={"Status": "Suspended"})
    assert_found(both, "not versioned")
    assert both.not_evaluated


@pytest.mark.parametrize("tagged", [ARCHIVE, LANDING, tags(data="phi")])
def test_buckets_of_logs_and_phi_that_go_with_their_stack_are_findings(tagged: Json) -> None:
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    assert_quiet(check("HLZ-S3-007", Logs=resource(BUCKET, tagged, **kept)))
    assert len(messages(check("HLZ-S3-007", Logs=resource(BUCKET, tagged)))) == 2


def test_a_snapshot_of_a_bucket_does_not_exist() -> None:
    bucket = resource(BUCKET, ARCHIVE, DeletionPolicy="Snapshot", UpdateReplacePolicy="Retain")
    assert_found(check("HLZ-S3-007", Logs=bucket), "Snapshot DeletionPolicy")
