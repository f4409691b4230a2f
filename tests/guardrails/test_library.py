"""Contracts of the library: guardrails are tried both ways, exemptions closed, no action of a service forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from landing_zone import action_catalogue as catalogue
from landing_zone.assurance.controls import controls
from landing_zone.guardrails.sources import SourcedGuardrail
from landing_zone.policy_data import ROOT, policy_data
from tests.guardrails import (
    test_library_audit,
    test_library_detection,
    test_library_identity,
    test_library_roles,
    test_library_services,
)
from tests.guardrails.calls import (
    ADMINISTRATOR,
    EXECUTION,
    Call,
    characters_by_profile,
    compiled,
    role,
    sourced,
    stopping,
)

TOPICS = (
    "Records of what happened",
    "Services that notice attacks and weaknesses",
    "The account and its organization",
    "The landing zone itself",
    "The root user",
    "Where things may be",
    "Which services may see PHI",
    "Who may be somebody",
)
OURS = sourced(*TOPICS)
assert len({entry.topic for entry in OURS}) == len(TOPICS)
CALLS = [
    call
    for module in (
        test_library_audit,
        test_library_detection,
        test_library_identity,
        test_library_roles,
        test_library_services,
    )
    for call in module.CALLS
]
CLASSIFIED = policy_data("guardrails/classified")["services"]
FOUNDATION_CHARACTERS, PHI_CHARACTERS = 9_000, 4_600
"""What these guardrails may take of the policies that other topics share."""


def test_every_guardrail_stops_a_call_that_is_tried() -> None:
    assert {entry.guardrail.id for entry in OURS} - {call.stopped_by for call in CALLS} == set()


def test_no_guardrail_stops_everything_that_is_tried_of_its_services() -> None:
    passing = {call.action.split(":")[0] for call in CALLS if not call.stopped_by}
    for entry in OURS:
        services = {action.name.split(":")[0] for action in stopped_actions(entry)}
        assert not services or services & passing, entry.guardrail.id


def stopped_actions(entry: SourcedGuardrail) -> Iterator[catalogue.Action]:
    """What a guardrail names by `Action`, `*` left out."""
    assert entry.guardrail.statement
    for pattern in entry.guardrail.statement.Action or ():
        if pattern != "*":
            yield from catalogue.matching(pattern)


@pytest.mark.parametrize("entry", OURS, ids=lambda entry: entry.guardrail.id)
def test_every_action_is_one_of_the_catalogue(entry: SourcedGuardrail) -> None:
    assert entry.guardrail.statement
    patterns = [*(entry.guardrail.statement.Action or ()), *(entry.guardrail.statement.NotAction or ())]
    named = [pattern for pattern in patterns if pattern != "*" and "$" not in pattern]
    assert [pattern for pattern in named if not catalogue.matching(pattern)] == []


@pytest.mark.parametrize("entry", OURS, ids=lambda entry: entry.guardrail.id)
def test_a_wildcard_does_not_reach_what_only_reads(entry: SourcedGuardrail) -> None:
    if entry.guardrail.id == "no-health-services":
        return  # everything of these services is meant
    read = {action.name for action in stopped_actions(entry) if not action.writes}
    assert read <= {"cloudformation:EstimateTemplateCost"}  # it knows no stack, so no stack's ARN covers it


def test_every_writing_action_of_a_protected_service_is_denied_or_was_left_free_for_a_reason() -> None:
    denied = {action.name for entry in OURS for action in stopped_actions(entry)}
    for service, rows in CLASSIFIED.items():
        writing = {action.name for action in catalogue.actions(service).values() if action.writes}
        free = [f"{service}:{action}" for row in rows for action in row["actions"]]
        assert sorted(writing - denied - set(free)) == [], "classify these in policies/guardrails/classified.yaml"
        assert sorted(set(free) - writing) == [], "no such writing action"
        assert sorted(set(free) & denied) == [], "left free and denied"
        assert len(free) == len(set(free))
        assert all(row["why"] for row in rows)


def groups() -> dict[str, dict[str, Any]]:
    """The groups of principals that guardrails may exempt."""
    found: dict[str, dict[str, Any]] = policy_data("guardrails/principals")
    return found


CHANGES = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DetachRolePolicy",
    "iam:PassRole",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:TagRole",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
)


@pytest.mark.parametrize("action", CHANGES)
@pytest.mark.parametrize("name", sorted(groups()))
def test_nobody_can_become_an_exempt_principal(name: str, action: str) -> None:
    for pattern in groups()[name]["principals"]:
        principal = pattern.replace("${Qualifier}", "hlz").replace("::*:", "::123456789012:").replace("*", "anything")
        bounded = {"iam:PermissionsBoundary": "arn:aws:iam::123456789012:policy/hlz-boundary"}
        for ou in ("phi/production", "nonphi", "sandbox", "security"):
            call = Call("", ADMINISTRATOR, action, principal, ou, bounded)
            assert groups()[name]["closed_by"] in stopping(call, control_tower=True), principal


def test_every_group_is_used_and_every_used_group_exists() -> None:
    used = {name for entry in compiled(control_tower=True).guardrails.values() for name in entry.guardrail.exempt}
    assert {entry for entry in used if entry not in groups()} == set()
    assert {group["closed_by"] for group in groups().values()} <= set(compiled().guardrails)


def test_every_role_without_the_boundary_is_known_and_out_of_reach_for_others() -> None:
    names = [row["name"].replace("${Qualifier}", "hlz") for row in policy_data("guardrails/unbounded_roles")]
    for name in names:
        found = stopping(Call("", ADMINISTRATOR, "iam:CreateRole", role(name.replace("*", "anything"))))
        assert found & {"landing-zone-roles-immutable", "pipeline-roles-immutable"}, name


def test_every_role_of_our_stacks_has_the_boundary_or_is_known_to_lack_it() -> None:
    found = 0
    for stack, resource in template_resources("AWS::IAM::Role"):
        properties = resource["Properties"]
        if stack in ("audit-trail", "bootstrap", "control-tower") or "PermissionsBoundary" in properties:
            continue  # the management account's, and what StackSets makes
        name = properties.get("RoleName", f"hlz-{stack}-anything")
        name = name if isinstance(name, str) else f"hlz-{stack}-anything"
        assert stopping(Call("", EXECUTION, "iam:CreateRole", role(name))) == {""}, name
        found += 1
    assert found > 4


def template_resources(type: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Resources of a type in the snapshots of our templates, with the name of their stack."""
    for folder in sorted((ROOT / "tests" / "snapshots").iterdir()):
        for path in folder.glob("*.json"):
            for resource in json.loads(path.read_text())["Resources"].values():
                if resource["Type"] == type:
                    yield folder.name.removeprefix("test_").replace("_", "-"), resource


@pytest.mark.parametrize("entry", OURS, ids=lambda entry: entry.guardrail.id)
def test_a_guardrail_serves_a_control_and_says_whom_to_turn_to(entry: SourcedGuardrail) -> None:
    assert entry.guardrail.control in controls()
    assert len(entry.guardrail.intent) > 80
    assert not entry.guardrail.title.endswith(".")


def test_what_these_guardrails_take_leaves_room_for_the_others() -> None:
    taken = characters_by_profile(OURS)
    assert taken["foundation"] <= FOUNDATION_CHARACTERS
    assert taken["phi"] <= PHI_CHARACTERS
