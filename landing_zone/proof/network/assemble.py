"""Puts together what the readers found: ranges, tables, network ACLs, groups, listeners where they belong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from landing_zone.proof.network.assemble_transit import attachments, transit_gateways, transit_tables
from landing_zone.proof.network.collected import Collected, FoundListener
from landing_zone.proof.network.model import (
    ALL_PORTS,
    Acl,
    AclEntry,
    Gateway,
    Host,
    Listener,
    Network,
    Origin,
    Route,
    RouteTable,
    SecurityGroup,
    SecurityRule,
    Subnet,
    Target,
    Vpc,
)
from landing_zone.proof.network.ranges import EVERYWHERE, listed
from landing_zone.proof.network.read_filters import DEFAULT_ACL, DEFAULT_GROUP
from landing_zone.proof.network.segments import OUTSIDE, Labels, known_names
from landing_zone.proof.network.stack_set import StackSet

_DEFAULT_RULE = 100  # of a default network ACL: everything, in both directions


def assembled(found: Collected, stacks: StackSet, labels: Labels) -> Network:
    """The network."""
    vpcs = _vpcs(found, stacks, labels)
    gateways = _gateways(found, vpcs, stacks)
    acls = {acl.key: acl for acl in _acls(found)}
    subnets = _subnets(found, vpcs, acls, labels, stacks)
    hosts = _hosts(found, subnets, stacks)
    transit = transit_gateways(found, stacks)
    attached = attachments(found, stacks, transit, vpcs, subnets, labels)
    firewalls = {
        key: replace(endpoint, subnets=tuple(subnet for subnet in endpoint.subnets if subnet in subnets))
        for key, endpoint in found.firewalls.items()
    }
    return Network(
        vpcs=vpcs,
        subnets=subnets,
        tables=_tables(found, stacks),
        acls=acls,
        groups=_groups(found, hosts, vpcs),
        hosts=hosts,
        gateways=gateways,
        nats={key: nat for key, nat in found.nats.items() if nat.subnet in subnets},
        firewalls=firewalls,
        peerings=found.peerings,
        transit_gateways=transit,
        attachments=attached,
        transit_tables=transit_tables(found, stacks, transit, attached, vpcs, labels),
        unknowns=stacks.unknown,
        assumptions=tuple(sorted(stacks.assumptions)),
        names=labels.names,
    )


def _vpcs(found: Collected, stacks: StackSet, labels: Labels) -> dict[str, Vpc]:
    """VPCs with all their ranges; of one that stands outside, or whose range is not known, those of its subnets."""
    vpcs: dict[str, Vpc] = {}
    ranges_of_subnets: defaultdict[str, list[tuple[tuple[int, int], ...]]] = defaultdict(list)
    named = [subnet.vpc for subnet in found.subnets.values()]
    named += [attachment.vpc for attachment in found.attachments.values() if attachment.vpc]
    named += [vpc for _, vpc in found.tables.values()] + [end for row in found.peerings.values() for end in row.vpcs]
    named += [row.vpc for row in found.firewalls.values()] + list(found.vpc_of_gateway.values())
    missing = dict.fromkeys(key for key in named if key not in found.vpcs)
    for subnet in found.subnets.values():
        if subnet.vpc in missing or not found.vpcs[subnet.vpc].ranges:
            ranges_of_subnets[subnet.vpc].append(subnet.ranges)
    for key, vpc in found.vpcs.items():
        more = [*found.more_ranges.get(key, ()), *ranges_of_subnets.get(key, ())]
        segment = _known(labels.segment(vpc.segment, vpc.origin), vpc.origin, stacks)
        changed = more or segment != vpc.segment
        vpcs[key] = replace(vpc, ranges=listed(vpc.ranges, *more), segment=segment) if changed else vpc
    for key in missing:
        origin = origin_of(key, stacks)
        if origin.template == OUTSIDE:
            stacks.note(origin, "this VPC is not made by these templates: what else is in it is not known")
        ranges = listed(*ranges_of_subnets[key])
        vpcs[key] = Vpc(key, origin, origin.logical_id, "", "", ranges, labels.segment(None, origin))
    return vpcs


def _known(segment: str | None, origin: Origin, stacks: StackSet) -> str | None:
    """The segment; one that no theorem speaks of is noted, or a misspelled tag would take PHI out of every proof."""
    if segment is not None and segment not in known_names():
        stacks.note(origin, f"segment {segment!r} is not known; known are {', '.join(known_names())}")
    return segment


def origin_of(key: str, stacks: StackSet) -> Origin:
    """Where an object of this key stands; its id, if that is outside of the templates."""
    prefix, _, logical_id = key.rpartition("/")
    stack = stacks.stacks.get(f"{prefix}/")
    return Origin(stack.name, logical_id) if stack else Origin(OUTSIDE, key)


def _gateways(found: Collected, vpcs: Mapping[str, Vpc], stacks: StackSet) -> dict[str, Gateway]:
    """Gateways with their VPC: by attachment, else that of a table that leads to it, else none: it is left out."""
    vpc_by_route = {
        route.target.key: found.tables[table][1]
        for table, routes in found.routes.items()
        for route in routes
        if route.target.kind in ("internet-gateway", "vpn-gateway") and table in found.tables
    }
    gateways: dict[str, Gateway] = {}
    for key, gateway in found.gateways.items():
        vpc = gateway.vpc or found.vpc_of_gateway.get(key, "")
        if not vpc and key in vpc_by_route:
            vpc = vpc_by_route[key]
            stacks.assumptions.add(f"{gateway.origin} is attached to the VPC whose routes lead to it")
        if vpc in vpcs:
            gateways[key] = replace(gateway, vpc=vpc, table=found.table_of_gateway.get(key))
        if key in stacks.external:
            stacks.note(
                Origin(OUTSIDE, key), "this gateway is not made by these templates: its route table is not known"
            )
    return gateways


def _acls(found: Collected) -> Iterator[Acl]:
    for key, (origin, _) in found.acls.items():
        yield Acl(key, origin, tuple(sorted(found.acl_entries.get(key, ()), key=lambda row: row.number)))
    for key in {*found.acl_entries, *found.acl_of_subnet.values()} - found.acls.keys():
        if key.endswith(DEFAULT_ACL) and key.removesuffix(DEFAULT_ACL) in found.vpcs:
            origin = found.vpcs[key.removesuffix(DEFAULT_ACL)].origin
            own = [
                AclEntry(_DEFAULT_RULE, egress, True, None, ALL_PORTS, EVERYWHERE, origin) for egress in (False, True)
            ]
            yield Acl(key, origin, tuple(sorted([*found.acl_entries[key], *own], key=lambda row: row.number)))


def _subnets(
    found: Collected, vpcs: Mapping[str, Vpc], acls: Mapping[str, Acl], labels: Labels, stacks: StackSet
) -> dict[str, Subnet]:
    subnets: dict[str, Subnet] = {}
    tables, acl_of = found.table_of_subnet, found.acl_of_subnet
    for key, row in found.subnets.items():
        vpc = vpcs[row.vpc]
        default = row.vpc + DEFAULT_ACL
        acl = acl_of.get(key) or (default if default in acls else None)
        table = tables.get(key)
        more = found.more_ranges.get(key)
        segment = labels.segment(row.segment, row.origin, vpc.origin) or vpc.segment
        if segment != vpc.segment:
            _known(segment, row.origin, stacks)
        subnets[key] = Subnet(
            key,
            row.origin,
            row.name,
            row.vpc,
            row.zone,
            listed(row.ranges, *more) if more else row.ranges,
            segment,
            row.tier,
            table if table in found.tables else None,
            acl,
        )
    return subnets


def _tables(found: Collected, stacks: StackSet) -> dict[str, RouteTable]:
    """Route tables; what a VPN gateway announces is propagated, with no range if it is not known."""
    for gateway, table, origin in found.gateway_propagations:
        ranges = listed(*found.link_ranges.get(gateway, ()))
        found.routes[table].append(Route(ranges, Target("vpn-gateway", gateway), origin, propagated=True))
    return {
        key: RouteTable(key, origin, vpc, tuple(found.routes.get(key, ())))
        for key, (origin, vpc) in found.tables.items()
    }


def _groups(found: Collected, hosts: Mapping[str, Host], vpcs: Mapping[str, Vpc]) -> dict[str, SecurityGroup]:
    groups = {
        key: SecurityGroup(key, origin, vpc, tuple(found.rules.get(key, ())))
        for key, (origin, vpc) in found.groups.items()
    }
    used = {*found.rules, *(group for host in hosts.values() for group in host.groups)}
    for key in used - groups.keys():
        vpc_key = key.removesuffix(DEFAULT_GROUP)
        if vpc_key != key and vpc_key in vpcs:
            origin = vpcs[vpc_key].origin
            own = (
                SecurityRule(False, None, ALL_PORTS, (), key, origin),
                SecurityRule(True, None, ALL_PORTS, EVERYWHERE, None, origin),
            )
            groups[key] = SecurityGroup(key, origin, vpc_key, (*own, *found.rules.get(key, ())))
    return groups


def _hosts(found: Collected, subnets: Mapping[str, Subnet], stacks: StackSet) -> dict[str, Host]:
    listeners: defaultdict[str, list[Listener]] = defaultdict(list)
    for key, row in found.listeners.items():
        for listener in _listeners(found, key, row, subnets, stacks):
            listeners[row.balancer].append(listener)
    for balancer, own in found.own_listeners.items():
        registered = tuple(found.registered.get(balancer, ()))
        listeners[balancer] += [replace(row, targets=(*row.targets, *registered)) for row in own]
    hosts: dict[str, Host] = {}
    for key, host in found.hosts.items():
        there = tuple(subnet for subnet in host.subnets if subnet in subnets)
        known = tuple(group for group in host.groups if group in found.groups or group.endswith(DEFAULT_GROUP))
        if host.kind == "load-balancer" and (len(there), len(known)) != (len(host.subnets), len(host.groups)):
            stacks.note(host.origin, "some of its subnets or security groups are not known")
        public = host.public or key in found.public_hosts
        if (there, known, public) != (host.subnets, host.groups, host.public) or key in listeners:
            host = replace(host, subnets=there, groups=known, public=public, listeners=tuple(listeners.get(key, ())))
        if there:
            hosts[key] = host
    return hosts


def _listeners(
    found: Collected, key: str, row: FoundListener, subnets: Mapping[str, Subnet], stacks: StackSet
) -> Iterator[Listener]:
    """A listener for each target group. Who is not registered in a template may be anywhere in the group's VPC."""
    names = (*row.groups, *found.more_target_groups.get(key.rpartition(":")[0], ()))
    for name in dict.fromkeys(names):
        group = found.target_groups.get(name)
        if group is None:
            stacks.note(row.origin, f"the target group {name} is not known")
            continue
        registered = tuple(found.registered.get(name, ()))
        known = all(target in found.hosts and found.hosts[target].subnets for target in registered)
        anywhere: tuple[str, ...] = ()
        if not known or not (registered or group.targets or group.ranges):
            anywhere = tuple(subnet for subnet, where in subnets.items() if where.vpc == group.vpc)
        ports = ALL_PORTS if registered or anywhere else group.ports
        targets = (*group.targets, *registered)
        yield Listener(row.protocol, row.ports, ports, targets, group.ranges, anywhere, row.origin)
