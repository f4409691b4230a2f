"""accounts: one of the stacks that make accounts and place them in their OUs."""

from __future__ import annotations

from aws_cdk import aws_organizations as organizations
from constructs import Construct

from constructs_lib.organization_resources import before_the_bootstrap, chained, kept, tags_of
from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant
from landing_zone.plan.names import unit_export


class AccountsStack(RoleStack):
    """Accounts, one after the other, each in its OU and with the manifest's tags.

    The role that AWS Organizations makes in a new account keeps its default name, OrganizationAccountAccessRole.
    """

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(
            scope,
            variant,
            qualifier=qualifier,
            description="Landing zone: accounts",
            synthesizer=before_the_bootstrap(qualifier),
        )
        group = Construct(self, "Account")
        made = [
            organizations.CfnAccount(
                group,
                row["name"],
                account_name=row["name"],
                email=row["email"],
                parent_ids=[self.imported(unit_export(row["ou"]))],
                tags=tags_of(row["tags"]),
            )
            for row in variant.shape["accounts"]
        ]
        kept(made)
        chained(made)
