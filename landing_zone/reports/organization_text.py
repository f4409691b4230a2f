"""The organization in the plan: accounts and quota, what is new, and safe sequences, as text and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from landing_zone.plan.organization import OrganizationOutlook, default_account_quota
from landing_zone.plan.sequences import SafeSequence

SHOWN_NAMES = 6
SHOWN_SEQUENCES = 5


def organization_row(outlook: OrganizationOutlook) -> dict[str, Any]:
    """The value of `organization` in the `--json` document of `hlz plan`."""
    return {
        "accounts": outlook.accounts,
        "account_quota_needed": outlook.account_quota_needed,
        "units": outlook.units,
        "creates": {"units": list(outlook.new_units), "accounts": list(outlook.new_accounts)},
        "sequences": [
            {
                "kind": sequence.kind,
                "account": sequence.account,
                "from": sequence.origin,
                "to": sequence.target,
                "title": sequence.title,
                "steps": list(sequence.steps),
            }
            for sequence in outlook.sequences
        ],
    }


def organization_lines(outlook: OrganizationOutlook) -> list[str]:
    """A few lines: totals, what the next deployments create, and of each kind of sequence the first in full."""
    lines = [f"Organization: {outlook.accounts} accounts in {outlook.units} OUs."]
    if outlook.account_quota_needed > default_account_quota():
        lines.append(
            f"Quota: {outlook.account_quota_needed} accounts; AWS's default is {default_account_quota()}, "
            "`hlz settings` requests more."
        )
    for what, names in (("OUs", outlook.new_units), ("accounts", outlook.new_accounts)):
        if names:
            lines.append(f"New {what}: {len(names)} ({_listed(names)}).")
    for _, sequences in groupby(outlook.sequences, key=lambda sequence: sequence.kind):
        lines += _sequence_lines(list(sequences))
    return lines


def _sequence_lines(sequences: list[SafeSequence]) -> Iterator[str]:
    first, *others = sequences
    yield f"{first.title}:"
    yield from (f"  {number}. {step}" for number, step in enumerate(first.steps, start=1))
    yield from (f"{other.title}." for other in others[: SHOWN_SEQUENCES - 1])
    if rest := others[SHOWN_SEQUENCES - 1 :]:
        yield f"And {len(rest)} more like this."
    if others:
        yield "`hlz plan --json` has the steps of each."


def _listed(names: Iterable[str]) -> str:
    shown = list(names)
    more = [f"and {len(shown) - SHOWN_NAMES} more"] if len(shown) > SHOWN_NAMES else []
    return ", ".join([*shown[:SHOWN_NAMES], *more])
