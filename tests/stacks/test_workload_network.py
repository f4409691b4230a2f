"""Why the workload network's template must be as it is; the snapshot shows what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.manifest.load import load_manifest
from landing_zone.node import prepare_node
from landing_zone.plan.lock import read_lock
from landing_zone.plan.make import make_plan
from landing_zone.policy_data import ROOT
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

CLINIC = ROOT / "examples" / "clinic.yaml"


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, dict[str, Any]]:
    """The template of each variant of the clinic, by Region."""
    prepare_node()
    from stacks.build import build_variants

    plan = make_plan(load_manifest(CLINIC), read_lock(CLINIC)).plan
    built = build_variants(
        plan.variants,
        folder=Path(tmp_path_factory.mktemp("variants")),
        qualifier="hlz",
        flags={},
        acknowledged_rules=[("workload_network", "HIPAA.Security-VPCDefaultSecurityGroupClosed")],
    )
    return {variant.shape["region"]: dict(built[variant.id].template) for variant in plan.variants}


@pytest.fixture(scope="module")
def home(templates: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    return templates["us-east-1"]


def resources(template: dict[str, Any], type: str) -> dict[str, dict[str, Any]]:
    """Properties of the resources of a type, by logical id."""
    return {
        id: resource.get("Properties", {}) for id, resource in template["Resources"].items() if resource["Type"] == type
    }


def test_the_template_is_this(home: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert home == snapshot(extension_class=TemplateSnapshots)


def test_regions_differ_in_nothing_but_their_zones(templates: Mapping[str, dict[str, Any]]) -> None:
    text = {region: str(template) for region, template in templates.items()}
    for number, (home_zone, recovery_zone) in enumerate(
        (("use1-az1", "usw2-az1"), ("use1-az2", "usw2-az2"), ("use1-az4", "usw2-az3"))
    ):
        assert home_zone in text["us-east-1"], number
        text["us-east-1"] = text["us-east-1"].replace(home_zone, recovery_zone)
    assert text["us-east-1"] == text["us-west-2"]


def test_both_tiers_have_a_subnet_in_each_of_three_zones(home: dict[str, Any]) -> None:
    placed = sorted(
        (next(tag["Value"] for tag in subnet["Tags"] if tag["Key"] == "hlz:tier"), subnet["AvailabilityZoneId"])
        for subnet in resources(home, "AWS::EC2::Subnet").values()
    )
    zones = ["use1-az1", "use1-az2", "use1-az4"]
    assert placed == [(tier, zone) for tier in ("application", "data") for zone in zones]


def test_nothing_leads_to_the_internet(home: dict[str, Any]) -> None:
    types = {resource["Type"] for resource in home["Resources"].values()}
    assert not types & {
        "AWS::EC2::InternetGateway",
        "AWS::EC2::EgressOnlyInternetGateway",
        "AWS::EC2::NatGateway",
        "AWS::EC2::Route",
        "AWS::EC2::EIP",
    }
    assert all(subnet["MapPublicIpOnLaunch"] is False for subnet in resources(home, "AWS::EC2::Subnet").values())


def test_the_data_tier_has_no_gateway_endpoint_and_talks_only_to_planned_subnets(home: dict[str, Any]) -> None:
    data_tables = {id for id in resources(home, "AWS::EC2::RouteTable") if "Data" in id}
    for endpoint in resources(home, "AWS::EC2::VPCEndpoint").values():
        assert not data_tables & {table["Ref"] for table in endpoint.get("RouteTableIds", [])}
    entries = [e for id, e in resources(home, "AWS::EC2::NetworkAclEntry").items() if id.startswith("DataAcl")]
    assert entries
    assert {entry["CidrBlock"]["Ref"] for entry in entries} == {
        f"{tier}Subnet{zone}Cidr" for tier in ("Application", "Data") for zone in (1, 2, 3)
    }


def test_flow_logs_record_all_traffic_into_an_encrypted_group_kept_six_years(home: dict[str, Any]) -> None:
    (flow_log,) = resources(home, "AWS::EC2::FlowLog").values()
    assert flow_log["TrafficType"] == "ALL"
    (group_id,) = resources(home, "AWS::Logs::LogGroup")
    assert flow_log["LogGroupName"] == {"Ref": group_id}
    group = home["Resources"][group_id]
    (key_id,) = resources(home, "AWS::KMS::Key")
    assert group["Properties"]["KmsKeyId"] == {"Fn::GetAtt": [key_id, "Arn"]}
    assert group["Properties"]["RetentionInDays"] == 2192
    for kept in (group, home["Resources"][key_id]):
        assert (kept["DeletionPolicy"], kept["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_whoever_administers_the_key_cannot_use_it(home: dict[str, Any]) -> None:
    (key,) = resources(home, "AWS::KMS::Key").values()
    by_sid = {statement["Sid"]: statement for statement in key["KeyPolicy"]["Statement"]}
    used = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncrypt", "kms:CreateGrant", "kms:*")
    assert not [action for action in by_sid["Administration"]["Action"] if action.startswith(used)]
    assert by_sid["CloudWatchLogs"]["Condition"]["ArnEquals"].keys() == {"kms:EncryptionContext:aws:logs:arn"}


def statements(home: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for id, endpoint in resources(home, "AWS::EC2::VPCEndpoint").items():
        for statement in endpoint["PolicyDocument"]["Statement"]:
            yield id, statement


def test_every_endpoint_admits_only_principals_of_the_organization(home: dict[str, Any]) -> None:
    organization = {"Ref": "OrganizationId"}
    found = list(statements(home))
    assert len({id for id, _ in found}) == 9
    for id, statement in found:
        conditions = statement["Condition"]["StringEquals"]
        assert conditions["aws:PrincipalOrgID"] == organization, id
        if statement["Sid"] == "OrganizationOnly":
            assert conditions["aws:ResourceOrgID"] == organization, id


def test_no_security_group_is_open_to_an_address(home: dict[str, Any]) -> None:
    for group in resources(home, "AWS::EC2::SecurityGroup").values():
        assert "SecurityGroupIngress" not in group
        assert [rule["CidrIp"] for rule in group["SecurityGroupEgress"]] == ["255.255.255.255/32"]
    rules = resources(home, "AWS::EC2::SecurityGroupIngress") | resources(home, "AWS::EC2::SecurityGroupEgress")
    assert len(rules) == 2
    assert not [rule for rule in rules.values() if {"CidrIp", "CidrIpv6"} & rule.keys()]


def test_remote_desktop_and_shell_are_shut_from_anywhere(home: dict[str, Any]) -> None:
    anywhere = [
        (entry["PortRange"]["From"], entry["PortRange"]["To"])
        for entry in resources(home, "AWS::EC2::NetworkAclEntry").values()
        if entry["CidrBlock"] == "0.0.0.0/0" and not entry["Egress"]
    ]
    assert anywhere == [(1024, 3388), (3390, 65535)]


def test_permissions_are_managed_policies_without_wildcard_resources(home: dict[str, Any]) -> None:
    (role,) = resources(home, "AWS::IAM::Role").values()
    assert "Policies" not in role
    (policy,) = resources(home, "AWS::IAM::ManagedPolicy").values()
    for statement in policy["PolicyDocument"]["Statement"]:
        assert "*" not in (statement["Resource"], statement["Action"])
        assert "log-group:/hlz/network/flow-logs" in str(statement["Resource"])
