"""Every landing zone alarm of an account also arrives at the security account's bus."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.named_role import NamedRole, role_arn, trusted_service
from landing_zone.plan.names import ALARM_BUS, ALARM_FORWARDING_ROLE

RULE = ALARM_FORWARDING_ROLE


def alarm_bus(account: str, region: str) -> str:
    """ARN of the alarm hub's bus."""
    return f"arn:{Aws.PARTITION}:events:{region}:{account}:event-bus/{ALARM_BUS}"


class AlarmForwardingRole(Construct):
    """May put events on the alarm hub's buses and nothing else; one for all Regions."""

    def __init__(self, scope: Construct, id: str, *, buses: Sequence[str]) -> None:
        super().__init__(scope, id)
        NamedRole(
            self,
            "Forwarder",
            name=ALARM_FORWARDING_ROLE,
            description="Carries alarms to the security account",
            trust=trusted_service("events", f"arn:{Aws.PARTITION}:events:*:{Aws.ACCOUNT_ID}:rule/{RULE}"),
            statements=[iam.PolicyStatement(actions=["events:PutEvents"], resources=list(buses))],
        )


class AlarmForwarding(Construct):
    """A rule on the default bus: every change of an alarm named `hlz-...` goes to the hub's bus."""

    def __init__(self, scope: Construct, id: str, *, bus: str) -> None:
        super().__init__(scope, id)
        self.rule_name = RULE
        target = events.CfnRule.TargetProperty(id="alarm-hub", arn=bus, role_arn=role_arn(ALARM_FORWARDING_ROLE))
        events.CfnRule(
            self,
            "Rule",
            name=RULE,
            description="Alarms of this account, to the security account",
            event_pattern={
                "source": ["aws.cloudwatch"],
                "detail-type": ["CloudWatch Alarm State Change"],
                "detail": {"alarmName": [{"prefix": "hlz-"}]},
            },
            state="ENABLED",
            targets=[target],
        )
