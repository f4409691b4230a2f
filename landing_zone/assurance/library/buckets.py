"""Rules over S3 buckets and their policies: who gets in, over which connection, and under which key objects lie."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fnmatch import fnmatchcase

from landing_zone.assurance.library.admission import CALLER_KEYS, any_customer, outsiders
from landing_zone.assurance.library.bucket_roles import receives_access_logs
from landing_zone.assurance.library.denials import has_old_tls, is_denied, lacks_tls
from landing_zone.assurance.library.presence import assert_exists_beside, is_given, is_imported
from landing_zone.assurance.library.principals import SOURCE_KEYS
from landing_zone.assurance.library.scope import of_others
from landing_zone.assurance.library.tags import ENCRYPTION, LOG_LANDING, PURPOSE, SERVICE_CONSTRAINT
from landing_zone.assurance.policy_statements import Statement, readable, statements
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Reference, Unresolved, text_of

_KEY_ALGORITHMS = ("aws:kms", "aws:kms:dsse")
_DEFAULT = "BucketEncryption.ServerSideEncryptionConfiguration.0"
_ARN, _ANY_OBJECT = "arn:aws:s3:::bucket", "arn:aws:s3:::bucket/object"

_REFUSED = (
    (lacks_tls, "aws:SecureTransport false", "requests without TLS"),
    (has_old_tls, "s3:TlsVersion below 1.2", "TLS older than 1.2"),
)

_EVERYBODY_KEYS = (*CALLER_KEYS, *SOURCE_KEYS, "aws:sourcevpce", "aws:sourcevpc", "s3:dataaccesspointaccount")
_FOREIGN_KEYS = (*CALLER_KEYS, "aws:sourcevpce", "aws:sourcevpc")
_LOAD_BALANCERS = "logdelivery.elasticloadbalancing.amazonaws.com"
_ACCOUNT_FOLDER = re.compile(r"/AWSLogs/[^/*]+/")


@rule(
    "HLZ-S3-001",
    control="LZ-S3-04",
    resource="AWS::S3::Bucket",
    title="Buckets refuse requests without TLS 1.2",
    fix="Give the bucket an AWS::S3::BucketPolicy with two statements that deny s3:* to everybody on the bucket and "
    "its objects: Bool aws:SecureTransport false, and NumericLessThan s3:TlsVersion 1.2.",
)
def buckets_refuse_weak_transport(bucket: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A bucket policy in the template denies everybody all actions without TLS, and with TLS older than 1.2.

    A statement with a further condition denies less and does not count. A bucket without a policy in its template is
    a finding, even if another stack might attach one; only where the bucket has a name and a policy of the template
    takes its bucket from a parameter is it not evaluated. S3's endpoints ask for TLS 1.2 by themselves since 2024:
    the second statement keeps that from depending on the endpoint, and is asked of our own stacks only.

    Cannot see: policies attached outside the template, and access points with policies of their own.
    """
    entries = list(_policy_statements(bucket, context))

    def covers_all(statement: Statement) -> bool:
        return _covers(statement, bucket)

    for refused, condition, what in _REFUSED[: 2 if context.own else 1]:
        if not is_denied(entries, "s3:*", refused, covers_all):
            yield Violation(
                f"Bucket {bucket.logical_id} accepts {what}; a Deny of s3:* for everybody on the bucket and its "
                f"objects with {condition} is expected in a bucket policy of the template."
            )


def _policy_statements(bucket: Resource, context: RuleContext) -> Iterator[Statement | CannotEvaluate]:
    for policy in context.template.of_type("AWS::S3::BucketPolicy"):
        try:
            if _is_policy_of(policy, bucket):
                assert_exists_beside(policy, bucket)
                yield from statements(policy.value("PolicyDocument"), "PolicyDocument")
        except CannotEvaluate as unknown:
            yield unknown


