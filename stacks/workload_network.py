"""workload_network: the spoke VPC of a workload account in one Region."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_route53profiles as route53profiles
from aws_cdk import aws_route53resolver as route53resolver
from constructs import Construct

from constructs_lib.flow_log import VpcFlowLog
from constructs_lib.hub_vpc import PASSING_IN, PASSING_OUT
from constructs_lib.isolated_vpc import IsolatedVpc
from constructs_lib.log_group import EncryptedLogGroup
from constructs_lib.network_acl import ALL, ANYWHERE, UDP, Allow, Deny, TierAcl, Traffic
from constructs_lib.organization_endpoints import HTTPS, OrganizationEndpoints
from constructs_lib.role_stack import RoleStack
from constructs_lib.shared_parameters import SharedParameters
from constructs_lib.spoke_attachment import ATTACHMENT, SpokeAttachment
from landing_zone.plan.model import Variant
from landing_zone.plan.names import ATTACHMENT_PARAMETER, LOGS_KEY_EXPORT, landing_bucket

# Answers of S3, DynamoDB and of the internet come from public addresses; 3389 stays shut.
EPHEMERAL = ((1024, 3388), (3390, 65535))
SHELLS = (Deny(ANYWHERE, (22, 22)), Deny(ANYWHERE, (3389, 3389)), Deny(ANYWHERE, (3389, 3389), UDP))
# Every private range (RFC 1918, RFC 6598): who is reached there is said before; `anywhere` then means public addresses.
PRIVATE = tuple(
    Deny(block, protocol=ALL) for block in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
)


class WorkloadNetworkStack(RoleStack):
    """Application and data tiers in every zone; flow logs; private AWS endpoints, or the hub's; a way to the hub."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: workload network")
        shape, name, hub = variant.shape, self.value("NetworkName"), variant.shape["hub"]
        zones = shape["zones"]
        tiers = ("application", "data", *((ATTACHMENT,) if hub else ()))
        network = IsolatedVpc(
            self,
            "Network",
            name=name,
            segment=self.value("Segment"),
            entries=self.value("Entries"),
            cidr=self.value("VpcCidr"),
            zones=zones,
            tiers={tier: self._cidrs(tier, len(zones)) for tier in tiers},
        )
        logs = EncryptedLogGroup(
            self,
            "FlowLogs",
            name="/hlz/network/flow-logs",
            kind="flow_logs",
            retention_days=shape["retention_days"]["flow_logs"],
            key_arn=self.imported(LOGS_KEY_EXPORT),
        )
        VpcFlowLog(
            self,
            "FlowLog",
            vpc_id=network.vpc.ref,
            destination=logs,
            archive_bucket=landing_bucket("flow_logs", self.value("LogArchiveAccountId"), shape["archive_region"]),
        )
        inside = [Allow(member.cidr) for tier in ("application", "data") for member in network.tiers[tier]]
        self._acl(network, name, "data", inside, inside)
        self._application_acl(network, name, hub["reachable"] if hub else [])
        OrganizationEndpoints(
            self,
            "Endpoints",
            vpc_id=network.vpc.ref,
            name=name,
            organization_id=self.value("OrganizationId"),
            gateway=shape["gateway_endpoints"],
            interface=shape["interface_endpoints"],
            route_table_ids=[member.route_table.ref for member in network.tiers["application"]],
            subnet_ids=network.subnet_ids("application"),
            central=self.value("ServicePrefixListId") if hub and hub["shared_network"] else None,
        )
        if hub:
            self._join(network, name, hub)

    def _cidrs(self, tier: str, zones: int) -> list[str]:
        return [self.value(f"{tier.title()}Subnet{number}Cidr") for number in range(1, zones + 1)]

    def _application_acl(self, network: IsolatedVpc, name: str, reachable: list[str]) -> None:
        vpc = self.value("VpcCidr")
        inside = (Allow(vpc), Allow(vpc, protocol=UDP))
        beyond = (*(Allow(cidr, protocol=ALL) for cidr in reachable), *PRIVATE)
        answers = (Allow(ANYWHERE, ports) for ports in EPHEMERAL)
        self._acl(
            network,
            name,
            "application",
            [*inside, *SHELLS, *beyond, *answers],
            [*inside, *beyond, Allow(ANYWHERE, (HTTPS, HTTPS))],
        )

    def _join(self, network: IsolatedVpc, name: str, hub: Mapping[str, Any]) -> None:
        self._acl(network, name, ATTACHMENT, PASSING_IN, PASSING_OUT)
        attachment = SpokeAttachment(
            self,
            "Hub",
            network=network,
            name=name,
            segment=self.value("Segment"),
            transit_gateway_id=self.value("TransitGatewayId"),
            routed=["application"],
        )
        SharedParameters(
            self,
            "Published",
            share=f"hlz-{name}-attachment",
            values={ATTACHMENT_PARAMETER: (f"Transit gateway attachment of {name}", attachment.id_)},
            principals=[self.value("NetworkAccountId")] if hub["shares_attachment"] else [],
        )
        if hub["query_log"]:
            route53resolver.CfnResolverQueryLoggingConfigAssociation(
                self,
                "QueryLog",
                resolver_query_log_config_id=self.value("QueryLogConfigurationId"),
                resource_id=network.vpc.ref,
            )
        if hub["shared_network"]:
            route53profiles.CfnProfileAssociation(
                self,
                "Names",
                name=name,
                profile_id=self.value("ResolverProfileId"),
                resource_id=network.vpc.ref,
            )

    def _acl(
        self, network: IsolatedVpc, name: str, tier: str, inbound: Sequence[Traffic], outbound: Sequence[Traffic]
    ) -> None:
        TierAcl(
            self,
            f"{tier.title()}Acl",
            vpc_id=network.vpc.ref,
            name=f"{name}-{tier}",
            subnet_ids=network.subnet_ids(tier),
            inbound=inbound,
            outbound=outbound,
        )
