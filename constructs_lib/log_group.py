"""A log group that is encrypted with its own key, kept for the planned days, and survives its stack."""

from __future__ import annotations

from aws_cdk import Aws, CfnDeletionPolicy, CfnTag
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_logs as logs
from constructs import Construct

KEY_ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DescribeKey",
    "kms:DisableKeyRotation",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListResourceTags",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
)
KEY_USE_BY_LOGS = ("kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*")
"""Actions CloudWatch Logs needs. Source: Amazon CloudWatch Logs User Guide, encrypt-log-data-kms."""


class EncryptedLogGroup(Construct):
    """A log group with a customer managed key that only CloudWatch Logs uses, and only for this group.

    retention_days: an allowed RetentionInDays. rotation_days, deletion_window_days: of the key.
    Administrators are the account's own IAM principals; they cannot decrypt.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        kind: str,
        retention_days: int,
        rotation_days: int = 365,
        deletion_window_days: int = 30,
    ) -> None:
        super().__init__(scope, id)
        self.arn = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:{name}"
        self.key = kms.CfnKey(
            self,
            "Key",
            description=f"Encrypts the log group {name}",
            enable_key_rotation=True,
            rotation_period_in_days=rotation_days,
            pending_window_in_days=deletion_window_days,
            key_policy=self._key_policy(),
            tags=[CfnTag(key="hlz:key-domain", value="logs")],
        )
        self.log_group = logs.CfnLogGroup(
            self,
            "LogGroup",
            log_group_name=name,
            retention_in_days=retention_days,
            kms_key_id=self.key.attr_arn,
            deletion_protection_enabled=True,
            tags=[CfnTag(key="hlz:log-kind", value=kind)],
        )
        for resource in (self.key, self.log_group):
            resource.cfn_options.deletion_policy = CfnDeletionPolicy.RETAIN
            resource.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN

    def _key_policy(self) -> iam.PolicyDocument:
        account_root = iam.ArnPrincipal(f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:root")
        logs_service = iam.ServicePrincipal(f"logs.{Aws.REGION}.amazonaws.com")
        return iam.PolicyDocument(
            statements=[
                iam.PolicyStatement(
                    sid="Administration", actions=list(KEY_ADMINISTRATION), resources=["*"], principals=[account_root]
                ),
                iam.PolicyStatement(
                    sid="CloudWatchLogs",
                    actions=list(KEY_USE_BY_LOGS),
                    resources=["*"],
                    principals=[logs_service],
                    conditions={"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": self.arn}},
                ),
            ]
        )
