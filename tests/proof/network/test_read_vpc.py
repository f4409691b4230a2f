from __future__ import annotations

from typing import Any

from landing_zone.proof.network.model import Gateway, Network, Target
from landing_zone.proof.network.ranges import parse, text
from landing_zone.proof.network.read import describe, read_network
from tests.proof.network.templates import (
    associated,
    att,
    ref,
    resource,
    route,
    stack,
    subnet,
    table,
    vpc,
    with_internet,
)


def read(resources: dict[str, Any], **sections: Any) -> Network:
    return read_network([stack(resources, **sections)])


def reasons(network: Network) -> list[str]:
    return [f"{row.origin}: {row.reason}" for row in network.unknowns]


def small(**more: Any) -> dict[str, Any]:
    return {"Vpc": vpc(segment="phi"), "A": subnet("10.0.1.0/24", tier="data"), "T": table(), **more}


def test_a_subnet_has_the_segment_of_its_vpc_unless_its_own_tag_says_otherwise() -> None:
    network = read(small(B=subnet("10.0.2.0/24", segment="shared")))
    assert (network.subnets["stack/A"].segment, network.subnets["stack/A"].tier) == ("phi", "data")
    assert network.subnets["stack/B"].segment == "shared"
    assert reasons(network) == []


def test_a_vpc_says_from_where_it_may_be_entered() -> None:
    tagged = resource("EC2::VPC", CidrBlock="10.0.0.0/16", Tags=[{"Key": "hlz:entries", "Value": "hospital internet"}])
    assert read({"Vpc": tagged}).vpcs["stack/Vpc"].entries == {"hospital", "internet"}


def test_a_subnet_without_association_has_no_table_and_so_local_traffic_only() -> None:
    network = read(small(B=subnet("10.0.2.0/24"), X=associated("A", "T")))
    assert network.subnets["stack/A"].table == "stack/T"
    assert network.subnets["stack/B"].table is None


def test_routes_lead_to_what_their_target_is() -> None:
    network = read(
        small(
            **with_internet(),
            N=resource("EC2::NatGateway", SubnetId=ref("A"), AllocationId="eipalloc-1"),
            E=resource("EC2::EgressOnlyInternetGateway", VpcId=ref("Vpc")),
            P=resource("EC2::VPCPeeringConnection", VpcId=ref("Vpc"), PeerVpcId=ref("Vpc")),
            I=resource("EC2::NetworkInterface", SubnetId=ref("A")),
            V=resource("EC2::VPNGateway", Type="ipsec.1"),
            VA=resource("EC2::VPCGatewayAttachment", VpcId=ref("Vpc"), VpnGatewayId=ref("V")),
            R1=route("T", GatewayId="Igw"),
            R2=route("T", "10.1.0.0/16", NatGatewayId="N"),
            R3=route("T", "::/0", EgressOnlyInternetGatewayId="E"),
            R4=route("T", "10.2.0.0/16", VpcPeeringConnectionId="P"),
            R5=route("T", "10.3.0.0/16", NetworkInterfaceId="I"),
            R6=route("T", "10.4.0.0/16", GatewayId="V"),
        )
    )
    targets = {text(row.ranges): row.target for row in network.tables["stack/T"].routes}
    assert targets == {
        "0.0.0.0/0": Target("internet-gateway", "stack/Igw"),
        "10.1.0.0/16": Target("nat", "stack/N"),
        "::/0": Target("egress-only-gateway", "stack/E"),
        "10.2.0.0/16": Target("peering", "stack/P"),
        "10.3.0.0/16": Target("interface", "stack/I"),
        "10.4.0.0/16": Target("vpn-gateway", "stack/V"),
    }
    assert network.gateways["stack/Igw"].vpc == network.gateways["stack/V"].vpc == "stack/Vpc"
    assert network.nats["stack/N"].public
    assert reasons(network) == []


def test_a_route_through_a_prefix_list_is_a_route_for_each_of_its_ranges() -> None:
    entries = [{"Cidr": "10.8.0.0/16"}, {"Cidr": "10.9.0.0/16"}]
    network = read(
        small(
            **with_internet(),
            L=resource("EC2::PrefixList", PrefixListName="l", AddressFamily="IPv4", Entries=entries),
            R=resource(
                "EC2::Route",
                RouteTableId=ref("T"),
                DestinationPrefixListId=att("L", "PrefixListId"),
                GatewayId=ref("Igw"),
            ),
        )
    )
    assert [text(row.ranges) for row in network.tables["stack/T"].routes] == ["10.8.0.0/16", "10.9.0.0/16"]


def test_a_route_to_a_kind_of_target_that_nobody_models_is_unknown() -> None:
    network = read(small(R=route("T", CoreNetworkArn="arn:aws:networkmanager::1:core-network/c")))
    assert reasons(network) == ["stack/R: a route to a CoreNetworkArn is not modelled"]
    assert network.tables["stack/T"].routes[0].target.kind == "unknown"


def test_a_route_table_of_a_gateway_routes_what_arrives_there() -> None:
    edge = resource("EC2::GatewayRouteTableAssociation", GatewayId=ref("Igw"), RouteTableId=ref("T"))
    assert read(small(**with_internet(), Edge=edge)).gateways["stack/Igw"].table == "stack/T"


