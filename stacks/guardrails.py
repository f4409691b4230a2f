"""guardrails: the organization policies of one type, attached to root, OUs and accounts."""

from __future__ import annotations

from aws_cdk import aws_organizations as organizations
from constructs import Construct

from constructs_lib.organization_resources import chained, kept, tags_of, target_export
from constructs_lib.policy_text import policy_document
from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant


class GuardrailsStack(RoleStack):
    """Policies as they were compiled; ids that only the deployment knows are filled in as values."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: guardrails")
        late = {name: self.value(name) for name in variant.shape["values"]}
        group = Construct(self, "Policy")
        made = [
            organizations.CfnPolicy(
                group,
                row["name"],
                name=row["name"],
                type=row["type"],
                description=row["description"],
                content=policy_document(row["content"], late),
                target_ids=[self._target_id(target) for target in row["targets"]],
                tags=tags_of({"hlz:purpose": "guardrail"}),
            )
            for row in variant.shape["policies"]
        ]
        kept(made)
        chained(made)

    def _target_id(self, target: str) -> str:
        export = target_export(target)
        return self.imported(export) if export else target
