"""CloudTrail trails: the organization's, watched in a log group, and an account's for data events."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aws_cdk import Aws, CfnTag
from aws_cdk import aws_cloudtrail as cloudtrail
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.log_group import EncryptedLogGroup
from landing_zone.plan.names import DATA_EVENT_TRAIL, ORGANIZATION_TRAIL, archive_bucket, key_alias

INSIGHTS = ("ApiCallRateInsight", "ApiErrorRateInsight")


def _archived(archive_account: str) -> dict[str, Any]:
    """What both trails have: every Region and global service, validated, into the archive under its key.

    The alias ARN stands for the archive's key, whose id nobody else knows; CloudTrail takes one (API reference,
    CreateTrail, KmsKeyId).
    """
    return {
        "is_logging": True,
        "is_multi_region_trail": True,
        "include_global_service_events": True,
        "enable_log_file_validation": True,
        "s3_bucket_name": archive_bucket("audit_trail", archive_account, Aws.REGION),
        "kms_key_id": f"arn:{Aws.PARTITION}:kms:{Aws.REGION}:{archive_account}:{key_alias('archive')}",
    }


class OrganizationTrail(Construct):
    """Every management call of every account and Region, with Insights, into the archive and a log group."""

    def __init__(
        self, scope: Construct, id: str, *, archive_account: str, organization_id: str, log_group: EncryptedLogGroup
    ) -> None:
        super().__init__(scope, id)
        role = iam.CfnRole(self, "DeliveryRole", assume_role_policy_document=_trust())
        delivery = iam.CfnManagedPolicy(
            self,
            "Delivery",
            description="CloudTrail delivery to the organization trail's log group",
            roles=[role.ref],
            policy_document=_delivery(log_group, organization_id),
        )
        trail = cloudtrail.CfnTrail(
            self,
            "Trail",
            trail_name=ORGANIZATION_TRAIL,
            is_organization_trail=True,
            **_archived(archive_account),
            cloud_watch_logs_log_group_arn=log_group.log_group.attr_arn,
            cloud_watch_logs_role_arn=role.attr_arn,
            event_selectors=[
                cloudtrail.CfnTrail.EventSelectorProperty(include_management_events=True, read_write_type="All")
            ],
            insight_selectors=[cloudtrail.CfnTrail.InsightSelectorProperty(insight_type=kind) for kind in INSIGHTS],
            tags=[CfnTag(key="hlz:purpose", value="audit-trail")],
        )
        trail.node.add_dependency(delivery)


def _trust() -> iam.PolicyDocument:
    # No source condition: "The role policy doesn't support the use of aws:SourceArn and aws:SourceAccount", says the
    # CloudTrail User Guide (cw_role_policy). What the role may do ends at one log group of its own account.
    return iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(
                actions=["sts:AssumeRole"], principals=[iam.ServicePrincipal("cloudtrail.amazonaws.com")]
            )
        ]
    )


def _delivery(log_group: EncryptedLogGroup, organization_id: str) -> iam.PolicyDocument:
    """Writing to the streams CloudTrail makes for the own account and the organization (User Guide, same page)."""
    streams = (f"{Aws.ACCOUNT_ID}_CloudTrail_{Aws.REGION}*", f"{organization_id}_*")
    return iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:PutLogEvents"],
                resources=[f"{log_group.arn}:log-stream:{stream}" for stream in streams],
            )
        ]
    )


class DataEventTrail(Construct):
    """Who read and wrote which object of the account: data events, read and write, of `resource_types`.

    in_archive: in the log archive the trail leaves out that objects are put into its own bucket, because recording
    that would put the next object there, for ever. Reading and deleting there is recorded.
    """

    def __init__(
        self, scope: Construct, id: str, *, archive_account: str, resource_types: Sequence[str], in_archive: bool
    ) -> None:
        super().__init__(scope, id)
        selectors = [_selector(kind) for kind in resource_types if not (in_archive and kind == S3_OBJECTS)]
        cloudtrail.CfnTrail(
            self,
            "Trail",
            trail_name=DATA_EVENT_TRAIL,
            is_organization_trail=False,
            **_archived(archive_account),
            advanced_event_selectors=[*(_selectors_of_archive() if in_archive else ()), *selectors],
            tags=[CfnTag(key="hlz:purpose", value="data-events")],
        )


S3_OBJECTS = "AWS::S3::Object"
_Field = cloudtrail.CfnTrail.AdvancedFieldSelectorProperty


def _selector(kind: str, *limits: _Field, name: str | None = None) -> cloudtrail.CfnTrail.AdvancedEventSelectorProperty:
    return cloudtrail.CfnTrail.AdvancedEventSelectorProperty(
        name=name or kind,
        field_selectors=[
            _Field(field="eventCategory", equal_to=["Data"]),
            _Field(field="resources.type", equal_to=[kind]),
            *limits,
        ],
    )


def _selectors_of_archive() -> list[cloudtrail.CfnTrail.AdvancedEventSelectorProperty]:
    # The start of the bucket's name in both Regions; the trail delivers to one, S3 replicates to the other.
    trail_buckets = f"arn:{Aws.PARTITION}:s3:::{archive_bucket('audit_trail', '', '').rstrip('-')}-"
    elsewhere = _Field(field="resources.ARN", not_starts_with=[trail_buckets])
    there = _Field(field="resources.ARN", starts_with=[trail_buckets])
    not_writing = _Field(field="eventName", not_equals=["PutObject"])
    return [
        _selector(S3_OBJECTS, elsewhere, name="AWS::S3::Object outside the trail's bucket"),
        _selector(S3_OBJECTS, there, not_writing, name="AWS::S3::Object in the trail's bucket, but for PutObject"),
    ]
