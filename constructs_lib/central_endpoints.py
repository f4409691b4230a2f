"""Interface endpoints that stand once in the hub and serve every network of the Region."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Aws, CfnTag, Fn
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_route53 as route53
from constructs import Construct

from constructs_lib.closed_group import ClosedGroup
from constructs_lib.organization_endpoints import HTTPS, endpoint_policy
from constructs_lib.private_zone import PrivateZone
from landing_zone.plan.central_endpoints import called_below, private_name


class CentralEndpoints(Construct):
    """An interface endpoint for each service, and a private zone with its public name that leads to the endpoint.

    The endpoints' own private DNS is off: it would serve the hub's network alone. callers: id of the prefix list that
    may call them. `zones`, by service, go into the resolver profile of the other networks.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc_id: str,
        name: str,
        organization_id: str,
        services: Sequence[str],
        subnet_ids: Sequence[str],
        callers: str,
    ) -> None:
        super().__init__(scope, id)
        group = ClosedGroup(
            self, "Servers", vpc_id=vpc_id, name=f"{name}-endpoints", description="Central interface endpoints"
        )
        group.admit(callers, "tcp", HTTPS, "HTTPS from the organization's networks to AWS services")
        self.zones: dict[str, PrivateZone] = {}
        for service in services:
            label = "".join(part.title() for part in service.replace("-", ".").split("."))
            endpoint = ec2.CfnVPCEndpoint(
                self,
                label,
                vpc_id=vpc_id,
                vpc_endpoint_type="Interface",
                service_name=f"com.amazonaws.{Aws.REGION}.{service}",
                private_dns_enabled=False,
                subnet_ids=list(subnet_ids),
                security_group_ids=[group.id],
                policy_document=endpoint_policy(service, organization_id),
                tags=[CfnTag(key="Name", value=f"{name}-{service}")],
            )
            self.zones[service] = self._zone(label, service, vpc_id, endpoint)

    def _zone(self, label: str, service: str, vpc_id: str, endpoint: ec2.CfnVPCEndpoint) -> PrivateZone:
        domain = private_name(service, Aws.REGION)
        zone = PrivateZone(
            self, f"{label}Zone", domain=domain, comment=f"Central interface endpoint of {service}", vpc_id=vpc_id
        )
        # Entries are ZONE_ID:NAME, first that of all zones (CloudFormation reference, AWS::EC2::VPCEndpoint).
        entry = Fn.split(":", Fn.select(0, endpoint.attr_dns_entries))
        for id, record in (("Record", domain), *((("Below", f"*.{domain}"),) if called_below(service) else ())):
            route53.CfnRecordSet(
                zone,
                id,
                hosted_zone_id=zone.id,
                name=record,
                type="A",
                alias_target=route53.CfnRecordSet.AliasTargetProperty(
                    dns_name=Fn.select(1, entry), hosted_zone_id=Fn.select(0, entry), evaluate_target_health=False
                ),
            )
        return zone
