"""A log group that is encrypted with a customer managed key, kept for the planned days, and survives its stack."""

from __future__ import annotations

from aws_cdk import Aws, CfnDeletionPolicy, CfnTag
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs_lib.domain_key import service_statement

KEY_USE_BY_LOGS = ("kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*")
"""Actions CloudWatch Logs needs. Source: Amazon CloudWatch Logs User Guide, encrypt-log-data-kms."""


class EncryptedLogGroup(Construct):
    """A log group of a kind of log. retention_days: an allowed RetentionInDays; key_arn: the account's key for logs."""

    def __init__(self, scope: Construct, id: str, *, name: str, kind: str, retention_days: int, key_arn: str) -> None:
        super().__init__(scope, id)
        self.arn = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:{name}"
        self.log_group = logs.CfnLogGroup(
            self,
            "LogGroup",
            log_group_name=name,
            retention_in_days=retention_days,
            kms_key_id=key_arn,
            deletion_protection_enabled=True,
            tags=[CfnTag(key="hlz:log-kind", value=kind)],
        )
        self.log_group.cfn_options.deletion_policy = CfnDeletionPolicy.RETAIN
        self.log_group.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN


def use_by_logs() -> iam.PolicyStatement:
    """CloudWatch Logs may use the key for log groups of the own account and Region."""
    groups = f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:log-group:*"
    return service_statement(
        "CloudWatchLogs",
        [f"logs.{Aws.REGION}.amazonaws.com"],
        actions=KEY_USE_BY_LOGS,
        conditions={"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}},
    )
