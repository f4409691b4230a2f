"""Reads VPCs: ranges, subnets, route tables, gateways, NAT, peering."""

from __future__ import annotations

import re
from collections.abc import Mapping

from landing_zone.assurance.values import Symbolic
from landing_zone.proof.network.collected import Collected, FoundSubnet, Reader
from landing_zone.proof.network.entry import Entry, Undecided, cidr
from landing_zone.proof.network.model import Gateway, Nat, Peering, Ranges, Route, Target, TargetKind, Vpc
from landing_zone.proof.network.ranges import listed, parse

SEGMENT, TIER, ENTRIES = "hlz:segment", "hlz:tier", "hlz:entries"
_ZONE = re.compile(r"\$\{AvailabilityZone (\S*) (\d+)\}")
_GATEWAYS: Mapping[str, TargetKind] = {
    "AWS::EC2::InternetGateway": "internet-gateway",
    "AWS::EC2::VPNGateway": "vpn-gateway",
    "AWS::EC2::CarrierGateway": "carrier-gateway",
    "AWS::EC2::EgressOnlyInternetGateway": "egress-only-gateway",
    "AWS::EC2::NatGateway": "nat",
    "AWS::EC2::TransitGateway": "transit-gateway",
    "AWS::EC2::VPCPeeringConnection": "peering",
    "AWS::EC2::VPCEndpoint": "firewall",
    "AWS::NetworkFirewall::VpcEndpointAssociation": "firewall",
    "AWS::EC2::Instance": "interface",
    "AWS::EC2::NetworkInterface": "interface",
}
_EXTERNAL_GATEWAYS: Mapping[str, TargetKind] = {"igw-": "internet-gateway", "vgw-": "vpn-gateway"}
_TARGETS: Mapping[str, str] = {  # property: what it may name outside of the templates
    "GatewayId": "route-gateway",
    "NatGatewayId": "",
    "TransitGatewayId": "transit-gateway",
    "VpcPeeringConnectionId": "",
    "VpcEndpointId": "",
    "NetworkInterfaceId": "",
    "InstanceId": "",
    "EgressOnlyInternetGatewayId": "",
    "CarrierGatewayId": "",
}
_UNMODELLED_TARGETS = ("LocalGatewayId", "CoreNetworkArn", "OdbNetworkArn")
_DESTINATIONS = ("DestinationCidrBlock", "DestinationIpv6CidrBlock")


def vpc(entry: Entry, found: Collected) -> None:
    """A VPC and the range it is made with. One whose range is not known has those of its subnets, and that is noted."""
    try:
        ranges = entry.once(_vpc_ranges)
    except Undecided as undecided:
        entry.stack.all.note(entry.origin, undecided.reason)
        ranges = ()
    origin, stack = entry.origin, entry.stack
    words = frozenset((entry.tag(ENTRIES) or "").split())
    segment = entry.tag(SEGMENT)
    found.vpcs[entry.key] = Vpc(entry.key, origin, entry.name, stack.account, stack.region, ranges, segment, words)


def _vpc_ranges(entry: Entry) -> Ranges:
    ranges = entry.ranges("CidrBlock")
    if not ranges:
        raise Undecided("its range comes from IPAM at deployment" if entry.has("Ipv4IpamPoolId") else "it has no range")
    return ranges


def vpc_block(entry: Entry, found: Collected) -> None:
    """A further range of a VPC."""
    vpc_key = entry.link("VpcId", "vpc")
    if entry.once(_is_amazon_provided):
        ranges = parse(entry.stack.all.amazon_block(vpc_key)) or ()
    else:
        ranges = listed(entry.ranges("CidrBlock"), entry.ranges("Ipv6CidrBlock"))
    if not ranges:
        raise Undecided("its range is given at deployment")
    found.more_ranges[vpc_key].append(ranges)


def _is_amazon_provided(entry: Entry) -> bool:
    return entry.flag("AmazonProvidedIpv6CidrBlock")


def subnet(entry: Entry, found: Collected) -> None:
    """A subnet."""
    ranges = entry.once(_subnet_ranges)
    zone = entry.once(_zone)
    vpc_key = entry.link("VpcId", "vpc")
    found.subnets[entry.key] = FoundSubnet(
        entry.origin, entry.name, vpc_key, zone, ranges, entry.tag(SEGMENT), entry.tag(TIER)
    )


