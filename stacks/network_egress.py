"""network_egress: NAT gateways in every zone, through which alone the organization calls the internet."""

from __future__ import annotations

from aws_cdk import CfnOutput
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.edge_acl import translating_tier
from constructs_lib.edge_alarms import EdgeAlarms
from constructs_lib.hub_vpc import ATTACHMENT, HubTier, HubVpc
from constructs_lib.internet_edge import PUBLIC, InternetEdge
from constructs_lib.nat_gateways import NatGateways
from constructs_lib.network_acl import ANYWHERE
from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant
from landing_zone.plan.names import (
    ALARM_TOPIC_EXPORT,
    LOGS_KEY_EXPORT,
    TRANSIT_GATEWAY_EXPORT,
    landing_bucket,
    transit_table_export,
)
from landing_zone.plan.segments import EGRESS, INSPECTION
from landing_zone.plan.transit import PRIVATE_SPACE


class NetworkEgressStack(RoleStack):
    """Public tier with NAT gateways, tier of the transit gateway; what the firewall lets pass arrives, nothing else."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: way out to the internet")
        shape = variant.shape
        self._zones = len(shape["zones"])
        network = HubVpc(
            self,
            "Egress",
            segment=EGRESS,
            cidr=self.value("VpcCidr"),
            zones=shape["zones"],
            tiers={
                PUBLIC: translating_tier(self._cidrs(PUBLIC)),
                ATTACHMENT: HubTier(self._cidrs(ATTACHMENT)),
            },
            retention_days=shape["retention_days"]["flow_logs"],
            key_arn=self.imported(LOGS_KEY_EXPORT),
            archive_bucket=landing_bucket("flow_logs", self.value("LogArchiveAccountId"), shape["archive_region"]),
        )
        edge = InternetEdge(self, "Edge", network=network, mode="allow-egress")
        nat = NatGateways(self, "Nat", network=network, edge=edge)
        gateway = self.imported(TRANSIT_GATEWAY_EXPORT)
        attachment = network.attach(gateway)
        for tier in (PUBLIC, ATTACHMENT):
            network.route_to_transit(tier, gateway, PRIVATE_SPACE, attachment)
        self._transit(attachment.ref)
        for number, (gateway_id, address) in enumerate(zip(nat.ids, nat.addresses, strict=True), start=1):
            EdgeAlarms(
                self,
                f"Alarms{number}",
                subject="nat_gateway",
                number=number,
                names={"gateway": gateway_id},
                topic_arn=self.imported(ALARM_TOPIC_EXPORT),
                owners=shape["owners"],
                runbooks=shape["runbooks"],
            )
            CfnOutput(self, f"PublicAddress{number}", value=address, description="What partners see")

    def _transit(self, attachment_id: str) -> None:
        """What leaves the firewall for the internet comes here; where answers go, the hub's table `egress` says."""
        associated = ec2.CfnTransitGatewayRouteTableAssociation(
            self,
            "Association",
            transit_gateway_attachment_id=attachment_id,
            transit_gateway_route_table_id=self.imported(transit_table_export(EGRESS)),
        )
        way_out = ec2.CfnTransitGatewayRoute(
            self,
            "FromInspection",
            transit_gateway_route_table_id=self.imported(transit_table_export(INSPECTION)),
            destination_cidr_block=ANYWHERE,
            transit_gateway_attachment_id=attachment_id,
        )
        way_out.node.add_dependency(associated)

    def _cidrs(self, tier: str) -> list[str]:
        return [self.value(f"{tier.title()}Subnet{number}Cidr") for number in range(1, self._zones + 1)]
