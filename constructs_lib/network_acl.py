"""A network ACL for the subnets of a tier, from a table of entries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import CfnTag
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

ANYWHERE = "0.0.0.0/0"
ALL, TCP, UDP = -1, 6, 17


@dataclass(frozen=True)
class Traffic:
    """What a tier exchanges with `peer`: protocol number and port range (of `ALL`, which has no ports: everything)."""

    peer: str
    ports: tuple[int, int] = (0, 65535)
    protocol: int = TCP


class Allow(Traffic):
    """Traffic that passes."""


class Deny(Traffic):
    """Traffic that does not pass, whatever later entries allow."""


class TierAcl(Construct):
    """A network ACL that admits exactly the given traffic; the first entry that fits decides, the last rule denies."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc_id: str,
        name: str,
        subnet_ids: Sequence[str],
        inbound: Sequence[Traffic],
        outbound: Sequence[Traffic],
    ) -> None:
        super().__init__(scope, id)
        self.acl = ec2.CfnNetworkAcl(self, "Acl", vpc_id=vpc_id, tags=[CfnTag(key="Name", value=name)])
        for direction, egress, rules in (("In", False, inbound), ("Out", True, outbound)):
            for position, rule in enumerate(rules, start=1):
                ports = ec2.CfnNetworkAclEntry.PortRangeProperty(from_=rule.ports[0], to=rule.ports[1])
                ec2.CfnNetworkAclEntry(
                    self,
                    f"{direction}{position}",
                    network_acl_id=self.acl.ref,
                    rule_number=100 * position,
                    rule_action="deny" if isinstance(rule, Deny) else "allow",
                    egress=egress,
                    protocol=rule.protocol,
                    cidr_block=rule.peer,
                    port_range=None if rule.protocol == ALL else ports,
                )
        for position, subnet_id in enumerate(subnet_ids, start=1):
            ec2.CfnSubnetNetworkAclAssociation(
                self, f"Association{position}", subnet_id=subnet_id, network_acl_id=self.acl.ref
            )