def _subnet_ranges(entry: Entry) -> Ranges:
    ranges = listed(entry.ranges("CidrBlock"), entry.ranges("Ipv6CidrBlock"))
    if not ranges:
        raise Undecided("its range comes from IPAM at deployment" if entry.has("Ipv4IpamPoolId") else "it has no range")
    return ranges


def _zone(entry: Entry) -> str:
    """Name or id of the Availability Zone, or `zone N` where it is told by position; "" where AWS chooses."""
    for name in ("AvailabilityZone", "AvailabilityZoneId"):
        value = entry.properties.get(name)
        if isinstance(value, Symbolic):
            position = _ZONE.fullmatch(value)
            return f"zone {position[2]}" if position else str(value)
        if isinstance(value, str):
            return value
    return ""


def subnet_block(entry: Entry, found: Collected) -> None:
    """The IPv6 range of a subnet."""
    key = entry.link("SubnetId")
    ranges = entry.ranges("Ipv6CidrBlock")
    if not ranges:
        raise Undecided("its range is given at deployment")
    found.more_ranges[key].append(ranges)


def table(entry: Entry, found: Collected) -> None:
    """A route table."""
    found.tables[entry.key] = (entry.origin, entry.link("VpcId", "vpc"))


def subnet_association(entry: Entry, found: Collected) -> None:
    """A subnet's route table."""
    key, table_key = entry.link("SubnetId"), entry.link("RouteTableId")
    if found.table_of_subnet.setdefault(key, table_key) != table_key:
        raise Undecided(f"{key} is associated with two route tables")


def edge_association(entry: Entry, found: Collected) -> None:
    """A gateway's route table: what arrives at it is routed by that."""
    key, table_key = entry.link("GatewayId"), entry.link("RouteTableId")
    if found.table_of_gateway.setdefault(key, table_key) != table_key:
        raise Undecided(f"{key} is associated with two route tables")


def route(entry: Entry, found: Collected) -> None:
    """A route. Where its target cannot be told, what goes there is lost to the model, and that is noted."""
    table_key = entry.link("RouteTableId")
    if entry.has("DestinationPrefixListId"):
        ranges = prefix_list(entry, "DestinationPrefixListId")
    else:
        ranges = entry.once(_destination)
    try:
        target = _target(entry, found, table_key)
    except Undecided as undecided:
        entry.stack.all.note(entry.origin, undecided.reason)
        target = Target("unknown", entry.key)
    for interval in ranges:
        found.routes[table_key].append(Route((interval,), target, entry.origin))


def _destination(entry: Entry) -> Ranges:
    ranges = listed(*(entry.ranges(name) for name in _DESTINATIONS))
    if not ranges:
        raise Undecided("it has no destination")
    return ranges


def prefix_list(entry: Entry, path: str) -> Ranges:
    """The ranges of the prefix list whose id stands at `path`. Raises Undecided."""
    listed = entry.stack.all.find(entry.link(path))
    if listed is None or listed.piece.type != "AWS::EC2::PrefixList":
        raise Undecided(f"{path} is no prefix list")
    return listed.once(_prefixes)


def _prefixes(entry: Entry) -> Ranges:
    rows = [row.get("Cidr") if isinstance(row, dict) else None for row in entry.items("Entries")]
    return listed(*(cidr(row, "Entries.Cidr") for row in rows))


def _target(entry: Entry, found: Collected, table_key: str) -> Target:
    name = next((name for name in _TARGETS if entry.has(name)), None)
    if name is None:
        other = next((name for name in _UNMODELLED_TARGETS if entry.has(name)), None)
        raise Undecided(f"a route to a {other} is not modelled" if other else "it has no target")
    if entry.properties[name] == "local":
        return Target("local")
    key = entry.link(name, _TARGETS[name])
    if ".EndpointIds." in key:
        return Target("firewall", key)
    kind = _GATEWAYS.get(entry.stack.all.type_of(key))
    if kind is None and name == "TransitGatewayId":
        kind = "transit-gateway"
    if kind is None:
        kind = next((kind for start, kind in _EXTERNAL_GATEWAYS.items() if key.startswith(start)), None)
        origin, vpc_key = found.tables.get(table_key, (entry.origin, ""))
        if kind == "internet-gateway" and vpc_key:  # noted as standing outside; it is worth following all the same
            found.gateways.setdefault(key, Gateway(key, origin, kind, vpc_key))
        elif kind is None:
            raise Undecided(f"{name} is {key}, which is no target of a route that is modelled")
    return Target(kind, key)


