"""Alarms on the hub's edges to the internet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from constructs import Construct

from constructs_lib.account_alarms import metric_alarm
from landing_zone.policy_data import policy_data


class EdgeAlarms(Construct):
    """The alarms of `policies/network/edge_alarms.yaml` on one thing. names: what fills their dimensions.

    subject: which list of alarms. number: which one of several things it is. owners: name and e-mail by severity.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        subject: str,
        names: Mapping[str, str],
        topic_arn: str,
        owners: Mapping[str, Mapping[str, str]],
        runbooks: str | None,
        number: int | None = None,
    ) -> None:
        super().__init__(scope, id)
        data: Mapping[str, Any] = policy_data("network/edge_alarms")
        for row in data[subject]:
            name = row["id"]
            metric_alarm(
                self,
                row | {"id": f"{name}-{number}" if number else name},
                topic_arn=topic_arn,
                names=names,
                owner=owners[row["severity"]],
                runbook=f"{runbooks.rstrip('/')}/{name}" if runbooks else f"{data['runbooks']}#{name}",
            )
