"""A workload network joins the transit gateway of its Region."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import CfnTag
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.isolated_vpc import IsolatedVpc
from constructs_lib.network_acl import ANYWHERE

ATTACHMENT = "attachment"
"""The tier whose subnets hold the transit gateway's interfaces, and nothing else."""


class SpokeAttachment(Construct):
    """The attachment of a network in all its zones, and default routes to it from the tiers `routed`.

    It carries nothing until the network account associates it with a route table. `id_` is the attachment's id.
    AWS::EC2::TransitGatewayAttachment, not ...VpcAttachment: that one is replaced when its subnets change.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        network: IsolatedVpc,
        name: str,
        segment: str,
        transit_gateway_id: str,
        routed: Sequence[str],
    ) -> None:
        super().__init__(scope, id)
        attachment = ec2.CfnTransitGatewayAttachment(
            self,
            "Attachment",
            transit_gateway_id=transit_gateway_id,
            vpc_id=network.vpc.ref,
            subnet_ids=network.subnet_ids(ATTACHMENT),
            options={  # free-form in the CDK: its property class would write keys that CloudFormation does not know
                "ApplianceModeSupport": "disable",
                "DnsSupport": "enable",
                "Ipv6Support": "disable",
            },
            tags=[CfnTag(key="Name", value=name), CfnTag(key="hlz:segment", value=segment)],
        )
        self.id_ = attachment.ref
        for tier in routed:
            for zone, member in enumerate(network.tiers[tier], start=1):
                route = ec2.CfnRoute(
                    self,
                    f"{tier.title()}{zone}Default",
                    route_table_id=member.route_table.ref,
                    destination_cidr_block=ANYWHERE,
                    transit_gateway_id=transit_gateway_id,
                )
                route.node.add_dependency(attachment)  # before it is there, EC2 refuses the route
