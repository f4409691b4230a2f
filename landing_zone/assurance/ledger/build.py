"""From what one run said to the ledger's entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from landing_zone.assurance.controls import Control, controls, controls_by_resource
from landing_zone.assurance.finding import Finding, Report
from landing_zone.assurance.ledger.model import ORGANIZATION, ControlEntries, Entry, Evidence, Open, Status


@dataclass(frozen=True)
class ShapeVerdict:
    """One variant: what its evaluation said, which findings were acknowledged, and its resources by type."""

    id: str
    report: Report
    findings: tuple[Finding, ...]
    """Those that nobody acknowledged."""
    types: Mapping[str, tuple[str, ...]]
    """Logical ids by resource type."""


@dataclass(frozen=True)
class Guardrail:
    """A compiled guardrail: the policies that hold it, and where these are attached."""

    id: str
    control: str
    held_by: tuple[str, ...]
    targets: tuple[str, ...]


@dataclass(frozen=True)
class Setting:
    """A row of `hlz settings`, and when every step of it was last read back as wanted ("" if never)."""

    id: str
    control: str
    read_back: str = ""


def control_entries(
    shapes: Iterable[ShapeVerdict],
    values: Report,
    guardrails: Iterable[Guardrail],
    theorems: Iterable[Mapping[str, Any]],
    settings: Iterable[Setting],
) -> tuple[ControlEntries, ...]:
    """Every control of the catalogue, by id. `values`: what the rules over deployments' values said."""
    by_control: dict[str, list[Entry]] = defaultdict(list)
    for control, entry in _of_organization(values, tuple(guardrails), tuple(theorems), tuple(settings)):
        by_control[control].append(entry)
    for shape in shapes:
        for control, entry in _of_shape(shape):
            by_control[control].append(entry)
    return tuple(
        ControlEntries(id=id, entries=tuple(by_control[id]) or _without_evidence(control))
        for id, control in sorted(controls().items())
    )


def _without_evidence(control: Control) -> tuple[Entry, ...]:
    if control.done_by:
        return (Entry(scope=ORGANIZATION, status="customer", reason=control.done_by),)
    reason = "Nothing in this landing zone was examined for it."
    return (Entry(scope=ORGANIZATION, status="not evaluated", reason=reason),)


def _of_shape(shape: ShapeVerdict) -> Iterator[tuple[str, Entry]]:
    runs = {run.rule: run.resources for run in shape.report.runs}
    findings: dict[str, list[Open]] = defaultdict(list)
    undecided: dict[str, list[Open]] = defaultdict(list)
    for finding in shape.findings:
        rule = finding.rule.partition("[")[0]
        findings[rule].append(Open(kind="finding", rule=finding.rule, resource=finding.resource, text=finding.message))
    for row in shape.report.not_evaluated:
        undecided[row.rule].append(Open(kind="not evaluated", rule=row.rule, resource=row.resource, text=row.reason))
    present: dict[str, list[Evidence]] = defaultdict(list)
    for type_, owners in controls_by_resource().items():
        for control in owners if type_ in shape.types else ():
            present[control.id].append(Evidence(kind="resource", id=type_, resources=shape.types[type_]))
    for id, control in controls().items():
        rules = (*control.enforced_by.rules, *control.enforced_by.cdk_nag)
        wrong = [entry for rule in rules for entry in findings.get(rule, ())]
        unsettled = [entry for rule in rules for entry in undecided.get(rule, ())]
        ran = [Evidence(kind="rule", id=rule, resources=runs[rule]) for rule in rules if rule in runs]
        if not (wrong or unsettled or ran) and (rules or not present[id]):
            continue  # a control with rules stands or falls with them; its other resources are evidence, no verdict
        status, reason = _shape_status(wrong, unsettled, ran)
        yield (
            id,
            Entry(
                scope=shape.id,
                status=status,
                reason=reason,
                evidence=(*ran, *present[id]),
                open=(*wrong, *unsettled),
            ),
        )


