"""Small functions the tests of the guardrail library arrange with: who calls, and which guardrail stops the call."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from landing_zone.guardrails.compile import Compiled
from landing_zone.guardrails.composition import above
from landing_zone.guardrails.evaluate import Request, fires
from landing_zone.guardrails.sources import SourcedGuardrail
from landing_zone.guardrails.statements import characters, iam_statement
from landing_zone.manifest.load import LoadedManifest, parsed_manifest
from landing_zone.manifest.model import Manifest
from landing_zone.plan.guardrails import compiled_guardrails, principal_groups
from landing_zone.plan.lock import Lock
from landing_zone.plan.parameters import parameters
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
"""What the deployment fills in."""
USUAL = {
    "aws:RequestedRegion": "us-east-1",
    "aws:PrincipalOrgID": "o-a1b2c3d4e5",
    "aws:ResourceOrgID": "o-a1b2c3d4e5",
    "aws:SecureTransport": "true",
}
"""What a request inside the organization carries."""


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
    return compiled_guardrails(loaded(control_tower), Lock())


@cache
def loaded(control_tower: bool) -> LoadedManifest:
    """The clinic's manifest."""
    tower = {"control_tower": {"enabled": True}, "guardrails": {"scp_quota": "10x10240"}}  # it takes places of its own
    sections: Mapping[str, Any] = tower if control_tower else {}
    return parsed_manifest(text_of(clinic(**sections)), FILE)


@cache
def statements(control_tower: bool = False) -> Mapping[str, Mapping[str, Any]]:
    """Statement of each service control policy guardrail by id, before statements are put together."""
    manifest = loaded(control_tower).manifest
    groups, known = principal_groups(manifest), parameters(manifest)
    return {
        id: iam_statement(entry, groups, known)
        for id, entry in compiled(control_tower).guardrails.items()
        if entry.type == "SERVICE_CONTROL_POLICY"
    }


def stopping(call: Call, control_tower: bool = False) -> frozenset[str]:
    """Ids of the guardrails that stop the call, each by itself; `{""}` if it passes."""
    found = compiled(control_tower)
    request = Request(call.principal, call.action, call.resource, {**USUAL, **LATE, **call.context})
    reaching = {
        id for policy in found.policies if {*above(call.ou), call.ou} & set(policy.targets) for id in policy.guardrails
    }
    ids = {id for id, statement in statements(control_tower).items() if id in reaching and fires(statement, request)}
    return frozenset(ids or {""})


def characters_by_profile(entries: Sequence[SourcedGuardrail]) -> dict[str, int]:
    """Characters of the guardrails' statements by profile, commas included."""
    known = parameters(loaded(control_tower=False).manifest)
    taken: dict[str, int] = {}
    for entry in entries:
        for profile in entry.guardrail.profiles:
            length = characters(statements()[entry.guardrail.id], known) + 1
            taken[profile] = taken.get(profile, 0) + length
    return taken


def sourced(*topics: str) -> list[SourcedGuardrail]:
    """The project's guardrails of these topics (`topic` of their files)."""
    return [entry for entry in compiled().guardrails.values() if entry.topic in topics]
