"""Alarms on links to hospitals (`policies/network/vpn.yaml`), each with severity, owner and runbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from landing_zone.policy_data import policy_data

RUNBOOKS = "docs/hybrid.md#"
"""Where the runbooks stand when the manifest names no other place."""
_NO_DATA = {
    "breaching": "Missing data: ALARM, for a connection that reports nothing may be gone",
    "notBreaching": "Missing data: OK, for the connections may belong to the provider's account",
}


class LinkAlarms(Construct):
    """One alarm for each kind of failure. owners: name and e-mail by severity. runbooks: base address or None."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        topic_arn: str,
        owners: Mapping[str, Mapping[str, str]],
        runbooks: str | None,
    ) -> None:
        super().__init__(scope, id)
        self._topic_arn, self._owners, self._runbooks = topic_arn, owners, runbooks
        self._rows = policy_data("network/vpn")["alarms"]

    def watch_vpn(self, site: str, connection_id: str) -> None:
        """Alarms when one tunnel of a VPN is down, and when both are."""
        for kind in ("tunnel", "connection"):
            row = self._rows[kind]
            self._alarm(
                f"{kind.title()}{site.title().replace('-', '')}",
                f"vpn-{kind}-down",
                row,
                site=site,
                missing="breaching",
                comparison_operator="LessThanThreshold",
                threshold=1,
                namespace="AWS/VPN",
                metric_name="TunnelState",
                dimensions=[cloudwatch.CfnAlarm.DimensionProperty(name="VpnId", value=connection_id)],
                statistic=row["statistic"],
                period=row["period_minutes"] * 60,
            )

    def watch_direct_connect(self) -> None:
        """An alarm when a Direct Connect connection that reports in this account and Region is down."""
        row = self._rows["direct_connect"]
        self._alarm(
            "DirectConnect",
            "direct-connect-down",
            row,
            site="",
            missing="notBreaching",
            comparison_operator="LessThanThreshold",
            threshold=1,
            metrics=[
                cloudwatch.CfnAlarm.MetricDataQueryProperty(
                    id="connections", expression=row["query"], period=row["period_minutes"] * 60, return_data=True
                )
            ],
        )

    def _alarm(self, id: str, runbook: str, row: Mapping[str, Any], *, site: str, missing: str, **metric: Any) -> None:
        owner = self._owners[row["severity"]]
        base = f"{self._runbooks.rstrip('/')}/" if self._runbooks else RUNBOOKS
        cloudwatch.CfnAlarm(
            self,
            id,
            alarm_name="-".join(part for part in ("hlz", row["severity"], runbook, site) if part),
            alarm_description="\n".join(
                (
                    row["title"].replace("${site}", site),
                    f"Severity: {row['severity']}",
                    f"Owner: {owner['name']} ({owner['email']})",
                    f"Runbook: {base}{runbook}",
                    _NO_DATA[missing],
                )
            ),
            alarm_actions=[self._topic_arn],
            evaluation_periods=row["periods"],
            treat_missing_data=missing,
            **metric,
        )
