"""Rules over IAM roles and policies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from landing_zone.assurance.action_catalogue import confinable_writes
from landing_zone.assurance.library.grants import CARRIERS, GRANTING, granted, is_no_ceiling
from landing_zone.assurance.library.principals import SOURCE_KEYS, belongs_to_own_account, is_pinned, is_world
from landing_zone.assurance.policy_statements import Statement, arn_parts, readable, statements
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import CannotEvaluate, Reference, Unresolved, Value, text_of
from landing_zone.policy_data import policy_data

_SHOWN = 3
_COMMON = (
    "cloudwatch:PutMetricData",
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:UnassignPrivateIpAddresses",
)
"""What AWS's own policies grant on all resources: metrics, and the interfaces of functions in a VPC."""
_CALLER_KEYS = ("aws:principalorgid", "aws:principalorgpaths", "aws:principalarn")
_FULL_ACCESS = ("AdministratorAccess", "PowerUserAccess", "IAMFullAccess")


@cache
def services_with_source_context() -> frozenset[str]:
    """Service principals that AWS documents as sending aws:SourceAccount or aws:SourceArn when they assume a role."""
    return frozenset(row["principal"] for row in policy_data("rules/service_roles")["services"])


@rule(
    "HLZ-IAM-001",
    control="LZ-ORG-06",
    resource="AWS::IAM::Role",
    title="Roles trust AWS services only on behalf of the own account",
    fix="Add StringEquals aws:SourceAccount (or aws:SourceOrgID), or ArnLike aws:SourceArn, to the trust statement.",
)
def service_roles_cannot_be_confused(role: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A role that a listed AWS service may assume says on whose behalf (the confused deputy problem).

    The list (policies/rules/service_roles.yaml) holds only services whose documentation of it was read. In templates
    of others a role is judged only where another role of the template has such a condition: many leave it out.

    Cannot see: other services, which are not judged here, and roles the services make themselves.
    """
    if not context.own and not any(_says_whose(other) for other in context.template.of_type("AWS::IAM::Role")):
        return
    entries = statements(role.value("AssumeRolePolicyDocument"), "AssumeRolePolicyDocument")
    yield from each(entries, lambda entry: _trusts(role, readable(entry)))


def _says_whose(role: Resource) -> bool:
    """Whether the role names the source of a service's call in some statement."""
    entries = statements(role.value("AssumeRolePolicyDocument"), "AssumeRolePolicyDocument")
    return any(isinstance(entry, Statement) and any(entry.limits_on(*SOURCE_KEYS)) for entry in entries)


def _trusts(role: Resource, statement: Statement) -> Iterator[Outcome]:
    if not statement.allows:
        return
    for kind, principal in statement.principals:
        if kind != "Service":
            continue
        if isinstance(principal, Unresolved):
            raise CannotEvaluate(f"a service of {statement} is not known: {principal.reason}")
        service = _service(principal)
        if service in services_with_source_context() and not is_pinned(statement, *SOURCE_KEYS):
            yield Violation(
                f"Role {role.logical_id} can be assumed by {service} for any customer in {statement}; a condition on "
                "aws:SourceAccount, aws:SourceArn or aws:SourceOrgID is expected.",
                statement.path,
            )


def _service(principal: Value) -> str:
    """The principal without Region and with the common suffix: logs.us-east-1.amazonaws.com is logs.amazonaws.com."""
    text = str(principal).replace("${AWS::URLSuffix}", "amazonaws.com")
    return re.sub(r"^([a-z-]+)\.(?:\$\{AWS::Region\}|[a-z]{2}(?:-[a-z]+)+-\d)\.", r"\1.", text)


@rule(
    "HLZ-IAM-002",
    control="LZ-IAM-04",
    resource=GRANTING,
    applies=is_no_ceiling,
    title="Policies grant neither all actions nor writing to all resources",
    fix="Name the actions and the resources, or add a condition that confines the statement.",
)
def policies_grant_no_blank_cheque(resource: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No Allow has Action `*`, NotAction, or Resource `*` for writing actions that can be confined, unconditionally.

    What writes, and whether its resource can be named, comes from AWS's service authorization reference; actions that
    exist for Resource `*` only are fine. A condition of any kind satisfies the second half, not the first. Key
    policies are HLZ-KMS-002's. In templates of others a policy that is nothing but a permissions boundary is not
    judged, nor are metrics and the network interfaces of functions.

    Cannot see: managed policies attached by ARN, permission boundaries, and whether a condition really confines.
    """
    yield from each(granted(resource), lambda entry: _grants(resource, readable(entry), context))


def _grants(resource: Resource, statement: Statement, context: RuleContext) -> Iterator[Outcome]:
    if not statement.allows:
        return
    if statement.not_action or "*" in statement.actions:
        what = "everything but the listed actions" if statement.not_action else "all actions"
        yield Violation(
            f"{resource.logical_id} grants {what} in {statement}; named actions are expected.",
            statement.path,
        )
        return
    if statement.limits:
        return
    try:
        everywhere = _everywhere(statement)
    except CannotEvaluate:
        if any(_covered(statement, action) for action in statement.actions):
            raise
        return
    if everywhere:
        yield from each(statement.actions, lambda action: _writes(resource, statement, action, context))


def _writes(resource: Resource, statement: Statement, action: Value, context: RuleContext) -> Iterator[Outcome]:
    covered = _covered(statement, action)
    writes = [name for name in covered if context.own or name not in _COMMON]
    if writes:
        more = f" and {len(writes) - _SHOWN} more" if len(writes) > _SHOWN else ""
        yield Violation(
            f"{resource.logical_id} grants {', '.join(writes[:_SHOWN])}{more} on all resources in {statement}; named "
            "resources or a condition are expected.",
            statement.path,
        )


def _covered(statement: Statement, action: Value) -> tuple[str, ...]:
    if isinstance(action, Unresolved):
        raise CannotEvaluate(f"an action of {statement} is not known: {action.reason}")
    return confinable_writes(str(action))


def _everywhere(statement: Statement) -> bool:
    if statement.not_resource or "*" in statement.resources:
        return True
    for resource in statement.resources:
        if isinstance(resource, Unresolved):
            raise CannotEvaluate(f"a resource of {statement} is not known: {resource.reason}")
        if not isinstance(resource, Reference) and str(resource).strip("*:") in ("arn", ""):
            return True
    return False


@rule(
    "HLZ-IAM-003",
    control="LZ-ORG-06",
    resource="AWS::IAM::Role",
    title="Roles trust other accounts only under a condition",
    fix="Add StringEquals aws:PrincipalOrgID, ArnLike aws:PrincipalArn or, for a vendor, StringEquals sts:ExternalId "
    "to the trust statement.",
)
def foreign_accounts_need_a_condition(role: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A trust statement that admits another account pins organization or caller's ARN, or asks for an external id.

    Everybody (`*`) needs organization or ARN: an external id is no secret. Allow with NotPrincipal is a finding.

    Cannot see: federated principals, roles that the own account's principals assume on the way, and whether the values
    of a condition are the right ones where a deployment decides them.
    """
    entries = statements(role.value("AssumeRolePolicyDocument"), "AssumeRolePolicyDocument")
    yield from each(entries, lambda entry: _trusts_others(role, readable(entry), context))


def _trusts_others(role: Resource, statement: Statement, context: RuleContext) -> Iterator[Outcome]:
    if not statement.allows:
        return
    if statement.not_principal:
        yield Violation(
            f"Role {role.logical_id} can be assumed by everybody but the listed in {statement} (Allow with "
            "NotPrincipal); name the principals instead.",
            statement.path,
        )
        return

    def judge(principal: Value) -> Iterator[Outcome]:
        everybody = is_world(principal)
        keys = _CALLER_KEYS if everybody else (*_CALLER_KEYS, "sts:externalid")
        if is_pinned(statement, *keys) or (not everybody and belongs_to_own_account(principal, context)):
            return
        who = "everybody (*)" if everybody else f"{text_of(principal)} of another account"
        yield Violation(
            f"Role {role.logical_id} can be assumed by {who} in {statement} without a condition; aws:PrincipalOrgID or "
            "aws:PrincipalArn is expected.",
            statement.path,
        )

    yield from each([principal for kind, principal in statement.principals if kind == "AWS"], judge)


@rule(
    "HLZ-IAM-004",
    control="LZ-IAM-04",
    resource=CARRIERS,
    title="Nobody carries AdministratorAccess, PowerUserAccess or IAMFullAccess",
    fix="Attach a managed policy that names the actions the role needs.",
)
def nobody_carries_full_access(carrier: Resource, context: RuleContext) -> Iterator[Outcome]:
    """ManagedPolicyArns of roles, users and groups name none of AWS's three policies of full access.

    Cannot see: policies attached outside the template, customer policies with the same power (HLZ-IAM-002 reads those
    of the template), and permission sets.
    """

    def judge(index: int) -> Iterator[Outcome]:
        path = f"ManagedPolicyArns.{index}"
        if isinstance(carrier.known(path), Reference):
            return  # a policy of this template
        parts = arn_parts(carrier.text(path) or "")
        name = parts[-1].rpartition("/")[2]
        if len(parts) == 6 and parts[4] == "aws" and name in _FULL_ACCESS:
            yield Violation(f"{carrier.logical_id} carries {name}; named actions are expected.", path)

    yield from each(range(len(carrier.items("ManagedPolicyArns"))), judge)
