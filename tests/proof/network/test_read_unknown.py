"""What the reader does not know is unknown; what carries no traffic stays out; garbage never raises."""

from __future__ import annotations

import copy
import random
from typing import Any

import pytest

from landing_zone.proof.network.gaps import gaps
from landing_zone.proof.network.model import Network, StackTemplate
from landing_zone.proof.network.read import read_network
from tests.proof.network.templates import (
    associated,
    att,
    attached,
    ref,
    resource,
    route,
    stack,
    subnet,
    table,
    transit,
    vpc,
    with_internet,
)


def reasons(network: Network) -> list[str]:
    return [f"{row.origin}: {row.reason}" for row in network.unknowns]


def read(resources: dict[str, Any], **sections: Any) -> list[str]:
    return reasons(read_network([stack(resources, **sections)]))


@pytest.mark.parametrize(
    "type_",
    [
        "EC2::ClientVpnEndpoint",
        "VpcLattice::ServiceNetworkVpcAssociation",
        "NetworkManager::CoreNetwork",
        "EC2::NewThing",
    ],
)
def test_a_type_of_networks_that_is_not_modelled_is_unknown(type_: str) -> None:
    (reason,) = read({"X": resource(type_)})
    assert f"AWS::{type_} is not modelled" in reason


def test_types_that_carry_nothing_are_not_unknown() -> None:
    assert read({"B": resource("S3::Bucket"), "F": resource("EC2::FlowLog"), "Q": resource("SQS::Queue")}) == []


def test_a_type_that_is_not_modelled_does_not_count_where_its_condition_does_not_hold() -> None:
    conditions = {"Never": {"Fn::Equals": ["a", "b"]}}
    assert read({"X": {**resource("EC2::ClientVpnEndpoint"), "Condition": "Never"}}, Conditions=conditions) == []


def test_a_custom_resource_is_unknown_if_it_speaks_of_networks_or_is_given_a_part_of_one() -> None:
    assert read({"X": {"Type": "Custom::PeeringRoutes"}})
    given = {"Type": "Custom::Thing", "Properties": {"Where": [{"Id": ref("Vpc")}]}}
    assert read({"Vpc": vpc(), "X": given})
    by_parameter = {"Type": "AWS::CloudFormation::CustomResource", "Properties": {"Id": ref("Id")}}
    assert read({"X": by_parameter}, Parameters={"Id": {"Type": "AWS::EC2::VPC::Id"}})


def test_any_other_custom_resource_is_an_assumption_and_those_of_the_cdk_are_none() -> None:
    rows = {"X": {"Type": "Custom::Mailer"}, "Y": {"Type": "Custom::S3AutoDeleteObjects"}}
    network = read_network([stack(rows)])
    assert reasons(network) == []
    assert network.assumptions == ("custom resources of stack change no network: Custom::Mailer",)


def test_a_transform_that_may_add_resources_is_unknown() -> None:
    assert read({}, Transform="AWS::Serverless-2016-10-31") == []
    assert read({}, Transform=["AWS::Serverless-2016-10-31", "MyMacro"]) == [
        "stack/Transform: transform MyMacro may add resources that the template does not show"
    ]


def test_an_id_that_a_custom_resource_gives_is_unknown_where_it_matters() -> None:
    rows = {"Vpc": vpc(), "T": table(), "C": {"Type": "Custom::Mailer"}, "R": route("T", NatGatewayId=att("C", "Id"))}
    (reason,) = read(rows)
    assert reason == "stack/R: NatGatewayId: it comes from C.Id, which is not modelled"


def test_what_refers_to_an_unknown_part_is_unknown_too_and_keeps_no_dangling_key() -> None:
    rows = {"A": subnet("not a cidr"), "Vpc": vpc(), "N": resource("EC2::NatGateway", SubnetId=ref("A")), "T": table()}
    network = read_network([stack(rows | {"X": associated("A", "T")})])
    assert (network.subnets, network.nats) == ({}, {})
    assert reasons(network) == ["stack/A: CidrBlock is 'not a cidr' where a CIDR is meant"]


