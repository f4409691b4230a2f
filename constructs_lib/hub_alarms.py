"""Alarms on the hub's firewalls and transit gateway (`policies/network/alarms.yaml`)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from constructs_lib.policy_text import filled
from landing_zone.policy_data import policy_data

RUNBOOKS = "docs/network-hub.md#"
"""Where the runbooks stand when the manifest names no other place: in the landing zone's own documentation."""


class HubAlarms(Construct):
    """Each alarm has an owner by its severity, a runbook, and the account's alarm topic as its action.

    owners: name and e-mail by severity. runbooks: base address or None.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        topic_arn: str,
        transit_gateway_id: str,
        owners: Mapping[str, Mapping[str, str]],
        runbooks: str | None,
    ) -> None:
        super().__init__(scope, id)
        for row in policy_data("network/alarms")["alarms"]:
            owner, severity = owners[row["severity"]], row["severity"]
            runbook = f"{runbooks.rstrip('/')}/{row['id']}" if runbooks else f"{RUNBOOKS}{row['id']}"
            description = [
                row["title"],
                f"Severity: {severity}",
                f"Owner: {owner['name']} ({owner['email']})",
                f"Runbook: {runbook}",
                "Missing data: nothing was dropped, which is good",
            ]
            cloudwatch.CfnAlarm(
                self,
                "".join(part.title() for part in row["id"].split("-")),
                alarm_name=f"hlz-{severity}-{row['id']}",
                alarm_description="\n".join(description),
                threshold=row["threshold"],
                comparison_operator="GreaterThanThreshold",
                evaluation_periods=1,
                treat_missing_data="notBreaching",
                alarm_actions=[topic_arn],
                **_measured(row, transit_gateway_id),
            )


def _measured(row: Mapping[str, Any], transit_gateway_id: str) -> dict[str, Any]:
    period = row["period_minutes"] * 60
    if "query" in row:
        query = cloudwatch.CfnAlarm.MetricDataQueryProperty(
            id="counted", expression=row["query"], period=period, return_data=True
        )
        return {"metrics": [query]}
    dimensions = filled(row["dimensions"], {"gateway": transit_gateway_id})
    return {
        "namespace": row["namespace"],
        "metric_name": row["metric"],
        "dimensions": [
            cloudwatch.CfnAlarm.DimensionProperty(name=name, value=value) for name, value in dimensions.items()
        ],
        "statistic": "Sum",
        "period": period,
    }
