"""Snapshots, images and shares stay inside the organization."""

from __future__ import annotations

import pytest

from tests.guardrails.data_library import BACKUP, BREAK_GLASS, PEOPLE, PIPELINE, stopped_by, stops

SHARE = "arn:aws:ram:us-east-1:111122223333:resource-share/1"


@pytest.mark.parametrize(
    "action",
    [
        "ec2:ModifyImageAttribute",
        "ec2:ModifySnapshotAttribute",
        "rds:ModifyDBClusterSnapshotAttribute",
        "rds:ModifyDBSnapshotAttribute",
    ],
)
def test_nobody_but_aws_backup_shares_a_snapshot_or_image_by_its_attributes(action: str) -> None:
    for principal in (PEOPLE, PIPELINE, BREAK_GLASS):
        assert stops("snapshot-attributes-stay", action, by=principal)
    assert not stopped_by(action, by=BACKUP)


@pytest.mark.parametrize(
    "action",
    [
        "appstream:UpdateImagePermissions",
        "ec2:CreateInstanceExportTask",
        "ec2:ModifyFpgaImageAttribute",
        "fsx:ManageBackupPrincipalAssociations",
        "fsx:PutResourcePolicy",
        "lightsail:UpdateBucket",
        "redshift-serverless:PutResourcePolicy",
        "redshift:AuthorizeDataShare",
        "redshift:AuthorizeEndpointAccess",
        "redshift:AuthorizeSnapshotAccess",
        "redshift:PutResourcePolicy",
        "workspaces:UpdateWorkspaceImagePermission",
    ],
)
def test_nobody_shares_data_images_or_backups_by_policy_or_export(action: str) -> None:
    for principal in (BACKUP, BREAK_GLASS, PEOPLE, PIPELINE):
        assert stops("snapshots-never-shared", action, by=principal)


def test_snapshots_are_made_and_their_sharing_is_ended_by_people() -> None:
    for action in ("ec2:CreateSnapshot", "ec2:ResetSnapshotAttribute", "redshift:RevokeSnapshotAccess"):
        assert not stopped_by(action)


@pytest.mark.parametrize(
    "action",
    ["CreateDistributionConfiguration", "DistributeImage", "PutImagePolicy", "UpdateDistributionConfiguration"],
)
def test_only_the_pipeline_says_who_receives_images(action: str) -> None:
    assert stops("images-distributed-by-pipeline", f"imagebuilder:{action}")
    assert not stopped_by(f"imagebuilder:{action}", by=PIPELINE, profile="infrastructure")
    assert not stopped_by("imagebuilder:StartImagePipelineExecution", profile="infrastructure")


@pytest.mark.parametrize("kind", ["Image", "Snapshot"])
def test_the_accounts_block_on_public_images_and_snapshots_is_raised_and_never_lifted(kind: str) -> None:
    assert stops("snapshots-never-shared", f"ec2:Disable{kind}BlockPublicAccess", by=PIPELINE)
    assert not stopped_by(f"ec2:Enable{kind}BlockPublicAccess", by=PIPELINE)


@pytest.mark.parametrize("action", ["ram:CreateResourceShare", "ram:UpdateResourceShare"])
def test_a_share_has_to_say_that_it_stays_inside(action: str) -> None:
    key = "ram:RequestedAllowsExternalPrincipals"
    assert stops("shares-stay-inside", action, by=PIPELINE)
    assert stops("shares-stay-inside", action, by=PIPELINE, context={key: "true"})
    assert not stopped_by(action, by=PIPELINE, context={key: "false"})


def test_nothing_is_added_to_a_share_that_admits_outsiders() -> None:
    key = "ram:AllowsExternalPrincipals"
    assert stops("open-shares-not-used", "ram:AssociateResourceShare", SHARE, by=PIPELINE, context={key: "true"})
    assert not stopped_by("ram:AssociateResourceShare", SHARE, by=PIPELINE, context={key: "false"})


def test_no_share_of_another_organization_is_accepted() -> None:
    assert stops("shares-of-outsiders-not-accepted", "ram:AcceptResourceShareInvitation", by=PIPELINE)
    assert not stopped_by("ram:RejectResourceShareInvitation")
