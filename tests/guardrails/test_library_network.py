"""The edges of networks are the pipeline's; inside them people work as before."""

from __future__ import annotations

import pytest

from tests.guardrails.data_library import (
    ACCOUNT,
    BREAK_GLASS,
    PEOPLE,
    PIPELINE,
    SETTINGS,
    own_guardrails,
    stopped_by,
    stops,
)

INTERFACE = f"arn:aws:ec2:us-east-1:{ACCOUNT}:network-interface/*"


@pytest.mark.parametrize(
    "action",
    [
        "cloudfront:CreateVpcOrigin",
        "cloudfront:UpdateVpcOrigin",
        "ec2:AllocateAddress",
        "ec2:AssociateAddress",
        "ec2:AssociateRouteTable",
        "ec2:AttachInternetGateway",
        "ec2:CreateCarrierGateway",
        "ec2:CreateDefaultVpc",
        "ec2:CreateEgressOnlyInternetGateway",
        "ec2:CreateInstanceConnectEndpoint",
        "ec2:CreateInternetGateway",
        "ec2:CreateNatGateway",
        "ec2:CreateRoute",
        "ec2:CreateVpcBlockPublicAccessExclusion",
        "ec2:ModifySubnetAttribute",
        "ec2:ModifyVpcBlockPublicAccessExclusion",
        "ec2:ReplaceRoute",
        "ec2:ReplaceRouteTableAssociation",
        "globalaccelerator:AllowCustomRoutingTraffic",
        "globalaccelerator:CreateAccelerator",
        "lambda:CreateFunctionUrlConfig",
        "lambda:UpdateFunctionUrlConfig",
    ],
)
def test_only_the_pipeline_makes_ways_to_the_internet(action: str) -> None:
    for principal in (PEOPLE, SETTINGS, BREAK_GLASS):
        assert stops("internet-edges-fixed", action, by=principal)
    assert not stopped_by(action, by=PIPELINE)


def test_ways_to_the_internet_are_closed_by_people() -> None:
    for action in ("ec2:DetachInternetGateway", "ec2:ReleaseAddress", "ec2:DeleteRoute"):
        assert not stopped_by(action)


def test_a_machine_starts_without_a_public_address_alone() -> None:
    key = "ec2:AssociatePublicIpAddress"
    assert stops("no-public-addresses-on-machines", "ec2:RunInstances", INTERFACE, context={key: "true"})
    assert not stopped_by("ec2:RunInstances", INTERFACE, context={key: "false"})
    assert not stopped_by("ec2:RunInstances", INTERFACE)


@pytest.mark.parametrize(
    "action",
    [
        "directconnect:CreatePrivateVirtualInterface",
        "ec2:AcceptTransitGatewayVpcAttachment",
        "ec2:AcceptVpcEndpointConnections",
        "ec2:AcceptVpcPeeringConnection",
        "ec2:AttachVpnGateway",
        "ec2:CreateClientVpnEndpoint",
        "ec2:CreateNetworkInterfacePermission",
        "ec2:CreateTrafficMirrorSession",
        "ec2:CreateTransitGatewayVpcAttachment",
        "ec2:CreateVpcEndpoint",
        "ec2:CreateVpcEndpointServiceConfiguration",
        "ec2:CreateVpcPeeringConnection",
        "ec2:CreateVpnConnection",
        "ec2:EnableTransitGatewayRouteTablePropagation",
        "ec2:ModifyVpcEndpoint",
        "lightsail:PeerVpc",
        "networkmanager:CreateVpcAttachment",
        "vpc-lattice:CreateServiceNetworkVpcAssociation",
        "vpce:AllowMultiRegion",
    ],
)
def test_only_the_pipeline_links_networks(action: str) -> None:
    for principal in (PEOPLE, SETTINGS, BREAK_GLASS):
        assert stops("network-links-fixed", action, by=principal)
    assert not stops("network-links-fixed", action, by=PIPELINE)


