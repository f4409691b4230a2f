"""Load balancers that the internet reaches: HTTPS only, behind the web ACL, to the hosts that the manifest names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import CfnTag
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elb
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from constructs_lib.network_acl import ANYWHERE

HTTPS = 443
TLS_POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
"""TLS 1.3 and 1.2 with forward secrecy, post-quantum where the client can; what AWS recommends (Elastic Load Balancing
User Guide for Application Load Balancers, describe-ssl-policies)."""
ATTRIBUTES: Mapping[str, str] = {
    "deletion_protection.enabled": "true",
    "routing.http.drop_invalid_header_fields.enabled": "true",
    "waf.fail_open.enabled": "false",
}
LISTENER_ATTRIBUTES: Mapping[str, str] = {
    "routing.http.response.server.enabled": "false",
    "routing.http.response.strict_transport_security.header_value": "max-age=31536000; includeSubDomains",
}


class LoadBalancerGroup(Construct):
    """Security group of the load balancers: HTTPS from the internet, HTTPS to the networks of entry accounts alone.

    entry_ranges: ranges of these networks; they are a prefix list, which other security groups may use, too.
    """

    def __init__(self, scope: Construct, id: str, *, vpc_id: str, name: str, entry_ranges: Sequence[str]) -> None:
        super().__init__(scope, id)
        entries = ec2.CfnPrefixList(
            self,
            "Entries",
            prefix_list_name=f"{name}-entries",
            address_family="IPv4",
            max_entries=max(len(entry_ranges), 1),
            entries=[ec2.CfnPrefixList.EntryProperty(cidr=cidr) for cidr in entry_ranges] or None,
        )
        self.group = ec2.CfnSecurityGroup(
            self,
            "Group",
            vpc_id=vpc_id,
            group_description="Load balancers that the internet reaches",
            security_group_ingress=[
                ec2.CfnSecurityGroup.IngressProperty(
                    cidr_ip=ANYWHERE,
                    ip_protocol="tcp",
                    from_port=HTTPS,
                    to_port=HTTPS,
                    description="HTTPS from all",
                )
            ],
            security_group_egress=[
                ec2.CfnSecurityGroup.EgressProperty(
                    destination_prefix_list_id=entries.attr_prefix_list_id,
                    ip_protocol="tcp",
                    from_port=HTTPS,
                    to_port=HTTPS,
                    description="HTTPS to entry accounts",
                )
            ],
            tags=[CfnTag(key="Name", value=name)],
        )


class IngressLoadBalancer(Construct):
    """A zone's load balancer. A host that is not among `hosts` gets 404.

    hosts: `host`, and the `addresses` in its account that answer for it, by HTTPS. log_bucket: landing bucket for
    access logs in the same Region; it also takes connection logs, which tell the TLS version of every client.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        vpc_id: str,
        subnet_ids: Sequence[str],
        group_id: str,
        certificate_arn: str,
        hosts: Sequence[Mapping[str, Any]],
        log_bucket: str,
        web_acl_arn: str,
    ) -> None:
        super().__init__(scope, id)
        attributes = dict(ATTRIBUTES)
        for kind in ("access_logs", "connection_logs"):
            attributes |= {
                f"{kind}.s3.enabled": "true",
                f"{kind}.s3.bucket": log_bucket,
                f"{kind}.s3.prefix": f"{name}/{kind.removesuffix('_logs')}",
            }
        balancer = elb.CfnLoadBalancer(
            self,
            "LoadBalancer",
            type="application",
            scheme="internet-facing",
            ip_address_type="ipv4",
            subnets=list(subnet_ids),
            security_groups=[group_id],
            load_balancer_attributes=[
                elb.CfnLoadBalancer.LoadBalancerAttributeProperty(key=key, value=value)
                for key, value in sorted(attributes.items())
            ],
            tags=[CfnTag(key="Name", value=f"hub-ingress-{name}")],
        )
        wafv2.CfnWebACLAssociation(self, "WebAcl", resource_arn=balancer.ref, web_acl_arn=web_acl_arn)
        listener = elb.CfnListener(
            self,
            "Listener",
            load_balancer_arn=balancer.ref,
            port=HTTPS,
            protocol="HTTPS",
            ssl_policy=TLS_POLICY,
            certificates=[elb.CfnListener.CertificateProperty(certificate_arn=certificate_arn)],
            default_actions=[
                elb.CfnListener.ActionProperty(
                    type="fixed-response",
                    fixed_response_config=elb.CfnListener.FixedResponseConfigProperty(status_code="404"),
                )
            ],
            listener_attributes=[
                elb.CfnListener.ListenerAttributeProperty(key=key, value=value)
                for key, value in sorted(LISTENER_ATTRIBUTES.items())
            ],
        )
        for priority, host in enumerate(hosts, start=1):
            label = "".join(part.title() for part in host["host"].replace("-", ".").split("."))
            target_group = _target_group(self, f"{label}Targets", vpc_id, host)
            elb.CfnListenerRule(
                self,
                f"{label}Rule",
                listener_arn=listener.ref,
                priority=priority,
                conditions=[
                    elb.CfnListenerRule.RuleConditionProperty(
                        field="host-header",
                        host_header_config=elb.CfnListenerRule.HostHeaderConfigProperty(values=[host["host"]]),
                    )
                ],
                actions=[elb.CfnListenerRule.ActionProperty(type="forward", target_group_arn=target_group.ref)],
            )


def _target_group(scope: Construct, id: str, vpc_id: str, host: Mapping[str, Any]) -> elb.CfnTargetGroup:
    """Addresses outside of the VPC are registered for all zones (Elastic Load Balancing, target groups)."""
    return elb.CfnTargetGroup(
        scope,
        id,
        vpc_id=vpc_id,
        target_type="ip",
        protocol="HTTPS",
        port=HTTPS,
        health_check_protocol="HTTPS",
        matcher=elb.CfnTargetGroup.MatcherProperty(http_code="200-499"),
        targets=[
            elb.CfnTargetGroup.TargetDescriptionProperty(id=address, port=HTTPS, availability_zone="all")
            for address in host["addresses"]
        ],
        tags=[CfnTag(key="Name", value=host["host"])],
    )
