"""Transit gateways of an LZA network configuration: tables, attachments of VPCs and links, peerings, propagation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from landing_zone.fault import excerpt
from landing_zone.lza.entry import Entry
from landing_zone.lza.network_reading import Reading, VpcInstance, flag, origin, rows, text
from landing_zone.proof.network.model import (
    Attachment,
    AttachmentKind,
    Origin,
    Ranges,
    TransitGateway,
    TransitRoute,
    TransitTable,
)
from landing_zone.proof.network.ranges import parse

_DEFAULT, _PEER = "/default", "@peer"


def read_gateways(reading: Reading, network: Entry) -> None:
    """Transit gateways and their tables, still without routes. Switches that are left out are on, as LZA has them."""
    for row in rows(network, "transitGateways"):
        name = text(row, "name")
        label = f"transit gateway {name}"
        reading.unread(row, "transitGateway", label)
        gateway = TransitGateway(
            f"{text(row, 'account')}/{text(row, 'region')}/{name}",
            origin(row, label),
            text(row, "account"),
            text(row, "region"),
            flag(row, "defaultRouteTableAssociation", default=True),
            flag(row, "defaultRouteTablePropagation", default=True),
        )
        reading.transit_gateways[gateway.key] = gateway
        for table in rows(row, "routeTables"):
            key = f"{gateway.key}/{text(table, 'name')}"
            reading.unread(table, "transitRouteTable", f"route table {text(table, 'name')} of {label}")
            reading.transit_origins[key] = (origin(table, f"route table {text(table, 'name')} of {label}"), gateway.key)
        if gateway.default_association or gateway.default_propagation:
            reading.transit_origins[gateway.key + _DEFAULT] = (origin(row, f"default table of {label}"), gateway.key)
    reading.transit_routes = {key: [] for key in reading.transit_origins}


def gateway_of(reading: Reading, instance: VpcInstance, name: str) -> str | None:
    """The transit gateway that a VPC's route names: one the VPC is attached to goes before one of its Region."""
    named = [one for one in reading.transit_gateways.values() if one.key.split("/")[-1] == name]
    joined = {one.gateway for one in reading.attachments.values() if one.vpc == instance.key}
    named.sort(key=lambda one: (one.key not in joined, one.region != instance.region, one.key))
    return named[0].key if named else None


def read_attachments(reading: Reading) -> None:
    """Attachments of VPCs."""
    for instance in reading.instances.values():
        for row in rows(instance.entry, "transitGatewayAttachments"):
            label = f"attachment {text(row, 'name')} of VPC {instance}"
            reading.unread(row, "transitGatewayAttachment", label)
            wanted = row.get("transitGateway")
            gateway = _gateway(reading, wanted or row, label, instance.region)
            if gateway is None:
                continue
            known = {text(one, "name") for one in rows(instance.entry, "subnets")}
            for entry in rows(row, "subnets"):
                if entry.text not in known:
                    reading.missing(entry, label, "subnet", known)
            subnets = tuple(f"{instance.key}/subnet/{entry.text}" for entry in rows(row, "subnets"))
            attachment = Attachment(
                f"{instance.key}/attachment/{gateway}",
                origin(row, label),
                gateway,
                "vpc",
                instance.key,
                tuple(key for key in subnets if key in reading.subnets),
                flag(row, "options", "applianceModeSupport"),
                None,
                (),
                None,
                instance.segment,
            )
            _join(reading, attachment, row, label)


def _gateway(reading: Reading, row: Entry, label: str, region: str = "", name: str = "name") -> str | None:
    """The key of a transit gateway by name and account; None, and said, if there is none."""
    entry = row.get(name)
    account, wanted = text(row, "account"), entry.text if entry else ""
    found = [
        one
        for one in reading.transit_gateways.values()
        if one.key.split("/")[-1] == wanted and account in ("", one.account)
    ]
    found.sort(key=lambda one: (one.region != (text(row, "region") or region), one.key))
    if found:
        return found[0].key
    known = {one.key.split("/")[-1] for one in reading.transit_gateways.values()}
    reading.missing(entry or row, label, f"transit gateway of account {account or 'any'}", known)
    return None


