"""VPCs of an LZA network configuration: ranges, subnets, tables, routes, gateways, network ACLs, load balancers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial

from landing_zone.fault import excerpt
from landing_zone.lza.entry import Entry
from landing_zone.lza.network_addresses import Pool, Space, cidrs, parts, place, unreadable
from landing_zone.lza.network_reading import Reading, VpcInstance, flag, origin, rows, text
from landing_zone.proof.network.filters import TCP, UDP
from landing_zone.proof.network.model import (
    ALL_PORTS,
    Acl,
    AclEntry,
    Gateway,
    Host,
    Listener,
    Nat,
    Peering,
    Ranges,
    Route,
    RouteTable,
    Subnet,
    Target,
    Vpc,
)
from landing_zone.proof.network.ranges import EVERYWHERE, listed, parse, union

_PROTOCOLS_WITH_PORTS = (TCP, UDP, 1, 58)
_CHOSEN = "IPAM chooses addresses: any free block of a pool stands for them, for nothing in the files names a part of it"


def read_ranges(reading: Reading, known_pools: Mapping[str, Pool]) -> None:
    """The VPCs and their ranges; those that IPAM chooses get a stand-in of the pool."""
    wanted: list[tuple[str, str, int]] = []
    given: dict[str, Ranges] = {}
    for key, instance in reading.instances.items():
        stated = [*rows(instance.entry, "cidrs"), *rows(instance.entry, "ipv6Cidrs")]
        given[key] = cidrs(stated)
        for entry in unreadable(stated):
            reading.unknown(entry, f"VPC {instance}", f"range {excerpt(entry.text or entry.plain())} is not known")
        wanted += _allocations(reading, instance, known_pools)
        if not stated and not rows(instance.entry, "ipamAllocations"):
            reading.unknown(instance.entry, f"VPC {instance}", "has neither cidrs nor ipamAllocations")
    for pool in known_pools.values():
        pool.space.reserve(listed(*given.values()))
    spaces = {name: pool.space for name, pool in known_pools.items()}
    placed = place(spaces, wanted)
    for key, instance in reading.instances.items():
        blocks = [block for name, _, _ in wanted if name.split("\n")[0] == key if (block := placed[name])]
        vpc_origin = origin(instance.entry, f"VPC {instance}")
        ranges = listed(given[key], *blocks)
        reading.vpcs[key] = Vpc(
            key, vpc_origin, instance.name, instance.account, instance.region, ranges, instance.segment
        )
    for name, pool_name, _ in wanted:
        if placed[name] is None:
            instance = reading.instances[name.split("\n")[0]]
            reading.unknown(instance.entry, f"VPC {instance}", f"no room for it in IPAM pool {excerpt(pool_name)}")


def _allocations(
    reading: Reading, instance: VpcInstance, known_pools: Mapping[str, Pool]
) -> Iterator[tuple[str, str, int]]:
    for number, row in enumerate(rows(instance.entry, "ipamAllocations")):
        pool, length = row.get("ipamPoolName"), row.get("netmaskLength")
        bits = length.number if length else None
        if pool is None or pool.text not in known_pools:
            reading.missing(pool or row, f"VPC {instance}", "IPAM pool", known_pools)
        elif not known_pools[pool.text].ranges or bits is None:
            reading.unknown(row, f"VPC {instance}", f"what IPAM pool {excerpt(pool.text)} gives it is not known")
        else:
            known_pools[pool.text].used = True
            yield f"{instance.key}\n{number}", pool.text, int(bits)


def read_subnets(reading: Reading) -> None:
    """The subnets; those that IPAM chooses get a stand-in within the VPC."""
    for instance in reading.instances.values():
        entries = rows(instance.entry, "subnets")
        stated = {
            text(row, "name"): [one for one in (row.get("ipv4CidrBlock"), row.get("ipv6CidrBlock")) if one]
            for row in entries
        }
        for name, some in stated.items():
            for entry in unreadable(some):
                reading.unknown(entry, f"subnet {name} of VPC {instance}", "its range is not known")
        space = Space(union(reading.vpcs[instance.key].ranges))
        space.reserve(listed(*(cidrs(some) for some in stated.values())))
        wanted = [
            (text(row, "name"), "vpc", int(length.number))
            for row in entries
            if (length := row.get("ipamAllocation", "netmaskLength")) and length.number is not None
        ]
        placed = place({"vpc": space}, wanted)
        for row in entries:
            _subnet(reading, instance, row, listed(cidrs(stated[text(row, "name")]), placed.get(text(row, "name")) or ()))


def _subnet(reading: Reading, instance: VpcInstance, row: Entry, ranges: Ranges) -> None:
    name = text(row, "name")
    label = f"subnet {name} of VPC {instance}"
    reading.unread(row, "subnet", label)
    if not ranges:
        reading.unknown(row, label, "its addresses are not known")
    tables = {text(one, "name") for one in rows(instance.entry, "routeTables")}
    table = row.get("routeTable")
    if table is not None and table.text not in tables:
        reading.missing(table, label, "route table", tables)
    key = f"{instance.key}/subnet/{name}"
    reading.subnets[key] = Subnet(
        key,
        origin(row, label),
        name,
        instance.key,
        zone(instance, row.get("availabilityZone")),
        ranges,
        instance.segment,
        None,
        f"{instance.key}/table/{table.text}" if table is not None and table.text in tables else None,
        next((f"{instance.key}/acl/{text(acl, 'name')}" for acl in rows(instance.entry, "networkAcls")
              if name in {one.text for one in rows(acl, "subnetAssociations")}), None),
    )  # fmt: skip


def zone(instance: VpcInstance, entry: Entry | None) -> str:
    """`us-east-1a` of `a`; a physical zone's number stays apart, for each account maps letters to them by itself."""
    if entry is None:
        return "?"
    return f"{instance.region}{entry.text}" if entry.text.isalpha() else f"{instance.region}-az{entry.text}"


