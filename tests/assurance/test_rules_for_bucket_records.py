"""Buckets of anybody's templates: what they are for is read from references and names."""

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
    resource,
)

FOREIGN = {"own": False}
UNKNOWN = {"Ref": "Stage"}
KEPT: Json = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}


def bucket(properties: Json | None = None, **attributes: Any) -> Json:
    return resource("AWS::S3::Bucket", properties, **attributes)


def judged(rule: str, properties: Json | None = None, *, name: str = "Clinic", **beside: Any) -> Report:
    return check(rule, context=FOREIGN, **{name: bucket(properties), **beside})


def lifecycle(**entry: Any) -> Json:
    return {"LifecycleConfiguration": {"Rules": [{"Status": "Enabled", **entry}]}}


def lock(**retention: Any) -> Json:
    return {"ObjectLockEnabled": True, "ObjectLockConfiguration": {"Rule": {"DefaultRetention": retention}}}


def logging_into(name: str) -> Json:
    return bucket({"LoggingConfiguration": {"DestinationBucketName": {"Ref": name}}})


def trail_into(name: str) -> Json:
    return resource("AWS::CloudTrail::Trail", {"S3BucketName": {"Ref": name}})


def test_a_bucket_that_logs_who_reads_it_is_fine() -> None:
    assert_quiet(judged("HLZ-S3-011", {"LoggingConfiguration": {"DestinationBucketName": "logs"}}))


def test_a_bucket_without_access_logs_is_a_finding() -> None:
    assert_found(judged("HLZ-S3-011"), "does not log who reads it")


def test_a_bucket_that_logs_into_itself_is_a_finding() -> None:
    assert_found(judged("HLZ-S3-011", {"LoggingConfiguration": {"DestinationBucketName": {"Ref": "Clinic"}}}), "itself")


def test_access_logs_decided_at_deployment_are_not_evaluated() -> None:
    assert_undecided(judged("HLZ-S3-011", {"LoggingConfiguration": UNKNOWN}), "LoggingConfiguration")


@pytest.mark.parametrize(("name", "properties"), [("AccessLogs", {}), ("Store", {"AccessControl": "LogDeliveryWrite"})])
def test_a_bucket_for_access_logs_needs_none_of_its_own(name: str, properties: Json) -> None:
    assert_did_not_run(judged("HLZ-S3-011", properties, name=name))


def test_the_target_of_a_buckets_logs_is_known_by_the_reference() -> None:
    report = judged("HLZ-S3-011", name="Store", Data=logging_into("Store"))
    assert report.findings == ()
    assert [run.resources for run in report.runs] == [("Data",)]


def test_a_trails_bucket_logs_who_reads_it() -> None:
    assert_found(judged("HLZ-S3-011", name="TrailLogs", Trail=trail_into("TrailLogs")), "does not log")


def test_a_bucket_without_a_copy_is_a_finding() -> None:
    assert_found(judged("HLZ-S3-012"), "does not replicate all")


def test_a_bucket_whose_rule_takes_everything_is_fine() -> None:
    rules = [{"Status": "Enabled", "Filter": {"Prefix": ""}, "Destination": {"Bucket": "arn:aws:s3:::copy"}}]
    assert_quiet(judged("HLZ-S3-012", {"ReplicationConfiguration": {"Rules": rules}}))


def test_copies_decided_at_deployment_are_not_evaluated() -> None:
    assert_undecided(judged("HLZ-S3-012", {"ReplicationConfiguration": UNKNOWN}), "ReplicationConfiguration")


@pytest.mark.parametrize("name", ["ClinicReplica", "BuildArtifacts", "AccessLogsBucket", "AthenaResults"])
def test_copies_logs_and_what_passes_through_need_no_copy(name: str) -> None:
    assert_did_not_run(judged("HLZ-S3-012", name=name))


@pytest.mark.parametrize(
    ("name", "days", "least"), [("Clinic", 30, 2190), ("EvidenceArchive", 365, 2190), ("AccessLogs", 30, 365)]
)
def test_objects_that_go_early_are_a_finding(name: str, days: int, least: int) -> None:
    assert_found(judged("HLZ-S3-019", lifecycle(ExpirationInDays=days), name=name), f"{days} days", str(least))


@pytest.mark.parametrize(("name", "days"), [("Clinic", 2557), ("AccessLogs", 400), ("Staging", 1)])
def test_objects_that_stay_long_enough_are_fine(name: str, days: int) -> None:
    assert_quiet(judged("HLZ-S3-019", lifecycle(ExpirationInDays=days), name=name))


