"""A rule over the policies that resources carry themselves: whom they let in from outside."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from landing_zone.assurance.library.admission import CALLER_KEYS, any_customer, outsiders
from landing_zone.assurance.library.principals import SOURCE_KEYS, is_world
from landing_zone.assurance.library.scope import of_others, stranger
from landing_zone.assurance.policy_statements import Limit, Statement, readable, statements
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import CannotEvaluate, leaves, text_of

_POLICIES: Mapping[str, str] = {
    "AWS::APS::ResourcePolicy": "PolicyDocument",
    "AWS::ApiGateway::RestApi": "Policy",
    "AWS::Backup::BackupVault": "AccessPolicy",
    "AWS::Backup::LogicallyAirGappedBackupVault": "AccessPolicy",
    "AWS::Bedrock::ResourcePolicy": "PolicyDocument",
    "AWS::CloudTrail::ResourcePolicy": "ResourcePolicy",
    "AWS::CodeArtifact::Domain": "PermissionsPolicyDocument",
    "AWS::CodeArtifact::Repository": "PermissionsPolicyDocument",
    "AWS::DSQL::Cluster": "PolicyDocument",
    "AWS::DynamoDB::Table": "ResourcePolicy.PolicyDocument",
    "AWS::ECR::RegistryPolicy": "PolicyText",
    "AWS::ECR::Repository": "RepositoryPolicyText",
    "AWS::EFS::FileSystem": "FileSystemPolicy",
    "AWS::Elasticsearch::Domain": "AccessPolicies",
    "AWS::EventSchemas::RegistryPolicy": "Policy",
    "AWS::Kinesis::ResourcePolicy": "ResourcePolicy",
    "AWS::Lambda::ResourcePolicy": "PolicyDocument",
    "AWS::Logs::DeliveryDestination": "DeliveryDestinationPolicy",
    "AWS::Logs::Destination": "DestinationPolicy",
    "AWS::Logs::LogGroup": "ResourcePolicyDocument",
    "AWS::Logs::ResourcePolicy": "PolicyDocument",
    "AWS::MSK::ClusterPolicy": "Policy",
    "AWS::MediaStore::Container": "Policy",
    "AWS::OSIS::Pipeline": "ResourcePolicy.Policy",
    "AWS::Oam::Sink": "Policy",
    "AWS::Omics::SequenceStore": "S3AccessPolicy",
    "AWS::OpenSearchService::Domain": "AccessPolicies",
    "AWS::Redshift::Cluster": "NamespaceResourcePolicy",
    "AWS::RedshiftServerless::Namespace": "NamespaceResourcePolicy",
    "AWS::S3::AccessPoint": "Policy",
    "AWS::S3::MultiRegionAccessPointPolicy": "Policy",
    "AWS::S3Express::BucketPolicy": "PolicyDocument",
    "AWS::S3ObjectLambda::AccessPointPolicy": "PolicyDocument",
    "AWS::S3Tables::TableBucketPolicy": "ResourcePolicy",
    "AWS::S3Tables::TablePolicy": "ResourcePolicy",
    "AWS::S3Vectors::VectorBucketPolicy": "Policy",
    "AWS::SQS::QueueInlinePolicy": "PolicyDocument",
    "AWS::SQS::QueuePolicy": "PolicyDocument",
    "AWS::SSM::ResourcePolicy": "Policy",
    "AWS::SageMaker::ModelPackageGroup": "ModelPackageGroupPolicy",
    "AWS::SecretsManager::ResourcePolicy": "ResourcePolicy",
    "AWS::VpcLattice::AuthPolicy": "Policy",
    "AWS::VpcLattice::ResourcePolicy": "Policy",
    "AWS::XRay::ResourcePolicy": "PolicyDocument",
}
"""Where each type keeps its policy. Bucket, topic, key, bus and function policies have rules of their own."""

_LETS_SERVICES_WRITE = ("AWS::Logs::ResourcePolicy", "AWS::XRay::ResourcePolicy", "AWS::Logs::LogGroup")
"""Policies made for services to deliver into: not every service sends the source of its call."""

_EVERYBODY = (
    *CALLER_KEYS,
    *SOURCE_KEYS,
    "aws:sourcevpce",
    "aws:sourcevpc",
    "aws:vpcsourceip",
    "elasticfilesystem:accessedviamounttarget",
)
_ORIGINS = ("aws:sourceip", "aws:vpcsourceip", "elasticfilesystem:accessedviamounttarget")


@rule(
    "HLZ-RPL-001",
    control="LZ-ORG-06",
    resource=tuple(_POLICIES),
    title="Policies of resources admit the own account, and others only under a condition",
    fix="Name principals of the own account, or add StringEquals aws:PrincipalOrgID (aws:SourceAccount for a service).",
)
def resource_policies_admit_nobody_from_outside(resource: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No statement allows everybody, a foreign account, or a service for any customer, without a condition.

    Everybody is confined by organization, account, ARN, network endpoint, address range or mount target, in the
    statement or in a Deny for everybody that asks for the opposite.

    Cannot see: policies attached outside the template, and whether the values of a condition are the right ones where
    a deployment decides them.
    """
    path = _POLICIES[resource.type]
    entries = list(statements(resource.value(path), path))
    subject = f"The policy of {resource.logical_id}"
    denied = any(_denies_outsiders(entry) for entry in entries if isinstance(entry, Statement))

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        if not (denied and any(is_world(principal) for _, principal in statement.principals)) and not _confined(
            statement
        ):
            yield from outsiders(subject, statement, context, everybody=_EVERYBODY, foreign=CALLER_KEYS)
        if resource.type not in _LETS_SERVICES_WRITE:
            yield from any_customer(subject, statement)

    yield from each(entries, judge)


