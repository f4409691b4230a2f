"""The roles every account has for people and tools from outside, and the boundary of those made inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.named_role import NamedRole, trusted_principals
from constructs_lib.policy_text import filled, own_tokens, statements_of
from landing_zone.operations.settings.permissions import permission_policies
from landing_zone.operations.settings.table import settings_table
from landing_zone.plan.names import BREAK_GLASS_ROLE, EVIDENCE_ROLE, PERMISSIONS_BOUNDARY, SETTINGS_ROLE
from landing_zone.policy_data import policy_data


class PermissionsBoundary(Construct):
    """The most that a role made inside the account may do, from `policies/baseline/boundary.yaml`."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        statements = statements_of(policy_data("baseline/boundary")["statements"])
        self.policy = iam.CfnManagedPolicy(
            self,
            "Policy",
            managed_policy_name=PERMISSIONS_BOUNDARY,
            description="The most that a role made inside this account may do",
            policy_document=iam.PolicyDocument(statements=statements),
        )
        self.arn = self.policy.ref


class StandardRoles(Construct):
    """Settings, evidence and (where the manifest wants it) emergency roles, from `policies/baseline/roles.yaml`.

    accounts: ids by the names used there (`management`, `security`, `deploy`). settings_kinds: which settings are made
    in this account.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        organization_id: str,
        accounts: Mapping[str, str],
        settings_kinds: Sequence[str],
        boundary: str,
        break_glass: bool,
    ) -> None:
        super().__init__(scope, id)
        self._tokens = {**own_tokens(), **accounts}
        self._organization_id = organization_id
        description = "Account settings that CloudFormation cannot make"
        self._role("Settings", "settings", SETTINGS_ROLE, description, settings_statements(settings_kinds))
        self._role("Evidence", "evidence", EVIDENCE_ROLE, "Reads configuration as evidence, and no data")
        if break_glass:
            description = "Emergency access, 45 CFR 164.312(a)(2)(ii); every use raises an alarm"
            self._role("BreakGlass", "break_glass", BREAK_GLASS_ROLE, description, boundary=boundary)

    def _role(
        self,
        id: str,
        row: str,
        name: str,
        description: str,
        statements: Sequence[iam.PolicyStatement] = (),
        boundary: str | None = None,
    ) -> None:
        data: dict[str, Any] = filled(policy_data("baseline/roles")[row], self._tokens)
        NamedRole(
            self,
            id,
            name=name,
            description=description,
            trust=trusted_principals(
                data["accounts"],
                data["principals"],
                self._organization_id,
                multi_factor=data.get("multi_factor", False),
            ),
            managed_policies=data.get("managed_policies", ()),
            statements=[*statements_of(data.get("statements", ())), *statements],
            session_hours=data["session_hours"],
            boundary=boundary,
        )


def settings_statements(kinds: Sequence[str]) -> list[iam.PolicyStatement]:
    """What `hlz settings` needs in an account, from the table of settings.

    kinds: of `landing_zone.operations.settings.permissions.KINDS`. Why resources are as wide as they are:
    `hlz settings --permissions`.
    """
    policies = permission_policies(settings_table().values(), SETTINGS_ROLE)
    statements = []
    for kind in kinds:
        for row in policies[kind]["policy"]["Statement"]:
            resources = row["Resource"] if isinstance(row["Resource"], list) else [row["Resource"]]
            partitioned = [resource.replace("arn:aws:", f"arn:{Aws.PARTITION}:") for resource in resources]
            unnamed = {key: entry for key, entry in row.items() if key != "Sid"}  # each kind counts from 1
            statements.append(iam.PolicyStatement.from_json({**unnamed, "Resource": partitioned}))
    return statements