def test_a_part_of_the_data_may_go_and_no_part_of_a_trail() -> None:
    part = lifecycle(ExpirationInDays=7, Prefix="tmp/")
    assert_quiet(judged("HLZ-S3-019", part))
    assert_found(judged("HLZ-S3-019", part, Trail=trail_into("Clinic")), "2190")


def test_a_rule_that_is_off_deletes_nothing() -> None:
    assert_quiet(
        judged("HLZ-S3-019", {"LifecycleConfiguration": {"Rules": [{"Status": "Disabled", "ExpirationInDays": 1}]}})
    )


def test_a_date_deletes_young_objects_too() -> None:
    assert_found(judged("HLZ-S3-019", lifecycle(ExpirationDate="2027-01-01T00:00:00Z")), "at a date")


@pytest.mark.parametrize("rule", ["HLZ-S3-019", "HLZ-S3-020"])
def test_a_lifecycle_decided_at_deployment_is_not_evaluated(rule: str) -> None:
    assert_undecided(judged(rule, {"LifecycleConfiguration": UNKNOWN}), "LifecycleConfiguration")


def test_old_versions_that_go_within_a_month_are_a_finding() -> None:
    soon = lifecycle(NoncurrentVersionExpiration={"NoncurrentDays": 1})
    assert_found(judged("HLZ-S3-020", soon), "old versions after 1 days")
    assert_found(judged("HLZ-S3-020", lifecycle(NoncurrentVersionExpirationInDays=7)), "after 7 days")
    assert_quiet(judged("HLZ-S3-020", lifecycle(NoncurrentVersionExpiration={"NoncurrentDays": 30})))


def test_records_without_a_lock_are_a_finding() -> None:
    assert_found(judged("HLZ-S3-024", name="Evidence"), "does not enable Object Lock")
    assert_found(judged("HLZ-S3-024", Trail=trail_into("Clinic")), "does not enable Object Lock")
    assert_found(judged("HLZ-S3-024", {"ObjectLockEnabled": True}), "locks nothing by default")


def test_records_with_a_lock_are_fine_and_other_buckets_need_none() -> None:
    assert_quiet(judged("HLZ-S3-024", lock(Mode="COMPLIANCE", Years=6), name="Evidence"))
    assert_did_not_run(judged("HLZ-S3-024"))


@pytest.mark.parametrize("rule", ["HLZ-S3-024", "HLZ-S3-025"])
def test_a_lock_decided_at_deployment_is_not_evaluated(rule: str) -> None:
    unknown = {"ObjectLockEnabled": True, "ObjectLockConfiguration": UNKNOWN}
    assert_undecided(judged(rule, unknown, name="Evidence"), "ObjectLockConfiguration")


def test_a_lock_that_can_be_lifted_or_ends_early_is_a_finding() -> None:
    assert_found(judged("HLZ-S3-025", lock(Mode="GOVERNANCE", Years=6), name="Evidence"), "GOVERNANCE")
    assert_found(judged("HLZ-S3-025", lock(Mode="COMPLIANCE", Days=365), name="Evidence"), "365 days")
    assert_found(judged("HLZ-S3-025", lock(Mode="COMPLIANCE", Days=1)), "1 days")
    assert_quiet(judged("HLZ-S3-025", lock(Mode="COMPLIANCE", Days=365)))


def test_logs_under_a_lock_are_records() -> None:
    assert_found(judged("HLZ-S3-025", lock(Mode="COMPLIANCE", Days=365), name="AccessLogs"), "365 days", "2190")
    held = {**lock(Mode="COMPLIANCE", Years=6), **lifecycle(ExpirationInDays=400)}
    assert_found(judged("HLZ-S3-019", held, name="AccessLogs"), "2190")


def test_a_replication_that_is_switched_off_is_a_finding_on_any_bucket() -> None:
    off = {"ReplicationConfiguration": {"Rules": [{"Status": "Disabled"}]}}
    assert_found(judged("HLZ-S3-012", off, name="AccessLogs"), "does not replicate all")


def test_a_bucket_that_goes_with_its_stack_is_one_finding() -> None:
    assert_found(judged("HLZ-S3-026"), "no DeletionPolicy")
    assert_found(check("HLZ-S3-026", context=FOREIGN, Clinic=bucket(**{**KEPT, "DeletionPolicy": "Delete"})), "Delete")
    assert_quiet(check("HLZ-S3-026", context=FOREIGN, Clinic=bucket(**KEPT)))


