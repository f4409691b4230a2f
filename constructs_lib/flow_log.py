"""Flow logs of a VPC or transit gateway: all traffic, every minute, to search here and to keep in the archive."""

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
        _log(self, vpc_id, "VPC", "ALL", destination, archive_bucket)


class TransitGatewayFlowLog(Construct):
    """All traffic of a transit gateway, with the attachments and tables it took, as `VpcFlowLog` for a VPC."""

    def __init__(
        self, scope: Construct, id: str, *, transit_gateway_id: str, destination: EncryptedLogGroup, archive_bucket: str
    ) -> None:
        super().__init__(scope, id)
        # EC2 refuses a traffic type for a transit gateway (Amazon VPC Transit Gateways, flow-logs-api-cli).
        _log(self, transit_gateway_id, "TransitGateway", None, destination, archive_bucket)


def _log(
    scope: Construct,
    resource_id: str,
    resource_type: str,
    traffic_type: str | None,
    destination: EncryptedLogGroup,
    archive_bucket: str,
) -> None:
    role = iam.CfnRole(scope, "Role", assume_role_policy_document=_delivery_trust())
    policy = iam.CfnManagedPolicy(
        scope,
        "Policy",
        description="VPC flow log delivery",
        roles=[role.ref],
        policy_document=_delivery(destination),
    )
    log = ec2.CfnFlowLog(
        scope,
        "FlowLog",
        resource_id=resource_id,
        resource_type=resource_type,
        traffic_type=traffic_type,
        max_aggregation_interval=60,
        log_destination_type="cloud-watch-logs",
        log_group_name=destination.log_group.ref,
        deliver_logs_permission_arn=role.attr_arn,
    )
    log.node.add_dependency(policy)
    ec2.CfnFlowLog(
        scope,
        "Archive",
        resource_id=resource_id,
        resource_type=resource_type,
        traffic_type=traffic_type,
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
