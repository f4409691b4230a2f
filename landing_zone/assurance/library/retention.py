"""Whether a resource survives the deletion and the replacement of its stack."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.assurance.rules import Outcome, Undecided, Violation
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, Unresolved, text_of

_KEEPING = {"DeletionPolicy": ("Retain", "RetainExceptOnCreate"), "UpdateReplacePolicy": ("Retain",)}


def losses(resource: Resource, kind: str) -> Iterator[Outcome]:
    """One violation for each of DeletionPolicy and UpdateReplacePolicy that would let the resource go."""
    for policy, value in (
        ("DeletionPolicy", resource.deletion_policy),
        ("UpdateReplacePolicy", resource.update_replace_policy),
    ):
        if isinstance(value, Unresolved):
            yield Undecided(f"{policy} is not known: {value.reason}")
        elif value not in _KEEPING[policy]:
            found = "no" if value is MISSING else text_of(value) or "an unreadable"
            yield Violation(f"{kind} {resource.logical_id} has {found} {policy}; Retain is expected.", policy)
