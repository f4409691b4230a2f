"""A VPC without any way in or out: subnets by tier and zone, each with its own route table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import CfnTag
from aws_cdk import aws_ec2 as ec2
from constructs import Construct


@dataclass(frozen=True)
class IsolatedSubnet:
    """A subnet, its route table and its range."""

    subnet: ec2.CfnSubnet
    route_table: ec2.CfnRouteTable
    cidr: str


class IsolatedVpc(Construct):
    """A VPC with private subnets only.

    name, segment: for tags. cidr: range of the VPC. zones: Availability Zone ids.
    tiers: ranges of the subnets by tier, one for each zone, in the order of `zones`.
    entries: from where it may be entered (`hospital`, `internet`, separated by blanks); for a tag, too.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        segment: str,
        cidr: str,
        zones: Sequence[str],
        tiers: Mapping[str, Sequence[str]],
        entries: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        self._name, self._segment = name, CfnTag(key="hlz:segment", value=segment)
        entered = [CfnTag(key="hlz:entries", value=entries)] if entries is not None else []
        self.vpc = ec2.CfnVPC(
            self,
            "Vpc",
            cidr_block=cidr,
            enable_dns_hostnames=True,
            enable_dns_support=True,
            tags=[CfnTag(key="Name", value=name), self._segment, *entered],
        )
        self.tiers: dict[str, list[IsolatedSubnet]] = {
            tier: [
                self._subnet(tier, number, zone, cidr)
                for number, (zone, cidr) in enumerate(zip(zones, cidrs, strict=True), start=1)
            ]
            for tier, cidrs in tiers.items()
        }

    def subnet_ids(self, tier: str) -> list[str]:
        """References to the subnets of a tier."""
        return [member.subnet.ref for member in self.tiers[tier]]

    def _subnet(self, tier: str, number: int, zone: str, cidr: str) -> IsolatedSubnet:
        label = f"{tier.title()}{number}"
        name = CfnTag(key="Name", value=f"{self._name}-{tier}-{number}")
        tags = [name, self._segment, CfnTag(key="hlz:tier", value=tier)]
        subnet = ec2.CfnSubnet(
            self,
            f"{label}Subnet",
            vpc_id=self.vpc.ref,
            availability_zone_id=zone,
            cidr_block=cidr,
            map_public_ip_on_launch=False,
            tags=tags,
        )
        route_table = ec2.CfnRouteTable(self, f"{label}Routes", vpc_id=self.vpc.ref, tags=tags)
        ec2.CfnSubnetRouteTableAssociation(
            self, f"{label}RoutesAssociation", subnet_id=subnet.ref, route_table_id=route_table.ref
        )
        return IsolatedSubnet(subnet, route_table, cidr)
