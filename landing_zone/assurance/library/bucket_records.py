"""Rules over buckets of anybody's templates: who reads is logged, copies exist, and what must be kept is kept.

Our own buckets say by tag what they are for (`log_buckets`); here the template's references and names tell.
"""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.assurance.library.bucket_roles import (
    holds_required_records,
    is_replica,
    passes_on,
    receives_access_logs,
    receives_distribution_logs,
    receives_logs,
    receives_trail,
)
from landing_zone.assurance.library.log_buckets import DAYS_OF_A_YEAR, is_enabled, is_filtered, replicates
from landing_zone.assurance.library.retention import first_loss
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, Reference

_BUCKET = "AWS::S3::Bucket"
_LIFECYCLE = "LifecycleConfiguration.Rules"
_LOCK = "ObjectLockConfiguration.Rule.DefaultRetention"
SIX_YEARS = 6 * DAYS_OF_A_YEAR
_REPLICATING = "s3:GetReplicationConfiguration"
"""What every role of replication may do on the bucket that it copies from."""
_SHORTEST_VERSIONS = 30
_NONCURRENT = ("NoncurrentVersionExpiration.NoncurrentDays", "NoncurrentVersionExpirationInDays")


def _is_read_by_people(bucket: Resource, context: RuleContext) -> bool:
    return not context.own and not receives_access_logs(bucket, context)