def _join(reading: Reading, attachment: Attachment, row: Entry, label: str) -> None:
    """Keep an attachment, with the table it is associated with and its routes where it propagates them."""
    gateway = reading.transit_gateways[attachment.gateway]
    tables = _tables(reading, attachment.gateway, rows(row, "routeTableAssociations"), label)
    if len(tables) > 1:
        reading.unknown(row, label, "is associated with several route tables; AWS allows one")
    default = gateway.key + _DEFAULT
    joined = tables[0][0] if tables else default if gateway.default_association else None
    reading.attachments[attachment.key] = replace(attachment, table=joined)
    vpc = reading.vpcs.get(attachment.vpc or "")
    ranges: Ranges = vpc.ranges if vpc else attachment.ranges
    learned = _tables(reading, attachment.gateway, rows(row, "routeTablePropagations"), label)
    if gateway.default_propagation and attachment.kind != "peering":
        learned = [*learned, (default, attachment.origin)]
    for key, where in learned:
        reading.transit_routes[key].append(TransitRoute(ranges, attachment.key, where, propagated=True))


def _tables(reading: Reading, gateway: str, entries: Iterable[Entry], label: str) -> list[tuple[str, Origin]]:
    known = {key.split("/")[-1] for key, (_, owner) in reading.transit_origins.items() if owner == gateway}
    found = []
    for entry in entries:
        if f"{gateway}/{entry.text}" in reading.transit_origins:
            found.append((f"{gateway}/{entry.text}", origin(entry, f"{label} and route table {entry.text}")))
        else:
            reading.missing(entry, label, "transit gateway route table", known - {"default"})
    return found


def read_links(reading: Reading, network: Entry) -> None:
    """VPN connections, Direct Connect gateways and peerings of transit gateways."""
    for customer in rows(network, "customerGateways"):
        reading.unread(customer, "customerGateway", f"customer gateway {text(customer, 'name')}")
        for row in rows(customer, "vpnConnections"):
            label = f"VPN connection {text(row, 'name')}"
            reading.unread(row, "vpnConnection", label)
            if row.get("transitGateway") is not None:
                near = replace_account(row, customer)
                gateway = _gateway(reading, near, label, text(customer, "region"), "transitGateway")
                if gateway is not None:
                    _join(reading, _link(row, label, f"vpn/{text(row, 'name')}", gateway, "vpn"), row, label)
            elif row.get("vpc") is not None:
                _vpn_of_vpc(reading, row, label)
    for direct in rows(network, "directConnectGateways"):
        name = text(direct, "name")
        reading.unread(direct, "directConnectGateway", f"Direct Connect gateway {name}")
        for row in rows(direct, "transitGatewayAssociations"):
            label = f"association of Direct Connect gateway {name} with {text(row, 'name')}"
            reading.unread(row, "directConnectAssociation", label)
            gateway = _gateway(reading, row, label)
            if gateway is not None:
                link = _link(row, label, f"direct-connect/{name}/{gateway}", gateway, "direct-connect")
                _join(reading, link, row, label)
    for row in rows(network, "transitGatewayPeering"):
        _peering(reading, row)
    for row in rows(network, "transitGatewayConnects"):
        reading.unknown(row, f"transit gateway connect {text(row, 'name')}", "what is behind it is not in these files")


def replace_account(row: Entry, owner: Entry) -> Entry:
    """A VPN connection with the account of its customer gateway, in which LZA looks for the transit gateway."""
    account = owner.get("account")
    value = dict(row.items())
    return replace(row, value={**value, "account": account} if account else value)


def _link(row: Entry, label: str, key: str, gateway: str, kind: AttachmentKind) -> Attachment:
    """A link: what it announces is not in these files, so anything."""
    return Attachment(key, origin(row, label), gateway, kind, None, (), False, None, (), None, "hybrid", "")


def _vpn_of_vpc(reading: Reading, row: Entry, label: str) -> None:
    entry = row.get("vpc")
    named = [key for key, one in reading.instances.items() if entry and one.name == entry.text]
    if not named and entry:
        reading.missing(entry, label, "VPC", {one.name for one in reading.instances.values()})
    for key in named:
        if f"{key}/vpn-gateway" not in reading.gateways:
            reading.missing(entry or row, label, "virtualPrivateGateway of VPC", ())


