"""A customer managed prefix list: address ranges that security groups name instead of spelling them out."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

ROOM = 10


class PrefixList(Construct):
    """Ranges under a name.

    The list has room up to the next ten: EC2 refuses to change entries and size in one request, and counts the size,
    not the entries, against the rules of each security group that names the list.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, cidrs: Sequence[str]) -> None:
        super().__init__(scope, id)
        prefix_list = ec2.CfnPrefixList(
            self,
            "PrefixList",
            prefix_list_name=name,
            address_family="IPv4",
            max_entries=-(-len(cidrs) // ROOM) * ROOM,
            entries=[ec2.CfnPrefixList.EntryProperty(cidr=cidr) for cidr in cidrs],
        )
        self.id = prefix_list.attr_prefix_list_id
        self.arn = prefix_list.attr_arn