def test_only_the_pipeline_shares_networks() -> None:
    inside = {"ram:RequestedAllowsExternalPrincipals": "false", "ram:AllowsExternalPrincipals": "false"}
    for action in ("ram:AssociateResourceShare", "ram:CreateResourceShare", "ram:UpdateResourceShare"):
        assert stops("network-links-fixed", action, context=inside)
        assert not stops("network-links-fixed", action, by=PIPELINE, context=inside)


@pytest.mark.parametrize(
    "action", ["ec2:DescribeTransitGateways", "ec2:RejectVpcPeeringConnection", "ec2:DeleteVpcEndpoints"]
)
def test_links_are_read_refused_and_closed_by_people(action: str) -> None:
    assert not stopped_by(action)


@pytest.mark.parametrize("action", ["ec2:CreateSecurityGroup", "ec2:CreateSubnet", "ec2:CreateNetworkInterface"])
def test_inside_the_edges_people_work_as_before(action: str) -> None:
    assert not stopped_by(action)


@pytest.mark.parametrize(
    "action",
    [
        "directconnect:AcceptDirectConnectGatewayAssociationProposal",
        "directconnect:CreateConnection",
        "ec2:AcceptTransitGatewayVpcAttachment",
        "ec2:AcceptVpcPeeringConnection",
        "ec2:AttachVpnGateway",
        "ec2:CreateClientVpnEndpoint",
        "ec2:CreateTransitGateway",
        "ec2:CreateTransitGatewayConnect",
        "ec2:CreateTransitGatewayConnectPeer",
        "ec2:CreateTransitGatewayMulticastDomain",
        "ec2:CreateTransitGatewayPeeringAttachment",
        "ec2:CreateTransitGatewayPrefixListReference",
        "ec2:CreateTransitGatewayRoute",
        "ec2:CreateTransitGatewayRouteTable",
        "ec2:CreateVpcPeeringConnection",
        "ec2:CreateVpnConnection",
        "networkmanager:AcceptAttachment",
        "networkmanager:CreateVpcAttachment",
        "vpc-lattice:CreateServiceNetworkVpcAssociation",
    ],
)
def test_nobody_joins_a_sandbox_to_another_network(action: str) -> None:
    for principal in (PEOPLE, PIPELINE, BREAK_GLASS):
        assert stops("sandbox-stays-apart", action, by=principal)


@pytest.mark.parametrize(
    "action",
    [
        "ec2:CreateTransitGatewayVpcAttachment",
        "ec2:ModifyTransitGatewayVpcAttachment",
        "ram:AssociateResourceShare",
        "ram:CreateResourceShare",
        "ram:UpdateResourceShare",
    ],
)
def test_the_pipeline_alone_attaches_a_sandbox_to_the_hub(action: str) -> None:
    for principal in (PEOPLE, SETTINGS, BREAK_GLASS):
        assert stops("sandbox-joined-by-the-pipeline", action, by=principal)
    for guardrail in ("sandbox-joined-by-the-pipeline", "sandbox-stays-apart"):
        assert not stops(guardrail, action, by=PIPELINE)


def test_a_sandbox_may_have_a_way_to_the_internet_of_its_own() -> None:
    assert not stops("sandbox-stays-apart", "ec2:CreateInternetGateway")
    assert "sandbox" not in own_guardrails()["internet-edges-fixed"].guardrail.profiles


def test_the_switch_that_blocks_the_internet_is_for_hlz_settings_alone() -> None:
    action = "ec2:ModifyVpcBlockPublicAccessOptions"
    assert stopped_by(action) == ["internet-block-stays"]
    assert stopped_by(action, by=PIPELINE) == ["internet-block-stays"]
    assert stopped_by(action, by=SETTINGS) == []


def test_a_peering_of_hubs_is_accepted_by_hlz_settings_alone() -> None:
    action = "ec2:AcceptTransitGatewayPeeringAttachment"
    for principal in (PEOPLE, PIPELINE, BREAK_GLASS):
        assert stopped_by(action, by=principal) == ["transit-peerings-accepted"]
    assert stopped_by(action, by=SETTINGS) == []