def _peering(reading: Reading, row: Entry) -> None:
    """Two attachments, one on each side; AWS lets static routes alone lead to them."""
    name = text(row, "name")
    label = f"transit gateway peering {name}"
    reading.unread(row, "transitGatewayPeering", label)
    sides = []
    for side in ("requester", "accepter"):
        end = row.get(side)
        gateway = _gateway(reading, end, label, name="transitGatewayName") if end else None
        if end is None or gateway is None:
            reading.unknown(row, label, f"its {side} is not known")
            return
        sides.append((end, gateway))
    key = f"peering/{name}"
    for (end, gateway), own, other in ((sides[0], key, key + _PEER), (sides[1], key + _PEER, key)):
        far = text(sides[1][0] if own == key else sides[0][0], "region")
        link = Attachment(own, origin(end, label), gateway, "peering", None, (), False, None, (), other, "peering", far)
        _join(reading, link, end, label)


def read_routes(reading: Reading, network: Entry) -> None:
    """Static routes of transit gateway route tables."""
    for gateway in rows(network, "transitGateways"):
        own = f"{text(gateway, 'account')}/{text(gateway, 'region')}/{text(gateway, 'name')}"
        for table in rows(gateway, "routeTables"):
            label = f"route table {text(table, 'name')} of transit gateway {text(gateway, 'name')}"
            for row in rows(table, "routes"):
                reading.unread(row, "transitRoute", f"route of {label}")
                ranges = _ranges(reading, row, label)
                if ranges is None:
                    continue
                led, known = (None, True) if flag(row, "blackhole") else _leads(reading, own, row, label)
                if known:
                    where = origin(row, f"route of {label}")
                    reading.transit_routes[f"{own}/{text(table, 'name')}"] += [
                        TransitRoute((one,), led, where) for one in ranges
                    ]


def _ranges(reading: Reading, row: Entry, label: str) -> Ranges | None:
    by_list = row.get("destinationPrefixList")
    if by_list is not None:
        if by_list.text not in reading.prefix_lists:
            reading.missing(by_list, f"route of {label}", "prefix list", reading.prefix_lists)
        return reading.prefix_lists.get(by_list.text)
    entry = row.get("destinationCidrBlock")
    ranges = parse(entry.text) if entry else None
    if entry is None or ranges is None:
        shown = excerpt(entry.text if entry else "")
        reading.unknown(entry or row, f"route of {label}", f"destination {shown} is not known")
        return None
    reading.named.append((ranges, entry))
    return ranges


def _leads(reading: Reading, gateway: str, row: Entry, label: str) -> tuple[str | None, bool]:
    """The attachment that a static route leads to, and whether it is known."""
    target = row.get("attachment")
    kinds = {
        "vpcName": "vpc",
        "vpnConnectionName": "vpn",
        "directConnectGatewayName": "direct-connect",
        "transitGatewayPeeringName": "peering",
    }
    for word, kind in kinds.items():
        entry = target.get(word) if target else None
        if target is None or entry is None:
            continue
        found = [
            one
            for one in reading.attachments.values()
            if one.gateway == gateway and one.kind == kind and _named(reading, one) == entry.text
        ]
        account = text(target, "account")
        if kind == "vpc" and account:
            found = [one for one in found if reading.instances[one.vpc or ""].account == account]
        if found:
            return found[0].key, True
        known = {_named(reading, one) for one in reading.attachments.values() if one.kind == kind}
        reading.missing(entry, f"route of {label}", f"attachment ({kind}) to this gateway of", known)
        return None, False
    reading.unknown(row, f"route of {label}", "leads to nothing that is known")
    return None, False


def _named(reading: Reading, attachment: Attachment) -> str:
    if attachment.vpc is not None:
        return reading.instances[attachment.vpc].name
    return attachment.key.removesuffix(_PEER).split("/")[1]


def tables(reading: Reading) -> Mapping[str, TransitTable]:
    """The tables with all their routes."""
    return {
        key: TransitTable(key, where, gateway, None, tuple(reading.transit_routes[key]))
        for key, (where, gateway) in reading.transit_origins.items()
    }
