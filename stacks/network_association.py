"""network_association: a workload network's place among the transit gateway's route tables."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant
from landing_zone.plan.names import INSPECTION_ATTACHMENT_EXPORT, transit_table_export
from landing_zone.plan.segments import INSPECTION


class NetworkAssociationStack(RoleStack):
    """Association with the segment's table, the way back from the firewall, and routes for those who may reach it.

    In this order: at first the network is bound to what its segment reaches; nobody reaches it before that.
    """

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: network association")
        attachment = self.value("AttachmentId")
        association = ec2.CfnTransitGatewayRouteTableAssociation(
            self,
            "Association",
            transit_gateway_attachment_id=attachment,
            transit_gateway_route_table_id=self._table(variant.shape["segment"]),
        )
        propagation = ec2.CfnTransitGatewayRouteTablePropagation(
            self,
            "Propagation",
            transit_gateway_attachment_id=attachment,
            transit_gateway_route_table_id=self._table(INSPECTION),
        )
        propagation.node.add_dependency(association)
        for segment in variant.shape["tables"]:
            # To the firewall, not to the network: more specific than the blackhole of the pool it lies in.
            route = ec2.CfnTransitGatewayRoute(
                self,
                f"From{segment.title().replace('-', '')}",
                transit_gateway_route_table_id=self._table(segment),
                destination_cidr_block=self.value("NetworkCidr"),
                transit_gateway_attachment_id=self.imported(INSPECTION_ATTACHMENT_EXPORT),
            )
            route.node.add_dependency(propagation)

    def _table(self, segment: str) -> str:
        return self.imported(transit_table_export(segment))
