"""What a link does in the transit gateway: the table that decides for its packets, and the routes that lead into it."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct


class LinkRoutes(Construct):
    """An attachment joins the table of its segment; the inspection table, and no other, leads into it.

    table_id: of its segment. inspection_table_id: where everything comes out that has passed the firewall.
    ranges: behind the link. propagates: routes come by BGP; otherwise they are static.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        attachment_id: str,
        table_id: str,
        inspection_table_id: str,
        ranges: Sequence[str],
        propagates: bool,
    ) -> None:
        super().__init__(scope, id)
        association = ec2.CfnTransitGatewayRouteTableAssociation(
            self, "Association", transit_gateway_attachment_id=attachment_id, transit_gateway_route_table_id=table_id
        )
        if propagates:
            ec2.CfnTransitGatewayRouteTablePropagation(
                self,
                "Propagation",
                transit_gateway_attachment_id=attachment_id,
                transit_gateway_route_table_id=inspection_table_id,
            )
        else:
            for cidr in ranges:
                route = ec2.CfnTransitGatewayRoute(
                    self,
                    f"To{cidr.replace('.', 'x').replace('/', 'n')}",
                    destination_cidr_block=cidr,
                    transit_gateway_attachment_id=attachment_id,
                    transit_gateway_route_table_id=inspection_table_id,
                )
                # A route to a peering wants its association first (Transit Gateway guide, tgw-peering-add-route).
                route.node.add_dependency(association)
