"""HLZ-NET-004, 013, 014, 019: the networks of the hub that lead to the internet, and their load balancers."""

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
    resource,
)

TO_VPC: Json = {"Ref": "Vpc"}


def vpc(segment: Any) -> Json:
    return resource("AWS::EC2::VPC", {"Tags": [{"Key": "hlz:segment", "Value": segment}]})


def subnet(zone: Any = "use1-az1", **properties: Any) -> Json:
    return resource("AWS::EC2::Subnet", {"VpcId": TO_VPC, "AvailabilityZoneId": zone} | properties)


def nat(place: str, **properties: Any) -> Json:
    return resource("AWS::EC2::NatGateway", {"SubnetId": {"Ref": place}} | properties)


WITH_GATEWAY: Json = {
    "Gateway": resource("AWS::EC2::InternetGateway"),
    "Link": resource("AWS::EC2::VPCGatewayAttachment", {"VpcId": TO_VPC, "InternetGatewayId": {"Ref": "Gateway"}}),
}


def closed(segment: Any, **parts: Json) -> Report:
    return check("HLZ-NET-004", Vpc=vpc(segment), Inside=subnet(), **parts)


def test_the_edges_alone_may_have_an_internet_gateway() -> None:
    for segment in ("egress", "ingress"):
        assert_quiet(closed(segment, **WITH_GATEWAY))
    for segment in ("phi", "shared", "inspection", {"Ref": "Stage"}):
        assert_found(closed(segment, **WITH_GATEWAY), "Link attaches an internet gateway")


def test_egress_alone_may_translate_addresses() -> None:
    assert_quiet(closed("egress", Nat=nat("Inside")))
    assert_found(closed("ingress", Nat=nat("Inside")), "Nat is a NAT gateway")


@pytest.mark.parametrize("segment", ["egress", "ingress"])
def test_an_edge_has_no_other_way_out_either(segment: str) -> None:
    egress_only = resource("AWS::EC2::EgressOnlyInternetGateway", {"VpcId": TO_VPC})
    assert_found(closed(segment, Part=egress_only), "egress-only")
    assert_found(closed(segment, Part=subnet(MapPublicIpOnLaunch=True)), "public addresses")
    assert_found(closed(segment, Part=resource("AWS::EC2::InternetGateway")), "no attachment accounts for")


def exclusion(mode: Any, **properties: Any) -> Json:
    properties = properties or {"VpcId": TO_VPC}
    return resource("AWS::EC2::VPCBlockPublicAccessExclusion", {"InternetGatewayExclusionMode": mode} | properties)


def excluded(segment: Any, **parts: Json) -> Report:
    return check("HLZ-NET-013", Vpc=vpc(segment), Inside=subnet(), **parts)


def test_an_edge_with_the_exclusion_it_needs_is_fine() -> None:
    assert_quiet(excluded("egress", Open=exclusion("allow-egress")))
    assert_quiet(excluded("ingress", Open=exclusion("allow-bidirectional")))
    assert_quiet(excluded("egress", Open=exclusion("allow-egress", SubnetId={"Ref": "Inside"})))


def test_an_egress_network_that_lets_connections_in_is_a_finding() -> None:
    report = excluded("egress", Open=exclusion("allow-bidirectional"), More=exclusion("allow-egress"))
    assert_found(report, "Open lets connections from the Internet into", "allow-egress is expected")
    assert report.findings[0].resource == "Open"


@pytest.mark.parametrize("segment", ["egress", "ingress"])
def test_an_edge_without_exclusion_is_a_finding(segment: str) -> None:
    assert_found(excluded(segment), "has no exclusion")
    elsewhere = resource("AWS::EC2::VPC")
    other = exclusion("allow-egress", VpcId={"Ref": "Other"})
    assert_found(excluded(segment, Other=elsewhere, Open=other), "Vpc has no exclusion")


@pytest.mark.parametrize("segment", ["phi", "inspection", "shared", {"Ref": "Stage"}])
def test_an_exclusion_of_any_other_network_is_a_finding(segment: Any) -> None:
    assert_quiet(excluded(segment))
    assert_found(excluded(segment, Open=exclusion("allow-egress")), "Open opens network Vpc")


def test_an_exclusion_of_an_unknown_network_mode_or_existence_is_not_evaluated() -> None:
    assert_undecided(excluded("egress", Open=exclusion("allow-egress", VpcId={"Ref": "Stage"})), "parameter Stage")
    assert_undecided(excluded("egress", Open=exclusion({"Ref": "Stage"})), "parameter Stage")
    perhaps = exclusion("allow-egress") | {"Condition": "IsProduction"}
    assert_undecided(excluded("egress", Open=perhaps), "under a condition")