def _shape_status(wrong: Sequence[Open], unsettled: Sequence[Open], ran: Sequence[Evidence]) -> tuple[Status, str]:
    if wrong:
        return "failed", f"{_number(len(wrong), 'finding')} on this template."
    if unsettled:
        return "not evaluated", f"{_number(len(unsettled), 'check')} could not be decided."
    if not ran:
        return "not evaluated", "The resources are in the template; the control has no rule that examines them."
    judged = sum(len(evidence.resources) for evidence in ran)
    return "checked", f"{_number(len(ran), 'rule')} examined {_number(judged, 'resource')} and found nothing."


def _of_organization(
    values: Report,
    guardrails: Sequence[Guardrail],
    theorems: Sequence[Mapping[str, Any]],
    settings: Sequence[Setting],
) -> Iterator[tuple[str, Entry]]:
    for id, control in controls().items():
        parts = [
            *_value_parts(control, values),
            *_guardrail_parts(control, guardrails),
            *_theorem_parts(control, theorems),
            *_setting_parts(control, settings),
        ]
        for status, reason, evidence, opened in parts:
            yield id, Entry(scope=ORGANIZATION, status=status, reason=reason, evidence=evidence, open=opened)


_Part = tuple[Status, str, tuple[Evidence, ...], tuple[Open, ...]]


def _value_parts(control: Control, values: Report) -> Iterator[_Part]:
    rules = set(control.enforced_by.rules)
    ran = tuple(run for run in values.runs if run.rule in rules)
    wrong = tuple(
        Open(
            kind="finding", rule=finding.rule, resource=finding.resource, text=f"{finding.template}: {finding.message}"
        )
        for finding in values.findings
        if finding.rule in rules
    )
    evidence = tuple(
        Evidence(kind="rule", id=rule, resources=tuple(sorted({run.template for run in ran if run.rule == rule})))
        for rule in sorted({run.rule for run in ran})
    )
    if wrong:
        yield "failed", f"{_number(len(wrong), 'finding')} on values of deployments.", evidence, wrong
    elif evidence:
        yield "checked", "The values of the deployments named were judged.", evidence, ()


def _guardrail_parts(control: Control, guardrails: Sequence[Guardrail]) -> Iterator[_Part]:
    held = tuple(
        Evidence(kind="guardrail", id=row.id, held_by=row.held_by, targets=row.targets)
        for row in guardrails
        if row.control == control.id or row.id in control.enforced_by.guardrails
    )
    attached = tuple(row for row in held if row.targets and row.held_by)
    if attached:
        text = f"{_number(len(attached), 'guardrail')} compiled, within the quotas, and attached to the targets named."
        yield "checked", text, attached, ()


def _theorem_parts(control: Control, theorems: Sequence[Mapping[str, Any]]) -> Iterator[_Part]:
    for row in theorems:
        if row["id"] in control.enforced_by.invariants:
            evidence = (Evidence(kind="theorem", id=row["id"], verdict=row["verdict"]),)
            if row["verdict"] == "PROVED":
                yield "proved", f"Proved under its assumptions: {row['theorem']}", evidence, ()
            else:
                status: Status = "failed" if row["verdict"] == "REFUTED" else "not evaluated"
                against = Open(
                    kind="finding" if status == "failed" else "not evaluated",
                    rule=row["id"],
                    resource="",
                    text=row["reason"] or row["theorem"],
                )
                yield status, f"{row['verdict']}: {row['theorem']}", evidence, (against,)


def _setting_parts(control: Control, settings: Sequence[Setting]) -> Iterator[_Part]:
    for row in settings:
        if row.control != control.id:
            continue
        if row.read_back:
            evidence = Evidence(kind="reading", id=row.id, on=row.read_back)
            yield "evidenced", f"Setting {row.id} was read back from every account it concerns.", (evidence,), ()
        else:
            evidence = Evidence(kind="setting", id=row.id)
            yield "not evaluated", f"Setting {row.id} has not been read back from AWS.", (evidence,), ()


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
