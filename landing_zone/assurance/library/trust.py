"""Rules over who may assume a role: people with a second factor, federated identities, whole accounts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from landing_zone.assurance.library.principals import belongs_to_own_account
from landing_zone.assurance.library.scope import of_others
from landing_zone.assurance.policy_statements import Limit, Statement, readable, statements
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import CannotEvaluate, Reference, Unresolved, Value, text_of

_ROLE = "AWS::IAM::Role"
_MFA = ("aws:multifactorauthpresent", "aws:multifactorauthage")
_EMERGENCY = re.compile(r"break-?_?glass|emergency", re.IGNORECASE)
_GITHUB = "token.actions.githubusercontent.com"
_WIDE_SUBJECT = re.compile(
    r"(repo:[^/]*\*.*|repo:[^/]+/[^:]*\*.*|repo:[^:]+:\*|system:serviceaccount:([^:]*\*.*|[^:]+:\*))"
)
_DEPLOYING = re.compile(r"deploy|release|publish|prod", re.IGNORECASE)
_AUDIENCES = {"sts:assumerolewithsaml": "saml:aud", "sts:assumerolewithwebidentity": ":aud"}


def trusted(role: Resource) -> Iterator[Statement | CannotEvaluate]:
    """The statements of a role's trust policy."""
    return statements(role.value("AssumeRolePolicyDocument"), "AssumeRolePolicyDocument")


def is_for_emergencies(role: Resource, context: RuleContext) -> bool:
    """Whether a role's name says that it is the way in when others fail."""
    return bool(_EMERGENCY.search(_called(role)))


def is_for_emergencies_of_others(role: Resource, context: RuleContext) -> bool:
    """As above; ours is noticed by the alarms of another stack."""
    return of_others(role, context) and is_for_emergencies(role, context)


def _called(role: Resource) -> str:
    return f"{role.logical_id} {text_of(role.value('RoleName')) or ''}"


