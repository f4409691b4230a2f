from __future__ import annotations

from typing import Any

from landing_zone.proof.network.model import Network, StackTemplate
from landing_zone.proof.network.ranges import parse, text
from landing_zone.proof.network.read import read_network
from tests.proof.network.templates import (
    attached,
    isolated_transit_gateway,
    ref,
    resource,
    stack,
    subnet,
    tags,
    transit,
    vpc,
)


def hub(**more: Any) -> dict[str, Any]:
    """A gateway, a VPC attached to it, and one table."""
    return {
        "Tgw": isolated_transit_gateway(),
        "Vpc": vpc(segment="phi"),
        "A": subnet("10.0.1.0/24"),
        "Att": attached("Tgw", "Vpc", ["A"]),
        "Table": resource("EC2::TransitGatewayRouteTable", TransitGatewayId=ref("Tgw"), Tags=tags(segment="phi")),
        **more,
    }


def read(**more: Any) -> Network:
    return read_network([stack(hub(**more))])


def reasons(network: Network) -> list[str]:
    return [f"{row.origin}: {row.reason}" for row in network.unknowns]


def test_an_attachment_joins_no_table_where_the_gateway_has_no_default() -> None:
    network = read()
    gateway = network.transit_gateways["stack/Tgw"]
    assert (gateway.default_association, gateway.default_propagation) == (False, False)
    attachment = network.attachments["stack/Att"]
    assert (attachment.table, attachment.segment, attachment.subnets) == (None, "phi", ("stack/A",))
    assert network.transit_tables["stack/Table"].routes == ()


def test_association_and_propagation_are_the_attachments_table_and_a_learned_route() -> None:
    network = read(
        As=transit("RouteTableAssociation", "Att", "Table"), P=transit("RouteTablePropagation", "Att", "Table")
    )
    assert network.attachments["stack/Att"].table == "stack/Table"
    (route,) = network.transit_tables["stack/Table"].routes
    assert (route.ranges, route.attachment, route.propagated) == (parse("10.0.0.0/16"), "stack/Att", True)
    assert str(route.origin) == "stack/P"


def test_static_routes_lead_to_an_attachment_or_nowhere() -> None:
    network = read(
        To=transit("Route", "Att", "Table", DestinationCidrBlock="10.0.0.0/16"),
        Hole=transit("Route", None, "Table", DestinationCidrBlock="10.9.0.0/16", Blackhole=True),
    )
    routes = {text(row.ranges): row.attachment for row in network.transit_tables["stack/Table"].routes}
    assert routes == {"10.0.0.0/16": "stack/Att", "10.9.0.0/16": None}


def test_a_route_without_attachment_that_is_no_blackhole_is_unknown() -> None:
    network = read(R=transit("Route", None, "Table", DestinationCidrBlock="10.9.0.0/16"))
    assert reasons(network) == ["stack/R: it names no attachment and is no blackhole"]


def test_every_attachment_joins_the_default_table_of_a_gateway_that_has_one() -> None:
    network = read(Tgw=resource("EC2::TransitGateway"))
    table = network.attachments["stack/Att"].table
    assert table is not None
    assert [text(row.ranges) for row in network.transit_tables[table].routes] == ["10.0.0.0/16"]


def test_an_explicit_association_goes_before_the_default_table() -> None:
    network = read(Tgw=resource("EC2::TransitGateway"), As=transit("RouteTableAssociation", "Att", "Table"))
    assert network.attachments["stack/Att"].table == "stack/Table"


def test_appliance_mode_is_read() -> None:
    assert (
        read(Att=attached("Tgw", "Vpc", ["A"], ApplianceModeSupport="enable")).attachments["stack/Att"].appliance_mode
    )
    assert not read().attachments["stack/Att"].appliance_mode


def test_a_peering_is_an_attachment_of_both_gateways_and_routes_take_the_end_of_their_own() -> None:
    other = {
        "Tgw": isolated_transit_gateway(),
        "Table": resource("EC2::TransitGatewayRouteTable", TransitGatewayId=ref("Tgw")),
        "As": transit("RouteTableAssociation", {"Fn::Sub": "tgw-attach-1"}, "Table"),
        "R": transit("Route", {"Fn::Sub": "tgw-attach-1"}, "Table", DestinationCidrBlock="10.0.0.0/16"),
    }
    peering = resource(
        "EC2::TransitGatewayPeeringAttachment",
        TransitGatewayId=ref("Tgw"),
        PeerTransitGatewayId="tgw-west",
        PeerRegion="us-west-2",
        PeerAccountId="1",
        Tags=tags(site="us-west-2"),
    )
    here = hub(Peer=peering, As=transit("RouteTableAssociation", "Peer", "Table"))
    identities = {"tgw-west": ("west", "Tgw"), "tgw-attach-1": ("stack", "Peer")}
    network = read_network([stack(here), stack(other, "west", region="us-west-2")], {}, identities)
    near, far = network.attachments["stack/Peer"], network.attachments["stack/Peer@peer"]
    assert (near.gateway, near.peer, near.table, near.site) == ("stack/Tgw", far.key, "stack/Table", "us-west-2")
    assert (far.gateway, far.peer, far.table) == ("west/Tgw", near.key, "west/Table")
    assert network.transit_tables["west/Table"].routes[0].attachment == far.key
    assert reasons(network) == []


