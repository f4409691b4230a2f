"""Rules over what security groups of others admit and let out, beyond the whole internet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import IPv4Network, IPv6Network, ip_network

from landing_zone.assurance.library.scope import of_others, stranger
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Reference, Unresolved, Value, named, text_of

_GROUP, _IN, _OUT = "AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"
_BALANCERS = ("AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancing::LoadBalancer")
_WEB = (80, 443)
_EVERY_PORT = (0, 65535)
_OUTWARD = ((80, 80), (443, 443), (53, 53), (123, 123))
"""What may go anywhere by port: web, names, time."""
_SENSITIVE = (
    20,
    21,
    22,
    23,
    135,
    445,
    1433,
    1521,
    2049,
    3306,
    3389,
    4333,
    5432,
    5439,
    5500,
    5601,
    6379,
    8182,
    9200,
    11211,
    27017,
)
"""Administration, files, databases: Security Hub EC2.19, Config rule RESTRICTED_INCOMING_TRAFFIC, more stores."""
_HUGE, _NARROW = 16, 29
"""Prefixes: a public network this large is nearly everybody; one this small is a site's."""
_HUGE_V6 = 32
_INSIDE = tuple(
    map(
        ip_network,
        ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "127.0.0.0/8", "fc00::/7"),
    )
)
"""Networks of one's own: RFC 1918, 6598 (second ranges of VPCs), 3927, 4193. RFC 5737's stand for public ones."""
_NOBODY = ip_network("255.255.255.255/32")
"""What the CDK writes for a group that lets nothing through."""


def serves_the_web(group: Resource, fields: Mapping[str, Value], context: RuleContext) -> bool:
    """Whether a rule opens ports 80 or 443 of a group that a load balancer facing the internet carries."""
    first, last = _ports(fields)
    if (
        first != last
        or first not in _WEB
        or text_of(fields.get("IpProtocol", MISSING)) not in ("tcp", "6", "udp", "17")
    ):
        return False
    owner = group.value("GroupId") if group.type == _IN else Reference(group.logical_id)
    if not isinstance(owner, Reference):
        return False
    return any(
        text_of(balancer.value("Scheme")) != "internal" and _carries(balancer, owner)
        for balancer in context.template.of_type(*_BALANCERS)
    )


def _carries(balancer: Resource, owner: Reference) -> bool:
    groups = balancer.value("SecurityGroups")
    listed = groups if isinstance(groups, list) else []
    return any(isinstance(entry, Reference) and entry.logical_id == owner.logical_id for entry in listed)


def _ports(fields: Mapping[str, Value]) -> tuple[int | None, int | None]:
    numbers = [text_of(fields.get(name, MISSING)) for name in ("FromPort", "ToPort")]
    first, last = (int(text) if text and text.lstrip("-").isdecimal() else None for text in numbers)
    return first, last


def _rules(group: Resource, direction: str) -> Iterator[tuple[str, Value]]:
    """Path and rule of every rule in a direction that the resource is or lists."""
    if group.type != _GROUP:
        if group.type == direction:
            yield "", group.resolved
        return
    section = direction.rpartition("::")[2]
    for index, entry in enumerate(group.items(section)):
        yield f"{section}.{index}", entry


def _fields(entry: tuple[str, Value]) -> Mapping[str, Value]:
    path, value = entry
    if isinstance(value, Unresolved):
        raise CannotEvaluate(f"{path} is not known: {value.reason}")
    if not isinstance(value, Mapping):
        raise CannotEvaluate(f"{path or 'Properties'} is {named(value)} where a map is meant")
    return value


def _all_ports(fields: Mapping[str, Value]) -> bool:
    return text_of(fields.get("IpProtocol", MISSING)) in ("-1", "all") or _ports(fields) in (
        _EVERY_PORT,
        (1, 65535),
        (-1, -1),
    )


def _range(fields: Mapping[str, Value]) -> tuple[str, str] | None:
    """Key and text of the literal address range a rule names."""
    for key in ("CidrIp", "CidrIpv6"):
        text = fields.get(key, MISSING)
        if isinstance(text, str) and "$" not in text:
            return key, text
    return None


def _everywhere(text: str) -> bool:
    return text in ("0.0.0.0/0", "::/0", "0:0:0:0:0:0:0:0/0") or _prefix(text) < 4


def _prefix(text: str) -> int:
    number = text.rpartition("/")[2]
    return int(number) if number.isdecimal() else 128


