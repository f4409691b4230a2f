"""Rules over backup selections: that they select, exclude no store, and that every store is in one."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from landing_zone.assurance.library.bucket_roles import receives_logs, receives_trail
from landing_zone.assurance.library.presence import field_of, those_that
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule, template_rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Reference, Unresolved, Value, named, text_of

_SELECTION = "AWS::Backup::BackupSelection"
_IN = "BackupSelection"
_CONDITIONS = f"{_IN}.Conditions"
_ARN_SERVICE: Mapping[str, str] = {
    "AWS::DocDB::DBCluster": "arn:aws:rds:r:a:cluster:x",
    "AWS::DynamoDB::GlobalTable": "arn:aws:dynamodb:r:a:table/x",
    "AWS::DynamoDB::Table": "arn:aws:dynamodb:r:a:table/x",
    "AWS::EC2::Volume": "arn:aws:ec2:r:a:volume/x",
    "AWS::EFS::FileSystem": "arn:aws:elasticfilesystem:r:a:file-system/x",
    "AWS::FSx::FileSystem": "arn:aws:fsx:r:a:file-system/x",
    "AWS::Neptune::DBCluster": "arn:aws:rds:r:a:cluster:x",
    "AWS::RDS::DBCluster": "arn:aws:rds:r:a:cluster:x",
    "AWS::RDS::DBInstance": "arn:aws:rds:r:a:db:x",
}
"""Stores that AWS Backup saves, and what their ARNs look like, to compare patterns with."""

_EVERY_DATABASE = re.compile(r"arn:[^:]*:(rds|dynamodb|elasticfilesystem|redshift|fsx):[^:]*:[^:]*:(\*|[a-z-]+[:/]\*)")

_TAGS_AT = {"AWS::EFS::FileSystem": "FileSystemTags", "AWS::DynamoDB::GlobalTable": "Replicas.0.Tags"}


def _is_saved(store: Resource, context: RuleContext) -> bool:
    if context.own or not any(True for _ in context.template.of_type(_SELECTION)):
        return False
    return store.type != "AWS::RDS::DBInstance" or store.known("DBClusterIdentifier") is MISSING


@rule(
    "HLZ-BCK-020",
    control="LZ-BCK-01",
    resource=tuple(_ARN_SERVICE),
    applies=_is_saved,
    title="Stores are in a backup selection",
    fix="Give the store the tag that a selection of the template asks for, or name it in the selection's Resources.",
)
def stores_are_selected(store: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Beside a backup selection, each table, database, volume and file system is in one: by ARN, pattern or tag.

    A file system with a BackupPolicy of its own counts. Where a template has no selection at all, HLZ-BCK-021 says so.
    Our own stacks have no workloads; organization policies select there.

    Cannot see: plans of other stacks and of the organization, and tags given to the whole stack.
    """
    if store.type == "AWS::EFS::FileSystem" and store.value("BackupPolicy.Status") == "ENABLED":
        return
    selections = list(context.template.of_type(_SELECTION))
    if not those_that(selections, lambda selection: _selects(selection, store)):
        yield Violation(
            f"{store.logical_id} is in no backup selection of the template; one that selects it is expected."
        )


@template_rule(
    "HLZ-BCK-021",
    control="LZ-BCK-01",
    applies=lambda resource, context: not context.own,
    title="A template with stores has a backup selection",
    fix="Add an AWS::Backup::BackupPlan and an AWS::Backup::BackupSelection.",
)
def stores_have_a_plan(context: RuleContext) -> Iterator[Outcome]:
    """Where tables, databases, volumes or file systems are declared, or a plan is, a backup selection is as well.

    Cannot see: plans of other stacks and of the organization.
    """
    plans = [plan.logical_id for plan in context.template.of_type("AWS::Backup::BackupPlan")]
    stores = [
        store.logical_id
        for store in context.template.of_type(*_ARN_SERVICE)
        if store.known("DBClusterIdentifier") is MISSING or store.type != "AWS::RDS::DBInstance"
    ]
    if (plans or stores) and not any(True for _ in context.template.of_type(_SELECTION)):
        names = ", ".join(stores[:3]) + (" and others" if len(stores) > 3 else "")
        what = f"Plan {plans[0]} selects nothing" if plans else f"{names}: no backup plan of the template saves them"
        yield Violation(f"{what}; an AWS::Backup::BackupSelection is expected.", "", (plans or stores)[0])


