"""The roles every account has for people and tools from outside, and the boundary of those made inside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.named_role import NamedRole, trusted_principals
from constructs_lib.policy_text import filled, own_tokens, statements_of
from landing_zone.plan.names import BREAK_GLASS_ROLE, EVIDENCE_ROLE, PERMISSIONS_BOUNDARY, SETTINGS_ROLE
from landing_zone.policy_data import POLICIES, policy_data


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

    accounts: ids by the names used there (`management`, `security`, `deploy`). settings_scopes: whose settings are made
    in this account, in `settings_regions` alone.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        organization_id: str,
        accounts: Mapping[str, str],
        settings_scopes: Sequence[str],
        settings_regions: Sequence[str],
        boundary: str,
        break_glass: bool,
    ) -> None:
        super().__init__(scope, id)
        self._tokens = {**own_tokens(), **accounts}
        self._organization_id = organization_id
        actions = settings_actions(scopes=settings_scopes)
        self._role(
            "Settings",
            "settings",
            SETTINGS_ROLE,
            "Account settings that CloudFormation cannot make",
            [_confined(actions, settings_regions)] if actions else [],
        )
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


def settings_actions(scopes: Sequence[str]) -> list[str]:
    """The actions that `hlz settings` needs for settings of these scopes; none while the table has no such row."""
    tables = sorted((POLICIES / "settings").glob("*.yaml"))
    rows = [row for table in tables for row in policy_data(f"settings/{table.stem}")["settings"]]
    return sorted({action for row in rows if row["scope"] in scopes for action in row["permissions"]})


def _confined(actions: Sequence[str], regions: Sequence[str]) -> iam.PolicyStatement:
    return iam.PolicyStatement(
        sid="Settings",
        actions=list(actions),
        resources=["*"],  # switches of the account, which most have no resource; the Regions confine the others
        conditions={"StringEquals": {"aws:RequestedRegion": list(regions)}},
    )
