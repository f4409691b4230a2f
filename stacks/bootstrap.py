"""bootstrap: what the CDK CLI needs in an account and Region, so that the pipeline and nobody else can deploy."""

from __future__ import annotations

from aws_cdk import Aws, BootstraplessSynthesizer, CfnCondition, CfnOutput, Fn
from aws_cdk import aws_iam as iam
from aws_cdk import aws_ssm as ssm
from constructs import Construct

from constructs_lib.bootstrap_roles import (
    BootstrapRole,
    allow,
    cloudformation_trust,
    own_role_trust,
    pipeline_trust,
    role_arn,
    shared_parameters_are_readable,
)
from constructs_lib.domain_key import ADMINISTRATION, DomainKey, account_root
from constructs_lib.execution_policies import ExecutionPolicies
from constructs_lib.role_stack import RoleStack
from constructs_lib.staging_bucket import StagingBucket
from landing_zone.plan import names
from landing_zone.plan.knowledge import STACK_PREFIX
from landing_zone.plan.model import Variant

VERSION = "23"
"""Bootstrap version of which all that the CDK CLI (2.1148.1) asks for by number is here: 5 (the version is readable), 6
(deployment), 8 (lookup), 21 (publishing to own buckets only), 23 (rollback). 28 would promise stack refactoring."""
STACK_SETS_ROLE = "stacksets-exec-*"
"""Role by which service-managed StackSets create stacks in members; its name ends in an id that AWS chooses."""
READING_STACKS = (
    "cloudformation:DescribeStacks",
    "cloudformation:DescribeStackResources",
    "cloudformation:GetTemplate",
    "cloudformation:ListStackResources",
)
CHANGING_STACKS = (
    "cloudformation:ContinueUpdateRollback",
    "cloudformation:CreateChangeSet",
    "cloudformation:DeleteChangeSet",
    "cloudformation:DeleteStack",  # one whose creation failed; termination protection guards the others
    "cloudformation:DescribeChangeSet",
    "cloudformation:DescribeEvents",
    "cloudformation:DescribeStackEvents",
    "cloudformation:ExecuteChangeSet",
    "cloudformation:ListChangeSets",
    "cloudformation:RollbackStack",
    "cloudformation:UpdateTerminationProtection",
)


