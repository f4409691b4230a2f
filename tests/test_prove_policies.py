"""`hlz prove` over a folder of policies: what it prints, writes, replays and refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from landing_zone.proof.guardrails import prove
from landing_zone.proof.guardrails.theorems import load_theorems
from tests.arrangement import files_in
from tests.manifest.arrange import Ended, hlz
from tests.policy_folder_arrange import NOT_ASSUMED, TRAIL, Json, written_folder
from tests.proof.network.templates import resource, vpc

KEYS = {"id", "kind", "verdict", "theorem", "basis", "assumptions", "witness", "reason"}
"""What the contract of `prove --json` promises of a result."""
ID = "trail-cannot-be-stopped"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """One Deny: of what it keeps the proof is short, and of everything else there is a refutation or a gap."""
    return written_folder(tmp_path / "policies")


@pytest.fixture
def one_theorem(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the theorem about trails is asked, so that a run is short."""
    asked = tuple(theorem for theorem in load_theorems() if theorem.id == ID)
    monkeypatch.setattr(prove, "load_theorems", lambda: asked)


@pytest.fixture
def certificates(folder: Path, tmp_path: Path, one_theorem: None) -> Path:
    assert hlz("prove", "--policies", folder, "-o", tmp_path / "out").code == 0
    return tmp_path / "out"


def document(ended: Ended) -> Json:
    found: Json = json.loads(ended.out)
    return found


def errors(ended: Ended) -> list[Json]:
    assert ended.code == 2
    found: list[Json] = document(ended)["errors"]
    return found


def texts(content: Any) -> Iterator[str]:
    if isinstance(content, dict | list):
        for part in content.values() if isinstance(content, dict) else content:
            yield from texts(part)
    elif isinstance(content, str):
        yield content


def test_every_row_keeps_the_contract_whatever_its_kind(folder: Path, tmp_path: Path) -> None:
    templates = tmp_path / "templates"
    templates.mkdir()
    content = {"Resources": {"Vpc": vpc(segment="phi"), "Gateway": resource("EC2::InternetGateway")}}
    (templates / "net.json").write_text(json.dumps(content), encoding="utf-8")
    ended = hlz("prove", "--policies", folder, "--network", templates, "--json")
    found = document(ended)
    assert (ended.code, ended.err) == (1, "")
    assert {row["kind"] for row in found["results"]} == {"guardrail", "network", "liveness", "closure"}
    assert {row["verdict"] for row in found["results"]} == {"PROVED", "REFUTED", "UNKNOWN"}
    for row in found["results"]:
        assert row.keys() >= KEYS
        assert row["verdict"] != "UNKNOWN" or row["reason"]
        assert row["verdict"] != "PROVED" or row["assumptions"]
    theorems = {one.id for one in load_theorems()}
    assert {row["id"] for row in found["results"] if row["kind"] == "guardrail"} == theorems
    assert found["guardrails"]["theorems"].keys() == theorems
    assert [text for text in texts(found) if "compliant" in text.lower()] == []


def test_what_is_proved_is_proved_under_assumptions_from_these_policies_with_a_dated_catalogue(
    folder: Path, one_theorem: None
) -> None:
    ended = hlz("prove", "--policies", folder)
    assert ended.code == 0
    assert ended.out.splitlines()[0].startswith(f"PROVED   {ID}  nobody stops")
    assert "Proved of the guardrails under these assumptions (--explain ID shows those of one theorem):" in ended.out
    *_, totals, provenance = ended.out.splitlines()
    assert totals.endswith(" PROVED, 0 REFUTED, 0 UNKNOWN; 1 policy over 1 account.")
    assert provenance.startswith("From the policies of this folder (sha256 ")
    assert provenance.endswith("; 1 certificates, each replayed by the checker.")


def test_quiet_leaves_assumptions_out(folder: Path, one_theorem: None) -> None:
    said = hlz("prove", "-q", "--policies", folder).out
    assert said.startswith(f"PROVED   {ID}")
    assert "under these assumptions" not in said