@rule(
    "HLZ-S3-011",
    control="LZ-LOG-10",
    resource=_BUCKET,
    applies=_is_read_by_people,
    title="Buckets log who reads them",
    fix="Set LoggingConfiguration with DestinationBucketName, another bucket for access logs.",
)
def access_is_logged(bucket: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The bucket has server access logging into another bucket.

    Buckets that receive access logs, by reference or by name, need none of their own. Our own stacks are judged by
    HIPAA.Security-S3BucketLoggingEnabled.

    Cannot see: data events of a trail, which tell much the same, and whether S3 may write into the destination.
    """
    if bucket.known("LoggingConfiguration") is MISSING:
        yield Violation(
            f"Bucket {bucket.logical_id} does not log who reads it; LoggingConfiguration is expected.",
            "LoggingConfiguration",
        )
    elif bucket.value("LoggingConfiguration.DestinationBucketName") == Reference(bucket.logical_id):
        yield Violation(
            f"Bucket {bucket.logical_id} logs into itself, each log of a log again; another bucket is expected.",
            "LoggingConfiguration.DestinationBucketName",
        )


def _is_an_only_copy(bucket: Resource, context: RuleContext) -> bool:
    if context.own:
        return False
    if bucket.known("ReplicationConfiguration") is not MISSING:
        return True
    if passes_on(bucket) or is_replica(bucket, context):
        return False
    if receives_logs(bucket, context) or receives_trail(bucket, context):
        return _replication_is_prepared(bucket, context)
    return True


def _replication_is_prepared(bucket: Resource, context: RuleContext) -> bool:
    """Whether a policy of the template lets S3 replicate out of the bucket, or out of one while none replicates."""
    template = context.template
    preparing = {
        name
        for name, resource in template.resources.items()
        if resource.type.startswith("AWS::IAM::") and _REPLICATING in str(resource.properties)
    }
    replicating = any(other.known("ReplicationConfiguration") is not MISSING for other in template.of_type(_BUCKET))
    named = any(use.resource in preparing and use.target == bucket.logical_id for use in template.uses)
    return bool(preparing) and (named or not replicating)


@rule(
    "HLZ-S3-012",
    control="LZ-S3-06",
    resource=_BUCKET,
    applies=_is_an_only_copy,
    title="Buckets of data replicate everything",
    fix="Add an enabled replication rule without prefix or tag filter into a bucket of the recovery Region; for "
    "SSE-KMS, with SseKmsEncryptedObjects Enabled and the replica's key as ReplicaKmsKeyID.",
)
def data_buckets_replicate(bucket: Resource, context: RuleContext) -> Iterator[Outcome]:
    """One enabled rule replicates all objects, those under a KMS key included.

    Replicas, and buckets whose names say that objects only pass through (staging, artifacts, query results, ...), are
    examined only if they replicate; targets of logs and trails also if a policy of the template lets S3 replicate out
    of them. Our own stacks are judged by HLZ-S3-006.

    Cannot see: whether the destination exists, its Region, and whether the role may write there.
    """
    yield from replicates(bucket)


def _foreign(bucket: Resource, context: RuleContext) -> bool:
    return not context.own


@rule(
    "HLZ-S3-019",
    control="LZ-LOG-06",
    resource=_BUCKET,
    applies=_foreign,
    title="Lifecycles do not delete records early",
    fix="Let ExpirationInDays be at least 2190 for trails and records and 365 for other logs, or leave it out.",
)
def lifecycle_keeps_records(bucket: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Trails and records stay for six years, other logs for one; nothing else is emptied sooner than in six years.

    Logs that Object Lock protects are records. Rules for a part of the objects count for trails, records and logs
    only. Buckets whose names say that objects only pass through may be emptied.

    Cannot see: what a prefix stands for, and what else deletes objects.
    """
    required = holds_required_records(bucket, context)
    logs = receives_logs(bucket, context)
    if not required and not logs and passes_on(bucket):
        return
    locked = bucket.known("ObjectLockConfiguration") is not MISSING
    expected = DAYS_OF_A_YEAR if logs and not required and not locked else SIX_YEARS

    def judge(index: int) -> Iterator[Outcome]:
        path = f"{_LIFECYCLE}.{index}"
        entry = bucket.known(path)
        if not is_enabled(entry) or (is_filtered(entry) and not required and not logs):
            return
        days = bucket.number(f"{path}.ExpirationInDays")
        if days is not None and days < expected:
            yield Violation(
                f"Bucket {bucket.logical_id} deletes objects after {days} days; at least {expected} are expected.",
                f"{path}.ExpirationInDays",
            )
        elif bucket.known(f"{path}.ExpirationDate") is not MISSING:
            yield Violation(
                f"Bucket {bucket.logical_id} deletes objects at a date, however young they are; ExpirationInDays is "
                "expected.",
                f"{path}.ExpirationDate",
            )

    yield from each(range(len(bucket.items(_LIFECYCLE))), judge)


@rule(
    "HLZ-S3-020",
    control="LZ-S3-05",
    resource=_BUCKET,
    applies=_foreign,
    title="Old versions stay for a month",
    fix="Let NoncurrentDays be at least 30.",
)
def old_versions_stay(bucket: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No enabled lifecycle rule deletes noncurrent versions in less than 30 days.

    Versioning helps for as long as the versions are there.

    Cannot see: who deletes single versions.
    """

    def judge(index: int) -> Iterator[Outcome]:
        path = f"{_LIFECYCLE}.{index}"
        if not is_enabled(bucket.known(path)):
            return
        for name in _NONCURRENT:
            days = bucket.number(f"{path}.{name}")
            if days is not None and days < _SHORTEST_VERSIONS:
                yield Violation(
                    f"Bucket {bucket.logical_id} deletes old versions after {days} days; at least "
                    f"{_SHORTEST_VERSIONS} are expected.",
                    f"{path}.{name}",
                )

    yield from each(range(len(bucket.items(_LIFECYCLE))), judge)


def _must_be_locked(bucket: Resource, context: RuleContext) -> bool:
    return not context.own and (
        holds_required_records(bucket, context)
        or bucket.known("ObjectLockConfiguration") is not MISSING
        or bool(bucket.flag("ObjectLockEnabled"))
    )


@rule(
    "HLZ-S3-024",
    control="LZ-S3-07",
    resource=_BUCKET,
    applies=_must_be_locked,
    title="Objects of trails and records are locked",
    fix="Set ObjectLockEnabled true and ObjectLockConfiguration with a default retention in mode COMPLIANCE.",
)
def records_are_locked(bucket: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Object Lock is on with a default retention, where a trail delivers, and where the name says records or archive.

    A bucket that configures Object Lock is judged whatever it is called.

    Cannot see: retention set on single objects, and buckets of records under other names.
    """
    if not bucket.flag("ObjectLockEnabled"):
        yield Violation(
            f"Bucket {bucket.logical_id} does not enable Object Lock; records that nobody can change are expected.",
            "ObjectLockEnabled",
        )
    elif bucket.known(_LOCK) is MISSING:
        yield Violation(
            f"Bucket {bucket.logical_id} locks nothing by default; a default retention is expected.",
            "ObjectLockConfiguration",
        )


@rule(
    "HLZ-S3-025",
    control="LZ-DOC-01",
    resource=_BUCKET,
    applies=_must_be_locked,
    title="Trails and records are locked for six years, past anybody's permission",
    fix="Set the default retention to mode COMPLIANCE and at least 2190 Days or 6 Years.",
)
def locks_last_for_six_years(bucket: Resource, context: RuleContext) -> Iterator[Outcome]:
    """The default retention is in mode COMPLIANCE and lasts six years (45 CFR 164.316(b)(2)(i)).

    In GOVERNANCE mode a permission lifts the lock. Other buckets than those of logs and records may be locked for a
    shorter time, but not for less than 30 days.

    Cannot see: which records are required ones.
    """
    if bucket.known(_LOCK) is MISSING:
        return
    mode = bucket.text(f"{_LOCK}.Mode")
    if mode != "COMPLIANCE":
        yield Violation(
            f"Bucket {bucket.logical_id} locks objects in {mode or 'no'} mode by default; COMPLIANCE is expected.",
            f"{_LOCK}.Mode",
        )
    days, years = bucket.number(f"{_LOCK}.Days"), bucket.number(f"{_LOCK}.Years")
    found = days if days is not None else (years or 0) * DAYS_OF_A_YEAR
    required = holds_required_records(bucket, context) or receives_logs(bucket, context)
    expected = SIX_YEARS if required else _SHORTEST_VERSIONS
    if found < expected:
        yield Violation(
            f"Bucket {bucket.logical_id} locks objects for {found} days; at least {expected} are expected.",
            f"{_LOCK}.Days" if years is None else f"{_LOCK}.Years",
        )


@rule(
    "HLZ-S3-026",
    control="LZ-STO-05",
    resource=_BUCKET,
    applies=_foreign,
    title="Buckets of data outlive their stack",
    fix="Set DeletionPolicy to Retain (or RetainExceptOnCreate) and UpdateReplacePolicy to Retain.",
)
def data_buckets_outlive_the_stack(bucket: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Deleting the stack, or replacing the bucket, keeps it; `Delete` is never stated for logs either.

    Targets of access logs and buckets whose objects only pass through may leave it open. Our own stacks are judged by
    HLZ-S3-007.

    Cannot see: who may delete the bucket itself. CloudFormation refuses to delete a bucket that is not empty.
    """
    passing = passes_on(bucket)
    if passing or receives_access_logs(bucket, context):
        stated = [bucket.deletion_policy, bucket.update_replace_policy]
        if passing or "Delete" not in stated:
            return
    yield from first_loss(bucket, "Bucket")


@rule(
    "HLZ-S3-014",
    control="LZ-S3-02",
    resource=_BUCKET,
    title="Buckets own what is put into them",
    fix="Set ObjectOwnership BucketOwnerEnforced, or leave OwnershipControls out.",
)
def buckets_own_their_objects(bucket: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Access lists are off (S3's default since April 2023): whoever writes an object cannot keep it or open it.

    A bucket with the list LogDeliveryWrite, or into which a distribution of the template writes standard logs, needs
    access lists (CloudFront developer guide, "Configure standard logging (legacy)").

    Cannot see: objects put in before, and distributions of other templates.
    """
    if bucket.value("AccessControl") == "LogDeliveryWrite" or receives_distribution_logs(bucket, context):
        return

    def judge(index: int) -> Iterator[Outcome]:
        path = f"OwnershipControls.Rules.{index}.ObjectOwnership"
        found = bucket.text(path)
        if found != "BucketOwnerEnforced":
            yield Violation(
                f"Bucket {bucket.logical_id} lets access lists decide ({found}); ObjectOwnership BucketOwnerEnforced "
                "is expected.",
                path,
            )

    yield from each(range(len(bucket.items("OwnershipControls.Rules"))), judge)