def _is_policy_of(policy: Resource, bucket: Resource) -> bool:
    target, name = policy.value("Bucket"), bucket.value("BucketName")
    if isinstance(target, Reference):
        return target == Reference(bucket.logical_id)
    if name is MISSING:  # CloudFormation makes the name: no text or parameter can hold it beforehand
        return False
    if not isinstance(target, Unresolved):
        return target == name
    written = policy.properties.get("Bucket")
    if written == bucket.properties.get("BucketName"):
        return True
    if is_imported(written):
        return False
    raise CannotEvaluate(f"the bucket of {policy.logical_id} is not known: {target.reason}")


def _covers(statement: Statement, bucket: Resource) -> bool:
    """Whether the statement speaks of the bucket and of every object in it."""
    if statement.not_resource:
        return False
    known = [resource for resource in statement.resources if not isinstance(resource, Unresolved)]
    patterns = [_from_bucket(text_of(resource) or "", bucket) for resource in known]
    if all(any(fnmatchcase(target, pattern) for pattern in patterns) for target in (_ARN, _ANY_OBJECT)):
        return True
    for resource in statement.resources:
        if isinstance(resource, Unresolved):
            raise CannotEvaluate(f"a resource of {statement} is not known: {resource.reason}")
    return False


def _from_bucket(text: str, bucket: Resource) -> str:
    """The pattern with the bucket's ARN, however the template spells it, in one spelling."""
    arn = r"arn:(?:aws[a-z-]*|\$\{AWS::Partition\}):s3:::"
    names = [str(Reference(bucket.logical_id)), text_of(bucket.value("BucketName"))]
    written = "|".join(re.escape(name) for name in names if name)
    own = rf"^(?:{re.escape(str(Reference(bucket.logical_id, 'Arn')))}|{arn}(?:{written}))"
    return re.sub(own, _ARN, text)


