"""Reads what stands between networks or at their edge: firewalls, VPC endpoints, nested stacks."""

from __future__ import annotations

from collections.abc import Mapping

from landing_zone.assurance.values import Value, value_at
from landing_zone.proof.network import read_transit
from landing_zone.proof.network.collected import Collected, Reader
from landing_zone.proof.network.entry import Entry, Undecided
from landing_zone.proof.network.model import FirewallEndpoint, Host, Route, Target
from landing_zone.proof.network.read_hosts import where
from landing_zone.proof.network.read_vpc import nothing

_NEW = ("AvailabilityZoneMappings", "NatGatewayMappings", "ProxySettings")


def firewall(entry: Entry, found: Collected) -> None:
    """A firewall's endpoints. Which of several stands in which zone, its template does not tell.

    Source: AWS CloudFormation, AWS::NetworkFirewall::Firewall: EndpointIds "are not listed in any particular order".
    """
    if entry.has("TransitGatewayId"):
        read_transit.firewall(entry, found, entry.link("TransitGatewayId", "transit-gateway"))
        return
    if new := next((name for name in _NEW if entry.has(name)), None):
        raise Undecided(f"a firewall with {new} is not modelled")
    vpc = entry.link("VpcId", "vpc")
    mapped = [entry.linked(_subnet(row), "SubnetMappings.SubnetId") for row in entry.items("SubnetMappings")]
    for position in range(len(mapped)):
        key = f"{entry.key}.EndpointIds.{position}"
        subnet = mapped[0] if len(mapped) == 1 else None
        found.firewalls[key] = FirewallEndpoint(key, entry.origin, entry.key, vpc, subnet, tuple(mapped))


def _subnet(row: Value) -> Value:
    return value_at(row, "SubnetId")


def endpoint_association(entry: Entry, found: Collected) -> None:
    """A firewall's endpoint in a subnet of its own."""
    subnet = entry.link("SubnetMapping.SubnetId")
    try:
        owner = entry.link("FirewallArn")
    except Undecided:
        owner = str(entry.properties.get("FirewallArn"))
    vpc = entry.link("VpcId", "vpc")
    found.firewalls[entry.key] = FirewallEndpoint(entry.key, entry.origin, owner, vpc, subnet, (subnet,))


def endpoint(entry: Entry, found: Collected) -> None:
    """A VPC endpoint: to an AWS service, or to a Gateway Load Balancer, which counts as a firewall."""
    kind = entry.text("VpcEndpointType", "Gateway").lower()
    service = str(entry.properties.get("ServiceName", ""))
    if kind == "gateway":
        for table_key in entry.links("RouteTableIds"):
            found.routes[table_key].append(Route((), Target("endpoint", entry.key), entry.origin))
    elif kind == "gatewayloadbalancer":
        subnets = entry.links("SubnetIds")
        vpc = entry.link("VpcId", "vpc")
        subnet = subnets[0] if len(subnets) == 1 else None
        found.firewalls[entry.key] = FirewallEndpoint(entry.key, entry.origin, service, vpc, subnet, subnets)
    elif kind == "interface" and service and ".vpce." not in service and "${?" not in service:
        subnets, groups = where(entry, ("SubnetIds",)), where(entry, ("SecurityGroupIds",))
        found.hosts[entry.key] = Host(entry.key, entry.origin, "endpoint", entry.name, subnets, groups)
    else:
        raise Undecided(
            f"an endpoint of type {kind} to {service or 'a private service'} leads to a network unknown here"
        )


def endpoint_service(entry: Entry, found: Collected) -> None:
    """A private service: whoever connects to it reaches its load balancers. For Gateway Load Balancers: a firewall."""
    if entry.has("NetworkLoadBalancerArns"):
        raise Undecided("a private service may be reached from networks that the templates do not show")


def nested_stack(entry: Entry, found: Collected) -> None:
    """A nested stack whose template is not there may make anything."""
    if entry.key not in entry.stack.all.nested:
        raise Undecided("the template of the nested stack is not among those given")


READERS: Mapping[str, Reader] = {
    "AWS::NetworkFirewall::Firewall": Reader(firewall, ("VpcId", "SubnetMappings", "TransitGatewayId", *_NEW, "Tags")),
    "AWS::NetworkFirewall::VpcEndpointAssociation": Reader(
        endpoint_association, ("FirewallArn", "VpcId", "SubnetMapping")
    ),
    "AWS::EC2::VPCEndpoint": Reader(
        endpoint,
        ("VpcId", "VpcEndpointType", "ServiceName", "RouteTableIds", "SubnetIds", "SecurityGroupIds", "Tags"),
    ),
    "AWS::EC2::VPCEndpointService": Reader(endpoint_service, ("NetworkLoadBalancerArns",)),
    "AWS::CloudFormation::Stack": Reader(nested_stack, ("TemplateURL", "Parameters")),
    "AWS::SSM::Parameter": Reader(nothing, ("Name", "Value")),
}
