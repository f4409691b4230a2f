"""AWS Network Firewall: a policy that drops what no rule passes, and a firewall in each zone that obeys it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import Aws, CfnTag, Fn
from aws_cdk import aws_networkfirewall as networkfirewall
from constructs import Construct

_TO_STATEFUL = ["aws:forward_to_sfe"]
DEFAULT_ACTIONS = ("aws:drop_established_app_layer_to_server", "aws:alert_established_app_layer_to_server")
"""The default waits until a request can be told, so that a server name is seen even if it comes in two packets (post-
quantum key exchange); plain `drop_established` would drop the first. What needs no request is dropped by rules."""


class FirewallPolicy(Construct):
    """Stateful rules in strict order; everything is forwarded to them, fragments too; the default is to drop.

    groups: name, priority, capacity, rules and the variables they use (`plan.firewall.RuleGroup`). variables: ranges
    by name. managed: `priority` of the first group that AWS keeps, and `names`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        groups: Sequence[Mapping[str, Any]],
        variables: Mapping[str, Sequence[str]],
        managed: Mapping[str, Any],
    ) -> None:
        super().__init__(scope, id)
        references = [{"priority": row["priority"], "resourceArn": self._group(row, variables)} for row in groups]
        prefix = f"arn:{Aws.PARTITION}:network-firewall:{Aws.REGION}:aws-managed:stateful-rulegroup"
        references += [
            {"priority": managed["priority"] + position, "resourceArn": f"{prefix}/{name}"}
            for position, name in enumerate(managed["names"])
        ]
        self.policy = networkfirewall.CfnFirewallPolicy(
            self,
            "Policy",
            firewall_policy_name="hlz-inspection",
            description="Drops what no rule passes",
            firewall_policy=networkfirewall.CfnFirewallPolicy.FirewallPolicyProperty(
                stateless_default_actions=_TO_STATEFUL,
                stateless_fragment_default_actions=_TO_STATEFUL,
                stateful_default_actions=list(DEFAULT_ACTIONS),
                stateful_engine_options=networkfirewall.CfnFirewallPolicy.StatefulEngineOptionsProperty(
                    # Connections that a firewall sees from their middle, after a zone failed, are told to start anew.
                    rule_order="STRICT_ORDER",
                    stream_exception_policy="REJECT",
                ),
                policy_variables=networkfirewall.CfnFirewallPolicy.PolicyVariablesProperty(
                    rule_variables={"HOME_NET": {"definition": list(variables["HOME_NET"])}}
                ),
                stateful_rule_group_references=[
                    networkfirewall.CfnFirewallPolicy.StatefulRuleGroupReferenceProperty(
                        priority=row["priority"], resource_arn=row["resourceArn"]
                    )
                    for row in sorted(references, key=lambda row: row["priority"])
                ],
            ),
            tags=[CfnTag(key="hlz:purpose", value="inspection")],
        )
        self.arn = self.policy.attr_firewall_policy_arn

    def _group(self, row: Mapping[str, Any], variables: Mapping[str, Sequence[str]]) -> str:
        sets = {
            name: networkfirewall.CfnRuleGroup.IPSetProperty(definition=list(variables[name]))
            for name in row["variables"]
        }
        group = networkfirewall.CfnRuleGroup(
            self,
            "".join(part.title() for part in row["name"].split("-")),
            # The capacity cannot be changed: a group with another one is another group, which replaces the old one.
            rule_group_name=f"hlz-{row['name']}-{row['capacity']}",
            capacity=row["capacity"],
            type="STATEFUL",
            rule_group=networkfirewall.CfnRuleGroup.RuleGroupProperty(
                rule_variables=networkfirewall.CfnRuleGroup.RuleVariablesProperty(ip_sets=sets) if sets else None,
                rules_source=networkfirewall.CfnRuleGroup.RulesSourceProperty(rules_string="\n".join(row["rules"])),
                stateful_rule_options=networkfirewall.CfnRuleGroup.StatefulRuleOptionsProperty(
                    rule_order="STRICT_ORDER"
                ),
            ),
            tags=[CfnTag(key="hlz:purpose", value="inspection")],
        )
        return group.attr_rule_group_arn


class ZoneFirewalls(Construct):
    """A firewall in each zone, all with the same policy.

    One firewall with an endpoint in each zone would list its endpoints in no particular order, and CloudFormation has
    no function that finds the one of a zone; here each firewall has one endpoint (docs/network-hub.md).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        vpc_id: str,
        subnet_ids: Sequence[str],
        policy_arn: str,
        archive_bucket: str,
    ) -> None:
        super().__init__(scope, id)
        self.endpoint_ids: list[str] = []
        for zone, subnet_id in enumerate(subnet_ids, start=1):
            firewall = networkfirewall.CfnFirewall(
                self,
                f"Firewall{zone}",
                firewall_name=f"hlz-inspection-{zone}",
                firewall_policy_arn=policy_arn,
                vpc_id=vpc_id,
                subnet_mappings=[networkfirewall.CfnFirewall.SubnetMappingProperty(subnet_id=subnet_id)],
                delete_protection=True,
                subnet_change_protection=True,
                firewall_policy_change_protection=True,
                tags=[
                    CfnTag(key="Name", value=f"hlz-inspection-{zone}"),
                    CfnTag(key="hlz:purpose", value="inspection"),
                ],
            )
            networkfirewall.CfnLoggingConfiguration(
                self,
                f"Logging{zone}",
                firewall_arn=firewall.attr_firewall_arn,
                logging_configuration=networkfirewall.CfnLoggingConfiguration.LoggingConfigurationProperty(
                    log_destination_configs=_destinations(archive_bucket)
                ),
            )
            # `ZONE:vpce-...`, of which there is one.
            self.endpoint_ids.append(Fn.select(1, Fn.split(":", Fn.select(0, firewall.attr_endpoint_ids))))


def _destinations(archive_bucket: str) -> list[networkfirewall.CfnLoggingConfiguration.LogDestinationConfigProperty]:
    """Alerts (what was dropped, and why) and flows, both to the archive, where nobody can change them.

    Each type of log has one destination, so alerts cannot go to a log group as well (docs/network-hub.md).
    """
    return [
        networkfirewall.CfnLoggingConfiguration.LogDestinationConfigProperty(
            log_type=log_type, log_destination_type="S3", log_destination={"bucketName": archive_bucket}
        )
        for log_type in ("ALERT", "FLOW")
    ]
