"""The event bus where alarms of the organization's accounts arrive, and where they go from there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import ArnFormat, Aws, CfnTag, Stack
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs_lib.log_group import EncryptedLogGroup
from landing_zone.plan.names import ALARM_BUS

OWN_ALARMS = "hlz-"
"""How the names of the toolkit's alarms start; the next word is the severity, which the hub reads."""
RECORD_RULE = "hlz-alarms-record"


class AlarmBus(Construct):
    """A bus under a customer managed key that takes events from principals of the organization alone."""

    def __init__(self, scope: Construct, id: str, *, key_arn: str, organization_id: str) -> None:
        super().__init__(scope, id)
        self.bus = events.CfnEventBus(
            self,
            "Bus",
            name=ALARM_BUS,
            description="Alarms of the organization's accounts",
            kms_key_identifier=key_arn,
            tags=[CfnTag(key="hlz:purpose", value="alarms")],
        )
        events.CfnEventBusPolicy(
            self,
            "Policy",
            event_bus_name=self.bus.ref,
            statement_id="Organization",
            statement={
                "Effect": "Allow",
                "Principal": "*",  # whoever meets the condition: a role of each account
                "Action": "events:PutEvents",
                "Resource": self.bus.attr_arn,
                "Condition": {"StringEquals": {"aws:PrincipalOrgID": organization_id}},
            },
        )

    def rule(self, id: str, name: str, *, alarm: str, states: tuple[str, ...], target: Mapping[str, Any]) -> None:
        """Send changes of alarms whose name starts with `alarm` into one of `states` (any if empty) to a target."""
        detail: dict[str, Any] = {"alarmName": [{"prefix": alarm}]}
        if states:
            detail["state"] = {"value": list(states)}
        events.CfnRule(
            self,
            id,
            name=name,
            description=f"Alarms named {alarm}*",
            event_bus_name=self.bus.ref,
            event_pattern={
                "source": ["aws.cloudwatch"],
                "detail-type": ["CloudWatch Alarm State Change"],
                "detail": detail,
            },
            targets=[events.CfnRule.TargetProperty(id="Target", **target)],
        )


def rule_arn(name: str) -> str:
    """ARN of a rule on the bus."""
    return f"arn:{Aws.PARTITION}:events:{Aws.REGION}:{Aws.ACCOUNT_ID}:rule/{ALARM_BUS}/{name}"


class AlarmRecord(Construct):
    """Every state change of every alarm, in an encrypted log group."""

    def __init__(self, scope: Construct, id: str, *, bus: AlarmBus, log_group: EncryptedLogGroup) -> None:
        super().__init__(scope, id)
        writing = iam.PolicyStatement(
            actions=["logs:CreateLogStream", "logs:PutLogEvents"],
            resources=[f"{log_group.arn}:*"],  # its streams
            principals=[iam.ServicePrincipal(f"{service}.amazonaws.com") for service in ("events", "delivery.logs")],
            conditions={
                "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                "ArnLike": {"aws:SourceArn": rule_arn(RECORD_RULE)},
            },
        )
        logs.CfnResourcePolicy(
            self,
            "Policy",
            policy_name="hlz-alarms",
            policy_document=Stack.of(self).to_json_string(iam.PolicyDocument(statements=[writing]).to_json()),
        )
        log_group_arn = Stack.of(self).format_arn(
            service="logs",
            resource="log-group",
            resource_name=log_group.log_group.ref,
            arn_format=ArnFormat.COLON_RESOURCE_NAME,
        )
        bus.rule("Record", RECORD_RULE, alarm=OWN_ALARMS, states=(), target={"arn": log_group_arn})
