"""Who may use the key of a data domain, from `policies/keys/domains.yaml`."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_iam as iam

from constructs_lib.domain_key import grant_statement, via_service_statement
from constructs_lib.policy_text import statements_of
from landing_zone.policy_data import policy_data


def description_of(domain: str) -> str:
    """What the domain's key is for."""
    description: str = policy_data("keys/domains")[domain]["description"]
    return description


def use_of(
    domain: str, *, copies: str | None = None, tokens: Mapping[str, str] | None = None
) -> list[iam.PolicyStatement]:
    """The own account through the domain's services, grants for those that hold data, and what only some need.

    copies: `sent` to or `received` in the backup account, with the tokens that these statements name.
    """
    row = policy_data("keys/domains")[domain]
    statements = [via_service_statement("ThroughServices", row["via"])]
    if "grants" in row:
        statements.append(grant_statement("Grants", row["grants"]))
    special = [*row.get("statements", ()), *row.get(copies or "", ())]
    return [*statements, *statements_of(special, tokens or {})]
