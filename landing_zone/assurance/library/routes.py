"""Rules over the ways out of networks of others: routes, gateways, addresses, peerings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from landing_zone.assurance.library.scope import of_others, stranger
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, rule
from landing_zone.assurance.template import Resource, Template
from landing_zone.assurance.values import MISSING, CannotEvaluate, Reference, Unresolved, Value, text_of

_VPC, _SUBNET, _ROUTE = "AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::Route"
_TABLE_OF = "AWS::EC2::SubnetRouteTableAssociation"
_ACL_OF = "AWS::EC2::SubnetNetworkAclAssociation"
_NAT = "AWS::EC2::NatGateway"
_BALANCERS = ("AWS::ElasticLoadBalancingV2::LoadBalancer", "AWS::ElasticLoadBalancing::LoadBalancer")
_WORK = (
    "AWS::AmazonMQ::Broker",
    "AWS::AutoScaling::AutoScalingGroup",
    "AWS::DMS::ReplicationSubnetGroup",
    "AWS::EC2::Instance",
    "AWS::ECS::Service",
    "AWS::EFS::MountTarget",
    "AWS::EKS::Nodegroup",
    "AWS::FSx::FileSystem",
    "AWS::Lambda::Function",
    "AWS::MSK::Cluster",
    "AWS::OpenSearchService::Domain",
    "AWS::SageMaker::NotebookInstance",
)
"""What belongs into private subnets; other resources may name a subnet for other reasons."""
_STORES = (
    "AWS::RDS::DBSubnetGroup",
    "AWS::ElastiCache::SubnetGroup",
    "AWS::Redshift::ClusterSubnetGroup",
    "AWS::DAX::SubnetGroup",
    "AWS::MemoryDB::SubnetGroup",
    "AWS::Neptune::DBSubnetGroup",
    "AWS::DocDB::DBSubnetGroup",
)
_PRIVATE_NAME = re.compile(
    r"private|isolated|intra|data(?!sync)|database|(?<![a-z])db|(?<![a-z])app|phi|internal|restricted", re.IGNORECASE
)
_EDGE_NAME = re.compile(r"public|dmz|ingress|egress|edge|nat(?!ive)", re.IGNORECASE)
_PUBLIC_NAME = re.compile(r"public|dmz|ingress|egress|edge|nat|firewall", re.IGNORECASE)
_WIDE = re.compile(r"[0-9.]+/[0-4]|[0-9a-fA-F:]*/[0-3]")


def _to_everywhere(route: Resource) -> bool:
    texts = [text_of(route.value(key)) or "" for key in ("DestinationCidrBlock", "DestinationIpv6CidrBlock")]
    return any(_WIDE.fullmatch(text) for text in texts)


def _leads_to_the_internet(route: Resource, context: RuleContext) -> bool:
    if context.own or not _to_everywhere(route):
        return False
    gateway = route.known("GatewayId")
    if isinstance(gateway, Reference):
        return context.template.resources[gateway.logical_id].type == "AWS::EC2::InternetGateway"
    return (text_of(gateway) or "").startswith("igw-")


def _name(resource: Resource) -> str:
    """Logical id and Name tag, by which people tell public from private."""
    try:
        return f"{resource.logical_id} {resource.tag('Name') or ''}"
    except CannotEvaluate:
        return resource.logical_id


def _subnets_of(table: Reference, template: Template) -> list[Resource]:
    found = []
    for link in template.of_type(_TABLE_OF):
        named, subnet = link.value("RouteTableId"), link.value("SubnetId")
        if isinstance(named, Reference) and named.logical_id == table.logical_id and isinstance(subnet, Reference):
            found.append(template.resources[subnet.logical_id])
    return found


def _users(subnet: Resource, template: Template) -> list[Resource]:
    ids = {use.resource for use in template.uses if use.target == subnet.logical_id}
    return [template.resources[id] for id in sorted(ids)]


@rule(
    "HLZ-RTE-001",
    control="LZ-NET-04",
    resource=_ROUTE,
    applies=_leads_to_the_internet,
    title="Private subnets have no route to an internet gateway",
    fix="Route to a NAT gateway, the inspection network or VPC endpoints; keep the gateway's route for subnets of load "
    "balancers and NAT gateways.",
)
def private_subnets_stay_private(route: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A route from everywhere to an internet gateway belongs to subnets of load balancers and NAT gateways alone.

    A subnet is private by what is put into it (instances, functions, tasks, databases), or by its name or its table's.
    HIPAA.Security-VPCNoUnrestrictedRouteToIGW refuses every such route in ours.

    Cannot see: subnets of other stacks that use the table.
    """
    table = route.known("RouteTableId")
    if not isinstance(table, Reference):
        raise CannotEvaluate("the route table is not in the template")
    subnets = _subnets_of(table, context.template)
    private = [subnet for subnet in subnets if _is_private(subnet, context.template)]
    name = _name(context.template.resources[table.logical_id])
    if private or (_PRIVATE_NAME.search(name) and not _PUBLIC_NAME.search(name)):
        which = private[0].logical_id if private else table.logical_id
        yield Violation(f"Route {route.logical_id} leads {which}, which is private, to the internet.", "GatewayId")


