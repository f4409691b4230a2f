"""What is wrong with the build of an LZA network: firewalls, public networks, zones, open filters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from landing_zone.lza.entry import Entry
from landing_zone.lza.network import NetworkReading
from landing_zone.lza.network_gaps import Finding, lacking, vpcs_of
from landing_zone.lza.network_reading import VpcInstance, flag, rows, text
from landing_zone.lza.network_segments import speaks
from landing_zone.proof.network.ranges import ALL_V4, ALL_V6, parse

PHI = ("phi", "phi-nonproduction")
_WORLD = (ALL_V4, ALL_V6)
_WEB = {80, 443}


@dataclass(frozen=True)
class Paths:
    """The checks, over the configuration and what was read of it."""

    network: Entry
    reading: NetworkReading

    def findings(self) -> Iterator[Finding]:
        """What does not hold."""
        for one in self.reading.absent:
            yield Finding(20, one.entry, {"message": one.message, "hint": f" ({one.hint})" if one.hint else ""})
        yield from self._firewalls()
        yield from self._gateways()
        vpcs = vpcs_of(self.network)
        yield from lacking(25, vpcs, [one for one in vpcs if not flag(one, "defaultSecurityGroupRulesDeletion")])
        for vpc in vpcs:
            named = [one for one in self.reading.instances.values() if one.entry is vpc]
            yield from _zones(vpc)
            yield from _subnets(vpc)
            yield from _open_acls(vpc)
            yield from _open_groups(vpc)
            if any(one.segment in PHI for one in named):
                yield from _public(vpc, next(one for one in named if one.segment in PHI))

    def _firewalls(self) -> Iterator[Finding]:
        network = self.reading.network
        held = {one.vpc for one in network.firewalls.values()}
        for key, instance in self.reading.instances.items():
            if key not in held and speaks(instance.name, "inspection"):
                yield Finding(1, instance.entry.get("name") or instance.entry, {"vpc": instance})
        led = {route.target.key for table in network.tables.values() for route in table.routes}
        owners = {(one.vpc, one.firewall) for one in network.firewalls.values() if one.key in led}
        services = self.network.get("centralNetworkServices")
        endpoints = [row for one in rows(services, "gatewayLoadBalancers") for row in rows(one, "endpoints")]
        for kind, declared in (
            ("firewall", rows(services, "networkFirewall", "firewalls")),
            ("Gateway Load Balancer endpoint", endpoints),
        ):
            for row in declared:
                homes = [one for one in self.reading.instances.values() if one.name == text(row, "vpc")]
                if homes and not any((home.key, text(row, "name")) in owners for home in homes):
                    yield Finding(2, row.get("name") or row, {"firewall": f"{kind} {text(row, 'name')}"})

    def _gateways(self) -> Iterator[Finding]:
        for row in rows(self.network, "transitGateways"):
            if flag(row, "autoAcceptSharingAttachments"):
                at = row.get("autoAcceptSharingAttachments") or row
                yield Finding(3, at, {"name": text(row, "name")})
        default = {one.key for one in self.reading.network.transit_gateways.values() if one.default_association}
        for attachment in self.reading.network.attachments.values():
            instance = self.reading.instances.get(attachment.vpc or "")
            if instance and attachment.table is None and attachment.gateway not in default:
                for row in rows(instance.entry, "transitGatewayAttachments"):
                    if not rows(row, "routeTableAssociations"):
                        yield Finding(26, row, {"name": text(row, "name"), "vpc": instance})


def _zones(vpc: Entry) -> Iterator[Finding]:
    zones = {text(row, "name"): text(row, "availabilityZone") for row in rows(vpc, "subnets")}
    if zones and len(set(zones.values())) == 1:
        yield Finding(12, vpc.get("name") or vpc, {"vpc": text(vpc, "name"), "zone": next(iter(zones.values()))})
        return
    for row in rows(vpc, "transitGatewayAttachments"):
        found = {zones[one.text] for one in rows(row, "subnets") if one.text in zones}
        if len(found) == 1:
            details = {"name": text(row, "name"), "vpc": text(vpc, "name"), "zone": found.pop()}
            yield Finding(13, row.get("subnets") or row, {**details, "zones": len(set(zones.values()))})


def _subnets(vpc: Entry) -> Iterator[Finding]:
    for row in rows(vpc, "subnets"):
        if row.get("routeTable") is None:
            yield Finding(21, row, {"subnet": text(row, "name"), "vpc": text(vpc, "name")})


def _public(vpc: Entry, instance: VpcInstance) -> Iterator[Finding]:
    """A network with PHI that the internet may enter."""
    gateway = vpc.get("internetGateway")
    if gateway is not None and gateway.flag():
        yield Finding(4, gateway, {"vpc": instance})
    leading = {
        text(table, "name"): route
        for table in rows(vpc, "routeTables")
        for route in rows(table, "routes")
        if text(route, "type") == "internetGateway" and not text(table, "gatewayAssociation")
    }
    for row in rows(vpc, "subnets"):
        route, switch = leading.get(text(row, "routeTable")), row.get("mapPublicIpOnLaunch")
        why = "instances get public addresses" if switch is not None and switch.flag() else ""
        if route is not None:
            why = f"{why}{' and ' if why else ''}route {text(route, 'name')} leads to the internet gateway"
        if why:
            at = switch if switch is not None and switch.flag() else route
            yield Finding(5, at or row, {"subnet": text(row, "name"), "vpc": instance, "why": why})
    for kind in ("applicationLoadBalancers", "networkLoadBalancers"):
        for row in rows(vpc, "loadBalancers", kind):
            if text(row, "scheme") != "internal":
                yield Finding(24, row.get("scheme") or row, {"name": text(row, "name"), "vpc": instance})


def _world(entry: Entry | None) -> bool:
    return entry is not None and parse(entry.text) in _WORLD


def _open_acls(vpc: Entry) -> Iterator[Finding]:
    for acl in rows(vpc, "networkAcls"):
        for row in rows(acl, "inboundRules"):
            if text(row, "action") == "allow" and text(row, "protocol") == "-1" and _world(row.get("source")):
                details = {"rule": text(row, "rule"), "acl": text(acl, "name"), "source": text(row, "source")}
                yield Finding(14, row, {**details, "vpc": text(vpc, "name")})


def _open_groups(vpc: Entry) -> Iterator[Finding]:
    """Inbound rules from everywhere; web ports of the group of a public load balancer are what it is for."""
    public = {
        group.text
        for row in rows(vpc, "loadBalancers", "applicationLoadBalancers")
        if text(row, "scheme") != "internal"
        for group in rows(row, "securityGroups")
    }
    for group in rows(vpc, "securityGroups"):
        for row in rows(group, "inboundRules"):
            ports = {one.text for key in ("tcpPorts", "udpPorts") for one in rows(row, key)}
            spread = [text(row, key) for key in ("fromPort", "toPort") if row.get(key) is not None]
            ports |= {"-".join(dict.fromkeys(spread))} if spread else set()
            kinds = [one.text for one in rows(row, "types")]
            web = {*ports, *kinds} - {"TCP"} <= {*map(str, _WEB), "HTTP", "HTTPS"}
            if web and text(group, "name") in public:
                continue
            for source in rows(row, "sources"):
                if _world(source):
                    what = ", ".join([*kinds, *(f"port {port}" for port in sorted(ports))]) or "traffic"
                    details = {"group": text(group, "name"), "vpc": text(vpc, "name"), "what": what}
                    yield Finding(15, source, {**details, "source": source.text})
