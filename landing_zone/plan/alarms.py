"""The alarms on the organization trail (`policies/detection/alarms.yaml`): what raises each, and what to do then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from landing_zone.plan.names import BREAK_GLASS_ROLE, PIPELINE_ROLE, execution_role
from landing_zone.policy_data import policy_data

NAMESPACE = "hlz/audit"
SEVERITIES = ("critical", "high", "medium", "low")
RUNBOOKS = "docs/runbooks.md"
"""Where runbooks are unless the manifest says otherwise: in the landing zone's repository."""

_ISSUER = "$.userIdentity.sessionContext.sessionIssuer.userName"
# CloudFormation acts for whoever deploys, so what it does counts as theirs.
_BY_PEOPLE = "(($.userIdentity.invokedBy NOT EXISTS)||($.userIdentity.invokedBy=cloudformation.amazonaws.com))"
_MISSING_DATA = {
    "notBreaching": "OK",
    "breaching": "ALARM",
}


@dataclass(frozen=True)
class Events:
    """Event names of one CloudTrail event source; `*` at the end stands for any ending."""

    source: str
    always: tuple[str, ...]
    unless_pipeline: tuple[str, ...]


@dataclass(frozen=True)
class AuditAlarm:
    """An alarm: its condition (`events` or `pattern`), thresholds in events per period (seconds), and its runbook."""

    id: str
    title: str
    why: str
    severity: str
    control: str
    threshold: int
    period: int
    evaluation_periods: int
    missing_data: Literal["notBreaching", "breaching"]
    harmless: tuple[str, ...]
    first_steps: tuple[str, ...]
    to_stop: str
    events: tuple[Events, ...] = ()
    pattern: str = ""
    people_only: bool = False
    trail_only: bool = False
    quiet_because: str = ""
    prefix: str = "hlz-audit"

    @property
    def name(self) -> str:
        """Name of the CloudWatch alarm."""
        return f"{self.prefix}-{self.id}"

    def filter_pattern(self, qualifier: str, deploy_account_id: str) -> str:
        """The metric filter's pattern in CloudWatch Logs' JSON filter syntax. The account id may be a token."""
        text = self.pattern or _pattern(self.events, self.people_only, qualifier)
        for name, filled in {
            "DeployAccountId": deploy_account_id,
            "qualifier": qualifier,
            "pipeline_role": PIPELINE_ROLE,
            "break_glass_role": BREAK_GLASS_ROLE,
        }.items():
            text = text.replace(f"${{{name}}}", filled)
        return text

    def description(self, owner: Mapping[str, str], runbooks: str | None) -> str:
        """The alarm's description, as people receive it by mail. owner: `name` and `email`; runbooks: base address."""
        lines = [
            f"{self.title}. {self.why}",
            f"Severity: {self.severity}",
            f"Owner: {owner['name']} ({owner['email']})",
            f"Runbook: {runbook_address(self.id, runbooks)}",
            f"Missing data: {_MISSING_DATA[self.missing_data]}",
        ]
        return "\n".join(lines)


def runbook_address(id: str, runbooks: str | None) -> str:
    """Where an alarm's runbook is: below the manifest's base address, else in the landing zone's repository."""
    return f"{runbooks.rstrip('/')}/{id}" if runbooks else f"{RUNBOOKS}#{id}"


@cache
def audit_alarms() -> tuple[AuditAlarm, ...]:
    """Every alarm that counts events."""
    data = policy_data("detection/alarms")
    return tuple(_alarm(data["defaults"] | row) for row in data["alarms"])


@cache
def silence_alarm() -> AuditAlarm:
    """The alarm that is raised when the trail delivers nothing."""
    return _single("silence")


@cache
def hub_alarm() -> AuditAlarm:
    """The alarm that is raised when the alarm hub cannot deliver."""
    return _single("hub")


def _single(key: str) -> AuditAlarm:
    data = policy_data("detection/alarms")
    return _alarm(data["defaults"] | data[key])


def _alarm(row: Mapping[str, Any]) -> AuditAlarm:
    events = tuple(
        Events(source, tuple(names.get("always", ())), tuple(names.get("unless_pipeline", ())))
        for source, names in row.get("events", {}).items()
    )
    lists = {key: tuple(row[key]) for key in ("harmless", "first_steps")}
    return AuditAlarm(**{**row, **lists, "events": events})


def _pattern(events: Iterable[Events], people_only: bool, qualifier: str) -> str:
    rows = list(events)
    execution = execution_role(qualifier, "*", "").split("*")[0]
    outside_pipeline = _either(
        [
            "($.sourceIPAddress!=cloudformation.amazonaws.com)",
            f"({_ISSUER} NOT EXISTS)",
            f'({_ISSUER}!="{execution}*")',
        ]
    )
    alternatives = [_of_source(row.source, row.always) for row in rows if row.always]
    if changes := [_of_source(row.source, row.unless_pipeline) for row in rows if row.unless_pipeline]:
        alternatives.append(f"({_either(changes)}&&{outside_pipeline})")
    return f"{{{_BY_PEOPLE}&&{_either(alternatives)}}}" if people_only else f"{{{_either(alternatives)}}}"


def _of_source(source: str, names: Iterable[str]) -> str:
    return f"(($.eventSource={source})&&{_either(map(_named, names))})"


def _named(event: str) -> str:
    return f'($.eventName="{event}")' if "*" in event else f"($.eventName={event})"


def _either(alternatives: Iterable[str]) -> str:
    parts = list(alternatives)
    return parts[0] if len(parts) == 1 else f"({'||'.join(parts)})"
