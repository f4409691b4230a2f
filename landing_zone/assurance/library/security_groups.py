"""Rules over security groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from landing_zone.assurance.library.presence import those_that
from landing_zone.assurance.library.traffic import serves_the_web
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Unresolved, Value, named, text_of

_WORLD = ("0.0.0.0/0", "::/0")
_ALL_PROTOCOLS = ("-1", "all")
_CLOSES_THE_DEFAULT = "Custom::VpcRestrictDefaultSG"


@rule(
    "HLZ-NET-003",
    control="LZ-NET-03",
    resource=("AWS::EC2::SecurityGroup", "AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"),
    title="Security groups admit groups and prefix lists, not addresses, and do not open all egress",
    fix="Name a source security group or a prefix list instead of a CIDR; give egress rules that name protocol and "
    "destination (255.255.255.255/32 stands for none).",
)
def security_groups_admit_no_addresses(group: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No ingress rule has a CIDR, and no egress rule opens all protocols to all addresses.

    In networks of others than this toolkit only 0.0.0.0/0 and ::/0 are findings, and ports 80 and 443 may be open to
    them on a group of a load balancer that faces the internet. A group without inline egress rules is a finding, too:
    EC2 then adds rules that allow all outbound traffic (CloudFormation reference, AWS::EC2::SecurityGroup). Whether
    separate SecurityGroupEgress resources prevent that is not relied upon in ours; aws-cdk issue 987 says they do.

    Cannot see: what a prefix list contains, and rules added after deployment.
    """
    if group.type == "AWS::EC2::SecurityGroupIngress":
        yield from _ingress(group, group.resolved, "", context)
    elif group.type == "AWS::EC2::SecurityGroupEgress":
        yield from _egress(group, group.resolved, "")
    else:
        yield from _inline(group, context)


def _inline(group: Resource, context: RuleContext) -> Iterator[Outcome]:
    def judge(entry: tuple[str, int]) -> Iterator[Outcome]:
        section, index = entry
        raw = group.value(f"{section}.{index}")
        path = f"{section}.{index}"
        if section == "SecurityGroupIngress":
            yield from _ingress(group, raw, path, context)
        else:
            yield from _egress(group, raw, path)

    for section in ("SecurityGroupIngress", "SecurityGroupEgress"):
        yield from each([section], lambda name: _listed(group, name, context))
        entries = group.value(section)
        count = len(entries) if isinstance(entries, list) else 0
        yield from each([(section, index) for index in range(count)], judge)


def _has_separate_egress(group: Resource, context: RuleContext) -> bool:
    others = context.template.of_type("AWS::EC2::SecurityGroupEgress")
    return not context.own and bool(those_that(others, lambda other: other.refers_to("GroupId", group)))


def _listed(group: Resource, section: str, context: RuleContext) -> Iterator[Outcome]:
    """The section can be read; without egress rules EC2 opens all egress."""
    if not group.items(section) and section == "SecurityGroupEgress" and not _has_separate_egress(group, context):
        yield Violation(
            f"Security group {group.logical_id} lists no egress rules, so EC2 allows all outbound traffic; rules that "
            "name protocol and destination are expected.",
            section,
        )


def _ingress(group: Resource, entry: Value, path: str, context: RuleContext) -> Iterator[Outcome]:
    fields = _fields(entry, path)
    for key in ("CidrIp", "CidrIpv6"):
        cidr = fields.get(key, MISSING)
        if cidr is MISSING:
            continue
        where = f"{path}.{key}" if path else key
        shown = text_of(cidr) or "an address range decided at deployment"
        if cidr in _WORLD:
            if not context.own and serves_the_web(group, fields, context):
                continue
            yield Violation(
                f"{group.logical_id} admits the whole Internet ({shown}) to {_ports(fields)}; a security group or "
                "prefix list is expected.",
                where,
            )
        elif context.own:
            yield Violation(
                f"{group.logical_id} admits addresses ({shown}) to {_ports(fields)}; a security group or prefix list "
                "is expected.",
                where,
            )
        elif isinstance(cidr, Unresolved):
            raise CannotEvaluate(f"{where} is not known: {cidr.reason}")


def _egress(group: Resource, entry: Value, path: str) -> Iterator[Outcome]:
    fields = _fields(entry, path)
    cidrs = [(key, fields[key]) for key in ("CidrIp", "CidrIpv6") if key in fields]
    if not cidrs:
        return
    protocol = fields.get("IpProtocol", MISSING)
    if text_of(protocol) not in _ALL_PROTOCOLS and not isinstance(protocol, Unresolved):
        return
    for key, cidr in cidrs:
        where = f"{path}.{key}" if path else key
        if cidr not in _WORLD and not isinstance(cidr, Unresolved):
            continue
        for value in (cidr, protocol):
            if isinstance(value, Unresolved):
                raise CannotEvaluate(f"{where} is not known: {value.reason}")
        yield Violation(
            f"{group.logical_id} allows all outbound traffic ({text_of(cidr)}); rules that name protocol and "
            "destination are expected.",
            where,
        )


def _fields(entry: Value, path: str) -> Mapping[str, Value]:
    if isinstance(entry, Unresolved):
        raise CannotEvaluate(f"{path or 'Properties'} is not known: {entry.reason}")
    if not isinstance(entry, Mapping):
        raise CannotEvaluate(f"{path or 'Properties'} is {named(entry)} where a map is meant")
    return entry


def _ports(fields: Mapping[str, Value]) -> str:
    first, last = text_of(fields.get("FromPort", MISSING)), text_of(fields.get("ToPort", MISSING))
    protocol = text_of(fields.get("IpProtocol", MISSING)) or "an unknown protocol"
    if protocol in _ALL_PROTOCOLS:
        return "all ports"
    if first is None and last is None:
        return f"protocol {protocol}"
    return f"{protocol} port {first}" if first == last else f"{protocol} ports {first} to {last}"


@rule(
    "HLZ-NET-008",
    control="LZ-NET-02",
    resource="AWS::EC2::VPC",
    title="Nothing uses a VPC's default security group",
    fix="Give the resource a security group of its own.",
)
def default_security_group_is_unused(vpc: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No resource of the template refers to the VPC's default security group, except the one that closes it.

    Cannot see: interfaces that get the default group because they name none, and the rules inside it: closing it needs
    a setting or a custom resource, which this rule does not judge.
    """
    for use in context.template.uses:
        if use.target != vpc.logical_id or use.attribute != "DefaultSecurityGroup":
            continue
        user = context.template.resources[use.resource]
        if user.type != _CLOSES_THE_DEFAULT:
            yield Violation(
                f"{user.logical_id} uses the default security group of {vpc.logical_id}; a group of its own is "
                "expected.",
                use.path,
                user.logical_id,
            )
