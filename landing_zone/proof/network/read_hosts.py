"""Reads what has network interfaces: instances, databases, functions, and load balancers with where they lead."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from landing_zone.assurance.values import MISSING, Symbolic, Unresolved, Value
from landing_zone.proof.network import known_types
from landing_zone.proof.network.collected import Collected, FoundListener, Reader, TargetGroup
from landing_zone.proof.network.entry import Entry, Undecided, whole_number
from landing_zone.proof.network.model import ALL_PORTS, Host, Listener, Ports, Ranges
from landing_zone.proof.network.ranges import parse, union

_LISTENER_PROTOCOLS: Mapping[str, tuple[int, ...]] = {
    **dict.fromkeys(("HTTP", "HTTPS", "TCP", "TLS", "SSL"), (6,)),
    **dict.fromkeys(("UDP", "QUIC"), (17,)),
    **dict.fromkeys(("TCP_UDP", "TCP_QUIC"), (6, 17)),
}


def host(entry: Entry, found: Collected) -> None:
    """Anything that is read alike. Where its place cannot be told it stays out: hosts are assumed everywhere anyway."""
    row = known_types.hosts()[entry.piece.type]
    public = row.public is not None and _is_public(entry, row.public)
    subnets, groups = where(entry, row.subnets), where(entry, row.groups)
    if subnets:
        found.hosts[entry.key] = Host(entry.key, entry.origin, row.kind, entry.name, subnets, groups, public)
    for target in (*_walk(entry, "LoadBalancers.TargetGroupArn"), *_walk(entry, "TargetGroupARNs")):
        _register(entry, found, target)
    for balancer in (*_walk(entry, "LoadBalancers.LoadBalancerName"), *_walk(entry, "LoadBalancerNames")):
        _register(entry, found, balancer)


def _is_public(entry: Entry, path: str) -> bool:
    try:
        return entry.text(path).lower() in ("true", "enabled")
    except Undecided:
        return False


def _register(entry: Entry, found: Collected, value: Value) -> None:
    try:
        found.registered[entry.linked(value, "target group")].append(entry.key)
    except Undecided as undecided:
        entry.stack.all.note(entry.origin, undecided.reason)


def instance(entry: Entry, found: Collected) -> None:
    """An EC2 instance or a network interface."""
    paths = ("SubnetId", "NetworkInterfaces.SubnetId")
    subnets = where(entry, paths)
    groups = where(entry, ("SecurityGroupIds", "GroupSet", "NetworkInterfaces.GroupSet"))
    public = any(value in (True, "true") for value in _walk(entry, "NetworkInterfaces.AssociatePublicIpAddress"))
    for value in _walk(entry, "NetworkInterfaces.NetworkInterfaceId"):
        try:
            card = entry.stack.all.find(entry.linked(value, "NetworkInterfaceId"))
        except Undecided:
            continue
        if card is not None:
            subnets += where(card, ("SubnetId",))
            groups += where(card, ("GroupSet",))
    found.hosts[entry.key] = Host(entry.key, entry.origin, "instance", entry.name, subnets, groups, public)


def elastic_ip(entry: Entry, found: Collected) -> None:
    """An Elastic IP, or its association: it makes a host public."""
    for name in ("InstanceId", "NetworkInterfaceId"):
        if entry.has(name):
            found.public_hosts.add(entry.link(name))


def load_balancer(entry: Entry, found: Collected) -> None:
    """An Application or Network Load Balancer. A Gateway Load Balancer is seen through its endpoints."""
    if entry.text("Type", "application") == "gateway":
        return
    subnets = where(entry, ("Subnets", "SubnetMappings.SubnetId"))
    if not subnets:
        raise Undecided("its subnets are not known")
    public = entry.text("Scheme", "internet-facing") != "internal"
    groups = where(entry, ("SecurityGroups",))
    found.hosts[entry.key] = Host(entry.key, entry.origin, "load-balancer", entry.name, subnets, groups, public)


def classic_load_balancer(entry: Entry, found: Collected) -> None:
    """A Classic Load Balancer with its listeners."""
    load_balancer(entry, found)
    targets = where(entry, ("Instances",))
    for row in entry.items("Listeners"):
        if not isinstance(row, dict):
            raise Undecided("a listener is not known")
        ports = _port(row.get("LoadBalancerPort", MISSING))
        inside = _port(row.get("InstancePort", MISSING))
        listener = Listener(6, ports, inside, targets, (), (), entry.origin)
        found.own_listeners[entry.key].append(listener)


def listener(entry: Entry, found: Collected) -> None:
    """A listener of a load balancer."""
    balancer = entry.link("LoadBalancerArn")
    protocol = entry.text("Protocol", "TCP")
    if not entry.has("Port"):  # of a Gateway Load Balancer
        return
    if protocol not in _LISTENER_PROTOCOLS:
        raise Undecided(f"protocol {protocol} is not modelled")
    ports = _port(entry.value("Port"))
    groups = _groups(entry, "DefaultActions")
    for number in _LISTENER_PROTOCOLS[protocol]:
        found.listeners[f"{entry.key}:{number}"] = FoundListener(balancer, number, ports, groups, entry.origin)


def listener_rule(entry: Entry, found: Collected) -> None:
    """A rule of a listener: further target groups."""
    found.more_target_groups[entry.link("ListenerArn")] += _groups(entry, "Actions")


def _groups(entry: Entry, name: str) -> list[str]:
    values = (
        *_walk(entry, f"{name}.TargetGroupArn"),
        *_walk(entry, f"{name}.ForwardConfig.TargetGroups.TargetGroupArn"),
    )
    return list(dict.fromkeys(entry.linked(value, f"{name}.TargetGroupArn") for value in values))


def target_group(entry: Entry, found: Collected) -> None:
    """A target group: what is registered in the template, the rest may be anywhere in its VPC."""
    ports = _port(entry.value("Port")) if entry.has("Port") else ALL_PORTS
    targets: list[str] = []
    ranges: list[Ranges] = []
    for row in entry.items("Targets"):
        value = row.get("Id", MISSING) if isinstance(row, dict) else row
        address = parse(value) if isinstance(value, str) and not isinstance(value, Symbolic) else None
        if address:
            ranges.append(address)
        else:
            targets.append(entry.linked(value, "Targets.Id"))
        if isinstance(row, dict) and "Port" in row:
            other = _port(row["Port"])
            ports = min(ports[0], other[0]), max(ports[1], other[1])
    vpc = entry.link("VpcId", "vpc") if entry.has("VpcId") else None
    found.target_groups[entry.key] = TargetGroup(ports, tuple(targets), union(*ranges), vpc)


def _port(value: Value) -> Ports:
    number = whole_number(value, "Port")
    return (number, number)


def where(entry: Entry, paths: Iterable[str]) -> tuple[str, ...]:
    """Keys of the subnets or groups at dotted paths, groups of subnets expanded; what is not known is left out."""
    keys: dict[str, None] = {}
    for path in paths:
        for value in _walk(entry, path):
            try:
                keys.update(dict.fromkeys(_expanded(entry, entry.linked(value, path))))
            except Undecided:
                continue
    return tuple(keys)


def _expanded(entry: Entry, key: str) -> tuple[str, ...]:
    listed = known_types.subnet_groups().get(entry.stack.all.type_of(key))
    if listed is None:
        return (key,)
    group = entry.stack.all.find(key)
    return where(group, (listed,)) if group else ()


def _walk(entry: Entry, path: str) -> Sequence[Value]:
    name, _, rest = path.partition(".")
    return list(_leaves(entry.properties.get(name, MISSING), rest.split(".") if rest else []))


def _leaves(value: Value, steps: Sequence[str]) -> Iterator[Value]:
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item, steps)
    elif steps:
        if isinstance(value, dict):
            yield from _leaves(value.get(steps[0], MISSING), steps[1:])
    elif value is not MISSING and not isinstance(value, Unresolved):
        yield value


_BALANCER = ("Subnets", "SecurityGroups", "Scheme", "Tags")
READERS: Mapping[str, Reader] = {
    "AWS::EC2::Instance": Reader(instance, ("SubnetId", "SecurityGroupIds", "NetworkInterfaces", "Tags")),
    "AWS::EC2::NetworkInterface": Reader(instance, ("SubnetId", "GroupSet", "Tags")),
    "AWS::EC2::EIP": Reader(elastic_ip, ("InstanceId",)),
    "AWS::EC2::EIPAssociation": Reader(elastic_ip, ("InstanceId", "NetworkInterfaceId")),
    "AWS::ElasticLoadBalancingV2::LoadBalancer": Reader(load_balancer, (*_BALANCER, "SubnetMappings", "Type")),
    "AWS::ElasticLoadBalancingV2::Listener": Reader(
        listener, ("LoadBalancerArn", "Port", "Protocol", "DefaultActions")
    ),
    "AWS::ElasticLoadBalancingV2::ListenerRule": Reader(listener_rule, ("ListenerArn", "Actions")),
    "AWS::ElasticLoadBalancingV2::TargetGroup": Reader(target_group, ("Port", "Targets", "VpcId")),
    "AWS::ElasticLoadBalancing::LoadBalancer": Reader(classic_load_balancer, (*_BALANCER, "Listeners", "Instances")),
}


def host_readers() -> Mapping[str, Reader]:
    """Readers of the types that are read alike, and of groups of subnets, which are followed only."""
    more = ("LoadBalancers", "TargetGroupARNs", "LoadBalancerNames", "Tags")
    alike = {type_: Reader(host, (*row.properties, *more)) for type_, row in known_types.hosts().items()}
    groups = {type_: Reader(_followed, (name,)) for type_, name in known_types.subnet_groups().items()}
    return {**alike, **groups}


def _followed(entry: Entry, found: Collected) -> None:
    """Read only when a host refers to it."""
