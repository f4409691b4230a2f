"""Exceptions: controls that are not met, accepted by somebody until a date (45 CFR 164.306(d)(3)).

An exception takes findings of its control out of the failures where it covers every account they are deployed to, for
the addressable specifications that it names. What the control serves besides stays failed.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

from landing_zone.assurance.catalogue import specifications
from landing_zone.assurance.controls import control_for, controls
from landing_zone.assurance.designation import asks_for_something, designation, refusal
from landing_zone.assurance.finding import Finding, Severity
from landing_zone.assurance.rules import FAILED
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.checks.subject import Remark
from landing_zone.manifest.document import Document
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.governance import ControlException

SOON_DAYS = 30
"""From so many days before the end on it is said that something ends."""
EXCEPTION_RULES: Mapping[str, str] = {
    "HLZ-EXC-001": "Meet the control, or decide anew and set another date.",
    "HLZ-EXC-002": "Meet the control before that day, or decide anew and set another date.",
}
State = Literal["in force", "ends soon", "expired", "not yet approved"]
_NEVER = re.compile(r"^HLZ-(ACK|EXC|VAL)-")
BASIS = (
    "45 CFR 164.306(d)(3): an addressable specification is implemented, or it is documented why it is not reasonable "
    "and appropriate and which equivalent measure is taken instead. 164.316(b)(2)(i): the record is kept for six years."
)


@dataclass(frozen=True)
class RegisteredException:
    """An exception of the manifest with the accounts of its scope and its place in the file."""

    entry: ControlException
    accounts: frozenset[str]
    file: str = ""
    line: int | None = None

    def days_left(self, today: date) -> int:
        """Days until its last day; negative afterwards."""
        return (date.fromisoformat(self.entry.expires) - today).days

    def state(self, today: date) -> State:
        """Whether it holds; on its last day it does."""
        if self.days_left(today) < 0:
            return "expired"
        if date.fromisoformat(self.entry.approved) > today:
            return "not yet approved"
        return "ends soon" if self.days_left(today) <= SOON_DAYS else "in force"

    def holds(self, today: date) -> bool:
        """Whether it covers anything today."""
        return self.state(today) in ("in force", "ends soon")


@dataclass(frozen=True)
class ExceptedFinding:
    """A finding, the citations for which it is excepted, and by what. whole: nothing of it is left as a failure."""

    finding: Finding
    citations: tuple[str, ...]
    exceptions: tuple[RegisteredException, ...]
    whole: bool

    def as_json(self) -> dict[str, Any]:
        """The finding, with who accepted it until when."""
        rows = [
            {key: getattr(covering.entry, key) for key in ("scope", "owner", "approver", "expires", "issue")}
            for covering in self.exceptions
        ]
        return {
            **self.finding.as_json(),
            "excepted_citations": list(self.citations),
            "whole": self.whole,
            "exceptions": rows,
        }


@dataclass(frozen=True)
class Excepted:
    """What is left of a list of findings, and what is excepted."""

    remaining: tuple[Finding, ...]
    excepted: tuple[ExceptedFinding, ...]


def registered(manifest: Manifest, document: Document | None = None) -> tuple[RegisteredException, ...]:
    """The manifest's exceptions in its order; with its document, each with file and line."""
    return tuple(
        RegisteredException(
            entry,
            tree.accounts_in(manifest, entry.scope),
            document.file if document else "",
            document.fault(("exceptions", index), "").line if document else None,
        )
        for index, entry in enumerate(manifest.exceptions)
    )


def apply_exceptions(
    findings: Iterable[Finding],
    exceptions: Iterable[RegisteredException],
    scope_of_template: Mapping[str, frozenset[str]],
    today: date,
) -> Excepted:
    """Divide findings. `scope_of_template`: the accounts to which each template is deployed.

    A finding is covered for a citation only if each of these accounts is in the scope of an exception that names it;
    a template of unknown accounts is not covered. If it is covered for some of its citations, it stays with the others.
    Citations are those of the finding's control: cdk-nag cites more for some rules than this project takes over.
    """
    by_control: dict[str, list[RegisteredException]] = {}
    for exception in exceptions:
        if exception.holds(today):
            by_control.setdefault(exception.entry.control, []).append(exception)
    remaining: list[Finding] = []
    excepted: list[ExceptedFinding] = []
    for finding in findings:
        accounts = scope_of_template.get(finding.template, frozenset())
        candidates = [entry for entry in by_control.get(finding.control, ()) if entry.accounts & accounts]
        cited = controls()[finding.control].cfr if candidates else ()
        spared = _spared(finding, cited, candidates, accounts)
        left = tuple(text for text in cited if text not in spared and asks_for_something(text))
        if spared:
            naming = tuple(entry for entry in candidates if not spared.isdisjoint(entry.entry.citations))
            kept = tuple(text for text in cited if text in spared)
            excepted.append(ExceptedFinding(finding, kept, naming, not left))
        if spared and left:
            message = f"{finding.message} (Excepted for {', '.join(sorted(spared))}, not for {', '.join(left)}.)"
            remaining.append(replace(finding, citations=left, message=message))
        elif not spared:
            remaining.append(finding)
    return Excepted(tuple(remaining), tuple(excepted))


