"""The roles of the bootstrap: who may assume them, and the managed policies they carry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws, CfnCondition, CfnTag
from aws_cdk import aws_iam as iam
from constructs import Construct

from landing_zone.plan.names import NETWORK_PARAMETERS, PIPELINE_ROLE


def role_arn(name: str, account: str = Aws.ACCOUNT_ID) -> str:
    """ARN of a role, by its name with its path."""
    return f"arn:{Aws.PARTITION}:iam::{account}:role/{name}"


def pipeline_trust(deploy_account: str, organization_id: str) -> iam.PolicyDocument:
    """Only the pipeline's role of the deploy account, inside the organization, and not as anybody's deputy.

    The account is the principal and the role stands in the condition, because IAM refuses a principal that does not
    exist yet and would replace it by an id that dies with it. Requests with an external id are made on behalf of
    others; nobody has business here that way (CDK bootstrap template, version 29 and later).
    """
    return _trust(
        iam.ArnPrincipal(f"arn:{Aws.PARTITION}:iam::{deploy_account}:root"),
        {
            "ArnEquals": {"aws:PrincipalArn": role_arn(PIPELINE_ROLE, deploy_account)},
            "StringEquals": {"aws:PrincipalOrgID": organization_id},
            "Null": {"sts:ExternalId": "true"},
        },
    )


def own_role_trust(name: str) -> iam.PolicyDocument:
    """Only one role of the own account, by its name with its path."""
    return _trust(
        iam.ArnPrincipal(f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:root"),
        {"ArnEquals": {"aws:PrincipalArn": role_arn(name)}, "Null": {"sts:ExternalId": "true"}},
    )


def cloudformation_trust() -> iam.PolicyDocument:
    """CloudFormation as a stack's service role.

    Without aws:SourceAccount or aws:SourceArn: AWS documents them for extensions only (user guide,
    cross-service-confused-deputy-prevention), and where they were absent no stack could be deployed. Nobody else can
    make CloudFormation assume the role: roles are passed within an account only, and here by the deploy role alone.
    """
    return _trust(iam.ServicePrincipal("cloudformation.amazonaws.com"), {})


class BootstrapRole(Construct):
    """A role with a fixed name, a managed policy of its own, and the permissions boundary if there is one.

    purpose: as the CDK CLI tags it (`deploy`, `lookup`, ...). policy_arns: managed policies made elsewhere.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        purpose: str,
        trust: iam.PolicyDocument,
        permissions_boundary: str | None,
        allowed: Sequence[iam.PolicyStatement] = (),
        policy_arns: Sequence[str] = (),
        only_if: CfnCondition | None = None,
    ) -> None:
        super().__init__(scope, id)
        role = iam.CfnRole(
            self,
            "Role",
            role_name=name,
            assume_role_policy_document=trust,
            managed_policy_arns=list(policy_arns) or None,
            permissions_boundary=permissions_boundary,
            tags=[CfnTag(key="aws-cdk:bootstrap-role", value=purpose)],
        )
        role.cfn_options.condition = only_if
        self.arn, self.name = role.attr_arn, role.ref
        if allowed:
            policy = iam.CfnManagedPolicy(
                self,
                "Policy",
                managed_policy_name=name,
                description=f"Bootstrap: {purpose}",
                policy_document=iam.PolicyDocument(statements=list(allowed)),
                roles=[role.ref],
            )
            policy.cfn_options.condition = only_if


def allow(
    sid: str, actions: Sequence[str], resources: Sequence[str], conditions: Mapping[str, Any] | None = None
) -> iam.PolicyStatement:
    """A statement that allows actions on resources."""
    return iam.PolicyStatement(
        sid=sid, actions=list(actions), resources=list(resources), conditions=dict(conditions or {})
    )


def shared_parameters_are_readable(organization_id: str) -> iam.PolicyStatement:
    """What accounts of the organization share with each other, for templates with parameters that read it.

    Who reads is not said in one place: CreateChangeSet evaluates such parameters with the deploy role's permissions (a
    comment in the CDK's own bootstrap template), operations on a stack run with its service role's (CloudFormation user
    guide). So both have this statement.
    """
    parameters = f"arn:{Aws.PARTITION}:ssm:{Aws.REGION}:*:parameter{NETWORK_PARAMETERS}"  # of any account inside
    inside = {"StringEquals": {"aws:ResourceOrgID": organization_id}}
    return allow("SharedParameters", ["ssm:GetParameters"], [parameters], inside)


def _trust(principal: iam.IPrincipal, conditions: Mapping[str, Any]) -> iam.PolicyDocument:
    statement = iam.PolicyStatement(actions=["sts:AssumeRole"], principals=[principal], conditions=dict(conditions))
    return iam.PolicyDocument(statements=[statement])
