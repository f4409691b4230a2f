"""backup_vault: recovery points of an account, or in the backup account the copies of everybody's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import Aws
from constructs import Construct

from constructs_lib.account_alarms import metric_alarm
from constructs_lib.backup_vault import BackupRole, LockedBackupVault, RestoreTesting
from constructs_lib.named_role import role_arn
from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant
from landing_zone.plan.names import (
    ALARM_TOPIC_EXPORT,
    BACKUP_ROLE,
    BACKUP_VAULT,
    execution_role,
    key_export,
)
from landing_zone.policy_data import policy_data

RUNBOOKS = "docs/backup.md#"
"""Where the runbooks stand when the manifest names no other place."""


class BackupVaultStack(RoleStack):
    """Vault, alarms and restore tests in each Region; at home the role of AWS Backup, too."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: backup vault")
        shape = variant.shape
        vault = LockedBackupVault(
            self,
            "Backup",
            key_arn=self.imported(key_export("backup")),
            lock=shape["lock"],
            admits=shape["admits"],
            tokens=self._tokens(shape["admits"]),
        )
        role = BackupRole(self, "Role") if shape["home"] else None
        if shape["restore_testing"]:
            testing = RestoreTesting(
                self,
                "RestoreTesting",
                schedule=shape["restore_testing"],
                vault_arn=vault.arn,
                role_arn=role_arn(BACKUP_ROLE),
                types=[
                    row["type"]
                    for row in policy_data("backup/vault")["restore_tests"]
                    if not (shape["admits"] == "central" and row.get("network"))
                ],
            )
            if role:
                testing.node.add_dependency(role)
        self._alarms(shape)

    def _tokens(self, admits: str | None) -> dict[str, str]:
        tokens = {"execution_role": role_arn(execution_role(self.qualifier, Aws.ACCOUNT_ID, Aws.REGION))}
        if admits:
            tokens["organization"] = self.value("OrganizationId")
        if admits == "member":
            tokens["backup_account"] = self.value("BackupAccountId")
        return tokens

    def _alarms(self, shape: Mapping[str, Any]) -> None:
        alarms = Construct(self, "Alarms")
        for row in policy_data("backup/vault")["alarms"]:
            runbooks = shape["runbooks"]
            metric_alarm(
                alarms,
                row,
                topic_arn=self.imported(ALARM_TOPIC_EXPORT),
                names={"vault": BACKUP_VAULT},
                owner=shape["owners"][row["severity"]],
                runbook=f"{runbooks.rstrip('/')}/{row['id']}" if runbooks else f"{RUNBOOKS}{row['id']}",
            )
