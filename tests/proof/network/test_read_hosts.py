"""Firewalls, endpoints, load balancers and other things with network interfaces."""

from __future__ import annotations

from typing import Any

from landing_zone.proof.network.model import ALL_PORTS, Listener, Network, Target
from landing_zone.proof.network.ranges import text
from landing_zone.proof.network.read import read_network
from tests.proof.network.templates import att, ref, resource, route, stack, subnet, table, vpc


def read(**more: Any) -> Network:
    rows = {"Vpc": vpc(), "A": subnet("10.0.1.0/24"), "B": subnet("10.0.2.0/24", zone="us-east-1b"), "T": table()}
    return read_network([stack({**rows, **more})])


def reasons(network: Network) -> list[str]:
    return [f"{row.origin}: {row.reason}" for row in network.unknowns]


def firewall(*subnets: str) -> dict[str, Any]:
    mappings = [{"SubnetId": ref(subnet)} for subnet in subnets]
    return resource("NetworkFirewall::Firewall", VpcId=ref("Vpc"), SubnetMappings=mappings, FirewallName="f")


def endpoint_of(name: str, position: int) -> dict[str, Any]:
    """The endpoint at a position, as templates write it: the part behind the colon of `ZONE:ID`."""
    return {"Fn::Select": [1, {"Fn::Split": [":", {"Fn::Select": [position, att(name, "EndpointIds")]}]}]}


def test_a_route_to_a_firewalls_endpoint_by_position_does_not_tell_its_zone() -> None:
    network = read(Fw=firewall("A", "B"), R=route("T", VpcEndpointId=endpoint_of("Fw", 1)))
    key = "stack/Fw.EndpointIds.1"
    assert network.tables["stack/T"].routes[0].target == Target("firewall", key)
    endpoint = network.firewalls[key]
    assert (endpoint.firewall, endpoint.subnet, endpoint.subnets) == ("stack/Fw", None, ("stack/A", "stack/B"))
    assert reasons(network) == []


def test_a_firewall_in_one_subnet_has_its_endpoint_there() -> None:
    assert read(Fw=firewall("A")).firewalls["stack/Fw.EndpointIds.0"].subnet == "stack/A"


def test_an_endpoint_of_its_own_tells_its_subnet() -> None:
    extra = resource(
        "NetworkFirewall::VpcEndpointAssociation",
        FirewallArn=att("Fw", "FirewallArn"),
        VpcId=ref("Vpc"),
        SubnetMapping={"SubnetId": ref("B")},
    )
    network = read(Fw=firewall("A"), Extra=extra, R=route("T", VpcEndpointId=att("Extra", "EndpointId")))
    assert (network.firewalls["stack/Extra"].firewall, network.firewalls["stack/Extra"].subnet) == (
        "stack/Fw",
        "stack/B",
    )
    assert network.tables["stack/T"].routes[0].target == Target("firewall", "stack/Extra")


def test_an_endpoint_of_a_gateway_load_balancer_is_a_firewall() -> None:
    endpoint = resource(
        "EC2::VPCEndpoint",
        VpcEndpointType="GatewayLoadBalancer",
        VpcId=ref("Vpc"),
        ServiceName="com.amazonaws.vpce.us-east-1.vpce-svc-1",
        SubnetIds=[ref("A")],
    )
    network = read(E=endpoint, R=route("T", VpcEndpointId="E"))
    assert network.firewalls["stack/E"].subnet == "stack/A"
    assert network.tables["stack/T"].routes[0].target == Target("firewall", "stack/E")


def test_an_interface_endpoint_of_aws_is_a_host_and_one_of_a_private_service_is_unknown() -> None:
    def endpoint(service: Any) -> dict[str, Any]:
        given = {"VpcEndpointType": "Interface", "VpcId": ref("Vpc"), "SubnetIds": [ref("A")], "ServiceName": service}
        return resource("EC2::VPCEndpoint", **given)

    aws = {"Fn::Sub": "com.amazonaws.${AWS::Region}.kms"}
    network = read(Aws=endpoint(aws), Private=endpoint("com.amazonaws.vpce.us-east-1.vpce-svc-1"))
    assert network.hosts["stack/Aws"].kind == "endpoint"
    assert [row.split(":")[0] for row in reasons(network)] == ["stack/Private"]


def test_a_gateway_endpoint_is_a_route_without_ranges() -> None:
    endpoint = resource(
        "EC2::VPCEndpoint", VpcId=ref("Vpc"), ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[ref("T")]
    )
    (row,) = read(E=endpoint).tables["stack/T"].routes
    assert (row.target, row.ranges) == (Target("endpoint", "stack/E"), ())


