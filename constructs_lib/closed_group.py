"""A security group that admits nothing and reaches nothing until prefix lists are named."""

from __future__ import annotations

from aws_cdk import CfnTag
from aws_cdk import aws_ec2 as ec2
from constructs import Construct


class ClosedGroup(Construct):
    """A security group without rules. description: what belongs to it."""

    def __init__(self, scope: Construct, id: str, *, vpc_id: str, name: str, description: str) -> None:
        super().__init__(scope, id)
        # Without an egress rule of its own EC2 adds one that allows everything; this one matches no traffic.
        nothing = ec2.CfnSecurityGroup.EgressProperty(
            cidr_ip="255.255.255.255/32", ip_protocol="icmp", from_port=252, to_port=86, description="No egress"
        )
        group = ec2.CfnSecurityGroup(
            self,
            "Group",
            vpc_id=vpc_id,
            group_description=description,
            security_group_egress=[nothing],
            tags=[CfnTag(key="Name", value=name)],
        )
        self.id = group.attr_group_id

    def admit(self, prefix_list_id: str, protocol: str, port: int, description: str) -> None:
        """Let addresses of a prefix list in, to one port."""
        ec2.CfnSecurityGroupIngress(
            self,
            f"From{protocol.title()}{port}",
            group_id=self.id,
            ip_protocol=protocol,
            from_port=port,
            to_port=port,
            source_prefix_list_id=prefix_list_id,
            description=description,
        )

    def reach(self, prefix_list_id: str, protocol: str, port: int, description: str) -> None:
        """Let members out to addresses of a prefix list, to one port."""
        ec2.CfnSecurityGroupEgress(
            self,
            f"To{protocol.title()}{port}",
            group_id=self.id,
            ip_protocol=protocol,
            from_port=port,
            to_port=port,
            destination_prefix_list_id=prefix_list_id,
            description=description,
        )