def test_logs_may_leave_it_open_but_not_be_deleted() -> None:
    assert_quiet(judged("HLZ-S3-026", name="AccessLogs"))
    assert_found(check("HLZ-S3-026", context=FOREIGN, AccessLogs=bucket(DeletionPolicy="Delete")), "Delete")
    assert_quiet(check("HLZ-S3-026", context=FOREIGN, Staging=bucket(DeletionPolicy="Delete")))


def test_survival_decided_at_deployment_is_not_evaluated() -> None:
    report = check("HLZ-S3-026", context=FOREIGN, Clinic=bucket(**{**KEPT, "DeletionPolicy": UNKNOWN}))
    assert_undecided(report, "DeletionPolicy")


@pytest.mark.parametrize("rule", ["HLZ-S3-011", "HLZ-S3-012", "HLZ-S3-019", "HLZ-S3-020", "HLZ-S3-024", "HLZ-S3-026"])
def test_our_own_buckets_are_judged_by_their_tags(rule: str) -> None:
    assert_did_not_run(check(rule, context={"own": True}, Evidence=bucket()))


def test_a_bucket_for_access_logs_may_lie_under_s3s_own_key_elsewhere() -> None:
    plain = {
        "BucketEncryption": {
            "ServerSideEncryptionConfiguration": [{"ServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
        }
    }
    assert_quiet(judged("HLZ-S3-008", plain, name="AccessLogs"))
    assert_found(judged("HLZ-S3-008", plain), "AES256")


def test_the_statement_on_tls_versions_is_asked_of_our_own_stacks() -> None:
    denial = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [{"Fn::GetAtt": ["Clinic", "Arn"]}, {"Fn::Sub": "${Clinic.Arn}/*"}],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = resource("AWS::S3::BucketPolicy", {"Bucket": {"Ref": "Clinic"}, "PolicyDocument": {"Statement": [denial]}})
    assert_quiet(check("HLZ-S3-001", context=FOREIGN, Clinic=bucket(), Policy=policy))
    assert_found(check("HLZ-S3-001", context={"own": True}, Clinic=bucket(), Policy=policy), "TLS older than 1.2")


def may_replicate(out_of: Any) -> Json:
    statement = {"Effect": "Allow", "Action": ["s3:GetReplicationConfiguration"], "Resource": out_of}
    return resource("AWS::IAM::ManagedPolicy", {"PolicyDocument": {"Statement": [statement]}})


def test_a_bucket_of_logs_is_replicated_where_a_policy_is_made_for_it() -> None:
    beside: dict[str, Any] = {"Trail": trail_into("Clinic")}
    assert_did_not_run(judged("HLZ-S3-012", **beside))
    assert_found(judged("HLZ-S3-012", Policy=may_replicate({"Fn::GetAtt": ["Clinic", "Arn"]}), **beside), "Clinic")
    assert_found(judged("HLZ-S3-012", Policy=may_replicate("arn:aws:s3:::records"), **beside), "Clinic")
    other: dict[str, Any] = {"Other": bucket({"ReplicationConfiguration": {"Role": "r", "Rules": []}})}
    report = judged("HLZ-S3-012", Policy=may_replicate("arn:aws:s3:::other"), **beside, **other)
    assert [finding.resource for finding in report.findings] == ["Other"]


def test_a_bucket_whose_access_lists_decide_is_a_finding() -> None:
    for ownership in ("ObjectWriter", "BucketOwnerPreferred"):
        report = judged("HLZ-S3-014", {"OwnershipControls": {"Rules": [{"ObjectOwnership": ownership}]}})
        assert_found(report, ownership, "BucketOwnerEnforced")
    assert_quiet(judged("HLZ-S3-014", {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}))
    assert_quiet(judged("HLZ-S3-014"))


def test_logs_of_distributions_and_of_s3_itself_need_access_lists() -> None:
    listed = {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}}
    logging = {"DistributionConfig": {"Logging": {"Bucket": {"Fn::GetAtt": ["Clinic", "RegionalDomainName"]}}}}
    assert_quiet(judged("HLZ-S3-014", listed, Site=resource("AWS::CloudFront::Distribution", logging)))
    assert_quiet(judged("HLZ-S3-014", {**listed, "AccessControl": "LogDeliveryWrite"}))


def test_an_ownership_decided_at_deployment_is_not_evaluated() -> None:
    report = judged("HLZ-S3-014", {"OwnershipControls": {"Rules": [{"ObjectOwnership": {"Ref": "Stage"}}]}})
    assert_undecided(report, "ObjectOwnership")
