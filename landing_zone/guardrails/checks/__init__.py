"""What guardrails are refused for, each with its place. Pure: everything known is in `Subject`.

A guardrail with faults of its form is not asked further questions. Where a guardrail names a `source`, the page it
comes from, the catalogue's silence about its actions and keys is no fault.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from landing_zone.fault import Fault
from landing_zone.guardrails.checks.actions import action_faults, resource_faults
from landing_zone.guardrails.checks.conditions import condition_faults
from landing_zone.guardrails.checks.contradictions import contradiction_faults
from landing_zone.guardrails.checks.documents import document_faults
from landing_zone.guardrails.checks.exemptions import exemption_faults
from landing_zone.guardrails.checks.grammar import form_faults, value_faults
from landing_zone.guardrails.checks.references import reference_faults
from landing_zone.guardrails.checks.subject import Subject
from landing_zone.guardrails.sources import SourcedGuardrail
from landing_zone.guardrails.statements import iam_statement


def faults_of_guardrails(subject: Subject) -> list[Fault]:
    """Every fault of the guardrails by themselves, then of what is in force together."""
    faults = [fault for sourced in subject.guardrails for fault in _faults(subject, sourced)]
    return faults or [*document_faults(subject), *exemption_faults(subject)]


def _faults(subject: Subject, sourced: SourcedGuardrail) -> Iterable[Fault]:
    if faults := [*form_faults(sourced), *reference_faults(subject, sourced)]:
        return faults
    return _statement_faults(subject, sourced) if sourced.guardrail.statement else ()


def _statement_faults(subject: Subject, sourced: SourcedGuardrail) -> Iterator[Fault]:
    malformed = list(value_faults(subject, sourced))
    yield from malformed
    if not sourced.guardrail.source:
        yield from _catalogue_faults(subject, sourced)
    if not malformed:
        yield from contradiction_faults(sourced, iam_statement(sourced, subject.groups, subject.parameters))


def _catalogue_faults(subject: Subject, sourced: SourcedGuardrail) -> Iterator[Fault]:
    yield from action_faults(subject, sourced)
    yield from resource_faults(subject, sourced)
    yield from condition_faults(subject, sourced)


def doubts(subject: Subject) -> list[Fault]:
    """What the catalogue says against guardrails that name another source; nothing refuses them."""
    sourced = (sourced for sourced in subject.with_statement if sourced.guardrail.source)
    return [fault for one in sourced for fault in _catalogue_faults(subject, one)]
