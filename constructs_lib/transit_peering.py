"""The peering of two Regions' transit gateways, asked for by one of them; `hlz settings` accepts it in the other."""

from __future__ import annotations

from aws_cdk import Aws, CfnTag
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from landing_zone.plan.roles.network_links import SITE_TAG, peering_logical_id


class TransitPeering(Construct):
    """A peering within the network account. It routes nothing until it is accepted and joins a table."""

    def __init__(
        self, scope: Construct, id: str, *, transit_gateway_id: str, peer_region: str, peer_gateway_id: str
    ) -> None:
        super().__init__(scope, id)
        peering = ec2.CfnTransitGatewayPeeringAttachment(
            self,
            "Peering",
            transit_gateway_id=transit_gateway_id,
            peer_account_id=Aws.ACCOUNT_ID,
            peer_region=peer_region,
            peer_transit_gateway_id=peer_gateway_id,
            tags=[
                CfnTag(key="Name", value=f"hlz-{peer_region}"),
                CfnTag(key="hlz:segment", value="peering"),
                CfnTag(key=SITE_TAG, value=peer_region),
            ],
        )
        peering.override_logical_id(peering_logical_id(peer_region))
