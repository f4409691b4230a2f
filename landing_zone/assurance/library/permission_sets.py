"""Rules over IAM Identity Center: what permission sets grant, for how long, and to whom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase

from landing_zone.assurance.library.tags import tagged
from landing_zone.assurance.policy_statements import Statement, arn_parts, readable, statements
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Reference, Unresolved, Value
from landing_zone.policy_data import policy_data

PERMISSION_SET = "AWS::SSO::PermissionSet"
DATA = "hlz-data"
"""Tag with the most sensitive data class of the accounts the set may reach; the type takes no colon in a tag."""
PHI = "phi"
_ROLE_MAKING = ("iam:AttachRolePolicy", "iam:CreateRole", "iam:PutRolePolicy")
_ROLE_MAKING_POLICIES = ("AdministratorAccess", "IAMFullAccess")
_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_SECONDS = (86400, 3600, 60, 1)
_HOUR = 3600


@rule(
    "HLZ-SSO-001",
    control="LZ-IAM-04",
    resource=PERMISSION_SET,
    title="Permission sets that may reach PHI carry no AWS managed policy of full access",
    fix="Name the managed policies and actions that the work needs.",
    applies=tagged(DATA, PHI),
)
def phi_sets_carry_no_full_access(permission_set: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A permission set tagged `hlz-data: phi` names none of AWS's managed policies that allow everything or almost.

    The list is in policies/identity/managed_policies.yaml. Its inline policy is judged by HLZ-IAM-002.

    Cannot see: customer managed policies, which are in the accounts, and sets without the tag.
    """

    def judge(index: int) -> Iterator[Outcome]:
        path = f"ManagedPolicies.{index}"
        name = _managed_policy(permission_set, path)
        if name in policy_data("identity/managed_policies")["full_access"]:
            yield Violation(f"Permission set {permission_set.logical_id} may reach PHI and carries {name}.", path)

    yield from each(range(len(permission_set.items("ManagedPolicies"))), judge)


@rule(
    "HLZ-SSO-002",
    control="LZ-IAM-12",
    resource=PERMISSION_SET,
    title="Sessions of permission sets end: within 4 hours where PHI may be reached, else within 12",
    fix="State SessionDuration, e.g. PT4H.",
)
def sessions_end(permission_set: Resource, context: RuleContext) -> Iterator[Outcome]:
    """SessionDuration is stated, and no longer than policies/identity/permission_sets.yaml says for the data.

    45 CFR 164.312(a)(2)(iii) asks for automatic logoff and names no time; the hours are this project's choice.

    In templates of others every set counts as one that may reach PHI, and none stated is the default of an hour.

    Cannot see: the session of the access portal itself, and what the identity provider does with idle sessions.
    """
    text = permission_set.text("SessionDuration")
    if text is None and not context.own:
        return  # an hour, the default
    if text is None:
        yield Violation(
            f"Permission set {permission_set.logical_id} does not state how long a session lasts.", "SessionDuration"
        )
        return
    hours: Mapping[str, int] = policy_data("identity/permission_sets")["longest_session"]
    longest = hours["phi"] if not context.own or permission_set.tag(DATA) == PHI else hours["any"]
    if _seconds(text) > longest * _HOUR:
        yield Violation(
            f"Sessions of permission set {permission_set.logical_id} last {text}; at most {longest} hours are meant.",
            "SessionDuration",
        )


def _seconds(text: str) -> int:
    found = _DURATION.fullmatch(text)
    if not found or not any(found.groups()):
        raise CannotEvaluate(f"SessionDuration {text} is no duration of days, hours, minutes and seconds")
    return sum(int(number or 0) * unit for number, unit in zip(found.groups(), _SECONDS, strict=True))


@rule(
    "HLZ-SSO-003",
    control="LZ-IAM-08",
    resource=PERMISSION_SET,
    title="Permission sets that can make roles carry a permissions boundary",
    fix="Set PermissionsBoundary to the customer managed policy hlz-boundary.",
)
def role_makers_have_a_boundary(permission_set: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Whoever may create roles or give them policies is limited by a boundary; else a role of their own frees them.

    Looked at: the inline policy, and the managed policies AdministratorAccess and IAMFullAccess.

    Cannot see: other managed policies that make roles, and what the boundary says.
    """
    if permission_set.known("PermissionsBoundary") is not MISSING:
        return

    def attached(index: int) -> Iterator[Outcome]:
        path = f"ManagedPolicies.{index}"
        name = _managed_policy(permission_set, path)
        if name in _ROLE_MAKING_POLICIES:
            yield _unbounded(permission_set, name, path)

    yield from each(range(len(permission_set.items("ManagedPolicies"))), attached)
    entries = statements(permission_set.value("InlinePolicy"), "InlinePolicy")
    yield from each(entries, lambda entry: _makes_roles(permission_set, readable(entry)))


def _makes_roles(permission_set: Resource, statement: Statement) -> Iterator[Outcome]:
    if not statement.allows:
        return

    def judge(action: Value) -> Iterator[Outcome]:
        if isinstance(action, Unresolved):
            raise CannotEvaluate(f"an action of {statement} is not known: {action.reason}")
        made = [name for name in _ROLE_MAKING if fnmatchcase(name.lower(), str(action).lower())]
        if made:
            yield _unbounded(permission_set, made[0], statement.path)

    if statement.not_action:
        yield _unbounded(permission_set, "everything but the listed actions", statement.path)
    else:
        yield from each(statement.actions, judge)


def _unbounded(permission_set: Resource, what: str, path: str) -> Violation:
    return Violation(f"Permission set {permission_set.logical_id} grants {what} and has no permissions boundary.", path)


def _managed_policy(permission_set: Resource, path: str) -> str:
    """The name of an AWS managed policy; empty for any other."""
    if isinstance(permission_set.known(path), Reference):
        return ""
    parts = arn_parts(permission_set.text(path) or "")
    return parts[-1].rpartition("/")[2] if len(parts) == 6 and parts[4] == "aws" else ""


@rule(
    "HLZ-SSO-004",
    control="LZ-IAM-01",
    resource="AWS::SSO::Assignment",
    title="Assignments go to groups",
    fix="Assign the permission set to a group, and put the person into it.",
)
def assignments_go_to_groups(assignment: Resource, context: RuleContext) -> Iterator[Outcome]:
    """PrincipalType is GROUP, so that who leaves a team loses its access where the team is kept.

    Cannot see: who is in the group.
    """
    kind = assignment.text("PrincipalType")
    if kind != "GROUP":
        yield Violation(
            f"Assignment {assignment.logical_id} is to a {(kind or 'principal').lower()}; a group is expected.",
            "PrincipalType",
        )
