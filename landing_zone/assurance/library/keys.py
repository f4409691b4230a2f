"""Rules over KMS keys."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.assurance.library.principals import SOURCE_KEYS, belongs_to_own_account, is_pinned, is_world
from landing_zone.assurance.library.retention import losses
from landing_zone.assurance.policy_statements import Statement, readable, statements
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource

LONGEST_ROTATION_DAYS = 365
DELETION_WINDOW_DAYS = 30

_CALLER_KEYS = ("aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "kms:calleraccount")
_FOREIGN_KEYS = (*_CALLER_KEYS, *SOURCE_KEYS, "aws:principalarn", "kms:viaservice")
_SERVICE_KEYS = (*SOURCE_KEYS, "kms:encryptioncontext:")


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
    yield from each(
        statements(key.value("KeyPolicy"), "KeyPolicy"), lambda entry: _admits(key, readable(entry), context)
    )


def _admits(key: Resource, statement: Statement, context: RuleContext) -> Iterator[Outcome]:
    if not statement.allows:
        return
    if statement.not_principal:
        yield Violation(
            f"Key {key.logical_id} allows everybody but the listed in {statement} (Allow with NotPrincipal); "
            "name the principals instead.",
            statement.path,
        )
        return
    for kind, principal in statement.principals:
        if kind == "Service":
            if not is_pinned(statement, *_SERVICE_KEYS):
                yield Violation(
                    f"Key {key.logical_id} lets {_shown(principal)} use it for any customer in {statement}; a "
                    "condition on the source account, ARN, organization or encryption context is expected.",
                    statement.path,
                )
        elif is_world(principal) or kind not in ("AWS", "Federated"):
            if not is_pinned(statement, *_CALLER_KEYS, *SOURCE_KEYS):
                yield Violation(
                    f"Key {key.logical_id} admits {_shown(principal)} in {statement}; a condition on the caller's "
                    "account or organization is expected.",
                    statement.path,
                )
        elif not is_pinned(statement, *_FOREIGN_KEYS) and not belongs_to_own_account(principal, context):
            yield Violation(
                f"Key {key.logical_id} admits {_shown(principal)} of another account in {statement} without a "
                "condition; aws:PrincipalOrgID is expected.",
                statement.path,
            )


def _shown(principal: object) -> str:
    return "everybody (*)" if principal == "*" else str(principal)


@rule(
    "HLZ-KMS-003",
    control="LZ-KMS-03",
    resource=("AWS::KMS::Key", "AWS::KMS::ReplicaKey"),
    title="Keys outlive their stack and are deleted only after 30 days",
    fix="Set DeletionPolicy and UpdateReplacePolicy to Retain and leave PendingWindowInDays out or at 30.",
)
def keys_are_not_lost(key: Resource, context: RuleContext) -> Iterator[Outcome]:
    """Deleting or replacing the stack keeps the key, and a scheduled deletion waits 30 days, KMS's longest (default).

    Cannot see: who may schedule the deletion, and whether an alarm notices it.
    """
    yield from losses(key, "Key")
    window = key.number("PendingWindowInDays")
    if window is not None and window < DELETION_WINDOW_DAYS:
        yield Violation(
            f"Key {key.logical_id} can be gone {window} days after its deletion is scheduled; "
            f"{DELETION_WINDOW_DAYS} days are expected.",
            "PendingWindowInDays",
        )
