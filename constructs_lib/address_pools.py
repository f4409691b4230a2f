"""Amazon VPC IP Address Manager beside the built-in allocation: it watches, and gives out nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import CfnTag
from aws_cdk import aws_ec2 as ec2
from constructs import Construct


class AddressPools(Construct):
    """An IPAM with one pool for each Region, as the manifest's.

    Networks keep the literal ranges of the lock, so that a plan needs no AWS. IPAM imports every network that it finds
    in a pool's range: one that the lock does not know, and ranges that overlap, show up there.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, pools: Mapping[str, Sequence[str]]) -> None:
        super().__init__(scope, id)
        manager = ec2.CfnIPAM(
            self,
            "Ipam",
            tier="advanced",  # the free tier knows no private addresses and no other accounts
            description="Watches the address pools of the landing zone",
            operating_regions=[ec2.CfnIPAM.IpamOperatingRegionProperty(region_name=region) for region in pools],
            tags=[CfnTag(key="Name", value=name)],
        )
        for region, cidrs in pools.items():
            ec2.CfnIPAMPool(
                self,
                "".join(part.title() for part in region.split("-")),
                ipam_scope_id=manager.attr_private_default_scope_id,
                address_family="ipv4",
                locale=region,
                auto_import=True,
                description=f"Address pool of {region}",
                provisioned_cidrs=[ec2.CfnIPAMPool.ProvisionedCidrProperty(cidr=cidr) for cidr in cidrs],
                tags=[CfnTag(key="Name", value=f"{name}-{region}")],
            )
