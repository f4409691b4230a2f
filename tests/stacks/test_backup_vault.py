"""Why backup vaults must be as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.policy_data import policy_data
from tests.arrangement import clinic
from tests.stacks.arrange import Template, built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

HOME = ("ehr-production", "us-east-1")
RECOVERY = ("ehr-production", "us-west-2")
CENTRAL = ("backup", "us-east-1")
DELETIONS = {
    "backup:DeleteRecoveryPoint",
    "backup:DisassociateRecoveryPoint",
    "backup:UpdateRecoveryPointLifecycle",
    "backup:DeleteBackupVault",
    "backup:DeleteBackupVaultAccessPolicy",
    "backup:DeleteBackupVaultLockConfiguration",
}


@pytest.fixture(scope="module")
def variants() -> Mapping[tuple[str, str], SynthesizedVariant]:
    """The variant of each account and Region of the clinic, and under `bare` one without lock, tests and copies."""
    deployments = deployments_of("backup_vault")
    off = {"vault_lock": False, "restore_testing": False, "plans": {"standard": {"cross_account": False}}}
    bare = deployments_of("backup_vault", clinic(backup=off))[0].variant
    by_id = built([*{one.variant.id: one.variant for one in deployments}.values(), bare])
    found = {(one.environment.account, one.environment.region): by_id[one.variant.id] for one in deployments}
    return {**found, ("bare", ""): by_id[bare.id]}


@pytest.fixture(scope="module")
def home(variants: Mapping[tuple[str, str], SynthesizedVariant]) -> Template:
    return dict(variants[HOME].template)


@pytest.fixture(scope="module")
def central(variants: Mapping[tuple[str, str], SynthesizedVariant]) -> Template:
    return dict(variants[CENTRAL].template)


@pytest.fixture(scope="module")
def bare(variants: Mapping[tuple[str, str], SynthesizedVariant]) -> Template:
    return dict(variants["bare", ""].template)


def vault(template: Template) -> dict[str, Any]:
    ((_, properties),) = resources(template, "AWS::Backup::BackupVault").items()
    return properties


def statements(template: Template) -> dict[str, dict[str, Any]]:
    """Statements of the vault's policy by Sid."""
    return {statement["Sid"]: statement for statement in vault(template)["AccessPolicy"]["Statement"]}


def restored_types(template: Template) -> set[str]:
    """Types whose restores are tested."""
    return {
        row["ProtectedResourceType"] for row in resources(template, "AWS::Backup::RestoreTestingSelection").values()
    }


def test_the_template_is_this(home: Template, snapshot: SnapshotAssertion) -> None:
    assert home == snapshot(extension_class=TemplateSnapshots)


def test_the_central_vaults_template_is_this(central: Template, snapshot: SnapshotAssertion) -> None:
    assert central == snapshot(extension_class=TemplateSnapshots)


def test_no_rule_has_an_open_finding(variants: Mapping[tuple[str, str], SynthesizedVariant]) -> None:
    for place, variant in variants.items():
        assert open_findings(variant) == [] or place == ("bare", ""), place


def test_a_vault_without_a_lock_is_a_finding_that_somebody_has_to_acknowledge(
    variants: Mapping[tuple[str, str], SynthesizedVariant],
) -> None:
    (finding,) = open_findings(variants["bare", ""])
    assert finding.startswith("HLZ-BCK-002 ")


def test_a_stack_uses_every_value_that_is_planned_for_it(
    variants: Mapping[tuple[str, str], SynthesizedVariant],
) -> None:
    for one in deployments_of("backup_vault"):
        used = set(variants[one.environment.account, one.environment.region].template.get("Parameters", {}))
        assert used - {"BootstrapVersion"} == {value.name for value in one.values}


def test_nobody_at_all_deletes_what_is_stored_or_shortens_how_long(home: Template, central: Template) -> None:
    for template in (home, central):
        for_everybody = [
            action
            for statement in statements(template).values()
            if statement["Effect"] == "Deny" and statement["Principal"] == {"AWS": "*"} and "Condition" not in statement
            for action in statement["Action"]
        ]
        assert set(for_everybody) == DELETIONS


