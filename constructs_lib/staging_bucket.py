"""The bucket where the CDK leaves templates for CloudFormation."""

from __future__ import annotations

from typing import Any

from aws_cdk import Aws, CfnDeletionPolicy, CfnTag
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

OLD_VERSIONS_DAYS = 30


class StagingBucket(Construct):
    """Versioned, encrypted with the given key, for principals of the own account over TLS 1.2 and nobody else.

    The templates in it can be made again from the manifest, so it is neither replicated nor locked.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, key_arn: str) -> None:
        super().__init__(scope, id)
        self.bucket = s3.CfnBucket(
            self,
            "Bucket",
            bucket_name=name,
            bucket_encryption=_encryption(key_arn),
            public_access_block_configuration=s3.CfnBucket.PublicAccessBlockConfigurationProperty(
                block_public_acls=True, block_public_policy=True, ignore_public_acls=True, restrict_public_buckets=True
            ),
            ownership_controls=s3.CfnBucket.OwnershipControlsProperty(
                rules=[s3.CfnBucket.OwnershipControlsRuleProperty(object_ownership="BucketOwnerEnforced")]
            ),
            versioning_configuration=s3.CfnBucket.VersioningConfigurationProperty(status="Enabled"),
            lifecycle_configuration=s3.CfnBucket.LifecycleConfigurationProperty(rules=[_old_versions(), _remains()]),
            tags=[CfnTag(key="hlz:purpose", value="deployment-templates"), CfnTag(key="hlz:data", value="none")],
        )
        self.bucket.cfn_options.deletion_policy = CfnDeletionPolicy.RETAIN
        self.bucket.cfn_options.update_replace_policy = CfnDeletionPolicy.RETAIN
        self.arn = self.bucket.attr_arn
        s3.CfnBucketPolicy(
            self,
            "Policy",
            bucket=self.bucket.ref,
            policy_document=iam.PolicyDocument(
                statements=[
                    self._deny("TlsOnly", {"Bool": {"aws:SecureTransport": "false"}}),
                    self._deny("Tls12OrNewer", {"NumericLessThan": {"s3:TlsVersion": "1.2"}}),
                    # Negated operators match requests without the key, too: anonymous ones are denied.
                    self._deny(
                        "OwnAccountOnly",
                        {
                            "StringNotEquals": {"aws:PrincipalAccount": Aws.ACCOUNT_ID},
                            "BoolIfExists": {"aws:PrincipalIsAWSService": "false"},
                        },
                    ),
                ]
            ),
        )

    def _deny(self, sid: str, conditions: dict[str, Any]) -> iam.PolicyStatement:
        return iam.PolicyStatement(
            sid=sid,
            effect=iam.Effect.DENY,
            principals=[iam.AnyPrincipal()],
            actions=["s3:*"],  # everything is denied
            resources=[self.arn, f"{self.arn}/*"],
            conditions=conditions,
        )


def _encryption(key_arn: str) -> s3.CfnBucket.BucketEncryptionProperty:
    by_default = s3.CfnBucket.ServerSideEncryptionByDefaultProperty(sse_algorithm="aws:kms", kms_master_key_id=key_arn)
    rule = s3.CfnBucket.ServerSideEncryptionRuleProperty(
        server_side_encryption_by_default=by_default, bucket_key_enabled=True
    )
    return s3.CfnBucket.BucketEncryptionProperty(server_side_encryption_configuration=[rule])


def _old_versions() -> s3.CfnBucket.RuleProperty:
    return s3.CfnBucket.RuleProperty(
        id="OldVersions",
        status="Enabled",
        noncurrent_version_expiration=s3.CfnBucket.NoncurrentVersionExpirationProperty(
            noncurrent_days=OLD_VERSIONS_DAYS
        ),
    )


def _remains() -> s3.CfnBucket.RuleProperty:
    return s3.CfnBucket.RuleProperty(
        id="AbortedUploads",
        status="Enabled",
        abort_incomplete_multipart_upload=s3.CfnBucket.AbortIncompleteMultipartUploadProperty(days_after_initiation=1),
    )
