"""Why Control Tower's templates must be as they are; the snapshots show what they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

import jsonschema
import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.plan.control_tower import controls, facts, versions
from landing_zone.plan.model import Variant
from landing_zone.policy_data import policy_data
from tests.arrangement import clinic
from tests.plan.arrange import plan_of
from tests.stacks.arrange import Template, built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

VALUES = {
    "OrganizationId": "o-a1b2c3d4e5",
    "LogArchiveAccountId": "222233334444",
    "SecurityAccountId": "333344445555",
    "AWS::AccountId": "111122223333",
    "AWS::Partition": "aws",
    "AWS::Region": "us-east-1",
}
SETTINGS: Mapping[str, dict[str, Any]] = {
    "4.0": {"enabled": True},
    "3.3": {"enabled": True, "version": "3.3", "security_ou": "Security"},
}
BOTH = pytest.mark.parametrize("version", list(SETTINGS))


@cache
def towers() -> Mapping[str, SynthesizedVariant]:
    """The landing zone by version, and the controls as `controls`."""
    found = {
        version: deployments_of("control_tower", clinic(control_tower=settings))[0].variant
        for version, settings in SETTINGS.items()
    }
    found["controls"] = deployments_of("control_tower_controls", clinic(control_tower=True))[0].variant
    made = built(list(found.values()))
    return {name: made[variant.id] for name, variant in found.items()}


def template(name: str) -> Template:
    return dict(towers()[name].template)


def resolved(part: Any) -> Any:
    """The part as AWS would see it: texts joined, values and pseudo parameters filled in, imports by their name."""
    if isinstance(part, list):
        return [resolved(entry) for entry in part]
    if not isinstance(part, dict):
        return part
    if part.keys() == {"Ref"}:
        return VALUES.get(part["Ref"], part["Ref"])
    if part.keys() == {"Fn::GetAtt"}:
        return f"arn:aws:kms:us-east-1:111122223333:key/{part['Fn::GetAtt'][0]}"
    if part.keys() == {"Fn::ImportValue"}:
        return part["Fn::ImportValue"]
    if part.keys() == {"Fn::Join"}:
        return str(part["Fn::Join"][0]).join(resolved(part["Fn::Join"][1]))
    return {key: resolved(entry) for key, entry in part.items()}


def landing_zone(version: str) -> dict[str, Any]:
    (found,) = resources(template(version), "AWS::ControlTower::LandingZone").values()
    properties: dict[str, Any] = resolved(found)
    return properties


@pytest.mark.parametrize("name", [*SETTINGS, "controls"])
def test_the_template_is_this(name: str, snapshot: SnapshotAssertion) -> None:
    assert template(name) == snapshot(extension_class=TemplateSnapshots)


@pytest.mark.parametrize("name", [*SETTINGS, "controls"])
def test_no_rule_finds_anything(name: str) -> None:
    assert open_findings(towers()[name]) == []


@pytest.mark.parametrize("name", [*SETTINGS, "controls"])
def test_the_template_travels_in_the_api_call(name: str) -> None:
    assert len(json.dumps(template(name), indent=1)) <= 51_200


@BOTH
def test_the_landing_zone_says_what_awss_schema_of_its_version_takes(version: str) -> None:
    properties = landing_zone(version)
    assert properties["Version"] == version
    jsonschema.validate(properties["Manifest"], policy_data("control_tower/schemas")["schemas"][version])


@BOTH
def test_identity_center_and_backup_stay_ours_and_accounts_enrol_themselves(version: str) -> None:
    properties = landing_zone(version)
    assert properties["Manifest"]["accessManagement"] == {"enabled": False}
    assert properties["Manifest"]["backup"] == {"enabled": False}
    assert properties["RemediationTypes"] == ["INHERITANCE_DRIFT"]


@BOTH
def test_no_deployment_takes_the_landing_zone_down(version: str) -> None:
    (found,) = [r for r in template(version)["Resources"].values() if r["Type"] == "AWS::ControlTower::LandingZone"]
    assert (found["DeletionPolicy"], found["UpdateReplacePolicy"]) == ("Retain", "Retain")


@BOTH
def test_the_four_roles_are_there_by_name_and_path_before_the_landing_zone(version: str) -> None:
    found = template(version)
    roles = resources(found, "AWS::IAM::Role")
    assert {role["RoleName"] for role in roles.values()} == set(facts()["roles"])
    assert {role["Path"] for role in roles.values()} == {"/service-role/"}
    (zone,) = [r for r in found["Resources"].values() if r["Type"] == "AWS::ControlTower::LandingZone"]
    policies = resources(found, "AWS::IAM::ManagedPolicy").keys()
    assert {*roles, *policies} <= set(zone["DependsOn"])


def test_services_assume_the_roles_for_this_landing_zone_alone() -> None:
    for role in resources(template("4.0"), "AWS::IAM::Role").values():
        (statement,) = resolved(role["AssumeRolePolicyDocument"]["Statement"])
        if role["RoleName"] == "AWSControlTowerCloudTrailRole":
            assert "Condition" not in statement, "CloudTrail's roles take no source condition"
            continue
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": "111122223333"}
        assert ":111122223333:" in statement["Condition"]["ArnLike"]["aws:SourceArn"]


def test_roles_carry_managed_policies_alone_and_may_assume_nothing_but_control_towers_role() -> None:
    found = template("4.0")
    assert not [role for role in resources(found, "AWS::IAM::Role").values() if "Policies" in role]
    statements = [
        resolved(statement)
        for policy in resources(found, "AWS::IAM::ManagedPolicy").values()
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    assert sorted((s["Action"], s["Resource"]) for s in statements) == [
        ("ec2:DescribeAvailabilityZones", "*"),
        ("sts:AssumeRole", "arn:aws:iam::*:role/AWSControlTowerExecution"),
    ]


def test_the_key_is_symmetric_of_one_region_and_used_for_this_organizations_records() -> None:
    (key,) = resources(template("4.0"), "AWS::KMS::Key").values()
    assert "MultiRegion" not in key
    assert "KeySpec" not in key
    statements = {s["Sid"]: resolved(s) for s in key["KeyPolicy"]["Statement"]}
    assert statements["Config"]["Condition"] == {"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}}
    trail = "arn:aws:cloudtrail:us-east-1:111122223333:trail/aws-controltower-BaselineCloudTrail"
    assert statements["CloudTrail"]["Condition"]["StringEquals"] == {"aws:SourceArn": trail}
    assert statements["Readers"]["Principal"]["AWS"] == [
        "arn:aws:iam::222233334444:root",
        "arn:aws:iam::333344445555:root",
    ]
    assert statements["Readers"]["Condition"]["StringEquals"]["kms:ViaService"] == "s3.us-east-1.amazonaws.com"


@BOTH
def test_ous_are_registered_one_after_the_other_parents_first_with_the_versions_baseline(version: str) -> None:
    found = template(version)
    baselines = {
        id: resource
        for id, resource in found["Resources"].items()
        if resource["Type"] == "AWS::ControlTower::EnabledBaseline"
    }
    order, before = [], "LandingZone"
    while following := [id for id, resource in baselines.items() if before in resource["DependsOn"]]:
        (before,) = following
        properties = resolved(baselines[before]["Properties"])
        assert properties["BaselineVersion"] == versions()[version].baseline
        assert properties["BaselineIdentifier"] == "arn:aws:controltower:us-east-1::baseline/17BSJV3IGJ2QSGA2"
        order.append(properties["TargetIdentifier"])
    ou = "arn:aws:organizations::111122223333:ou/o-a1b2c3d4e5/hlz-unit-"
    assert order == [
        f"{ou}{path}"
        for path in (
            "infrastructure",
            "nonphi",
            "phi",
            "phi:nonproduction",
            "phi:production",
            "phi:recovery",
            "sandbox",
        )
    ]


def test_a_landing_zone_with_control_tower_has_no_finding_that_one_without_has_not() -> None:
    """What both have is examined by the tests of its role; this is everything that differs, with the manifest whole."""
    ids: dict[str, set[str]] = {}
    differing: dict[str, Variant] = {}
    for name, switch in (("without", False), ("with", True)):
        variants = plan_of(clinic(control_tower=switch)).plan.variants
        ids[name] = {variant.id for variant in variants}
        differing |= {variant.id: variant for variant in variants}
    chosen = [variant for id, variant in differing.items() if (id in ids["with"]) != (id in ids["without"])]
    assert {variant.role for variant in chosen} >= {"control_tower", "account_baseline", "audit_trail", "log_archive"}
    assert {id: found for id, made in built(chosen).items() if (found := open_findings(made))} == {}


def test_controls_are_named_by_their_global_ids() -> None:
    found = resources(template("controls"), "AWS::ControlTower::EnabledControl").values()
    assert {resolved(control["ControlIdentifier"]) for control in found} == {
        f"arn:aws:controlcatalog:::control/{control.arn_id}" for control in controls()
    }


def test_root_sessions_that_are_issued_centrally_stay_possible() -> None:
    found = [resolved(c) for c in resources(template("controls"), "AWS::ControlTower::EnabledControl").values()]
    root = [c for c in found if c["ControlIdentifier"].endswith("5kvme4m5d2b4d7if2fs5yg2ui")]
    assert root
    assert all(control["Parameters"] == [{"Key": "ExemptAssumeRoot", "Value": True}] for control in root)


def test_no_more_controls_change_at_a_time_than_planned() -> None:
    """The longest antichain of a forest of lanes is the number of lanes: the controls that wait for nothing."""
    found = [r for r in template("controls")["Resources"].values() if r["Type"] == "AWS::ControlTower::EnabledControl"]
    at_once = facts()["quotas"]["control_operations_at_once"]
    assert len(found) > at_once
    assert len([control for control in found if "DependsOn" not in control]) == at_once
    waited_for = [name for control in found for name in control.get("DependsOn", [])]
    assert len(waited_for) == len(set(waited_for)), "each lane goes on once"
