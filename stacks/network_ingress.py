"""network_ingress: where the internet meets load balancers and nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from constructs import Construct

from constructs_lib.edge_acl import passing_tier, serving_tier
from constructs_lib.edge_alarms import EdgeAlarms
from constructs_lib.hub_vpc import ATTACHMENT, HubVpc
from constructs_lib.ingress_load_balancer import IngressLoadBalancer, LoadBalancerGroup
from constructs_lib.internet_edge import PUBLIC, InternetEdge
from constructs_lib.role_stack import RoleStack
from constructs_lib.transit_tables import TransitMembership
from constructs_lib.web_acl import IngressWebAcl
from landing_zone.plan.model import Variant
from landing_zone.plan.names import (
    ALARM_TOPIC_EXPORT,
    INSPECTION_ATTACHMENT_EXPORT,
    LOGS_KEY_EXPORT,
    TRANSIT_GATEWAY_EXPORT,
    landing_bucket,
    transit_table_export,
)
from landing_zone.plan.segments import INGRESS, INSPECTION
from landing_zone.plan.transit import PRIVATE_SPACE


class NetworkIngressStack(RoleStack):
    """Public tier for load balancers, web ACL and its log, security group; a load balancer for each certificate."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: way in from the internet")
        shape, key_arn = variant.shape, self.imported(LOGS_KEY_EXPORT)
        self._zones = len(shape["zones"])
        network = HubVpc(
            self,
            "Ingress",
            segment=INGRESS,
            cidr=self.value("VpcCidr"),
            zones=shape["zones"],
            tiers={
                PUBLIC: serving_tier(self._cidrs(PUBLIC)),
                ATTACHMENT: passing_tier(self._cidrs(ATTACHMENT)),
            },
            retention_days=shape["retention_days"]["flow_logs"],
            key_arn=key_arn,
            archive_bucket=self._landing("flow_logs", shape),
        )
        InternetEdge(self, "Edge", network=network, mode="allow-bidirectional")
        self._transit(network, shape["tables"])
        web_acl = IngressWebAcl(self, "Firewall", retention_days=shape["retention_days"]["firewall"], key_arn=key_arn)
        EdgeAlarms(
            self,
            "Alarms",
            subject="web_acl",
            names={"web_acl": web_acl.metric, "region": shape["region"]},
            topic_arn=self.imported(ALARM_TOPIC_EXPORT),
            owners=shape["owners"],
            runbooks=shape["runbooks"],
        )
        self._load_balancers(network, web_acl, shape)

    def _transit(self, network: HubVpc, tables: Sequence[str]) -> None:
        gateway = self.imported(TRANSIT_GATEWAY_EXPORT)
        attachment = network.attach(gateway)
        network.route_to_transit(PUBLIC, gateway, PRIVATE_SPACE, attachment)
        TransitMembership(
            self,
            "Transit",
            attachment_id=attachment.ref,
            cidr=self.value("VpcCidr"),
            table_id=self.imported(transit_table_export(INGRESS)),
            inspection_table_id=self.imported(transit_table_export(INSPECTION)),
            inspection_attachment_id=self.imported(INSPECTION_ATTACHMENT_EXPORT),
            reached_from={table: self.imported(transit_table_export(table)) for table in tables},
        )

    def _load_balancers(self, network: HubVpc, web_acl: IngressWebAcl, shape: Mapping[str, Any]) -> None:
        security = LoadBalancerGroup(
            self, "LoadBalancers", vpc_id=network.vpc_id, name=network.name, entry_ranges=shape["entry_ranges"]
        )
        for balancer in shape["load_balancers"]:
            IngressLoadBalancer(
                self,
                "".join(part.title() for part in balancer["name"].split("-")),
                name=balancer["name"],
                vpc_id=network.vpc_id,
                subnet_ids=network.network.subnet_ids(PUBLIC),
                group_id=security.group.attr_group_id,
                certificate_arn=balancer["certificate"],
                hosts=balancer["hosts"],
                log_bucket=self._landing("access_logs", shape),
                web_acl_arn=web_acl.arn,
            )

    def _landing(self, kind: str, shape: Mapping[str, Any]) -> str:
        return landing_bucket(kind, self.value("LogArchiveAccountId"), shape["archive_region"])

    def _cidrs(self, tier: str) -> list[str]:
        return [self.value(f"{tier.title()}Subnet{number}Cidr") for number in range(1, self._zones + 1)]