@rule(
    "HLZ-IAM-005",
    control="LZ-IAM-02",
    resource=_ROLE,
    applies=is_for_emergencies,
    title="Emergency roles ask for a second factor",
    fix="Add Bool aws:MultiFactorAuthPresent true to the trust statement.",
)
def emergency_roles_ask_for_mfa(role: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Every statement by which people may assume an emergency role has a condition on a second factor.

    A role is one for emergencies by its name: break-glass or emergency. Federated identities bring their factor along.

    Cannot see: what the identity provider asks for, and roles by another name.
    """

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        people = any(kind == "AWS" for kind, _ in statement.principals)
        if statement.allows and people and not any(_asks_for_mfa(limit) for limit in statement.limits):
            yield Violation(
                f"Emergency role {role.logical_id} asks for no second factor in {statement}; Bool "
                "aws:MultiFactorAuthPresent true is expected.",
                statement.path,
            )

    yield from each(trusted(role), judge)


def _asks_for_mfa(limit: Limit) -> bool:
    if limit.key == "aws:multifactorauthage":
        return limit.operator.lower() in ("numericlessthan", "numericlessthanequals")
    return (
        limit.key == _MFA[0]
        and limit.operator.lower() == "bool"
        and all(text_of(value) == "true" for value in limit.values)
    )


@rule(
    "HLZ-IAM-006",
    control="LZ-IAM-02",
    resource=_ROLE,
    title="Conditions on a second factor cannot be met without one",
    fix="Write Bool aws:MultiFactorAuthPresent true, without IfExists.",
)
def mfa_conditions_hold(role: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No trust statement that allows has BoolIfExists on aws:MultiFactorAuthPresent, or asks for false.

    Long-term keys bring no such key along, so IfExists lets them pass (IAM user guide, MFA-protected API access).

    Cannot see: identity policies, where Deny with BoolIfExists is right.
    """

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        weak = [limit for limit in statement.limits if limit.key in _MFA and not _asks_for_mfa(limit)]
        if statement.allows and weak and not any(isinstance(v, Unresolved) for limit in weak for v in limit.values):
            yield Violation(
                f"Role {role.logical_id} can be assumed without a second factor in {statement}, although it speaks of "
                f"one ({weak[0].operator}); Bool aws:MultiFactorAuthPresent true is expected.",
                statement.path,
            )

    yield from each(trusted(role), judge)


@rule(
    "HLZ-IAM-016",
    control="LZ-ORG-06",
    resource=_ROLE,
    title="Roles trust federated identities by audience and subject",
    fix="Add StringEquals on the provider's :aud and :sub (SAML:aud for SAML), and name repository and branch.",
)
def federated_trust_names_audience_and_subject(role: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A statement for web identities or SAML pins the audience, and for GitHub and Kubernetes the subject as well.

    A subject for any repository of an owner, any reference of a repository, or any service account is a finding, and
    so are pull requests, which nobody has reviewed yet, for a role that deploys by its name.

    Cannot see: providers whose tokens have no subject worth pinning, and trust policies that are one Fn::Sub text.
    """

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        providers = [principal for kind, principal in statement.principals if kind == "Federated"]
        if statement.allows and providers:
            yield from _federated(role, statement, providers, context)

    yield from each(trusted(role), judge)


def _issuers(statement: Statement, providers: list[Value], context: RuleContext) -> str:
    """Names and addresses of the providers, as far as the template tells them, in one text."""
    found = [text_of(provider) or "" for provider in providers] + [limit.key for limit in statement.limits]
    for provider in providers:
        other = context.template.resources.get(provider.logical_id) if isinstance(provider, Reference) else None
        found.append((text_of(other.value("Url")) or "") if other else "")
    return " ".join(found)


def _federated(role: Resource, statement: Statement, providers: list[Value], context: RuleContext) -> Iterator[Outcome]:
    shown = ", ".join(text_of(provider) or "a provider" for provider in providers)
    limits = [limit for limit in statement.limits if limit.restricts]
    actions = {(text_of(action) or "").lower() for action in statement.actions}
    missing = [
        suffix
        for action, suffix in _AUDIENCES.items()
        if action in actions and not any(limit.key.endswith(suffix) for limit in limits)
    ]
    given = [value for limit in limits if limit.key.endswith(":sub") for value in limit.values]
    subjects = [text_of(value) or "" for value in given if not isinstance(value, Unresolved)]
    issuers = _issuers(statement, providers, context)
    by_subject = any(name in issuers for name in (_GITHUB, "oidc.eks", "gitlab", "app.terraform.io"))
    if by_subject and not given:
        missing.append(":sub")
    if missing:
        yield Violation(
            f"Role {role.logical_id} trusts {shown} in {statement} without a condition on {' and '.join(missing)}.",
            statement.path,
        )
    wide = [text for text in subjects if text.strip("*") in ("", "repo:") or _WIDE_SUBJECT.fullmatch(text)]
    if wide:
        yield Violation(
            f"Role {role.logical_id} trusts every subject like {wide[0]} in {statement}; a named one is expected.",
            statement.path,
        )
    if _GITHUB in issuers and _DEPLOYING.search(_called(role)) and any(s.endswith(":pull_request") for s in subjects):
        yield Violation(
            f"Role {role.logical_id} deploys for every pull request in {statement}; a branch or an environment is "
            "expected.",
            statement.path,
        )
    if any(limit.key.endswith(":amr") and "unauthenticated" in map(text_of, limit.values) for limit in limits):
        yield Violation(f"Role {role.logical_id} is for everybody without a login in {statement}.", statement.path)


@rule(
    "HLZ-IAM-019",
    control="LZ-IAM-05",
    resource=_ROLE,
    severity="warning",
    applies=of_others,
    title="Roles trust named principals of the own account, not all of it",
    fix="Name the roles that may assume it, or add a condition on aws:PrincipalArn or a second factor.",
)
def the_whole_account_is_not_trusted(role: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No statement trusts the root of the own account, which stands for everybody in it, without a condition.

    Only templates of others are judged. HLZ-IAM-003 judges other accounts.

    Cannot see: which identities of the account may call sts:AssumeRole.
    """

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        if not statement.allows or statement.limits:
            return
        for kind, principal in statement.principals:
            text = text_of(principal) or ""
            whole = kind == "AWS" and (text.endswith(":root") or text == "${AWS::AccountId}")
            if whole and belongs_to_own_account(principal, context):
                yield Violation(
                    f"Role {role.logical_id} can be assumed by everybody of the account in {statement}; named "
                    "principals or a condition are expected.",
                    statement.path,
                )

    yield from each(trusted(role), judge)


@rule(
    "HLZ-IAM-020",
    control="LZ-IAM-13",
    resource=_ROLE,
    severity="warning",
    applies=is_for_emergencies_of_others,
    title="Use of an emergency role is noticed",
    fix="Add an event rule or a metric filter with an alarm on AssumeRole of the role.",
)
def emergency_use_is_noticed(role: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Beside an emergency role stands an event rule or metric filter that speaks of it, or of assuming roles.

    Cannot see: alarms in other stacks, and whether somebody reviews the use.
    """
    name = text_of(role.value("RoleName")) or role.logical_id
    watching = context.template.of_type("AWS::Events::Rule", "AWS::Logs::MetricFilter")
    texts = [json.dumps(other.properties, default=str) for other in watching]
    if not any(word in text for text in texts for word in (name, role.logical_id, "AssumeRole")):
        yield Violation(f"Nothing in the template notices the use of emergency role {role.logical_id}.")
