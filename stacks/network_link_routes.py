"""network_link_routes: the tables and routes of a Region's links, once their attachments are known."""

from __future__ import annotations

from constructs import Construct

from constructs_lib.link_routes import LinkRoutes
from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant
from landing_zone.plan.names import transit_table_export
from landing_zone.plan.roles.network_link_routes import attachment_value
from landing_zone.plan.segments import INSPECTION


class NetworkLinkRoutesStack(RoleStack):
    """Every link with its table and its routes."""

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
