"""Who a policy statement admits, and whether its conditions pin that down."""

from __future__ import annotations

from landing_zone.assurance.policy_statements import Statement, arn_parts, pins_account
from landing_zone.assurance.rules import RuleContext
from landing_zone.assurance.values import CannotEvaluate, Reference, Unresolved, Value, named, text_of

SOURCE_KEYS = ("aws:sourceaccount", "aws:sourcearn", "aws:sourceorgid", "aws:sourceorgpaths")
"""Condition keys that tell on whose behalf an AWS service calls (IAM user guide, "The confused deputy problem")."""

OWN_ACCOUNT = "${AWS::AccountId}"


def is_pinned(statement: Statement, *keys: str) -> bool:
    """Whether a condition on one of the keys leaves only stated accounts or organizations.

    Raises CannotEvaluate if that hangs on a value decided at deployment and no other condition settles it.
    """
    open_question: CannotEvaluate | None = None
    for limit in statement.limits_on(*keys):
        try:
            if all(_pins(limit.key, text) for text in limit.pinned_texts()):
                return True
        except CannotEvaluate as unknown:
            open_question = unknown
    if open_question:
        raise open_question
    return False


def _pins(key: str, text: str) -> bool:
    if key.startswith("kms:encryptioncontext:") and not text.startswith(("arn:", "${")):
        return False
    return pins_account(text)


def is_world(principal: Value) -> bool:
    """Whether the principal is everybody."""
    return isinstance(principal, str) and principal.strip() in ("*", "arn:aws:iam::*:root", "arn:aws:iam::*:*")


def belongs_to_own_account(principal: Value, context: RuleContext) -> bool:
    """Whether an AWS principal is of the account the template is deployed to.

    Raises CannotEvaluate if the template does not tell.
    """
    if isinstance(principal, Unresolved):
        raise CannotEvaluate(f"a principal is not known: {principal.reason}")
    if isinstance(principal, Reference):
        resource = context.template.resources.get(principal.logical_id)
        if resource is None or not resource.type.startswith("AWS::IAM::"):
            raise CannotEvaluate(f"the account of the principal {principal} is not known")
        return True
    text = text_of(principal)
    if text is None:
        raise CannotEvaluate(f"a principal is {named(principal)} where a text is meant")
    parts = arn_parts(text)
    account = parts[4] if len(parts) == 6 else text
    return account == OWN_ACCOUNT or (context.account_id is not None and account == context.account_id)
