"""workload_network: the spoke VPC of a workload account in one Region."""

from __future__ import annotations

from constructs import Construct

from constructs_lib.flow_log import VpcFlowLog
from constructs_lib.isolated_vpc import IsolatedVpc
from constructs_lib.log_group import EncryptedLogGroup
from constructs_lib.network_acl import ANYWHERE, UDP, Allow, TierAcl
from constructs_lib.organization_endpoints import HTTPS, OrganizationEndpoints
from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant
from landing_zone.plan.names import LOGS_KEY_EXPORT, landing_bucket

# Answers of S3 and DynamoDB come from public addresses through the gateway endpoint; 3389 stays shut.
EPHEMERAL = ((1024, 3388), (3390, 65535))


class WorkloadNetworkStack(RoleStack):
    """Application and data tiers in every zone, without a way to the internet; flow logs; private AWS endpoints."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: workload network")
        shape, name = variant.shape, self.value("NetworkName")
        zones = shape["zones"]
        network = IsolatedVpc(
            self,
            "Network",
            name=name,
            segment=self.value("Segment"),
            cidr=self.value("VpcCidr"),
            zones=zones,
            tiers={tier: self._cidrs(tier, len(zones)) for tier in ("application", "data")},
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
        self._application_acl(network, name)
        self._data_acl(network, name)
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
        )

    def _cidrs(self, tier: str, zones: int) -> list[str]:
        return [self.value(f"{tier.title()}Subnet{number}Cidr") for number in range(1, zones + 1)]

    def _application_acl(self, network: IsolatedVpc, name: str) -> None:
        vpc = self.value("VpcCidr")
        inside = [Allow(vpc), Allow(vpc, protocol=UDP)]
        TierAcl(
            self,
            "ApplicationAcl",
            vpc_id=network.vpc.ref,
            name=f"{name}-application",
            subnet_ids=network.subnet_ids("application"),
            inbound=[*inside, *(Allow(ANYWHERE, ports) for ports in EPHEMERAL)],
            outbound=[*inside, Allow(ANYWHERE, (HTTPS, HTTPS))],
        )

    def _data_acl(self, network: IsolatedVpc, name: str) -> None:
        inside = [Allow(member.cidr) for tier in network.tiers.values() for member in tier]
        TierAcl(
            self,
            "DataAcl",
            vpc_id=network.vpc.ref,
            name=f"{name}-data",
            subnet_ids=network.subnet_ids("data"),
            inbound=inside,
            outbound=inside,
        )