@rule(
    "HLZ-BCK-022",
    control="LZ-BCK-01",
    resource=_SELECTION,
    title="Backup selections select something and leave nothing out",
    fix="Name Resources, ListOfTags or Conditions, and remove what NotResources or a negated condition leaves out.",
)
def selections_select(selection: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A selection names resources or tags, and where stores stand beside it, one of them carries such a tag.

    It leaves out neither everything, nor all databases or file systems of a kind, nor a store of the template.

    Cannot see: whether anything carries the tags, and what patterns leave out in other stacks.
    """
    given = [selection.known(f"{_IN}.{name}") for name in ("Resources", "ListOfTags", "Conditions")]
    if all(value in (MISSING, [], {}) for value in given):
        yield Violation(
            f"Selection {selection.logical_id} selects nothing; Resources, ListOfTags or Conditions are expected.", _IN
        )
    elif given[0] in (MISSING, []) and given[1] not in (MISSING, []):
        stores = list(context.template.of_type(*_ARN_SERVICE, "AWS::Redshift::Cluster"))
        stores += [bucket for bucket in context.template.of_type("AWS::S3::Bucket") if not _holds_logs(bucket, context)]
        if stores and not those_that(stores, lambda store: _has_a_tag(selection, store)):
            yield Violation(
                f"Selection {selection.logical_id} asks for tags that no store of the template carries; the stores' "
                "tags are expected.",
                f"{_IN}.ListOfTags",
            )
    left_out = selection.items(f"{_IN}.NotResources")

    def judge(index: int) -> Iterator[Outcome]:
        value = left_out[index]
        hit = [store for store in context.template.of_type(*_ARN_SERVICE) if _names(value, store)]
        text = text_of(value) or ""
        if _EVERY_DATABASE.fullmatch(text):
            yield Violation(
                f"Selection {selection.logical_id} leaves every resource like {text} out; NotResources without it is "
                "expected.",
                f"{_IN}.NotResources.{index}",
            )
        elif text == "*" or hit:
            yield Violation(
                f"Selection {selection.logical_id} leaves out {hit[0].logical_id if hit else 'everything'}; "
                "NotResources without it is expected.",
                f"{_IN}.NotResources.{index}",
            )

    yield from each(range(len(left_out)), judge)


def _holds_logs(bucket: Resource, context: RuleContext) -> bool:
    return receives_logs(bucket, context) or receives_trail(bucket, context)


def _selects(selection: Resource, store: Resource) -> bool:
    if those_that(selection.items(f"{_IN}.NotResources"), lambda value: _names(value, store)):
        return False
    named_here = selection.items(f"{_IN}.Resources")
    by_tag = selection.items(f"{_IN}.ListOfTags")
    if _has_a_tag(selection, store):
        return True
    if not those_that(named_here, lambda value: _names(value, store)) and (named_here or by_tag):
        return False
    return _meets(selection, store)


def _has_a_tag(selection: Resource, store: Resource) -> bool:
    by_tag = selection.items(f"{_IN}.ListOfTags")
    return bool(those_that(by_tag, lambda entry: _carries(store, entry, "ConditionKey", "ConditionValue")))


def _meets(selection: Resource, store: Resource) -> bool:
    """Whether the store meets all conditions; raises CannotEvaluate where a pattern or a negation decides."""
    if selection.known(_CONDITIONS) is MISSING:
        return bool(selection.items(f"{_IN}.Resources"))
    equal = selection.items(f"{_CONDITIONS}.StringEquals")
    if not all(_carries(store, entry, "ConditionKey", "ConditionValue") for entry in equal):
        return False
    unequal = selection.items(f"{_CONDITIONS}.StringNotEquals")
    if any(_carries(store, entry, "ConditionKey", "ConditionValue") for entry in unequal):
        return False
    for name in ("StringLike", "StringNotLike"):
        for entry in selection.items(f"{_CONDITIONS}.{name}"):
            tag = _tag(store, str(field_of(entry, "ConditionKey")))
            pattern = text_of(field_of(entry, "ConditionValue")) or ""
            if (tag is not None and fnmatchcase(tag, pattern)) != (name == "StringLike"):
                return False
    return True


def _carries(store: Resource, entry: Value, key: str, value: str) -> bool:
    wanted = field_of(entry, value)
    return _tag(store, str(field_of(entry, key))) == text_of(wanted)


def _tag(store: Resource, key: str) -> str | None:
    """The store's tag; None if it does not carry it. Raises CannotEvaluate if that is open."""
    tags = store.known(_TAGS_AT.get(store.type, "Tags"))
    name = key.removeprefix("aws:ResourceTag/")
    if tags is MISSING:
        return None
    entries = tags if isinstance(tags, list) else [{"Key": k, "Value": v} for k, v in _map(tags).items()]
    for entry in entries:
        if text_of(field_of(entry, "Key")) == name:
            return text_of(field_of(entry, "Value"))
    return None


def _map(tags: Value) -> Mapping[str, Value]:
    if isinstance(tags, Mapping):
        return tags
    raise CannotEvaluate(f"the tags are {named(tags)}")


def _names(value: Value, store: Resource) -> bool:
    """Whether an entry of Resources is the store's ARN or a pattern for it."""
    if isinstance(value, Unresolved):
        raise CannotEvaluate(f"a resource of the selection is not known: {value.reason}")
    if isinstance(value, Reference):
        return value.logical_id == store.logical_id
    text = text_of(value) or ""
    if re.search(r"\$\{" + re.escape(store.logical_id) + r"(\.[A-Za-z.]+)?\}", text):
        return True
    pattern = re.sub(r"\$\{AWS::(Partition|Region|AccountId)\}", "*", text)
    return "${" not in pattern and "*" in text and fnmatchcase(_ARN_SERVICE[store.type], pattern)
