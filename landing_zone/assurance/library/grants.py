"""What IAM policies grant: the documents, and rules over grants that reach too far."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from landing_zone.assurance.library.scope import of_others
from landing_zone.assurance.policy_statements import Statement, arn_parts, readable, statements
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import CannotEvaluate, Reference, Unresolved, Value, text_of

DOCUMENTS: Mapping[str, str] = {
    "AWS::IAM::ManagedPolicy": "PolicyDocument",
    "AWS::IAM::Policy": "PolicyDocument",
    "AWS::IAM::RolePolicy": "PolicyDocument",
    "AWS::IAM::UserPolicy": "PolicyDocument",
    "AWS::IAM::GroupPolicy": "PolicyDocument",
    "AWS::SSO::PermissionSet": "InlinePolicy",
}
CARRIERS = ("AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group")
GRANTING = (*DOCUMENTS, *CARRIERS)
"""Every type that holds a policy of an identity."""

_KEYS = ("kms:Decrypt", "kms:ReEncryptFrom", "kms:ReEncryptTo")
_KEY_CONDITIONS = ("kms:viaservice", "kms:resourcealiases", "kms:requestalias", "kms:encryptioncontext", "aws:resource")
_ESCALATING = (
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreatePolicyVersion",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteUserPermissionsBoundary",
    "iam:PassRole",
    "iam:PutGroupPolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateLoginProfile",
    "sts:AssumeRole",
)
"""Actions by which whoever has them on any role, user or policy gets every right of the account.

Source: the published methods of privilege escalation in IAM, which Prowler and policy_sentry list as well; names from
AWS's service authorization reference.
"""
_DATA = (
    "dynamodb:BatchGetItem",
    "dynamodb:GetItem",
    "dynamodb:PutItem",
    "dynamodb:Query",
    "dynamodb:Scan",
    "s3:DeleteObject",
    "s3:GetObject",
    "s3:PutObject",
    "secretsmanager:GetSecretValue",
    "sqs:ReceiveMessage",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
)
"""Actions that read or write what stores, secrets, parameters and queues hold."""
_ALL_OF_A_KIND = re.compile(r"([A-Za-z-]+[:/])?\*+(/\*+)?")
_ALL_BUCKETS = re.compile(r"\*+(/.*)?")
_SHOWN = 3


def granted(resource: Resource) -> Iterator[Statement | CannotEvaluate]:
    """The statements of the resource's identity policies."""
    if resource.type in DOCUMENTS:
        paths = [DOCUMENTS[resource.type]]
    else:
        paths = [f"Policies.{index}.PolicyDocument" for index in range(len(resource.items("Policies")))]
    for path in paths:
        yield from statements(resource.value(path), path)


def is_no_ceiling(resource: Resource, context: RuleContext) -> bool:
    """In templates of others a policy that is used as a permissions boundary alone grants nothing."""
    return context.own or not _is_ceiling(resource, context)


def _grants_in_others(resource: Resource, context: RuleContext) -> bool:
    return of_others(resource, context) and not _is_ceiling(resource, context)


def _is_ceiling(policy: Resource, context: RuleContext) -> bool:
    if policy.type != "AWS::IAM::ManagedPolicy" or any(policy.items(name) for name in ("Roles", "Users", "Groups")):
        return False
    uses = [use for use in context.template.uses if use.target == policy.logical_id]
    carried = [use for use in uses if use.path.startswith(("ManagedPolicyArns", "ManagedPolicies"))]
    if carried:
        return False
    boundary = any(use.path.startswith("PermissionsBoundary") for use in uses)
    return boundary or "boundary" in f"{policy.logical_id} {text_of(policy.value('ManagedPolicyName')) or ''}".lower()


def of_everything(resource: Value) -> bool:
    """Whether a statement's resource is all of a kind in an account: `*`, `arn:...:key/*`, `arn:...:::*`."""
    if isinstance(resource, (Reference, Unresolved)):
        return False
    text = text_of(resource) or ""
    if text.strip("*:") in ("", "arn"):
        return True
    parts = arn_parts(text)
    if len(parts) < 6:
        return False
    return bool((_ALL_BUCKETS if parts[2] == "s3" else _ALL_OF_A_KIND).fullmatch(parts[5]))


def _everywhere(statement: Statement) -> bool:
    return statement.not_resource or any(of_everything(resource) for resource in statement.resources)


