"""identity: permission sets, and the groups of Identity Center's own directory."""

from __future__ import annotations

from aws_cdk import CfnOutput
from aws_cdk import aws_identitystore as identitystore
from constructs import Construct

from constructs_lib.permission_set import PermissionSet
from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant
from landing_zone.plan.names import group_export, group_slug, permission_set_export


class IdentityStack(RoleStack):
    """What people may do (permission sets), and groups, where no external identity provider brings them."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: workforce identity")
        for name, entry in variant.shape["permission_sets"].items():
            made = PermissionSet(
                self,
                f"PermissionSet-{name}",
                name=name,
                instance_arn=self.value("InstanceArn"),
                description=entry["description"],
                session_hours=entry["session_hours"],
                data=entry["data"],
                managed_policies=entry["managed_policies"],
                statements=entry["statements"],
                boundary=entry["boundary"],
            )
            CfnOutput(made, "Arn", value=made.arn, export_name=permission_set_export(name))
        for group in variant.shape["groups"]:
            scope_of_group = Construct(self, f"Group-{group_slug(group)}")  # gives logical ids that cannot collide
            made_group = identitystore.CfnGroup(
                scope_of_group, "Group", identity_store_id=self.value("IdentityStoreId"), display_name=group
            )
            CfnOutput(scope_of_group, "Id", value=made_group.attr_group_id, export_name=group_export(group))
