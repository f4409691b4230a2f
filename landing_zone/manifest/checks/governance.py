"""Budgets, zones, delivery, recovery, detection, agreements, exceptions: references and dates."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.manifest.checks.subject import (
    Check,
    Remark,
    Subject,
    target_resolves,
    unknown,
    unknown_account,
)
from landing_zone.manifest.document import Path_

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
        if agreement.expires and agreement.expires <= agreement.signed and subject.sound("agreements", index, "signed"):
            yield Remark(("agreements", index, "expires"), "ends before it was signed")


def _exceptions_are_sound(subject: Subject) -> Iterator[Remark]:
    for index, exception in enumerate(subject.manifest.exceptions):
        path: Path_ = ("exceptions", index)
        known = ("organization", *subject.account_names, *subject.unit_paths)
        if exception.scope not in known and subject.units_are_known and not subject.is_account(exception.scope):
            yield unknown((*path, "scope"), "account or OU", exception.scope, known)
        if exception.expires <= exception.approved and subject.sound(*path, "approved"):
            yield Remark((*path, "expires"), "ends before it was approved")


CHECKS = (
    Check(_budgets_resolve),
    Check(_deploy_account_exists),
    Check(_recovery_plans_exist, needs=(("backup", "plans"),)),
    Check(_every_severity_has_a_contact, needs=(("detection", "alarm_contacts"),)),
    Check(_agreements_end_after_they_begin),
    Check(_exceptions_are_sound),
)