def _is_private(subnet: Resource, template: Template) -> bool:
    users = _users(subnet, template)
    internal = any(user.type in _BALANCERS and text_of(user.value("Scheme")) == "internal" for user in users)
    name = _name(subnet)
    work = any(user.type in (*_WORK, *_STORES) for user in users)
    return work or internal or bool(_PRIVATE_NAME.search(name) and not _PUBLIC_NAME.search(name))


@rule(
    "HLZ-RTE-002",
    control="LZ-NET-04",
    resource="AWS::EC2::VPCGatewayAttachment",
    applies=of_others,
    title="Networks without public subnets have no internet gateway",
    fix="Remove the gateway and its attachment.",
)
def closed_networks_have_no_gateway(attachment: Resource, context: RuleContext) -> Iterator[Outcome]:
    """An internet gateway is attached where the template has a NAT gateway or load balancer for the internet.

    Or a subnet for that by its name; one for a firewall is, where the gateway has a route table.

    Cannot see: what other stacks put into the network.
    """
    template = context.template
    if attachment.value("InternetGatewayId") is MISSING:
        return
    public = [balancer for balancer in template.of_type(*_BALANCERS) if text_of(balancer.value("Scheme")) != "internal"]
    nats = [nat for nat in template.of_type(_NAT) if text_of(nat.value("ConnectivityType")) != "private"]
    inspected = any(True for _ in template.of_type("AWS::EC2::GatewayRouteTableAssociation"))
    edge = _PUBLIC_NAME if inspected else _EDGE_NAME
    named = [subnet for subnet in template.of_type(_SUBNET) if edge.search(_name(subnet))]
    if not public and not nats and not named:
        yield Violation(
            f"{attachment.logical_id} attaches an internet gateway to a network that has no public subnet.",
            "InternetGatewayId",
        )


