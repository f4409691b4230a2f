"""What a bucket of a template is for, as far as the template tells: by who delivers into it, else by its name."""

from __future__ import annotations

import re

from landing_zone.assurance.rules import RuleContext
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import text_of

_ACCESS_LOG_USES = {
    "AWS::S3::Bucket": "LoggingConfiguration/",
    "AWS::ElasticLoadBalancingV2::LoadBalancer": "LoadBalancerAttributes/",
    "AWS::ElasticLoadBalancing::LoadBalancer": "AccessLoggingPolicy/",
    "AWS::CloudFront::Distribution": "DistributionConfig/Logging/",
}
_LOG_USES = {
    "AWS::Config::DeliveryChannel": "S3BucketName",
    "AWS::EC2::FlowLog": "LogDestination",
    "AWS::Route53Resolver::ResolverQueryLoggingConfig": "DestinationArn",
    "AWS::WAFv2::LoggingConfiguration": "LogDestinationConfigs/",
    "AWS::NetworkFirewall::LoggingConfiguration": "LoggingConfiguration/",
}
_ACCESS_LOG_NAME = re.compile(
    r"(access|server|elb|alb|nlb|lb|loadbalancer|cdn|cloudfront|flow|s3)logs?|^(logs?|logging)(bucket|store)?$"
)
_REPLICA_NAME = re.compile(r"replica|destination|recovery|^dr|dr(bucket)?$|secondary")
_PASSING_NAME = re.compile(
    r"stag(e|ing)|te?mp|scratch|cache|artifacts?|pipeline|build|deploy|code|template|athena|queryresults?|landing|"
    r"inbox|upload|dropzone|transit|static|website|assets?|cdn|report"
)
_RECORD_NAME = re.compile(r"archive|evidence|immutable|worm|legalhold|audit|records?(?!ing|er)")


def _called(bucket: Resource) -> list[str]:
    """What the bucket is called, letters and digits only: logical id and name."""
    names = [bucket.logical_id, text_of(bucket.value("BucketName")) or ""]
    return [re.sub(r"\$\{[^}]*\}|[^a-z0-9]", "", name.lower()) for name in names if name]


def _is_called(bucket: Resource, pattern: re.Pattern[str]) -> bool:
    return any(pattern.search(name) for name in _called(bucket))


def _receives(bucket: Resource, context: RuleContext, uses: dict[str, str]) -> bool:
    return any(
        use.target == bucket.logical_id
        and use.resource != bucket.logical_id
        and use.path.startswith(uses.get(context.template.resources[use.resource].type, "\0"))
        for use in context.template.uses
    )


def receives_trail(bucket: Resource, context: RuleContext) -> bool:
    """A trail of the template delivers into the bucket."""
    return _receives(bucket, context, {"AWS::CloudTrail::Trail": "S3BucketName"})


def receives_access_logs(bucket: Resource, context: RuleContext) -> bool:
    """Access logs of buckets, load balancers or distributions end up there; S3 writes some only under SSE-S3."""
    if receives_trail(bucket, context):
        return False
    return (
        _receives(bucket, context, _ACCESS_LOG_USES)
        or bucket.value("AccessControl") == "LogDeliveryWrite"
        or (_is_called(bucket, _ACCESS_LOG_NAME) and not _is_called(bucket, _RECORD_NAME))
    )


def receives_distribution_logs(bucket: Resource, context: RuleContext) -> bool:
    """A distribution of the template writes its standard logs there, which it does by access list only."""
    return _receives(bucket, context, {"AWS::CloudFront::Distribution": "DistributionConfig/Logging/"})


def receives_logs(bucket: Resource, context: RuleContext) -> bool:
    """Any log of the template ends up there, but a trail's."""
    return receives_access_logs(bucket, context) or _receives(bucket, context, _LOG_USES)


def is_replica(bucket: Resource, context: RuleContext) -> bool:
    """Another bucket of the template replicates into it, or its name says that one of another stack does."""
    return _receives(bucket, context, {"AWS::S3::Bucket": "ReplicationConfiguration/"}) or _is_called(
        bucket, _REPLICA_NAME
    )


def passes_on(bucket: Resource) -> bool:
    """Its name says that objects are there for a while only, or can be made again."""
    return _is_called(bucket, _PASSING_NAME) and not _is_called(bucket, _RECORD_NAME)


def holds_required_records(bucket: Resource, context: RuleContext) -> bool:
    """A trail, or by its name records, evidence or an archive: what 45 CFR 164.316(b)(2)(i) keeps for six years."""
    if receives_trail(bucket, context):
        return True
    return _is_called(bucket, _RECORD_NAME) and not receives_logs(bucket, context) and not is_replica(bucket, context)
