"""`hlz guardrails`: a table for people, JSON for machines, one account explained, policies as files."""

from __future__ import annotations

import json
import os
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from benchmarks.guardrails import measure, write_manifest
from landing_zone.manifest.load import load_manifest
from landing_zone.plan.guardrail_notes import guardrail_notes
from landing_zone.plan.guardrails import compiled_guardrails
from landing_zone.plan.lock import Lock
from landing_zone.policy_data import ROOT
from tests.guardrails.arrange import guardrail, statement, written
from tests.manifest.arrange import clinic, hlz, text_of

EXAMPLE = ROOT / "examples" / "regional-health-system.yaml"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    path = tmp_path / "landing-zone.yaml"
    path.write_text(text_of(clinic()), encoding="utf-8")
    return path


def document(path: Path, *flags: str) -> dict[str, Any]:
    ended = hlz("guardrails", "--json", "-m", path, *flags)
    assert (ended.code, ended.err) == (0, ""), ended
    found: dict[str, Any] = json.loads(ended.out)
    return found


def test_the_document_says_what_is_attached_where_and_what_is_left(manifest: Path) -> None:
    found = document(manifest)
    assert set(found) == {"policies", "targets", "guardrails", "notes"}
    policy = next(row for row in found["policies"] if row["name"] == "hlz-scp-phi-1")
    assert set(policy) == {"name", "type", "targets", "characters", "limit", "guardrails", "content"}
    assert (policy["targets"], policy["limit"]) == (["phi"], 5120)
    (root,) = [row for row in found["targets"] if row["target"] == "root"]
    assert (root["profile"], root["accounts"]) == ("foundation", 8)
    (scps,) = [row for row in root["types"] if row["type"] == "SERVICE_CONTROL_POLICY"]
    own = [row for row in found["policies"] if row["type"] == scps["type"] and "root" in row["targets"]]
    assert scps["quota"] == 4
    assert scps["policies"] == len(own)
    assert scps["characters"] == sum(row["characters"] for row in own)
    assert scps["headroom"] == 4 * 5120 - scps["characters"]
    rows = {row["id"]: row for row in found["guardrails"]}
    assert rows["accounts-cannot-leave"]["targets"] == ["root"]
    assert {"id", "title", "type", "profiles", "control", "basis", "invariants", "exempt", "targets"} <= set(
        rows["accounts-cannot-leave"]
    )


def test_the_table_shows_targets_totals_and_notes_and_only_totals_when_quiet(manifest: Path) -> None:
    shown = hlz("guardrails", "-m", manifest).out
    assert shown.splitlines()[0].split() == ["TARGET", "PROFILE", "ACCOUNTS", "TYPE", "POLICIES", "CHARACTERS", "LEFT"]
    assert "guardrails in" in shown
    assert "note: service control policies are packed for 5 of 5,120" in shown
    assert len(hlz("guardrails", "-q", "-m", manifest).out.splitlines()) == 1


def test_an_account_of_the_example_is_explained_in_a_screenful() -> None:
    shown = hlz("guardrails", "-m", EXAMPLE, "--account", "ehr-production").out.splitlines()
    assert len(shown) <= 66
    assert all(len(line) <= 118 for line in shown)
    assert "root (foundation)  phi (phi)  phi/production (phi)" in shown[1]
    found = document(EXAMPLE, "--account", "ehr-production")
    assert (found["account"], found["ou"]) == ("ehr-production", "phi/production")
    assert found["levels"][-1] == {"target": "phi/production", "profile": "phi"}
    row = next(row for row in found["guardrails"] if row["id"] == "accounts-cannot-leave")
    assert row["from"] == "root"
    assert row["policy"].startswith("hlz-scp-foundation-")
    assert row["citations"]
    assert all(row["id"] in "".join(shown) for row in found["guardrails"])


def test_exempt_groups_that_are_empty_here_are_not_shown(manifest: Path) -> None:
    assert not any("control-tower" in row["exempt"] for row in document(manifest)["guardrails"])


def test_the_management_account_is_bound_by_neither_scps_nor_rcps(manifest: Path) -> None:
    types = {row["type"] for row in document(manifest, "--account", "management")["guardrails"]}
    assert types
    assert not types & {"SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY"}
    assert (
        "AWS binds the management account by no service"
        in hlz("guardrails", "-m", manifest, "--account", "management").out
    )


