"""A backup vault that nobody empties, the role that fills it, and tests that what is in it can be restored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import Aws, CfnDeletionPolicy
from aws_cdk import aws_backup as backup
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.named_role import NamedRole
from constructs_lib.policy_text import statements_of
from landing_zone.plan.names import BACKUP_ROLE, BACKUP_VAULT, PERMISSIONS_BOUNDARY
from landing_zone.policy_data import policy_data

RESTORE_TEST = "hlz_restore_test"
"""AWS Backup takes letters, digits and underscores."""
RANDOM_WITHIN_DAYS = 35
"""From how far back the recovery point of a test is drawn; any of them must be restorable, not the latest alone."""
VALIDATION_HOURS = 1
"""How long what was restored is kept, AWS's least: it is a copy of the data."""


class LockedBackupVault(Construct):
    """A vault under a customer managed key. Its policy denies deletion to everybody; so does its lock after its date.

    lock: days `min_retention_days`, `max_retention_days`, `changeable_for_days`, or None. admits: copies from other
    accounts, as rows `central` or `member` of the data say, or None. tokens: what the policy's texts are filled with.
    Deleting the stack keeps the vault.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        key_arn: str,
        lock: Mapping[str, int] | None,
        admits: str | None,
        tokens: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id)
        data = policy_data("backup/vault")
        statements = statements_of([*data["statements"], *(data[admits] if admits else ())], tokens)
        self.vault = backup.CfnBackupVault(
            self,
            "Vault",
            backup_vault_name=BACKUP_VAULT,
            encryption_key_arn=key_arn,
            access_policy=iam.PolicyDocument(statements=statements),
            lock_configuration=backup.CfnBackupVault.LockConfigurationTypeProperty(**lock) if lock else None,
            backup_vault_tags={"hlz:purpose": "backup"},
        )
        self.vault.cfn_options.deletion_policy = CfnDeletionPolicy.RETAIN
        self.vault.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN
        self.arn = self.vault.attr_backup_vault_arn


class BackupRole(Construct):
    """The role that AWS Backup assumes to read, copy and restore the account's stores, under the boundary.

    No source condition on its trust: AWS Backup's guide shows none, and whether the service sends one was not found; a
    condition that it does not meet would end every backup. Only principals of the account can pass the role.
    """

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        NamedRole(
            self,
            "Backup",
            name=BACKUP_ROLE,
            description="Backs up, copies and restores the stores of this account",
            trust=iam.PolicyStatement(
                actions=["sts:AssumeRole"], principals=[iam.ServicePrincipal("backup.amazonaws.com")]
            ),
            managed_policies=policy_data("backup/vault")["role_policies"],
            boundary=f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:policy/{PERMISSIONS_BOUNDARY}",
        )


class RestoreTesting(Construct):
    """Restores of a random recovery point of each type, on a schedule; what was restored is deleted an hour later."""

    def __init__(
        self, scope: Construct, id: str, *, schedule: str, vault_arn: str, role_arn: str, types: Sequence[str]
    ) -> None:
        super().__init__(scope, id)
        plan = backup.CfnRestoreTestingPlan(
            self,
            "Plan",
            restore_testing_plan_name=RESTORE_TEST,
            schedule_expression=schedule,
            start_window_hours=24,
            recovery_point_selection=backup.CfnRestoreTestingPlan.RestoreTestingRecoveryPointSelectionProperty(
                algorithm="RANDOM_WITHIN_WINDOW",
                include_vaults=[vault_arn],
                recovery_point_types=["CONTINUOUS", "SNAPSHOT"],
                selection_window_days=RANDOM_WITHIN_DAYS,
            ),
        )
        for type in types:
            selection = backup.CfnRestoreTestingSelection(
                self,
                type,
                restore_testing_plan_name=RESTORE_TEST,
                restore_testing_selection_name=f"hlz_{type}",
                iam_role_arn=role_arn,
                protected_resource_type=type,
                protected_resource_arns=["*"],  # whatever of this type is in the vault
                validation_window_hours=VALIDATION_HOURS,
            )
            selection.node.add_dependency(plan)
