"""What AWS Backup keeps is deleted by nobody; what people make by hand stays theirs."""

from __future__ import annotations

import pytest

from tests.guardrails.data_library import (
    ACCOUNT,
    BACKUP,
    BREAK_GLASS,
    OURS,
    PEOPLE,
    PIPELINE,
    THEIRS,
    stopped_by,
    stops,
)

EVERYBODY = (PEOPLE, PIPELINE, BREAK_GLASS)
SNAPSHOT = "arn:aws:ec2:us-east-1::snapshot/snap-1"
TAG = "aws:ResourceTag/aws:backup:source-resource"
RDS = f"arn:aws:rds:us-east-1:{ACCOUNT}"
RECOVERY_POINT = f"arn:aws:backup:us-east-1:{ACCOUNT}:recovery-point:1"


@pytest.mark.parametrize(
    "action",
    [
        "backup:CancelLegalHold",
        "backup:DeleteBackupVault",
        "backup:DeleteBackupVaultLockConfiguration",
        "backup:DeleteRecoveryPoint",
        "backup:DisassociateRecoveryPoint",
        "backup:DisassociateRecoveryPointFromParent",
        "backup:UpdateRecoveryPointLifecycle",
        "ec2:UnlockSnapshot",
        "fsx:BypassSnaplockEnterpriseRetention",
        "rbin:DeleteRule",
        "rbin:UnlockRule",
        "rbin:UpdateRule",
        "storagegateway:BypassGovernanceRetention",
    ],
)
def test_nobody_deletes_shortens_or_unlocks_a_recovery_point(action: str) -> None:
    for principal in EVERYBODY:
        assert stops("recovery-points-indelible", action, RECOVERY_POINT, by=principal)


def test_aws_backup_deletes_what_has_reached_its_end() -> None:
    tagged = {TAG: "arn:aws:ec2:::volume/vol-1"}
    assert not stopped_by("ec2:DeleteSnapshot", SNAPSHOT, by=BACKUP, context=tagged)
    assert not stopped_by("fsx:DeleteBackup", by=BACKUP)
    assert not stopped_by("rds:DeleteDBSnapshot", f"{RDS}:snapshot:awsbackup:job-1", by=BACKUP)
    assert stops("recovery-points-indelible", "backup:DeleteRecoveryPoint", RECOVERY_POINT, by=BACKUP)


def test_backups_are_started_and_restored_by_people() -> None:
    assert not stopped_by("backup:StartBackupJob")
    assert not stopped_by("backup:StartRestoreJob", RECOVERY_POINT)


@pytest.mark.parametrize("action", ["ec2:DeleteSnapshot", "ec2:DeregisterImage"])
def test_nobody_deletes_a_snapshot_of_aws_backup_through_ec2(action: str) -> None:
    for principal in EVERYBODY:
        assert stops(
            "backup-snapshots-indelible", action, SNAPSHOT, by=principal, context={TAG: "arn:aws:ec2:::volume/vol-1"}
        )


def test_a_snapshot_without_the_tag_of_aws_backup_is_deleted() -> None:
    assert not stopped_by("ec2:DeleteSnapshot", SNAPSHOT)


@pytest.mark.parametrize(
    "action",
    [
        "dynamodb:DeleteBackup",
        "fsx:DeleteBackup",
        "redshift-serverless:DeleteSnapshot",
        "redshift-serverless:UpdateSnapshot",
        "redshift:BatchDeleteClusterSnapshots",
        "redshift:BatchModifyClusterSnapshots",
        "redshift:DeleteClusterSnapshot",
        "redshift:ModifyClusterSnapshot",
        "redshift:ModifySnapshotCopyRetentionPeriod",
    ],
)
def test_nobody_deletes_backups_that_no_policy_can_tell_apart(action: str) -> None:
    for principal in EVERYBODY:
        assert stops("backup-copies-indelible", action, by=principal)


def test_backups_of_tables_and_warehouses_are_made_by_people() -> None:
    assert not stopped_by("dynamodb:CreateBackup")
    assert not stopped_by("redshift:CreateClusterSnapshot")


@pytest.mark.parametrize(
    ("action", "resource"),
    [
        ("rds:DeleteDBSnapshot", f"{RDS}:snapshot:awsbackup:job-1"),
        ("rds:DeleteDBClusterSnapshot", f"{RDS}:cluster-snapshot:awsbackup:job-1"),
        ("rds:DeleteDBInstanceAutomatedBackup", f"{RDS}:auto-backup:ab-1"),
        ("rds:DeleteDBClusterAutomatedBackup", f"{RDS}:cluster-auto-backup:cab-1"),
    ],
)
def test_nobody_deletes_a_database_snapshot_of_aws_backup(action: str, resource: str) -> None:
    for principal in EVERYBODY:
        assert stops("backup-database-snapshots-indelible", action, resource, by=principal)


def test_a_database_snapshot_made_by_hand_is_deleted() -> None:
    assert not stopped_by("rds:DeleteDBSnapshot", f"{RDS}:snapshot:before-upgrade")


@pytest.mark.parametrize(
    "action",
    [
        "AssociateBackupVaultMpaApprovalTeam",
        "CreateRestoreAccessBackupVault",
        "DeleteBackupPlan",
        "DeleteBackupSelection",
        "DeleteBackupVaultAccessPolicy",
        "PutBackupVaultAccessPolicy",
        "PutBackupVaultLockConfiguration",
        "PutBackupVaultSharingPolicy",
        "StopBackupJob",
        "UpdateBackupPlan",
        "UpdateRegionSettings",
    ],
)
def test_only_the_pipeline_changes_plans_locks_and_policies_of_backups(action: str) -> None:
    assert stops("backup-rules-by-pipeline", f"backup:{action}")
    assert stops("backup-rules-by-pipeline", f"backup:{action}", by=BREAK_GLASS)
    assert not stopped_by(f"backup:{action}", by=PIPELINE)


def test_a_recovery_point_is_copied_inside_the_organization_alone() -> None:
    key = "backup:CopyTargetOrgPaths"
    for target in ((f"{THEIRS}/r-zzzz/ou-zzzz-1/",), ()):
        assert stops(
            "backups-copied-inside", "backup:CopyFromBackupVault", RECOVERY_POINT, by=PIPELINE, context={key: target}
        )
    inside = {key: (f"{OURS}/r-a1b2/ou-a1b2-infrastructure/",)}
    assert not stopped_by("backup:CopyFromBackupVault", RECOVERY_POINT, context=inside)
