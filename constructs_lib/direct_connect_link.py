"""Direct Connect: one gateway for all sites, associated with each Region's transit gateway.

The connections, their MACsec and the transit virtual interfaces are the customer's and its provider's (docs/hybrid.md).
"""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import CfnTag
from aws_cdk import aws_directconnect as directconnect
from constructs import Construct

from landing_zone.plan.roles.network_links import ASSOCIATION_LOGICAL_ID, DIRECT_CONNECT, SITE_TAG

NAME = "hlz-direct-connect"


class DirectConnectGateway(Construct):
    """The gateway to which the sites' transit virtual interfaces lead. asn: its own autonomous system number."""

    def __init__(self, scope: Construct, id: str, *, asn: int) -> None:
        super().__init__(scope, id)
        gateway = directconnect.CfnDirectConnectGateway(
            self,
            "Gateway",
            direct_connect_gateway_name=NAME,
            amazon_side_asn=str(asn),
            tags=[
                CfnTag(key="Name", value=NAME),
                CfnTag(key="hlz:segment", value="hybrid"),
                CfnTag(key=SITE_TAG, value=DIRECT_CONNECT),
            ],
        )
        self.id = gateway.attr_direct_connect_gateway_id


class DirectConnectAssociation(Construct):
    """Joins the gateway (its id or ARN) with the transit gateway of a Region.

    prefixes: what the sites hear of; not more than 200 (Direct Connect quotas: from AWS to on premises on a transit
    virtual interface). ranges: what lies behind the gateway.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        gateway: str,
        transit_gateway_id: str,
        prefixes: Sequence[str],
        ranges: Sequence[str],
    ) -> None:
        super().__init__(scope, id)
        association = directconnect.CfnDirectConnectGatewayAssociation(
            self,
            "Association",
            direct_connect_gateway_id=gateway,
            associated_gateway_id=transit_gateway_id,
            allowed_prefixes_to_direct_connect_gateway=list(prefixes),
        )
        association.override_logical_id(ASSOCIATION_LOGICAL_ID)
        association.add_metadata(SITE_TAG, DIRECT_CONNECT)  # the type has no tags
        association.add_metadata("hlz:ranges", list(ranges))
