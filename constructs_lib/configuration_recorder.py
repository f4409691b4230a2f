"""AWS Config: everything is recorded and delivered to the log archive."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import Aws
from aws_cdk import aws_config as config
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.named_role import NamedRole, role_arn, trusted_service
from landing_zone.plan.names import CONFIG_ROLE

NAME = "hlz"


class ConfigurationRole(Construct):
    """The recorder's role: reads configuration, writes into the landing buckets; one for all Regions."""

    def __init__(self, scope: Construct, id: str, *, buckets: Sequence[str]) -> None:
        super().__init__(scope, id)
        arns = [f"arn:{Aws.PARTITION}:s3:::{bucket}" for bucket in buckets]
        objects = [f"{arn}/AWSLogs/{Aws.ACCOUNT_ID}/Config/*" for arn in arns]
        NamedRole(
            self,
            "Recorder",
            name=CONFIG_ROLE,
            description="AWS Config recorder and delivery",
            trust=trusted_service("config", f"arn:{Aws.PARTITION}:config:*:{Aws.ACCOUNT_ID}:*"),
            managed_policies=["service-role/AWS_ConfigRole"],
            statements=[
                iam.PolicyStatement(actions=["s3:GetBucketAcl", "s3:ListBucket"], resources=arns),
                # Source: AWS Config Developer Guide, iamrole-permissions.
                iam.PolicyStatement(
                    actions=["s3:PutObject", "s3:PutObjectAcl"],
                    resources=objects,
                    conditions={"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}},
                ),
            ],
        )


class ConfigurationRecorder(Construct):
    """Records every supported type continuously; history and a daily snapshot go to `bucket`.

    global_types: whether IAM's resources, which have no Region, are recorded here; one Region is enough.
    """

    def __init__(self, scope: Construct, id: str, *, bucket: str, global_types: bool) -> None:
        super().__init__(scope, id)
        group = config.CfnConfigurationRecorder.RecordingGroupProperty(
            all_supported=True,
            include_global_resource_types=global_types,
            recording_strategy=config.CfnConfigurationRecorder.RecordingStrategyProperty(
                use_only="ALL_SUPPORTED_RESOURCE_TYPES"
            ),
        )
        mode = config.CfnConfigurationRecorder.RecordingModeProperty(recording_frequency="CONTINUOUS")
        config.CfnConfigurationRecorder(
            self,
            "Recorder",
            name=NAME,
            role_arn=role_arn(CONFIG_ROLE),
            recording_group=group,
            recording_mode=mode,
        )
        daily = config.CfnDeliveryChannel.ConfigSnapshotDeliveryPropertiesProperty(
            delivery_frequency="TwentyFour_Hours"
        )
        config.CfnDeliveryChannel(
            self, "Delivery", name=NAME, s3_bucket_name=bucket, config_snapshot_delivery_properties=daily
        )