def read_edges(reading: Reading) -> None:
    """Internet, egress-only and VPN gateways, and NAT gateways."""
    for key, instance in reading.instances.items():
        vpc = instance.entry
        edge_tables = {text(row, "gatewayAssociation"): text(row, "name") for row in rows(vpc, "routeTables")}
        for kind, here, word in (
            ("internet-gateway", flag(vpc, "internetGateway"), "internetGateway"),
            ("egress-only-gateway", flag(vpc, "egressOnlyIgw"), "egressOnlyIgw"),
            ("vpn-gateway", vpc.get("virtualPrivateGateway") is not None, "virtualPrivateGateway"),
        ):
            if here:
                at = vpc.get(word) or vpc
                table = f"{key}/table/{edge_tables[word]}" if word in edge_tables else None
                made = Gateway(f"{key}/{kind}", origin(at, f"{word} of VPC {instance}"), kind, key, table)  # type: ignore[arg-type]
                reading.gateways[made.key] = made
        for row in rows(vpc, "natGateways"):
            name, subnet = text(row, "name"), row.get("subnet")
            reading.unread(row, "natGateway", f"NAT gateway {name}")
            inside = f"{key}/subnet/{subnet.text if subnet else ''}"
            if inside not in reading.subnets:
                known = {text(one, "name") for one in rows(vpc, "subnets")}
                reading.missing(subnet or row, f"NAT gateway {name} of VPC {instance}", "subnet", known)
                continue
            nat_origin = origin(row, f"NAT gateway {name} of VPC {instance}")
            nat = Nat(f"{key}/nat/{name}", nat_origin, inside, not flag(row, "private"))
            reading.nats[nat.key] = nat


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
            return Target(model, f"{instance.key}/{model}")  # type: ignore[arg-type]
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
        keys = [one.key for one in reading.peerings.values() if one.key.split("/")[0] == name and instance.key in one.vpcs]
        if keys:
            return Target("peering", keys[0])
        absent("VPC peering of this VPC", {one.key.split("/")[0] for one in reading.peerings.values()})
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


