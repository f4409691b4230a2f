"""The proposed rule says notes, to those who ask, and to nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.catalogue import Note, proposed_notes
from landing_zone.assurance.catalogue.proposed_rule import LABEL
from landing_zone.manifest.load import parsed_manifest
from tests.manifest.arrange import clinic, text_of

EXCEPTION = {
    "scope": "organization",
    "reason": "The scanner of the laboratory cannot do it",
    "compensating": "It stands in a locked room",
    "owner": "Laboratory",
    "approver": "Security Office",
    "approved": "2026-10-01",
    "expires": "2027-03-01",
}


def notes(**changes: Any) -> list[Note]:
    return list(proposed_notes(parsed_manifest(text_of(clinic(**changes)), "m.yaml").manifest))


def asked(**changes: Any) -> dict[str, str]:
    found = notes(regimes=["hipaa-proposed-2025"], **changes)
    assert all(note.severity == "note" and note.message.startswith(f"{LABEL}, {note.proposal}: ") for note in found)
    return {".".join(map(str, note.path)): note.proposal for note in found}


def test_nothing_is_said_to_those_who_do_not_ask() -> None:
    assert notes(backup={"enabled": False}, regimes=["texas-sb1188"]) == []


@pytest.mark.parametrize(
    ("changes", "path", "proposal"),
    [
        ({"backup": {"enabled": False}}, "backup.enabled", "nprm:164.312(i)(1)"),
        ({"backup": {"restore_testing": False}}, "backup.restore_testing", "nprm:164.312(i)(2)(iv)"),
        ({"detection": {"inspector": False}}, "detection.inspector", "nprm:164.312(h)(2)(i)"),
        ({"identity": {"source": "external"}}, "identity.source", "nprm:164.312(f)(2)(ii)"),
        (
            {"backup": {"plans": {"standard": {}, "weekly": {"frequency_hours": 49}}}},
            "backup.plans.weekly.frequency_hours",
            "nprm:164.312(i)(2)",
        ),
        (
            {"recovery": {"tiers": {"backup-restore": {"rto_minutes": 4321, "rpo_minutes": 60}}}},
            "recovery.tiers.backup-restore.rto_minutes",
            "nprm:164.308(a)(13)",
        ),
        ({"exceptions": [EXCEPTION | {"control": "LZ-STO-01"}]}, "exceptions.0.control", "nprm:164.312(b)(2)"),
    ],
)
def test_what_would_not_do_is_a_note_at_its_place(changes: dict[str, Any], path: str, proposal: str) -> None:
    before = asked()
    assert path not in before
    assert asked(**changes) == before | {path: proposal}


def test_the_limit_itself_would_do() -> None:
    assert asked(backup={"plans": {"standard": {"frequency_hours": 48}}}) == asked()
    assert asked(exceptions=[EXCEPTION | {"control": "LZ-AVL-01"}]) == asked()


def test_accounts_that_hold_phi_would_need_a_recovery_tier_and_others_none() -> None:
    accounts = [
        {"name": "ehr", "ou": "phi/production", "owner": "clinical", "data": "phi"},
        {"name": "web", "ou": "nonphi", "owner": "web", "data": "none"},
    ]
    assert asked(accounts=accounts) == {"accounts.0.recovery": "nprm:164.308(a)(13)"}