GARBAGE: tuple[Any, ...] = (
    None,
    0,
    -1,
    1.5,
    True,
    "",
    "x",
    "${",
    "${A",
    "10.0.0.0/8",
    [],
    {},
    [[]],
    {"Ref": 1},
    {"Ref": "Nothing"},
    {"Ref": "AWS::NoValue"},
    {"Fn::GetAtt": ["Vpc"]},
    {"Fn::GetAtt": "Vpc.VpcId.x"},
    {"Fn::Select": [99, []]},
    {"Fn::Select": [0, {"Ref": "Vpc"}]},
    {"Fn::Sub": ["${a}", {"a": [1]}]},
    {"Fn::Sub": "${Vpc}/${Nothing}"},
    {"Fn::Cidr": ["10.0.0.0/8", "x", 99]},
    {"Fn::Cidr": [{"Ref": "Vpc"}, 1, 8]},
    {"Fn::If": ["Nothing", 1, 2]},
    {"Fn::ImportValue": {"Ref": "Vpc"}},
    {"Fn::Split": [":", {"Ref": "Vpc"}]},
    {"Fn::Transform": {"Name": "x"}},
    {"a": {"Ref": "Vpc"}},
    "{{resolve:ssm:}}",
    "{{resolve:ssm:a}}",
)


def everything() -> dict[str, Any]:
    return {
        "Vpc": vpc(segment="phi"),
        "A": subnet("10.0.1.0/24"),
        "T": table(),
        "R": route("T", GatewayId="Igw"),
        "X": associated("A", "T"),
        **with_internet(),
        "Tgw": resource("EC2::TransitGateway"),
        "Att": attached("Tgw", "Vpc", ["A"]),
        "TT": resource("EC2::TransitGatewayRouteTable", TransitGatewayId=ref("Tgw")),
        "TA": transit("RouteTableAssociation", "Att", "TT"),
        "TP": transit("RouteTablePropagation", "Att", "TT"),
        "TR": transit("Route", "Att", "TT", DestinationCidrBlock="10.0.0.0/16"),
        "Acl": resource("EC2::NetworkAcl", VpcId=ref("Vpc")),
        "Entry": resource(
            "EC2::NetworkAclEntry",
            NetworkAclId=ref("Acl"),
            RuleNumber=1,
            Protocol=6,
            RuleAction="allow",
            CidrBlock="::/0",
        ),
        "Sg": resource(
            "EC2::SecurityGroup", VpcId=ref("Vpc"), SecurityGroupIngress=[{"IpProtocol": "tcp", "CidrIp": "10.0.0.0/8"}]
        ),
        "Fw": resource("NetworkFirewall::Firewall", VpcId=ref("Vpc"), SubnetMappings=[{"SubnetId": ref("A")}]),
        "Lb": resource("ElasticLoadBalancingV2::LoadBalancer", Subnets=[ref("A")], SecurityGroups=[ref("Sg")]),
        "Li": resource("ElasticLoadBalancingV2::Listener", LoadBalancerArn=ref("Lb"), Port=1, DefaultActions=[{}]),
        "Tg": resource("ElasticLoadBalancingV2::TargetGroup", Port=1, VpcId=ref("Vpc"), Targets=[{"Id": "10.0.0.1"}]),
        "E": resource("EC2::VPCEndpoint", VpcId=ref("Vpc"), ServiceName="com.amazonaws.x.s3", RouteTableIds=[ref("T")]),
        "L": resource("EC2::PrefixList", Entries=[{"Cidr": "10.0.0.0/8"}]),
        "V": resource("EC2::VPNConnection", TransitGatewayId=ref("Tgw")),
        "P": resource("SSM::Parameter", Name="a", Value=ref("Tgw")),
        "Nested": resource("CloudFormation::Stack", TemplateURL="x", Parameters={"a": ref("Vpc")}),
        "Host": resource("EC2::Instance", SubnetId=ref("A"), NetworkInterfaces=[{"SubnetId": ref("A")}]),
    }


