"""VPCs of an LZA network configuration: ranges, subnets, gateways at their edge."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from landing_zone.fault import excerpt
from landing_zone.lza.entry import Entry
from landing_zone.lza.network_addresses import Pool, Space, cidrs, parts, place, unreadable
from landing_zone.lza.network_reading import Reading, VpcInstance, flag, origin, rows, text
from landing_zone.proof.network.model import (
    Gateway,
    GatewayKind,
    Nat,
    Ranges,
    Subnet,
    Vpc,
)
from landing_zone.proof.network.ranges import EVERYWHERE, listed, parse, union

_CHOSEN = "IPAM chooses addresses: any free block of a pool stands for them, as nothing here names a part of one"


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
            name = text(row, "name")
            _subnet(reading, instance, row, listed(cidrs(stated[name]), placed.get(name) or ()))


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
        kinds: tuple[tuple[GatewayKind, bool, str], ...] = (
            ("internet-gateway", flag(vpc, "internetGateway"), "internetGateway"),
            ("egress-only-gateway", flag(vpc, "egressOnlyIgw"), "egressOnlyIgw"),
            ("vpn-gateway", vpc.get("virtualPrivateGateway") is not None, "virtualPrivateGateway"),
        )
        for kind, here, word in kinds:
            if here:
                at = vpc.get(word) or vpc
                table = f"{key}/table/{edge_tables[word]}" if word in edge_tables else None
                made = Gateway(f"{key}/{kind}", origin(at, f"{word} of VPC {instance}"), kind, key, table)
                reading.gateways[made.key] = made
                if kind == "vpn-gateway":
                    reading.assumptions.add("VPN gateways propagate no routes into the route tables of their VPC")
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


def check_parts(reading: Reading, known_pools: Mapping[str, Pool]) -> None:
    """Whether a stand-in is as good as what IPAM will choose: yes, unless somebody names a part of a pool."""
    used = [pool for pool in known_pools.values() if pool.used]
    for entry, pool in parts(reading.named, used):
        if union(parse(entry.text) or ()) != EVERYWHERE:
            reason = f"names a part of IPAM pool {excerpt(pool.name)}; which VPC that is, IPAM decides"
            reading.unknown(entry, f"destination {entry.text}", reason)
    if used:
        reading.assumptions.add(_CHOSEN)
