"""How a network of the hub takes its place at the transit gateway: its own table, and who finds it."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Fn
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from landing_zone.plan.names import INSPECTION_ATTACHMENT_EXPORT, transit_table_export
from landing_zone.plan.segments import INSPECTION


class TransitMembership(Construct):
    """An attachment's association with its segment's table.

    The table's id and the inspection network's attachment are the exports of the hub in the same Region.
    """

    def __init__(self, scope: Construct, id: str, *, attachment_id: str, segment: str) -> None:
        super().__init__(scope, id)
        self._attachment_id = attachment_id
        self.association = ec2.CfnTransitGatewayRouteTableAssociation(
            self,
            "Association",
            transit_gateway_attachment_id=attachment_id,
            transit_gateway_route_table_id=_table(segment),
        )

    def reached_through_inspection(self, cidr: str, tables: Sequence[str]) -> None:
        """The firewall's table learns the network; the tables of these segments lead to it by the firewall."""
        known = ec2.CfnTransitGatewayRouteTablePropagation(
            self,
            "InspectionPropagation",
            transit_gateway_attachment_id=self._attachment_id,
            transit_gateway_route_table_id=_table(INSPECTION),
        )
        known.node.add_dependency(self.association)
        for table in tables:
            route = ec2.CfnTransitGatewayRoute(
                self,
                f"{table.title().replace('-', '')}Route",
                destination_cidr_block=cidr,
                transit_gateway_attachment_id=Fn.import_value(INSPECTION_ATTACHMENT_EXPORT),
                transit_gateway_route_table_id=_table(table),
            )
            route.node.add_dependency(known)

    def receives(self, cidr: str, table: str) -> None:
        """The table of a segment sends a range to the network itself."""
        route = ec2.CfnTransitGatewayRoute(
            self,
            f"{table.title()}To",
            destination_cidr_block=cidr,
            transit_gateway_attachment_id=self._attachment_id,
            transit_gateway_route_table_id=_table(table),
        )
        route.node.add_dependency(self.association)


def _table(segment: str) -> str:
    return Fn.import_value(transit_table_export(segment))