def _places(part: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = [path] if path else []
    if isinstance(part, dict):
        return rows + [place for key, value in part.items() for place in _places(value, (*path, key))]
    if isinstance(part, list):
        return rows + [place for at, value in enumerate(part) for place in _places(value, (*path, at))]
    return rows


def _whole(network: Network) -> None:
    """Whatever a part refers to is there."""
    for subnet_ in network.subnets.values():
        assert subnet_.vpc in network.vpcs
        assert subnet_.table is None or subnet_.table in network.tables
    for table_ in network.tables.values():
        assert table_.vpc in network.vpcs
    for attachment in network.attachments.values():
        assert attachment.gateway in network.transit_gateways
        assert attachment.table is None or attachment.table in network.transit_tables
        assert attachment.vpc is None or attachment.vpc in network.vpcs
        assert set(attachment.subnets) <= network.subnets.keys()
    for transit_table in network.transit_tables.values():
        assert transit_table.gateway in network.transit_gateways
        assert {row.attachment for row in transit_table.routes if row.attachment} <= network.attachments.keys()
    for host in network.hosts.values():
        assert set(host.subnets) <= network.subnets.keys()
    for gateway in network.gateways.values():
        assert gateway.vpc in network.vpcs


def test_the_template_that_is_spoiled_next_is_read_whole() -> None:
    network = read_network([stack(everything())])
    assert reasons(network) == ["stack/Nested: the template of the nested stack is not among those given"]
    _whole(network)


def test_garbage_anywhere_never_raises_and_the_network_stays_whole() -> None:
    generator = random.Random(11)
    places = _places(everything())
    for place in places:
        for value in generator.sample(GARBAGE, 8):
            rows = copy.deepcopy(everything())
            part: Any = rows
            for step in place[:-1]:
                part = part[step]
            part[place[-1]] = value
            _whole(read_network([stack(rows)]))


OPTIONAL = {"AvailabilityZone", "Tags", "Options", "SecurityGroupIngress", "SecurityGroups", "Targets", "Port"}
OPTIONAL |= {"DefaultActions", "RouteTableIds", "SubnetMappings", "NetworkInterfaces", "ServiceName", "Entries"}
FOLLOWED_ONLY = {"AWS::EC2::Instance", "AWS::SSM::Parameter", "AWS::CloudFormation::Stack"}


def test_a_property_that_is_lost_is_noted_or_has_a_default() -> None:
    silent = []
    for name, row in everything().items():
        for field in row["Properties"].keys() - OPTIONAL:
            rows = copy.deepcopy(everything())
            del rows[name]["Properties"][field]
            if len(read(rows)) < 2 and row["Type"] not in FOLLOWED_ONLY:
                silent.append((name, field))
    assert sorted(silent) == [("E", "VpcId"), ("Sg", "VpcId"), ("Tg", "VpcId")]


@pytest.mark.parametrize("section", ["Resources", "Parameters", "Outputs", "Conditions", "Mappings", "Transform"])
@pytest.mark.parametrize("value", [None, [], "x", 1, {"a": None}, {"a": []}, {"": {}}, {"a": {"Type": 1}}])
def test_malformed_sections_never_raise(section: str, value: Any) -> None:
    document = {"Resources": everything(), section: value}
    _whole(read_network([StackTemplate("s", document)]))


def test_deep_nesting_never_raises() -> None:
    value: Any = "10.0.0.0/16"
    for _ in range(5_000):
        value = {"Fn::Join": ["", [value]]}
    assert read({"Vpc": vpc(value)})


def test_attributes_that_refer_to_each_other_end() -> None:
    rows = {
        "A": resource("EC2::Subnet", VpcId=att("B", "VpcId"), CidrBlock="10.0.0.0/24"),
        "B": resource("EC2::Subnet", VpcId=att("A", "VpcId"), CidrBlock="10.0.1.0/24"),
    }
    assert read_network([stack(rows)]).subnets.keys() <= {"stack/A", "stack/B"}


def test_a_route_table_or_attachment_across_vpcs_proves_nothing() -> None:
    two = {"Vpc": vpc(), "Other": vpc("10.1.0.0/16"), "A": subnet("10.0.1.0/24"), "T": table("Other")}
    associated_wrongly = read_network([stack({**two, "As": associated("A", "T")})])
    assert [row.reason for row in gaps(associated_wrongly)] == [
        "its route table belongs to another VPC, which AWS refuses"
    ]
    rows = {**two, "Tgw": resource("EC2::TransitGateway"), "Att": attached("Tgw", "Other", ["A"])}
    assert "one of its subnets belongs to another VPC, which AWS refuses" in [
        row.reason for row in gaps(read_network([stack(rows)]))
    ]


def test_a_subnet_with_two_network_acls_or_a_gateway_with_two_tables_proves_nothing() -> None:
    acls = {
        name: resource("EC2::SubnetNetworkAclAssociation", SubnetId=ref("A"), NetworkAclId=ref(acl))
        for name, acl in (("One", "Open"), ("Two", "Closed"))
    }
    both = {name: resource("EC2::NetworkAcl", VpcId=ref("Vpc")) for name in ("Open", "Closed")}
    assert read({"Vpc": vpc(), "A": subnet("10.0.1.0/24"), **both, **acls}) == [
        "stack/Two: stack/A is associated with two network ACLs"
    ]
    edges = {
        name: resource("EC2::GatewayRouteTableAssociation", GatewayId=ref("Igw"), RouteTableId=ref(of))
        for name, of in (("One", "T"), ("Two", "U"))
    }
    assert read({"Vpc": vpc(), **with_internet(), "T": table(), "U": table(), **edges}) == [
        "stack/Two: stack/Igw is associated with two route tables"
    ]
