"""The alarm that says that copies of logs fail, for all buckets of an account and Region."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from landing_zone.plan.names import ALARM_TOPIC

FAILED_REPLICATION = (
    'SELECT SUM(OperationsFailedReplication) FROM SCHEMA("AWS/S3", DestinationBucket, RuleId, SourceBucket)'
)
"""One query for every rule with metrics. Source: Amazon S3 User Guide, repl-metrics and metrics-dimensions."""


class ReplicationAlarm(Construct):
    """An alarm on any operation that S3 failed to replicate within five minutes.

    The topic is made by the account's baseline, which comes later because AWS Config needs these buckets first;
    CloudWatch does not check that a topic exists (Amazon CloudWatch User Guide, alarm actions), so its name is enough.
    owner: who acts. runbook: where it says how.
    """

    def __init__(self, scope: Construct, id: str, *, severity: str, owner: str, runbook: str) -> None:
        super().__init__(scope, id)
        self.alarm = cloudwatch.CfnAlarm(
            self,
            "Alarm",
            alarm_name=f"hlz-{severity}-log-replication-failed",
            alarm_description="\n".join(
                (
                    "Objects of the log archive were not copied; S3 does not try again by itself.",
                    f"Severity: {severity}",
                    f"Owner: {owner}",
                    f"Runbook: {runbook}",
                    "Missing data: no failure, because S3 reports only while there is something to copy.",
                )
            ),
            metrics=[
                cloudwatch.CfnAlarm.MetricDataQueryProperty(
                    id="failed", expression=FAILED_REPLICATION, period=300, return_data=True
                )
            ],
            comparison_operator="GreaterThanThreshold",
            threshold=0,
            evaluation_periods=1,
            treat_missing_data="notBreaching",
            alarm_actions=[f"arn:{Aws.PARTITION}:sns:{Aws.REGION}:{Aws.ACCOUNT_ID}:{ALARM_TOPIC}"],
        )
