"""Rules over the two networks of the hub that lead to the internet."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.assurance.library.networks import EDGES, EGRESS, SEGMENT, belongs, certain, segment_of
from landing_zone.assurance.rules import Outcome, RuleContext, Undecided, Violation, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Reference, Unresolved, named

_MODES = {"egress": "allow-egress", "ingress": "allow-bidirectional"}


def _segmented(vpc: Resource, context: RuleContext) -> bool:
    return vpc.has_tag(SEGMENT)


def _leads_out(vpc: Resource, context: RuleContext) -> bool:
    return segment_of(vpc) == EGRESS


@rule(
    "HLZ-NET-013",
    control="LZ-NET-15",
    resource="AWS::EC2::VPC",
    applies=_segmented,
    title="VPC Block Public Access is lifted for the hub's edges alone, and no wider than each needs",
    fix="Give the egress VPC an AWS::EC2::VPCBlockPublicAccessExclusion with allow-egress, the ingress VPC one with "
    "allow-bidirectional, and no other VPC any.",
)
def exclusions_are_narrow(vpc: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The egress VPC's exclusion is `allow-egress`, the ingress VPC's exists, and no other network has one.

    An exclusion of a subnet counts as one of its VPC. Without its exclusion an edge carries nothing as long as the
    organization's policy blocks internet gateways.

    Cannot see: exclusions made outside of the template, and whether the organization's policy is in force.
    """
    segment = segment_of(vpc)
    subnets = [subnet for subnet in context.template.of_type("AWS::EC2::Subnet") if belongs(subnet, vpc)]
    unknown, found = "", False
    for exclusion in context.template.of_type("AWS::EC2::VPCBlockPublicAccessExclusion"):
        try:
            if not _excludes(exclusion, vpc, subnets):
                continue
            mode = exclusion.text("InternetGatewayExclusionMode")
        except CannotEvaluate as reason:
            unknown = f"{exclusion.logical_id}: {reason.reason}"
            continue
        if segment not in EDGES:
            yield Violation(
                f"{exclusion.logical_id} opens network {vpc.logical_id} to internet gateways; only the segments egress "
                "and ingress may be excluded from VPC Block Public Access.",
                "",
                exclusion.logical_id,
            )
        elif segment == EGRESS and mode != _MODES[EGRESS]:
            yield Violation(
                f"{exclusion.logical_id} lets connections from the Internet into egress network {vpc.logical_id} "
                f"({mode or 'no mode'}); allow-egress is expected.",
                "InternetGatewayExclusionMode",
                exclusion.logical_id,
            )
        elif certain(exclusion, vpc):
            found = True
        else:
            unknown = f"{exclusion.logical_id} exists under a condition: {exclusion.conditional}"
    if unknown:
        yield Undecided(unknown)
    elif segment in EDGES and not found:
        yield Violation(
            f"The {segment} network {vpc.logical_id} has no exclusion from VPC Block Public Access, which then stops "
            f"all its traffic; one with {_MODES[segment]} is expected."
        )


def _excludes(exclusion: Resource, vpc: Resource, subnets: list[Resource]) -> bool:
    if exclusion.value("VpcId") is not MISSING:
        return exclusion.refers_to("VpcId", vpc)
    return any(exclusion.refers_to("SubnetId", subnet) for subnet in subnets)


