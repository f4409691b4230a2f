"""What AWS Control Tower asks for before its landing zone: four service roles by name, and a key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.domain_key import DomainKey
from constructs_lib.policy_text import filled, own_tokens
from landing_zone.plan.control_tower import facts

KEY_DOMAIN = "control-tower"


class ControlTowerRoles(Construct):
    """The roles that Control Tower, CloudTrail, StackSets and AWS Config assume, for this landing zone alone."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        for name, row in facts()["roles"].items():
            self._role(name, filled(row, own_tokens()))

    def _role(self, name: str, row: Mapping[str, Any]) -> None:
        managed = [f"arn:{Aws.PARTITION}:iam::aws:policy/{policy}" for policy in row.get("managed_policies", [])]
        role = iam.CfnRole(
            self,
            name,
            role_name=name,
            path=facts()["role_path"],
            description=row["description"],
            assume_role_policy_document=iam.PolicyDocument(statements=[_trust(row)]),
            managed_policy_arns=managed or None,
        )
        if "statements" in row:
            iam.CfnManagedPolicy(
                self,
                f"{name}Policy",
                description=row["description"],
                roles=[role.ref],
                policy_document={
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", **statement} for statement in row["statements"]],
                },
            )


def _trust(row: Mapping[str, Any]) -> iam.PolicyStatement:
    trust = iam.PolicyStatement(
        actions=["sts:AssumeRole"], principals=[iam.ServicePrincipal(f"{row['service']}.amazonaws.com")]
    )
    if "source_arn" in row:
        trust.add_condition("StringEquals", {"aws:SourceAccount": Aws.ACCOUNT_ID})
        trust.add_condition("ArnLike", {"aws:SourceArn": row["source_arn"]})
    return trust


class ControlTowerKey(DomainKey):
    """The key of what Control Tower's trail and AWS Config write: symmetric, of one Region, in the management account.

    readers: accounts in which its buckets are.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        qualifier: str,
        organization_id: str,
        readers: Sequence[str],
        rotation_days: int,
        deletion_window_days: int,
        administrators: Sequence[str],
    ) -> None:
        tokens = {
            **own_tokens(),
            "trail": facts()["trail"],
            "organization_id": organization_id,
            "readers": [f"arn:{Aws.PARTITION}:iam::{account}:root" for account in readers],
        }
        super().__init__(
            scope,
            id,
            domain=KEY_DOMAIN,
            description="What AWS Control Tower records",
            qualifier=qualifier,
            use=[iam.PolicyStatement.from_json(filled(statement, tokens)) for statement in facts()["key"]],
            rotation_days=rotation_days,
            deletion_window_days=deletion_window_days,
            administrators=administrators,
        )
