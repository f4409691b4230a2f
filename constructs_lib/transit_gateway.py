"""The Region's transit gateway: nothing that is attached is connected, until a table says so."""

from __future__ import annotations

from aws_cdk import CfnDeletionPolicy, CfnTag
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.flow_log import TransitGatewayFlowLog
from constructs_lib.log_group import EncryptedLogGroup
from constructs_lib.shared_parameters import OrganizationShare, SharedParameters
from landing_zone.plan.names import TRANSIT_GATEWAY_PARAMETER


class SharedTransitGateway(Construct):
    """A transit gateway without default association and propagation, shared with the organization, with flow logs.

    Attachments of the organization's accounts are accepted by themselves, because CloudFormation has no type that
    accepts one; an attachment that no table names can neither send nor receive.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        asn: int,
        organization: str,
        retention_days: int,
        key_arn: str,
        archive_bucket: str,
    ) -> None:
        super().__init__(scope, id)
        self.gateway = ec2.CfnTransitGateway(
            self,
            "Gateway",
            amazon_side_asn=asn,
            auto_accept_shared_attachments="enable",
            default_route_table_association="disable",
            default_route_table_propagation="disable",
            description="Landing zone hub",
            dns_support="enable",
            multicast_support="disable",
            vpn_ecmp_support="enable",
            tags=[CfnTag(key="Name", value="hlz-hub")],
        )
        # Everything hangs on it, and links to hospitals name its id.
        self.gateway.cfn_options.deletion_policy = CfnDeletionPolicy.RETAIN
        self.gateway.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN
        self.id = self.gateway.ref
        OrganizationShare(
            self,
            "Share",
            name="hlz-transit-gateway",
            resource_arns=[self.gateway.attr_transit_gateway_arn],
            principals=[organization],
        )
        SharedParameters(
            self,
            "Parameters",
            share="hlz-transit-gateway-id",
            values={TRANSIT_GATEWAY_PARAMETER: ("Transit gateway of the landing zone in this Region", self.id)},
            principals=[organization],
        )
        logs = EncryptedLogGroup(
            self,
            "FlowLogs",
            name="/hlz/network/transit/flow-logs",
            kind="flow_logs",
            retention_days=retention_days,
            key_arn=key_arn,
        )
        TransitGatewayFlowLog(
            self, "FlowLog", transit_gateway_id=self.id, destination=logs, archive_bucket=archive_bucket
        )