@rule(
    "HLZ-NET-014",
    control="LZ-AVL-02",
    resource="AWS::EC2::VPC",
    applies=_leads_out,
    title="The egress network has a public NAT gateway in each zone, and each zone uses its own",
    fix="Put a NAT gateway with an Elastic IP into a subnet of each Availability Zone; route each subnet to that of "
    "its zone.",
)
def each_zone_has_its_nat_gateway(vpc: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Every zone with a subnet has a public NAT gateway, and routes to NAT gateways stay within their zone.

    A way out through another zone fails with that zone. A regional NAT gateway serves all zones.

    Cannot see: whether the gateways' bandwidth suffices.
    """
    zones: dict[str, str] = {}
    for subnet in context.template.of_type("AWS::EC2::Subnet"):
        if belongs(subnet, vpc):
            zones[subnet.logical_id] = _zone(subnet)
    served: dict[str, str] = {}
    for gateway in context.template.of_type("AWS::EC2::NatGateway"):
        if gateway.text("AvailabilityMode") == "regional" and gateway.refers_to("VpcId", vpc):
            return
        place = gateway.known("SubnetId")
        public = gateway.text("ConnectivityType") != "private" and certain(gateway, vpc)
        if public and isinstance(place, Reference) and place.logical_id in zones:
            served[gateway.logical_id] = zones[place.logical_id]
    for zone in sorted(set(zones.values()) - set(served.values())):
        yield Violation(
            f"Zone {zone} of egress network {vpc.logical_id} has no public NAT gateway; one in each zone is expected."
        )
    yield from _crossing_routes(zones, served, context)


def _crossing_routes(zones: dict[str, str], served: dict[str, str], context: RuleContext) -> Iterator[Outcome]:
    zones_of_tables: dict[str, set[str]] = {}
    for association in context.template.of_type("AWS::EC2::SubnetRouteTableAssociation"):
        subnet, table = association.known("SubnetId"), association.known("RouteTableId")
        if isinstance(subnet, Reference) and isinstance(table, Reference) and subnet.logical_id in zones:
            zones_of_tables.setdefault(table.logical_id, set()).add(zones[subnet.logical_id])
    for route in context.template.of_type("AWS::EC2::Route"):
        gateway, table = route.value("NatGatewayId"), route.value("RouteTableId")
        if gateway is MISSING:
            continue
        if isinstance(gateway, Unresolved) or isinstance(table, Unresolved):
            yield Undecided(f"{route.logical_id}: which NAT gateway or route table it is about is not known")
            continue
        if not (isinstance(gateway, Reference) and isinstance(table, Reference)):
            continue
        strangers = zones_of_tables.get(table.logical_id, set()) - {served.get(gateway.logical_id)}
        if strangers:
            yield Violation(
                f"{route.logical_id} leads zone {', '.join(sorted(strangers))} through NAT gateway "
                f"{gateway.logical_id} of another zone; the zone's own is expected.",
                "NatGatewayId",
                route.logical_id,
            )


def _reached_by_the_internet(balancer: Resource, context: RuleContext) -> bool:
    """Whether it may be an Application Load Balancer with public addresses; `internet-facing` is the default."""
    kind = balancer.value("Type")
    return balancer.value("Scheme") != "internal" and (kind is MISSING or kind == "application")


@rule(
    "HLZ-NET-019",
    control="LZ-NET-11",
    resource="AWS::ElasticLoadBalancingV2::LoadBalancer",
    applies=_reached_by_the_internet,
    title="A web ACL stands before each load balancer that the internet reaches",
    fix="Add an AWS::WAFv2::WebACLAssociation whose ResourceArn is the load balancer.",
)
def public_load_balancers_have_a_web_acl(balancer: Resource, context: RuleContext) -> Iterator[Outcome]:
    """An association names the Application Load Balancer, unless its scheme is `internal`.

    Cannot see: associations made by Firewall Manager or outside of the template, and what the web ACL lets through.
    """
    if isinstance(balancer.value("Scheme"), Unresolved):
        raise CannotEvaluate("Scheme is not known")
    unknown = ""
    for association in context.template.of_type("AWS::WAFv2::WebACLAssociation"):
        try:
            named_one = association.known("ResourceArn")
        except CannotEvaluate as reason:
            unknown = f"{association.logical_id}: {reason.reason}"
            continue
        if not (isinstance(named_one, Reference) and named_one.logical_id == balancer.logical_id):
            continue
        if certain(association, balancer):
            return
        unknown = f"{association.logical_id} exists under a condition: {association.conditional}"
    if unknown:
        raise CannotEvaluate(unknown)
    yield Violation(
        f"Load balancer {balancer.logical_id} is reached by the Internet without a web ACL; a WebACLAssociation is "
        "expected."
    )


def _zone(subnet: Resource) -> str:
    zone = subnet.known("AvailabilityZone")
    if zone is MISSING:
        zone = subnet.known("AvailabilityZoneId")
    if not isinstance(zone, str):
        raise CannotEvaluate(f"the zone of {subnet.logical_id} is {named(zone)}")
    return zone
