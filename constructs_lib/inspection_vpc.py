"""The inspection network: a firewall in each zone between two ways through the transit gateway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.hub_vpc import ATTACHMENT, HubTier, HubVpc
from constructs_lib.network_firewall import FirewallPolicy, ZoneFirewalls
from landing_zone.plan.segments import INSPECTION
from landing_zone.plan.transit import EVERYWHERE

FIREWALL = "firewall"


class InspectionVpc(Construct):
    """What arrives in a zone goes to that zone's firewall and from there back to the transit gateway; nowhere else.

    Appliance mode keeps both directions of a flow in one zone, so the firewall sees the whole of it. There is no way
    to the internet. subnets: ranges by tier (`attachment`, `firewall`), one for each zone. policy: arguments of
    `FirewallPolicy`. retention_days: of the flow logs here. buckets: landing buckets in the log archive by kind of log
    (`flow_logs`, `firewall`).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        transit_gateway_id: str,
        cidr: str,
        zones: Sequence[str],
        subnets: Mapping[str, Sequence[str]],
        policy: Mapping[str, Any],
        retention_days: int,
        key_arn: str,
        buckets: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id)
        self.vpc = HubVpc(
            self,
            "Vpc",
            segment=INSPECTION,
            cidr=cidr,
            zones=zones,
            tiers={tier: HubTier(cidrs) for tier, cidrs in subnets.items()},
            retention_days=retention_days,
            key_arn=key_arn,
            archive_bucket=buckets["flow_logs"],
        )
        firewalls = ZoneFirewalls(
            self,
            "Firewalls",
            vpc_id=self.vpc.vpc_id,
            subnet_ids=self.vpc.network.subnet_ids(FIREWALL),
            policy_arn=FirewallPolicy(self, "Policy", **policy).arn,
            archive_bucket=buckets["firewall"],
        )
        self.attachment = self.vpc.attach(transit_gateway_id, appliance_mode=True)
        self.vpc.route_to_transit(FIREWALL, transit_gateway_id, [EVERYWHERE], self.attachment)
        entries = zip(self.vpc.network.tiers[ATTACHMENT], firewalls.endpoint_ids, strict=True)
        for zone, (member, endpoint) in enumerate(entries, start=1):
            ec2.CfnRoute(
                self,
                f"Zone{zone}ToFirewall",
                route_table_id=member.route_table.ref,
                destination_cidr_block=EVERYWHERE,
                vpc_endpoint_id=endpoint,
            )
