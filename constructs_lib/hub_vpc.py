"""A VPC of the hub: tiers with network ACLs, flow logs, and no way in or out until a stack adds its routes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import CfnTag
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.flow_log import VpcFlowLog
from constructs_lib.isolated_vpc import IsolatedVpc
from constructs_lib.log_group import EncryptedLogGroup
from constructs_lib.network_acl import ANYWHERE, TCP, UDP, Allow, TierAcl

ATTACHMENT = "attachment"
"""The tier whose subnets hold the transit gateway's interfaces, and nothing else."""

PASSING_IN = tuple(
    Allow(ANYWHERE, ports, protocol) for protocol in (TCP, UDP) for ports in ((0, 21), (23, 3388), (3390, 65535))
)
"""Into subnets that traffic only passes. Shells and remote desktops (22, 3389) do not cross the hub: administration
goes through Session Manager."""
PASSING_OUT = (Allow(ANYWHERE), Allow(ANYWHERE, protocol=UDP))
"""Out of subnets that traffic only passes; where it may go is for routes and the firewall to say."""


@dataclass(frozen=True)
class HubTier:
    """Ranges of a tier's subnets, one for each zone, and what its network ACL admits; default: what passes the hub."""

    cidrs: Sequence[str]
    inbound: Sequence[Allow] = PASSING_IN
    outbound: Sequence[Allow] = PASSING_OUT


class HubVpc(Construct):
    """A VPC in the network account. It has local routes only; `network.tiers[TIER][n].route_table` takes others.

    segment: one of `plan.segments`, also its name. zones: Availability Zone ids. retention_days: of its flow logs.
    key_arn: the account's key for logs. archive_bucket: landing bucket for flow logs in the log archive.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        segment: str,
        cidr: str,
        zones: Sequence[str],
        tiers: Mapping[str, HubTier],
        retention_days: int,
        key_arn: str,
        archive_bucket: str,
    ) -> None:
        super().__init__(scope, id)
        self.segment = segment
        self.name = f"hub-{segment}"
        self.network = IsolatedVpc(
            self,
            "Network",
            name=self.name,
            segment=segment,
            cidr=cidr,
            zones=zones,
            tiers={tier: row.cidrs for tier, row in tiers.items()},
        )
        self.vpc_id = self.network.vpc.ref
        for tier, row in tiers.items():
            TierAcl(
                self,
                f"{tier.title()}Acl",
                vpc_id=self.vpc_id,
                name=f"{self.name}-{tier}",
                subnet_ids=self.network.subnet_ids(tier),
                inbound=row.inbound,
                outbound=row.outbound,
            )
        logs = EncryptedLogGroup(
            self,
            "FlowLogs",
            name=f"/hlz/network/{segment}/flow-logs",
            kind="flow_logs",
            retention_days=retention_days,
            key_arn=key_arn,
        )
        VpcFlowLog(self, "FlowLog", vpc_id=self.vpc_id, destination=logs, archive_bucket=archive_bucket)

    def attach(self, transit_gateway_id: str, *, appliance_mode: bool = False) -> ec2.CfnTransitGatewayAttachment:
        """Attach the VPC to the transit gateway in all its zones. The attachment routes nothing until it joins a table.

        appliance_mode: both directions of a flow stay in one zone, as a firewall needs.
        """
        return ec2.CfnTransitGatewayAttachment(
            self,
            "Attachment",
            transit_gateway_id=transit_gateway_id,
            vpc_id=self.vpc_id,
            subnet_ids=self.network.subnet_ids(ATTACHMENT),
            options={  # free-form in the CDK: its property class would write keys that CloudFormation does not know
                "ApplianceModeSupport": "enable" if appliance_mode else "disable",
                "DnsSupport": "enable",
                "Ipv6Support": "disable",
            },
            tags=[CfnTag(key="Name", value=self.name), CfnTag(key="hlz:segment", value=self.segment)],
        )

    def route_to_transit(
        self,
        tier: str,
        transit_gateway_id: str,
        destinations: Sequence[str],
        attachment: ec2.CfnTransitGatewayAttachment,
    ) -> None:
        """Route ranges to the transit gateway from every subnet of a tier; before `attachment` EC2 refuses them."""
        for zone, member in enumerate(self.network.tiers[tier], start=1):
            for number, destination in enumerate(destinations, start=1):
                route = ec2.CfnRoute(
                    self,
                    f"{tier.title()}{zone}Transit{number}",
                    route_table_id=member.route_table.ref,
                    destination_cidr_block=destination,
                    transit_gateway_id=transit_gateway_id,
                )
                route.node.add_dependency(attachment)
