"""Small functions the tests of the guardrail library arrange with: who calls, and which guardrail stops the call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from landing_zone.guardrails.compile import Compiled, above, characters, iam_statement
from landing_zone.guardrails.evaluate import Request, fires
from landing_zone.guardrails.model import PrincipalGroup
from landing_zone.guardrails.parameters import Parameters
from landing_zone.guardrails.sources import SourcedGuardrail
from landing_zone.manifest.load import parsed_manifest
from landing_zone.manifest.model import Manifest
from landing_zone.plan.guardrails import compiled_guardrails
from landing_zone.plan.lock import Lock
from landing_zone.policy_data import policy_data
from tests.manifest.arrange import FILE, clinic, text_of

ACCOUNT = "123456789012"
LOG_ARCHIVE = "100000000002"
LATE = {
    "LogArchiveAccountId": LOG_ARCHIVE,
    "ManagementAccountId": "100000000001",
    "SecurityAccountId": "100000000003",
    "NetworkAccountId": "100000000004",
    "BackupAccountId": "100000000005",
    "DeployAccountId": "100000000006",
    "OrganizationId": "o-a1b2c3d4e5",
}

INSIDE = {"aws:PrincipalOrgID": LATE["OrganizationId"], "aws:ResourceOrgID": LATE["OrganizationId"]}
"""What a request by a principal of the organization for a resource of the organization carries."""


def role(name: str, account: str = ACCOUNT) -> str:
    """ARN of a role."""
    return f"arn:aws:iam::{account}:role/{name}"


ADMINISTRATOR = role("aws-reserved/sso.amazonaws.com/AWSReservedSSO_WorkloadAdministrator_0123456789abcdef")
EXECUTION = role(f"cdk-hlz-cfn-exec-role-{ACCOUNT}-us-east-1")
DEPLOY = role(f"cdk-hlz-deploy-role-{ACCOUNT}-us-east-1")
PUBLISHING = role(f"cdk-hlz-file-publishing-role-{ACCOUNT}-us-east-1")
LOOKUP = role(f"cdk-hlz-lookup-role-{ACCOUNT}-us-east-1")
STACK_SETS = role("stacksets-exec-0123456789abcdef")
SETTINGS = role("hlz-settings")
EVIDENCE = role("hlz-evidence")
BREAK_GLASS = role("hlz-break-glass")
CONTROL_TOWER = role("AWSControlTowerExecution")
ACCESS_ROLE = role("OrganizationAccountAccessRole")
ROOT_USER = f"arn:aws:iam::{ACCOUNT}:root"
BOUNDARY = f"arn:aws:iam::{ACCOUNT}:policy/hlz-boundary"


@dataclass(frozen=True)
class Call:
    """A call, the OU of the caller's account, and the guardrail that has to stop it: "" for none."""

    stopped_by: str
    principal: str
    action: str
    resource: str = "*"
    ou: str = "phi/production"
    context: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        who = self.principal.split(":", 5)[-1].removeprefix("role/").split("/")[-1].split("_")[0].split("-1234")[0]
        return f"{self.stopped_by or 'passes'}:{who}:{self.action}"


def manifest_of(**sections: Any) -> Manifest:
    """The clinic's manifest with these sections."""
    return parsed_manifest(text_of(clinic(**sections)), FILE).manifest


@cache
def compiled(control_tower: bool = False) -> Compiled:
    """The clinic's organization policies."""
    sections = {"control_tower": {"enabled": True}} if control_tower else {}
    return compiled_guardrails(parsed_manifest(text_of(clinic(**sections)), FILE), Lock())


def stopping(call: Call, control_tower: bool = False) -> frozenset[str]:
    """Ids of the guardrails of statements that stop the call; `{""}` if it passes."""
    found = compiled(control_tower)
    context = {"aws:RequestedRegion": "us-east-1", **INSIDE, **LATE, **call.context}
    request = Request(call.principal, call.action, call.resource, context)
    ids = {
        id
        for policy in found.policies
        if policy.type == "SERVICE_CONTROL_POLICY" and {*above(call.ou), call.ou} & set(policy.targets)
        for statement in policy.content["Statement"]
        if fires(statement, request)
        for id in policy.sids[statement["Sid"]]
    }
    return frozenset(ids or {""})


def characters_by_profile(entries: Sequence[SourcedGuardrail], known: Parameters) -> dict[str, int]:
    """Characters of the guardrails' statements by profile, commas included, without exempt groups that are off."""
    groups = TypeAdapter(dict[str, PrincipalGroup]).validate_python(policy_data("guardrails/principals"), strict=False)
    groups["control-tower"] = groups["control-tower"].model_copy(update={"principals": ()})
    taken: dict[str, int] = {}
    for entry in entries:
        for profile in entry.guardrail.profiles:
            length = characters(iam_statement(entry, groups, known), known) + 1
            taken[profile] = taken.get(profile, 0) + length
    return taken


def sourced(*topics: str) -> list[SourcedGuardrail]:
    """The project's service control policy guardrails of these files (`audit`, `detection`, ...)."""
    return [
        entry
        for entry in compiled(control_tower=True).guardrails.values()
        if entry.own and entry.document.file.split("/")[-1].removesuffix(".yaml") in topics
    ]
