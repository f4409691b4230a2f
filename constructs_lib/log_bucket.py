"""Buckets for logs: the locked ones of the archive, and the landing ones before them."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import CfnDeletionPolicy, CfnTag
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs_lib.log_policies import Encryption, Tokens, bucket_statements
from constructs_lib.replication import Replica, ReplicationRole, bucket_arn, replication
from landing_zone.policy_data import policy_data

INVENTORY_FIELDS = (
    "EncryptionStatus",
    "LastModifiedDate",
    "ObjectLockMode",
    "ObjectLockRetainUntilDate",
    "ReplicationStatus",
    "Size",
    "StorageClass",
)


class LogBucket(Construct):
    """A private, versioned, encrypted bucket that outlives its stack, with the policy of its place and writers.

    retention_days: Object Lock in compliance mode for as long, so that nobody, the root user included, changes or
    deletes an object before; then lifecycle does. None makes it a landing bucket: no lock, and objects go after some
    weeks, when they have long been copied.
    record: name of the bucket that takes its server access logs and, from locked buckets, weekly inventories; None
    where that would never end (docs/log-archive.md).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        kind: str,
        encryption: Encryption,
        writers: Sequence[str],
        key_arn: str,
        tokens: Tokens,
        retention_days: int | None = None,
        role: ReplicationRole | None = None,
        replicas: Sequence[Replica] = (),
        record: str | None = None,
    ) -> None:
        super().__init__(scope, id)
        locked = retention_days is not None
        self.bucket = s3.CfnBucket(
            self,
            "Bucket",
            bucket_name=name,
            bucket_encryption=_encryption(encryption, key_arn),
            versioning_configuration=s3.CfnBucket.VersioningConfigurationProperty(status="Enabled"),
            public_access_block_configuration=s3.CfnBucket.PublicAccessBlockConfigurationProperty(
                block_public_acls=True, block_public_policy=True, ignore_public_acls=True, restrict_public_buckets=True
            ),
            ownership_controls=s3.CfnBucket.OwnershipControlsProperty(
                rules=[s3.CfnBucket.OwnershipControlsRuleProperty(object_ownership="BucketOwnerEnforced")]
            ),
            object_lock_enabled=locked or None,
            object_lock_configuration=_lock(retention_days) if retention_days is not None else None,
            lifecycle_configuration=_lifecycle(_landed() if retention_days is None else _archived(retention_days)),
            replication_configuration=replication(role, replicas) if role else None,
            logging_configuration=_access_logs(record, name) if record else None,
            inventory_configurations=[_inventory(record)] if record and locked else None,
            tags=_tags(kind, encryption, locked),
        )
        self.policy = s3.CfnBucketPolicy(
            self,
            "Policy",
            bucket=self.bucket.ref,
            policy_document={
                "Version": "2012-10-17",
                "Statement": bucket_statements(
                    "locked" if locked else "landing",
                    encryption,
                    writers,
                    {**tokens, "bucket": self.bucket.attr_arn, "key": key_arn},
                ),
            },
        )
        for kept in (self.bucket, self.policy):
            kept.cfn_options.deletion_policy = CfnDeletionPolicy.RETAIN
            kept.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN
        if role:
            self.bucket.add_resource_dependency(role.policy)


def _tags(kind: str, encryption: Encryption, locked: bool) -> list[CfnTag]:
    tags = {"hlz:purpose": "log-archive" if locked else "log-landing", "hlz:log-kind": kind}
    if encryption == "s3":
        tags["hlz:encryption"] = "service-constraint"
    return [CfnTag(key=key, value=value) for key, value in tags.items()]


def _access_logs(record: str, name: str) -> s3.CfnBucket.LoggingConfigurationProperty:
    return s3.CfnBucket.LoggingConfigurationProperty(destination_bucket_name=record, log_file_prefix=f"access/{name}/")


def _inventory(record: str) -> s3.CfnBucket.InventoryConfigurationProperty:
    return s3.CfnBucket.InventoryConfigurationProperty(
        id="weekly",
        enabled=True,
        schedule_frequency="Weekly",
        included_object_versions="All",
        optional_fields=list(INVENTORY_FIELDS),
        destination=s3.CfnBucket.DestinationProperty(
            bucket_arn=bucket_arn(record), format="Parquet", prefix="inventory"
        ),
    )


def _lock(days: int) -> s3.CfnBucket.ObjectLockConfigurationProperty:
    return s3.CfnBucket.ObjectLockConfigurationProperty(
        object_lock_enabled="Enabled",
        rule=s3.CfnBucket.ObjectLockRuleProperty(
            default_retention=s3.CfnBucket.DefaultRetentionProperty(mode="COMPLIANCE", days=days)
        ),
    )


def _encryption(encryption: Encryption, key_arn: str) -> s3.CfnBucket.BucketEncryptionProperty:
    default = s3.CfnBucket.ServerSideEncryptionByDefaultProperty(
        sse_algorithm="aws:kms" if encryption == "kms" else "AES256",
        kms_master_key_id=key_arn if encryption == "kms" else None,
    )
    rule = s3.CfnBucket.ServerSideEncryptionRuleProperty(
        server_side_encryption_by_default=default,
        bucket_key_enabled=True if encryption == "kms" else None,
        # Objects under keys that the writer keeps for itself would not be replicated, and nobody could read them.
        blocked_encryption_types=s3.CfnBucket.BlockedEncryptionTypesProperty(encryption_type=["SSE-C"]),
    )
    return s3.CfnBucket.BucketEncryptionProperty(server_side_encryption_configuration=[rule])


def _archived(retention_days: int) -> s3.CfnBucket.RuleProperty:
    storage = policy_data("logs/archive")["storage"]
    return s3.CfnBucket.RuleProperty(
        id="retention",
        status="Enabled",
        transitions=[
            s3.CfnBucket.TransitionProperty(storage_class=step["storage_class"], transition_in_days=step["after_days"])
            for step in storage["transitions"]
            if step["after_days"] + step["minimum_days"] <= retention_days
        ],
        expiration_in_days=retention_days,
        noncurrent_version_expiration=_noncurrent(storage["noncurrent_days"]),
    )


def _landed() -> s3.CfnBucket.RuleProperty:
    window = policy_data("logs/archive")["landing_window"]
    return s3.CfnBucket.RuleProperty(
        id="expiry",
        status="Enabled",
        expiration_in_days=window["expires_after_days"],
        noncurrent_version_expiration=_noncurrent(window["noncurrent_days"]),
    )


def _noncurrent(days: int) -> s3.CfnBucket.NoncurrentVersionExpirationProperty:
    return s3.CfnBucket.NoncurrentVersionExpirationProperty(noncurrent_days=days)


def _lifecycle(rule: s3.CfnBucket.RuleProperty) -> s3.CfnBucket.LifecycleConfigurationProperty:
    """The rule, and the removal of what no rule of its own would remove: delete markers and abandoned uploads."""
    storage = policy_data("logs/archive")["storage"]
    remains = s3.CfnBucket.RuleProperty(
        id="remains",
        status="Enabled",
        expired_object_delete_marker=True,
        abort_incomplete_multipart_upload=s3.CfnBucket.AbortIncompleteMultipartUploadProperty(
            days_after_initiation=storage["abort_incomplete_multipart_upload_days"]
        ),
    )
    return s3.CfnBucket.LifecycleConfigurationProperty(
        rules=[rule, remains], transition_default_minimum_object_size=storage["minimum_object_size"]
    )
