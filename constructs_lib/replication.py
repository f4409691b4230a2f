"""S3 replication inside the log archive's account: where copies go, and the role that makes them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import Aws, CfnTag
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from landing_zone.plan.names import key_alias

TIME_CONTROL_MINUTES = 15
"""The only value S3 Replication Time Control takes (Amazon S3 API reference, ReplicationTimeValue)."""


@dataclass(frozen=True)
class Replica:
    """A copy of a bucket. key_arn: of the destination's key or its alias. timed: under Replication Time Control."""

    bucket: str
    region: str
    key_arn: str
    timed: bool = False


def archive_key_alias_arn(region: str) -> str:
    """The log archive's key in another Region: its id is not known here, its alias is."""
    return f"arn:{Aws.PARTITION}:kms:{region}:{Aws.ACCOUNT_ID}:{key_alias('archive')}"


class ReplicationRole(Construct):
    """The role S3 takes to copy between these buckets. It can neither delete nor read for anybody else."""

    def __init__(
        self, scope: Construct, id: str, *, name: str, region: str, sources: Sequence[str], replicas: Sequence[Replica]
    ) -> None:
        super().__init__(scope, id)
        role = iam.CfnRole(
            self,
            "Role",
            role_name=name,
            description="S3 replicates logs between buckets of the log archive",
            assume_role_policy_document=iam.PolicyDocument(statements=[_trust()]),
            tags=[CfnTag(key="hlz:purpose", value="log-replication")],
        )
        self.arn = role.attr_arn
        self.policy = iam.CfnManagedPolicy(
            self,
            "Policy",
            description="Replication of logs between buckets of the log archive",
            roles=[role.ref],
            policy_document=iam.PolicyDocument(statements=_permissions(region, sources, replicas)),
        )


def replication(role: ReplicationRole, replicas: Sequence[Replica]) -> s3.CfnBucket.ReplicationConfigurationProperty:
    """Everything to each replica, objects under KMS keys included; deletions nowhere.

    An empty filter makes it version 2 of the configuration: with version 1 delete markers would be copied.
    """
    rules = [_rule(replica, priority) for priority, replica in enumerate(replicas, start=1)]
    return s3.CfnBucket.ReplicationConfigurationProperty(role=role.arn, rules=rules)


def _rule(replica: Replica, priority: int) -> s3.CfnBucket.ReplicationRuleProperty:
    minutes = s3.CfnBucket.ReplicationTimeValueProperty(minutes=TIME_CONTROL_MINUTES)
    return s3.CfnBucket.ReplicationRuleProperty(
        id=f"to-{replica.region}",
        priority=priority,
        status="Enabled",
        filter=s3.CfnBucket.ReplicationRuleFilterProperty(prefix=""),
        delete_marker_replication=s3.CfnBucket.DeleteMarkerReplicationProperty(status="Disabled"),
        source_selection_criteria=s3.CfnBucket.SourceSelectionCriteriaProperty(
            sse_kms_encrypted_objects=s3.CfnBucket.SseKmsEncryptedObjectsProperty(status="Enabled")
        ),
        destination=s3.CfnBucket.ReplicationDestinationProperty(
            bucket=bucket_arn(replica.bucket),
            encryption_configuration=s3.CfnBucket.EncryptionConfigurationProperty(replica_kms_key_id=replica.key_arn),
            metrics=s3.CfnBucket.MetricsProperty(status="Enabled", event_threshold=minutes if replica.timed else None),
            replication_time=s3.CfnBucket.ReplicationTimeProperty(status="Enabled", time=minutes)
            if replica.timed
            else None,
        ),
    )


def _trust() -> iam.PolicyStatement:
    return iam.PolicyStatement(
        actions=["sts:AssumeRole"],
        principals=[iam.ServicePrincipal("s3.amazonaws.com")],
        conditions={"StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID}},
    )


def _permissions(region: str, sources: Sequence[str], replicas: Sequence[Replica]) -> list[iam.PolicyStatement]:
    """Source: Amazon S3 User Guide, setting-repl-config-perm-overview, object-lock-managing (retention, legal hold)."""
    return [
        iam.PolicyStatement(
            sid="Sources",
            actions=["s3:GetReplicationConfiguration", "s3:ListBucket"],
            resources=[bucket_arn(name) for name in sources],
        ),
        iam.PolicyStatement(
            sid="Versions",
            actions=[
                "s3:GetObjectLegalHold",
                "s3:GetObjectRetention",
                "s3:GetObjectVersionAcl",
                "s3:GetObjectVersionForReplication",
                "s3:GetObjectVersionTagging",
            ],
            resources=[f"{bucket_arn(name)}/*" for name in sources],
        ),
        iam.PolicyStatement(
            sid="Replicas",
            actions=["s3:ReplicateObject", "s3:ReplicateTags"],
            resources=[f"{bucket_arn(replica.bucket)}/*" for replica in replicas],
        ),
        _key_use("Decrypt", region, ["kms:Decrypt"]),
        *(
            _key_use(f"Encrypt{number}", there, ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"])
            for number, there in enumerate(dict.fromkeys(replica.region for replica in replicas), start=1)
        ),
    ]


def _key_use(sid: str, region: str, actions: Sequence[str]) -> iam.PolicyStatement:
    # Any key of the Region, but only the one with the archive's alias: its id is KMS's choice.
    return iam.PolicyStatement(
        sid=sid,
        actions=list(actions),
        resources=[f"arn:{Aws.PARTITION}:kms:{region}:{Aws.ACCOUNT_ID}:key/*"],
        conditions={
            "StringEquals": {"kms:ViaService": f"s3.{region}.{Aws.URL_SUFFIX}"},
            "ForAnyValue:StringEquals": {"kms:ResourceAliases": key_alias("archive")},
        },
    )


def bucket_arn(name: str) -> str:
    """ARN of a bucket by its name."""
    return f"arn:{Aws.PARTITION}:s3:::{name}"