@rule(
    "HLZ-RTE-003",
    control="LZ-NET-04",
    resource=_ROUTE,
    applies=of_others,
    title="Everything is not routed to a peer, an instance or a carrier",
    fix="Route to the networks that are there, and to the internet through a NAT gateway or firewall.",
)
def default_routes_pass_the_edges(route: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A default route does not lead to a peering, a carrier gateway, an instance or a single interface.

    Cannot see: firewall appliances behind an interface, which belong behind a gateway load balancer endpoint.
    """
    for key in ("VpcPeeringConnectionId", "CarrierGatewayId", "InstanceId", "NetworkInterfaceId"):
        if _to_everywhere(route) and route.value(key) is not MISSING:
            yield Violation(f"Route {route.logical_id} sends everything to {key} {text_of(route.value(key))}.", key)


@rule(
    "HLZ-RTE-004",
    control="LZ-NET-04",
    resource=_ROUTE,
    severity="warning",
    applies=of_others,
    title="Subnets of databases have no way out",
    fix="Remove the default route; databases need VPC endpoints at most.",
)
def databases_have_no_way_out(route: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A route table whose subnets are for databases and caches alone has no default route to a NAT gateway.

    Cannot see: subnets of other stacks that use the table.
    """
    table, nat = route.value("RouteTableId"), route.value("NatGatewayId")
    if nat is MISSING or not _to_everywhere(route) or not isinstance(table, Reference):
        return
    subnets = _subnets_of(table, context.template)
    found = (user for subnet in subnets for user in _users(subnet, context.template))
    users = [user for user in found if user.type in (*_WORK, *_STORES)]
    if users and all(user.type in _STORES for user in users):
        yield Violation(
            f"Route {route.logical_id} gives databases in {subnets[0].logical_id} a way to the internet.",
            "NatGatewayId",
        )


@rule(
    "HLZ-RTE-005",
    control="LZ-NET-04",
    resource=("AWS::EC2::EIP", "AWS::EC2::EIPAssociation"),
    applies=of_others,
    title="Instances have no public address",
    fix="Reach the instance through a load balancer or Session Manager.",
)
def instances_have_no_address(address: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No elastic address is associated with an instance or an interface; NAT gateways and balancers keep theirs.

    One that neither a resource nor an output of the template uses waits for such an association.

    Cannot see: associations made after deployment.
    """
    for key in ("InstanceId", "NetworkInterfaceId"):
        if address.value(key) is not MISSING:
            yield Violation(f"{address.logical_id} gives {text_of(address.value(key))} a public address.", key)
            return
    used = any(use.target == address.logical_id for use in context.template.uses)
    outputs = json.dumps(context.template.document.get("Outputs", {}), default=str)
    shown = re.search(rf"\b{address.logical_id}\b", outputs)
    if address.type == "AWS::EC2::EIP" and not used and not shown:
        yield Violation(f"{address.logical_id} is a public address that nothing of the template uses.")


@rule(
    "HLZ-RTE-006",
    control="LZ-NET-01",
    resource=("AWS::EC2::VPCPeeringConnection", "AWS::EC2::TransitGatewayPeeringAttachment"),
    applies=of_others,
    title="Networks are not joined to a foreign account's",
    fix="Peer with accounts of the organization, given by parameter or import.",
)
def peers_are_known(peering: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No peering names a literal account as its other side.

    Cannot see: whose account a parameter names.
    """
    key = "PeerOwnerId" if peering.type.endswith("PeeringConnection") else "PeerAccountId"
    found = stranger(peering.value(key), context)
    if found:
        yield Violation(f"{peering.logical_id} joins a network of account {found}.", key)


def _has_siblings_with_tables(subnet: Resource, context: RuleContext) -> bool:
    return of_others(subnet, context) and any(True for _ in context.template.of_type(_TABLE_OF, _ACL_OF))


@rule(
    "HLZ-RTE-007",
    control="LZ-NET-01",
    resource=_SUBNET,
    applies=_has_siblings_with_tables,
    title="Subnets have a route table and a network ACL where the template's others do",
    fix="Add the association that the other subnets have.",
)
def subnets_are_associated_like_their_siblings(subnet: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Where most subnets of a template are associated with route tables or network ACLs, every subnet is.

    Else the VPC's main table and default ACL hold, which admit everything. Ours are judged by HLZ-NET-005.

    Cannot see: associations of other stacks.
    """
    for type_, what in ((_TABLE_OF, "route table"), (_ACL_OF, "network ACL")):
        links = list(context.template.of_type(type_))
        subnets = [link.value("SubnetId") for link in links]
        unknown = any(isinstance(value, Unresolved) for value in subnets)
        usual = 2 * len(links) > sum(1 for _ in context.template.of_type(_SUBNET))
        if usual and not unknown and not any(_is(value, subnet) for value in subnets):
            yield Violation(f"Subnet {subnet.logical_id} has no {what}, unlike others of the template.")


def _is(value: Value, subnet: Resource) -> bool:
    return isinstance(value, Reference) and value.logical_id == subnet.logical_id


@rule(
    "HLZ-RTE-008",
    control="LZ-AVL-01",
    resource=_ROUTE,
    severity="warning",
    applies=of_others,
    title="Each zone leaves through its own NAT gateway",
    fix="Route to the NAT gateway of the subnet's zone.",
)
def zones_use_their_own_nat(route: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Where a zone has a NAT gateway, its subnets use no other zone's. Networks with a single one are not judged.

    Cannot see: zones that a deployment decides.
    """
    template, nat, table = context.template, route.value("NatGatewayId"), route.value("RouteTableId")
    if not isinstance(nat, Reference) or not isinstance(table, Reference):
        return

    def zone(subnet: Value) -> Value:
        found = template.resources.get(subnet.logical_id) if isinstance(subnet, Reference) else None
        value = found.value("AvailabilityZone") if found else MISSING
        return value if isinstance(value, str) else MISSING

    zones = {other.logical_id: zone(other.value("SubnetId")) for other in template.of_type(_NAT)}
    used = zones.get(nat.logical_id, MISSING)
    for subnet in _subnets_of(table, template):
        own = zone(Reference(subnet.logical_id))
        if MISSING not in (own, used) and own != used and own in zones.values():
            yield Violation(
                f"Subnet {subnet.logical_id} leaves through {nat.logical_id} of another zone; its own has one.",
                "NatGatewayId",
            )


@rule(
    "HLZ-RTE-009",
    control="LZ-LOG-15",
    resource=_VPC,
    severity="warning",
    applies=of_others,
    title="Networks log the names that are asked for",
    fix="Add a ResolverQueryLoggingConfig and its association with the VPC.",
)
def networks_log_queries(vpc: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A template with a VPC has a query logging configuration or an association (HLZ-NET-016 looks at each VPC then).

    Cannot see: associations made by other stacks, or by sharing a configuration.
    """
    logging = "AWS::Route53Resolver::ResolverQueryLoggingConfig"
    if not any(True for _ in context.template.of_type(logging, f"{logging}Association")):
        yield Violation(f"VPC {vpc.logical_id} does not log the names that are asked for.")


@rule(
    "HLZ-RTE-010",
    control="LZ-NET-15",
    resource="AWS::EC2::VPCBlockPublicAccessExclusion",
    severity="warning",
    applies=of_others,
    title="Block Public Access is lifted outward only",
    fix="Set InternetGatewayExclusionMode allow-egress, or remove the exclusion.",
)
def exclusions_are_outward(exclusion: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No exclusion of VPC Block Public Access lets the internet in.

    Ours are judged by HLZ-NET-013, which knows the edges.

    Cannot see: what the excluded network is for.
    """
    if exclusion.text("InternetGatewayExclusionMode") != "allow-egress":
        yield Violation(
            f"Exclusion {exclusion.logical_id} lets the internet in; allow-egress is expected.",
            "InternetGatewayExclusionMode",
        )
