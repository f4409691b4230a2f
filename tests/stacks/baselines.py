"""The clinic's account baselines, built once for the tests that look at them, and what those look for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.plan.model import Deployment
from tests.arrangement import clinic
from tests.stacks.arrange import Template, built, deployments_of, resources

EAST, WEST = "us-east-1", "us-west-2"
Variants = Mapping[tuple[str, str], SynthesizedVariant]
"""By account and Region."""


def clinics_deployments() -> list[Deployment]:
    """With a budget for one account."""
    return deployments_of("account_baseline", clinic(budgets=[{"monthly_usd": 900, "account": "ehr-production"}]))


@cache
def clinics_baselines() -> Variants:
    """Every variant of the clinic."""
    return _synthesized(clinics_deployments())


@cache
def sparse_baselines() -> Variants:
    """One account's under Control Tower, without emergency role and analyzer, with runbooks of its own."""
    sections = {
        "control_tower": True,
        "identity": {"break_glass": {"enabled": False}},
        "detection": {"access_analyzer": False, "runbooks": "https://runbooks.example/aws/"},
    }
    found = deployments_of("account_baseline", clinic(**sections))
    return _synthesized([one for one in found if one.environment.account == "ehr-training"])


def _synthesized(deployments: list[Deployment]) -> Variants:
    by_id = built(list({one.variant.id: one.variant for one in deployments}.values()))
    return {(one.environment.account, one.environment.region): by_id[one.variant.id] for one in deployments}


def only(template: Template, type: str) -> dict[str, Any]:
    """The one resource of a type."""
    (found,) = resources(template, type).values()
    return found


def flat(part: Any) -> str:
    """Text of an intrinsic: references in `${}`."""
    if isinstance(part, dict):
        if "Fn::Join" in part:
            return str(part["Fn::Join"][0]).join(flat(entry) for entry in part["Fn::Join"][1])
        name = part.get("Ref") or ".".join(part["Fn::GetAtt"])
        return f"${{{name}}}"
    return str(part)


def role(template: Template, name: str) -> tuple[str, dict[str, Any]]:
    """Logical id and properties of the role of a name."""
    ((id, found),) = [(i, r) for i, r in resources(template, "AWS::IAM::Role").items() if r.get("RoleName") == name]
    return id, found


def trust(template: Template, name: str) -> dict[str, Any]:
    """The one statement of a role's trust policy."""
    (statement,) = role(template, name)[1]["AssumeRolePolicyDocument"]["Statement"]
    return dict(statement)


def policy(template: Template, name: str) -> list[dict[str, Any]]:
    """Statements of the own policies of a role."""
    id, _ = role(template, name)
    policies = resources(template, "AWS::IAM::ManagedPolicy").values()
    return [s for p in policies if {"Ref": id} in p.get("Roles", []) for s in p["PolicyDocument"]["Statement"]]