def _confined(statement: Statement) -> bool:
    """Whether an address range or a mount target confines the statement, which equality does not express."""
    return any(
        limit.key in _ORIGINS
        and limit.operator.lower() in ("bool", "ipaddress")
        and not any(text_of(value) in ("0.0.0.0/0", "::/0", "false", "0.0.0.0/1") for value in limit.values)
        for limit in statement.limits
    )


def _denies_outsiders(statement: Statement) -> bool:
    """Whether the statement denies everybody who comes from elsewhere."""
    return (
        not statement.allows
        and any(is_world(principal) for _, principal in statement.principals)
        and len({limit.operator for limit in statement.limits}) == 1
        and all(_asks_for_the_opposite(limit) for limit in statement.limits)
    )


def _asks_for_the_opposite(limit: Limit) -> bool:
    keys = (*_EVERYBODY, "aws:sourceip")
    return limit.key in keys and fnmatchcase(limit.operator.lower(), "*not*") and bool(limit.values)


@rule(
    "HLZ-RPL-004",
    control="LZ-PER-02",
    resource=("AWS::EC2::VPCEndpointServicePermissions", "AWS::RAM::ResourceShare"),
    applies=of_others,
    title="Services and resources are offered to nobody outside",
    fix="Name the organization's accounts, or its OUs by ARN.",
)
def offers_stay_inside(offer: Resource, context: RuleContext) -> Iterator[Outcome]:
    """An endpoint service permits neither everybody nor a literal foreign account; a share outside the organization
    has none among its principals.

    Only templates of others are judged. A share that refuses external principals reaches the organization alone.

    Cannot see: accounts given by parameters, and permissions given outside the template.
    """
    path = "AllowedPrincipals" if offer.type.endswith("Permissions") else "Principals"
    if path == "Principals" and offer.flag("AllowExternalPrincipals") is False:
        return

    def judge(index: int) -> Iterator[Outcome]:
        principal = offer.known(f"{path}.{index}")
        if principal == "*" or (found := stranger(principal, context)):
            who = "everybody (*)" if principal == "*" else f"account {found}"
            yield Violation(
                f"{offer.logical_id} is offered to {who}; accounts of the organization are expected.", f"{path}.{index}"
            )

    yield from each(range(len(offer.items(path))), judge)


_DESTINATIONS: Mapping[str, tuple[str, ...]] = {
    "AWS::CloudWatch::Alarm": ("AlarmActions",),
    "AWS::CloudWatch::CompositeAlarm": ("AlarmActions",),
    "AWS::CloudWatch::MetricStream": ("FirehoseArn",),
    "AWS::Config::AggregationAuthorization": ("AuthorizedAccountId",),
    "AWS::EC2::FlowLog": ("LogDestination",),
    "AWS::Events::Rule": ("Targets",),
    "AWS::GuardDuty::Master": ("MasterId",),
    "AWS::Kinesis::StreamConsumer": ("StreamARN",),
    "AWS::Logs::Delivery": ("DeliveryDestinationArn",),
    "AWS::Logs::SubscriptionFilter": ("DestinationArn",),
    "AWS::Oam::Link": ("SinkIdentifier",),
    "AWS::RDS::EventSubscription": ("SnsTopicArn",),
    "AWS::Route53Resolver::ResolverQueryLoggingConfig": ("DestinationArn",),
    "AWS::SNS::Subscription": ("Endpoint",),
    "AWS::SNS::Topic": ("Subscription",),
}
"""Where a resource says to whom logs, findings and alarms go."""


@rule(
    "HLZ-RPL-007",
    control="LZ-PER-01",
    resource=tuple(_DESTINATIONS),
    applies=of_others,
    title="Logs, findings and alarms go to no foreign account",
    fix="Name a destination of the own account or, by parameter or import, of the organization's.",
)
def records_stay_inside(source: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No destination is of a literal account that the template's parameters and mappings do not list.

    Cannot see: whose bucket a name without account is, and accounts that a deployment decides.
    """

    def judge(path: str) -> Iterator[Outcome]:
        for where, value in leaves(source.value(path), path):
            known = path != "Targets" or where.endswith("/Arn")
            if path in ("Endpoint", "Subscription"):  # a number without arn: is a telephone's
                known = isinstance(value, str) and value.startswith("arn:")
            found = stranger(value, context) if known else None
            if found:
                yield Violation(
                    f"{source.logical_id} sends to account {found}, which the template does not know.",
                    where.replace("/", "."),
                )

    yield from each(_DESTINATIONS[source.type], judge)