def test_an_id_said_to_be_of_a_resource_that_is_not_there_is_of_nothing() -> None:
    here = hub(As=transit("RouteTableAssociation", {"Fn::Sub": "tgw-attach-1"}, "Table"))
    network = read_network([stack(here)], {}, {"tgw-attach-1": ("stack", "Gone")})
    assert any("tgw-attach-1 is not made by these templates" in reason for reason in reasons(network))


def test_a_vpn_is_a_link_of_the_hybrid_segment_with_the_ranges_it_states() -> None:
    connection = resource(
        "EC2::VPNConnection", TransitGatewayId=ref("Tgw"), CustomerGatewayId="c", Tags=tags(site="main")
    )
    network = read(
        Vpn={**connection, "Metadata": {"hlz:ranges": ["192.168.0.0/16"]}},
        P=transit("RouteTablePropagation", "Vpn", "Table"),
    )
    link = network.attachments["stack/Vpn"]
    assert (link.kind, link.segment, link.site, text(link.ranges)) == ("vpn", "hybrid", "main", "192.168.0.0/16")
    assert network.transit_tables["stack/Table"].routes[0].ranges == link.ranges
    assert network.assumptions == ("behind stack/Vpn lies what its hlz:ranges says",)


def test_a_link_that_does_not_say_what_it_announces_may_announce_anything() -> None:
    connection = resource("EC2::VPNConnection", TransitGatewayId=ref("Tgw"), CustomerGatewayId="c")
    network = read(Vpn=connection, P=transit("RouteTablePropagation", "Vpn", "Table"))
    (route,) = network.transit_tables["stack/Table"].routes
    assert (route.attachment, route.ranges, route.propagated) == ("stack/Vpn", (), True)


def test_a_direct_connect_association_is_a_link() -> None:
    network = read(
        Gateway=resource("DirectConnect::DirectConnectGateway", DirectConnectGatewayName="d", Tags=tags(site="dc")),
        Dx=resource(
            "DirectConnect::DirectConnectGatewayAssociation",
            AssociatedGatewayId=ref("Tgw"),
            DirectConnectGatewayId=ref("Gateway"),
        ),
    )
    link = network.attachments["stack/Dx"]
    assert (link.kind, link.segment, link.site) == ("direct-connect", "hybrid", "dc")


def test_a_firewall_attached_to_the_gateway_is_an_attachment() -> None:
    network = read(Fw=resource("NetworkFirewall::Firewall", FirewallName="f", TransitGatewayId=ref("Tgw")))
    assert network.attachments["stack/Fw"].kind == "firewall"


def test_one_gateway_by_literal_id_is_the_same_for_all_templates_and_its_settings_are_unknown() -> None:
    def spoke(number: int) -> StackTemplate:
        rows = {"Vpc": vpc(f"10.{number}.0.0/16"), "A": subnet(f"10.{number}.1.0/24")}
        return stack({**rows, "Att": attached({"Fn::Sub": "tgw-1"}, "Vpc", ["A"])}, f"s{number}")

    network = read_network([spoke(1), spoke(2)])
    assert {row.gateway for row in network.attachments.values()} == {"tgw-1"}
    assert reasons(network) == [
        "outside/tgw-1: this transit gateway is not made here: its settings, tables and other attachments are not known"
    ]


def test_a_gateway_by_parameter_is_the_only_one_in_the_templates_and_that_is_unknown() -> None:
    spoke = {"Vpc": vpc("10.1.0.0/16"), "A": subnet("10.1.1.0/24"), "Att": attached("TgwId", "Vpc", ["A"])}
    parameters = {"TgwId": {"Type": "String"}}
    network = read_network([stack(hub()), stack(spoke, "spoke", Parameters=parameters)])
    assert network.attachments["spoke/Att"].gateway == "stack/Tgw"
    assert reasons(network) == [
        "spoke/TgwId: the parameter has no value; read as stack/Tgw, the only transit gateway here"
    ]


def test_one_parameter_of_several_templates_without_gateway_is_one_gateway_outside() -> None:
    rows = {"Vpc": vpc(), "A": subnet("10.0.1.0/24"), "Att": attached("TgwId", "Vpc", ["A"])}
    stacks = [stack(rows, name, Parameters={"TgwId": {"Type": "String"}}) for name in ("one", "two")]
    network = read_network(stacks)
    assert {row.gateway for row in network.attachments.values()} == {"parameter TgwId"}
    assert len(network.unknowns) == 1
