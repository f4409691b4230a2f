"""What keeps a proof from being one: things that a network mentions and does not hold."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.proof.network.model import Network, Origin, Route, Unknown

_KEPT = {
    "nat": "nats",
    "firewall": "firewalls",
    "peering": "peerings",
    "transit-gateway": "transit_gateways",
    "interface": "hosts",
    "internet-gateway": "gateways",
    "egress-only-gateway": "gateways",
    "carrier-gateway": "gateways",
    "vpn-gateway": "gateways",
}
"""Where the network holds what a route leads to."""


def gaps(network: Network) -> tuple[Unknown, ...]:
    """Why nothing can be proved, besides what the reader could not tell."""
    return (*network.unknowns, *dict.fromkeys(_found(network)))


def _found(network: Network) -> Iterator[Unknown]:
    for table in network.tables.values():
        for route in table.routes:
            yield from _route(network, route)
        if table.vpc not in network.vpcs:
            yield _missing(table.origin, "the route table's VPC", table.vpc)
    for subnet in network.subnets.values():
        for held, key, what in (
            (network.vpcs, subnet.vpc, "the subnet's VPC"),
            (network.tables, subnet.table, "the subnet's route table"),
            (network.acls, subnet.acl, "the subnet's network ACL"),
        ):
            if key is not None and key not in held:
                yield _missing(subnet.origin, what, key)
        table_of = network.tables.get(subnet.table or "")
        if table_of and table_of.vpc != subnet.vpc:
            yield Unknown(subnet.origin, "its route table belongs to another VPC, which AWS refuses")
    for acl in network.acls.values():
        for entry in acl.entries:
            if entry.protocol is not None and not 0 <= entry.protocol < 256:
                yield Unknown(entry.origin, f"protocol {entry.protocol} is none")
    for gateway in network.gateways.values():
        if gateway.vpc not in network.vpcs:
            yield _missing(gateway.origin, "the gateway's VPC", gateway.vpc)
        if gateway.table is not None and gateway.table not in network.tables:
            yield _missing(gateway.origin, "the gateway's route table", gateway.table)
    for nat in network.nats.values():
        if nat.subnet not in network.subnets:
            yield _missing(nat.origin, "the NAT gateway's subnet", nat.subnet)
    for firewall in network.firewalls.values():
        for key in (firewall.subnet, *firewall.subnets):
            if key is not None and key not in network.subnets:
                yield _missing(firewall.origin, "the firewall endpoint's subnet", key)
    for peering in network.peerings.values():
        for key in peering.vpcs:
            if key not in network.vpcs:
                yield _missing(peering.origin, "a peered VPC", key)
    yield from _balancers(network)
    yield from _transit(network)


def _route(network: Network, route: Route) -> Iterator[Unknown]:
    target = route.target
    if target.kind == "unknown":
        yield Unknown(route.origin, f"it is not known where the route leads{f' ({target.key})' if target.key else ''}")
    elif target.kind in _KEPT and target.key not in getattr(network, _KEPT[target.kind]):
        yield _missing(route.origin, "what the route leads to", target.key)
    elif target.kind == "interface" and not network.hosts[target.key].subnets:
        yield Unknown(route.origin, f"the subnet of {target.key}, which forwards, is not known")


def _balancers(network: Network) -> Iterator[Unknown]:
    for host in network.hosts.values():
        if host.listeners and not host.subnets:
            yield Unknown(host.origin, "the subnets of the load balancer are not known")
        for listener in host.listeners:
            for key in listener.targets:
                if key not in network.hosts:
                    yield _missing(listener.origin, "a target of the listener", key)
            for key in (*listener.subnets, *host.subnets):
                if key not in network.subnets:
                    yield _missing(listener.origin, "a subnet of the load balancer or its targets", key)


def _transit(network: Network) -> Iterator[Unknown]:
    for attachment in network.attachments.values():
        if attachment.gateway not in network.transit_gateways:
            yield _missing(attachment.origin, "the attachment's transit gateway", attachment.gateway)
        elif attachment.table is None and network.transit_gateways[attachment.gateway].default_association:
            yield Unknown(attachment.origin, "the attachment joins a default route table that is not known")
        for key, what, held in (
            (attachment.table, "the attachment's route table", network.transit_tables),
            (attachment.vpc, "the attachment's VPC", network.vpcs),
            (attachment.peer, "the other side of the peering", network.attachments),
            *((key, "a subnet of the attachment", network.subnets) for key in attachment.subnets),
        ):
            if key is not None and key not in held:
                yield _missing(attachment.origin, what, key)
        if any(network.subnets[key].vpc != attachment.vpc for key in attachment.subnets if key in network.subnets):
            yield Unknown(attachment.origin, "one of its subnets belongs to another VPC, which AWS refuses")
        if attachment.kind == "peering" and attachment.peer is None:
            yield Unknown(attachment.origin, "the other side of the peering is not known")
        if attachment.kind == "vpc" and attachment.vpc is None:
            yield Unknown(attachment.origin, "the VPC of the attachment is not known")
    for table in network.transit_tables.values():
        for route in table.routes:
            if route.attachment is not None and route.attachment not in network.attachments:
                yield _missing(route.origin, "the attachment that the route leads to", route.attachment)


def _missing(origin: Origin, what: str, key: str) -> Unknown:
    return Unknown(origin, f"{what} is not in these templates: {key}")
