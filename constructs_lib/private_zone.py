"""A private hosted zone."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_route53 as route53
from constructs import Construct


class PrivateZone(Construct):
    """A zone that answers in one VPC; a resolver profile carries it to the others (`arn`)."""

    def __init__(self, scope: Construct, id: str, *, domain: str, comment: str, vpc_id: str) -> None:
        super().__init__(scope, id)
        zone = route53.CfnHostedZone(
            self,
            "Zone",
            name=domain,
            hosted_zone_config=route53.CfnHostedZone.HostedZoneConfigProperty(comment=comment),
            vpcs=[route53.CfnHostedZone.VPCProperty(vpc_id=vpc_id, vpc_region=Aws.REGION)],
        )
        self.id = zone.ref
        self.arn = f"arn:{Aws.PARTITION}:route53:::hostedzone/{zone.ref}"
