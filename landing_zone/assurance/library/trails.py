"""Rules over CloudTrail trails."""

from __future__ import annotations

import re
from collections.abc import Iterator

from landing_zone.assurance.library.presence import field_of, is_given, those_that
from landing_zone.assurance.library.tags import DATA_EVENTS, PURPOSE
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Unresolved, Value, named, text_of

_TRAIL, _STORE = "AWS::CloudTrail::Trail", "AWS::CloudTrail::EventDataStore"
_FLAGS = {
    "IsLogging": "does not log",
    "IsMultiRegionTrail": "records one Region only",
    "IncludeGlobalServiceEvents": "leaves out global services such as IAM",
    "EnableLogFileValidation": "writes no digests by which changed or missing log files show",
}
_BY_DEFAULT = "IncludeGlobalServiceEvents"
"""CloudTrail includes global services unless told not to (API reference, CreateTrail)."""
_GIVEN = {"KMSKeyId": "no customer managed key", "S3BucketName": "no bucket"}
_STREAM = {
    "CloudWatchLogsLogGroupArn": "no CloudWatch log group",
    "CloudWatchLogsRoleArn": "no role for CloudWatch Logs",
}
_INSIGHTS = ("ApiCallRateInsight", "ApiErrorRateInsight")

_OBJECTS = "AWS::S3::Object"
_ALL_BUCKETS = re.compile(r"arn:(aws[a-z-]*|\$\{AWS::Partition\}):s3(:::)?")
_OWN_BUCKETS = re.compile(r"arn:(aws[a-z-]*|\$\{AWS::Partition\}):s3:::hlz-")
_EXCLUDING = ("NotStartsWith", "NotEquals")
_OPERATORS = ("Equals", "StartsWith", "EndsWith", "NotEquals", "NotStartsWith", "NotEndsWith")


