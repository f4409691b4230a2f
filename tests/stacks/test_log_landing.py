"""Why the landing buckets' templates must be as they are; the snapshot shows what they are."""

from __future__ import annotations

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.manifest.model.security import LOG_KINDS
from landing_zone.policy_data import policy_data
from tests.arrangement import clinic
from tests.stacks.archive_templates import EAST, WEST, Built, bucket, landing, tags
from tests.stacks.arrange import built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk


def landed(kind: str, region: str) -> str:
    return f"hlz-{kind.replace('_', '-')}-landing-111122223333-{region}"


def test_the_template_is_this(snapshot: SnapshotAssertion) -> None:
    assert landing(EAST).template == snapshot(extension_class=TemplateSnapshots)


@pytest.mark.parametrize("region", [EAST, WEST])
def test_no_rule_finds_anything_that_is_not_acknowledged(region: str) -> None:
    assert open_findings(landing(region).variant) == []


@pytest.mark.parametrize("region", [EAST, WEST])
def test_every_kind_but_the_audit_trail_lands(region: str) -> None:
    """CloudTrail alone is delivered straight into a locked bucket."""
    assert landing(region).buckets().keys() == {landed(kind, region) for kind in LOG_KINDS if kind != "audit_trail"}


@pytest.mark.parametrize(("region", "other"), [(EAST, WEST), (WEST, EAST)])
def test_each_is_copied_into_both_archives_and_into_the_own_regions_within_fifteen_minutes(
    region: str, other: str
) -> None:
    stack = landing(region)
    for kind in LOG_KINDS:
        if kind == "audit_trail":
            continue
        rules = stack.copies(stack.buckets()[landed(kind, region)])
        assert rules.keys() == {bucket(kind, region), bucket(kind, other)}
        assert len({rule["Priority"] for rule in rules.values()}) == 2
        near, far = rules[bucket(kind, region)]["Destination"], rules[bucket(kind, other)]["Destination"]
        assert near["ReplicationTime"] == {"Status": "Enabled", "Time": {"Minutes": 15}}
        assert near["Metrics"] == {"Status": "Enabled", "EventThreshold": {"Minutes": 15}}
        assert "ReplicationTime" not in far, "the window ends with the first locked copy"
        assert far["Metrics"] == {"Status": "Enabled"}, "or no alarm would see it fail"
        assert stack.text(far["EncryptionConfiguration"]["ReplicaKmsKeyID"]) == (
            f"arn:aws:kms:{other}:111122223333:alias/hlz-archive"
        )


def test_no_landing_bucket_is_locked_because_services_would_not_deliver() -> None:
    for properties in landing(EAST).buckets().values():
        assert not {"ObjectLockEnabled", "ObjectLockConfiguration"} & properties.keys()
        assert tags(properties)["hlz:purpose"] == "log-landing"


def test_until_it_is_locked_nobody_may_delete_an_object() -> None:
    """Lifecycle needs no permission; it removes objects long after the window, and keeps those not yet copied."""
    stack = landing(EAST)
    window = policy_data("logs/archive")["landing_window"]
    assert window["expires_after_days"] * 24 * 60 > 100 * window["expected_minutes"]
    for name, properties in stack.buckets().items():
        denial = stack.named(name)["DenyDeletion"]
        assert (denial["Effect"], denial["Principal"]) == ("Deny", "*")
        assert set(denial["Action"]) == {"s3:DeleteObject", "s3:DeleteObjectVersion"}
        assert "Condition" not in denial
        expiry = properties["LifecycleConfiguration"]["Rules"][0]
        assert expiry["ExpirationInDays"] == window["expires_after_days"]


def test_an_upload_under_a_foreign_key_is_refused_and_one_that_names_none_is_not() -> None:
    """Negated operators hold where the key is absent: without Null the default encryption could not be used."""
    stack = landing(EAST)
    for kind in ("applications", "sessions", "configuration"):
        by_sid = stack.named(landed(kind, EAST))
        for sid, key in (
            ("DenyOtherKeys", "s3:x-amz-server-side-encryption-aws-kms-key-id"),
            ("DenyOtherEncryption", "s3:x-amz-server-side-encryption"),
        ):
            condition = by_sid[sid]["Condition"]
            assert condition["Null"] == {key: "false"}
            assert condition["StringNotEquals"].keys() == {key}
            assert condition["Bool"] == {"aws:PrincipalIsAWSService": "false"}


def test_accounts_write_below_their_own_prefix_and_read_nothing() -> None:
    stack = landing(EAST)
    for kind in ("sessions", "applications", "firewall", "findings"):
        statement = stack.named(landed(kind, EAST))["Organization"]
        assert set(statement["Action"]) == {"s3:PutObject", "s3:AbortMultipartUpload"}
        assert stack.text(statement["Resource"]).endswith("/AWSLogs/${aws:PrincipalAccount}/*")
        assert statement["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "OrganizationId"}}}


def test_services_deliver_only_on_behalf_of_the_own_organization() -> None:
    for name, statement in landing(EAST).statements():
        if statement["Effect"] == "Allow" and "Service" in statement["Principal"]:
            pinned = statement["Condition"]["StringEquals"]
            assert {"aws:SourceOrgID", "aws:SourceAccount"} & pinned.keys(), (name, statement["Sid"])


@pytest.mark.parametrize("region", [EAST, WEST])
def test_failed_replication_raises_an_alarm_on_the_accounts_topic(region: str) -> None:
    stack = landing(region)
    (alarm,) = resources(stack.template, "AWS::CloudWatch::Alarm").values()
    assert [stack.text(action) for action in alarm["AlarmActions"]] == [f"arn:aws:sns:{region}:111122223333:hlz-alarms"]
    (query,) = alarm["Metrics"]
    assert "SUM(OperationsFailedReplication)" in query["Expression"]
    assert alarm["TreatMissingData"] == "notBreaching"
    lines = alarm["AlarmDescription"].splitlines()
    assert "Severity: high" in lines
    assert "Owner: Security Office (security@riverside.example)" in lines
    assert "Runbook: docs/log-archive.md#when-replication-fails" in lines


def test_a_runbook_of_the_organizations_own_is_linked() -> None:
    manifest = {**clinic(), "detection": {"runbooks": "https://runbooks.riverside.example/"}}
    (deployment, _) = deployments_of("log_landing", manifest)
    stack = Built("log_landing", EAST, built([deployment.variant])[deployment.variant.id])
    (alarm,) = resources(stack.template, "AWS::CloudWatch::Alarm").values()
    assert "Runbook: https://runbooks.riverside.example/log-replication-failed" in alarm["AlarmDescription"]
