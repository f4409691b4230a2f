"""Route 53 Resolver DNS Firewall: what is never answered (policies/network/dns_firewall.yaml)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from aws_cdk import aws_route53resolver as resolver
from constructs import Construct

from landing_zone.policy_data import policy_data

PRIORITY = 101
"""Of the rule group among those of a VPC: the first that Resolver allows."""


class DnsFirewall(Construct):
    """A rule group with the project's domain lists, `blocked_lists` (ids of further ones) and judgement of the query.

    A resolver profile carries it to other networks (`arn`); `protect` puts it before the queries of the stack's VPC.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, blocked_lists: Sequence[str]) -> None:
        super().__init__(scope, id)
        self._name = name
        rules = self._rules(policy_data("network/dns_firewall"), blocked_lists)
        self._group = resolver.CfnFirewallRuleGroup(
            self,
            "RuleGroup",
            name=name,
            firewall_rules=[
                resolver.CfnFirewallRuleGroup.FirewallRuleProperty(priority=10 * position, action="BLOCK", **rule)
                for position, rule in enumerate(rules, start=1)
            ],
        )
        self.arn = self._group.attr_arn

    def protect(self, vpc_id: str) -> None:
        """Judge the queries of a VPC. The association is protected from being taken away by mistake."""
        resolver.CfnFirewallRuleGroupAssociation(
            self,
            "Association",
            firewall_rule_group_id=self._group.attr_id,
            vpc_id=vpc_id,
            priority=PRIORITY,
            name=self._name,
            mutation_protection="ENABLED",
        )

    def _rules(self, data: Mapping[str, Any], blocked_lists: Sequence[str]) -> Iterator[dict[str, Any]]:
        for name, row in data["lists"].items():
            own = resolver.CfnFirewallDomainList(
                self,
                "".join(part.title() for part in name.split("-")),
                name=f"{self._name}-{name}",
                domains=row["domains"],
            )
            yield {"firewall_domain_list_id": own.attr_id, "block_response": row["response"]}
        for id in blocked_lists:
            yield {"firewall_domain_list_id": id, "block_response": data["blocked_lists"]["response"]}
        for row in data["threats"]:
            yield {
                "dns_threat_protection": row["threat"],
                "confidence_threshold": row["confidence"],
                "block_response": row["response"],
            }
