"""A stored ledger on another day: what was accepted then counts again once it is not, and not before it is."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from landing_zone.assurance.ledger.model import ControlEntries, Deployment, Entry, Ledger, VariantScope
from landing_zone.assurance.ledger.on_day import on_day
from landing_zone.manifest.model import Manifest
from tests.arrangement import Json, clinic

VARIANT = "account-baseline-us-east-1-17b6e0a2"
EXCEPTION = {
    "control": "LZ-IAM-12",
    "scope": "ehr-production",
    "citations": ["164.312(a)(2)(iii)"],
    "reason": "Anesthesia records stay open for as long as an operation takes.",
    "compensating": "Workstations stand in operating rooms behind badge readers.",
    "owner": "Chief of anesthesiology",
    "approver": "Chief information security officer",
    "approved": "2026-11-16",
    "expires": "2027-11-16",
}
MANIFEST = Manifest.model_validate_json(json.dumps(clinic(exceptions=[EXCEPTION])))


def finding(**fields: Any) -> Json:
    return {
        "rule": "HLZ-IAM-012",
        "control": "LZ-IAM-12",
        "citations": ["164.312(a)(2)(iii)"],
        "severity": "error",
        "template": VARIANT,
        "resource": "Session",
        "path": "Resources/Session",
        "line": None,
        "message": "Sessions have no end.",
        "fix": "Give them one.",
    } | fields


def ledger(**rows: Any) -> Ledger:
    scope = VariantScope(
        id=VARIANT,
        role="account_baseline",
        resources=1,
        sha256="",
        deployments=(Deployment(name="a", account="ehr-production", region="us-east-1"),),
    )
    entry = Entry(scope=VARIANT, status="checked", reason="1 rule examined 1 resource.")
    empty: Any = {key: {} for key in ("provenance", "manifest", "rules", "withheld", "account_ids")}
    lists: Any = dict.fromkeys(("theorems", "findings", "acknowledged", "excepted", "not_evaluated"), ())
    controls = (ControlEntries(id="LZ-IAM-12", entries=(entry,)),)
    return Ledger(organization="o", controls=controls, variants=(scope,), **(empty | lists | rows))


@pytest.mark.parametrize(
    ("day", "excepted"), [("2026-11-15", 0), ("2026-11-16", 1), ("2027-11-16", 1), ("2027-11-17", 0)]
)
def test_a_finding_is_excepted_from_the_day_of_approval_to_the_last_and_open_on_every_other(
    day: str, excepted: int
) -> None:
    stored = ledger(excepted=(finding(excepted_citations=["164.312(a)(2)(iii)"], whole=True, exceptions=[]),))
    found = on_day(stored, MANIFEST, date.fromisoformat(day))
    assert (len(found.excepted), len(found.findings)) == (excepted, 1 - excepted)


def test_what_a_narrow_exception_leaves_is_whole_again_after_its_end() -> None:
    wider = finding(control="LZ-NET-09", resource="Listener")
    left = wider | {"citations": ["164.312(e)(1)"], "message": "Sessions have no end. (Excepted for ...)"}
    row = wider | {"excepted_citations": ["164.312(e)(2)(ii)"], "whole": False, "exceptions": []}
    (found,) = on_day(ledger(excepted=(row,), findings=(left,)), MANIFEST, date(2028, 1, 1)).findings
    assert (found["message"], found["citations"]) == (wider["message"], wider["citations"])


@pytest.mark.parametrize(("day", "status"), [("2027-01-31", "checked"), ("2027-02-01", "failed")])
def test_an_acknowledged_finding_fails_its_control_after_the_last_day(day: str, status: str) -> None:
    said = {"reason": "-", "source": "manifest", "owner": "security", "expires": "2027-01-31"}
    found = on_day(ledger(acknowledged=(finding() | said,)), clinic_manifest(), date.fromisoformat(day))
    (entry,) = found.controls[0].entries
    assert entry.status == status
    assert (len(found.acknowledged), len(found.findings)) == ((1, 0) if status == "checked" else (0, 1))


def clinic_manifest() -> Manifest:
    """One without exceptions."""
    return Manifest.model_validate_json(json.dumps(clinic()))