class BootstrapStack(RoleStack):
    """Staging bucket with its key, four roles, and the version. In the deploy account also the pipeline's role.

    No role publishes images and there is no image repository: the toolkit's stacks have no assets.
    """

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(
            scope,
            variant,
            qualifier=qualifier,
            description="Landing zone: bootstrap",
            synthesizer=BootstraplessSynthesizer(),
        )
        self._shape = variant.shape
        boundary = self._shape["permissions_boundary"]
        self._boundary = f"arn:{Aws.PARTITION}:iam::{Aws.ACCOUNT_ID}:policy/{boundary}" if boundary else None
        here = (qualifier, Aws.ACCOUNT_ID, Aws.REGION)
        self._deploy, self._publish = names.deploy_role(*here), names.file_publishing_role(*here)
        self._key = self._staging_key()
        self._bucket = StagingBucket(self, "Staging", name=names.staging_bucket(*here), key_arn=self._key.arn)
        execution = self._execution_role(names.execution_role(*here))
        self._deploy_role(execution)
        self._publishing_role()
        self._lookup_role(names.lookup_role(*here))
        if self._shape["pipeline_principal"]:
            self._pipeline_role(self._shape["pipeline_principal"])
        ssm.CfnParameter(
            self, "Version", name=names.bootstrap_version_parameter(qualifier), type="String", value=VERSION
        )
        for name, text in {
            "BucketName": self._bucket.bucket.ref,
            "BucketDomainName": self._bucket.bucket.attr_regional_domain_name,
            "BootstrapVersion": VERSION,
        }.items():  # the CDK CLI reads these when it is given the stack's name
            CfnOutput(self, name, value=text)

    def _staging_key(self) -> DomainKey:
        return DomainKey(
            self,
            "Key",
            domain="bootstrap",
            description="Templates on their way to CloudFormation",
            qualifier=self.qualifier,
            rotation_days=self._shape["key_rotation_days"],
            deletion_window_days=self._shape["key_deletion_window_days"],
            administrators=[*self._shape["key_administrators"], STACK_SETS_ROLE],
            use=[
                self._administration_in_management(),
                self._use("Reading templates", self._deploy, ["kms:Decrypt"]),
                # Decrypt, because S3 reads what it has of an upload in parts.
                self._use("Writing templates", self._publish, ["kms:Decrypt", "kms:GenerateDataKey"]),
            ],
        )

    def _administration_in_management(self) -> iam.PolicyStatement:
        """StackSets leave the management account out: a role makes the key there, and only through CloudFormation."""
        return iam.PolicyStatement(
            sid="AdministrationInManagementAccount",
            actions=list(ADMINISTRATION),
            resources=["*"],  # of the key itself
            principals=[account_root()],
            conditions={
                "ArnLike": {"aws:PrincipalArn": role_arn(self._shape["bootstrap_role"])},
                "StringEquals": {"aws:PrincipalAccount": self.value("ManagementAccountId")},
                "ForAnyValue:StringEquals": {"aws:CalledVia": "cloudformation.amazonaws.com"},
            },
        )

    def _use(self, sid: str, role: str, actions: list[str]) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            sid=sid.title().replace(" ", ""),
            actions=actions,
            resources=["*"],  # of the key itself
            principals=[account_root()],
            conditions={"ArnEquals": {"aws:PrincipalArn": role_arn(role)}, "StringEquals": _through_s3()},
        )

    def _execution_role(self, name: str) -> BootstrapRole:
        policies = ExecutionPolicies(
            self,
            "Execution",
            qualifier=self.qualifier,
            permissions_boundary=self._boundary,
            management_account=self.value("ManagementAccountId"),
            organization_id=self.value("OrganizationId"),
        )
        role = BootstrapRole(
            self,
            "CloudFormation",
            name=name,
            purpose="cfn-exec",
            trust=cloudformation_trust(),
            permissions_boundary=self._boundary,
            policy_arns=policies.arns,
        )
        policies.attach_to(role.name)
        return role

    def _deploy_role(self, execution: BootstrapRole) -> None:
        to_cloudformation = {"StringEquals": {"iam:PassedToService": "cloudformation.amazonaws.com"}}
        self._trusted_role(
            "Deploy",
            self._deploy,
            "deploy",
            [
                allow("OurStacks", [*CHANGING_STACKS, *READING_STACKS], [_stacks()]),
                allow("ExecutionRole", ["iam:PassRole"], [execution.arn], to_cloudformation),
                allow("Templates", ["s3:GetObject"], [f"{self._bucket.arn}/*"]),
                allow("TemplatesKey", ["kms:Decrypt"], [self._key.arn], {"StringEquals": _through_s3()}),
                self._version_is_readable(),
                shared_parameters_are_readable(self.value("OrganizationId")),
            ],
        )

    def _publishing_role(self) -> None:
        own = {"StringEquals": {"aws:ResourceAccount": Aws.ACCOUNT_ID}}
        bucket = ["s3:GetBucketLocation", "s3:GetEncryptionConfiguration", "s3:ListBucket"]
        objects = ["s3:AbortMultipartUpload", "s3:ListMultipartUploadParts", "s3:PutObject"]
        key = ["kms:Decrypt", "kms:GenerateDataKey"]
        self._trusted_role(
            "FilePublishing",
            self._publish,
            "file-publishing",
            [
                # Only while the bucket is ours: whoever made it anew after a deletion would get our templates.
                allow("Bucket", bucket, [self._bucket.arn], own),
                allow("Templates", objects, [f"{self._bucket.arn}/*"], own),
                allow("TemplatesKey", key, [self._key.arn], {"StringEquals": _through_s3()}),
            ],
        )

    def _lookup_role(self, name: str) -> None:
        reading = allow("OurStacks", READING_STACKS, [_stacks()])
        self._trusted_role("Lookup", name, "lookup", [reading, self._version_is_readable()])

    def _pipeline_role(self, principal: str) -> None:
        deploy_account_at_home = CfnCondition(
            self,
            "DeployAccountAtHome",
            expression=Fn.condition_and(
                Fn.condition_equals(Aws.ACCOUNT_ID, self.value("DeployAccountId")),
                Fn.condition_equals(Aws.REGION, self._shape["region"]),
            ),
        )
        purposes = (names.deploy_role, names.file_publishing_role, names.lookup_role)
        # Every account and Region of the organization: that is where the pipeline deploys.
        roles = [role_arn(name(self.qualifier, "*", "*"), account="*") for name in purposes]
        inside = {"StringEquals": {"aws:ResourceOrgID": self.value("OrganizationId")}}
        BootstrapRole(
            self,
            "Pipeline",
            name=names.PIPELINE_ROLE,
            purpose="pipeline",
            trust=own_role_trust(principal),
            permissions_boundary=self._boundary,
            allowed=[allow("BootstrapRoles", ["sts:AssumeRole"], roles, inside)],
            only_if=deploy_account_at_home,
        )

    def _trusted_role(self, id: str, name: str, purpose: str, allowed: list[iam.PolicyStatement]) -> None:
        BootstrapRole(
            self,
            id,
            name=name,
            purpose=purpose,
            trust=pipeline_trust(self.value("DeployAccountId"), self.value("OrganizationId")),
            permissions_boundary=self._boundary,
            allowed=allowed,
        )

    def _version_is_readable(self) -> iam.PolicyStatement:
        parameter = names.bootstrap_version_parameter(self.qualifier)
        arn = f"arn:{Aws.PARTITION}:ssm:{Aws.REGION}:{Aws.ACCOUNT_ID}:parameter{parameter}"
        return allow("Version", ["ssm:GetParameter", "ssm:GetParameters"], [arn])


def _stacks() -> str:
    return f"arn:{Aws.PARTITION}:cloudformation:{Aws.REGION}:{Aws.ACCOUNT_ID}:stack/{STACK_PREFIX}-*/*"


def _through_s3() -> dict[str, str]:
    return {"kms:ViaService": f"s3.{Aws.REGION}.{Aws.URL_SUFFIX}"}
