"""What a date makes of the ledger: exceptions that hold, and what all scopes say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from landing_zone.assurance.catalogue import Specification
from landing_zone.assurance.ledger.model import STATUSES, Entry, Ledger, Status, VariantScope, worst


@dataclass(frozen=True)
class Accepted:
    """An exception that holds on the day: the control, the accounts it is limited to (None: all), its last day."""

    control: str
    accounts: frozenset[str] | None
    until: str
    approver: str


@dataclass(frozen=True)
class Judged:
    """A control on a day: entries with exceptions applied, what they say together, and how often each status."""

    status: Status
    entries: tuple[Entry, ...]
    counts: Mapping[Status, int]


def judged_controls(ledger: Ledger, accepted: Collection[Accepted]) -> dict[str, Judged]:
    """Every control of the ledger by id."""
    scopes = {scope.id: scope for scope in ledger.variants}
    found = {}
    for control in ledger.controls:
        concerning = [row for row in accepted if row.control == control.id]
        entries = tuple(_excepted(entry, concerning, scopes) for entry in control.entries)
        statuses = tuple(entry.status for entry in entries)
        found[control.id] = Judged(worst(statuses), entries, counted(statuses))
    return found


def specification_status(specification: Specification, controls: Iterable[Judged]) -> Status:
    """What the controls that serve a paragraph say together; who does it instead where none does."""
    statuses = tuple(control.status for control in controls)
    if statuses:
        return worst(statuses)
    return "inherited" if specification.work == "aws" else "customer"


def counted(statuses: Iterable[Status]) -> dict[Status, int]:
    """How often each status occurs, from worst to best, without those that do not."""
    counts = Counter(statuses)
    return {status: counts[status] for status in STATUSES if counts[status]}


def _excepted(entry: Entry, accepted: Iterable[Accepted], scopes: Mapping[str, VariantScope]) -> Entry:
    if entry.status not in ("failed", "not evaluated"):
        return entry
    for row in accepted:
        if row.accounts is None or _inside(entry, row.accounts, scopes):
            reason = f"Accepted by {row.approver} until {row.until}. {entry.reason}"
            return entry.model_copy(update={"status": "excepted", "reason": reason})
    return entry


def _inside(entry: Entry, accounts: frozenset[str], scopes: Mapping[str, VariantScope]) -> bool:
    """Whether everything the entry speaks of lies in these accounts."""
    scope = scopes.get(entry.scope)
    return scope is not None and all(deployment.account in accounts for deployment in scope.deployments)
