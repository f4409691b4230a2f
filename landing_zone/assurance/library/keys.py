"""Rules over KMS keys."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from landing_zone.assurance.library.admission import any_customer, outsiders, shown
from landing_zone.assurance.library.denials import covers
from landing_zone.assurance.library.presence import those_that
from landing_zone.assurance.library.principals import SOURCE_KEYS
from landing_zone.assurance.policy_statements import Statement, readable, statements
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, CannotEvaluate, Reference, Unresolved, Value, text_of

LONGEST_ROTATION_DAYS = 365

_CALLER_KEYS = ("aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "kms:calleraccount")
_EVERYBODY_KEYS = (*_CALLER_KEYS, *SOURCE_KEYS)
_FOREIGN_KEYS = (*_CALLER_KEYS, *SOURCE_KEYS, "aws:principalarn", "kms:viaservice")
_SERVICE_KEYS = (*SOURCE_KEYS, "kms:encryptioncontext:")

ADMINISTRATION = ("kms:PutKeyPolicy", "kms:ScheduleKeyDeletion", "kms:DisableKey", "kms:DisableKeyRotation")
"""Actions that decide about the key, not about data; who has one of them is an administrator."""
USE_OF_DATA = ("kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey", "kms:ReEncryptFrom", "kms:ReEncryptTo")
_HANDS_ON = {"kms:creategrant", "kms:*grant", "kms:*grant*", "kms:*grants"}
_GRANT_KEYS = ("kms:grantisforawsresource", "kms:granteeprincipal", "kms:grantoperations", "kms:grantconstrainttype")
_NAMED_ROLE = re.compile(r"(^|:)(role|assumed-role)/[^*?]")
_OWN_ACCOUNT = re.compile(
    r"\$\{AWS::AccountId\}|arn:(?:aws[a-z-]*|\$\{AWS::Partition\}):iam::\$\{AWS::AccountId\}:root"
)
_ONE_VALUE = re.compile(r"\$\{[^}]*\}")


def _rotates(key: Resource, context: RuleContext) -> bool:
    """Automatic rotation exists for symmetric keys whose material KMS makes, and not for replicas."""
    return (
        key.text("KeySpec") in (None, "SYMMETRIC_DEFAULT")
        and key.text("Origin") in (None, "AWS_KMS")
        and key.text("KeyUsage") in (None, "ENCRYPT_DECRYPT")
    )


@rule(
    "HLZ-KMS-001",
    control="LZ-KMS-02",
    resource="AWS::KMS::Key",
    applies=_rotates,
    title="Symmetric customer keys rotate at least once a year",
    fix="Set EnableKeyRotation to true and leave RotationPeriodInDays out or at most 365.",
)
def symmetric_keys_rotate(key: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A symmetric customer key has automatic rotation on, with a period of at most 365 days (the default).

    Cannot see: asymmetric, HMAC and imported keys (KMS does not rotate them automatically; not judged), and whether
    rotation is switched off after deployment.
    """
    if not key.flag("EnableKeyRotation"):
        yield Violation(
            f"Key {key.logical_id} does not enable rotation; symmetric customer keys rotate every year.",
            "EnableKeyRotation",
        )
        return
    period = key.number("RotationPeriodInDays")
    if period is not None and period > LONGEST_ROTATION_DAYS:
        yield Violation(
            f"Key {key.logical_id} rotates every {period} days; at most {LONGEST_ROTATION_DAYS} are expected.",
            "RotationPeriodInDays",
        )


