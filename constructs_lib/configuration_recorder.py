"""AWS Config: everything is recorded and delivered to the log archive."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_config as config
from constructs import Construct

from constructs_lib.named_role import NamedRole, role_arn, trusted_service
from landing_zone.plan.names import CONFIG_ROLE

NAME = "hlz"


class ConfigurationRole(Construct):
    """The recorder's role: reads configuration and nothing else; one for all Regions.

    It may not write to the archive. AWS Config is refused as the role and then delivers as config.amazonaws.com, which
    the bucket admits (AWS Config Developer Guide, s3-bucket-policy).
    """

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        NamedRole(
            self,
            "Recorder",
            name=CONFIG_ROLE,
            description="AWS Config recorder",
            trust=trusted_service("config", f"arn:{Aws.PARTITION}:config:*:{Aws.ACCOUNT_ID}:*"),
            managed_policies=["service-role/AWS_ConfigRole"],
        )


class ConfigurationRecorder(Construct):
    """Records every supported type continuously; history and a daily snapshot go to `bucket`.

    key: ARN, or alias's ARN, of the bucket's key; without it AWS Config would ask for encryption that the bucket
    refuses. global_types: whether IAM's resources, which have no Region, are recorded here; one Region is enough.
    """

    def __init__(self, scope: Construct, id: str, *, bucket: str, key: str, global_types: bool) -> None:
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
            self,
            "Delivery",
            name=NAME,
            s3_bucket_name=bucket,
            s3_kms_key_arn=key,
            config_snapshot_delivery_properties=daily,
        )
