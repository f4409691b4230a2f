"""Rules over identities of a template: no users, no powers by AWS's broad policies, a boundary like the others'."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.assurance.library.grants import CARRIERS
from landing_zone.assurance.library.presence import those_that
from landing_zone.assurance.library.scope import of_others
from landing_zone.assurance.policy_statements import Statement, arn_parts, statements
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, Reference, text_of

_ROLE, _USER, _GROUP, _KEY = "AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group", "AWS::IAM::AccessKey"
_INLINE = ("AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy")
_ADMINISTERING = ("AdministratorAccess", "PowerUserAccess")
_BOUNDARY = "PermissionsBoundary"
_SEVERAL = 2
_OUTDATED = ("AmazonEC2RoleforSSM",)
"""AWS's policies that reach into every bucket and were replaced for it (AmazonSSMManagedInstanceCore)."""
_MANAGED = {"AWS::SSO::PermissionSet": "ManagedPolicies"}


@rule(
    "HLZ-IAM-010",
    control="LZ-IAM-01",
    resource=(_USER, _KEY, _GROUP),
    applies=of_others,
    title="Templates make no IAM users, keys or empty groups",
    fix="Let people in through IAM Identity Center, and give workloads a role.",
)
def nobody_is_a_user(resource: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No IAM user and no access key is made; a group has users of the template.

    Their passwords and keys do not end by themselves. Only templates of others are judged; guardrails refuse both in
    accounts of ours.

    Cannot see: users made outside the template.
    """
    if resource.type == _USER:
        extra = " with a password for the console" if resource.value("LoginProfile") is not MISSING else ""
        yield Violation(f"{resource.logical_id} is an IAM user{extra}; Identity Center or a role is expected.")
    elif resource.type == _KEY:
        yield Violation(f"{resource.logical_id} is an access key that does not end; a role is expected.")
    elif not _has_users(resource, context):
        yield Violation(f"Group {resource.logical_id} has no users; people come through Identity Center.")


def _has_users(group: Resource, context: RuleContext) -> bool:
    additions = context.template.of_type("AWS::IAM::UserToGroupAddition")
    users = context.template.of_type(_USER)
    return bool(
        those_that(additions, lambda addition: addition.refers_to("GroupName", group))
        or those_that(users, lambda user: Reference(group.logical_id) in user.items("Groups"))
    )


@rule(
    "HLZ-IAM-011",
    control="LZ-IAM-05",
    resource=(*CARRIERS, *_MANAGED),
    applies=of_others,
    title="Nobody carries AWS's policies for all of a service",
    fix="Write a policy that names actions and resources.",
)
def nobody_carries_a_whole_service(carrier: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No role, user, group or permission set carries an AWS managed policy ...FullAccess, nor ReadOnlyAccess.

    ReadOnlyAccess reads the objects, items and messages of every store. AdministratorAccess, PowerUserAccess and
    IAMFullAccess on roles are HLZ-IAM-004's. Only templates of others are judged.

    Cannot see: policies attached outside the template, and AWS's other broad policies.
    """
    name_of = _MANAGED.get(carrier.type, "ManagedPolicyArns")

    def judge(index: int) -> Iterator[Outcome]:
        path = f"{name_of}.{index}"
        if isinstance(carrier.known(path), Reference):
            return
        parts = arn_parts(carrier.text(path) or "")
        name = parts[-1].rpartition("/")[2]
        broad = (name.endswith("FullAccess") or name in _OUTDATED) and not (
            name == "IAMFullAccess" and name_of == "ManagedPolicyArns"
        )
        reads_all = name == "ReadOnlyAccess" and name_of == "ManagedPolicyArns"
        if (
            len(parts) == 6
            and parts[4] == "aws"
            and (broad or reads_all or (name in _ADMINISTERING and carrier.type in _MANAGED))
        ):
            yield Violation(f"{carrier.logical_id} carries {name}; named actions and resources are expected.", path)

    yield from each(range(len(carrier.items(name_of))), judge)


def _has_bounded_siblings(role: Resource, context: RuleContext) -> bool:
    """Whether most roles of the same kind, for people or for services, are bounded; or the role itself is."""
    if not of_others(role, context):
        return False
    people = _is_for_people(role)
    roles = [other for other in context.template.of_type(_ROLE) if _is_for_people(other) == people]
    bounded = sum(other.value(_BOUNDARY) is not MISSING for other in roles)
    several = bounded * 2 >= len(roles) - 1 and bounded >= (1 if people else _SEVERAL)
    return several or role.value(_BOUNDARY) is not MISSING


def _is_for_people(role: Resource) -> bool:
    """Whether people or pipelines take the role, not services alone."""
    entries = statements(role.value("AssumeRolePolicyDocument"), "AssumeRolePolicyDocument")
    kinds = {kind for entry in entries if isinstance(entry, Statement) for kind, _ in entry.principals}
    return bool(kinds - {"Service"})


@rule(
    "HLZ-IAM-017",
    control="LZ-IAM-08",
    resource=_ROLE,
    applies=_has_bounded_siblings,
    title="Roles carry a permissions boundary like the others of the template",
    fix="Set PermissionsBoundary as the other roles do.",
)
def roles_are_bounded_like_their_siblings(role: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Where most roles that people or pipelines take have a permissions boundary, every such role has one.

    The same holds among roles of services, where at least two have one. No boundary is AdministratorAccess, which
    bounds nothing. Only templates of others are judged.

    Cannot see: what another boundary says, and boundaries asked for by a guardrail.
    """
    if (text_of(role.value(_BOUNDARY)) or "").endswith(":aws:policy/AdministratorAccess"):
        yield Violation(
            f"Role {role.logical_id} has AdministratorAccess for a boundary, which bounds nothing.", _BOUNDARY
        )
    elif role.value(_BOUNDARY) is MISSING:
        yield Violation(
            f"Role {role.logical_id} has no permissions boundary, unlike the template's other roles; one is expected.",
            _BOUNDARY,
        )


@rule(
    "HLZ-IAM-018",
    control="LZ-IAM-06",
    resource=(*_INLINE, *CARRIERS),
    severity="warning",
    applies=of_others,
    title="Policies are managed where the template's others are, and always for users and groups",
    fix="Move the policy into an AWS::IAM::ManagedPolicy.",
)
def policies_are_managed(resource: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No user or group has an inline policy; roles have none where managed policies are the template's rule.

    They are the rule where twice as many managed policies, and roles that carry such alone, as inline ones stand.
    Only templates of others are judged; HIPAA.Security-IAMNoInlinePolicy asks the same of ours.

    Cannot see: policies put on a role outside the template.
    """
    template = context.template
    if not _is_inline(resource):
        return
    managed = sum(1 for _ in template.of_type("AWS::IAM::ManagedPolicy"))
    managed += sum(bool(role.items("ManagedPolicyArns")) and not _is_inline(role) for role in template.of_type(_ROLE))
    inline = sum(_is_inline(other) for other in template.of_type(*_INLINE, *CARRIERS))
    person = resource.type in (_USER, _GROUP, "AWS::IAM::UserPolicy", "AWS::IAM::GroupPolicy")
    if person or managed >= 2 * inline:
        yield Violation(
            f"{text_of(resource.logical_id)} is or has an inline policy, which no one else can reuse or review; a "
            "managed one is expected."
        )


def _is_inline(resource: Resource) -> bool:
    return resource.type in _INLINE or bool(resource.items("Policies"))
