"""Reads transit gateways: attachments, links, route tables."""

from __future__ import annotations

from collections.abc import Mapping

from landing_zone.assurance.values import MISSING
from landing_zone.proof.network.collected import Collected, Reader
from landing_zone.proof.network.entry import Entry, Undecided
from landing_zone.proof.network.model import Attachment, AttachmentKind, Origin, Ranges, TransitGateway, TransitRoute
from landing_zone.proof.network.ranges import listed, parse
from landing_zone.proof.network.read_vpc import SEGMENT, nothing

HYBRID = "hybrid"
SITE, BEHIND, METADATA = "hlz:site", "hlz:ranges", "Metadata"
PEER, DEFAULT_TABLE = "@peer", ".DefaultRouteTable"
_ANY = "transit-gateway"


def gateway(entry: Entry, found: Collected) -> None:
    """A transit gateway. Unless told otherwise every attachment joins its default table."""
    association = entry.flag("DefaultRouteTableAssociation", True)
    learning = entry.flag("DefaultRouteTablePropagation", True)
    stack = entry.stack
    found.transit_gateways[entry.key] = TransitGateway(
        entry.key, entry.origin, stack.account, stack.region, association, learning
    )
    found.default_tables[entry.key] = (
        _default(entry, "AssociationDefaultRouteTableId"),
        _default(entry, "PropagationDefaultRouteTableId"),
    )


def _default(entry: Entry, name: str) -> str:
    return entry.link(name) if entry.has(name) else entry.key + DEFAULT_TABLE


def vpc_attachment(entry: Entry, found: Collected) -> None:
    """A VPC's attachment."""
    gateway_key, vpc_key = entry.link("TransitGatewayId", _ANY), entry.link("VpcId", "vpc")
    subnets = (*entry.links("SubnetIds"), *entry.links("AddSubnetIds"))
    found.attachments[entry.key] = Attachment(
        key=entry.key,
        origin=entry.origin,
        gateway=gateway_key,
        kind="vpc",
        vpc=vpc_key,
        subnets=subnets,
        appliance_mode=entry.once(_appliance_mode),
        table=None,
        ranges=(),
        peer=None,
        segment=entry.tag(SEGMENT),
    )


def _appliance_mode(entry: Entry) -> bool:
    return entry.flag("Options.ApplianceModeSupport")


def peering(entry: Entry, found: Collected) -> None:
    """A peering with another transit gateway: an attachment of each of both."""
    ends = entry.link("TransitGatewayId", _ANY), entry.link("PeerTransitGatewayId", _ANY)
    keys = entry.key, entry.key + PEER
    for here, key, other in ((ends[0], keys[0], keys[1]), (ends[1], keys[1], keys[0])):
        _attach(entry, found, key, here, "peering", peer=other)


def vpn(entry: Entry, found: Collected) -> None:
    """A VPN connection, to a transit gateway or to a VPC's gateway."""
    ranges = _stated_ranges(entry)
    if entry.has("VpnConcentratorId"):
        raise Undecided("a VPN concentrator is not modelled")
    if entry.has("TransitGatewayId"):
        _attach(entry, found, entry.key, entry.link("TransitGatewayId", _ANY), "vpn", ranges)
    elif entry.has("VpnGatewayId"):
        key = entry.link("VpnGatewayId", "route-gateway")
        found.link_ranges[key] += [ranges] if ranges else []
    else:
        raise Undecided("it names no gateway")


def vpn_route(entry: Entry, found: Collected) -> None:
    """A static route of a VPN connection: what lies behind it."""
    connection = entry.stack.all.find(entry.link("VpnConnectionId"))
    ranges = entry.ranges("DestinationCidrBlock")
    if connection is None:
        raise Undecided("VpnConnectionId is no connection that exists")
    found.link_ranges[connection.key].append(ranges)
    if connection.has("VpnGatewayId"):
        found.link_ranges[connection.link("VpnGatewayId", "route-gateway")].append(ranges)


def direct_connect(entry: Entry, found: Collected) -> None:
    """A Direct Connect gateway's association with a transit gateway; one with a VPN gateway needs nothing more."""
    key = entry.link("AssociatedGatewayId", _ANY)
    if entry.stack.all.type_of(key) != "AWS::EC2::VPNGateway":
        _attach(
            entry, found, entry.key, key, "direct-connect", _stated_ranges(entry) or _stated_ranges(_tags_of(entry))
        )


def _tags_of(entry: Entry) -> Entry:
    """Where a link's tags stand: an association has none, its Direct Connect gateway has."""
    if entry.properties.get("DirectConnectGatewayId", MISSING) is MISSING:
        return entry
    try:
        return entry.stack.all.find(entry.link("DirectConnectGatewayId")) or entry
    except Undecided:
        return entry


def firewall(entry: Entry, found: Collected, gateway_key: str) -> None:
    """A firewall that is attached to a transit gateway itself."""
    _attach(entry, found, entry.key, gateway_key, "firewall")


