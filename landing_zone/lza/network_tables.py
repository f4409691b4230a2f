"""Route tables of VPCs and VPC peerings of an LZA network configuration: where each route leads."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from landing_zone.fault import excerpt
from landing_zone.lza.entry import Entry
from landing_zone.lza.network_reading import Reading, VpcInstance, origin, rows, text
from landing_zone.lza.network_vpcs import zone
from landing_zone.proof.network.model import (
    GatewayKind,
    Peering,
    Ranges,
    Route,
    RouteTable,
    Target,
)
from landing_zone.proof.network.ranges import parse


def read_tables(reading: Reading, gateway_of: Callable[[VpcInstance, str], str | None]) -> None:
    """Route tables of VPCs. gateway_of: the key of the transit gateway that a VPC's route names."""
    for instance in reading.instances.values():
        for table in rows(instance.entry, "routeTables"):
            name = text(table, "name")
            label = f"route table {name} of VPC {instance}"
            reading.unread(table, "routeTable", label)
            routes = []
            for row in rows(table, "routes"):
                reading.unread(row, "route", f"route {text(row, 'name')} of {label}")
                routes += list(_route(reading, instance, row, f"route {text(row, 'name')} of {label}", gateway_of))
            key = f"{instance.key}/table/{name}"
            reading.tables[key] = RouteTable(key, origin(table, label), instance.key, tuple(routes))


def _route(
    reading: Reading,
    instance: VpcInstance,
    row: Entry,
    label: str,
    gateway_of: Callable[[VpcInstance, str], str | None],
) -> Iterator[Route]:
    target = _target(reading, instance, row, label, gateway_of)
    if target is None:
        return
    if target.kind == "endpoint":
        yield Route((), target, origin(row, label))
        return
    ranges = destination(reading, instance, row, label)
    if ranges is not None:
        yield Route(ranges, target, origin(row, label))


def destination(reading: Reading, instance: VpcInstance, row: Entry, label: str) -> Ranges | None:
    """Where a route leads: a CIDR, a subnet of the VPC, or a prefix list; None if that is not known, which is said."""
    listed_by = row.get("destinationPrefixList")
    if listed_by is not None:
        if listed_by.text not in reading.prefix_lists:
            reading.missing(listed_by, label, "prefix list", reading.prefix_lists)
            return None
        return reading.prefix_lists[listed_by.text]
    entry = row.get("destination") or row.get("ipv6Destination")
    inside = reading.subnets.get(f"{instance.key}/subnet/{entry.text}") if entry else None
    if inside is not None:
        return inside.ranges
    ranges = parse(entry.text) if entry else None
    if entry is None or ranges is None:
        reading.unknown(entry or row, label, f"destination {excerpt(entry.text if entry else '')} is not known")
        return None
    reading.named.append((ranges, entry))
    return ranges


def _target(
    reading: Reading,
    instance: VpcInstance,
    row: Entry,
    label: str,
    gateway_of: Callable[[VpcInstance, str], str | None],
) -> Target | None:
    """What a route leads to; None, and said, if there is no such thing."""
    kind, entry = text(row, "type"), row.get("target")
    name = entry.text if entry else ""
    absent = partial(reading.missing, entry or row.get("type") or row, label)
    if kind == "transitGateway":
        key = gateway_of(instance, name)
        if key is not None:
            return Target("transit-gateway", key)
        absent("transit gateway", {one.key.split("/")[-1] for one in reading.transit_gateways.values()})
    elif kind in _GATEWAYS:
        model = _GATEWAYS[kind]
        if f"{instance.key}/{model}" in reading.gateways:
            return Target(model, f"{instance.key}/{model}")
        reading.missing(row.get("type") or row, label, "gateway of the VPC", ())
    elif kind == "natGateway":
        if f"{instance.key}/nat/{name}" in reading.nats:
            return Target("nat", f"{instance.key}/nat/{name}")
        absent("NAT gateway", _names(reading.nats, instance))
    elif kind == "networkFirewall":
        return _firewall(reading, instance, row, label)
    elif kind == "gatewayLoadBalancerEndpoint":
        key = f"{instance.key}/gwlbe/{name}"
        if key in reading.firewalls:
            return Target("firewall", key)
        absent("endpoint of a Gateway Load Balancer", _names(reading.firewalls, instance))
    elif kind == "vpcPeering":
        own = {one.split("/")[0]: one for one, row in reading.peerings.items() if instance.key in row.vpcs}
        if name in own:
            return Target("peering", own[name])
        absent("VPC peering of this VPC", own)
    elif kind == "gatewayEndpoint":
        services = {text(one, "service") for one in rows(instance.entry, "gatewayEndpoints", "endpoints")}
        if name in services:
            return Target("endpoint", f"{instance.key}/endpoint/{name}")
        absent("gateway endpoint of the VPC", services)
    elif kind == "local":
        return Target("local")
    elif kind in ("networkInterface", "localGateway"):
        reading.unknown(row, label, f"leads to {kind} {excerpt(name)}, and what is behind it is not in these files")
        return Target("unknown", name)
    else:
        reading.unknown(row.get("type") or row, label, f"target type {excerpt(kind)} is not known")
        return Target("unknown", name)
    return None


_GATEWAYS: Mapping[str, GatewayKind] = {
    "internetGateway": "internet-gateway",
    "egressOnlyIgw": "egress-only-gateway",
    "virtualPrivateGateway": "vpn-gateway",
}


def _firewall(reading: Reading, instance: VpcInstance, row: Entry, label: str) -> Target | None:
    entry = row.get("target")
    name = entry.text if entry else ""
    here = [one for one in reading.firewalls.values() if one.vpc == instance.key and one.firewall == name]
    if not here:
        known = {one.firewall for one in reading.firewalls.values() if one.vpc == instance.key}
        reading.missing(entry or row, label, "firewall of the VPC", known)
        return None
    wanted = row.get("targetAvailabilityZone")
    zones = {reading.subnets[one.subnet or ""].zone: one.key for one in here}
    if wanted is None and len(here) == 1:
        return Target("firewall", here[0].key)
    if wanted is None or zone(instance, wanted) not in zones:
        reading.missing(wanted or row, label, f"firewall endpoint of {name} in zone", zones)
        return None
    return Target("firewall", zones[zone(instance, wanted)])


def _names(found: Mapping[str, object], instance: VpcInstance) -> set[str]:
    return {key.split("/")[-1] for key in found if key.startswith(f"{instance.key}/")}


def read_peerings(reading: Reading, network: Entry) -> None:
    """VPC peerings; one with a VPC of a template stands for every account of it."""
    names = {instance.name for instance in reading.instances.values()}
    for row in rows(network, "vpcPeering"):
        name, ends = text(row, "name"), rows(row, "vpcs")
        reading.unread(row, "vpcPeering", f"VPC peering {name}")
        for entry in ends:
            if entry.text not in names:
                reading.missing(entry, f"VPC peering {name}", "VPC", names)
        keys = [[key for key, one in reading.instances.items() if one.name == entry.text] for entry in ends]
        if len(keys) != 2:
            reading.unknown(row, f"VPC peering {name}", "does not name two VPCs")
            continue
        for one in keys[0]:
            for other in keys[1]:
                key = f"{name}/{one}/{other}"
                reading.peerings[key] = Peering(key, origin(row, f"VPC peering {name}"), (one, other))
