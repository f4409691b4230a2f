"""HLZ-NET-001, 004, 005, 007: flow logs, ways out, tables and zones of a VPC."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import (
    Json,
    assert_did_not_run,
    assert_found,
    assert_quiet,
    assert_undecided,
    check,
    messages,
    resource,
)

VPC: Json = resource("AWS::EC2::VPC", {"Tags": [{"Key": "hlz:segment", "Value": "phi"}]})
TO_VPC: Json = {"Ref": "Vpc"}


def flow_log(**properties: Any) -> Json:
    return resource(
        "AWS::EC2::FlowLog", {"ResourceType": "VPC", "ResourceId": TO_VPC, "TrafficType": "ALL"} | properties
    )


def test_a_vpc_with_a_flow_log_of_all_traffic_is_fine() -> None:
    assert_quiet(check("HLZ-NET-001", Vpc=VPC, Log=flow_log()))
    assert_quiet(check("HLZ-NET-001", Vpc=VPC, Log=flow_log(ResourceId={"Fn::GetAtt": ["Vpc", "VpcId"]})))


def test_a_vpc_without_a_flow_log_is_a_finding() -> None:
    assert_found(check("HLZ-NET-001", Vpc=VPC), "Vpc has no flow log")


def test_a_flow_log_of_rejected_traffic_only_is_a_finding() -> None:
    assert_found(check("HLZ-NET-001", Vpc=VPC, Log=flow_log(TrafficType="REJECT")), "Log captures REJECT")


@pytest.mark.parametrize("properties", [{"ResourceId": {"Ref": "Other"}}, {"ResourceType": "Subnet"}])
def test_a_flow_log_of_something_else_does_not_count(properties: Json) -> None:
    report = check("HLZ-NET-001", Vpc=VPC, Other=resource("AWS::EC2::Subnet"), Log=flow_log(**properties))
    assert_found(report, "Vpc has no flow log")


@pytest.mark.parametrize("properties", [{"ResourceId": {"Ref": "Stage"}}, {"TrafficType": {"Ref": "Stage"}}])
def test_a_flow_log_of_an_unknown_resource_or_traffic_is_not_evaluated(properties: Json) -> None:
    assert_undecided(check("HLZ-NET-001", Vpc=VPC, Log=flow_log(**properties)), "parameter Stage")


def test_a_flow_log_that_may_not_exist_is_not_evaluated() -> None:
    log = flow_log() | {"Condition": "IsProduction"}
    assert_undecided(check("HLZ-NET-001", Vpc=VPC, Log=log), "under a condition")
    assert_quiet(check("HLZ-NET-001", Vpc=VPC | {"Condition": "IsProduction"}, Log=log))


def closed(**resources: Any) -> Report:
    return check("HLZ-NET-004", Vpc=VPC, **resources)


def subnet(**properties: Any) -> Json:
    return resource("AWS::EC2::Subnet", {"VpcId": TO_VPC} | properties)


def test_a_closed_workload_network_is_fine() -> None:
    link = resource("AWS::EC2::VPCGatewayAttachment", {"VpcId": TO_VPC, "VpnGatewayId": "vgw-1"})
    assert_quiet(closed(Subnet=subnet(MapPublicIpOnLaunch=False), Link=link))


def test_an_attached_internet_gateway_is_a_finding_on_the_attachment() -> None:
    report = closed(
        Gateway=resource("AWS::EC2::InternetGateway"),
        Link=resource("AWS::EC2::VPCGatewayAttachment", {"VpcId": TO_VPC, "InternetGatewayId": {"Ref": "Gateway"}}),
    )
    assert_found(report, "Link attaches an internet gateway")
    assert report.findings[0].resource == "Link"


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (resource("AWS::EC2::InternetGateway"), "no attachment accounts for"),
        (resource("AWS::EC2::EgressOnlyInternetGateway", {"VpcId": TO_VPC}), "egress-only"),
        (resource("AWS::EC2::NatGateway", {"SubnetId": {"Ref": "Inside"}}), "NAT gateway"),
        (resource("AWS::EC2::NatGateway", {"VpcId": TO_VPC, "AvailabilityMode": "regional"}), "NAT gateway"),
        (subnet(MapPublicIpOnLaunch="true"), "public addresses"),
    ],
)
def test_any_other_way_out_is_a_finding(part: Json, said: str) -> None:
    assert_found(closed(Inside=subnet(), Part=part), "Part", said)


def test_a_network_that_is_no_workload_network_is_not_examined() -> None:
    assert_did_not_run(
        check("HLZ-NET-004", Vpc=resource("AWS::EC2::VPC"), Gateway=resource("AWS::EC2::InternetGateway"))
    )


def test_a_way_out_of_an_unknown_network_is_not_evaluated() -> None:
    report = closed(Nat=resource("AWS::EC2::NatGateway", {"SubnetId": {"Ref": "Stage"}}))
    assert_undecided(report, "SubnetId is not known")


def tables(context: Json | None = None, **changes: Json) -> Report:
    resources = {
        "Vpc": VPC,
        "Subnet": subnet(),
        "Acl": resource("AWS::EC2::NetworkAcl"),
        "Routes": resource("AWS::EC2::RouteTable"),
        "AclLink": resource(
            "AWS::EC2::SubnetNetworkAclAssociation",
            {"SubnetId": {"Ref": "Subnet"}, "NetworkAclId": {"Fn::GetAtt": ["Acl", "Id"]}},
        ),
        "RouteLink": resource(
            "AWS::EC2::SubnetRouteTableAssociation",
            {"SubnetId": {"Ref": "Subnet"}, "RouteTableId": {"Ref": "Routes"}},
        ),
    }
    kept = {name: part for name, part in (resources | changes).items() if part}
    return check("HLZ-NET-005", context=context, **kept)


def test_a_subnet_with_its_own_tables_is_fine() -> None:
    assert_quiet(tables())


def test_a_subnet_without_an_acl_or_route_table_is_a_finding_each() -> None:
    assert_found(tables(AclLink={}), "no network ACL of its own")
    assert_found(tables(RouteLink={}), "no route table of its own")
    assert len(messages(tables(AclLink={}, RouteLink={}))) == 2


def test_the_default_acl_is_not_an_own_one() -> None:
    link = resource(
        "AWS::EC2::SubnetNetworkAclAssociation",
        {"SubnetId": {"Ref": "Subnet"}, "NetworkAclId": {"Fn::GetAtt": ["Vpc", "DefaultNetworkAcl"]}},
    )
    assert_found(tables(AclLink=link), "DefaultNetworkAcl")


def test_an_association_of_an_unknown_subnet_is_not_evaluated() -> None:
    link = resource(
        "AWS::EC2::SubnetRouteTableAssociation", {"SubnetId": {"Ref": "Stage"}, "RouteTableId": {"Ref": "Routes"}}
    )
    assert_undecided(tables(RouteLink=link), "parameter Stage")


def test_foreign_networks_need_not_keep_our_conventions() -> None:
    assert_did_not_run(tables({"own": False}, AclLink={}))


def tiers(*zones: Any, context: Json | None = None) -> Report:
    subnets = {
        f"Subnet{index}": subnet(AvailabilityZone=zone, Tags=[{"Key": "hlz:tier", "Value": "data"}])
        for index, zone in enumerate(zones)
    }
    return check("HLZ-NET-007", context=context, Vpc=VPC, **subnets)


def zone(index: int) -> Json:
    return {"Fn::Select": [index, {"Fn::GetAZs": ""}]}


def test_a_tier_in_three_zones_is_fine() -> None:
    assert_quiet(tiers(zone(0), zone(1), zone(2)))
    assert_quiet(tiers("us-east-1a", "us-east-1b", "us-east-1c"))


def test_a_tier_in_fewer_zones_is_a_finding() -> None:
    assert_found(tiers(zone(0), zone(1), zone(1)), "Tier data", "2 Availability Zones", "3 are expected")


def test_a_zone_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(tiers(zone(0), zone(1), {"Ref": "Stage"}), "parameter Stage")


def test_a_network_without_tiers_is_not_examined() -> None:
    assert_did_not_run(check("HLZ-NET-007", Vpc=VPC, Subnet=subnet()))
