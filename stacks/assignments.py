"""assignments: a group's permission set in many accounts."""

from __future__ import annotations

from aws_cdk import Fn
from aws_cdk import aws_sso as sso
from constructs import Construct

from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant

LANES = 5
"""Assignments made at a time. Identity Center works on a limited number of them at once for the organization and
refuses more: a CloudFormation stack failed above 10 accounts, and others report 20 (coverage roadmap, issue 660). The
number that AWS states was not read."""


class AssignmentsStack(RoleStack):
    """An assignment for each account, always of a group, a few at a time."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: assignments of people")
        names = Construct(self, "Account")
        instance, group = self.value("InstanceArn"), self._group_id(variant)
        permission_set = Fn.import_value(self.value("PermissionSetExport"))
        made: list[sso.CfnAssignment] = []
        for name, account_id in variant.shape["accounts"].items():
            assignment = sso.CfnAssignment(
                names,
                name,
                instance_arn=instance,
                permission_set_arn=permission_set,
                principal_id=group,
                principal_type="GROUP",
                target_id=account_id or self.value("AccountId"),
                target_type="AWS_ACCOUNT",
            )
            if len(made) >= LANES:
                assignment.add_resource_dependency(made[-LANES])
            made.append(assignment)

    def _group_id(self, variant: Variant) -> str:
        if variant.shape["group_source"] == "external":
            return self.value("GroupId")
        return Fn.import_value(self.value("GroupExport"))
