"""Why the template of assignments must be as it is; the snapshot shows what it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.plan.model import Deployment, Variant
from stacks.assignments import LANES
from tests.arrangement import clinic
from tests.stacks.arrange import built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk
ROWS = [{"group": "operators", "permission_set": "phi-operator", "ou": "phi"}]


def planned(source: str, ids: Mapping[str, str]) -> Variant:
    """The variant of the clinic's operators with these accounts."""
    found: list[Deployment] = deployments_of("assignments", clinic(identity={"source": source, "assignments": ROWS}))
    variant = found[0].variant
    types = {name: type for name, type in variant.shape["values"].items() if name != "AccountId"}
    return replace(variant, shape={**variant.shape, "accounts": dict(ids), "values": types})


@pytest.fixture(scope="module")
def variants() -> Mapping[str, Any]:
    many = {f"account-{number:02}": f"{number:012}" for number in range(1, 13)}
    own, external = planned("identity-center", many), planned("external", many)
    found = built([own, external])
    return {"own": found[own.id], "external": found[external.id]}


def rows(variant: Any) -> dict[str, dict[str, Any]]:
    return resources(variant.template, "AWS::SSO::Assignment")


def test_the_template_is_this(variants: Mapping[str, Any], snapshot: SnapshotAssertion) -> None:
    assert dict(variants["own"].template) == snapshot(extension_class=TemplateSnapshots)


def test_nothing_is_found_in_it(variants: Mapping[str, Any]) -> None:
    for variant in variants.values():
        assert open_findings(variant) == []


def test_groups_are_assigned_and_never_people(variants: Mapping[str, Any]) -> None:
    assert {row["PrincipalType"] for row in rows(variants["own"]).values()} == {"GROUP"}


def test_a_group_comes_from_the_stack_or_from_the_identity_provider(variants: Mapping[str, Any]) -> None:
    assert {str(row["PrincipalId"]) for row in rows(variants["own"]).values()} == {
        str({"Fn::ImportValue": {"Ref": "GroupExport"}})
    }
    assert {str(row["PrincipalId"]) for row in rows(variants["external"]).values()} == {str({"Ref": "GroupId"})}


def test_no_more_assignments_are_made_at_a_time_than_there_are_lanes(variants: Mapping[str, Any]) -> None:
    """Whatever order CloudFormation chooses: every assignment but the first few waits for the one LANES before it."""
    template = variants["own"].template["Resources"]
    ids = list(rows(variants["own"]))
    assert [template[id].get("DependsOn") for id in ids[:LANES]] == [None] * LANES
    assert [template[id]["DependsOn"] for id in ids[LANES:]] == [[id] for id in ids[:-LANES]]


def test_an_account_keeps_its_logical_id_when_others_come_and_go() -> None:
    few, more = (
        planned("external", {"b": "000000000002"}),
        planned("external", {"a": "000000000001", "b": "000000000002"}),
    )
    found = built([few, more])
    (only,) = rows(found[few.id])
    assert rows(found[more.id])[only]["TargetId"] == "000000000002"


def test_four_hundred_accounts_fit_into_a_stack_without_a_parameter_for_each() -> None:
    variant = planned("external", {f"account-{number:03}": f"{number:012}" for number in range(1, 402)})
    template = built([variant])[variant.id].template
    assert len(template["Resources"]) == 401
    assert len(template["Parameters"]) < 10