def _spared(
    finding: Finding, cited: Iterable[str], candidates: Iterable[RegisteredException], accounts: frozenset[str]
) -> frozenset[str]:
    """Those of the control's citations that exceptions cover in every account."""
    if _NEVER.match(finding.rule) or finding.message.startswith(FAILED) or not accounts:
        return frozenset()
    covered = [
        frozenset(text for entry in candidates if account in entry.accounts for text in entry.entry.citations)
        for account in accounts
    ]
    common = frozenset(cited).intersection(*covered)
    return frozenset(text for text in common if not refusal(text))


def judge_exceptions(exceptions: Iterable[RegisteredException], today: date) -> list[Finding]:
    """Expired exceptions, which are failures, and those that end soon, which are notes."""
    findings = []
    for exception in exceptions:
        state = exception.state(today)
        if state == "expired":
            findings.append(_finding("HLZ-EXC-001", "error", exception, f"ended {exception.entry.expires}"))
        elif state == "ends soon":
            findings.append(_finding("HLZ-EXC-002", "note", exception, f"ends {exception.entry.expires}"))
    return findings


def _finding(rule: str, severity: Severity, exception: RegisteredException, what: str) -> Finding:
    control = control_for(rule)
    entry = exception.entry
    return Finding(
        rule=rule,
        control=control.id,
        citations=control.cfr,
        severity=severity,
        template=exception.file or "manifest",
        resource=entry.scope,
        path=f"exceptions/{entry.control}",
        line=exception.line,
        message=f"The exception from {entry.control} in {entry.scope} {what}.",
        fix=EXCEPTION_RULES[rule],
    )


def remarks(manifest: Manifest, today: date) -> Iterator[Remark]:
    """What a person should know of exceptions and acknowledgements that end, have ended, or do not hold yet."""
    for index, exception in enumerate(registered(manifest)):
        state, entry = exception.state(today), exception.entry
        what = f"the exception from {entry.control} in {entry.scope}"
        if state == "not yet approved":
            yield Remark(("exceptions", index, "approved"), f"{what} does not hold before {entry.approved}")
        elif state != "in force":
            yield Remark(("exceptions", index, "expires"), ending(what, entry.expires, today))
    for index, acknowledgement in enumerate(manifest.acknowledgements):
        if acknowledgement.expires and ends_soon(acknowledgement.expires, today):
            what = f"the acknowledgement of {acknowledgement.rule}"
            yield Remark(("acknowledgements", index, "expires"), ending(what, acknowledgement.expires, today))


def ends_soon(last_day: str, today: date) -> bool:
    """Whether a last day is near, or past."""
    return (date.fromisoformat(last_day) - today).days <= SOON_DAYS


def ending(what: str, last_day: str, today: date) -> str:
    """`WHAT ends 2027-01-31, in 12 days`, or `WHAT ended 2027-01-31`."""
    days = (date.fromisoformat(last_day) - today).days
    return f"{what} ended {last_day}" if days < 0 else f"{what} ends {last_day}, in {days} days"


def exceptions_document(manifest: Manifest, today: date, excepted: Iterable[Mapping[str, Any]] = ()) -> dict[str, Any]:
    """The register. `excepted`: rows of `ExceptedFinding.as_json`, for the resources concerned."""
    findings = list(excepted)
    rows = [_register_row(exception, today, findings) for exception in registered(manifest)]
    return {
        "basis": BASIS,
        "totals": {"exceptions": len(rows), "by_state": dict(sorted(Counter(row["state"] for row in rows).items()))},
        "exceptions": sorted(rows, key=lambda row: (row["control"], row["scope"])),
        "acknowledgements": [
            {
                **{key: getattr(entry, key) for key in ("rule", "role", "resource", "reason", "owner", "expires")},
                "days_left": (date.fromisoformat(entry.expires) - today).days if entry.expires else None,
            }
            for entry in sorted(manifest.acknowledgements, key=lambda entry: (entry.rule, entry.resource))
        ],
    }


def _register_row(exception: RegisteredException, today: date, findings: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    entry, control = exception.entry, controls()[exception.entry.control]
    return {
        "control": control.id,
        "title": control.title,
        "scope": entry.scope,
        "accounts": sorted(exception.accounts),
        "specifications": [_specification(citation) for citation in sorted(entry.citations)],
        "not_excepted": [
            {**_specification(citation), "why": refusal(citation) or "is not named by the exception"}
            for citation in sorted(set(control.cfr) - set(entry.citations))
        ],
        "assessment": entry.reason,
        "equivalent_measure": entry.compensating,
        "owner": entry.owner,
        "approver": entry.approver,
        "approved": entry.approved,
        "reviewed": entry.reviewed,
        "expires": entry.expires,
        "days_left": exception.days_left(today),
        "state": exception.state(today),
        "issue": entry.issue,
        "resource_types": sorted(control.enforced_by.resources),
        "resources": [
            {key: row[key] for key in ("rule", "template", "resource", "excepted_citations", "whole")}
            for row in findings
            if row["control"] == control.id and any(one["scope"] == entry.scope for one in row["exceptions"])
        ],
    }


def _specification(citation: str) -> dict[str, str]:
    row = specifications().get(citation)
    return {
        "citation": citation,
        "name": row.name if row else "",
        "designation": designation(citation),
        "paraphrase": row.paraphrase if row else "",
    }
