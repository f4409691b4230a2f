"""Rules over VPCs, subnets and what is attached to them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from landing_zone.assurance.rules import Outcome, RuleContext, Undecided, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Reference, Unresolved, text_of

SEGMENT = "hlz:segment"
TIER = "hlz:tier"
EGRESS, INGRESS = "egress", "ingress"
EDGES = (EGRESS, INGRESS)
"""Segments whose networks lead to the internet; only egress translates addresses for others."""


def _own_network(resource: Resource, context: RuleContext) -> bool:
    return context.own


def _workload_network(vpc: Resource, context: RuleContext) -> bool:
    return vpc.has_tag(SEGMENT)


def segment_of(vpc: Resource) -> str | None:
    """The VPC's segment; None without one, and where a deployment decides it, as it does for workloads alone."""
    try:
        return vpc.tag(SEGMENT)
    except CannotEvaluate:
        return None


def certain(part: Resource, whole: Resource) -> bool:
    """Whether `part` exists wherever `whole` does."""
    return not part.conditional or part.condition == whole.condition


@rule(
    "HLZ-NET-001",
    control="LZ-LOG-09",
    resource="AWS::EC2::VPC",
    title="Every VPC has a flow log of all its traffic",
    fix="Add an AWS::EC2::FlowLog with ResourceType VPC, ResourceId of the VPC and TrafficType ALL.",
)
def vpcs_log_all_traffic(vpc: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A flow log refers to the VPC directly and captures accepted and rejected traffic.

    Cannot see: flow logs made outside of the template, traffic that AWS does not log (DNS to the VPC resolver, instance
    metadata, DHCP, Windows activation, mirrored traffic), and whether the destination receives the records.
    """
    partial: list[str] = []
    unknown: list[str] = []
    for log in context.template.of_type("AWS::EC2::FlowLog"):
        try:
            if log.text("ResourceType") != "VPC" or not log.refers_to("ResourceId", vpc):
                continue
            traffic = log.text("TrafficType")
        except CannotEvaluate as reason:
            unknown.append(f"{log.logical_id}: {reason.reason}")
            continue
        if traffic != "ALL":
            partial.append(f"{log.logical_id} captures {traffic or 'nothing stated'}")
        elif certain(log, vpc):
            return
        else:
            unknown.append(f"{log.logical_id} exists under a condition: {log.conditional}")
    if unknown:
        yield Undecided(f"no other flow log covers {vpc.logical_id}, and {'; '.join(unknown)}")
    elif partial:
        yield Violation(f"VPC {vpc.logical_id} has no flow log of ALL its traffic: {'; '.join(partial)}.")
    else:
        yield Violation(f"VPC {vpc.logical_id} has no flow log; one that captures ALL its traffic is expected.")


@rule(
    "HLZ-NET-004",
    control="LZ-NET-04",
    resource="AWS::EC2::VPC",
    applies=_workload_network,
    title="Networks have no way to the Internet of their own, but for the hub's edges",
    fix="Remove the gateway or the public addresses; route to the Internet through the inspection network.",
)
def workload_networks_are_closed(vpc: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A VPC tagged `hlz:segment` has no internet, egress-only or NAT gateway, and no subnet with public addresses.

    The segments `egress` and `ingress` may have an internet gateway, and `egress` NAT gateways; nothing else is theirs.
    A private NAT gateway counts, too. An internet gateway that the template attaches to no VPC is a finding: somebody
    would attach it by hand.

    Cannot see: the route through a transit gateway (the network proof's work), load balancers, Elastic IPs added to
    interfaces, and what is attached after deployment.
    """
    template, segment = context.template, segment_of(vpc)
    subnets = {subnet.logical_id for subnet in template.of_type("AWS::EC2::Subnet") if belongs(subnet, vpc)}
    attached = list(template.of_type("AWS::EC2::VPCGatewayAttachment"))

    def attachment(link: Resource) -> Iterator[Outcome]:
        if link.value("InternetGatewayId") is not MISSING and link.refers_to("VpcId", vpc):
            yield _way_out(vpc, link, "attaches an internet gateway", "InternetGatewayId")

    def loose(gateway: Resource) -> Iterator[Outcome]:
        if not any(link.refers_to("InternetGatewayId", gateway) for link in attached):
            yield _way_out(vpc, gateway, "is an internet gateway that no attachment accounts for", "")

    def egress_only(gateway: Resource) -> Iterator[Outcome]:
        if gateway.refers_to("VpcId", vpc):
            yield _way_out(vpc, gateway, "is an egress-only internet gateway", "")

    def nat(gateway: Resource) -> Iterator[Outcome]:
        subnet = gateway.known("SubnetId")
        inside = isinstance(subnet, Reference) and subnet.logical_id in subnets
        if inside or gateway.refers_to("VpcId", vpc):
            yield _way_out(vpc, gateway, "is a NAT gateway", "")

    def public(subnet: Resource) -> Iterator[Outcome]:
        if subnet.logical_id in subnets and subnet.flag("MapPublicIpOnLaunch"):
            yield _way_out(vpc, subnet, "gives public addresses to what starts in it", "MapPublicIpOnLaunch")

    if segment not in EDGES:
        yield from each(attached, attachment)
    yield from each(template.of_type("AWS::EC2::InternetGateway"), loose)
    yield from each(template.of_type("AWS::EC2::EgressOnlyInternetGateway"), egress_only)
    if segment != EGRESS:
        yield from each(template.of_type("AWS::EC2::NatGateway"), nat)
    yield from each(template.of_type("AWS::EC2::Subnet"), public)


def _way_out(vpc: Resource, part: Resource, what: str, path: str) -> Violation:
    message = f"{part.logical_id} {what} in network {vpc.logical_id}; no way to the Internet is expected."
    return Violation(message, path, part.logical_id)


def belongs(part: Resource, vpc: Resource) -> bool:
    """Whether a subnet is the VPC's; one of an unknown VPC is taken to be."""
    return isinstance(part.value("VpcId"), Unresolved) or part.refers_to("VpcId", vpc)


@rule(
    "HLZ-NET-005",
    control="LZ-NET-01",
    resource="AWS::EC2::Subnet",
    applies=_own_network,
    title="Every subnet has a network ACL and a route table of the template",
    fix="Add a SubnetNetworkAclAssociation and a SubnetRouteTableAssociation that name the subnet.",
)
def subnets_have_their_own_tables(subnet: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The subnet is associated with a network ACL and a route table declared in the template, not the VPC's defaults.

    Subnets may share them. Cannot see: what the tables contain (HLZ-NET-006 and the network proof judge that).
    """
    for kind, association, key in (
        ("network ACL", "AWS::EC2::SubnetNetworkAclAssociation", "NetworkAclId"),
        ("route table", "AWS::EC2::SubnetRouteTableAssociation", "RouteTableId"),
    ):
        try:
            yield from _associated(subnet, kind, association, key, context)
        except CannotEvaluate as reason:
            yield Undecided(reason.reason)


def _associated(subnet: Resource, kind: str, type_: str, key: str, context: RuleContext) -> Iterator[Outcome]:
    unknown = ""
    for association in context.template.of_type(type_):
        try:
            if not association.refers_to("SubnetId", subnet):
                continue
            table = association.known(key)
        except CannotEvaluate as reason:
            unknown = f"{association.logical_id}: {reason.reason}"
            continue
        if not certain(association, subnet):
            unknown = f"{association.logical_id} exists under a condition: {association.conditional}"
        elif isinstance(table, Reference) and table.attribute != "DefaultNetworkAcl":
            return
        else:
            yield Violation(
                f"Subnet {subnet.logical_id} uses {text_of(table)} as its {kind}; one of the template's is expected.",
            )
            return
    if unknown:
        raise CannotEvaluate(f"no other association gives {subnet.logical_id} a {kind}, and {unknown}")
    yield Violation(
        f"Subnet {subnet.logical_id} has no {kind} of its own and falls back to the VPC's default; an association is "
        "expected."
    )


def _tiered(vpc: Resource, context: RuleContext) -> bool:
    if not context.own:
        return False
    subnets = context.template.of_type("AWS::EC2::Subnet")
    return any(belongs(subnet, vpc) and subnet.has_tag(TIER) for subnet in subnets)


@rule(
    "HLZ-NET-007",
    control="LZ-AVL-02",
    resource="AWS::EC2::VPC",
    applies=_tiered,
    title="Each tier of a network spans three Availability Zones",
    fix="Give the tier a subnet in each of three Availability Zones.",
)
def tiers_span_the_zones(vpc: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The subnets of one tier (tag `hlz:tier`) lie in as many Availability Zones as the network has (three).

    Zones chosen by position (`Fn::Select` from `Fn::GetAZs`) count as different when the positions differ.

    Cannot see: whether the Region offers that many zones to the account, and whether workloads use them.
    """
    zones: dict[str, set[str]] = defaultdict(set)
    unknown: dict[str, str] = {}

    for subnet in context.template.of_type("AWS::EC2::Subnet"):
        try:
            tier = subnet.tag(TIER) if belongs(subnet, vpc) else None
        except CannotEvaluate as reason:
            yield Undecided(f"{subnet.logical_id}: {reason.reason}")
            continue
        if tier is None:
            continue
        zone = subnet.value("AvailabilityZone")
        if zone is MISSING:
            zone = subnet.value("AvailabilityZoneId")
        zones[tier] |= {zone} if isinstance(zone, str) else set()
        if isinstance(zone, Unresolved):
            unknown[tier] = f"the zone of {subnet.logical_id} is not known: {zone.reason}"
    for tier in sorted(zones):
        if len(zones[tier]) >= context.availability_zones:
            continue
        if tier in unknown:
            yield Undecided(f"tier {tier}: {unknown[tier]}")
            continue
        yield Violation(
            f"Tier {tier} of VPC {vpc.logical_id} lies in {len(zones[tier])} Availability Zones; "
            f"{context.availability_zones} are expected."
        )
