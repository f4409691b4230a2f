"""What a date makes of the ledger: exceptions that hold, and what all scopes say together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from landing_zone.assurance.catalogue import Specification, citing
from landing_zone.assurance.controls import controls
from landing_zone.assurance.designation import asks_for_something, refusal
from landing_zone.assurance.exceptions import RegisteredException
from landing_zone.assurance.ledger.model import STATUSES, Entry, Ledger, Status, VariantScope, worst

_OPEN: tuple[Status, ...] = ("failed", "not evaluated")


@dataclass(frozen=True)
class Judged:
    """A control on a day: entries with exceptions applied, and what they say together.

    accepted: for each entry, the citations for which exceptions accept it.
    """

    entries: tuple[Entry, ...]
    accepted: tuple[frozenset[str], ...]

    @property
    def status(self) -> Status:
        """What all entries say together."""
        return worst(tuple(entry.status for entry in self.entries))

    @property
    def counts(self) -> Mapping[Status, int]:
        """How often each status occurs."""
        return counted(entry.status for entry in self.entries)

    def status_for(self, cited: Collection[str]) -> Status:
        """What the entries say of these citations alone, of which some may be excepted."""
        return worst(
            tuple(
                "excepted" if entry.status in _OPEN and cited and accepted.issuperset(cited) else entry.status
                for entry, accepted in zip(self.entries, self.accepted, strict=True)
            )
        )


def judged_controls(ledger: Ledger, exceptions: Iterable[RegisteredException], today: date) -> dict[str, Judged]:
    """Every control of the ledger that the catalogue still has, by id."""
    scopes = {scope.id: scope for scope in ledger.variants}
    everywhere = frozenset(deployment.account for scope in ledger.variants for deployment in scope.deployments)
    holding: dict[str, list[RegisteredException]] = {}
    for exception in exceptions:
        if exception.holds(today):
            holding.setdefault(exception.entry.control, []).append(exception)
    found = {}
    for control in ledger.controls:
        if control.id not in controls():
            continue
        concerning = holding.get(control.id, [])
        pairs = [_judged(control.id, entry, concerning, scopes, everywhere) for entry in control.entries]
        found[control.id] = Judged(tuple(entry for entry, _ in pairs), tuple(accepted for _, accepted in pairs))
    return found


def specification_status(
    specification: Specification, judged: Mapping[str, Judged]
) -> tuple[Status, dict[str, Status]]:
    """The status of a paragraph, and of each control that serves it, for what it cites of it.

    Where no control serves it, it is for AWS or the customer.
    """
    cited: dict[str, set[str]] = {}
    for citation, serving in citing(specification.citation).items():
        for control in serving:
            cited.setdefault(control.id, set()).add(citation)
    statuses = {id: judged[id].status_for(citations) for id, citations in sorted(cited.items()) if id in judged}
    if statuses:
        return worst(tuple(statuses.values())), statuses
    return ("inherited" if specification.work == "aws" else "customer"), {}


def counted(statuses: Iterable[Status]) -> dict[Status, int]:
    """How often each status occurs, from worst to best, without those that do not."""
    counts = Counter(statuses)
    return {status: counts[status] for status in STATUSES if counts[status]}


def _judged(
    control: str,
    entry: Entry,
    exceptions: Collection[RegisteredException],
    scopes: Mapping[str, VariantScope],
    everywhere: frozenset[str],
) -> tuple[Entry, frozenset[str]]:
    """The entry, excepted if all that its control asks for is, and the citations for which it is excepted."""
    scope = scopes.get(entry.scope)
    accounts = frozenset(deployment.account for deployment in scope.deployments) if scope else everywhere
    if entry.status not in _OPEN or not exceptions or not accounts:
        return entry, frozenset()
    asked = frozenset(citation for citation in controls()[control].cfr if asks_for_something(citation))
    per_account = [
        frozenset(text for row in exceptions if account in row.accounts for text in row.entry.citations)
        for account in accounts
    ]
    accepted = frozenset(text for text in asked.intersection(*per_account) if not refusal(text))
    if not accepted:
        return entry, accepted
    by = ", ".join(sorted({f"{row.entry.approver} until {row.entry.expires}" for row in exceptions}))
    if accepted == asked:
        reason = f"Accepted by {by}. {entry.reason}"
        return entry.model_copy(update={"status": "excepted", "reason": reason}), accepted
    return entry.model_copy(
        update={"reason": f"{entry.reason} Accepted by {by} for {', '.join(sorted(accepted))}."}
    ), accepted