def _attach(
    entry: Entry,
    found: Collected,
    key: str,
    gateway_key: str,
    kind: AttachmentKind,
    ranges: Ranges = (),
    peer: str | None = None,
) -> None:
    tagged = _tags_of(entry)
    segment = tagged.tag(SEGMENT) or (HYBRID if kind in ("vpn", "direct-connect") else None)
    found.attachments[key] = Attachment(
        key=key,
        origin=entry.origin,
        gateway=gateway_key,
        kind=kind,
        vpc=None,
        subnets=(),
        appliance_mode=kind == "firewall",
        table=None,
        ranges=ranges,
        peer=peer,
        segment=segment,
        site=tagged.tag(SITE) or _noted_site(entry),
    )


def _noted_site(entry: Entry) -> str:
    metadata = entry.properties.get(METADATA)
    site = metadata.get(SITE) if isinstance(metadata, dict) else None
    return site if isinstance(site, str) else ""


def _stated_ranges(entry: Entry) -> Ranges:
    """What tag or metadata `hlz:ranges` says lies behind a link; nothing if it says nothing."""
    words = (entry.tag(BEHIND) or "").split()
    metadata = entry.properties.get(METADATA)
    stated = metadata.get(BEHIND, []) if isinstance(metadata, dict) else []
    if not isinstance(stated, list):
        raise Undecided(f"{BEHIND} is no list")
    ranges = [parse(word) if isinstance(word, str) else None for word in (*words, *stated)]
    if None in ranges:
        raise Undecided(f"{BEHIND} holds something other than CIDRs")
    if ranges:
        entry.stack.all.assumptions.add(f"behind {entry.origin} lies what its {BEHIND} says")
    return listed(*(part for part in ranges if part is not None))


def table(entry: Entry, found: Collected) -> None:
    """A route table of a transit gateway."""
    gateway_key = entry.link("TransitGatewayId", _ANY)
    found.transit_tables[entry.key] = (entry.origin, gateway_key, entry.tag(SEGMENT))


def association(entry: Entry, found: Collected) -> None:
    """The table that routes what comes from an attachment."""
    found.transit_associations.append(_attachment_and_table(entry))


def propagation(entry: Entry, found: Collected) -> None:
    """A table that learns the ranges of an attachment."""
    found.transit_propagations.append(_attachment_and_table(entry))


def _attachment_and_table(entry: Entry) -> tuple[str, str, Origin]:
    return entry.link("TransitGatewayAttachmentId"), entry.link("TransitGatewayRouteTableId"), entry.origin


def route(entry: Entry, found: Collected) -> None:
    """A static route of a table; a blackhole without attachment."""
    table_key = entry.link("TransitGatewayRouteTableId")
    ranges, blackhole = entry.once(_destination)
    if not blackhole and not entry.has("TransitGatewayAttachmentId"):
        raise Undecided("it names no attachment and is no blackhole")
    attachment = None if blackhole else entry.link("TransitGatewayAttachmentId")
    found.transit_routes[table_key].append(TransitRoute(ranges, attachment, entry.origin))


def _destination(entry: Entry) -> tuple[Ranges, bool]:
    ranges = entry.ranges("DestinationCidrBlock")
    if not ranges:
        raise Undecided("it has no destination")
    return ranges, entry.flag("Blackhole")


_TAGS = "Tags"
_ATTACHMENT = ("TransitGatewayId", "VpcId", "SubnetIds", "Options", _TAGS)
_JOIN = ("TransitGatewayAttachmentId", "TransitGatewayRouteTableId")
READERS: Mapping[str, Reader] = {
    "AWS::EC2::TransitGateway": Reader(
        gateway,
        (
            "DefaultRouteTableAssociation",
            "DefaultRouteTablePropagation",
            "AssociationDefaultRouteTableId",
            "PropagationDefaultRouteTableId",
        ),
    ),
    "AWS::EC2::TransitGatewayAttachment": Reader(vpc_attachment, _ATTACHMENT),
    "AWS::EC2::TransitGatewayVpcAttachment": Reader(vpc_attachment, (*_ATTACHMENT, "AddSubnetIds")),
    "AWS::EC2::TransitGatewayPeeringAttachment": Reader(peering, ("TransitGatewayId", "PeerTransitGatewayId", _TAGS)),
    "AWS::EC2::TransitGatewayRouteTable": Reader(table, ("TransitGatewayId", _TAGS)),
    "AWS::EC2::TransitGatewayRouteTableAssociation": Reader(association, _JOIN),
    "AWS::EC2::TransitGatewayRouteTablePropagation": Reader(propagation, _JOIN),
    "AWS::EC2::TransitGatewayRoute": Reader(route, (*_JOIN, "DestinationCidrBlock", "Blackhole")),
    "AWS::EC2::VPNConnection": Reader(vpn, ("TransitGatewayId", "VpnGatewayId", "VpnConcentratorId", _TAGS, METADATA)),
    "AWS::EC2::VPNConnectionRoute": Reader(vpn_route, ("VpnConnectionId", "DestinationCidrBlock")),
    "AWS::DirectConnect::DirectConnectGateway": Reader(nothing, (_TAGS,)),
    "AWS::DirectConnect::DirectConnectGatewayAssociation": Reader(
        direct_connect, ("AssociatedGatewayId", "DirectConnectGatewayId", METADATA)
    ),
}
