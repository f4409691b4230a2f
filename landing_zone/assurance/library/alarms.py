"""Rules over CloudWatch alarms and the metric filters that feed them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from landing_zone.assurance.library.presence import (
    assert_exists_beside,
    field_of,
    is_given,
    is_imported,
    those_that,
)
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Reference, Symbolic, Unresolved, Value, text_of

OWN_NAMESPACE = "hlz/"
"""How the namespaces of the toolkit's own metrics start."""

ALARM, FILTER = "AWS::CloudWatch::Alarm", "AWS::Logs::MetricFilter"
_DESCRIBED: Mapping[str, re.Pattern[str]] = {
    "Severity: critical, high, medium or low": re.compile(r"\bSeverity: (critical|high|medium|low)\b"),
    "Owner: who acts": re.compile(r"\bOwner: [^\s.;,]"),
    "Runbook: where it says what to do": re.compile(r"\bRunbook: [^\s.;,]"),
}


def _keeps_our_conventions(alarm: Resource, context: RuleContext) -> bool:
    return context.own


@rule(
    "HLZ-ALM-001",
    control="LZ-LOG-17",
    resource=ALARM,
    title="Alarms tell somebody",
    fix="Add the alarm topic to AlarmActions, and leave ActionsEnabled out or true.",
)
def alarms_have_actions(alarm: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Actions are enabled, and going into ALARM triggers at least one: a resource, an import, a parameter or an ARN.

    Any action CloudWatch knows counts, a scaling policy as well. A literal that is no ARN, such as an empty text, is a
    finding even beside others.

    Cannot see: whether a parameter holds a topic, whether anybody subscribed to it, and composite alarms.
    """
    if alarm.flag("ActionsEnabled") is False:
        yield Violation(f"Alarm {alarm.logical_id} has its actions switched off.", "ActionsEnabled")
    actions = alarm.items("AlarmActions")
    if not actions:
        yield Violation(f"Alarm {alarm.logical_id} has no action; a topic is expected.", "AlarmActions")
    yield from each(range(len(actions)), lambda index: _action(alarm, index, actions[index]))


def _action(alarm: Resource, index: int, action: Value) -> Iterator[Outcome]:
    path = f"AlarmActions.{index}"
    if isinstance(action, Unresolved):
        written = alarm.properties["AlarmActions"]
        raw = written[index] if isinstance(written, list) and len(written) == len(alarm.items("AlarmActions")) else None
        if not is_imported(raw) and not (isinstance(raw, Mapping) and list(raw) == ["Ref"]):
            raise CannotEvaluate(f"{path} is not known: {action.reason}")
    elif not isinstance(action, (Reference, Symbolic)) and not (text_of(action) or "").startswith("arn:"):
        yield Violation(f"Alarm {alarm.logical_id} has an action that is no ARN ({text_of(action)!r}).", path)


@rule(
    "HLZ-ALM-002",
    control="LZ-LOG-17",
    resource=ALARM,
    applies=_keeps_our_conventions,
    title="Alarms say how severe they are, who acts and where it is written what to do",
    fix="Write `Severity: critical|high|medium|low`, `Owner: ...` and `Runbook: ...` into AlarmDescription.",
)
def alarms_are_described(alarm: Resource, context: RuleContext) -> Iterator[Outcome]:
    """AlarmDescription names severity, owner and runbook, each after its word and a colon.

    A convention of this toolkit: templates of others are not examined.

    Cannot see: whether the runbook exists and the owner knows.
    """
    description = alarm.text("AlarmDescription") or ""
    for expected, pattern in _DESCRIBED.items():
        if not pattern.search(description):
            yield Violation(
                f'Alarm {alarm.logical_id} does not say "{expected}" in its description.', "AlarmDescription"
            )


def _measures_data_points(alarm: Resource, context: RuleContext) -> bool:
    """TreatMissingData does not exist for PromQL alarms (CloudWatch API reference, PutMetricAlarm)."""
    return context.own and alarm.known("EvaluationCriteria.PromQLCriteria") is MISSING


@rule(
    "HLZ-ALM-003",
    control="LZ-LOG-17",
    resource=ALARM,
    applies=_measures_data_points,
    title="Alarms state what missing data means",
    fix="Set TreatMissingData to breaching, notBreaching, ignore or missing.",
)
def alarms_decide_on_missing_data(alarm: Resource, context: RuleContext) -> Iterator[Outcome]:
    """TreatMissingData is stated. Without it missing data leaves the alarm without a state, and nobody decided that.

    A convention of this toolkit: templates of others are not examined, nor are PromQL alarms.

    Cannot see: whether the choice is right for the metric.
    """
    if not alarm.text("TreatMissingData"):
        yield Violation(f"Alarm {alarm.logical_id} does not state what missing data means.", "TreatMissingData")


def _is_of_our_metrics(resource: Resource, context: RuleContext) -> bool:
    return bool(those_that(metrics_of(resource), lambda metric: metric[0].startswith(OWN_NAMESPACE)))


@rule(
    "HLZ-ALM-004",
    control="LZ-LOG-17",
    resource=(ALARM, FILTER),
    applies=_is_of_our_metrics,
    title="Alarms on our metrics have a metric filter, and metric filters an alarm",
    fix="Let MetricName and Namespace of alarm and filter agree, and name the filter's log group.",
)
def filters_and_alarms_meet(resource: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Every metric in a namespace `hlz/...` is both written by a metric filter and watched by an alarm of the template.

    A misspelt metric name leaves an alarm that never fires. The filter names its log group: one of the template, or
    one by name.

    Cannot see: whether the filter's pattern matches what it should, metrics in expressions, and other namespaces.
    """
    other_type, missing = (FILTER, "no metric filter writes") if resource.type == ALARM else (ALARM, "no alarm watches")
    others = list(context.template.of_type(other_type))

    def judge(metric: tuple[str, str]) -> Iterator[Outcome]:
        if metric[0].startswith(OWN_NAMESPACE) and not those_that(
            others, lambda other: _meets(other, resource, metric)
        ):
            yield Violation(
                f"{resource.logical_id}: {missing} metric {metric[1]} of {metric[0]} in the template; the two belong "
                "together.",
                "MetricTransformations" if resource.type == FILTER else "MetricName",
            )

    yield from each(metrics_of(resource), judge)
    if resource.type == FILTER and not is_given(resource, "LogGroupName"):
        yield Violation(f"Metric filter {resource.logical_id} names no log group.", "LogGroupName")


def _meets(other: Resource, resource: Resource, metric: tuple[str, str]) -> bool:
    if not those_that(metrics_of(other), lambda found: found == metric):
        return False
    assert_exists_beside(other, resource)
    return True


def metrics_of(resource: Resource) -> list[tuple[str, str]]:
    """Namespace and name of each metric an alarm watches or a filter writes. Raises CannotEvaluate if one is open."""
    if resource.type == FILTER:
        transformations = resource.items("MetricTransformations")
        return [_metric(entry, "MetricNamespace", "MetricName") for entry in transformations]
    own = [{"Namespace": resource.value("Namespace"), "MetricName": resource.value("MetricName")}]
    inside = (field_of(entry, "MetricStat.Metric") for entry in resource.items("Metrics"))
    return [
        _metric(entry, "Namespace", "MetricName")
        for entry in (*own, *inside)
        if entry is not MISSING and field_of(entry, "Namespace") is not MISSING
    ]


def _metric(entry: Value, namespace: str, name: str) -> tuple[str, str]:
    return text_of(field_of(entry, namespace)) or "", text_of(field_of(entry, name)) or ""
