"""VPC endpoints whose policy admits only the organization's principals and the organization's resources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws, CfnTag
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.policy_text import filled, own_tokens
from landing_zone.policy_data import policy_data

HTTPS = 443
_HTTPS_ONLY: Mapping[str, Any] = {"ip_protocol": "tcp", "from_port": HTTPS, "to_port": HTTPS}


def endpoint_policy(service: str, organization_id: str) -> dict[str, Any]:
    """The endpoint policy of a service, from `policies/network/endpoint_policies.yaml`."""
    data = policy_data("network/endpoint_policies")
    statements = [data["organization_only"], *data["additional"].get(service, [])]
    tokens = {**own_tokens(), "organization_id": organization_id}
    policy: dict[str, Any] = filled({"Version": "2012-10-17", "Statement": statements}, tokens)
    return policy


class OrganizationEndpoints(Construct):
    """Gateway and interface endpoints of a VPC.

    Interface endpoints admit HTTPS from members of `clients` alone; attach that group to whatever calls AWS.
    central: prefix list of interface endpoints in another network, to which members of `clients` may speak, too.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc_id: str,
        name: str,
        organization_id: str,
        gateway: Sequence[str],
        interface: Sequence[str],
        route_table_ids: Sequence[str],
        subnet_ids: Sequence[str],
        central: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        for service in gateway:
            ec2.CfnVPCEndpoint(
                self,
                _label(service),
                vpc_id=vpc_id,
                vpc_endpoint_type="Gateway",
                service_name=f"com.amazonaws.{Aws.REGION}.{service}",
                route_table_ids=list(route_table_ids),
                policy_document=endpoint_policy(service, organization_id),
            )
        self.clients = self._group("Clients", vpc_id, f"{name}-endpoint-clients", "May call AWS through endpoints")
        if central:
            ec2.CfnSecurityGroupEgress(
                self,
                "CentralHttps",
                group_id=self.clients.attr_group_id,
                destination_prefix_list_id=central,
                description="HTTPS from endpoint clients to central endpoints",
                **_HTTPS_ONLY,
            )
        if interface:
            self._interface_endpoints(vpc_id, name, organization_id, interface, subnet_ids)

    def _interface_endpoints(
        self, vpc_id: str, name: str, organization_id: str, interface: Sequence[str], subnet_ids: Sequence[str]
    ) -> None:
        servers = self._group("Servers", vpc_id, f"{name}-endpoints", "Interface endpoints")
        described = "HTTPS from endpoint clients to interface endpoints"
        ec2.CfnSecurityGroupIngress(
            self,
            "IngressHttps",
            group_id=servers.attr_group_id,
            source_security_group_id=self.clients.attr_group_id,
            description=described,
            **_HTTPS_ONLY,
        )
        ec2.CfnSecurityGroupEgress(
            self,
            "EgressHttps",
            group_id=self.clients.attr_group_id,
            destination_security_group_id=servers.attr_group_id,
            description=described,
            **_HTTPS_ONLY,
        )
        for service in interface:
            ec2.CfnVPCEndpoint(
                self,
                _label(service),
                vpc_id=vpc_id,
                vpc_endpoint_type="Interface",
                service_name=f"com.amazonaws.{Aws.REGION}.{service}",
                private_dns_enabled=True,
                subnet_ids=list(subnet_ids),
                security_group_ids=[servers.attr_group_id],
                policy_document=endpoint_policy(service, organization_id),
            )

    def _group(self, id: str, vpc_id: str, name: str, description: str) -> ec2.CfnSecurityGroup:
        # Without an egress rule of its own EC2 adds one that allows everything; this one matches no traffic.
        nothing = ec2.CfnSecurityGroup.EgressProperty(
            cidr_ip="255.255.255.255/32", ip_protocol="icmp", from_port=252, to_port=86, description="No egress"
        )
        return ec2.CfnSecurityGroup(
            self,
            id,
            vpc_id=vpc_id,
            group_description=description,
            security_group_egress=[nothing],
            tags=[CfnTag(key="Name", value=name)],
        )


def _label(service: str) -> str:
    return "".join(part.title() for part in service.replace("-", ".").split("."))
