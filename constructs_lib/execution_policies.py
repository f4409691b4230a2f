"""What CloudFormation may do for the pipeline: managed policies made from policies/bootstrap/execution*.yaml.

IAM allows a managed policy 6,144 characters, white space not counted, and a role ten of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws, CfnCondition, Fn
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.bootstrap_roles import allow, shared_parameters_are_readable
from constructs_lib.policy_text import filled
from landing_zone.plan.names import PIPELINE_ROLE, execution_policy
from landing_zone.policy_data import policy_data

_PSEUDO = {"Partition": "Partition", "Region": "Region", "Account": "AccountId"}


class ExecutionPolicies(Construct):
    """One managed policy for each group of services, and one for roles, keys and what is denied.

    permissions_boundary: ARN of a policy that must not be changed, if there is one. management_account: its id; what
    only it may do exists nowhere else, although the template is the same everywhere. organization_id: whose parameters
    may be read.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        qualifier: str,
        permissions_boundary: str | None,
        management_account: str,
        organization_id: str,
    ) -> None:
        super().__init__(scope, id)
        here = Fn.condition_equals(Aws.ACCOUNT_ID, management_account)
        at_management = CfnCondition(self, "AtManagement", expression=here)
        self._qualifier = qualifier
        self._data = policy_data("bootstrap/execution")
        granted = policy_data("bootstrap/execution_actions")["policies"]
        policies = {part: self._services(actions) for part, actions in granted.items()}
        policies["limits"] = [
            self._roles_handed_over(),
            self._service_linked_roles(),
            self._keys_through_services(),
            *self._denied(permissions_boundary),
        ]
        policies["account"].append(shared_parameters_are_readable(organization_id))
        policies["names"].append(self._extra("Sharing", "sharing"))
        policies["people"].append(self._extra("IdentityCenter", "identity_center"))
        of_management = frozenset(self._data["management_account"])
        made = {part: self._policy(part, statements) for part, statements in policies.items()}
        self.arns = [policy.ref for part, policy in made.items() if part not in of_management]
        self._of_management = [policy for part, policy in made.items() if part in of_management]
        for policy in self._of_management:
            policy.cfn_options.condition = at_management

    def attach_to(self, role_name: str) -> None:
        """Give the role what it has in the management account alone; `arns` are what it has everywhere."""
        for policy in self._of_management:
            policy.roles = [role_name]

    def _policy(self, part: str, statements: Sequence[iam.PolicyStatement]) -> iam.CfnManagedPolicy:
        return iam.CfnManagedPolicy(
            self,
            part.title(),
            managed_policy_name=execution_policy(self._qualifier, part, Aws.REGION),
            description=f"What CloudFormation may do for the pipeline: {part}",
            policy_document=iam.PolicyDocument(statements=list(statements)),
        )

    def _services(self, actions: Mapping[str, Any]) -> list[iam.PolicyStatement]:
        # "*": metadata, whose Describe and List calls are often authorized for no resource, and the few actions for
        # which IAM knows no resource.
        everywhere = {"Reading": actions["reading"], "Unconfined": actions["everywhere"]}
        return [
            *(allow(sid, granted, ["*"]) for sid, granted in everywhere.items() if granted),
            *(
                allow(service.title().replace("-", ""), granted, self._filled(self._data["resources"][service]))
                for service, granted in actions["confined"].items()
            ),
        ]

    def _roles_handed_over(self) -> iam.PolicyStatement:
        condition = {"StringEquals": {"iam:PassedToService": self._data["passed_to"]}}
        roles = [arn for arn in self._data["resources"]["iam"] if ":role/" in arn]
        return allow("RolesToServices", ["iam:PassRole"], self._filled(roles), condition)

    def _service_linked_roles(self) -> iam.PolicyStatement:
        condition = {"StringEquals": {"iam:AWSServiceName": self._data["service_linked_roles"]}}
        roles = f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:role/aws-service-role/*"
        return allow("ServiceLinkedRoles", ["iam:CreateServiceLinkedRole"], [roles], condition)

    def _keys_through_services(self) -> iam.PolicyStatement:
        use = self._data["keys_through_services"]
        services = [f"{service}.{Aws.REGION}.{Aws.URL_SUFFIX}" for service in use["services"]]
        keys = f"arn:{Aws.PARTITION}:kms:{Aws.REGION}:{Aws.ACCOUNT_ID}:key/*"
        return allow("KeysThroughServices", use["actions"], [keys], {"StringEquals": {"kms:ViaService": services}})

    def _extra(self, sid: str, section: str) -> iam.PolicyStatement:
        """What no handler states, by its section of the data."""
        made = self._data[section]
        return allow(sid, made["actions"], self._filled(made["resources"]))

    def _denied(self, permissions_boundary: str | None) -> list[iam.PolicyStatement]:
        denied = [
            iam.PolicyStatement(
                sid=row["sid"],
                effect=iam.Effect.DENY,
                actions=row["actions"],
                resources=self._filled(row["resources"]),
                conditions=self._filled(row.get("conditions", {})),
            )
            for row in self._data["denied"]
        ]
        if permissions_boundary:
            denied[0].add_resources(permissions_boundary)
        return denied

    def _filled(self, part: Any) -> Any:
        """Texts as `Fn::Sub`: half as long as joins, and the whole must fit into a StackSet's call."""
        own = {name: f"${{AWS::{pseudo}}}" for name, pseudo in _PSEUDO.items()}
        return _substituted(filled(part, own | {"Qualifier": self._qualifier, "PipelineRole": PIPELINE_ROLE}))


def _substituted(part: Any) -> Any:
    if isinstance(part, dict):
        return {key: _substituted(entry) for key, entry in part.items()}
    if isinstance(part, list):
        return [_substituted(entry) for entry in part]
    return Fn.sub(part) if "${AWS::" in part else part
