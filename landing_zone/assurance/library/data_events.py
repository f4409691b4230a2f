"""A rule over data events: which reads and writes of objects, items and functions the template's trails record."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from landing_zone.assurance.library.presence import field_of
from landing_zone.assurance.library.scope import of_others
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule, template_rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Symbolic, Unresolved, Value, text_of

_TRAIL, _STORE = "AWS::CloudTrail::Trail", "AWS::CloudTrail::EventDataStore"
_BUCKET = "AWS::S3::Bucket"
_OBJECTS, _FUNCTIONS = "AWS::S3::Object", "AWS::Lambda::Function"
_KINDS: Mapping[str, tuple[str, ...]] = {
    _OBJECTS: (_BUCKET,),
    "AWS::DynamoDB::Table": ("AWS::DynamoDB::Table", "AWS::DynamoDB::GlobalTable"),
    _FUNCTIONS: (_FUNCTIONS,),
}
"""Kinds of data events that LZ-LOG-05 names, and the resources of a template that make them worth recording."""
_EVERY = re.compile(r"arn:(aws[a-z-]*|\$\{AWS::Partition\}):(s3(:::)?|dynamodb|lambda)")
_LOGS = re.compile(r"log|trail|audit|archive|access|config|report|artifact|replica", re.IGNORECASE)
_NARROWING = ("readOnly", "eventName", "userIdentity.arn", "sessionCredentialFromConsole", "eventType")


def _has_trail(resource: Resource, context: RuleContext) -> bool:
    return of_others(resource, context) and any(True for _ in context.template.of_type(_TRAIL, _STORE))


@template_rule(
    "HLZ-TRL-005",
    control="LZ-LOG-05",
    applies=_has_trail,
    title="Trails record who reads and writes objects, items and functions",
    fix="Add an (advanced) event selector of data events for AWS::S3::Object, and for AWS::DynamoDB::Table and "
    "AWS::Lambda::Function where the template has any, reads and writes, without further limits.",
)
def data_events_are_recorded(context: RuleContext) -> Iterator[Outcome]:
    """A trail or event data store of the template records data events of S3 objects, whole or of each bucket of data.

    DynamoDB tables and Lambda functions are asked for where some trail records such events or the template has tables,
    functions only where tables are recorded as well; all three where the organization's trail records two of them.
    Selectors of one direction, of single actions or of single users do not count. Buckets whose name tells of logs may
    be left out. Only templates of others are judged (HLZ-TRL-003 judges ours).

    Cannot see: trails of other stacks, and buckets that a deployment names.
    """
    trails = list(context.template.of_type(_TRAIL, _STORE))
    accounts = any(trail.flag("IsOrganizationTrail") and _kinds(trail) > 1 for trail in trails)

    def judge(kind: str) -> Iterator[Outcome]:
        subjects = list(context.template.of_type(*_KINDS[kind]))
        if kind == _OBJECTS:
            subjects = [bucket for bucket in subjects if not _LOGS.search(_called(bucket))]
        elif kind == _FUNCTIONS:
            several = any(_mentions(trail, "AWS::DynamoDB::Table") for trail in trails)
            subjects = subjects if several else []
        chosen = [target for trail in trails for target in _targets(trail, kind)]
        asked = kind == _OBJECTS or subjects or any(_mentions(trail, kind) for trail in trails) or accounts
        if not asked or "*" in chosen:
            return
        if not chosen:
            yield Violation(
                f"No trail of the template records both reading and writing of {kind}; data events of that type are "
                "expected.",
                "",
                trails[0].logical_id,
            )
            return
        if any(isinstance(target, (Unresolved, Symbolic)) and "${" not in str(target) for target in chosen):
            raise CannotEvaluate(f"which {kind} are recorded is decided at deployment")
        left = [subject.logical_id for subject in subjects if not any(_names(target, subject) for target in chosen)]
        literal = all("${" not in (text_of(target) or "") for target in chosen)
        if literal and kind == _OBJECTS and (left or not subjects):
            yield Violation(
                f"Data events of {kind} are recorded for {', '.join(str(target) for target in chosen)} alone.",
                "",
                trails[0].logical_id,
            )
        elif left and len(left) < len(subjects) and kind != _FUNCTIONS:
            yield Violation(
                f"Data events of {', '.join(left)} are recorded by no trail of the template, unlike those of others.",
                "",
                trails[0].logical_id,
            )

    yield from each(_KINDS, judge)


def _called(bucket: Resource) -> str:
    return f"{bucket.logical_id} {text_of(bucket.value('BucketName')) or ''}"


def _mentions(trail: Resource, kind: str) -> bool:
    return f"'{kind}'" in str(trail.properties)


def _kinds(trail: Resource) -> int:
    return sum(_mentions(trail, kind) for kind in _KINDS)


def _names(target: Value, subject: Resource) -> bool:
    text = text_of(target) or ""
    name = text_of(subject.value("BucketName")) or text_of(subject.value("TableName"))
    return "${" + subject.logical_id in text or bool(name and not isinstance(name, Symbolic) and name in text)


def _targets(trail: Resource, kind: str) -> Iterator[Value]:
    """What the trail records both ways of a kind: `*` for all, else ARNs."""
    for selector in trail.items("EventSelectors"):
        if field_of(selector, "ReadWriteType") not in (MISSING, "All"):
            continue
        resources = field_of(selector, "DataResources")
        for resource in resources if isinstance(resources, list) else []:
            if field_of(resource, "Type") == kind:
                values = field_of(resource, "Values")
                for value in values if isinstance(values, list) else []:
                    yield "*" if _EVERY.fullmatch(text_of(value) or "") else value
    for selector in trail.items("AdvancedEventSelectors"):
        yield from _advanced(selector, kind)


def _advanced(selector: Value, kind: str) -> Iterator[Value]:
    listed = field_of(selector, "FieldSelectors")
    fields = [text_of(field_of(entry, "Field")) or "" for entry in listed] if isinstance(listed, list) else []
    kinds: list[str] = []
    arns: list[Value] = ["*"]
    for entry in listed if isinstance(listed, list) else []:
        name = text_of(field_of(entry, "Field"))
        if name == "resources.type":
            values = field_of(entry, "Equals")
            kinds = [text_of(value) or "" for value in values] if isinstance(values, list) else []
        if name == "resources.ARN":
            for operator in ("Equals", "StartsWith"):
                values = field_of(entry, operator)
                if isinstance(values, list):
                    arns = ["*" if _EVERY.fullmatch((text_of(value) or "").rstrip("/")) else value for value in values]
    if kind in kinds and not any(field in _NARROWING for field in fields):
        yield from arns


_ORGANIZATION_SIGNS = (
    ("AWS::AccessAnalyzer::Analyzer", "Type", r"ORGANIZATION.*"),
    ("AWS::CloudTrail::EventDataStore", "OrganizationEnabled", "true"),
    ("AWS::CloudTrail::Trail", "IsOrganizationTrail", "true"),
    ("AWS::Config::ConfigurationAggregator", "OrganizationAggregationSource.AllAwsRegions", ".*"),
    ("AWS::Config::OrganizationConfigRule", "OrganizationConfigRuleName", ".*"),
    ("AWS::Config::OrganizationConformancePack", "OrganizationConformancePackName", ".*"),
)
"""Type, property and pattern of what tells that a template speaks for an organization."""


def _signs(context: RuleContext) -> int:
    """How many kinds of resources of the template speak for the organization; its own resources count for two."""
    template = context.template
    own = any(resource.type.startswith("AWS::Organizations::") for resource in template.resources.values())
    return 2 * own + sum(
        any(re.fullmatch(pattern, text_of(other.value(path)) or "") for other in template.of_type(type_))
        for type_, path, pattern in _ORGANIZATION_SIGNS
    )


@rule(
    "HLZ-TRL-006",
    control="LZ-LOG-01",
    resource=(_TRAIL, _STORE),
    severity="warning",
    applies=of_others,
    title="Nobody takes the organization out of a trail",
    fix="Set IsOrganizationTrail true where the organization is managed; leave it out in other accounts.",
)
def trails_stay_the_organizations(trail: Resource, context: RuleContext) -> Iterator[Outcome]:
    """IsOrganizationTrail is not stated as false. Trails that leave it out are one account's and fine as such.

    They are not where two things of the template speak for an organization; nor is an event data store there that is
    told to leave the organization out.

    Cannot see: trails of other accounts.
    """
    if trail.type == _STORE:
        if trail.flag("OrganizationEnabled") is False and _signs(context) > 1:
            yield Violation(
                f"Event data store {trail.logical_id} leaves the organization out, for which the template speaks.",
                "OrganizationEnabled",
            )
        return
    stated = trail.flag("IsOrganizationTrail")
    others = (other for other in context.template.of_type(_TRAIL) if other != trail)
    if stated is False or (
        stated is None and _signs(context) > 1 and not any(other.flag("IsOrganizationTrail") for other in others)
    ):
        yield Violation(
            f"Trail {trail.logical_id} is no trail of the organization; IsOrganizationTrail true is expected.",
            "IsOrganizationTrail",
        )
