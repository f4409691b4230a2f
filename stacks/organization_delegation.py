"""organization_delegation: the organization's resource policy, by which the security account may look at it."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_organizations as organizations
from constructs import Construct

from constructs_lib.organization_resources import kept, tags_of
from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant
from landing_zone.policy_data import policy_data


class OrganizationDelegationStack(RoleStack):
    """Reading for the security account; nobody but the management account changes anything."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(
            scope, variant, qualifier=qualifier, description="Landing zone: delegation of the organization"
        )
        reader = f"arn:{Aws.PARTITION}:iam::{self.value('SecurityAccountId')}:root"
        statement = {
            "Sid": "SecurityMayLook",
            "Effect": "Allow",
            "Principal": {"AWS": reader},
            "Action": policy_data("organization/delegation")["reading"],
            "Resource": "*",  # root, OUs, accounts and policies of the own organization; the policy reaches no other
        }
        policy = organizations.CfnResourcePolicy(
            self,
            "ResourcePolicy",
            content={"Version": "2012-10-17", "Statement": [statement]},
            tags=tags_of({"hlz:purpose": "delegation"}),
        )
        kept([policy])
