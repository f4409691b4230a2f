"""network_links: VPNs and Direct Connect to hospitals, and the peering with the other Regions' hubs."""

from __future__ import annotations

from constructs import Construct

from constructs_lib.direct_connect_link import DirectConnectAssociation, DirectConnectGateway
from constructs_lib.link_alarms import LinkAlarms
from constructs_lib.role_stack import RoleStack
from constructs_lib.site_to_site_vpn import SiteToSiteVpn, VpnLogs
from constructs_lib.transit_peering import TransitPeering
from landing_zone.plan.model import Variant
from landing_zone.plan.names import (
    ALARM_TOPIC_EXPORT,
    DIRECT_CONNECT_GATEWAY_EXPORT,
    LOGS_KEY_EXPORT,
    TRANSIT_GATEWAY_EXPORT,
    vpn_export,
)
from landing_zone.plan.roles.network_links import gateway_value


class NetworkLinksStack(RoleStack):
    """The links of one Region; network_link_routes says where they lead."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: links to hospitals")
        shape = self._shape = variant.shape
        self._gateway = self.imported(TRANSIT_GATEWAY_EXPORT)
        if shape["vpns"] or shape["direct_connect"]:
            self._alarms = LinkAlarms(
                self,
                "Alarms",
                topic_arn=self.imported(ALARM_TOPIC_EXPORT),
                owners=shape["owners"],
                runbooks=shape["runbooks"],
            )
        if shape["vpns"]:
            self._vpns()
        if shape["direct_connect"]:
            self._direct_connect()
        for peer in shape["peers"]:
            TransitPeering(
                self,
                f"Peering{peer}",
                transit_gateway_id=self._gateway,
                peer_region=peer,
                peer_gateway_id=self.value(gateway_value(peer)),
            )

    def _vpns(self) -> None:
        days = self._shape["retention_days"]["flow_logs"]
        logs = VpnLogs(self, "VpnLogs", retention_days=days, key_arn=self.imported(LOGS_KEY_EXPORT))
        for link in self._shape["vpns"]:
            vpn = SiteToSiteVpn(self, f"Vpn-{link['site']}", **link, transit_gateway_id=self._gateway, logs=logs)
            self._alarms.watch_vpn(link["site"], vpn.connection_id)
            self.export(vpn_export(link["site"]), vpn.connection_id)

    def _direct_connect(self) -> None:
        direct = self._shape["direct_connect"]
        if direct["asn"]:
            gateway = DirectConnectGateway(self, "DirectConnect", asn=direct["asn"]).id
            self.export(DIRECT_CONNECT_GATEWAY_EXPORT, gateway)
        else:
            gateway = self.value("DirectConnectGatewayArn")
        if direct["prefixes"]:
            DirectConnectAssociation(
                self,
                "DirectConnectAssociation",
                gateway=gateway,
                transit_gateway_id=self._gateway,
                prefixes=direct["prefixes"],
                ranges=direct["ranges"],
            )
            self._alarms.watch_direct_connect()