@rule(
    "HLZ-S3-002",
    control="LZ-S3-02",
    resource="AWS::S3::BucketPolicy",
    title="Bucket policies admit the own account, and others only under a condition",
    fix="Add a condition on aws:PrincipalOrgID (or aws:PrincipalAccount, aws:PrincipalArn, aws:SourceVpce), or name "
    "the own account's principals.",
)
def bucket_policies_admit_nobody_from_outside(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No statement allows everybody or a foreign account unless it pins organization, account, ARN or VPC endpoint.

    Conditions with `IfExists`, `ForAllValues:`, negated operators or wildcards for the account do not count. An origin
    access identity of the same template is the own account's.

    Cannot see: access control lists, access points, what identity policies allow, and whether the values of a
    condition are the right ones where a deployment decides them (value rules judge those).
    """
    yield from each(
        statements(policy.value("PolicyDocument"), "PolicyDocument"),
        lambda entry: outsiders(
            f"Bucket policy {policy.logical_id}",
            readable(entry),
            context,
            everybody=_EVERYBODY_KEYS,
            foreign=_FOREIGN_KEYS,
        ),
    )


@rule(
    "HLZ-S3-028",
    control="LZ-S3-04",
    resource="AWS::S3::BucketPolicy",
    applies=of_others,
    title="Bucket policies that speak of a TLS version mean 1.2",
    fix="Deny NumericLessThan s3:TlsVersion 1.2.",
)
def tls_floors_are_high(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A denial of old TLS refuses everything below 1.2. Policies that leave the version to S3's endpoints are fine.

    Cannot see: what S3's endpoints accept.
    """

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        floors = [limit for limit in statement.limits if limit.key == "s3:tlsversion"]
        if not statement.allows and floors and not any(has_old_tls(limit) for limit in floors):
            yield Violation(
                f"Bucket policy {policy.logical_id} refuses less than TLS below 1.2 in {statement}; NumericLessThan "
                "s3:TlsVersion 1.2 is expected.",
                statement.path,
            )

    yield from each(statements(policy.value("PolicyDocument"), "PolicyDocument"), judge)


@rule(
    "HLZ-S3-003",
    control="LZ-ORG-06",
    resource="AWS::S3::BucketPolicy",
    title="AWS services deliver into buckets only on behalf of the own account or organization",
    fix="Add StringEquals aws:SourceAccount (or aws:SourceOrgID), or ArnLike aws:SourceArn, to the statement.",
)
def services_deliver_for_the_own_organization(policy: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Every statement that allows an AWS service says on whose behalf: source account, ARN or organization.

    Holds for reading statements (s3:GetBucketAcl) as well: a service asks on behalf of anybody otherwise.

    In templates of others load balancers may write under `AWSLogs/` of an account: they put their own account there,
    and their documentation shows no condition.

    Cannot see: whether the service sends the key; a delivery that fails is noticed by its service's own status.
    """

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        if context.own or not _is_load_balancers_logs(statement):
            yield from any_customer(f"Bucket policy {policy.logical_id}", statement)

    yield from each(statements(policy.value("PolicyDocument"), "PolicyDocument"), judge)


def _is_load_balancers_logs(statement: Statement) -> bool:
    """Load balancers alone, into folders of accounts."""
    return (
        not statement.not_resource
        and all(principal == ("Service", _LOAD_BALANCERS) for principal in statement.principals)
        and all(_ACCOUNT_FOLDER.search(text_of(resource) or "") for resource in statement.resources)
    )


@rule(
    "HLZ-S3-008",
    control="LZ-S3-03",
    resource="AWS::S3::Bucket",
    title="Buckets are encrypted with a customer managed key, with a bucket key",
    fix="Set BucketEncryption to aws:kms with the key's ARN as KMSMasterKeyID and BucketKeyEnabled true; tag a landing "
    "bucket whose service cannot do that `hlz:encryption=service-constraint`.",
)
def buckets_have_their_own_key(bucket: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Default encryption is SSE-KMS or DSSE-KMS with a named key that is not AWS's own (`alias/aws/s3`).

    SSE-KMS uses a bucket key; DSSE-KMS has none (S3 user guide, "Using dual-layer server-side encryption"). A landing
    bucket (`hlz:purpose=log-landing`) tagged `hlz:encryption=service-constraint` may state AES256, and so may, outside
    of our own stacks, a bucket that receives access logs: S3 and load balancers write them under SSE-S3 only.

    Cannot see: objects written with another key than the default, and whether a given key is really a customer's.
    """
    algorithm = bucket.text(f"{_DEFAULT}.ServerSideEncryptionByDefault.SSEAlgorithm")
    if algorithm == "AES256" and bucket.tag(ENCRYPTION) == SERVICE_CONSTRAINT and bucket.tag(PURPOSE) == LOG_LANDING:
        return
    if algorithm == "AES256" and not context.own and receives_access_logs(bucket, context):
        return
    if algorithm not in _KEY_ALGORITHMS:
        yield Violation(
            f"Bucket {bucket.logical_id} has {algorithm or 'no'} default encryption; aws:kms with a customer managed "
            "key is expected.",
            "BucketEncryption",
        )
        return
    yield from each([f"{_DEFAULT}.ServerSideEncryptionByDefault.KMSMasterKeyID"], lambda path: _key(bucket, path))
    if algorithm == "aws:kms" and not bucket.flag(f"{_DEFAULT}.BucketKeyEnabled"):
        yield Violation(
            f"Bucket {bucket.logical_id} does not enable the bucket key; every object would call KMS.",
            f"{_DEFAULT}.BucketKeyEnabled",
        )


def _key(bucket: Resource, path: str) -> Iterator[Outcome]:
    if not is_given(bucket, path):
        yield Violation(f"Bucket {bucket.logical_id} names no key; AWS's own key would be used.", path)
    elif (text_of(bucket.value(path)) or "").endswith("alias/aws/s3"):
        yield Violation(f"Bucket {bucket.logical_id} uses AWS's own key; a customer managed one is expected.", path)
