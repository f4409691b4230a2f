"""Rules over the log archive's buckets, which say by tag what they are for: lock, lifecycle, replicas, survival."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.assurance.library.presence import field_of, is_given, those_that
from landing_zone.assurance.library.retention import expected_days, losses
from landing_zone.assurance.library.tags import COPY, DATA, FINAL, LOG_ARCHIVE, LOG_LANDING, PURPOSE, tagged
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, Value

DAYS_OF_A_YEAR = 365
"""The shortest reading of an Object Lock retention in Years; how S3 counts leap days was not found documented."""

_RETENTION = "ObjectLockConfiguration.Rule.DefaultRetention"
_LIFECYCLE = "LifecycleConfiguration.Rules"
_REPLICATION = "ReplicationConfiguration.Rules"
_ALGORITHM = "BucketEncryption.ServerSideEncryptionConfiguration.0.ServerSideEncryptionByDefault.SSEAlgorithm"
_EXPIRATIONS = (
    "ExpirationInDays",
    "NoncurrentVersionExpiration.NoncurrentDays",
    "NoncurrentVersionExpirationInDays",
)
_FILTERS = (
    "Prefix",
    "TagFilters",
    "ObjectSizeGreaterThan",
    "ObjectSizeLessThan",
    "Filter.Prefix",
    "Filter.TagFilter",
    "Filter.And",
)


@rule(
    "HLZ-S3-004",
    control="LZ-LOG-06",
    resource="AWS::S3::Bucket",
    applies=tagged(PURPOSE, LOG_ARCHIVE),
    title="Objects of the log archive are locked for the whole retention",
    fix="Set ObjectLockEnabled true and a default retention in mode COMPLIANCE with Days of at least the retention.",
)
def log_archive_is_locked(bucket: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Object Lock is on, its default mode is COMPLIANCE, and it lasts as long as the kind of log is to be kept.

    In GOVERNANCE mode a permission lifts the lock. A year counts 365 days, so six years in Years are less than 2192
    days: state Days.

    Cannot see: retention set on single objects, and buckets that are not tagged `hlz:purpose=log-archive`.
    """
    if not bucket.flag("ObjectLockEnabled") or bucket.text("ObjectLockConfiguration.ObjectLockEnabled") != "Enabled":
        yield Violation(
            f"Bucket {bucket.logical_id} does not enable Object Lock; a locked log archive is expected.",
            "ObjectLockEnabled",
        )
        return
    yield from each((_mode, _period), lambda judge: judge(bucket, context))


def _mode(bucket: Resource, context: RuleContext) -> Iterator[Outcome]:
    mode = bucket.text(f"{_RETENTION}.Mode")
    if mode != "COMPLIANCE":
        yield Violation(
            f"Bucket {bucket.logical_id} locks objects in {mode or 'no'} mode by default; COMPLIANCE is expected.",
            f"{_RETENTION}.Mode",
        )


def _period(bucket: Resource, context: RuleContext) -> Iterator[Outcome]:
    days, years = bucket.number(f"{_RETENTION}.Days"), bucket.number(f"{_RETENTION}.Years")
    found = days if days is not None else (years or 0) * DAYS_OF_A_YEAR
    expected = expected_days(bucket, context)
    if found < expected:
        yield Violation(
            f"Bucket {bucket.logical_id} locks objects for {found} days; at least {expected} are expected.",
            f"{_RETENTION}.Days" if years is None else f"{_RETENTION}.Years",
        )


