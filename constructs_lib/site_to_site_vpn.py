"""A site-to-site VPN to a hospital: two logged tunnels with IKEv2 and strong algorithms, no secret in a template."""

from __future__ import annotations

from typing import Any

from aws_cdk import Aws, CfnTag, Stack
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs_lib.log_group import EncryptedLogGroup
from landing_zone.plan.roles.network_links import SITE_TAG, vpn_logical_id
from landing_zone.policy_data import policy_data

LARGEST_ASN = 2_147_483_647
"""Larger autonomous system numbers have a property of their own (CloudFormation reference, CustomerGateway)."""
_LISTS = {
    f"{phase}{suffix}": f"{phase.lower()}{name}"
    for phase in ("Phase1", "Phase2")
    for suffix, name in (
        ("EncryptionAlgorithms", "_encryption_algorithms"),
        ("IntegrityAlgorithms", "_integrity_algorithms"),
        ("DHGroupNumbers", "_dh_group_numbers"),
    )
}


class VpnLogs(Construct):
    """The log group of all tunnels of a Region, and the policy by which their logs are delivered into it."""

    def __init__(self, scope: Construct, id: str, *, retention_days: int, key_arn: str) -> None:
        super().__init__(scope, id)
        self.group = EncryptedLogGroup(
            self,
            "Tunnels",
            name="/hlz/network/vpn-tunnels",
            kind="flow_logs",
            retention_days=retention_days,
            key_arn=key_arn,
        )
        # Source: Amazon CloudWatch Logs User Guide, AWS-logs-infrastructure-CWL.
        writing = iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{self.group.arn}:log-stream:*"],
            principals=[iam.ServicePrincipal("delivery.logs.amazonaws.com")],
            conditions={
                "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                "ArnLike": {"aws:SourceArn": f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:*"},
            },
        )
        self.policy = logs.CfnResourcePolicy(
            self,
            "Delivery",
            policy_name="hlz-vpn-tunnels",
            policy_document=Stack.of(self).to_json_string(iam.PolicyDocument(statements=[writing]).to_json()),
        )


class SiteToSiteVpn(Construct):
    """A VPN between the transit gateway and a site's device.

    address: the device's public address. asn: its autonomous system number; None: it speaks no BGP. `connection_id` is
    what metrics and attachments are found by. Algorithms: policies/network/vpn.yaml.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        site: str,
        address: str,
        asn: int | None,
        ranges: list[str],
        transit_gateway_id: str,
        logs: VpnLogs,
    ) -> None:
        super().__init__(scope, id)
        large = asn is not None and asn > LARGEST_ASN
        device = ec2.CfnCustomerGateway(
            self,
            "Device",
            ip_address=address,
            type="ipsec.1",
            bgp_asn=None if large else asn,
            bgp_asn_extended=asn if large else None,
            tags=_tags(site),
        )
        options = _tunnel(logs.group.arn, bgp=asn is not None)
        self.connection = ec2.CfnVPNConnection(
            self,
            "Connection",
            type="ipsec.1",
            customer_gateway_id=device.ref,
            transit_gateway_id=transit_gateway_id,
            static_routes_only=asn is None,
            pre_shared_key_storage="SecretsManager",
            vpn_tunnel_options_specifications=[options, options],
            tags=_tags(site),
        )
        self.connection.override_logical_id(vpn_logical_id(site))
        self.connection.add_metadata("hlz:ranges", ranges)
        self.connection.node.add_dependency(logs)
        self.connection_id = self.connection.ref


def _tags(site: str) -> list[CfnTag]:
    return [CfnTag(key="Name", value=site), CfnTag(key="hlz:segment", value="hybrid"), CfnTag(key=SITE_TAG, value=site)]


def _tunnel(log_group_arn: str, *, bgp: bool) -> ec2.CfnVPNConnection.VpnTunnelOptionsSpecificationProperty:
    data = policy_data("network/vpn")
    spec = ec2.CfnVPNConnection
    log: dict[str, Any] = {"log_enabled": True, "log_group_arn": log_group_arn, "log_output_format": "json"}
    if bgp:
        log |= {"bgp_log_enabled": True, "bgp_log_group_arn": log_group_arn, "bgp_log_output_format": "json"}
    lists: dict[str, Any] = {
        python: [{"value": value} for value in data["offered"][name]] for name, python in _LISTS.items()
    }
    return spec.VpnTunnelOptionsSpecificationProperty(
        ike_versions=[
            spec.IKEVersionsRequestListValueProperty(value=version) for version in data["offered"]["IKEVersions"]
        ],
        phase1_lifetime_seconds=data["lifetimes"]["phase_1"],
        phase2_lifetime_seconds=data["lifetimes"]["phase_2"],
        dpd_timeout_seconds=data["dead_peer"]["seconds"],
        dpd_timeout_action=data["dead_peer"]["action"],
        startup_action=data["startup"],
        log_options=spec.VpnTunnelLogOptionsSpecificationProperty(
            cloudwatch_log_options=spec.CloudwatchLogOptionsSpecificationProperty(**log)
        ),
        **lists,
    )
