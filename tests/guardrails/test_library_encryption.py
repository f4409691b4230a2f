"""Encryption guardrails stop what would be unencrypted and let what is encrypted pass."""

from __future__ import annotations

import pytest

from tests.guardrails.data_library import ACCOUNT, BACKUP, BREAK_GLASS, PEOPLE, PIPELINE, SETTINGS, stopped_by, stops

VOLUME = f"arn:aws:ec2:us-east-1:{ACCOUNT}:volume/*"
INSTANCE = f"arn:aws:ec2:us-east-1:{ACCOUNT}:instance/*"
CLUSTER = f"arn:aws:rds:us-east-1:{ACCOUNT}:cluster:records"
CACHE = f"arn:aws:elasticache:us-east-1:{ACCOUNT}:replicationgroup:sessions"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"


@pytest.mark.parametrize(
    "action", ["DisableEbsEncryptionByDefault", "ModifyEbsDefaultKmsKeyId", "ResetEbsDefaultKmsKeyId"]
)
def test_nobody_switches_ebs_encryption_by_default_off(action: str) -> None:
    for principal in (PEOPLE, PIPELINE, SETTINGS, BREAK_GLASS):
        assert stops("ebs-encryption-default-stays", f"ec2:{action}", by=principal)


def test_the_settings_role_switches_ebs_encryption_by_default_on() -> None:
    assert not stopped_by("ec2:EnableEbsEncryptionByDefault", by=SETTINGS)


@pytest.mark.parametrize(
    "action", ["CopyVolumes", "CreateFleet", "CreateVolume", "ImportInstance", "ImportVolume", "RunInstances"]
)
@pytest.mark.parametrize("principal", [PEOPLE, PIPELINE])
def test_a_volume_without_encryption_is_stopped_also_where_the_request_does_not_say(
    action: str, principal: str
) -> None:
    assert stops("ebs-volumes-encrypted", f"ec2:{action}", VOLUME, by=principal, context={"ec2:Encrypted": "false"})
    assert stops("ebs-volumes-encrypted", f"ec2:{action}", VOLUME, by=principal)


@pytest.mark.parametrize("action", ["ec2:CreateVolume", "ec2:RunInstances"])
def test_an_encrypted_volume_is_created(action: str) -> None:
    assert not stopped_by(action, VOLUME, context={"ec2:Encrypted": "true"})


def test_an_instance_is_started_although_instances_do_not_know_the_key() -> None:
    assert not stopped_by("ec2:RunInstances", INSTANCE)


@pytest.mark.parametrize("action", ["CreateDBCluster", "RestoreDBClusterFromS3"])
def test_a_database_cluster_has_to_ask_for_encryption(action: str) -> None:
    assert stops("rds-clusters-encrypted", f"rds:{action}", CLUSTER, by=PIPELINE)
    assert stops("rds-clusters-encrypted", f"rds:{action}", CLUSTER, context={"rds:StorageEncrypted": "false"})
    assert not stopped_by(f"rds:{action}", CLUSTER, context={"rds:StorageEncrypted": "true"})


def test_a_blue_green_deployment_has_to_be_encrypted() -> None:
    deployment = f"arn:aws:rds:us-east-1:{ACCOUNT}:deployment:bgd-1"
    assert stops(
        "rds-clusters-encrypted", "rds:CreateBlueGreenDeployment", deployment, context={"rds:StorageEncrypted": "false"}
    )
    assert not stopped_by("rds:CreateBlueGreenDeployment", deployment, context={"rds:StorageEncrypted": "true"})


def test_a_clusters_subnet_group_is_no_store() -> None:
    assert not stopped_by("rds:CreateDBCluster", f"arn:aws:rds:us-east-1:{ACCOUNT}:subgrp:data")


@pytest.mark.parametrize(
    "action",
    [
        "rds:CreateDBInstance",
        "rds:CreateDBInstanceReadReplica",
        "rds:RestoreDBClusterFromSnapshot",
        "rds:RestoreDBClusterToPointInTime",
        "rds:RestoreDBInstanceFromDBSnapshot",
        "rds:RestoreDBInstanceFromS3",
        "rds:RestoreDBInstanceToPointInTime",
    ],
)
def test_only_the_pipeline_and_aws_backup_create_or_restore_database_instances(action: str) -> None:
    for principal in (PEOPLE, SETTINGS, BREAK_GLASS):
        assert stops("rds-instances-by-pipeline", action, by=principal)
    for principal in (BACKUP, PIPELINE):
        assert not stopped_by(action, by=principal)


def test_a_database_instance_is_changed_and_restarted_by_people() -> None:
    assert not stopped_by("rds:ModifyDBInstance")
    assert not stopped_by("rds:RebootDBInstance")


