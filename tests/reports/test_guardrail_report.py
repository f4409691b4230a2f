"""Theorems about guardrails beside an assembly: proved once, and in the ledger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from landing_zone.assembly.synthesis import Checked
from landing_zone.assurance.controls import controls
from landing_zone.assurance.finding import NotEvaluated, Report
from landing_zone.proof.guardrails.organization import Organization
from landing_zone.reports import guardrail_report as module
from landing_zone.reports.guardrail_report import guardrail_report, rules_passed, theorem_rows
from landing_zone.reports.ledger import ledger_of_plan
from tests.assurance.arrange import Json
from tests.reports.arrange import checked

ROW: Json = {
    "id": "trail-cannot-be-stopped",
    "kind": "guardrail",
    "verdict": "PROVED",
    "theorem": "nobody stops a trail",
    "basis": "scp",
    "citations": ["164.312(b)"],
    "assumptions": ["policies are attached"],
    "witness": None,
    "reason": "",
}
WITNESS: Json = {
    "principal": "arn:aws:iam::111122223333:role/a",
    "action": "cloudtrail:StopLogging",
    "resource": "*",
    "place": "Root/phi/a",
    "context": {},
    "absent": [],
    "should_have_stopped": None,
}
DOCUMENT: Json = {
    "results": [ROW, {**ROW, "id": "log-archive-immutable", "verdict": "REFUTED", "witness": WITNESS, "reason": "why"}],
    "guardrails": {"certificates": {ROW["id"]: {"statements": ["hlz-scp-foundation-1/3"]}}},
}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    return checked(tmp_path_factory.mktemp("clinic"))


def test_what_is_proved_of_a_plan_is_proved_once(
    clinic: Checked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Organization] = []

    def proved(organization: Organization, _: frozenset[str]) -> Json:
        asked.append(organization)
        return DOCUMENT

    monkeypatch.setattr(module, "_proved", proved)
    assert guardrail_report(clinic, tmp_path) == guardrail_report(clinic, tmp_path) == DOCUMENT
    guardrail_report(replace(clinic, sources_sha256="of another version"), tmp_path)
    assert len(asked) == 2


def test_a_control_is_proved_by_its_theorem_and_fails_with_one_that_is_refuted(clinic: Checked) -> None:
    ledger = ledger_of_plan(clinic, list(theorem_rows(DOCUMENT)))
    status = {
        (control.id, evidence.id): entry.status
        for control in ledger.controls
        for entry in control.entries
        for evidence in entry.evidence
        if evidence.kind == "theorem"
    }
    serving = {
        (control.id, row["id"]): "proved" if row["verdict"] == "PROVED" else "failed"
        for control in controls().values()
        for row in DOCUMENT["results"]
        if row["id"] in control.enforced_by.invariants
    }
    assert status == serving
    assert {*serving.values()} == {"proved", "failed"}


def test_a_row_says_what_stops_bad_requests_or_which_one_passes() -> None:
    proved, refuted = theorem_rows(DOCUMENT)
    assert (proved["blocked"], proved["witness"]) == (["hlz-scp-foundation-1/3"], [])
    assert refuted["witness"][:2] == [WITNESS["principal"], "may call cloudtrail:StopLogging on *"]


def test_rules_with_findings_or_doubts_or_without_resources_have_not_passed(clinic: Checked) -> None:
    report = clinic.report
    passed = rules_passed(clinic)
    assert passed
    assert passed <= report.rules_run
    rule = min(passed)
    doubt = NotEvaluated(rule=rule, resource="Key", template="a", reason="unresolved")
    assert rule not in rules_passed(replace(clinic, report=replace(report, not_evaluated=(doubt,))))
    finding = next(iter(report.findings), None)
    assert finding is not None
    assert finding.rule not in passed
    assert rules_passed(replace(clinic, report=Report(runs=report.runs))) == report.rules_run
