"""Whom a resource's own policy lets in from outside, in the sentences several rules share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from landing_zone.assurance.library.principals import SOURCE_KEYS, belongs_to_own_account, is_pinned, is_world
from landing_zone.assurance.policy_statements import Statement
from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each
from landing_zone.assurance.values import Reference, Unresolved, Value

CALLER_KEYS = ("aws:principalorgid", "aws:principalorgpaths", "aws:principalaccount", "aws:principalarn")
"""Condition keys that tell who calls (IAM user guide, "AWS global condition context keys")."""


def outsiders(
    subject: str,
    statement: Statement,
    context: RuleContext,
    *,
    everybody: Iterable[str],
    foreign: Iterable[str] | None,
) -> Iterator[Outcome]:
    """Everybody and foreign accounts that the statement allows without a condition that pins them.

    subject: what the policy protects, as a sentence names it. everybody, foreign: the condition keys that pin the one
    and the other; None lets foreign accounts in by their name alone.
    """
    if not statement.allows:
        return
    if statement.not_principal:
        yield Violation(
            f"{subject} allows everybody but the listed in {statement} (Allow with NotPrincipal); name the principals "
            "instead.",
            statement.path,
        )
        return

    def judge(entry: tuple[str, Value]) -> Iterator[Outcome]:
        kind, principal = entry
        if kind == "Service" or (kind == "CanonicalUser" and isinstance(principal, Reference)):
            return  # services are any_customer's; a canonical user of the template is the own account's
        if is_world(principal) or kind not in ("AWS", "Federated"):
            if not is_pinned(statement, *everybody):
                yield Violation(
                    f"{subject} admits {shown(principal)} in {statement}; a condition on the caller's account or "
                    "organization is expected.",
                    statement.path,
                )
        elif foreign is None:
            if isinstance(principal, Unresolved) and not is_pinned(statement, *everybody):
                belongs_to_own_account(principal, context)  # says why it cannot be judged: it may be everybody
        elif not is_pinned(statement, *foreign) and not belongs_to_own_account(principal, context):
            yield Violation(
                f"{subject} admits {shown(principal)} of another account in {statement} without a condition; "
                "aws:PrincipalOrgID is expected.",
                statement.path,
            )

    yield from each(statement.principals, judge)


def any_customer(
    subject: str,
    statement: Statement,
    *,
    keys: Iterable[str] = SOURCE_KEYS,
    expected: str = "aws:SourceAccount, aws:SourceArn or aws:SourceOrgID",
) -> Iterator[Outcome]:
    """AWS services that the statement allows on behalf of any customer (the confused deputy problem)."""
    if not statement.allows:
        return

    services = [shown(principal) for kind, principal in statement.principals if kind == "Service"]
    if services and not is_pinned(statement, *keys):
        yield Violation(
            f"{subject} lets {', '.join(services)} use it for any customer in {statement}; a condition on {expected} "
            "is expected.",
            statement.path,
        )


def shown(principal: Value) -> str:
    """A principal as a sentence names it."""
    if isinstance(principal, Unresolved):
        return "a principal decided at deployment"
    return "everybody (*)" if principal == "*" else str(principal)
