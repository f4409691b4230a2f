"""Network ACLs and load balancers of an LZA network configuration."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from landing_zone.lza.entry import Entry
from landing_zone.lza.network_reading import Reading, VpcInstance, origin, rows, text
from landing_zone.proof.network.filters import TCP, UDP
from landing_zone.proof.network.model import (
    ALL_PORTS,
    Acl,
    AclEntry,
    Host,
    Listener,
    Ranges,
)
from landing_zone.proof.network.ranges import parse


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
        spread = len(ports) == 2 and given in (TCP, UDP) and min(ports) >= 0
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
