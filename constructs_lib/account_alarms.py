"""Alarms on metrics that AWS publishes by itself: they watch the alarm path and the recorder.

Data: `policies/baseline/alarms.yaml`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from constructs_lib.policy_text import filled
from landing_zone.policy_data import policy_data

RUNBOOKS = "docs/account-baseline.md#"
"""Where the runbooks stand when the manifest names no other place: in the landing zone's own documentation."""


class AccountAlarms(Construct):
    """Each alarm has an owner by its severity, a runbook, and the topic as its action.

    names: what dimensions are filled with. owners: name and e-mail by severity. runbooks: base address or None.
    recorder: whether AWS Config records here.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        topic_arn: str,
        names: Mapping[str, str],
        owners: Mapping[str, Mapping[str, str]],
        runbooks: str | None,
        recorder: bool,
    ) -> None:
        super().__init__(scope, id)
        for row in policy_data("baseline/alarms")["alarms"]:
            if row.get("recorder") and not recorder:
                continue
            metric_alarm(
                self,
                row,
                topic_arn=topic_arn,
                names=names,
                owner=owners[row["severity"]],
                runbook=f"{runbooks.rstrip('/')}/{row['id']}" if runbooks else f"{RUNBOOKS}{row['id']}",
            )


def metric_alarm(
    scope: Construct,
    row: Mapping[str, Any],
    *,
    topic_arn: str,
    names: Mapping[str, str],
    owner: Mapping[str, str],
    runbook: str,
) -> None:
    """An alarm on failures that a metric of AWS counts: any, or more than `threshold` of a row.

    row: one of the data's, in the form of `baseline/alarms`.
    """
    description = [
        row["title"],
        f"Severity: {row['severity']}",
        f"Owner: {owner['name']} ({owner['email']})",
        f"Runbook: {runbook}",
        "Missing data: no failure was counted, which is good",
    ]
    cloudwatch.CfnAlarm(
        scope,
        "".join(part.title() for part in row["id"].split("-")),
        alarm_name=f"hlz-{row['severity']}-{row['id']}",
        alarm_description="\n".join(description),
        namespace=row["namespace"],
        metric_name=row["metric"],
        dimensions=[
            cloudwatch.CfnAlarm.DimensionProperty(name=name, value=text)
            for name, text in filled(row["dimensions"], names).items()
        ],
        statistic="Sum",
        period=row["period_minutes"] * 60,
        evaluation_periods=1,
        threshold=row.get("threshold", 0),
        comparison_operator="GreaterThanThreshold",
        treat_missing_data="notBreaching",
        alarm_actions=[topic_arn],
    )
