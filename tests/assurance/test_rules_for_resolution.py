"""HLZ-NET-015, 016, 017: who may call endpoints, logs of queries, zones of resolver endpoints."""

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

NOTHING: Json = {"IpProtocol": "icmp", "CidrIp": "255.255.255.255/32"}
LISTED: Json = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "SourcePrefixListId": "pl-1"}
OPENING: Json = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "CidrIp": "10.0.0.0/8"}
OWN_GROUP = [{"Fn::GetAtt": ["Group", "GroupId"]}]


def endpoint(
    groups: Any = OWN_GROUP, *, type: str = "Interface", context: Json | None = None, group: Any = None, **others: Any
) -> Report:
    """HLZ-NET-015 on an endpoint with a security group (`group`: its properties) and other resources."""
    properties = group if group is not None else {"SecurityGroupEgress": [NOTHING]}
    body = {"VpcEndpointType": type} | ({"SecurityGroupIds": groups} if groups is not None else {})
    return check(
        "HLZ-NET-015",
        context=context,
        Endpoint=resource("AWS::EC2::VPCEndpoint", body),
        Group=resource("AWS::EC2::SecurityGroup", properties),
        **others,
    )


def rule_of_the_group(entry: Json, kind: str = "Ingress") -> Json:
    return resource(f"AWS::EC2::SecurityGroup{kind}", {"GroupId": OWN_GROUP[0], **entry})


def test_callers_by_prefix_list_are_fine() -> None:
    assert_quiet(endpoint(Rule=rule_of_the_group(LISTED)))


def test_a_range_in_a_rule_of_its_own_is_a_finding_on_that_rule() -> None:
    report = endpoint(Rule=rule_of_the_group(OPENING))
    assert_found(report, "Rule of endpoint Endpoint names an address range (10.0.0.0/8)")
    assert [finding.resource for finding in report.findings] == ["Rule"]


def test_a_range_that_the_endpoint_may_reach_is_a_finding_too() -> None:
    assert_found(endpoint(Rule=rule_of_the_group(OPENING, "Egress")), "names an address range")


@pytest.mark.parametrize("section", ["SecurityGroupIngress", "SecurityGroupEgress"])
def test_a_range_inside_the_group_is_a_finding(section: str) -> None:
    assert_found(endpoint(group={section: [OPENING]}), "Group of endpoint Endpoint names an address range")


def test_a_range_decided_at_deployment_is_a_range_all_the_same() -> None:
    assert_found(endpoint(Rule=rule_of_the_group({"CidrIp": {"Ref": "Cidr"}})), "decided at deployment")


def test_a_rule_of_another_group_is_not_the_endpoints() -> None:
    other = resource("AWS::EC2::SecurityGroupIngress", {"GroupId": {"Fn::GetAtt": ["Other", "GroupId"]}, **OPENING})
    assert_quiet(endpoint(Rule=other, Other=resource("AWS::EC2::SecurityGroup")))


def test_an_endpoint_without_a_group_takes_the_default_one_and_is_a_finding() -> None:
    assert_found(endpoint(None), "names no security group")


@pytest.mark.parametrize("groups", [["sg-0123"], [{"Ref": "Stage"}], [{"Fn::ImportValue": "group"}]])
def test_a_group_of_another_stack_is_not_evaluated(groups: Any) -> None:
    assert_undecided(endpoint(groups), "SecurityGroupIds.0")


def test_gateway_endpoints_and_networks_of_others_are_not_judged() -> None:
    assert_did_not_run(endpoint(None, type="Gateway"))
    assert_did_not_run(endpoint(None, context={"own": False}))


def test_resolver_endpoints_are_judged_as_well() -> None:
    report = check("HLZ-NET-015", Endpoint=resource("AWS::Route53Resolver::ResolverEndpoint", {"SecurityGroupIds": []}))
    assert_found(report, "names no security group")


CONFIGURATION = resource("AWS::Route53Resolver::ResolverQueryLoggingConfig", {"DestinationArn": "arn:aws:s3:::logs"})


def queries(**others: Any) -> Report:
    return check("HLZ-NET-016", Vpc=resource("AWS::EC2::VPC"), Queries=CONFIGURATION, **others)


def association(target: Any, **attributes: Any) -> Json:
    return resource("AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation", {"ResourceId": target}, **attributes)


def test_an_associated_network_is_fine() -> None:
    assert_quiet(queries(Association=association({"Ref": "Vpc"})))


def test_a_network_beside_a_configuration_without_an_association_is_a_finding() -> None:
    assert_found(queries(), "VPC Vpc stands beside a query logging configuration")


def test_an_association_of_another_network_does_not_count() -> None:
    report = queries(Association=association({"Ref": "Other"}), Other=resource("AWS::EC2::VPC"))
    assert len(messages(report)) == 1
    assert "VPC Vpc" in messages(report)[0]


def test_an_association_that_is_open_is_not_evaluated() -> None:
    assert_undecided(queries(Association=association({"Ref": "Stage"})), "no other association")
    assert_undecided(queries(Association=association({"Ref": "Vpc"}, Condition="IsProduction")), "under a condition")


def test_without_a_configuration_there_is_nothing_to_join() -> None:
    assert_did_not_run(check("HLZ-NET-016", Vpc=resource("AWS::EC2::VPC")))


def resolver(*zones: Any, subnets: Any = None) -> Report:
    """HLZ-NET-017 on a resolver endpoint with an address in a subnet for each zone."""
    places = {
        f"Subnet{number}": resource("AWS::EC2::Subnet", {"AvailabilityZoneId": zone} if zone else {})
        for number, zone in enumerate(zones)
    }
    addresses = subnets or [{"SubnetId": {"Ref": name}} for name in places]
    body = {"Direction": "INBOUND", "IpAddresses": addresses}
    return check("HLZ-NET-017", Endpoint=resource("AWS::Route53Resolver::ResolverEndpoint", body), **places)


def test_two_zones_are_fine() -> None:
    assert_quiet(resolver("use1-az1", "use1-az2"))
    assert_quiet(resolver(*({"Fn::Select": [number, {"Fn::GetAZs": ""}]} for number in (0, 1))))


def test_two_addresses_in_one_zone_are_a_finding() -> None:
    assert_found(resolver("use1-az1", "use1-az1"), "addresses in 1 Availability Zone")


@pytest.mark.parametrize(
    "open_place", [{"SubnetId": {"Ref": "Stage"}}, {"SubnetId": "subnet-0123"}, {"SubnetId": {"Ref": "Subnet1"}}]
)
def test_a_subnet_whose_zone_is_open_is_not_evaluated(open_place: Json) -> None:
    assert_undecided(resolver("use1-az1", {"Ref": "Stage"}, subnets=[{"SubnetId": {"Ref": "Subnet0"}}, open_place]), "")


def test_an_open_subnet_does_not_matter_where_two_zones_are_known() -> None:
    assert_quiet(resolver("use1-az1", "use1-az2", {"Ref": "Stage"}))