def gateway(entry: Entry, found: Collected) -> None:
    """An internet or VPN gateway; the attachment names its VPC. The other kinds name it themselves."""
    kind = _GATEWAYS[entry.piece.type]
    vpc_key = entry.link("VpcId", "vpc") if entry.has("VpcId") else ""
    assert kind in ("internet-gateway", "vpn-gateway", "carrier-gateway", "egress-only-gateway")
    found.gateways[entry.key] = Gateway(entry.key, entry.origin, kind, vpc_key)


def gateway_attachment(entry: Entry, found: Collected) -> None:
    """An internet or VPN gateway's VPC."""
    vpc_key = entry.link("VpcId", "vpc")
    if not (entry.has("InternetGatewayId") or entry.has("VpnGatewayId")):
        raise Undecided("it names no gateway")
    for name in ("InternetGatewayId", "VpnGatewayId"):
        if entry.has(name):
            key = entry.link(name, "route-gateway")
            found.vpc_of_gateway[key] = vpc_key
            if not entry.stack.all.type_of(key):
                internet = name == "InternetGatewayId"
                found.gateways[key] = Gateway(
                    key, entry.origin, "internet-gateway" if internet else "vpn-gateway", vpc_key
                )


def propagation(entry: Entry, found: Collected) -> None:
    """Route tables that learn the routes of a VPN gateway."""
    key = entry.link("VpnGatewayId", "route-gateway")
    for table_key in entry.links("RouteTableIds"):
        found.gateway_propagations.append((key, table_key, entry.origin))


def nat(entry: Entry, found: Collected) -> None:
    """A NAT gateway."""
    if entry.text("AvailabilityMode", "zonal") != "zonal" or not entry.has("SubnetId"):
        raise Undecided("a regional NAT gateway is not modelled")
    public = entry.text("ConnectivityType", "public") != "private"
    found.nats[entry.key] = Nat(entry.key, entry.origin, entry.link("SubnetId"), public)


def peering(entry: Entry, found: Collected) -> None:
    """A VPC peering connection."""
    ends = entry.link("VpcId", "vpc"), entry.link("PeerVpcId", "vpc")
    found.peerings[entry.key] = Peering(entry.key, entry.origin, ends)


def nothing(entry: Entry, found: Collected) -> None:
    """Read only when something refers to it."""


_TAGS = "Tags"
READERS: Mapping[str, Reader] = {
    "AWS::EC2::VPC": Reader(vpc, ("CidrBlock", "Ipv4IpamPoolId", _TAGS)),
    "AWS::EC2::VPCCidrBlock": Reader(vpc_block, ("VpcId", "CidrBlock", "Ipv6CidrBlock", "AmazonProvidedIpv6CidrBlock")),
    "AWS::EC2::Subnet": Reader(
        subnet,
        ("VpcId", "CidrBlock", "Ipv6CidrBlock", "Ipv4IpamPoolId", "AvailabilityZone", "AvailabilityZoneId", _TAGS),
    ),
    "AWS::EC2::SubnetCidrBlock": Reader(subnet_block, ("SubnetId", "Ipv6CidrBlock")),
    "AWS::EC2::RouteTable": Reader(table, ("VpcId",)),
    "AWS::EC2::SubnetRouteTableAssociation": Reader(subnet_association, ("SubnetId", "RouteTableId")),
    "AWS::EC2::GatewayRouteTableAssociation": Reader(edge_association, ("GatewayId", "RouteTableId")),
    "AWS::EC2::Route": Reader(
        route, ("RouteTableId", *_DESTINATIONS, "DestinationPrefixListId", *_TARGETS, *_UNMODELLED_TARGETS)
    ),
    "AWS::EC2::PrefixList": Reader(nothing, ("Entries",)),
    "AWS::EC2::InternetGateway": Reader(gateway, ()),
    "AWS::EC2::VPNGateway": Reader(gateway, ()),
    "AWS::EC2::CarrierGateway": Reader(gateway, ("VpcId",)),
    "AWS::EC2::EgressOnlyInternetGateway": Reader(gateway, ("VpcId",)),
    "AWS::EC2::VPCGatewayAttachment": Reader(gateway_attachment, ("VpcId", "InternetGatewayId", "VpnGatewayId")),
    "AWS::EC2::VPNGatewayRoutePropagation": Reader(propagation, ("VpnGatewayId", "RouteTableIds")),
    "AWS::EC2::NatGateway": Reader(nat, ("SubnetId", "ConnectivityType", "AvailabilityMode")),
    "AWS::EC2::VPCPeeringConnection": Reader(peering, ("VpcId", "PeerVpcId")),
}