def test_a_network_without_segment_is_not_examined() -> None:
    assert_did_not_run(check("HLZ-NET-013", Vpc=resource("AWS::EC2::VPC"), Open=exclusion("allow-egress")))
    assert_did_not_run(check("HLZ-NET-014", Vpc=vpc("ingress"), Inside=subnet()))


def translated(**changes: Json) -> Report:
    """An egress network with two zones, each with its NAT gateway, table and route."""
    parts: Json = {"Vpc": vpc("egress")}
    for number in (1, 2):
        parts |= {
            f"Subnet{number}": subnet(f"use1-az{number}"),
            f"Nat{number}": nat(f"Subnet{number}"),
            f"Routes{number}": resource("AWS::EC2::RouteTable", {"VpcId": TO_VPC}),
            f"Link{number}": resource(
                "AWS::EC2::SubnetRouteTableAssociation",
                {"SubnetId": {"Ref": f"Subnet{number}"}, "RouteTableId": {"Ref": f"Routes{number}"}},
            ),
            f"Out{number}": route(number, f"Nat{number}"),
        }
    return check("HLZ-NET-014", **{name: part for name, part in (parts | changes).items() if part})


def route(table: int, gateway: str) -> Json:
    return resource("AWS::EC2::Route", {"RouteTableId": {"Ref": f"Routes{table}"}, "NatGatewayId": {"Ref": gateway}})


def test_a_nat_gateway_in_each_zone_is_fine() -> None:
    assert_quiet(translated())


def test_a_zone_without_nat_gateway_is_a_finding() -> None:
    assert_found(translated(Nat2={}, Out2={}), "Zone use1-az2", "no public NAT gateway")


def test_a_private_nat_gateway_leads_nowhere() -> None:
    assert_found(translated(Nat2=nat("Subnet2", ConnectivityType="private"), Out2={}), "Zone use1-az2")


def test_a_route_through_another_zone_is_a_finding() -> None:
    report = translated(Out2=route(2, "Nat1"))
    assert_found(report, "Out2 leads zone use1-az2 through NAT gateway Nat1")
    assert report.findings[0].resource == "Out2"


def test_a_regional_nat_gateway_serves_all_zones() -> None:
    regional = resource("AWS::EC2::NatGateway", {"VpcId": TO_VPC, "AvailabilityMode": "regional"})
    assert_quiet(translated(Nat1=regional, Nat2={}, Out1={}, Out2={}))


def test_an_unknown_zone_or_gateway_is_not_evaluated() -> None:
    assert_undecided(translated(Subnet2=subnet({"Ref": "Stage"})), "not known")
    assert_undecided(translated(Out2=route(2, "Stage")), "not known")


def balanced(scheme: Any = "internet-facing", type: str = "application", **parts: Json) -> Report:
    balancer = resource("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Scheme": scheme, "Type": type})
    return check("HLZ-NET-019", Balancer=balancer, **parts)


def association(of: Any) -> Json:
    return resource("AWS::WAFv2::WebACLAssociation", {"ResourceArn": of, "WebACLArn": "arn"})


def test_a_load_balancer_with_a_web_acl_is_fine() -> None:
    assert_quiet(balanced(Acl=association({"Ref": "Balancer"})))
    assert_quiet(balanced(Acl=association({"Fn::GetAtt": ["Balancer", "LoadBalancerArn"]})))


def test_a_public_load_balancer_without_web_acl_is_a_finding() -> None:
    assert_found(balanced(), "Balancer is reached by the Internet")
    other = resource("AWS::ElasticLoadBalancingV2::LoadBalancer", {"Scheme": "internal"})
    assert_found(balanced(Other=other, Acl=association({"Ref": "Other"})), "Balancer")


def test_what_the_internet_does_not_reach_or_waf_does_not_read_is_not_examined() -> None:
    assert_did_not_run(balanced("internal"))
    assert_did_not_run(balanced(type="network"))


def test_an_unknown_scheme_or_association_is_not_evaluated() -> None:
    assert_undecided(balanced({"Ref": "Stage"}), "Scheme is not known")
    assert_undecided(balanced(Acl=association({"Ref": "Stage"})), "parameter Stage")
    perhaps = association({"Ref": "Balancer"}) | {"Condition": "IsProduction"}
    assert_undecided(balanced(Acl=perhaps), "under a condition")
