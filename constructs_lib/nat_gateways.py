"""NAT gateways: one in each zone, with an address that stays."""

from __future__ import annotations

from aws_cdk import CfnDeletionPolicy, CfnTag
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.hub_vpc import ATTACHMENT, HubVpc
from constructs_lib.internet_edge import PUBLIC, InternetEdge
from constructs_lib.network_acl import ANYWHERE


class NatGateways(Construct):
    """A public NAT gateway in each zone; what arrives from the transit gateway leaves through that of its zone.

    The Elastic IPs are kept when the stack goes: partners know them in their own firewalls.
    ids, addresses: of the gateways, by zone.
    """

    def __init__(self, scope: Construct, id: str, *, network: HubVpc, edge: InternetEdge) -> None:
        super().__init__(scope, id)
        self.ids: list[str] = []
        self.addresses: list[str] = []
        pairs = zip(network.network.tiers[PUBLIC], network.network.tiers[ATTACHMENT], strict=True)
        for zone, (public, attachment) in enumerate(pairs, start=1):
            tags = [CfnTag(key="Name", value=f"{network.name}-{zone}")]
            address = ec2.CfnEIP(self, f"Address{zone}", domain="vpc", tags=tags)
            address.cfn_options.deletion_policy = CfnDeletionPolicy.RETAIN
            address.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN
            address.node.add_dependency(edge.attachment)
            gateway = ec2.CfnNatGateway(
                self,
                f"Gateway{zone}",
                subnet_id=public.subnet.ref,
                allocation_id=address.attr_allocation_id,
                connectivity_type="public",
                tags=tags,
            )
            gateway.node.add_dependency(edge.attachment)
            ec2.CfnRoute(
                self,
                f"Attachment{zone}Internet",
                route_table_id=attachment.route_table.ref,
                destination_cidr_block=ANYWHERE,
                nat_gateway_id=gateway.ref,
            )
            self.ids.append(gateway.ref)
            self.addresses.append(address.attr_public_ip)
