"""Route 53 Resolver query logging: who asked for which name, and what was answered."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_route53resolver as resolver
from constructs import Construct


class QueryLogging(Construct):
    """Where Resolver logs queries (45 CFR 164.312(b)): a bucket of the log archive. Networks join by `record`.

    archive_bucket: name of the landing bucket for queries.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, archive_bucket: str) -> None:
        super().__init__(scope, id)
        configuration = resolver.CfnResolverQueryLoggingConfig(
            self,
            "Configuration",
            name=name,
            destination_arn=f"arn:{Aws.PARTITION}:s3:::{archive_bucket}",
        )
        self.id = configuration.attr_id
        self.arn = configuration.attr_arn

    def record(self, vpc_id: str) -> None:
        """Log the queries of a VPC of this stack."""
        resolver.CfnResolverQueryLoggingConfigAssociation(
            self, "Association", resolver_query_log_config_id=self.id, resource_id=vpc_id
        )
