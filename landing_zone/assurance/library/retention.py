"""How long things are kept: retention in days, and survival of the deletion and the replacement of a stack."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.assurance.library.tags import LOG_KIND
from landing_zone.assurance.rules import Outcome, RuleContext, Undecided, Violation
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, Unresolved, text_of

_KEEPING = {"DeletionPolicy": ("Retain", "RetainExceptOnCreate"), "UpdateReplacePolicy": ("Retain",)}
_SNAPSHOT = "Snapshot"


def expected_days(store: Resource, context: RuleContext) -> int:
    """The days the manifest asks for what the store holds: its kind of log's, else the general ones.

    Raises CannotEvaluate if the kind is open.
    """
    kind = store.tag(LOG_KIND)
    return context.retention_by_kind.get(kind, context.retention_days) if kind else context.retention_days


def losses(resource: Resource, kind: str, *, snapshot: bool = False) -> Iterator[Outcome]:
    """One violation for each of DeletionPolicy and UpdateReplacePolicy that would let the resource go.

    snapshot: `Snapshot` keeps this resource's data as well.
    """
    for policy, value in (
        ("DeletionPolicy", resource.deletion_policy),
        ("UpdateReplacePolicy", resource.update_replace_policy),
    ):
        if isinstance(value, Unresolved):
            yield Undecided(f"{policy} is not known: {value.reason}")
        elif value not in _KEEPING[policy] and not (snapshot and value == _SNAPSHOT):
            found = "no" if value is MISSING else text_of(value) or "an unreadable"
            yield Violation(f"{kind} {resource.logical_id} has {found} {policy}; Retain is expected.", policy)


def first_loss(resource: Resource, kind: str, *, snapshot: bool = False) -> list[Outcome]:
    """At most one outcome of `losses`, for templates of others.

    An UpdateReplacePolicy that is missing beside a DeletionPolicy is left to cfn-lint, which reports it (W3011).
    """
    absent = "UpdateReplacePolicy" if resource.update_replace_policy is MISSING else ""
    found = losses(resource, kind, snapshot=snapshot)
    return [outcome for outcome in found if not (isinstance(outcome, Violation) and outcome.property_path == absent)][
        :1
    ]