def _is_inside(network: IPv4Network | IPv6Network) -> bool:
    return network == _NOBODY or any(
        network.version == own.version and network.subnet_of(own)  # type: ignore[arg-type]  # same version by now
        for own in _INSIDE
    )


@rule(
    "HLZ-SGR-001",
    control="LZ-NET-03",
    resource=(_GROUP, _IN),
    applies=of_others,
    title="Security groups admit no large part of the internet",
    fix="Name the site's network, a security group or a prefix list.",
)
def no_large_public_networks_come_in(group: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No ingress rule has a public network of a /16 or more; ports of administration and data none above a site's.

    The whole internet is HLZ-NET-003's. Only templates of others are judged.

    Cannot see: whose network a range is, and what a prefix list contains.
    """

    def judge(entry: tuple[str, Value]) -> Iterator[Outcome]:
        path, fields = entry[0], _fields(entry)
        found = _range(fields)
        if found is None or found[1] in ("0.0.0.0/0", "::/0"):
            return
        key, text = found
        try:
            network = ip_network(text, strict=False)
        except ValueError:
            raise CannotEvaluate(f"{text} is no network") from None
        if _is_inside(network) and _prefix(text) > 3:
            return
        first, last = _ports(fields)
        sensitive = _all_ports(fields) or (
            first is not None and last is not None and any(first <= port <= last for port in _SENSITIVE)
        )
        huge = network.prefixlen <= (_HUGE if network.version == 4 else _HUGE_V6)
        if huge or (sensitive and network.version == 4 and network.prefixlen < _NARROW):
            yield Violation(
                f"{group.logical_id} admits {text}, a public network, to ports {first} to {last}; a site's own network "
                "or a prefix list is expected.",
                f"{path}.{key}" if path else key,
            )

    yield from each(_rules(group, _IN), judge)


@rule(
    "HLZ-SGR-002",
    control="LZ-NET-03",
    resource=(_GROUP, _IN),
    applies=of_others,
    title="Security groups admit named ports",
    fix="Name protocol and ports.",
)
def ingress_names_its_ports(group: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No ingress rule opens all ports to a range of addresses; the members of one group may talk among themselves.

    The whole internet is HLZ-NET-003's. Only templates of others are judged.

    Cannot see: what listens on the ports.
    """

    def judge(entry: tuple[str, Value]) -> Iterator[Outcome]:
        path, fields = entry[0], _fields(entry)
        keys = [key for key in ("CidrIp", "CidrIpv6") if key in fields]
        if keys and _all_ports(fields) and fields[keys[0]] not in ("0.0.0.0/0", "::/0", "255.255.255.255/32"):
            yield Violation(
                f"{group.logical_id} opens all ports to {text_of(fields[keys[0]]) or 'a range of addresses'}; named "
                "ports are expected.",
                path or keys[0],
            )
        owner = stranger(fields.get("SourceSecurityGroupOwnerId", MISSING), context)
        if owner:
            yield Violation(
                f"{group.logical_id} admits a security group of account {owner}; one of the organization's accounts, "
                "given by the deployment, is expected.",
                path or "SourceSecurityGroupOwnerId",
            )

    yield from each(_rules(group, _IN), judge)


@rule(
    "HLZ-SGR-003",
    control="LZ-NET-05",
    resource=(_GROUP, _OUT),
    applies=of_others,
    title="Security groups let out to everywhere what needs to go everywhere",
    fix="Name the destination, or leave port 443 (and 80, 53, 123) to everywhere only.",
)
def egress_to_everywhere_is_narrow(group: Resource, context: RuleContext) -> Iterator[Outcome]:
    """An egress rule to all addresses is for web, names or time; all protocols are HLZ-NET-003's.

    Only templates of others are judged.

    Cannot see: what leaves over port 443.
    """

    def judge(entry: tuple[str, Value]) -> Iterator[Outcome]:
        path, fields = entry[0], _fields(entry)
        found = _range(fields)
        if found is None or not _everywhere(found[1]):
            return
        protocol = text_of(fields.get("IpProtocol", MISSING))
        whole = protocol in ("-1", "all")
        if (whole and found[1] not in ("0.0.0.0/0", "::/0")) or (not whole and _ports(fields) not in _OUTWARD):
            if protocol in ("icmp", "icmpv6", "1", "58"):
                return
            first, last = _ports(fields)
            yield Violation(
                f"{group.logical_id} lets {protocol} ports {first} to {last} out to everywhere ({found[1]}); a named "
                "destination is expected.",
                path or found[0],
            )

    yield from each(_rules(group, _OUT), judge)
