"""Rules over audit alarms of others: filter, alarm and topic belong together, and a case of what is watched fires."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from landing_zone.assurance.library.alarms import ALARM, FILTER, OWN_NAMESPACE, metrics_of
from landing_zone.assurance.library.presence import field_of, those_that
from landing_zone.assurance.library.scope import of_others
from landing_zone.assurance.rules import CannotEvaluate, Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, Reference, Symbolic, Unresolved, text_of
from landing_zone.policy_data import policy_data

_HOUR = 3600
_SUMMING = ("Sum", "SampleCount")
_MEAN = ("Average", "Minimum")
_UPWARD = ("GreaterThanOrEqualToThreshold", "GreaterThanThreshold")
_DOWNWARD = ("LessThanOrEqualToThreshold", "LessThanThreshold")
_MANY = 100
_TRAIL_FIELDS = re.compile(r"\$\.(eventName|eventSource|errorCode|userIdentity|eventType|errorMessage)")


_NARROWING = re.compile(
    r"\$\.(awsRegion|sourceIPAddress|userAgent|recipientAccountId|userIdentity\.(?:arn|userName|accountId))\s*=\s*\"?[^*\s\"]"
)
_SINGLE_CALL = re.compile(r"\$\.(eventName|eventSource)\s*=\s*\"?[^*\s\"]")
_OF_ROOT = "root use"
_LOGIN = re.compile(r"login|signin|console", re.IGNORECASE)


def _called(filter_: Resource) -> str:
    names = [filter_.logical_id, text_of(filter_.value("FilterName")) or ""]
    return " ".join([*names, *(name for _, name in metrics_of(filter_))])


def _audit(filter_: Resource) -> Mapping[str, Any] | None:
    """The row of policies/rules/audit_filters.yaml that the filter's name stands for."""
    names = [filter_.logical_id, text_of(filter_.value("FilterName")) or ""]
    names += [name for _, name in metrics_of(filter_)]
    words = [re.sub(r"[^a-z0-9]", "", name.lower()) for name in names]
    rows = policy_data("rules/audit_filters")["filters"]
    return next((row for row in rows if any(re.search(row["names"], word) for word in words)), None)


def _reads_a_trail(filter_: Resource, context: RuleContext) -> bool:
    pattern = text_of(filter_.value("FilterPattern")) or ""
    return of_others(filter_, context) and bool(_TRAIL_FIELDS.search(pattern))


def _of_a_template_with_a_trail(filter_: Resource, context: RuleContext) -> bool:
    of_trail = any(
        _TRAIL_FIELDS.search(text_of(other.value("FilterPattern")) or "") for other in context.template.of_type(FILTER)
    )
    return of_others(filter_, context) and of_trail