def _of(statement: Statement, actions: tuple[str, ...]) -> list[str]:
    """Those of the actions that the statement allows by name or pattern; `*` alone is HLZ-IAM-002's."""
    patterns = [text for text in map(text_of, statement.actions) if text and text != "*" and ":" in text]
    if not statement.allows or statement.not_action:
        return []
    return [name for name in actions if any(fnmatchcase(name.lower(), text.lower()) for text in patterns)]


def _named(actions: list[str]) -> str:
    more = f" and {len(actions) - _SHOWN} more" if len(actions) > _SHOWN else ""
    return f"{', '.join(actions[:_SHOWN])}{more}"


@rule(
    "HLZ-IAM-007",
    control="LZ-IAM-07",
    resource=GRANTING,
    applies=_grants_in_others,
    title="Nobody may decrypt with every key",
    fix="Name the keys, or add a condition on kms:ViaService, kms:ResourceAliases or aws:ResourceTag.",
)
def decryption_names_its_keys(resource: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No Allow of kms:Decrypt or kms:ReEncrypt is for all keys, of the account or at all, without a condition on them.

    Only templates of others are judged; in ours keys decide by their own policies (HLZ-KMS-004).

    Cannot see: managed policies attached by ARN, and what the keys' own policies refuse.
    """

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        named = _of(statement, _KEYS)
        if (
            named
            and _everywhere(statement)
            and not any(limit.key.startswith(_KEY_CONDITIONS) for limit in statement.limits)
        ):
            yield Violation(
                f"{resource.logical_id} grants {_named(named)} with all keys in {statement}; named keys are expected.",
                statement.path,
            )

    yield from each(granted(resource), judge)


@rule(
    "HLZ-IAM-008",
    control="LZ-IAM-08",
    resource=GRANTING,
    applies=_grants_in_others,
    title="Nobody may give himself more rights",
    fix="Name the roles or policies, or add a condition on iam:PermissionsBoundary or iam:PassedToService.",
)
def nobody_raises_his_own_rights(resource: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No Allow lets its holder pass, assume, change or get credentials of any role, user or policy, unconditionally.

    Only templates of others are judged: ours have guardrails and a boundary for that.

    Cannot see: rights that several named resources give together, and managed policies attached by ARN.
    """

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        named = _of(statement, _ESCALATING)
        if named and _everywhere(statement) and not statement.limits:
            yield Violation(
                f"{resource.logical_id} grants {_named(named)} on everything in {statement}, by which its holder gets "
                "any right; named resources or a condition are expected.",
                statement.path,
            )

    yield from each(granted(resource), judge)


@rule(
    "HLZ-IAM-009",
    control="LZ-IAM-05",
    resource=GRANTING,
    applies=_grants_in_others,
    title="Nobody may read or write the data of every store",
    fix="Name the buckets, tables, queues, secrets and parameters.",
)
def data_is_granted_by_store(resource: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No Allow reads or writes objects, items, messages, secrets or parameters of all stores of a kind unconditionally.

    Only templates of others are judged.

    Cannot see: patterns that match nearly every name, and managed policies attached by ARN.
    """

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        named = _of(statement, _DATA)
        if named and _everywhere(statement) and not statement.limits:
            yield Violation(
                f"{resource.logical_id} grants {_named(named)} on all stores in {statement}; named resources are "
                "expected.",
                statement.path,
            )

    yield from each(granted(resource), judge)


@rule(
    "HLZ-IAM-015",
    control="LZ-IAM-05",
    resource=GRANTING,
    applies=_grants_in_others,
    title="Nobody gets all actions of a service",
    fix="Name the actions that the work needs.",
)
def services_are_not_granted_whole(resource: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No Allow names `service:*`, whatever its resources.

    Only templates of others are judged; HIPAA.Security-IAMPolicyNoStatementsWithFullAccess asks the same of ours.

    Cannot see: managed policies attached by ARN (HLZ-IAM-011 knows some).
    """

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        whole = [text for text in map(text_of, statement.actions) if text and text.endswith(":*")]
        if statement.allows and not statement.not_action and whole:
            yield Violation(
                f"{resource.logical_id} grants {_named(whole)} in {statement}; named actions are expected.",
                statement.path,
            )

    yield from each(granted(resource), judge)
