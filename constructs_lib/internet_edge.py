"""What opens a network of the hub to the internet: gateway, default route, and the exclusion that lets them work."""

from __future__ import annotations

from typing import Literal

from aws_cdk import CfnTag
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.hub_vpc import HubVpc
from constructs_lib.network_acl import ANYWHERE

PUBLIC = "public"
"""The tier that the internet gateway serves."""


class InternetEdge(Construct):
    """An internet gateway for the public tier of a network.

    mode: whom VPC Block Public Access then lets start a connection; an organization policy blocks every other network
    (Amazon VPC User Guide, security-vpc-bpa). `attachment`: what needs the gateway comes after it.
    """

    def __init__(
        self, scope: Construct, id: str, *, network: HubVpc, mode: Literal["allow-egress", "allow-bidirectional"]
    ) -> None:
        super().__init__(scope, id)
        tags = [CfnTag(key="Name", value=network.name), CfnTag(key="hlz:segment", value=network.segment)]
        gateway = ec2.CfnInternetGateway(self, "Gateway", tags=tags)
        self.attachment = ec2.CfnVPCGatewayAttachment(
            self, "GatewayAttachment", vpc_id=network.vpc_id, internet_gateway_id=gateway.ref
        )
        ec2.CfnVPCBlockPublicAccessExclusion(
            self, "Exclusion", vpc_id=network.vpc_id, internet_gateway_exclusion_mode=mode, tags=tags
        )
        for zone, member in enumerate(network.network.tiers[PUBLIC], start=1):
            route = ec2.CfnRoute(
                self,
                f"{PUBLIC.title()}{zone}Internet",
                route_table_id=member.route_table.ref,
                destination_cidr_block=ANYWHERE,
                gateway_id=gateway.ref,
            )
            route.node.add_dependency(self.attachment)
