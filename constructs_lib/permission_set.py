"""A permission set of Identity Center: what people may do in the accounts that they are assigned to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws, CfnTag
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sso as sso
from constructs import Construct

from constructs_lib.policy_text import filled
from landing_zone.plan.names import PERMISSIONS_BOUNDARY

DATA_TAG = "hlz-data"
"""Tag with the most sensitive data class of the accounts it may reach; the type takes no colon in a tag."""


class PermissionSet(Construct):
    """A permission set by name. Its inline policy is the one text that Identity Center carries into every account.

    managed_policies: names of AWS managed policies with their path. statements: as in IAM, with `${partition}` open.
    boundary: whether it carries the permissions boundary, which every account has from its baseline.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        instance_arn: str,
        description: str,
        session_hours: int,
        data: str,
        managed_policies: Sequence[str] = (),
        statements: Sequence[Mapping[str, Any]] = (),
        boundary: bool = True,
    ) -> None:
        super().__init__(scope, id)
        self.permission_set = sso.CfnPermissionSet(
            self,
            "PermissionSet",
            name=name,
            instance_arn=instance_arn,
            description=description,
            session_duration=f"PT{session_hours}H",
            managed_policies=[f"arn:{Aws.PARTITION}:iam::aws:policy/{policy}" for policy in managed_policies],
            inline_policy=_document(statements) if statements else None,
            permissions_boundary=_boundary() if boundary else None,
            tags=[CfnTag(key=DATA_TAG, value=data)],
        )
        self.arn = self.permission_set.attr_permission_set_arn


def _document(statements: Sequence[Mapping[str, Any]]) -> iam.PolicyDocument:
    rows = [filled(dict(row), {"partition": Aws.PARTITION}) for row in statements]
    return iam.PolicyDocument(statements=[iam.PolicyStatement.from_json(row) for row in rows])


def _boundary() -> sso.CfnPermissionSet.PermissionsBoundaryProperty:
    reference = sso.CfnPermissionSet.CustomerManagedPolicyReferenceProperty(name=PERMISSIONS_BOUNDARY, path="/")
    return sso.CfnPermissionSet.PermissionsBoundaryProperty(customer_managed_policy_reference=reference)