_GATEWAYS = {
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


def read_acls(reading: Reading) -> None:
    """Network ACLs."""
    for instance in reading.instances.values():
        for acl in rows(instance.entry, "networkAcls"):
            name = text(acl, "name")
            label = f"network ACL {name} of VPC {instance}"
            reading.unread(acl, "networkAcl", label)
            known = {text(one, "name") for one in rows(instance.entry, "subnets")}
            for entry in rows(acl, "subnetAssociations"):
                if entry.text not in known:
                    reading.missing(entry, label, "subnet", known)
            entries = [
                *_acl_entries(reading, instance, rows(acl, "inboundRules"), label, egress=False),
                *_acl_entries(reading, instance, rows(acl, "outboundRules"), label, egress=True),
            ]
            key = f"{instance.key}/acl/{name}"
            reading.acls[key] = Acl(key, origin(acl, label), tuple(sorted(entries, key=lambda one: one.number)))


def _acl_entries(
    reading: Reading, instance: VpcInstance, entries: Iterable[Entry], label: str, egress: bool
) -> Iterator[AclEntry]:
    for row in entries:
        number, protocol = row.get("rule"), row.get("protocol")
        where = row.get("destination" if egress else "source")
        ranges = _acl_ranges(reading, instance, where)
        if number is None or number.number is None or protocol is None or protocol.number is None or ranges is None:
            reading.unknown(row, label, "this rule is not understood: number, protocol or addresses are not known")
            continue
        reading.unread(row, "networkAclRule", label)
        ports = [one.number for one in (row.get("fromPort"), row.get("toPort")) if one and one.number is not None]
        given = int(protocol.number)
        spread = len(ports) == 2 and given in _PROTOCOLS_WITH_PORTS[:2] and min(ports) >= 0
        yield AclEntry(
            int(number.number),
            egress,
            text(row, "action").lower() == "allow",
            None if given == -1 else given,
            (int(ports[0]), int(ports[1])) if spread else ALL_PORTS,
            ranges,
            origin(row, f"rule {number.text} of {label}"),
        )


def _acl_ranges(reading: Reading, instance: VpcInstance, where: Entry | None) -> Ranges | None:
    if where is None:
        return None
    if where.text:
        ranges = parse(where.text)
        if ranges is not None:
            reading.named.append((ranges, where))
        return ranges
    account, vpc, subnet = text(where, "account") or instance.account, text(where, "vpc"), text(where, "subnet")
    for key, one in reading.instances.items():
        found = reading.subnets.get(f"{key}/subnet/{subnet}")
        if one.name == vpc and one.account == account and found is not None:
            return found.ranges
    return None


def read_balancers(reading: Reading) -> None:
    """Load balancers of VPCs. Whom they send to, target groups tell in parts only: anyone in the VPC."""
    for key, instance in reading.instances.items():
        inside = tuple(one.key for one in reading.subnets.values() if one.vpc == key)
        for kind in ("applicationLoadBalancers", "networkLoadBalancers"):
            for row in rows(instance.entry, "loadBalancers", kind):
                label = f"load balancer {text(row, 'name')} of VPC {instance}"
                reading.unread(row, "loadBalancer", label)
                subnets = tuple(f"{key}/subnet/{one.text}" for one in rows(row, "subnets"))
                known = {text(one, "name") for one in rows(instance.entry, "subnets")}
                for entry in rows(row, "subnets"):
                    if entry.text not in known:
                        reading.missing(entry, label, "subnet", known)
                reading.assumptions.add("A load balancer sends to any address of its VPC, and to none outside of it")
                listeners = [_listener(listener, inside, label) for listener in rows(row, "listeners")]
                host = Host(
                    f"{key}/balancer/{text(row, 'name')}",
                    origin(row, label),
                    "load-balancer",
                    text(row, "name"),
                    tuple(one for one in subnets if one in reading.subnets),
                    (),
                    text(row, "scheme") != "internal",
                    tuple(listeners),
                )
                reading.hosts[host.key] = host


def _listener(row: Entry, inside: tuple[str, ...], label: str) -> Listener:
    port = row.get("port")
    number = int(port.number) if port and port.number is not None else None
    ports = (number, number) if number is not None else ALL_PORTS
    protocol = UDP if text(row, "protocol").upper() == "UDP" else TCP
    return Listener(protocol, ports, ALL_PORTS, (), (), inside, origin(row, f"listener of {label}"))


def check_parts(reading: Reading, known_pools: Mapping[str, Pool]) -> None:
    """Whether a stand-in is as good as what IPAM will choose: yes, unless somebody names a part of a pool."""
    used = [pool for pool in known_pools.values() if pool.used]
    for entry, pool in parts(reading.named, used):
        if union(parse(entry.text) or ()) != EVERYWHERE:
            reason = f"names a part of IPAM pool {excerpt(pool.name)}; which VPC that is, IPAM decides"
            reading.unknown(entry, f"destination {entry.text}", reason)
    if used:
        reading.assumptions.add(_CHOSEN)