def test_only_the_pipeline_changes_policy_and_lock(home: Template) -> None:
    statement = statements(home)["PolicyAndLockChangeThroughThePipeline"]
    assert set(statement["Action"]) == {"backup:PutBackupVaultAccessPolicy", "backup:PutBackupVaultLockConfiguration"}
    (exempt,) = statement["Condition"]["ArnNotLike"].values()
    assert "role/cdk-hlz-cfn-exec-role-" in str(exempt)


def test_the_vault_is_locked_for_good_after_a_time_to_think_and_outlives_its_stack(home: Template) -> None:
    lock = vault(home)["LockConfiguration"]
    assert lock == {"MinRetentionDays": 35, "MaxRetentionDays": 3650, "ChangeableForDays": 14}
    assert lock["ChangeableForDays"] >= 3  # AWS's cooling-off period
    (resource,) = (one for one in home["Resources"].values() if one["Type"] == "AWS::Backup::BackupVault")
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_recovery_points_are_encrypted_with_the_accounts_backup_key(home: Template) -> None:
    assert vault(home)["EncryptionKeyArn"] == {"Fn::ImportValue": "hlz-backup-key-arn"}


def test_the_central_vault_takes_copies_from_the_organization_and_from_nobody_else(central: Template) -> None:
    allowed = [statement for statement in statements(central).values() if statement["Effect"] == "Allow"]
    assert [(one["Action"], one["Condition"]) for one in allowed] == [
        ("backup:CopyIntoBackupVault", {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "OrganizationId"}}})
    ]


def test_other_vaults_take_copies_back_from_the_backup_account_alone(home: Template) -> None:
    allowed = [statement for statement in statements(home).values() if statement["Effect"] == "Allow"]
    assert [one["Action"] for one in allowed] == ["backup:CopyIntoBackupVault"]
    assert {"Ref": "BackupAccountId"} in allowed[0]["Principal"]["AWS"]["Fn::Join"][1]
    assert allowed[0]["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "OrganizationId"}}}


def test_aws_backup_has_one_role_in_an_account_under_the_boundary(
    variants: Mapping[tuple[str, str], SynthesizedVariant], home: Template
) -> None:
    ((_, role),) = resources(home, "AWS::IAM::Role").items()
    assert role["RoleName"] == "hlz-backup"
    assert "policy/hlz-boundary" in str(role["PermissionsBoundary"])
    attached = [str(arn).rsplit("iam::aws:policy/", 1)[1].rstrip("']}") for arn in role["ManagedPolicyArns"]]
    assert attached == policy_data("backup/vault")["role_policies"]
    trust = role["AssumeRolePolicyDocument"]["Statement"]
    assert [one["Principal"] for one in trust] == [{"Service": "backup.amazonaws.com"}]
    assert resources(variants[RECOVERY].template, "AWS::IAM::Role") == {}


def test_random_recovery_points_of_each_type_are_restored_on_a_schedule(home: Template, central: Template) -> None:
    ((_, plan),) = resources(home, "AWS::Backup::RestoreTestingPlan").items()
    assert plan["ScheduleExpression"] == "cron(0 9 1 * ? *)"
    assert plan["RecoveryPointSelection"]["Algorithm"] == "RANDOM_WITHIN_WINDOW"
    assert restored_types(home) == {"Aurora", "DynamoDB", "EBS", "EFS", "RDS", "S3"}
    assert restored_types(home) - restored_types(central) == {
        "Aurora",
        "RDS",
    }  # the backup account has no network to restore into
    for selection in resources(home, "AWS::Backup::RestoreTestingSelection").values():
        assert selection["ValidationWindowHours"] == 1


def test_whatever_fails_raises_an_alarm_at_the_accounts_topic(home: Template) -> None:
    alarms = resources(home, "AWS::CloudWatch::Alarm").values()
    assert {alarm["MetricName"] for alarm in alarms} == {
        "NumberOfBackupJobsFailed",
        "NumberOfBackupJobsExpired",
        "NumberOfCopyJobsFailed",
        "NumberOfRestoreJobsFailed",
    }
    for alarm in alarms:
        assert alarm["AlarmActions"] == [{"Fn::ImportValue": "hlz-alarm-topic-arn"}]
        assert alarm["Dimensions"] == [{"Name": "BackupVaultName", "Value": "hlz-backup"}]


def test_what_the_manifest_switches_off_is_not_there(bare: Template) -> None:
    assert "LockConfiguration" not in vault(bare)
    assert restored_types(bare) == set()
    assert {statement["Effect"] for statement in statements(bare).values()} == {"Deny"}
