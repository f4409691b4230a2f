"""network_hub: what every network of a Region hangs on, and the firewalls between them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.hub_alarms import HubAlarms
from constructs_lib.hub_vpc import ATTACHMENT
from constructs_lib.inspection_vpc import FIREWALL, InspectionVpc
from constructs_lib.role_stack import RoleStack
from constructs_lib.shared_parameters import organization_arn
from constructs_lib.transit_gateway import SharedTransitGateway
from constructs_lib.transit_tables import TransitTables
from landing_zone.plan.firewall import SHARED_NET, SHARED_RANGE
from landing_zone.plan.model import Variant
from landing_zone.plan.names import (
    ALARM_TOPIC_EXPORT,
    INSPECTION_ATTACHMENT_EXPORT,
    LOGS_KEY_EXPORT,
    TRANSIT_GATEWAY_EXPORT,
    landing_bucket,
    transit_table_export,
)
from landing_zone.plan.segments import INSPECTION


class NetworkHubStack(RoleStack):
    """Transit gateway with a table for each segment, shared with the organization; inspection network; alarms."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: network hub")
        shape = variant.shape
        archive, region = self.value("LogArchiveAccountId"), shape["archive_region"]
        self._buckets = {kind: landing_bucket(kind, archive, region) for kind in ("flow_logs", "firewall")}
        self._transit = SharedTransitGateway(
            self,
            "Transit",
            asn=shape["asn"],
            organization=organization_arn(self.value("ManagementAccountId"), self.value("OrganizationId")),
            retention_days=shape["retention_days"]["flow_logs"],
            key_arn=self.imported(LOGS_KEY_EXPORT),
            archive_bucket=self._buckets["flow_logs"],
        )
        inspection = self._inspection(shape)
        self._tables(shape["routes"], inspection.attachment.ref)
        HubAlarms(
            self,
            "Alarms",
            topic_arn=self.imported(ALARM_TOPIC_EXPORT),
            transit_gateway_id=self._transit.id,
            owners=shape["owners"],
            runbooks=shape["runbooks"],
        )
        self.export(TRANSIT_GATEWAY_EXPORT, self._transit.id)
        self.export(INSPECTION_ATTACHMENT_EXPORT, inspection.attachment.ref)

    def _inspection(self, shape: Mapping[str, Any]) -> InspectionVpc:
        numbers = range(1, len(shape["zones"]) + 1)
        shared = {SHARED_NET: [self.value(SHARED_RANGE)]} if SHARED_RANGE in shape["values"] else {}
        return InspectionVpc(
            self,
            "Inspection",
            transit_gateway_id=self._transit.id,
            cidr=self.value("VpcCidr"),
            zones=shape["zones"],
            subnets={
                tier: [self.value(f"{tier.title()}Subnet{number}Cidr") for number in numbers]
                for tier in (FIREWALL, ATTACHMENT)
            },
            policy={
                "groups": shape["rule_groups"],
                "variables": {**shape["variables"], **shared},
                "managed": shape["managed_groups"],
            },
            retention_days=shape["retention_days"]["flow_logs"],
            key_arn=self.imported(LOGS_KEY_EXPORT),
            buckets=self._buckets,
        )

    def _tables(self, routes: Mapping[str, Mapping[str, str]], attachment_id: str) -> None:
        tables = TransitTables(
            self,
            "Tables",
            transit_gateway_id=self._transit.id,
            routes=routes,
            attachments={INSPECTION: attachment_id},
        )
        ec2.CfnTransitGatewayRouteTableAssociation(
            self,
            "InspectionTable",
            transit_gateway_attachment_id=attachment_id,
            transit_gateway_route_table_id=tables.table_ids[INSPECTION],
        )
        for segment, table in tables.table_ids.items():
            self.export(transit_table_export(segment), table)