@rule(
    "HLZ-S3-005",
    control="LZ-LOG-06",
    resource="AWS::S3::Bucket",
    applies=tagged(PURPOSE, LOG_ARCHIVE),
    title="The log archive's lifecycle deletes nothing before the retention ends, but abandoned uploads",
    fix="Let ExpirationInDays and NoncurrentDays be at least the retention, and add an enabled rule without filter "
    "that aborts incomplete multipart uploads.",
)
def lifecycle_respects_retention(bucket: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No enabled rule expires objects or versions earlier, none at a date; incomplete uploads of all objects end.

    Noncurrent versions may go sooner where the default lock lasts for the retention: lifecycle rules do not delete a
    locked version, and an unlocked one has been kept long enough (Amazon S3 User Guide, Object Lock). A date expires
    new objects the day they arrive once it is past. Incomplete uploads are parts that no lock protects.

    Cannot see: deletions outside of lifecycle rules (Object Lock and guardrails prevent them).
    """
    rules = bucket.items(_LIFECYCLE)
    yield from each(range(len(rules)), lambda index: _expirations(bucket, f"{_LIFECYCLE}.{index}", context))
    if not those_that(rules, _ends_uploads):
        yield Violation(
            f"Bucket {bucket.logical_id} keeps incomplete multipart uploads for ever; an enabled rule without filter "
            "with AbortIncompleteMultipartUpload is expected.",
            "LifecycleConfiguration",
        )


def _expirations(bucket: Resource, path: str, context: RuleContext) -> Iterator[Outcome]:
    if not is_enabled(bucket.known(path)):
        return
    expected = expected_days(bucket, context)
    for name in _EXPIRATIONS:
        days = bucket.number(f"{path}.{name}")
        if days is None or days >= expected or (name.startswith("Noncurrent") and _is_locked(bucket, context)):
            continue
        yield Violation(
            f"Bucket {bucket.logical_id} deletes objects after {days} days ({name}); at least {expected} are expected.",
            f"{path}.{name}",
        )
    if bucket.known(f"{path}.ExpirationDate") is not MISSING:
        yield Violation(
            f"Bucket {bucket.logical_id} deletes objects at a date, however young they are; ExpirationInDays is "
            "expected.",
            f"{path}.ExpirationDate",
        )


def _is_locked(bucket: Resource, context: RuleContext) -> bool:
    """Whether every version is locked for the whole retention by default."""
    return bool(bucket.flag("ObjectLockEnabled")) and not any((*_mode(bucket, context), *_period(bucket, context)))


def _ends_uploads(entry: Value) -> bool:
    return (
        is_enabled(entry)
        and not is_filtered(entry)
        and field_of(entry, "AbortIncompleteMultipartUpload") is not MISSING
    )


def is_enabled(entry: Value) -> bool:
    """Whether a lifecycle or replication rule is on."""
    return field_of(entry, "Status") == "Enabled"


def is_filtered(entry: Value) -> bool:
    """Whether a lifecycle or replication rule is for part of the objects only; an empty prefix stands for all."""
    return any(field_of(entry, name) not in (MISSING, "", []) for name in _FILTERS)


@rule(
    "HLZ-S3-006",
    control="LZ-S3-06",
    resource="AWS::S3::Bucket",
    applies=tagged(PURPOSE, LOG_ARCHIVE, LOG_LANDING),
    title="Log buckets are versioned and replicate everything",
    fix="Set versioning to Enabled and add an enabled replication rule without prefix or tag filter; for SSE-KMS, with "
    "SseKmsEncryptedObjects Enabled and the replica's key as ReplicaKmsKeyID.",
)
def log_buckets_replicate(bucket: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Versioning is on, and one enabled rule replicates all objects, those under a KMS key included.

    S3 replicates objects under SSE-KMS only if the rule selects them and names the replica's key. It does not replicate
    replicas: a bucket tagged `hlz:copy=final` is the end of the chain and replicates nothing.

    Cannot see: whether a bucket so tagged is another's replica, whether the destination exists, is locked or lies in
    the recovery Region, whether the role may write there, and objects older than the rule.
    """
    yield from each((_versions, replicates), lambda judge: judge(bucket))


def _versions(bucket: Resource) -> Iterator[Outcome]:
    if bucket.text("VersioningConfiguration.Status") != "Enabled":
        yield Violation(
            f"Bucket {bucket.logical_id} is not versioned; replication and Object Lock need versions.",
            "VersioningConfiguration",
        )


def replicates(bucket: Resource) -> Iterator[Outcome]:
    """One violation where no enabled rule replicates all objects, those under a KMS key included."""
    if bucket.tag(COPY) == FINAL:
        return
    rules = bucket.items(_REPLICATION)
    whole = those_that(range(len(rules)), lambda index: _replicates_all(rules[index]))
    if not whole:
        yield Violation(
            f"Bucket {bucket.logical_id} does not replicate all its objects; an enabled replication rule without "
            "filter is expected.",
            "ReplicationConfiguration",
        )
    elif _is_under_kms(bucket) and not those_that(whole, lambda index: _replicates_encrypted(bucket, index)):
        yield Violation(
            f"Bucket {bucket.logical_id} leaves objects under its KMS key unreplicated; SseKmsEncryptedObjects Enabled "
            "and a ReplicaKmsKeyID are expected.",
            f"{_REPLICATION}.{whole[0]}",
        )


def _replicates_all(entry: Value) -> bool:
    return is_enabled(entry) and not is_filtered(entry)


def _is_under_kms(bucket: Resource) -> bool:
    return (bucket.text(_ALGORITHM) or "").startswith("aws:kms")


def _replicates_encrypted(bucket: Resource, index: int) -> bool:
    path = f"{_REPLICATION}.{index}"
    return bucket.text(f"{path}.SourceSelectionCriteria.SseKmsEncryptedObjects.Status") == "Enabled" and is_given(
        bucket, f"{path}.Destination.EncryptionConfiguration.ReplicaKmsKeyID"
    )


def _holds_logs_or_phi(bucket: Resource, context: RuleContext) -> bool:
    return (bucket.tag(PURPOSE) or "").startswith("log-") or bucket.tag(DATA) == "phi"


@rule(
    "HLZ-S3-007",
    control="LZ-LOG-06",
    resource="AWS::S3::Bucket",
    applies=_holds_logs_or_phi,
    title="Buckets of logs and PHI outlive their stack",
    fix="Set DeletionPolicy to Retain (or RetainExceptOnCreate) and UpdateReplacePolicy to Retain.",
)
def buckets_outlive_the_stack(bucket: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Deleting the stack, or replacing the bucket, keeps a bucket tagged `hlz:purpose=log-...` or `hlz:data=phi`.

    Cannot see: buckets without these tags, and who may delete the bucket itself (a guardrail's work).
    """
    yield from losses(bucket, "Bucket")