def test_an_explanation_says_of_whom_what_for_and_on_what_it_rests(folder: Path, one_theorem: None) -> None:
    lines = hlz("prove", "--policies", folder, "--explain", ID).out.splitlines()
    assert lines[0] == f"PROVED  {ID}"
    starts = ("Theorem: ", "Of whom: ", "Basis: ", "Citations: 164.312(b)", "Limits: ", "Assumption A1: ")
    for start in starts:
        assert [line for line in lines if line.startswith(start)], start
    assert "Statements used: deny/TrailsStay" in lines
    assert "Not proved without any one of: deny/TrailsStay" in lines
    assert lines[-1].startswith("Proved under assumptions A1..A6, from the policies of this folder (sha256 ")


@pytest.mark.parametrize(
    ("id", "message", "hint"),
    [
        ("trail-cannot-be-stoped", "no such theorem", "did you mean 'trail-cannot-be-stopped'?"),
        (
            "exemptions-closed:arn:aws:iam::*:role/pipelin",
            "no such theorem",
            "did you mean 'exemptions-closed:arn:aws:iam::*:role/pipeline'?",
        ),
        ("internet-never-reaches-phi", "is about networks, not guardrails", "add --network DIR"),
    ],
)
def test_what_is_not_asked_here_cannot_be_explained(folder: Path, id: str, message: str, hint: str) -> None:
    (error,) = errors(hlz("prove", "--policies", folder, "--explain", id, "--json"))
    assert message in error["message"]
    assert error["hint"] == hint


def test_a_theorem_about_guardrails_is_not_asked_of_templates(tmp_path: Path) -> None:
    (error,) = errors(hlz("prove", "--network", tmp_path, "--explain", ID, "--json"))
    assert error["message"] == f"--explain {ID}: is about guardrails, not networks"


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--network", "."), "--verify is about guardrails, --network about networks"),
        (("--explain", ID), "--verify proves nothing anew, so --explain has nothing to show"),
        (("-o", "out"), "--verify proves nothing anew, so --output has nothing to show"),
    ],
)
def test_replaying_goes_with_nothing_that_proves(folder: Path, more: tuple[str, str], message: str) -> None:
    (error,) = errors(hlz("prove", "--policies", folder, "--verify", folder, *more, "--json"))
    assert error["message"] == message


def test_a_folder_that_is_not_there_is_bad_input_and_so_is_an_output_that_is_a_file(
    folder: Path, tmp_path: Path
) -> None:
    (error,) = errors(hlz("prove", "--policies", tmp_path / "nowhere", "--json"))
    assert error["file"] == str(tmp_path / "nowhere" / "attachments.yaml")
    taken = tmp_path / "taken"
    taken.write_text("mine", encoding="utf-8")
    (error,) = errors(hlz("prove", "--policies", folder, "-o", taken, "--json"))
    assert (error["file"], error["message"]) == (str(taken), "is no folder")
    assert taken.read_text(encoding="utf-8") == "mine"


def test_the_same_policies_leave_the_same_bytes(certificates: Path, folder: Path, tmp_path: Path) -> None:
    ended = hlz("prove", "--policies", folder, "-o", tmp_path / "again", "--json")
    assert files_in(tmp_path / "again") == files_in(certificates)
    assert set(files_in(certificates)) == {"proofs.json", f"certificates/{ID}.json"}
    assert document(ended) == json.loads((certificates / "proofs.json").read_text(encoding="utf-8"))


def test_verdicts_about_networks_are_written_too_and_have_no_certificates(tmp_path: Path) -> None:
    templates = tmp_path / "net.json"
    templates.write_text(json.dumps({"Resources": {"Vpc": vpc(segment="phi")}}), encoding="utf-8")
    ended = hlz("prove", "--network", templates, "-o", tmp_path / "out", "--json")
    assert files_in(tmp_path / "out").keys() == {"proofs.json"}
    assert document(ended) == json.loads((tmp_path / "out/proofs.json").read_text(encoding="utf-8"))


