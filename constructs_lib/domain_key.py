"""The customer managed key of one data domain: who administers it, who uses it, and through what.

Domains are few, because every key is a policy to review and a dollar a month: `logs` (log groups, alarm topics and
event buses of an account), `data`, `secrets`, `backup` (an account's stores, secrets and backup vault), `archive` (the
log archive), `control-tower` (what AWS Control Tower records) and `bootstrap` (templates on their way to
CloudFormation). docs/keys.md says why each exists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws, CfnDeletionPolicy, CfnTag
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from constructs import Construct

from landing_zone.plan.names import BREAK_GLASS_ROLE, execution_role, key_alias

ADMINISTRATION = (
    "kms:CancelKeyDeletion",
    "kms:CreateAlias",
    "kms:DeleteAlias",
    "kms:DisableKey",
    "kms:EnableKey",
    "kms:EnableKeyRotation",
    "kms:PutKeyPolicy",
    "kms:ReplicateKey",
    "kms:RevokeGrant",
    "kms:ScheduleKeyDeletion",
    "kms:TagResource",
    "kms:UntagResource",
    "kms:UpdateAlias",
    "kms:UpdateKeyDescription",
    "kms:UpdatePrimaryRegion",
)
READING = (
    "kms:DescribeKey",
    "kms:GetKeyPolicy",
    "kms:GetKeyRotationStatus",
    "kms:ListGrants",
    "kms:ListKeyPolicies",
    "kms:ListResourceTags",
)
USE = ("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*")
"""What reading and writing encrypted data takes; `*` covers GenerateDataKeyWithoutPlaintext and ReEncryptFrom/To."""


def account_root() -> iam.IPrincipal:
    """Every principal of the own account, as far as its identity policies allow."""
    return iam.ArnPrincipal(f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:root")


def service_statement(
    sid: str, services: Sequence[str], *, actions: Sequence[str], conditions: Mapping[str, Any]
) -> iam.PolicyStatement:
    """AWS services may use the key under conditions that pin on whose behalf."""
    return iam.PolicyStatement(
        sid=sid,
        actions=list(actions),
        resources=["*"],  # of the key itself
        principals=[iam.ServicePrincipal(service) for service in services],
        conditions=dict(conditions),
    )


def via_service_statement(sid: str, services: Sequence[str], *, actions: Sequence[str] = USE) -> iam.PolicyStatement:
    """Principals of the own account may use the key, but only through these services of the Region.

    services: endpoint prefixes as kms:ViaService knows them, e.g. `s3`, `rds`. Their suffix is .amazonaws.com in every
    partition (AWS KMS Developer Guide, conditions-kms).
    """
    return iam.PolicyStatement(
        sid=sid,
        actions=list(actions),
        resources=["*"],
        principals=[account_root()],
        conditions={
            "StringEquals": {
                "kms:CallerAccount": Aws.ACCOUNT_ID,
                "kms:ViaService": [f"{service}.{Aws.REGION}.amazonaws.com" for service in services],
            }
        },
    )


def grant_statement(sid: str, services: Sequence[str]) -> iam.PolicyStatement:
    """AWS services that hold data for long (volumes, databases) may be granted use of the key."""
    statement = via_service_statement(sid, services, actions=["kms:CreateGrant"])
    statement.add_condition("Bool", {"kms:GrantIsForAWSResource": "true"})
    return statement


class DomainKey(Construct):
    """A symmetric key with rotation, an alias, and administrators who cannot use it.

    Administrators are the pipeline's execution role, the emergency role and the roles named in the manifest; anybody
    else in the account may at most look. `use` says who may use the key. `primary_arn` makes it a replica.
    Deleting the stack keeps the key; deleting the key takes `deletion_window_days` (30).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain: str,
        description: str,
        qualifier: str,
        use: Sequence[iam.PolicyStatement],
        rotation_days: int = 365,
        deletion_window_days: int = 30,
        administrators: Sequence[str] = (),
        multi_region: bool = False,
        primary_arn: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        policy = iam.PolicyDocument(statements=[*_administration(qualifier, administrators), *use])
        tags = [CfnTag(key="hlz:key-domain", value=domain)]
        key: kms.CfnKey | kms.CfnReplicaKey
        if primary_arn:
            key = kms.CfnReplicaKey(
                self,
                "Key",
                primary_key_arn=primary_arn,
                description=description,
                pending_window_in_days=deletion_window_days,
                key_policy=policy,
                tags=tags,
            )
        else:
            key = kms.CfnKey(
                self,
                "Key",
                description=description,
                enable_key_rotation=True,
                rotation_period_in_days=rotation_days,
                pending_window_in_days=deletion_window_days,
                multi_region=multi_region or None,
                key_policy=policy,
                tags=tags,
            )
        key.cfn_options.deletion_policy = CfnDeletionPolicy.RETAIN
        key.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN
        self.key = key
        self.arn = key.attr_arn
        self.alias = kms.CfnAlias(self, "Alias", alias_name=key_alias(domain), target_key_id=key.attr_arn)


def _administration(qualifier: str, administrators: Sequence[str]) -> list[iam.PolicyStatement]:
    names = [execution_role(qualifier, Aws.ACCOUNT_ID, Aws.REGION), BREAK_GLASS_ROLE, *administrators]
    return [
        iam.PolicyStatement(
            sid="Administration",
            actions=list(ADMINISTRATION),
            resources=["*"],
            principals=[account_root()],
            conditions={
                "ArnLike": {
                    "aws:PrincipalArn": [f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{name}" for name in names]
                }
            },
        ),
        iam.PolicyStatement(sid="Reading", actions=list(READING), resources=["*"], principals=[account_root()]),
    ]
