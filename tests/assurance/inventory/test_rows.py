"""What a row says of a store or a path, where the table alone does not show it."""

from __future__ import annotations

import pytest

from landing_zone.assurance.inventory.rows import Row
from landing_zone.assurance.inventory.table import CUSTOMER_KEY, NOT_KNOWN
from tests.assurance.arrange import Json, resource
from tests.assurance.inventory.arrange import KEY, KEY_ARN, UNKNOWN, rows


def one(kind: str = "store", **resources: Json) -> Row:
    (found,) = [row for row in rows(**resources) if row.kind == kind]
    return found


def bucket(**properties: object) -> Json:
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": KEY_ARN}
    rule = {"ServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}
    return resource(
        "AWS::S3::Bucket",
        {"BucketEncryption": {"ServerSideEncryptionConfiguration": [rule]}, **properties},
        DeletionPolicy="Retain",
    )


def locked(**retention: object) -> Json:
    return {"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "COMPLIANCE", **retention}}}


def test_a_locked_bucket_says_everything_an_auditor_asks() -> None:
    rules = [
        {"Status": "Enabled", "ExpirationInDays": 2557},
        {"Status": "Enabled", "ExpirationInDays": 2200},
        {"Status": "Disabled", "ExpirationInDays": 1},
    ]
    tags = [{"Key": "hlz:purpose", "Value": "log-archive"}, {"Key": "hlz:log-kind", "Value": "cloudtrail"}]
    found = one(
        Key=KEY,
        Archive=bucket(
            BucketName="hlz-cloudtrail",
            ObjectLockConfiguration=locked(Days=2192),
            LifecycleConfiguration={"Rules": rules},
            VersioningConfiguration={"Status": "Enabled"},
            Tags=tags,
        ),
    )
    assert (found.resource, found.name, found.data) == (
        "Archive",
        "hlz-cloudtrail",
        "log-kind=cloudtrail, purpose=log-archive",
    )
    assert (found.encrypted, found.key, found.rotation_days, found.algorithm) == (
        CUSTOMER_KEY,
        "Key",
        "90",
        "AES-256-GCM",
    )
    assert (found.retention, found.retention_days, found.lock) == ("2192 days", 2192, "Object Lock COMPLIANCE")
    assert (found.expiry, found.deletion_policy) == ("2200 days", "Retain")
    assert found.details == "versioning: Enabled; bucket key: true"


def test_a_lock_in_years_counts_365_days_a_year_because_no_year_is_shorter() -> None:
    found = one(Key=KEY, It=bucket(ObjectLockConfiguration=locked(Years=6)))
    assert (found.retention, found.retention_days) == ("6 years", 2190)


def test_a_bucket_without_lock_enforces_no_retention_and_goes_with_its_stack() -> None:
    found = one(It=resource("AWS::S3::Bucket"))
    assert (found.retention, found.retention_days, found.lock) == ("none enforced", None, "")
    assert found.deletion_policy == "Delete (default)"


def test_an_expiry_that_is_decided_at_deployment_is_not_known_whatever_the_others_say() -> None:
    rules = [{"Status": "Enabled", "ExpirationInDays": days} for days in (1, UNKNOWN)]
    found = one(Key=KEY, It=bucket(LifecycleConfiguration={"Rules": rules}))
    assert found.expiry.startswith(NOT_KNOWN)


def test_a_retention_that_is_decided_at_deployment_is_no_number() -> None:
    found = one(It=resource("AWS::Logs::LogGroup", {"RetentionInDays": UNKNOWN}))
    assert found.retention == "not known: it depends on the parameter Stage"
    assert found.retention_days is None


def test_a_log_group_without_retention_is_kept_for_ever_and_that_is_said() -> None:
    assert one(It=resource("AWS::Logs::LogGroup")).retention == "for ever (no retention is stated)"


def test_zero_days_mean_what_the_service_says_they_mean() -> None:
    archive = resource("AWS::Events::Archive", {"RetentionDays": 0})
    database = resource("AWS::RDS::DBInstance", {"BackupRetentionPeriod": 0})
    kept = {row.type: (row.retention, row.retention_days) for row in rows(Archive=archive, Database=database)}
    assert kept == {
        "AWS::Events::Archive": ("for ever", None),
        "AWS::RDS::DBInstance": ("automated backups none", None),
    }


def test_an_instance_is_encrypted_as_the_cluster_it_belongs_to() -> None:
    cluster = resource("AWS::RDS::DBCluster", {"StorageEncrypted": True, "KmsKeyId": KEY_ARN})
    member = resource("AWS::RDS::DBInstance", {"DBClusterIdentifier": {"Ref": "Cluster"}})
    found = {row.resource: row.encrypted for row in rows(Key=KEY, Cluster=cluster, Member=member)}
    assert found["Member"] == found["Cluster"] == CUSTOMER_KEY


def test_what_is_inherited_from_outside_the_template_is_not_known() -> None:
    found = one(It=resource("AWS::RDS::DBInstance", {"DBSnapshotIdentifier": "final", "StorageEncrypted": True}))
    assert (found.encrypted, found.why) == (NOT_KNOWN, "it is inherited from what DBSnapshotIdentifier names")


def test_databases_that_inherit_from_each_other_end_as_not_known() -> None:
    loop = {
        name: resource("AWS::RDS::DBInstance", {"SourceDBInstanceIdentifier": {"Ref": source}})
        for name, source in (("A", "B"), ("B", "A"))
    }
    assert {row.encrypted for row in rows(**loop)} == {NOT_KNOWN}


def test_each_volume_of_a_launch_template_has_its_row() -> None:
    volumes = [
        {"DeviceName": "/dev/xvda", "Ebs": {"Encrypted": True, "KmsKeyId": KEY_ARN}},
        {"DeviceName": "/dev/xvdb", "Ebs": {"Encrypted": True}},
    ]
    data = {"LaunchTemplateData": {"BlockDeviceMappings": volumes}}
    found = [row for row in rows(Key=KEY, It=resource("AWS::EC2::LaunchTemplate", data))]
    assert [(row.details, row.encrypted) for row in found] == [
        ("device: /dev/xvda", CUSTOMER_KEY),
        ("device: /dev/xvdb", NOT_KNOWN),
    ]
    assert found[1].item == "LaunchTemplateData.BlockDeviceMappings.1"


def test_a_list_of_volumes_that_is_unknown_is_one_row_that_is_not_known() -> None:
    found = one(It=resource("AWS::EC2::Instance", {"BlockDeviceMappings": UNKNOWN}))
    assert (found.encrypted, found.why.partition(": ")[2]) == (NOT_KNOWN, "it depends on the parameter Stage")


def test_only_the_parameter_that_decides_speaks_for_a_parameter_group() -> None:
    group = [
        {"ParameterName": "wlm", "ParameterValue": "x"},
        {"ParameterName": "require_ssl", "ParameterValue": "true"},
    ]
    found = one("transit", It=resource("AWS::Redshift::ClusterParameterGroup", {"Parameters": group}))
    assert (found.encrypted, found.tls_minimum) == ("TLS", "not stated")


def test_a_store_that_may_not_exist_says_so() -> None:
    found = one(It=resource("AWS::SQS::Queue", Condition="IsProduction"))
    assert found.why.startswith("it exists only if its condition holds")


def test_a_session_document_that_is_text_is_not_read_as_plain() -> None:
    document = resource("AWS::SSM::Document", {"DocumentType": "Session", "Content": '{"inputs": {}}'})
    assert one("transit", It=document).encrypted == NOT_KNOWN


def test_a_session_document_names_the_key_of_the_stream() -> None:
    inputs = {
        "kmsKeyId": KEY_ARN,
        "cloudWatchLogGroupName": "/hlz/account/sessions",
        "cloudWatchEncryptionEnabled": True,
    }
    document = {"DocumentType": "Session", "Content": {"inputs": inputs}}
    found = one("transit", Key=KEY, It=resource("AWS::SSM::Document", document))
    assert (found.encrypted, found.key) == (CUSTOMER_KEY, "Key")
    assert "log group encrypted: true" in found.details


def test_a_document_that_is_no_session_carries_nothing() -> None:
    assert rows(It=resource("AWS::SSM::Document", {"DocumentType": "Command", "Content": {}})) == []


def test_the_algorithms_of_a_tunnel_are_those_the_template_offers() -> None:
    tunnel = {"Phase2EncryptionAlgorithms": [{"Value": "AES256-GCM-16"}], "IKEVersions": [{"Value": "ikev2"}]}
    found = one("transit", It=resource("AWS::EC2::VPNConnection", {"VpnTunnelOptionsSpecifications": [tunnel]}))
    assert (found.encrypted, found.algorithm, found.details) == ("IPsec", "AES256-GCM-16", "key exchange: ikev2")


def test_a_tunnel_without_options_states_no_algorithm() -> None:
    assert one("transit", It=resource("AWS::EC2::VPNConnection")).algorithm == "not stated"


def test_events_to_a_bus_of_another_account_are_a_path_and_those_to_a_topic_are_not() -> None:
    targets = [
        {"Id": "Hub", "Arn": "arn:aws:events:us-east-1:123456789012:event-bus/hlz-alarms"},
        {"Id": "Topic", "Arn": "arn:aws:sns:us-east-1:123456789012:alarms"},
    ]
    found = one("transit", It=resource("AWS::Events::Rule", {"Targets": targets}))
    assert found.details == "to: arn:aws:events:us-east-1:123456789012:event-bus/hlz-alarms"


@pytest.mark.parametrize("tags", [UNKNOWN, {"hlz:data": "phi"}, [{"Key": "hlz:data", "Value": "phi"}]])
def test_tags_are_read_as_list_or_map_and_never_guessed(tags: object) -> None:
    found = one(It=resource("AWS::HealthImaging::Datastore", {"Tags": tags}))
    assert found.data == (NOT_KNOWN + ": it depends on the parameter Stage" if tags is UNKNOWN else "data=phi")


def test_malformed_properties_are_not_known_and_break_nothing() -> None:
    broken = {"BucketEncryption": {"ServerSideEncryptionConfiguration": "AES256"}, "Tags": [1, None]}
    found = one(It=resource("AWS::S3::Bucket", broken))
    assert found.encrypted == NOT_KNOWN
