"""Why the workload network's template must be as it is; the snapshot shows what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.plan.names import LOGS_KEY_EXPORT, landing_bucket
from tests.stacks.arrange import built, deployments_of, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk


@pytest.fixture(scope="module")
def templates() -> Mapping[str, dict[str, Any]]:
    """The template of each variant of the clinic, by Region."""
    variants = {deployment.variant.id: deployment.variant for deployment in deployments_of("workload_network")}
    return {variants[id].shape["region"]: dict(entry.template) for id, entry in built([*variants.values()]).items()}


@pytest.fixture(scope="module")
def home(templates: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    return templates["us-east-1"]


def test_the_template_is_this(home: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert home == snapshot(extension_class=TemplateSnapshots)


def test_regions_differ_in_nothing_but_their_zones(templates: Mapping[str, dict[str, Any]]) -> None:
    text = {region: str(template).replace("us-west-2", "us-east-1") for region, template in templates.items()}
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


def test_flow_logs_record_all_traffic_to_search_here_and_to_keep_in_the_archive(home: dict[str, Any]) -> None:
    here, archived = sorted(
        resources(home, "AWS::EC2::FlowLog").values(), key=lambda flow_log: flow_log["LogDestinationType"]
    )
    assert (here["TrafficType"], archived["TrafficType"]) == ("ALL", "ALL")
    (group_id,) = resources(home, "AWS::Logs::LogGroup")
    assert here["LogGroupName"] == {"Ref": group_id}
    group = home["Resources"][group_id]
    assert group["Properties"]["KmsKeyId"] == {"Fn::ImportValue": LOGS_KEY_EXPORT}
    assert group["Properties"]["RetentionInDays"] == 2192
    assert (group["DeletionPolicy"], group["UpdateReplacePolicy"]) == ("Retain", "Retain")
    bucket = landing_bucket("flow_logs", "ACCOUNT", "us-east-1").split("ACCOUNT")
    assert all(part in str(archived["LogDestination"]) for part in bucket)
    assert {"Ref": "LogArchiveAccountId"} in archived["LogDestination"]["Fn::Join"][1]


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


def test_what_is_not_the_organizations_own_is_only_read_through_an_endpoint(home: dict[str, Any]) -> None:
    for id, statement in statements(home):
        if statement["Sid"] != "OrganizationOnly":
            actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
            assert all(action.partition(":")[2].startswith(("Describe", "Get")) for action in actions), id


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
