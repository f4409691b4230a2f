"""Why the organization's template must be as it is; the snapshot shows what it is."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.plan.lock import Lock, LockedOrganization, LockedUnit
from landing_zone.plan.names import ORGANIZATION_ROOT_EXPORT, unit_export
from landing_zone.plan.roles.organization import unit_value_name
from tests.arrangement import clinic
from tests.plan.arrange import deployments_of
from tests.stacks.arrange import built, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

UNIT = "AWS::Organizations::OrganizationalUnit"
ALIKE: dict[str, Any] = {
    "a-b": {"organizational_units": {"c": {}}},
    "a": {"organizational_units": {"b-c": {}}},
    "ab": {},
}
"""OUs whose paths differ in punctuation alone."""


@pytest.fixture(scope="module")
def templates() -> Mapping[str, dict[str, Any]]:
    """The template of a new organization, and of an existing one of which `phi` and the root are adopted."""
    existing = clinic(organizational_units=ALIKE)
    existing["organization"]["id"] = "o-a1b2c3d4e5"
    lock = Lock(
        organization=LockedOrganization(id="o-a1b2c3d4e5", root="r-a1b2"),
        units={"phi": LockedUnit(id="ou-a1b2-11111111", adopted=True)},
    )
    (new,) = deployments_of(clinic(), "organization")
    (adopting,) = deployments_of(existing, "organization", lock)
    variants = built([new.variant, adopting.variant])
    for variant in variants.values():
        assert open_findings(variant) == []
        assert variant.report.not_evaluated == ()
    return {
        "new": dict(variants[new.variant.id].template),
        "existing": dict(variants[adopting.variant.id].template),
    }


@pytest.fixture(scope="module")
def new(templates: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    return templates["new"]


@pytest.fixture(scope="module")
def existing(templates: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    return templates["existing"]


def exports(template: dict[str, Any]) -> dict[str, Any]:
    return {output["Export"]["Name"]: output["Value"] for output in template["Outputs"].values()}


def test_the_template_is_this(new: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert new == snapshot(extension_class=TemplateSnapshots)


def test_an_existing_organization_is_never_made_again(new: dict[str, Any], existing: dict[str, Any]) -> None:
    (organization,) = resources(new, "AWS::Organizations::Organization").values()
    assert organization == {"FeatureSet": "ALL"}
    assert resources(existing, "AWS::Organizations::Organization") == {}
    assert exports(existing)[ORGANIZATION_ROOT_EXPORT] == {"Ref": "OrganizationRootId"}


def test_whatever_leaves_the_template_stays_in_aws(new: dict[str, Any]) -> None:
    for resource in new["Resources"].values():
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_every_ou_lies_below_its_parent_and_is_exported(new: dict[str, Any]) -> None:
    ids = {export: value["Fn::GetAtt"][0] for export, value in exports(new).items()}
    units = resources(new, UNIT)
    production, phi = ids[unit_export("phi/production")], ids[unit_export("phi")]
    assert units[production]["Name"] == "production"
    assert units[production]["ParentId"] == {"Fn::GetAtt": [phi, "Id"]}
    assert units[phi]["ParentId"] == {"Fn::GetAtt": [ids[ORGANIZATION_ROOT_EXPORT], "RootId"]}
    assert len(ids) == len(units) + 1


def test_an_adopted_ou_is_used_by_its_id_and_not_made(existing: dict[str, Any]) -> None:
    value = {"Ref": unit_value_name("phi")}
    assert exports(existing)[unit_export("phi")] == value
    below = [unit["Name"] for unit in resources(existing, UNIT).values() if unit["ParentId"] == value]
    assert sorted(below) == ["nonproduction", "production", "recovery"]
    assert "phi" not in {unit["Name"] for unit in resources(existing, UNIT).values()}


def test_ous_whose_paths_differ_in_punctuation_alone_are_different_resources(existing: dict[str, Any]) -> None:
    paths = ["a", "a-b", "a-b/c", "a/b-c", "ab"]
    found = [exports(existing)[unit_export(path)]["Fn::GetAtt"][0] for path in paths]
    assert len(set(found)) == len(paths)


def test_an_ou_says_what_it_may_hold_and_what_binds_it(existing: dict[str, Any]) -> None:
    (production,) = (unit for unit in resources(existing, UNIT).values() if unit["Name"] == "production")
    assert {tag["Key"]: tag["Value"] for tag in production["Tags"]} == {
        "hlz:data": "phi",
        "hlz:description": "Production with PHI",
        "hlz:guardrails": "phi",
    }
    (nonproduction,) = (unit for unit in resources(existing, UNIT).values() if unit["Name"] == "nonproduction")
    described = {tag["Key"]: tag["Value"] for tag in nonproduction["Tags"]}["hlz:description"]
    assert described == "Training and test beside PHI under the same guardrails"  # no tag takes a comma


def test_ous_are_made_one_after_the_other(new: dict[str, Any]) -> None:
    units = list(resources(new, UNIT))
    for before, after in pairwise(units):
        resource = new["Resources"][after]
        assert before in (*resource.get("DependsOn", ()), resource["Properties"]["ParentId"]["Fn::GetAtt"][0])


def test_it_can_be_deployed_before_there_is_a_bootstrap(new: dict[str, Any], existing: dict[str, Any]) -> None:
    assert "Rules" not in new
    assert "Parameters" not in new
    assert set(existing["Parameters"]) == {"OrganizationRootId", unit_value_name("phi")}
