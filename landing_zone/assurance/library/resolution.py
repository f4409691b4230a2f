"""Rules over name resolution, and over the endpoints that names lead to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from landing_zone.assurance.library.networks import certain
from landing_zone.assurance.library.scope import of_others
from landing_zone.assurance.rules import Outcome, RuleContext, Undecided, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Reference, Unresolved, Value, named, text_of

_RESOLVER = "AWS::Route53Resolver::ResolverEndpoint"
_QUERY_LOGGING = "AWS::Route53Resolver::ResolverQueryLoggingConfig"
_GROUP = "AWS::EC2::SecurityGroup"
_NOWHERE = "255.255.255.255/32"
"""Stands for no destination: EC2 adds a rule for all traffic where a group lists no egress."""


def _own_endpoint(endpoint: Resource, context: RuleContext) -> bool:
    return context.own and (endpoint.type == _RESOLVER or endpoint.text("VpcEndpointType") == "Interface")


@rule(
    "HLZ-NET-015",
    control="LZ-NET-06",
    resource=("AWS::EC2::VPCEndpoint", _RESOLVER),
    applies=_own_endpoint,
    title="Endpoints of AWS services and of Resolver name who may call them by group or prefix list",
    fix="Give the endpoint a security group of the template whose rules name prefix lists or security groups.",
)
def endpoints_name_their_callers(endpoint: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The endpoint's security groups are the template's, and no rule of theirs, in or out, has an address range.

    Only networks of this toolkit are judged. The range 255.255.255.255/32 stands for no destination.

    Cannot see: what a prefix list contains, groups of other stacks, and rules added after deployment.
    """
    groups = endpoint.items("SecurityGroupIds")
    if not groups:
        yield Violation(
            f"Endpoint {endpoint.logical_id} names no security group, so it takes the VPC's default one; a group of "
            "its own is expected.",
            "SecurityGroupIds",
        )
    yield from each(range(len(groups)), lambda position: _group(endpoint, position, context))


def _group(endpoint: Resource, position: int, context: RuleContext) -> Iterator[Outcome]:
    path = f"SecurityGroupIds.{position}"
    value = endpoint.known(path)
    group = context.template.resources.get(value.logical_id) if isinstance(value, Reference) else None
    if group is None or group.type != _GROUP:
        raise CannotEvaluate(f"{path} is no security group of the template: {named(value)}")
    for section in ("SecurityGroupIngress", "SecurityGroupEgress"):
        for index, entry in enumerate(group.items(section)):
            yield from _ranges(endpoint, group, entry, f"{section}.{index}")
    yield from each(
        context.template.of_type("AWS::EC2::SecurityGroupIngress", "AWS::EC2::SecurityGroupEgress"),
        lambda part: _ranges(endpoint, part, part.resolved, "") if part.refers_to("GroupId", group) else (),
    )


def _ranges(endpoint: Resource, owner: Resource, entry: Value, path: str) -> Iterator[Outcome]:
    if not isinstance(entry, Mapping):
        raise CannotEvaluate(f"{owner.logical_id} {path} is {named(entry)} where a map is meant")
    for key in ("CidrIp", "CidrIpv6"):
        cidr = entry.get(key, MISSING)
        if cidr is not MISSING and cidr != _NOWHERE:
            shown = text_of(cidr) or "decided at deployment"
            yield Violation(
                f"{owner.logical_id} of endpoint {endpoint.logical_id} names an address range ({shown}); a prefix list "
                "or security group is expected.",
                f"{path}.{key}" if path else key,
                owner.logical_id,
            )


def _queries_are_logged(vpc: Resource, context: RuleContext) -> bool:
    return any(True for _ in context.template.of_type(_QUERY_LOGGING))


