"""Where one resource names another by text: a name that two stacks, or two accounts, computed apart."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from botocore.exceptions import ClientError

from landing_zone.plan.model import Environment
from tests.arrangement import ACCOUNT_IDS
from tests.rehearsal.cloud import Cloud

REFERENCES: Mapping[str, tuple[str, ...]] = {
    "AWS::CloudWatch::Alarm": ("AlarmActions",),
    "AWS::Config::ConfigurationRecorder": ("RoleARN",),
    "AWS::Config::DeliveryChannel": ("S3BucketName", "S3KmsKeyArn"),
    "AWS::EC2::FlowLog": ("DeliverLogsPermissionArn", "LogDestination"),
    "AWS::Events::EventBus": ("KmsKeyIdentifier",),
    "AWS::Events::Rule": ("Targets.Arn", "Targets.RoleArn"),
    "AWS::IAM::Role": ("PermissionsBoundary",),
    "AWS::Logs::LogGroup": ("KmsKeyId",),
    "AWS::S3::Bucket": (
        "BucketEncryption.ServerSideEncryptionConfiguration.ServerSideEncryptionByDefault.KMSMasterKeyID",
        "InventoryConfigurations.Destination.BucketArn",
        "LoggingConfiguration.DestinationBucketName",
        "ReplicationConfiguration.Role",
        "ReplicationConfiguration.Rules.Destination.Bucket",
        "ReplicationConfiguration.Rules.Destination.EncryptionConfiguration.ReplicaKmsKeyID",
    ),
    "AWS::SNS::Topic": ("KmsMasterKeyId",),
    "AWS::SSM::Document": ("Content.inputs.cloudWatchLogGroupName", "Content.inputs.kmsKeyId"),
}
"""Properties, by type, that name other resources: those that moto drops or has no model for, too."""


def _log_group(logs: Any, name: str) -> bool:
    return any(group["logGroupName"] == name for group in logs.describe_log_groups()["logGroups"])


_LOOKUPS: Mapping[tuple[str, str], Callable[[Any, str, str], Any]] = {
    ("events", "event-bus/"): lambda events, arn, name: events.describe_event_bus(Name=name),
    ("iam", "policy/"): lambda iam, arn, name: iam.get_policy(PolicyArn=arn),
    ("iam", "role/"): lambda iam, arn, name: iam.get_role(RoleName=name),
    ("kms", "alias/"): lambda kms, arn, name: kms.describe_key(KeyId=f"alias/{name}"),
    ("kms", "key/"): lambda kms, arn, name: kms.describe_key(KeyId=name),
    ("logs", "log-group:"): lambda logs, arn, name: _log_group(logs, name),
    ("s3", ""): lambda s3, arn, name: s3.head_bucket(Bucket=name),
    ("sns", ""): lambda sns, arn, name: sns.get_topic_attributes(TopicArn=arn),
}


def exists(cloud: Cloud, reference: str, here: Environment) -> bool:
    """Whether a resource exists under this ARN or, for log groups (with a leading slash) and buckets, this name."""
    if reference.startswith("/"):
        return _log_group(cloud.client("logs", here), reference)
    arn = reference if reference.startswith("arn:") else f"arn:aws:s3:::{reference}"
    _, _, service, region, account_id, resource = arn.split(":", 5)
    # An ARN of a bucket says neither account nor Region; our buckets' names say both.
    owner = account_id or next(id for id in ACCOUNT_IDS.values() if id in resource)
    (account,) = (account for account, id in ACCOUNT_IDS.items() if id == owner)
    client = cloud.client(service, Environment(account, region or here.region))
    for (of_service, prefix), lookup in _LOOKUPS.items():
        if service == of_service and resource.startswith(prefix):
            try:
                return bool(lookup(client, arn, resource.removeprefix(prefix)))
            except ClientError:
                return False
    return False