@rule(
    "HLZ-TRL-001",
    control="LZ-LOG-01",
    resource=_TRAIL,
    title="Trails log all Regions and global services, validated and under a customer managed key",
    fix="Set IsLogging, IsMultiRegionTrail, IncludeGlobalServiceEvents and EnableLogFileValidation to true, and "
    "KMSKeyId and S3BucketName.",
)
def trails_are_whole(trail: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A trail is switched on, covers every Region and the global services, and is validated, encrypted and delivered.

    All flags are to be stated, but for IncludeGlobalServiceEvents in templates of others; several Regions and
    validation are off by default (CloudFormation schema).

    Cannot see: whether somebody stops the trail, whether the key's policy lets CloudTrail write, and the bucket.
    """

    def flagged(name: str) -> Iterator[Outcome]:
        stated = trail.flag(name)
        if not (stated or (stated is None and name == _BY_DEFAULT and not context.own)):
            yield Violation(f"Trail {trail.logical_id} {_FLAGS[name]}; {name} true is expected.", name)

    yield from each(_FLAGS, flagged)
    yield from _given(trail, _GIVEN)


def _given(trail: Resource, expected: dict[str, str]) -> Iterator[Outcome]:
    def judge(name: str) -> Iterator[Outcome]:
        if not is_given(trail, name):
            yield Violation(f"Trail {trail.logical_id} has {expected[name]}; {name} is expected.", name)

    yield from each(expected, judge)


def _is_of_the_organization(trail: Resource, context: RuleContext) -> bool:
    if not context.own:
        excusing = (_TRAIL,) if trail.type == _TRAIL else (_TRAIL, _STORE)
        others = (other for other in context.template.of_type(*excusing) if other != trail)
        return not any(_records_all_management(other) for other in others)
    if trail.type == _STORE:
        return False
    return bool(trail.flag("IsOrganizationTrail")) and trail.tag(PURPOSE) != DATA_EVENTS


def _records_all_management(trail: Resource) -> bool:
    try:
        return not list(_management(trail))
    except CannotEvaluate:
        return False


@rule(
    "HLZ-TRL-002",
    control="LZ-LOG-01",
    resource=(_TRAIL, _STORE),
    applies=_is_of_the_organization,
    title="The organization trail records all management events and Insights, and streams them",
    fix="Leave event selectors out or let one record management events without limits; add InsightSelectors "
    "ApiCallRateInsight and ApiErrorRateInsight, CloudWatchLogsLogGroupArn and CloudWatchLogsRoleArn.",
)
def organization_trail_records_everything(trail: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Management events are recorded read and write without excluded sources, Insights are on, alarms get a stream.

    Without event selectors a trail records all management events (CloudFormation schema). A trail tagged
    `hlz:purpose=data-events` is HLZ-TRL-003's. In templates of others any trail or event data store is judged, by its
    management events alone, unless another one records them all: alarms read a trail, so an event data store stands
    in for no trail. HLZ-TRL-004 asks for the stream.

    Cannot see: trails of accounts, and metric filters on the log group in other stacks.
    """
    yield from each((_management, _insights) if context.own else (_management,), lambda judge: judge(trail))
    if context.own:
        yield from _given(trail, _STREAM)


def _management(trail: Resource) -> Iterator[Outcome]:
    basic, advanced = trail.items("EventSelectors"), trail.items("AdvancedEventSelectors")
    if not basic and not advanced:
        return
    if not those_that(basic, _records_management) and not those_that(advanced, _selects_management):
        yield Violation(
            f"Trail {trail.logical_id} does not record every management event; a selector of management events without "
            "read-only, event name or source limits is expected.",
            "AdvancedEventSelectors" if advanced else "EventSelectors",
        )


def _records_management(selector: Value) -> bool:
    return (
        text_of(field_of(selector, "IncludeManagementEvents")) in (None, "true")
        and field_of(selector, "ReadWriteType") in (MISSING, "All")
        and field_of(selector, "ExcludeManagementEventSources") in (MISSING, [])
    )


def _selects_management(selector: Value) -> bool:
    return _fields(selector) == [("eventCategory", "Equals", ["Management"])]


def _insights(trail: Resource) -> Iterator[Outcome]:
    selectors = trail.items("InsightSelectors")

    def judge(wanted: str) -> Iterator[Outcome]:
        if not those_that(selectors, lambda selector: field_of(selector, "InsightType") == wanted):
            yield Violation(
                f"Trail {trail.logical_id} does not look for unusual activity; the Insight {wanted} is expected.",
                "InsightSelectors",
            )

    yield from each(_INSIGHTS, judge)


def _has_data_events(trail: Resource, context: RuleContext) -> bool:
    """Tagged as a trail of data events, or selecting some; others' are judged by HLZ-TRL-005."""
    if not context.own:
        return False
    if trail.tag(PURPOSE) == DATA_EVENTS:
        return True
    basic, advanced = trail.items("EventSelectors"), trail.items("AdvancedEventSelectors")
    return bool(
        those_that(basic, lambda selector: field_of(selector, "DataResources") not in (MISSING, []))
        or those_that(advanced, lambda selector: ("eventCategory", "Equals", ["Data"]) in _fields(selector))
    )


@rule(
    "HLZ-TRL-003",
    control="LZ-LOG-05",
    resource=_TRAIL,
    applies=_has_data_events,
    title="A trail of data events covers all S3 objects, read and write",
    fix="Add an advanced event selector with eventCategory Data and resources.type AWS::S3::Object, and no further "
    "field but resources.ARN NotStartsWith arn:aws:s3:::hlz- for the log archive.",
)
def data_events_cover_all_objects(trail: Resource, context: RuleContext) -> Iterator[Outcome]:
    """One selector records reading and writing of every S3 object, but those of the toolkit's own buckets (`hlz-`).

    A trail that records its own delivery fills itself, hence the exclusion. Basic selectors of `arn:aws:s3` count.

    Cannot see: data events of other services, directory buckets, and whether somebody else may name a bucket `hlz-...`
    (a guardrail's work).
    """
    basic, advanced = trail.items("EventSelectors"), trail.items("AdvancedEventSelectors")
    if not those_that(basic, _records_all_objects) and not those_that(advanced, _selects_all_objects):
        yield Violation(
            f"Trail {trail.logical_id} does not record reading and writing of all S3 objects; a selector of data "
            "events of AWS::S3::Object without limits but on the toolkit's own buckets is expected.",
            "AdvancedEventSelectors" if advanced or not basic else "EventSelectors",
        )


def _records_all_objects(selector: Value) -> bool:
    if field_of(selector, "ReadWriteType") not in (MISSING, "All"):
        return False
    resources = _list(field_of(selector, "DataResources"), "DataResources")
    return any(
        field_of(resource, "Type") == _OBJECTS
        and any(_ALL_BUCKETS.fullmatch(text) for text in _texts(field_of(resource, "Values"), "Values"))
        for resource in resources
    )


def _selects_all_objects(selector: Value) -> bool:
    fields = _fields(selector)
    needed = [("eventCategory", "Equals", ["Data"]), ("resources.type", "Equals", [_OBJECTS])]
    return all(entry in fields for entry in needed) and all(
        entry in needed
        or (
            entry[0] == "resources.ARN"
            and entry[1] in _EXCLUDING
            and all(_OWN_BUCKETS.match(text) for text in entry[2])
        )
        for entry in fields
    )


def _fields(selector: Value) -> list[tuple[str, str, list[str]]]:
    """Field, operator and texts of an advanced event selector. Raises CannotEvaluate if one is unknown."""
    found: list[tuple[str, str, list[str]]] = []
    for entry in _list(field_of(selector, "FieldSelectors"), "FieldSelectors"):
        name = field_of(entry, "Field")
        for operator in _OPERATORS:
            values = field_of(entry, operator)
            if values is not MISSING:
                found.append((text_of(name) or "", operator, _texts(values, operator)))
    return found


def _list(value: Value, name: str) -> list[Value]:
    if value is MISSING:
        return []
    if not isinstance(value, list):
        raise CannotEvaluate(f"{name} is {named(value)} where a list is meant")
    return value


def _texts(values: Value, name: str) -> list[str]:
    texts: list[str] = []
    for value in _list(values, name):
        text = text_of(value)
        if text is None:
            reason = value.reason if isinstance(value, Unresolved) else f"it is {named(value)}"
            raise CannotEvaluate(f"a value of {name} is not known: {reason}")
        texts.append(text)
    return texts