@rule(
    "HLZ-ALM-012",
    control="LZ-LOG-17",
    resource=FILTER,
    applies=_of_a_template_with_a_trail,
    title="Metric filters match what their names say",
    fix="Let the pattern name the events that the message misses.",
)
def filters_match_their_names(filter_: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A filter named after one of the cases that CIS asks for has a pattern that names the events of the case.

    It is not narrowed to one Region, address, account or user, nor the root user's to one call unless its name says so.

    Only templates of others are judged, where a filter reads CloudTrail's records; ours are tested against events.

    Cannot see: filters by other names, and whether the pattern's logic leaves cases out.
    """
    row = _audit(filter_)
    pattern = filter_.text("FilterPattern") or ""
    if row is None:
        return
    missing = [text for text in row["needs"] if text not in pattern]
    if missing or re.search(r"\{\s*\(?\s*\$\.eventName\s*(=|!=)\s*\"?(none|never|disabled)", pattern, re.IGNORECASE):
        yield Violation(
            f"Metric filter {filter_.logical_id} is meant for {row['id']}, and its pattern lacks "
            f"{' and '.join(missing) or 'real events'}.",
            "FilterPattern",
        )
    found = _NARROWING.search(pattern)
    if not found and row["id"] == _OF_ROOT and not _LOGIN.search(_called(filter_)):
        found = _SINGLE_CALL.search(pattern)
    if found:
        yield Violation(
            f"Metric filter {filter_.logical_id} is meant for {row['id']}, and its pattern counts some cases only: "
            f"those with one {found.group(1)}.",
            "FilterPattern",
        )


@rule(
    "HLZ-ALM-013",
    control="LZ-LOG-17",
    resource=FILTER,
    applies=_reads_a_trail,
    title="Filters over the trail's records read the trail's log group",
    fix="Set LogGroupName to the log group that the trail streams to.",
)
def filters_read_the_trails_group(filter_: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A filter whose pattern speaks of CloudTrail's fields reads the log group of a trail of the template, if one is.

    Cannot see: trails of other stacks.
    """
    groups = [trail.value("CloudWatchLogsLogGroupArn") for trail in context.template.of_type("AWS::CloudTrail::Trail")]
    known = {group.logical_id for group in groups if isinstance(group, Reference)}
    known |= {id for group in groups if isinstance(group, Symbolic) for id in re.findall(r"\$\{(\w+)", group)}
    named = filter_.value("LogGroupName")
    if not known or isinstance(named, Unresolved):
        return
    names = {
        text_of(context.template.resources[id].value("LogGroupName"))
        for id in known
        if id in context.template.resources
    }
    own = named.logical_id in known if isinstance(named, Reference) else text_of(named) in names
    if not own:
        yield Violation(
            f"Metric filter {filter_.logical_id} reads {text_of(named) or 'no log group'}, and the trail writes into "
            f"{', '.join(sorted(known))}.",
            "LogGroupName",
        )


@rule(
    "HLZ-ALM-014",
    control="LZ-LOG-17",
    resource=FILTER,
    applies=of_others,
    title="Metric filters have an alarm",
    fix="Add an alarm on the filter's metric, or let MetricName and Namespace agree with it.",
)
def filters_have_an_alarm(filter_: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Every metric that a filter writes is watched by an alarm of the template (ours: HLZ-ALM-004).

    Cannot see: alarms of other stacks, and metrics for dashboards alone.
    """
    alarms = list(context.template.of_type(ALARM))

    def judge(metric: tuple[str, str]) -> Iterator[Outcome]:
        if not metric[0].startswith(OWN_NAMESPACE) and not those_that(
            alarms, lambda alarm: metric in metrics_of(alarm)
        ):
            yield Violation(
                f"{filter_.logical_id}: no alarm of the template watches metric {metric[1]} of {metric[0]}.",
                "MetricTransformations",
            )

    yield from each(metrics_of(filter_), judge)


@rule(
    "HLZ-ALM-015",
    control="LZ-LOG-17",
    resource=ALARM,
    applies=of_others,
    title="Alarms watch metrics that exist",
    fix="Let MetricName and Namespace agree with a metric filter.",
)
def alarms_have_their_filter(alarm: Resource, context: RuleContext) -> Iterator[Outcome]:
    """An alarm in a namespace that the template's filters write into watches a metric that one of them writes.

    Nor does it ask for dimensions that no filter gives the metric: such an alarm never has data.

    Cannot see: metrics that programs publish into the same namespace.
    """
    written = [metric for filter_ in context.template.of_type(FILTER) for metric in metrics_of(filter_)]
    spaces = {namespace for namespace, _ in written} - {OWN_NAMESPACE}

    def judge(metric: tuple[str, str]) -> Iterator[Outcome]:
        if metric[0] in spaces and not metric[0].startswith(OWN_NAMESPACE) and metric not in written:
            yield Violation(
                f"Alarm {alarm.logical_id} watches {metric[1]} of {metric[0]}, which no metric filter writes.",
                "MetricName",
            )
        elif metric in written and alarm.items("Dimensions") and not _has_dimensions(metric, context):
            yield Violation(
                f"Alarm {alarm.logical_id} asks for dimensions that no metric filter gives {metric[1]}; none are "
                "expected.",
                "Dimensions",
            )

    yield from each(metrics_of(alarm), judge)


def _has_dimensions(metric: tuple[str, str], context: RuleContext) -> bool:
    filters = [entry for entry in context.template.of_type(FILTER) if metric in metrics_of(entry)]
    return any(
        field_of(transformation, "Dimensions") is not MISSING
        for entry in filters
        for transformation in entry.items("MetricTransformations")
    )


def _number(alarm: Resource, path: str, default: float) -> float:
    text = text_of(alarm.known(path))
    try:
        return default if text is None else float(text)
    except ValueError:
        raise CannotEvaluate(f"{path} is {text} where a number is meant") from None


@rule(
    "HLZ-ALM-016",
    control="LZ-LOG-17",
    resource=ALARM,
    applies=of_others,
    title="One case of what a metric filter counts makes the alarm fire, soon",
    fix="Set Statistic Sum, GreaterThanOrEqualToThreshold 1, Period 300, EvaluationPeriods 1.",
)
def audit_alarms_fire(alarm: Resource, context: RuleContext) -> Iterator[Outcome]:
    """An alarm on a metric filter's metric fires upward, at a threshold that cases reach, within an hour.

    Thresholds of the cases that CIS asks for are in policies/rules/audit_filters.yaml; others may be up to 100. A
    downward alarm is one of a heartbeat if missing data is breaching. Of ones the average and the minimum are no count:
    a filter's DefaultValue pulls them to zero.

    Cannot see: how often the case happens, and alarms on expressions.
    """
    watched = metrics_of(alarm)
    filters = [f for f in context.template.of_type(FILTER) if any(metric in watched for metric in metrics_of(f))]
    if not filters or alarm.value("MetricName") is MISSING:
        return
    row = next((row for row in map(_audit, filters) if row), None)
    comparison, threshold = alarm.text("ComparisonOperator"), _number(alarm, "Threshold", 1)
    periods, period = _number(alarm, "EvaluationPeriods", 1), _number(alarm, "Period", 300)
    points = _number(alarm, "DatapointsToAlarm", periods)
    heartbeat = comparison in _DOWNWARD and alarm.text("TreatMissingData") == "breaching"
    if comparison in _DOWNWARD and not heartbeat:
        yield _silent(alarm, f"fires when there is none ({comparison})", "ComparisonOperator")
    if heartbeat or comparison not in _UPWARD:
        return
    if threshold > (row["at_most"] if row else _MANY):
        yield _silent(alarm, f"fires only above {threshold:g} cases", "Threshold")
    if period * periods > _HOUR:
        yield _silent(alarm, f"looks at {period * periods / _HOUR:g} hours", "EvaluationPeriods")
    if row and points > 1:
        yield _silent(alarm, f"needs cases in {points:g} periods", "DatapointsToAlarm")
    statistic = alarm.text("Statistic")
    if statistic in _MEAN and any(_counts_ones(f) for f in filters):
        yield _silent(alarm, f"takes the {statistic} of what is counted", "Statistic")
        return
    above_one = threshold > 1 or (threshold == 1 and comparison == "GreaterThanThreshold")
    if above_one and statistic is not None and statistic not in _SUMMING:
        yield _silent(alarm, f"takes the {statistic} of ones, which stays at one", "Statistic")


def _counts_ones(filter_: Resource) -> bool:
    """Whether every match of the filter counts one, so that only a sum or a maximum says something of a period."""
    return any(text_of(field_of(entry, "MetricValue")) == "1" for entry in filter_.items("MetricTransformations"))


def _silent(alarm: Resource, what: str, path: str) -> Violation:
    return Violation(f"Alarm {alarm.logical_id} {what}; one case within the hour is expected to make it fire.", path)


def _measures_a_known_metric(alarm: Resource, context: RuleContext) -> bool:
    return of_others(alarm, context) and _metric_name(alarm) in policy_data("rules/metric_directions")["metrics"]


def _metric_name(alarm: Resource) -> str:
    """The metric an alarm measures: its own, or the only entry of Metrics."""
    written = alarm.value("MetricName")
    if written is MISSING and len(alarm.items("Metrics")) == 1:
        written = alarm.value("Metrics.0.MetricStat.Metric.MetricName")
    return text_of(written) or ""


@rule(
    "HLZ-ALM-017",
    control="LZ-LOG-17",
    resource=ALARM,
    applies=_measures_a_known_metric,
    title="Alarms look to the bad side, at a threshold that is reached",
    fix="Turn ComparisonOperator round, or choose a threshold that is reached; let missing signs of life breach.",
)
def alarms_look_to_the_bad_side(alarm: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Alarms on metrics of policies/rules/metric_directions.yaml compare to their bad side and can fire.

    Where the absence of data is bad news (healthy hosts, successful runs), missing data is neither ignored nor fine.
    An alarm whose actions scale something is left alone.

    Cannot see: what load is normal.
    """
    row = policy_data("rules/metric_directions")["metrics"][_metric_name(alarm)]
    comparison = alarm.text("ComparisonOperator") or ""
    if comparison not in (*_UPWARD, *_DOWNWARD) or _scales(alarm, context):
        return
    threshold = _number(alarm, "Threshold", 1)
    if (comparison in _UPWARD) != (row["bad"] == "high"):
        yield Violation(
            f"Alarm {alarm.logical_id} fires on the good side ({comparison} {threshold:g}).", "ComparisonOperator"
        )
        return
    never = "highest" in row and (
        threshold > row["highest"] or (threshold == row["highest"] and comparison == _UPWARD[1])
    )
    if "lowest" in row:
        never = threshold < row["lowest"] or (threshold == row["lowest"] and comparison == _DOWNWARD[1])
    if never:
        yield Violation(f"Alarm {alarm.logical_id} has a threshold that is never passed ({threshold:g}).", "Threshold")
    if row.get("presence") and alarm.text("TreatMissingData") in ("notBreaching", "ignore"):
        yield Violation(
            f"Alarm {alarm.logical_id} takes missing data for good, although it tells that nothing is alive.",
            "TreatMissingData",
        )


def _scales(alarm: Resource, context: RuleContext) -> bool:
    for action in alarm.items("AlarmActions"):
        target = context.template.resources.get(action.logical_id) if isinstance(action, Reference) else None
        if (target and "Scaling" in target.type) or "autoscaling" in (text_of(action) or ""):
            return True
    return False


@rule(
    "HLZ-ALM-018",
    control="LZ-DET-08",
    resource="AWS::SNS::Topic",
    severity="warning",
    applies=of_others,
    title="Somebody is subscribed to the topics that alarms and findings go to",
    fix="Add an AWS::SNS::Subscription of the people on call, or of the system that reaches them.",
)
def alarm_topics_have_readers(topic: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A topic that alarms or event rules of the template publish to has a subscription in the template.

    Cannot see: subscriptions made outside the template, and whether an address is confirmed.
    """
    template = context.template
    publishers = (ALARM, "AWS::CloudWatch::CompositeAlarm", "AWS::Events::Rule")
    uses = [template.resources[use.resource].type for use in template.uses if use.target == topic.logical_id]
    if not any(type_ in publishers for type_ in uses) or topic.items("Subscription"):
        return
    subscriptions = template.of_type("AWS::SNS::Subscription")
    readers = those_that(subscriptions, lambda other: _names(other.known("TopicArn"), topic))
    if not readers and "AWS::Chatbot::SlackChannelConfiguration" not in uses:
        yield Violation(f"Alarms go to topic {topic.logical_id}, to which the template subscribes nobody.")


def _names(value: object, topic: Resource) -> bool:
    return isinstance(value, Reference) and value.logical_id == topic.logical_id
