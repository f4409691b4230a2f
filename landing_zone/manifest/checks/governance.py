"""Budgets, zones, delivery, recovery, detection, agreements, exceptions: references and dates."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from landing_zone.action_catalogue import services
from landing_zone.assurance.controls import controls
from landing_zone.assurance.designation import refusal
from landing_zone.fault import excerpt, nearest
from landing_zone.manifest.checks.subject import (
    Check,
    Remark,
    Subject,
    repeated,
    target_resolves,
    unknown,
    unknown_account,
)
from landing_zone.manifest.document import Path_
from landing_zone.manifest.organization_tree import ORGANIZATION

LONGEST_EXCEPTION_DAYS = 366
"""A policy of this project, of no regulation: a year, leap years included, then somebody decides anew (164.306(e))."""
SEVERITIES = ("critical", "high", "medium", "low")


def _budgets_resolve(subject: Subject) -> Iterator[Remark]:
    for index, budget in enumerate(subject.manifest.budgets):
        yield from target_resolves(subject, ("budgets", index), budget.ou, budget.account)


def _deploy_account_exists(subject: Subject) -> Iterator[Remark]:
    yield from unknown_account(subject, ("delivery", "deploy_account"), subject.manifest.delivery.deploy_account)


def _recovery_plans_exist(subject: Subject) -> Iterator[Remark]:
    plans = tuple(sorted(subject.manifest.backup.plans))
    for tier, objective in subject.manifest.recovery.tiers.items():
        if objective.plan not in plans:
            yield unknown(("recovery", "tiers", tier, "plan"), "backup plan", objective.plan, plans)


def _every_severity_has_a_contact(subject: Subject) -> Iterator[Remark]:
    given = subject.manifest.detection.alarm_contacts
    missing = [severity for severity in SEVERITIES if severity not in given]
    if missing:
        yield Remark(("detection", "alarm_contacts"), f"has no contact for: {', '.join(missing)}", "name all four")


def _agreements_end_after_they_begin(subject: Subject) -> Iterator[Remark]:
    for index, agreement in enumerate(subject.manifest.agreements):
        path: Path_ = ("agreements", index)
        if subject.sound(*path, "signed"):
            if agreement.expires and agreement.expires <= agreement.signed:
                yield Remark((*path, "expires"), "ends before it was signed")
            if agreement.verified and agreement.verified < agreement.signed:
                yield Remark((*path, "verified"), "is before it was signed")


def _agreements_name_what_exists(subject: Subject) -> Iterator[Remark]:
    parties = tuple(sorted({agreement.party for agreement in subject.manifest.agreements}))
    for index, agreement in enumerate(subject.manifest.agreements):
        path: Path_ = ("agreements", index)
        for place, scope in enumerate(agreement.covers):
            yield from _unknown_scope(subject, (*path, "covers", place), scope)
            is_unit = scope in subject.units and not subject.is_account(scope)
            if agreement.kind == "aws" and is_unit and subject.sound(*path, "kind"):
                message = f"{excerpt(scope)} is an OU; AWS's addendum is of the organization or of single accounts"
                yield Remark((*path, "covers", place), message, "write `organization`, or the accounts one by one")
        for place, service in enumerate(agreement.services):
            if service not in services():
                message = f"unknown service prefix {excerpt(service)}"
                yield Remark((*path, "services", place), message, nearest(service, sorted(services())))
        others = tuple(party for party in parties if party != agreement.party)
        if agreement.works_for and agreement.works_for not in others and subject.complete("agreements"):
            yield unknown((*path, "works_for"), "party", agreement.works_for, others)
        if agreement.works_for and agreement.kind != "subcontractor" and subject.sound(*path, "kind"):
            yield Remark((*path, "works_for"), f"is of subcontractors, and the kind is {agreement.kind}")


def _unknown_scope(subject: Subject, path: Path_, scope: str) -> Iterator[Remark]:
    known = (ORGANIZATION, *subject.account_names, *subject.unit_paths)
    if scope not in known and subject.units_are_known and not subject.is_account(scope):
        yield unknown(path, "account or OU", scope, known)


def _exceptions_name_what_exists(subject: Subject) -> Iterator[Remark]:
    for index, exception in enumerate(subject.manifest.exceptions):
        path: Path_ = ("exceptions", index)
        yield from _unknown_scope(subject, (*path, "scope"), exception.scope)
        control = controls().get(exception.control)
        if control is None:
            yield unknown((*path, "control"), "control", exception.control, tuple(sorted(controls())))
        elif subject.sound(*path, "control"):
            yield from _citations_can_be_excepted(subject, (*path, "citations"), exception.citations, control.cfr)


def _citations_can_be_excepted(
    subject: Subject, path: Path_, citations: tuple[str, ...], cited: tuple[str, ...]
) -> Iterator[Remark]:
    rows = [(citation, (*path, place)) for place, citation in enumerate(citations)]
    for citation, place, line in repeated(subject, rows):
        yield Remark(place, f"{excerpt(citation)} is already given on line {line}")
    for citation, place in rows:
        possible = [text for text in cited if not refusal(text)]
        if citation not in cited:
            message = f"{excerpt(citation)} is not cited by the control; it cites: {', '.join(cited)}"
            yield Remark(place, message, nearest(citation, cited))
        elif reason := refusal(citation):
            hint = f"the control serves {', '.join(possible)} as well" if possible else "the control cannot be excepted"
            yield Remark(place, f"{citation} {reason}", hint)


def _exceptions_are_given_once(subject: Subject) -> Iterator[Remark]:
    rows = [
        (f"{exception.control} in {exception.scope}", ("exceptions", index, "control"))
        for index, exception in enumerate(subject.manifest.exceptions)
        if subject.sound("exceptions", index, "scope")
    ]
    for what, path, line in repeated(subject, rows):
        yield Remark(path, f"{excerpt(what)} is already excepted on line {line}", "one entry, with all its citations")


def _exceptions_have_two_people(subject: Subject) -> Iterator[Remark]:
    for index, exception in enumerate(subject.manifest.exceptions):
        same = _person(exception.owner) == _person(exception.approver)
        if same and subject.sound("exceptions", index, "owner"):
            hint = "somebody else accepts it (separation of duties)"
            yield Remark(("exceptions", index, "approver"), f"{excerpt(exception.approver)} owns the risk, too", hint)


def _person(name: str) -> str:
    return " ".join(name.split()).casefold()


def _exceptions_end_in_time(subject: Subject) -> Iterator[Remark]:
    for index, exception in enumerate(subject.manifest.exceptions):
        path: Path_ = ("exceptions", index)
        if not subject.sound(*path, "approved"):
            continue
        if exception.expires <= exception.approved:
            yield Remark((*path, "expires"), "ends before it was approved")
            continue
        last = date.fromisoformat(exception.approved) + timedelta(days=LONGEST_EXCEPTION_DAYS)
        if date.fromisoformat(exception.expires) > last:
            message = f"is more than {LONGEST_EXCEPTION_DAYS} days after the approval"
            yield Remark((*path, "expires"), message, f"at most {last}: this project asks to decide anew each year")
        reviewed = exception.reviewed or exception.approved
        if not exception.approved <= reviewed <= exception.expires and subject.sound(*path, "expires"):
            yield Remark((*path, "reviewed"), "is not between approval and end")


CHECKS = (
    Check(_budgets_resolve),
    Check(_deploy_account_exists),
    Check(_recovery_plans_exist, needs=(("backup", "plans"),)),
    Check(_every_severity_has_a_contact, needs=(("detection", "alarm_contacts"),)),
    Check(_agreements_end_after_they_begin),
    Check(_agreements_name_what_exists),
    Check(_exceptions_name_what_exists),
    Check(_exceptions_are_given_once),
    Check(_exceptions_have_two_people),
    Check(_exceptions_end_in_time),
)
