"""Flow logs of a VPC: all traffic, every minute, into an encrypted log group to search and an archive to keep."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.log_group import EncryptedLogGroup


class VpcFlowLog(Construct):
    """All accepted and rejected traffic of a VPC (45 CFR 164.312(b)), delivered by a role that can do nothing else.

    archive_bucket: name of the bucket in the log archive where nobody of this account can change or delete them.
    """

    def __init__(
        self, scope: Construct, id: str, *, vpc_id: str, destination: EncryptedLogGroup, archive_bucket: str
    ) -> None:
        super().__init__(scope, id)
        role = iam.CfnRole(self, "Role", assume_role_policy_document=_delivery_trust())
        policy = iam.CfnManagedPolicy(
            self,
            "Policy",
            description="VPC flow log delivery",
            roles=[role.ref],
            policy_document=_delivery(destination),
        )
        log = ec2.CfnFlowLog(
            self,
            "FlowLog",
            resource_id=vpc_id,
            resource_type="VPC",
            traffic_type="ALL",
            max_aggregation_interval=60,
            log_destination_type="cloud-watch-logs",
            log_group_name=destination.log_group.ref,
            deliver_logs_permission_arn=role.attr_arn,
        )
        log.node.add_dependency(policy)
        ec2.CfnFlowLog(
            self,
            "Archive",
            resource_id=vpc_id,
            resource_type="VPC",
            traffic_type="ALL",
            max_aggregation_interval=60,
            log_destination_type="s3",
            log_destination=f"arn:{Aws.PARTITION}:s3:::{archive_bucket}",
        )


def _delivery_trust() -> iam.PolicyDocument:
    source = f"arn:{Aws.PARTITION}:ec2:{Aws.REGION}:{Aws.ACCOUNT_ID}:vpc-flow-log/*"
    return iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(
                actions=["sts:AssumeRole"],
                principals=[iam.ServicePrincipal("vpc-flow-logs.amazonaws.com")],
                conditions={
                    "StringEquals": {"aws:SourceAccount": Aws.ACCOUNT_ID},
                    "ArnLike": {"aws:SourceArn": source},
                },
            )
        ]
    )


def _delivery(destination: EncryptedLogGroup) -> iam.PolicyDocument:
    return iam.PolicyDocument(
        statements=[
            iam.PolicyStatement(
                actions=["logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
                resources=[f"{destination.arn}:log-stream:*"],
            ),
            iam.PolicyStatement(actions=["logs:DescribeLogGroups"], resources=[f"{destination.arn}:*"]),
        ]
    )
