"""network_link_routes: the tables and routes of a Region's links, once their attachments are known."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.link_routes import LinkRoutes, label
from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant
from landing_zone.plan.names import transit_table_export
from landing_zone.plan.roles.network_link_routes import attachment_value
from landing_zone.plan.segments import INSPECTION


class NetworkLinkRoutesStack(RoleStack):
    """Every link with its table and routes; private ranges that no link of the Region leads to are dropped."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: routes of links")
        inspection = self.imported(transit_table_export(INSPECTION))
        for entry in variant.shape["attachments"]:
            LinkRoutes(
                self,
                f"Link-{entry['name']}",
                attachment_id=self.value(attachment_value(entry["name"])),
                table_id=self.imported(transit_table_export(entry["segment"])),
                inspection_table_id=inspection,
                ranges=entry["ranges"],
                propagates=entry["propagates"],
            )
        for cidr in variant.shape["blackholes"]:
            ec2.CfnTransitGatewayRoute(
                self,
                f"Blackhole{label(cidr)}",
                destination_cidr_block=cidr,
                blackhole=True,
                transit_gateway_route_table_id=inspection,
            )