def test_an_unknown_account_is_bad_input_with_the_nearest_name(manifest: Path) -> None:
    ended = hlz("guardrails", "--json", "-m", manifest, "--account", "ehr-prodution")
    assert ended.code == 2
    (error,) = json.loads(ended.out)["errors"]
    assert error["hint"] == "did you mean 'ehr-production'?"


def test_faults_of_guardrails_are_bad_input_for_every_command(tmp_path: Path) -> None:
    written(tmp_path / "own", guardrail(statement=statement(Action="s3:Nope")))
    path = tmp_path / "landing-zone.yaml"
    path.write_text(text_of(clinic(guardrails={"sources": ["own"]})), encoding="utf-8")
    for command in ("validate", "plan", "guardrails"):
        ended = hlz(command, "--json", "-m", path)
        assert ended.code == 2
        (error,) = json.loads(ended.out)["errors"]
        assert (error["key"], error["line"], error["column"]) == ("guardrails[0].statement.Action", 14, 13)


def test_policies_are_written_as_files_and_those_of_an_earlier_run_go(manifest: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out" / "policies"
    assert hlz("guardrails", "-m", manifest, "-o", folder).code == 0
    names = {row["name"] for row in document(manifest)["policies"]}
    written = {path.name: path.read_text() for path in folder.iterdir()}
    assert set(written) == {"attachments.yaml", *(f"{name}.json" for name in names)}
    (folder / "hlz-scp-gone-1.json").write_text("{}")
    assert hlz("guardrails", "-m", manifest, "-o", folder).code == 0
    assert {path.name: path.read_text() for path in folder.iterdir()} == written
    assert sorted(os.listdir(folder.parent)) == ["policies"]


def test_a_folder_with_other_files_is_left_alone(manifest: Path, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "notes.txt").write_text("mine")
    ended = hlz("guardrails", "-m", manifest, "-o", folder)
    assert ended.code == 2
    assert "holds other files (notes.txt)" in ended.err
    assert os.listdir(folder) == ["notes.txt"]


def test_notes_tell_what_is_old_what_is_unused_and_what_is_inherited(tmp_path: Path) -> None:
    units = {"phi": {"organizational_units": {"trial": {"data": "synthetic", "guardrails": "sandbox"}}}}
    sections = {"organizational_units": units, "guardrails": {"profiles": {"nonphi": "foundation"}}}
    path = tmp_path / "landing-zone.yaml"
    path.write_text(text_of(clinic(**sections)), encoding="utf-8")
    loaded = load_manifest(path)
    compiled = compiled_guardrails(loaded, Lock())
    fresh = "\n".join(guardrail_notes(loaded, Lock(), compiled, date(2026, 11, 22)))
    assert "OU 'phi/trial' has the profile 'sandbox'; the guardrails of 'phi' hold there too, from 'phi'" in fresh
    assert "quotas.yaml" not in fresh
    old = "\n".join(guardrail_notes(loaded, Lock(), compiled, date(2027, 3, 1)))
    assert "policies/guardrails/quotas.yaml (quotas of AWS Organizations) is of 2026-11-22, 99 days ago" in old


def test_a_profile_of_ours_that_no_ou_has_is_a_note(tmp_path: Path) -> None:
    path = tmp_path / "landing-zone.yaml"
    path.write_text(text_of(clinic(guardrails={"profiles": {"sandbox": "nonphi"}})), encoding="utf-8")
    notes = document(path)["notes"]
    assert any("no OU has the profile 'sandbox'" in note for note in notes)


def test_no_own_guardrail_leans_on_a_source_that_the_catalogue_contradicts(manifest: Path) -> None:
    assert not any("the action catalogue says" in note for note in document(manifest)["notes"])


def test_eight_hundred_accounts_in_sixty_ous_compile_within_the_measure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HLZ_CACHE_DIR", str(tmp_path / "memory"))
    write_manifest(tmp_path / "landing-zone.yaml", 800, 60)
    found = measure(tmp_path / "landing-zone.yaml")
    assert found["targets"] == 61
    assert found["cpu_s"] <= 2
