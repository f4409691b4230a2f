"""What the ledger says of a control rests on what was examined, and on nothing else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landing_zone.assurance.controls import controls
from landing_zone.assurance.finding import Finding, NotEvaluated, Report, RuleRun
from landing_zone.assurance.ledger.build import Guardrail, Setting, ShapeVerdict, control_entries
from landing_zone.assurance.ledger.model import Entry
from landing_zone.assurance.value_rules import VALUE_RULES

RULE, CONTROL = "HLZ-KMS-001", "LZ-KMS-02"
RAN = RuleRun(RULE, "keys", ("Key",))
FOUND = Finding(RULE, CONTROL, (), "error", "keys", "Key", "Resources/Key", None, "It does not rotate.", "Fix.")
OPEN = NotEvaluated(RULE, "Key", "keys", "it depends on the parameter Rotate")


def shape(
    report: Report | None = None, findings: tuple[Finding, ...] = (), types: Mapping[str, tuple[str, ...]] | None = None
) -> ShapeVerdict:
    return ShapeVerdict("keys-1", report or Report(), findings, types or {})


def entries(control: str, *shapes: ShapeVerdict, values: Report | None = None, **given: Any) -> tuple[Entry, ...]:
    parts = {"guardrails": (), "theorems": (), "settings": (), **given}
    found = control_entries(shapes, values or Report(), **parts)
    return next(row.entries for row in found if row.id == control)


def test_every_control_of_the_catalogue_is_in_the_ledger() -> None:
    assert [row.id for row in control_entries((), Report(), (), (), ())] == sorted(controls())


def test_a_rule_that_examined_something_and_found_nothing_is_checked_with_its_resources() -> None:
    (entry,) = entries(CONTROL, shape(report=Report(runs=(RAN,))))
    assert (entry.scope, entry.status) == ("keys-1", "checked")
    assert [(row.kind, row.id, row.resources) for row in entry.evidence] == [("rule", RULE, ("Key",))]


def test_a_finding_that_nobody_acknowledged_fails_the_control() -> None:
    (entry,) = entries(CONTROL, shape(report=Report(runs=(RAN,), findings=(FOUND,)), findings=(FOUND,)))
    assert entry.status == "failed"
    assert entry.open[0].text == FOUND.message


def test_an_acknowledged_finding_does_not_fail_it() -> None:
    (entry,) = entries(CONTROL, shape(report=Report(runs=(RAN,), findings=(FOUND,))))
    assert entry.status == "checked"


def test_what_could_not_be_decided_is_not_evaluated_even_where_the_rule_ran_elsewhere() -> None:
    (entry,) = entries(CONTROL, shape(report=Report(runs=(RAN,), not_evaluated=(OPEN,))))
    assert entry.status == "not evaluated"
    assert entry.open[0].text == OPEN.reason


def test_where_nothing_was_examined_nothing_is_said_to_be_good() -> None:
    (entry,) = entries(CONTROL, shape())
    assert (entry.scope, entry.status) == ("organization", "not evaluated")


def test_a_resource_alone_is_no_verdict_on_a_control_with_rules() -> None:
    (entry,) = entries(CONTROL, shape(types={"AWS::KMS::Key": ("Key",)}))
    assert entry.status == "not evaluated"
    assert entry.evidence == ()


def test_a_theorem_is_proved_refuted_or_unknown() -> None:
    id, control = next((name, row.id) for row in controls().values() for name in row.enforced_by.invariants)

    def status(verdict: str) -> str:
        theorem = {"id": id, "verdict": verdict, "theorem": "Nobody can.", "reason": "because"}
        return entries(control, theorems=(theorem,))[0].status

    assert [status(verdict) for verdict in ("PROVED", "REFUTED", "UNKNOWN")] == ["proved", "failed", "not evaluated"]


def test_a_guardrail_counts_where_it_is_attached() -> None:
    attached = Guardrail("trail-stays", "LZ-ORG-04", ("policy-1",), ("root",))
    loose = Guardrail("trail-stays", "LZ-ORG-04", ("policy-1",), ())
    (entry,) = entries("LZ-ORG-04", guardrails=(attached,))
    assert (entry.status, entry.evidence[0].targets) == ("checked", ("root",))
    assert entries("LZ-ORG-04", guardrails=(loose,))[0].status == "not evaluated"


def test_a_setting_is_evidenced_once_it_was_read_back() -> None:
    def status(read_back: str) -> str:
        return entries("LZ-S3-01", settings=(Setting("s3-block-public-access", "LZ-S3-01", read_back),))[0].status

    assert (status(""), status("2026-11-21")) == ("not evaluated", "evidenced")


def test_rules_over_values_name_the_deployments() -> None:
    rule, control = next(
        (id, row.id) for row in controls().values() for id in row.enforced_by.rules if id in VALUE_RULES
    )
    values = Report(runs=(RuleRun(rule, "network-a", ("Cidr",)), RuleRun(rule, "network-b", ("Cidr",))))
    entry = next(row for row in entries(control, values=values) if row.scope == "organization")
    assert (entry.status, entry.evidence[0].resources) == ("checked", ("network-a", "network-b"))
