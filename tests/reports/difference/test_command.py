"""`hlz diff`: worse and better in terms of controls, guardrails, theorems and paths; equal changes once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from landing_zone.assurance.ledger.model import ControlEntries, Entry, Evidence, Ledger, Status
from landing_zone.fault import InputError
from landing_zone.outcome import FINDINGS, GOOD, Outcome
from landing_zone.reports.difference.assurance import control_changes, guardrail_changes, path_changes, theorem_changes
from landing_zone.reports.difference.command import diff_command
from tests.assurance.arrange import Json, document, resource
from tests.reports.arrange import STORES, assembly

KEY = resource("AWS::KMS::Key", {"EnableKeyRotation": True}, DeletionPolicy="Retain")


def ledger(status: Status = "checked", *targets: str, id: str = "LZ-KMS-02") -> Ledger:
    held = (Evidence(kind="guardrail", id="trail-stays", targets=targets),) if targets else ()
    entry = Entry(scope="organization", status=status, reason="", evidence=held)
    empty: dict[str, Any] = {key: {} for key in ("provenance", "manifest", "rules", "withheld", "account_ids")}
    lists: dict[str, Any] = dict.fromkeys(
        ("variants", "theorems", "findings", "acknowledged", "excepted", "not_evaluated"), ()
    )
    return Ledger(organization="o", controls=(ControlEntries(id=id, entries=(entry,)),), **empty, **lists)


def templates(folder: Path, **files: Json) -> Path:
    folder.mkdir()
    for name, content in files.items():
        (folder / f"{name}.template.json").write_text(json.dumps(content))
    return folder


def run(before: Path, after: Path) -> Outcome:
    return diff_command(before, after, brief=False)


def test_a_control_that_got_worse_is_high_and_one_that_got_better_good() -> None:
    (worse,) = control_changes(ledger("checked"), ledger("not evaluated"))
    (better,) = control_changes(ledger("failed"), ledger("proved"))
    assert (worse.severity, better.severity) == ("high", "good")
    assert (worse.details["before"], worse.details["after"]) == ("checked", "not evaluated")


def test_a_control_that_left_the_catalogue_is_high() -> None:
    changes = control_changes(ledger(), ledger(id="LZ-NEW-01"))
    assert {change.id: change.severity for change in changes} == {"LZ-KMS-02": "high", "LZ-NEW-01": "good"}


def test_a_guardrail_that_lost_a_target_is_high_whatever_it_gained() -> None:
    (change,) = guardrail_changes(ledger("checked", "phi", "root"), ledger("checked", "root", "sandbox"))
    assert (change.severity, change.details) == ("high", {"lost": ["phi"], "gained": ["sandbox"]})


@pytest.mark.parametrize(
    ("before", "after", "severity"),
    [
        ("PROVED", "REFUTED", "critical"),
        ("PROVED", "UNKNOWN", "high"),
        ("PROVED", None, "medium"),
        (None, "UNKNOWN", "medium"),
        ("UNKNOWN", "PROVED", "good"),
    ],
)
def test_a_theorem_is_as_bad_as_what_is_no_longer_known(before: str | None, after: str | None, severity: str) -> None:
    sides = ({"results": [{"id": "t", "verdict": verdict}] if verdict else []} for verdict in (before, after))
    (change,) = theorem_changes(*sides)
    assert change.severity == severity


def test_a_new_path_is_high_where_it_touches_phi_or_the_outside() -> None:
    changes = path_changes({"a → b": True}, {"a → b": False, "a → c": True, "internet → a": True})
    assert {change.id: change.severity for change in changes} == {
        "a → b": "high",
        "a → c": "medium",
        "internet → a": "high",
    }


def test_the_same_change_in_several_stacks_is_one_with_their_names(tmp_path: Path) -> None:
    open_key = resource("AWS::KMS::Key", {"EnableKeyRotation": False}, DeletionPolicy="Retain")
    old, new = document(Key=KEY), document(Key=open_key)
    outcome = run(templates(tmp_path / "a", x=old, y=old), templates(tmp_path / "b", x=new, y=new))
    changes = outcome.document["changes"]
    found = [change for change in changes if change["kind"] == "finding"]
    assert [(change["id"], change["severity"], len(change["stacks"])) for change in found] == [
        ("HLZ-KMS-001", "high", 2)
    ]
    assert outcome.code == FINDINGS
    assert outcome.document["worst"] == "high"


def test_what_is_mended_is_good_and_ends_with_0(tmp_path: Path) -> None:
    open_key = resource("AWS::KMS::Key", {"EnableKeyRotation": False}, DeletionPolicy="Retain")
    outcome = run(templates(tmp_path / "a", x=document(Key=open_key)), templates(tmp_path / "b", x=document(Key=KEY)))
    assert outcome.code == GOOD
    assert [change["severity"] for change in outcome.document["changes"] if change["kind"] == "finding"] == ["good"]


def test_two_equal_assemblies_differ_in_nothing(tmp_path: Path) -> None:
    folder = assembly(tmp_path)
    outcome = run(folder, folder)
    assert (outcome.code, outcome.document["changes"], outcome.text) == (GOOD, [], "Nothing changes.")


def test_in_two_assemblies_of_ours_an_acknowledged_finding_is_not_new(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    more = {**STORES, "Second": resource("AWS::KMS::Key", {"EnableKeyRotation": False})}
    changes = run(assembly(tmp_path / "a"), assembly(tmp_path / "b", more)).document["changes"]
    assert {change["id"] for change in changes if change["kind"] == "resource"} == {"Second"}
    assert [change for change in changes if change["kind"] == "finding"] == []


def test_a_folder_without_templates_or_no_folder_is_bad_input(tmp_path: Path) -> None:
    some = templates(tmp_path / "a", x=document(Key=KEY))
    (tmp_path / "empty").mkdir()
    for other in (tmp_path / "empty", tmp_path / "nowhere"):
        with pytest.raises(InputError):
            run(some, other)
        with pytest.raises(InputError):
            run(other, some)


def test_an_assembly_that_was_changed_is_refused(tmp_path: Path) -> None:
    folder = assembly(tmp_path)
    (folder / "ledger.json").write_text("{}")
    with pytest.raises(InputError, match="is not what was synthesized"):
        run(folder, folder)


def test_assemblies_of_which_everything_is_withheld_are_compared_by_their_ledgers(tmp_path: Path) -> None:
    folder = assembly(tmp_path)
    index = json.loads((folder / "landing-zone.json").read_bytes())
    (folder / "landing-zone.json").write_text(json.dumps(index | {"deployments": {}}))
    outcome = run(folder, folder)
    assert (outcome.code, outcome.text) == (GOOD, "Nothing changes.")
