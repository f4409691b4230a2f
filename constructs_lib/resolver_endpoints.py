"""Route 53 Resolver endpoints: hospitals ask for names in AWS, and AWS asks hospitals for theirs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Literal

from aws_cdk import aws_route53resolver as resolver
from constructs import Construct

from constructs_lib.closed_group import ClosedGroup
from constructs_lib.prefix_list import PrefixList

DNS = 53
_TRANSPORTS = ("tcp", "udp")


class InboundResolver(Construct):
    """Answers queries from the addresses of a prefix list (`askers`), with an address in every zone."""

    def __init__(
        self, scope: Construct, id: str, *, vpc_id: str, name: str, subnet_ids: Sequence[str], askers: str
    ) -> None:
        super().__init__(scope, id)
        group = ClosedGroup(
            self, "Group", vpc_id=vpc_id, name=f"{name}-inbound-resolver", description="Inbound resolver endpoint"
        )
        for transport in _TRANSPORTS:
            group.admit(askers, transport, DNS, "Queries from hospitals and data centers")
        _endpoint(self, "INBOUND", f"{name}-inbound", group, subnet_ids)


class OutboundResolver(Construct):
    """Forwards queries for `domains` to the resolvers that answer for them.

    `rules`, by domain, go into the resolver profile of the networks that ask.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc_id: str,
        name: str,
        subnet_ids: Sequence[str],
        domains: Mapping[str, Sequence[str]],
    ) -> None:
        super().__init__(scope, id)
        addresses = sorted({address for resolvers in domains.values() for address in resolvers})
        answering = PrefixList(
            self, "Answering", name=f"{name}-resolvers", cidrs=[f"{address}/32" for address in addresses]
        )
        group = ClosedGroup(
            self, "Group", vpc_id=vpc_id, name=f"{name}-outbound-resolver", description="Outbound resolver endpoint"
        )
        for transport in _TRANSPORTS:
            group.reach(answering.id, transport, DNS, "Queries to the resolvers of hospitals and data centers")
        endpoint = _endpoint(self, "OUTBOUND", f"{name}-outbound", group, subnet_ids)
        self.rules = {
            domain: resolver.CfnResolverRule(
                self,
                f"Rule{number}",
                rule_type="FORWARD",
                name=domain.replace(".", "-")[:64],
                domain_name=domain,
                resolver_endpoint_id=endpoint.attr_resolver_endpoint_id,
                target_ips=[
                    resolver.CfnResolverRule.TargetAddressProperty(ip=address, port=str(DNS)) for address in resolvers
                ],
            )
            for number, (domain, resolvers) in enumerate(domains.items(), start=1)
        }


def _endpoint(
    scope: Construct,
    direction: Literal["INBOUND", "OUTBOUND"],
    name: str,
    group: ClosedGroup,
    subnet_ids: Sequence[str],
) -> resolver.CfnResolverEndpoint:
    return resolver.CfnResolverEndpoint(
        scope,
        "Endpoint",
        direction=direction,
        name=name,
        ip_addresses=[
            resolver.CfnResolverEndpoint.IpAddressRequestProperty(subnet_id=subnet_id) for subnet_id in subnet_ids
        ],
        security_group_ids=[group.id],
        protocols=["Do53"],
        resolver_endpoint_type="IPV4",
    )
