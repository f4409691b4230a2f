"""A role whose name others rely on: who may assume it, and exactly what it may do, by managed policies alone."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct


class NamedRole(Construct):
    """A role that exists once in an account.

    managed_policies: names of AWS managed policies with their path. statements: a policy of its own. boundary: ARN of a
    permissions boundary. Stacks of other Regions refer to the role by name (`role_arn`).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        description: str,
        trust: iam.PolicyStatement,
        managed_policies: Sequence[str] = (),
        statements: Sequence[iam.PolicyStatement] = (),
        session_hours: int = 1,
        boundary: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.role = iam.CfnRole(
            self,
            "Role",
            role_name=name,
            description=description,
            assume_role_policy_document=iam.PolicyDocument(statements=[trust]),
            managed_policy_arns=[f"arn:{Aws.PARTITION}:iam::aws:policy/{policy}" for policy in managed_policies]
            or None,
            max_session_duration=session_hours * 3600,
            permissions_boundary=boundary,
        )
        if statements:
            iam.CfnManagedPolicy(
                self,
                "Policy",
                description=description,
                roles=[self.role.ref],
                policy_document=iam.PolicyDocument(statements=list(statements)),
            )


def role_arn(name: str) -> str:
    """ARN of a role of the own account."""
    return f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/{name}"


def trusted_service(service: str, source_arn: str) -> iam.PolicyStatement:
    """An AWS service may assume the role on behalf of the own account and of a resource."""
    return iam.PolicyStatement(
        actions=["sts:AssumeRole"],
        principals=[iam.ServicePrincipal(f"{service}.amazonaws.com")],
        conditions={
            "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
            "ArnLike": {"aws:SourceArn": source_arn},
        },
    )


def trusted_principals(
    accounts: Sequence[str], principals: Sequence[str], organization_id: str, *, multi_factor: bool = False
) -> iam.PolicyStatement:
    """These principals (ARN patterns) of these accounts may assume the role while both are in the organization."""
    statement = iam.PolicyStatement(
        actions=["sts:AssumeRole"],
        principals=[iam.ArnPrincipal(f"arn:{Aws.PARTITION}:iam::{account}:root") for account in accounts],
        conditions={
            "StringEquals": {"aws:PrincipalOrgID": organization_id},
            "ArnLike": {"aws:PrincipalArn": list(principals)},
        },
    )
    if multi_factor:
        statement.add_condition("Bool", {"aws:MultiFactorAuthPresent": "true"})
    return statement
