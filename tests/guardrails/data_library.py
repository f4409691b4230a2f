"""Small functions that tests of the guardrail library arrange with: requests, and which own guardrails stop them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from landing_zone.guardrails.evaluate import Request, fires
from landing_zone.guardrails.model import PrincipalGroup
from landing_zone.guardrails.parameters import Parameters
from landing_zone.guardrails.sources import SourcedGuardrail, load_guardrails
from landing_zone.guardrails.statements import iam_statement
from landing_zone.manifest.load import parsed_manifest
from landing_zone.plan.parameters import parameters
from landing_zone.policy_data import policy_data
from tests.manifest.arrange import FILE, clinic, text_of

ACCOUNT = "111122223333"
STRANGER = "999988887777"
OURS = "o-a1b2c3d4e5"
THEIRS = "o-zzzzzzzzzz"
MANAGEMENT, ARCHIVE = "100000000001", "100000000002"
LATE = {"OrganizationId": OURS, "ManagementAccountId": MANAGEMENT, "LogArchiveAccountId": ARCHIVE}
"""What the deployment fills in."""
Context = Mapping[str, str | tuple[str, ...]]
INSIDE: Context = {
    "aws:PrincipalOrgID": OURS,
    "aws:RequestedRegion": "us-east-1",
    "aws:ResourceOrgID": OURS,
    "aws:SecureTransport": "true",
}
"""What a request by a principal of the organization for a resource of the organization carries."""


def role(name: str, account: str = ACCOUNT) -> str:
    """ARN of a role."""
    return f"arn:aws:iam::{account}:role/{name}"


PEOPLE = role("aws-reserved/sso.amazonaws.com/AWSReservedSSO_Administrator_0123456789abcdef")
PIPELINE = role("cdk-hlz-cfn-exec-role-111122223333-us-east-1")
STACKSETS = role("stacksets-exec-0123456789abcdef")
SETTINGS = role("hlz-settings")
BREAK_GLASS = role("hlz-break-glass")
BACKUP = role("hlz-backup")


@cache
def _parameters() -> Parameters:
    return parameters(parsed_manifest(text_of(clinic()), FILE).manifest)


@cache
def _groups() -> Mapping[str, PrincipalGroup]:
    return TypeAdapter(dict[str, PrincipalGroup]).validate_python(policy_data("guardrails/principals"), strict=False)


@cache
def own_guardrails() -> Mapping[str, SourcedGuardrail]:
    """The project's own guardrails by id."""
    return {sourced.guardrail.id: sourced for sourced in load_guardrails()}


@cache
def statement_of(id: str) -> Mapping[str, Any]:
    """The statement of an own guardrail, as it is compiled for the clinic."""
    return iam_statement(own_guardrails()[id], _groups(), _parameters())


def stops(id: str, action: str, resource: str = "*", *, by: str = PEOPLE, context: Context | None = None) -> bool:
    """Whether a guardrail denies a request with exactly these condition keys."""
    return fires(statement_of(id), Request(by, action, resource, {**LATE, **(context or {})}))


def stopped_by(
    action: str, resource: str = "*", *, by: str = PEOPLE, profile: str = "phi", context: Context | None = None
) -> list[str]:
    """Which own guardrails of `foundation` and of a profile deny a request.

    It is by https and inside the organization, if the context does not say otherwise. AWS services are bound by
    resource control policies alone.
    """
    service = not by.startswith("arn:")
    usual: Context = {"aws:SecureTransport": "true"} if service else INSIDE
    here: Context = {"aws:RequestedRegion": "us-east-1"}
    request = Request(by, action, resource, {**LATE, **here, **usual, **(context or {})})
    return [
        id
        for id, sourced in own_guardrails().items()
        if {"foundation", profile} & set(sourced.guardrail.profiles)
        if sourced.type == "RESOURCE_CONTROL_POLICY" or (sourced.type == "SERVICE_CONTROL_POLICY" and not service)
        if statement_of(id)["Effect"] == "Deny" and fires(statement_of(id), request)
    ]
