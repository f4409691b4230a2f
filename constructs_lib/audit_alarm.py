"""An alarm on the organization trail's log group: a metric filter that counts events, or an alarm on silence."""

from __future__ import annotations

from collections.abc import Mapping

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from landing_zone.plan.alarms import NAMESPACE, AuditAlarm

AT_LEAST, LESS_THAN = "GreaterThanOrEqualToThreshold", "LessThanThreshold"


class EventAlarm(Construct):
    """Raised when the log group receives at least `alarm.threshold` matching events in a period."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        alarm: AuditAlarm,
        pattern: str,
        description: str,
        log_group_name: str,
        topic_arn: str,
    ) -> None:
        super().__init__(scope, id)
        logs.CfnMetricFilter(
            self,
            "Filter",
            log_group_name=log_group_name,
            filter_pattern=pattern,
            metric_transformations=[
                logs.CfnMetricFilter.MetricTransformationProperty(
                    metric_namespace=NAMESPACE, metric_name=alarm.id, metric_value="1"
                )
            ],
        )
        _alarm(self, alarm, description, topic_arn, AT_LEAST, NAMESPACE, alarm.id)


class SilenceAlarm(Construct):
    """Raised when the log group receives nothing."""

    def __init__(
        self, scope: Construct, id: str, *, alarm: AuditAlarm, description: str, log_group_name: str, topic_arn: str
    ) -> None:
        super().__init__(scope, id)
        received = {"LogGroupName": log_group_name}
        _alarm(self, alarm, description, topic_arn, LESS_THAN, "AWS/Logs", "IncomingLogEvents", received)


def _alarm(
    scope: Construct,
    alarm: AuditAlarm,
    description: str,
    topic_arn: str,
    comparison: str,
    namespace: str,
    metric: str,
    dimensions: Mapping[str, str] | None = None,
) -> None:
    cloudwatch.CfnAlarm(
        scope,
        "Alarm",
        alarm_name=alarm.name,
        alarm_description=description,
        alarm_actions=[topic_arn],
        comparison_operator=comparison,
        threshold=alarm.threshold,
        namespace=namespace,
        metric_name=metric,
        dimensions=[
            cloudwatch.CfnAlarm.DimensionProperty(name=name, value=value) for name, value in (dimensions or {}).items()
        ]
        or None,
        statistic="Sum",
        period=alarm.period,
        evaluation_periods=alarm.evaluation_periods,
        treat_missing_data=alarm.missing_data,
    )