@rule(
    "HLZ-KMS-002",
    control="LZ-KMS-01",
    resource=("AWS::KMS::Key", "AWS::KMS::ReplicaKey"),
    title="Key policies admit the own account, and others only under a condition",
    fix="Add a condition: aws:PrincipalOrgID or kms:CallerAccount for callers, aws:SourceAccount, aws:SourceArn, "
    "aws:SourceOrgID or an encryption context with the account's ARN for AWS services.",
)
def key_policies_admit_nobody_from_outside(key: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No statement allows everybody, a foreign account or an AWS service without a condition that pins the caller.

    Everybody (`*`) needs the caller's account or organization pinned: kms:ViaService alone admits any account that
    uses the service, so it counts for named foreign accounts only. Conditions with `IfExists`, `ForAllValues:`,
    negated operators or wildcards for the account do not count. A key without KeyPolicy gets AWS's default, which
    admits the own account only.

    Cannot see: grants, what identity policies of the own account allow, and whether the values of a condition are the
    right ones where a deployment decides them (value rules judge those).
    """
    subject = f"Key {key.logical_id}"

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        yield from outsiders(subject, statement, context, everybody=_EVERYBODY_KEYS, foreign=_FOREIGN_KEYS)
        yield from any_customer(
            subject,
            statement,
            keys=_SERVICE_KEYS,
            expected="the source account, ARN, organization or encryption context",
        )

    yield from each(statements(key.value("KeyPolicy"), "KeyPolicy"), judge)


@rule(
    "HLZ-KMS-004",
    control="LZ-KMS-01",
    resource=("AWS::KMS::Key", "AWS::KMS::ReplicaKey"),
    title="Administrators of a key do not use it",
    fix="Give administration and use of data to different principals, or under different conditions, in statements of "
    "their own; never kms:*.",
)
def administrators_are_apart_from_users(key: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No principal gets, under the same conditions, both administration and use of data.

    Administration is PutKeyPolicy, ScheduleKeyDeletion, DisableKey or DisableKeyRotation; use is Decrypt, Encrypt,
    GenerateDataKey or ReEncrypt. `kms:*` is both, and so is the default policy of a key without KeyPolicy, which hands
    everything to the account's identity policies. Outside of our own stacks the account itself may hold `kms:*` beside
    other statements: so identity policies may speak of the key, as AWS's documentation shows it. A policy that says
    nothing else is the default one; where another key of the template is left to identity
    policies too, as the CDK leaves them, it is no finding.

    Cannot see: identity policies, grants, two parameters that name one principal, and one person with two roles.
    """
    entries = list(statements(key.value("KeyPolicy"), "KeyPolicy"))
    absent = _has_default_policy(key)
    if absent or (_says_the_default(key, context) and not _is_usual(key, context)):
        found = "no KeyPolicy of its own" if absent else "a KeyPolicy that says no more than the default one"
        yield Violation(
            f"Key {key.logical_id} has {found}: the account's administrators may use it as well.",
            "KeyPolicy",
        )
        return
    powers: dict[str, list[tuple[Statement, Value]]] = defaultdict(list)

    def collect(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        if statement.allows and not _hands_over(entry, context):
            # an unknown principal is itself: whoever it is, the statement gives it all its actions
            principals = statement.principals or (("NotPrincipal", "everybody else"),)
            for kind, principal in principals:
                powers[f"{kind} {principal!r} {statement.limits!r}"].append((statement, principal))
        yield from ()

    def judge(holders: list[tuple[Statement, Value]]) -> Iterator[Outcome]:
        administers = next((holder for holder in holders if _covers_any(holder[0], ADMINISTRATION)), None)
        uses = next((holder for holder in holders if _covers_any(holder[0], USE_OF_DATA)), None)
        if administers and uses:
            where = str(uses[0]) if uses[0] is administers[0] else f"{administers[0]} and {uses[0]}"
            yield Violation(
                f"Key {key.logical_id} lets {shown(uses[1])} administer it and use it in {where}; different "
                "principals or conditions are expected.",
                uses[0].path,
            )

    yield from each(entries, collect)
    yield from each(powers.values(), judge)


@rule(
    "HLZ-KMS-005",
    control="LZ-KMS-01",
    resource=("AWS::KMS::Key", "AWS::KMS::ReplicaKey"),
    title="Only named roles administer a key",
    fix="Add ArnLike aws:PrincipalArn with the administrators' roles to the statement, or name roles as principals.",
)
def named_roles_administer_keys(key: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Every statement that allows administration names roles, as principals or in a condition on aws:PrincipalArn.

    The whole account, a service, a user or the pattern `role/*` is a finding, and so is a key without KeyPolicy, which
    the whole account administers. Administration is the same as in HLZ-KMS-004. Outside of our own stacks the own
    account may administer its keys, and a missing KeyPolicy is HLZ-KMS-004's.

    Cannot see: who may assume the roles, and whether they exist.
    """
    if _has_default_policy(key):
        if not context.own:
            return
        yield Violation(
            f"Key {key.logical_id} has no KeyPolicy: by default the whole account administers it.", "KeyPolicy"
        )
        return

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        if not statement.allows or not _covers_any(statement, ADMINISTRATION) or _is_limited_to_roles(statement):
            return
        strangers = [
            principal
            for _, principal in statement.principals
            if not _is_role(principal, context) and (context.own or not _is_own_account(principal))
        ]
        if strangers or statement.not_principal:
            who = shown(strangers[0]) if strangers else "everybody but the listed"
            yield Violation(
                f"Key {key.logical_id} lets {who} administer it in {statement}; named roles are expected.",
                statement.path,
            )

    yield from each(statements(key.value("KeyPolicy"), "KeyPolicy"), judge)


def _has_default_policy(key: Resource) -> bool:
    return key.known("KeyPolicy") is MISSING


def _is_own_account(principal: Value) -> bool:
    return bool(_OWN_ACCOUNT.fullmatch(text_of(principal) or ""))


def _hands_over(entry: Statement | CannotEvaluate, context: RuleContext) -> bool:
    """Whether a statement of somebody else's template gives the own account everything, unconditionally."""
    return (
        not context.own
        and isinstance(entry, Statement)
        and entry.allows
        and not entry.limits
        and entry.actions == ("kms:*",)
        and [_is_own_account(principal) for _, principal in entry.principals] == [True]
    )


def _says_the_default(key: Resource, context: RuleContext) -> bool:
    """Whether the policy only says what a key without one would have."""
    entries = list(statements(key.value("KeyPolicy"), "KeyPolicy"))
    return len(entries) == 1 and _hands_over(entries[0], context)


def _is_usual(key: Resource, context: RuleContext) -> bool:
    """Whether the template leaves its other keys to identity policies too: they name services and the account alone."""
    others = [other for other in context.template.of_type("AWS::KMS::Key") if other is not key]
    return any(not _names_roles(other, context) for other in others)


def _names_roles(key: Resource, context: RuleContext) -> bool:
    def does(entry: Statement | CannotEvaluate) -> bool:
        statement = readable(entry)
        roles = any(kind == "AWS" for kind, _ in statement.principals)
        return statement.allows and roles and not _hands_over(entry, context)

    return bool(those_that(list(statements(key.value("KeyPolicy"), "KeyPolicy")), does))


def _covers_any(statement: Statement, actions: tuple[str, ...]) -> bool:
    return bool(those_that(actions, lambda action: covers(statement, action)))


def _is_limited_to_roles(statement: Statement) -> bool:
    return any(
        all(_NAMED_ROLE.search(text) or _ONE_VALUE.fullmatch(text) for text in limit.pinned_texts())
        for limit in statement.limits_on("aws:principalarn")
    )


def _is_role(principal: Value, context: RuleContext) -> bool:
    if isinstance(principal, Unresolved):
        raise CannotEvaluate(f"a principal is not known: {principal.reason}")
    if isinstance(principal, Reference):
        target = context.template.resources.get(principal.logical_id)
        return target is not None and target.type == "AWS::IAM::Role"
    return bool(_NAMED_ROLE.search(text_of(principal) or ""))


@rule(
    "HLZ-KMS-009",
    control="LZ-KMS-01",
    resource=("AWS::KMS::Key", "AWS::KMS::ReplicaKey"),
    title="Grants on a key are made for AWS services only",
    fix="Add Bool kms:GrantIsForAWSResource true to the statement that allows kms:CreateGrant.",
)
def grants_are_for_services(key: Resource, context: RuleContext) -> Iterator[Outcome]:
    """A statement that names kms:CreateGrant has a condition on GrantIsForAWSResource, or on what is granted to whom.

    A grant hands the use of a key on, past its policy. Patterns of actions (`kms:Create*`, `kms:*`) are
    administration and judged by HLZ-KMS-004; AWS services as principals need no condition of this kind.

    Cannot see: grants that exist, and identity policies.
    """

    def judge(entry: Statement | CannotEvaluate) -> Iterator[Outcome]:
        statement = readable(entry)
        if not statement.allows or statement.not_action or _HANDS_ON.isdisjoint(_lower_texts(statement.actions)):
            return
        people = [principal for kind, principal in statement.principals if kind != "Service"]
        if people and not any(limit.key in _GRANT_KEYS for limit in statement.limits):
            yield Violation(
                f"Key {key.logical_id} lets {shown(people[0])} make grants for anybody in {statement}; a condition on "
                "kms:GrantIsForAWSResource is expected.",
                statement.path,
            )

    yield from each(statements(key.value("KeyPolicy"), "KeyPolicy"), judge)


def _lower_texts(values: tuple[Value, ...]) -> set[str]:
    return {(text_of(value) or "").lower() for value in values}