def test_a_gateway_that_no_template_attaches_counts_as_attached_where_routes_lead_to_it() -> None:
    network = read(small(Igw=resource("EC2::InternetGateway"), R=route("T", GatewayId="Igw")))
    assert network.gateways["stack/Igw"].vpc == "stack/Vpc"
    assert network.assumptions == ("stack/Igw is attached to the VPC whose routes lead to it",)


def test_an_internet_gateway_that_stands_outside_is_followed_and_unknown() -> None:
    network = read(small(R=route("T", GatewayId={"Fn::Sub": "igw-1"})))
    gateway = network.gateways["igw-1"]
    assert isinstance(gateway, Gateway)
    assert gateway.vpc == "stack/Vpc"
    assert reasons(network) == [
        "outside/igw-1: this gateway is not made by these templates: its route table is not known"
    ]


def test_what_a_vpn_gateway_announces_is_propagated_and_its_static_routes_are_known() -> None:
    parts = {
        "V": resource("EC2::VPNGateway", Type="ipsec.1"),
        "VA": resource("EC2::VPCGatewayAttachment", VpcId=ref("Vpc"), VpnGatewayId=ref("V")),
        "C": resource("EC2::VPNConnection", VpnGatewayId=ref("V"), CustomerGatewayId="cgw-1", StaticRoutesOnly=True),
        "P": resource("EC2::VPNGatewayRoutePropagation", VpnGatewayId=ref("V"), RouteTableIds=[ref("T")]),
    }
    (unknown,) = read(small(**parts)).tables["stack/T"].routes
    assert (unknown.propagated, unknown.ranges) == (True, ())
    static = resource("EC2::VPNConnectionRoute", VpnConnectionId=ref("C"), DestinationCidrBlock="172.16.0.0/12")
    (known,) = read(small(**parts, S=static)).tables["stack/T"].routes
    assert known.ranges == parse("172.16.0.0/12")


def test_further_ranges_of_a_vpc_are_its_ranges_each_by_itself() -> None:
    more = resource("EC2::VPCCidrBlock", VpcId=ref("Vpc"), CidrBlock="10.1.0.0/16")
    assert text(read(small(More=more)).vpcs["stack/Vpc"].ranges) == "10.0.0.0/16, 10.1.0.0/16"


def test_ipv6_that_amazon_assigns_is_a_block_of_its_own_cut_by_fn_cidr() -> None:
    cut = {"Fn::Cidr": [{"Fn::Select": [0, att("Vpc", "Ipv6CidrBlocks")]}, 2, 64]}
    parts = {
        "Block": resource("EC2::VPCCidrBlock", VpcId=ref("Vpc"), AmazonProvidedIpv6CidrBlock=True),
        "B": resource("EC2::Subnet", VpcId=ref("Vpc"), CidrBlock="10.0.2.0/24", Ipv6CidrBlock={"Fn::Select": [1, cut]}),
    }
    network = read(small(**parts))
    block, inside = network.vpcs["stack/Vpc"].ranges[1], network.subnets["stack/B"].ranges[1]
    assert block[0] < inside[0] < inside[1] < block[1]
    assert reasons(network) == []


def test_fn_cidr_cuts_a_block_into_subnets() -> None:
    cut = {"Fn::Select": [2, {"Fn::Cidr": [att("Vpc", "CidrBlock"), 4, 8]}]}
    assert text(read(small(B=subnet(cut))).subnets["stack/B"].ranges) == "10.0.2.0/24"


def test_zones_by_position_are_told_apart() -> None:
    zones = [{"Fn::Select": [number, {"Fn::GetAZs": ""}]} for number in (0, 1)]
    network = read(small(**{f"Z{at}": subnet(f"10.0.{at + 4}.0/24", zone=zone) for at, zone in enumerate(zones)}))
    assert [network.subnets[f"stack/Z{at}"].zone for at in (0, 1)] == ["zone 0", "zone 1"]


def test_a_range_that_ipam_gives_at_deployment_is_unknown_and_the_vpc_stays() -> None:
    network = read(
        {"Vpc": resource("EC2::VPC", Ipv4IpamPoolId="pool", Ipv4NetmaskLength=22), "A": subnet("10.0.1.0/24")}
    )
    assert reasons(network) == ["stack/Vpc: its range comes from IPAM at deployment"]
    assert text(network.vpcs["stack/Vpc"].ranges) == "10.0.1.0/24"


def test_a_vpc_that_stands_outside_is_the_same_for_all_templates_and_unknown() -> None:
    stacks = [stack({"A": subnet(f"10.0.{at}.0/24", {"Fn::Sub": "vpc-1"})}, f"s{at}") for at in (1, 2)]
    network = read_network(stacks)
    assert [row.vpc for row in network.subnets.values()] == ["vpc-1", "vpc-1"]
    assert "outside/vpc-1" in reasons(network)[0]


def test_counts_say_what_was_read() -> None:
    assert describe(read(small()))["subnets"] == 1
