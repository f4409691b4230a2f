"""The web ACL that stands before every load balancer of the ingress network, and its log."""

from __future__ import annotations

from typing import Any

from aws_cdk import Aws, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from constructs_lib.log_group import EncryptedLogGroup
from landing_zone.policy_data import policy_data


class IngressWebAcl(Construct):
    """AWS's managed rules and a limit for each address, as `policies/network/web_acl.yaml` says.

    All requests are logged, without what may identify a patient; no samples are stored, which would show whole requests
    to whoever may read them. arn: what load balancers are associated with. metric: its name in CloudWatch.
    """

    def __init__(self, scope: Construct, id: str, *, retention_days: int, key_arn: str) -> None:
        super().__init__(scope, id)
        data = policy_data("network/web_acl")
        self.metric = data["name"]
        groups = data["managed_rule_groups"]
        acl = wafv2.CfnWebACL(
            self,
            "WebAcl",
            name=data["name"],
            scope="REGIONAL",
            default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visible(self.metric),
            rules=[
                *(_managed(group, priority) for priority, group in enumerate(groups)),
                _rate(data["rate"], len(groups)),
            ],
        )
        self.arn = acl.attr_arn
        log = EncryptedLogGroup(
            self, "Log", name=data["log_group"], kind="firewall", retention_days=retention_days, key_arn=key_arn
        )
        delivering = Stack.of(self).to_json_string(_delivery(log.arn).to_json())
        delivery = logs.CfnResourcePolicy(self, "Delivery", policy_name="hlz-web-acl-logs", policy_document=delivering)
        logging = wafv2.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=acl.attr_arn,
            log_destination_configs=[log.arn],
            redacted_fields=[
                wafv2.CfnLoggingConfiguration.FieldToMatchProperty(query_string={}),
                *(
                    wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": name})
                    for name in data["redacted_headers"]
                ),
            ],
        )
        logging.node.add_dependency(log, delivery)


def _visible(metric: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=metric, sampled_requests_enabled=False
    )


def _managed(group: dict[str, Any], priority: int) -> wafv2.CfnWebACL.RuleProperty:
    statement = wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
        vendor_name="AWS",
        name=group["name"],
        rule_action_overrides=[
            wafv2.CfnWebACL.RuleActionOverrideProperty(
                name=name, action_to_use=wafv2.CfnWebACL.RuleActionProperty(count={})
            )
            for name in group.get("counted", [])
        ]
        or None,
    )
    return wafv2.CfnWebACL.RuleProperty(
        name=group["name"],
        priority=priority,
        override_action=wafv2.CfnWebACL.OverrideActionProperty(none={}),
        statement=wafv2.CfnWebACL.StatementProperty(managed_rule_group_statement=statement),
        visibility_config=_visible(group["name"]),
    )


def _rate(rate: dict[str, Any], priority: int) -> wafv2.CfnWebACL.RuleProperty:
    statement = wafv2.CfnWebACL.RateBasedStatementProperty(
        aggregate_key_type="IP", limit=rate["limit"], evaluation_window_sec=rate["seconds"]
    )
    return wafv2.CfnWebACL.RuleProperty(
        name=rate["name"],
        priority=priority,
        action=wafv2.CfnWebACL.RuleActionProperty(block={}),
        statement=wafv2.CfnWebACL.StatementProperty(rate_based_statement=statement),
        visibility_config=_visible(rate["name"]),
    )


def _delivery(log_group_arn: str) -> iam.PolicyDocument:
    """Log delivery may write what this account's WAF logs. Source: AWS WAF Developer Guide, logging-cw-logs."""
    statement = iam.PolicyStatement(
        principals=[iam.ServicePrincipal("delivery.logs.amazonaws.com")],
        actions=["logs:CreateLogStream", "logs:PutLogEvents"],
        resources=[f"{log_group_arn}:*"],
        conditions={
            "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
            "ArnLike": {"aws:SourceArn": f"arn:{Aws.PARTITION}:logs:{Aws.REGION}:{Aws.ACCOUNT_ID}:*"},
        },
    )
    return iam.PolicyDocument(statements=[statement])