def test_a_certificate_of_what_is_proved_no_more_goes_and_other_peoples_files_stay(
    certificates: Path, tmp_path: Path
) -> None:
    theirs = certificates / "certificates" / "theirs.json"
    theirs.write_text("{}", encoding="utf-8")
    weaker = written_folder(tmp_path / "weaker", NOT_ASSUMED)
    assert hlz("prove", "--policies", weaker, "-o", certificates).code == 1
    assert set(files_in(certificates)) == {"proofs.json", "certificates/theirs.json"}


def test_certificates_are_replayed_against_the_policies(certificates: Path, folder: Path, tmp_path: Path) -> None:
    for where in (certificates, certificates / "certificates", certificates / f"certificates/{ID}.json"):
        ended = hlz("prove", "--policies", folder, "--verify", where)
        assert ended.code == 0
        assert ended.out.splitlines() == [
            f"ACCEPTED  {ID}",
            "",
            "1 of 1 certificates prove their theorem of these policies.",
        ]
    other = written_folder(tmp_path / "other", {**TRAIL, "Action": TRAIL["Action"][1:]})
    ended = hlz("prove", "--policies", other, "--verify", certificates, "--json")
    (row,) = document(ended)["certificates"]
    assert (ended.code, row["theorem"]) == (1, ID)
    assert row["problems"] == ["it was written for other policies, values or theorems"]


def _without_cases(certificate: Json) -> None:
    certificate["questions"][0]["proofs"][0]["case"]["cases"] = []


def _without_proofs(certificate: Json) -> None:
    certificate["questions"][0]["proofs"] = []


def _of_nothing(certificate: Json) -> None:
    certificate["theorem"] = "no-such-theorem"


def _of_no_question(certificate: Json) -> None:
    certificate["questions"] = []


@pytest.mark.parametrize("tampered", [_without_cases, _without_proofs, _of_nothing, _of_no_question])
def test_a_certificate_that_was_tampered_with_is_refused(certificates: Path, folder: Path, tampered: Any) -> None:
    file = certificates / "certificates" / f"{ID}.json"
    certificate = json.loads(file.read_text(encoding="utf-8"))
    tampered(certificate)
    file.write_text(json.dumps(certificate), encoding="utf-8")
    ended = hlz("prove", "--policies", folder, "--verify", certificates)
    assert (ended.code, ended.out) == (1, "")
    assert ended.err.startswith(f"REFUSED   {certificate['theorem']}: ")
    assert "\n0 of " in ended.err


@pytest.mark.parametrize("text", ["[]", "{}", '{"theorem": 5, "questions": {}}', "null"])
def test_json_that_is_no_certificate_is_refused(folder: Path, tmp_path: Path, text: str) -> None:
    (tmp_path / "some.json").write_text(text, encoding="utf-8")
    ended = hlz("prove", "--policies", folder, "--verify", tmp_path / "some.json", "--json")
    (row,) = document(ended)["certificates"]
    assert (ended.code, row["problems"]) == (1, ["it is no certificate"])


def test_what_is_no_json_or_not_there_is_bad_input(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "broken.json"
    file.write_text('{"theorem": "a",\n "questions": [}', encoding="utf-8")
    (error,) = errors(hlz("prove", "--policies", folder, "--verify", file, "--json"))
    assert (error["file"], error["line"]) == (str(file), 2)
    assert error["message"] == "is no JSON, so it is no certificate"
    (error,) = errors(hlz("prove", "--policies", folder, "--verify", tmp_path / "nowhere", "--json"))
    assert error["file"] == str(tmp_path / "nowhere")
    (tmp_path / "empty").mkdir()
    (error,) = errors(hlz("prove", "--policies", folder, "--verify", tmp_path / "empty", "--json"))
    assert error["message"] == "holds no certificate"