def test_a_file_system_has_to_ask_for_encryption() -> None:
    action = "elasticfilesystem:CreateFileSystem"
    assert stops("file-systems-encrypted", action, by=PIPELINE)
    assert stops("file-systems-encrypted", action, context={"elasticfilesystem:Encrypted": "false"})
    assert not stopped_by(action, context={"elasticfilesystem:Encrypted": "true"})


def test_a_cache_has_to_ask_for_encryption() -> None:
    action, key = "elasticache:CreateReplicationGroup", "elasticache:AtRestEncryptionEnabled"
    assert stops("caches-encrypted", action, CACHE, by=PIPELINE)
    assert stops("caches-encrypted", action, CACHE, context={key: "false"})
    assert not stopped_by(action, CACHE, context={key: "true"})
    assert not stopped_by(action, f"arn:aws:elasticache:us-east-1:{ACCOUNT}:subnetgroup:data")


@pytest.mark.parametrize(
    "action",
    [
        "dynamodb:CreateGlobalTable",
        "dynamodb:CreateTable",
        "dynamodb:ImportTable",
        "dynamodb:RestoreTableFromAwsBackup",
        "dynamodb:RestoreTableFromBackup",
        "dynamodb:RestoreTableToPointInTime",
        "elasticache:CreateCacheCluster",
        "elasticache:CreateGlobalReplicationGroup",
        "elasticfilesystem:CreateReplicationConfiguration",
        "es:CreateDomain",
        "es:CreateElasticsearchDomain",
        "kinesis:CreateStream",
        "kinesis:StopStreamEncryption",
        "rds:CreateIntegration",
        "redshift:CreateCluster",
        "redshift:CreateIntegration",
        "redshift:ModifyCluster",
        "redshift:RestoreFromClusterSnapshot",
    ],
)
def test_only_the_pipeline_creates_stores_whose_encryption_no_policy_can_ask_for(action: str) -> None:
    assert stops("stores-by-pipeline", action)
    assert stops("stores-by-pipeline", action, by=BREAK_GLASS)
    assert not stopped_by(action, by=PIPELINE, profile="nonphi")  # not all of these services may see PHI


def test_aws_backup_restores_tables_and_warehouses() -> None:
    for action in ("dynamodb:RestoreTableFromAwsBackup", "redshift:RestoreFromClusterSnapshot"):
        assert not stopped_by(action, by=BACKUP)


def test_tables_and_clusters_are_used_and_resized_by_people() -> None:
    for action in ("dynamodb:UpdateTable", "redshift:ResizeCluster", "kinesis:StartStreamEncryption"):
        assert not stopped_by(action)


@pytest.mark.parametrize(
    "action",
    [
        "kms:DeleteCustomKeyStore",
        "kms:DeleteImportedKeyMaterial",
        "kms:DisableKey",
        "kms:DisconnectCustomKeyStore",
        "kms:ImportKeyMaterial",
        "kms:ScheduleKeyDeletion",
    ],
)
def test_only_emergency_access_takes_a_key_out_of_use(action: str) -> None:
    assert stops("keys-stay-usable", action, KEY)
    assert stops("keys-stay-usable", action, KEY, by=PIPELINE)
    assert not stopped_by(action, KEY, by=BREAK_GLASS)


def test_a_key_is_enabled_and_its_deletion_cancelled_by_people() -> None:
    assert not stopped_by("kms:EnableKey", KEY)
    assert not stopped_by("kms:CancelKeyDeletion", KEY)


def test_a_grant_is_made_by_an_aws_service_alone() -> None:
    assert stops("key-grants-for-aws-services", "kms:CreateGrant", KEY)
    assert stops("key-grants-for-aws-services", "kms:CreateGrant", KEY, context={"kms:GrantIsForAWSResource": "false"})
    service = {"kms:GrantIsForAWSResource": "true", "kms:ViaService": "ec2.us-east-1.amazonaws.com"}
    assert not stopped_by("kms:CreateGrant", KEY, context=service)


@pytest.mark.parametrize(
    ("id", "action", "key"),
    [
        ("keys-replicated-in-regions", "kms:ReplicateKey", "kms:ReplicaRegion"),
        ("keys-moved-in-regions", "kms:UpdatePrimaryRegion", "kms:PrimaryRegion"),
    ],
)
def test_a_key_goes_to_regions_of_the_landing_zone_alone(id: str, action: str, key: str) -> None:
    assert stops(id, action, KEY, by=PIPELINE, context={key: "eu-west-1"})
    assert not stopped_by(action, KEY, by=PIPELINE, context={key: "us-west-2"})
