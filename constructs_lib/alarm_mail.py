"""What the alarm bus mails: a topic for each severity, rules that publish to it, and an alarm when they fail."""

from __future__ import annotations

import json
from collections.abc import Mapping

from aws_cdk import Aws
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.alarm_bus import OWN_ALARMS, RECORD_RULE, AlarmBus, rule_arn
from constructs_lib.alarm_topic import KEY_USE_TO_PUBLISH, AlarmTopic
from landing_zone.plan.alarms import SEVERITIES, AuditAlarm
from landing_zone.plan.names import ALARM_BUS, ALARM_TOPIC

MAILED = {
    "alarm": "$.detail.alarmName",
    "account": "$.account",
    "region": "$.region",
    "time": "$.time",
    "reason": "$.detail.state.reason",
    "description": "$.detail.configuration.description",
}
"""What a mail tells, and where it stands in the event (CloudWatch User Guide, alarm state change events).

The description names owner and runbook.
"""


def mail_rule(severity: str) -> str:
    """Name of the rule that mails alarms of a severity."""
    return f"{ALARM_TOPIC}-{severity}"


class AlarmMail(Construct):
    """Alarms named `hlz-SEVERITY-...` that are raised go by mail to the severity's owner.

    EventBridge publishes through a role, not by the topic's policy: with a policy, its requests to KMS carry no
    source, so the key would have to admit EventBridge for any customer (Amazon SNS Developer Guide). It retries for a
    day, 185 times (its default); what fails after that is in the record of alarms, and raises `delivery`'s alarm.
    """

    def __init__(
        self, scope: Construct, id: str, *, bus: AlarmBus, key_arn: str, owners: Mapping[str, Mapping[str, str]]
    ) -> None:
        super().__init__(scope, id)
        self.topics = {
            severity: AlarmTopic(
                self,
                severity.title(),
                name=f"{ALARM_TOPIC}-{severity}",
                display_name=f"Alarms: {severity}",
                key_arn=key_arn,
                emails=[owners[severity]["email"]],
            )
            for severity in SEVERITIES
        }
        role = self._role(key_arn)
        for severity, topic in self.topics.items():
            bus.rule(
                f"Mail{severity.title()}",
                mail_rule(severity),
                alarm=f"{OWN_ALARMS}{severity}-",
                states=("ALARM",),
                target={"arn": topic.arn, "role_arn": role.attr_arn, "input_transformer": _mail(severity)},
            )

    def _role(self, key_arn: str) -> iam.CfnRole:
        trust = iam.PolicyStatement(
            actions=["sts:AssumeRole"],
            principals=[iam.ServicePrincipal("events.amazonaws.com")],
            conditions={
                "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                "ArnEquals": {"aws:SourceArn": [rule_arn(mail_rule(severity)) for severity in self.topics]},
            },
        )
        role = iam.CfnRole(self, "Role", assume_role_policy_document=iam.PolicyDocument(statements=[trust]))
        publish = iam.PolicyStatement(actions=["sns:Publish"], resources=[topic.arn for topic in self.topics.values()])
        encrypt = iam.PolicyStatement(
            actions=list(KEY_USE_TO_PUBLISH),
            resources=[key_arn],
            conditions={"StringEquals": {"kms:ViaService": f"sns.{Aws.REGION}.{Aws.URL_SUFFIX}"}},
        )
        iam.CfnManagedPolicy(
            self,
            "Publishing",
            description="EventBridge publishes alarms to the topics of their severity",
            roles=[role.ref],
            policy_document=iam.PolicyDocument(statements=[publish, encrypt]),
        )
        return role


def _mail(severity: str) -> events.CfnRule.InputTransformerProperty:
    # A JSON object, not a text: EventBridge then quotes what it fills in, line breaks of the description included.
    fields = ", ".join(f"{json.dumps(name)}: <{name}>" for name in MAILED)
    return events.CfnRule.InputTransformerProperty(
        input_paths_map=MAILED, input_template=f'{{"severity": {json.dumps(severity)}, {fields}}}'
    )


class DeliveryAlarm(Construct):
    """Raised when a rule of the bus cannot deliver. CloudWatch publishes it itself, past the bus."""

    def __init__(self, scope: Construct, id: str, *, alarm: AuditAlarm, topic_arn: str, description: str) -> None:
        super().__init__(scope, id)
        names = [RECORD_RULE, *(mail_rule(severity) for severity in SEVERITIES)]
        failures = [_failures(f"m{number}", name, alarm.period) for number, name in enumerate(names)]
        total = cloudwatch.CfnAlarm.MetricDataQueryProperty(
            id="failures", expression="SUM(FILL(METRICS(), 0))", label="failed deliveries", return_data=True
        )
        cloudwatch.CfnAlarm(
            self,
            "Alarm",
            alarm_name=alarm.name,
            alarm_description=description,
            alarm_actions=[topic_arn],
            comparison_operator="GreaterThanOrEqualToThreshold",
            threshold=alarm.threshold,
            metrics=[total, *failures],
            evaluation_periods=alarm.evaluation_periods,
            treat_missing_data=alarm.missing_data,
        )


def _failures(id: str, rule: str, period: int) -> cloudwatch.CfnAlarm.MetricDataQueryProperty:
    dimensions = {"EventBusName": ALARM_BUS, "RuleName": rule}
    metric = cloudwatch.CfnAlarm.MetricProperty(
        namespace="AWS/Events",
        metric_name="FailedInvocations",
        dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name=name, value=of) for name, of in dimensions.items()],
    )
    return cloudwatch.CfnAlarm.MetricDataQueryProperty(
        id=id,
        return_data=False,
        metric_stat=cloudwatch.CfnAlarm.MetricStatProperty(metric=metric, period=period, stat="Sum"),
    )