def test_a_private_service_before_a_network_load_balancer_is_unknown() -> None:
    assert reasons(read(S=resource("EC2::VPCEndpointService", NetworkLoadBalancerArns=["arn"])))
    assert not reasons(read(S=resource("EC2::VPCEndpointService", GatewayLoadBalancerArns=["arn"])))


def balanced(group: dict[str, Any], **more: Any) -> Listener:
    network = read(
        Lb=resource("ElasticLoadBalancingV2::LoadBalancer", Scheme="internet-facing", Subnets=[ref("A"), ref("B")]),
        Front=resource(
            "ElasticLoadBalancingV2::Listener",
            LoadBalancerArn=ref("Lb"),
            Port=443,
            Protocol="HTTPS",
            DefaultActions=[{"Type": "forward", "TargetGroupArn": ref("Group")}],
        ),
        Group=resource("ElasticLoadBalancingV2::TargetGroup", VpcId=ref("Vpc"), Port=8443, Protocol="HTTPS", **group),
        **more,
    )
    assert network.hosts["stack/Lb"].public
    assert reasons(network) == []
    (listener,) = network.hosts["stack/Lb"].listeners
    assert (listener.protocol, listener.ports) == (6, (443, 443))
    return listener


def test_a_load_balancer_leads_to_the_targets_of_its_listeners() -> None:
    target = resource("EC2::Instance", SubnetId=ref("B"))
    listener = balanced({"Targets": [{"Id": ref("Host")}, {"Id": "10.0.9.9", "Port": 9000}]}, Host=target)
    assert (listener.targets, text(listener.ranges)) == (("stack/Host",), "10.0.9.9/32")
    assert listener.target_ports == (8443, 9000)


def test_targets_that_no_template_registers_may_be_anywhere_in_the_vpc() -> None:
    listener = balanced({})
    assert listener.subnets == ("stack/A", "stack/B")
    assert listener.target_ports == ALL_PORTS


def test_a_service_registers_itself_with_a_target_group() -> None:
    service = resource(
        "ECS::Service",
        NetworkConfiguration={"AwsvpcConfiguration": {"Subnets": [ref("B")], "SecurityGroups": []}},
        LoadBalancers=[{"ContainerName": "c", "ContainerPort": 80, "TargetGroupArn": ref("Group")}],
    )
    listener = balanced({}, Service=service)
    assert (listener.targets, listener.subnets) == (("stack/Service",), ())


def test_a_classic_load_balancer_leads_to_its_instances() -> None:
    ports = {"LoadBalancerPort": "443", "InstancePort": "8443", "Protocol": "TCP"}
    network = read(
        Host=resource("EC2::Instance", SubnetId=ref("B")),
        Lb=resource(
            "ElasticLoadBalancing::LoadBalancer", Subnets=[ref("A")], Listeners=[ports], Instances=[ref("Host")]
        ),
    )
    (listener,) = network.hosts["stack/Lb"].listeners
    assert (listener.ports, listener.target_ports, listener.targets) == ((443, 443), (8443, 8443), ("stack/Host",))


def test_a_load_balancer_whose_security_group_is_not_known_is_unknown() -> None:
    given = {"Subnets": [ref("A")], "SecurityGroups": [att("Vpc", "DefaultSecurityGroup"), ref("Nothing")]}
    assert reasons(read(Lb=resource("ElasticLoadBalancingV2::LoadBalancer", **given)))


def test_databases_stand_in_the_subnets_of_their_group() -> None:
    network = read(
        Subnets=resource("RDS::DBSubnetGroup", SubnetIds=[ref("A"), ref("B")], DBSubnetGroupDescription="d"),
        Sg=resource("EC2::SecurityGroup", GroupDescription="g", VpcId=ref("Vpc")),
        Db=resource(
            "RDS::DBInstance",
            DBSubnetGroupName=ref("Subnets"),
            VPCSecurityGroups=[att("Sg", "GroupId")],
            PubliclyAccessible="true",
        ),
    )
    host = network.hosts["stack/Db"]
    assert (host.kind, host.subnets, host.groups, host.public) == (
        "database",
        ("stack/A", "stack/B"),
        ("stack/Sg",),
        True,
    )


def test_resolver_endpoints_stand_in_the_subnets_of_their_addresses() -> None:
    addresses = [{"SubnetId": ref("A")}, {"SubnetId": ref("B")}]
    endpoint = resource(
        "Route53Resolver::ResolverEndpoint", IpAddresses=addresses, SecurityGroupIds=[], Direction="INBOUND"
    )
    assert read(R=endpoint).hosts["stack/R"].subnets == ("stack/A", "stack/B")


def test_an_elastic_ip_makes_an_instance_public() -> None:
    network = read(Host=resource("EC2::Instance", SubnetId=ref("A")), Ip=resource("EC2::EIP", InstanceId=ref("Host")))
    assert network.hosts["stack/Host"].public