@rule(
    "HLZ-NET-016",
    control="LZ-LOG-15",
    resource="AWS::EC2::VPC",
    applies=_queries_are_logged,
    title="A VPC beside a query logging configuration is associated with it",
    fix="Add an AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation whose ResourceId is the VPC.",
)
def queries_are_logged(vpc: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Where a template declares a query logging configuration, each of its VPCs is associated with one.

    Cannot see: associations made elsewhere, VPCs of templates without a configuration, queries to other resolvers than
    the VPC's, and whether the destination receives the records.
    """
    unknown = ""
    for association in context.template.of_type("AWS::Route53Resolver::ResolverQueryLoggingConfigAssociation"):
        try:
            if not association.refers_to("ResourceId", vpc):
                continue
        except CannotEvaluate as reason:
            unknown = f"{association.logical_id}: {reason.reason}"
            continue
        if certain(association, vpc):
            return
        unknown = f"{association.logical_id} exists under a condition: {association.conditional}"
    if unknown:
        yield Undecided(f"no other association logs the queries of {vpc.logical_id}, and {unknown}")
    else:
        yield Violation(
            f"VPC {vpc.logical_id} stands beside a query logging configuration without being associated with it; an "
            "association is expected."
        )


@rule(
    "HLZ-NET-017",
    control="LZ-NET-17",
    resource=_RESOLVER,
    title="Resolver endpoints have addresses in two Availability Zones",
    fix="Give IpAddresses subnets in at least two Availability Zones.",
)
def resolver_endpoints_span_zones(endpoint: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The endpoint's addresses lie in subnets of two zones or more, so that names resolve when a zone fails.

    Zones chosen by position (`Fn::Select` from `Fn::GetAZs`) count as different when the positions differ.

    Cannot see: whether those who ask know both addresses.
    """
    zones: set[str] = set()
    unknown = ""
    for position in range(len(endpoint.items("IpAddresses"))):
        try:
            zones.add(_zone(endpoint, f"IpAddresses.{position}.SubnetId", context))
        except CannotEvaluate as reason:
            unknown = reason.reason
    if len(zones) > 1:
        return
    if unknown:
        yield Undecided(unknown)
    else:
        yield Violation(
            f"Resolver endpoint {endpoint.logical_id} has addresses in {len(zones)} Availability Zone; two are "
            "expected.",
            "IpAddresses",
        )


def _zone(endpoint: Resource, path: str, context: RuleContext) -> str:
    value = endpoint.known(path)
    subnet = context.template.resources.get(value.logical_id) if isinstance(value, Reference) else None
    if subnet is None:
        raise CannotEvaluate(f"{path} is no subnet of the template: {named(value)}")
    zone = subnet.value("AvailabilityZone")
    if zone is MISSING:
        zone = subnet.value("AvailabilityZoneId")
    if isinstance(zone, Unresolved):
        raise CannotEvaluate(f"the zone of {subnet.logical_id} is not known: {zone.reason}")
    if not isinstance(zone, str):
        raise CannotEvaluate(f"subnet {subnet.logical_id} names no zone")
    return zone


@rule(
    "HLZ-R53-005",
    control="LZ-NET-17",
    resource="AWS::Route53::KeySigningKey",
    title="Zones with a signing key are signed",
    fix="Add an AWS::Route53::DNSSEC for the zone.",
)
def zones_with_a_key_are_signed(key: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Beside a key signing key stands the resource that switches signing of its zone on.

    Cannot see: signing switched on outside the template, and the record in the parent zone.
    """
    zone = key.known("HostedZoneId")
    if not any(other.known("HostedZoneId") == zone for other in context.template.of_type("AWS::Route53::DNSSEC")):
        yield Violation(f"The zone of key {key.logical_id} is not signed; an AWS::Route53::DNSSEC is expected.")


@rule(
    "HLZ-R53-006",
    control="LZ-NET-17",
    resource="AWS::Route53Resolver::FirewallRuleGroup",
    applies=of_others,
    title="DNS firewalls guard a network",
    fix="Add an AWS::Route53Resolver::FirewallRuleGroupAssociation with the VPC, or share the group.",
)
def dns_firewalls_guard_a_network(group: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A rule group is associated with a VPC, or shared, in the template.

    Cannot see: associations of other stacks.
    """
    types = ("AWS::Route53Resolver::FirewallRuleGroupAssociation", "AWS::RAM::ResourceShare")
    users = {use.resource for use in context.template.uses if use.target == group.logical_id}
    others = list(context.template.of_type(types[0]))
    if any(isinstance(other.value("FirewallRuleGroupId"), Unresolved) for other in others):
        raise CannotEvaluate("which rule group an association names is decided at deployment")
    if not any(context.template.resources[id].type in types for id in users):
        yield Violation(f"DNS firewall {group.logical_id} guards no network; an association is expected.")
