"""The record: what it holds, what it does not, and what survives a kill."""

from __future__ import annotations

import json
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from landing_zone.fault import InputError
from landing_zone.operations.settings.execute import Result
from landing_zone.operations.settings.journal import journal_path, open_journal
from landing_zone.operations.settings.steps import Json
from tests.operations.settings.arrange import step

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
EVERYTHING: Json = {"accounts": [], "settings": []}
EBS, SERIAL = step("ebs-encryption-by-default"), step("serial-console")


def write(path: Path, *results: Result, end: bool | None = None, selection: Json = EVERYTHING) -> None:
    with open_journal(path, selection, lambda: NOW) as journal:
        journal.begin("manifest", "table", selection)
        for result in results:
            journal.record(result)
        if end is not None:
            journal.end(complete=end, counts={"failed": 0})


def lines(path: Path) -> list[Json]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def is_done(path: Path, selection: Json = EVERYTHING) -> bool:
    with open_journal(path, selection, lambda: NOW) as journal:
        return journal.is_done(EBS)


def test_it_stands_beside_the_manifest_and_only_its_owner_reads_it(tmp_path: Path) -> None:
    path = journal_path(tmp_path / "clinic.yaml")
    write(path)
    assert path.name == "clinic.settings.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_run_has_a_header_a_line_for_each_step_and_an_end(tmp_path: Path) -> None:
    path = tmp_path / "j"
    write(path, Result(EBS, "applied", False, True, request_ids=("r-1",)), end=True)
    header, line, end = lines(path)
    assert header == {
        "kind": "run",
        "version": 1,
        "started": "2026-11-22T12:00:00+00:00",
        "manifest": "manifest",
        "table": "table",
        "selection": EVERYTHING,
        "resumes": False,
    }
    assert {key: line[key] for key in ("setting", "account", "region", "before", "desired", "after", "status")} == {
        "setting": "ebs-encryption-by-default",
        "account": "shared-services",
        "region": "us-east-1",
        "before": False,
        "desired": True,
        "after": True,
        "status": "applied",
    }
    assert (line["request_ids"], line["digest"]) == (["r-1"], EBS.digest)
    assert (end["kind"], end["complete"], end["counts"]) == ("end", True, {"failed": 0})


def test_it_only_grows(tmp_path: Path) -> None:
    path = tmp_path / "j"
    write(path, end=True)
    before = path.read_bytes()
    write(path, Result(EBS, "unchanged", True, True), end=True)
    assert path.read_bytes().startswith(before)


def test_contacts_are_recorded_as_digests(tmp_path: Path) -> None:
    path, contact = tmp_path / "j", step("alternate-contacts", item="SECURITY")
    with open_journal(path, EVERYTHING, lambda: NOW) as journal:
        journal.announce(contact, contact.desired)
        journal.record(Result(contact, "applied", None, contact.desired))
    text = path.read_text()
    assert "riverside" not in text
    assert "555" not in text
    announced, applied = lines(path)
    assert announced["before"]["EmailAddress"].startswith("sha256:")
    assert applied["desired"] == applied["after"]
    assert applied["before"] is None


def test_what_an_unfinished_run_did_is_done_and_what_a_finished_one_did_is_not(tmp_path: Path) -> None:
    unfinished, finished = tmp_path / "u", tmp_path / "f"
    write(unfinished, Result(EBS, "applied", False, True), Result(SERIAL, "failed"), end=False)
    write(finished, Result(EBS, "applied", False, True), end=True)
    assert (is_done(unfinished), is_done(finished)) == (True, False)


def test_unfinished_runs_add_up(tmp_path: Path) -> None:
    path = tmp_path / "j"
    write(path, Result(EBS, "unchanged", True, True), end=False)
    write(path, Result(SERIAL, "failed"), end=False)
    assert lines(path)[3]["resumes"] is True
    assert is_done(path)
    write(path, Result(SERIAL, "applied"), end=True)
    assert not is_done(path)


@pytest.mark.parametrize("status", ["failed", "unknown", "skipped"])
def test_what_is_not_as_desired_is_not_done(tmp_path: Path, status: Any) -> None:
    path = tmp_path / "j"
    write(path, Result(EBS, "applied", False, True), Result(EBS, status), end=False)
    assert not is_done(path)


def test_what_was_announced_and_not_recorded_is_not_done(tmp_path: Path) -> None:
    path = tmp_path / "j"
    with open_journal(path, EVERYTHING, lambda: NOW) as journal:
        journal.begin("m", "t", EVERYTHING)
        journal.record(Result(EBS, "unchanged", True, True))
        journal.announce(EBS, True)
    assert not is_done(path)


def test_a_run_limited_to_something_else_is_not_resumed(tmp_path: Path) -> None:
    path, limited = tmp_path / "j", {"accounts": ["backup"], "settings": []}
    write(path, Result(EBS, "applied", False, True), end=False)
    write(path, end=True, selection=limited)
    assert is_done(path)
    assert not is_done(path, limited)


def test_the_torn_line_of_a_killed_run_is_passed_over_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "j"
    write(path, Result(EBS, "applied", False, True), Result(SERIAL, "applied", True, False))
    whole = path.read_bytes()
    path.write_bytes(whole[:-30])  # killed while it wrote
    assert is_done(path)
    assert path.read_bytes() == whole[:-30]
    write(path)
    assert path.read_bytes().startswith(whole[:-30] + b"\n{")
    path.write_bytes(path.read_bytes()[:-30])  # and again, in its header
    assert is_done(path)
    write(path, end=True)
    assert not is_done(path)


@pytest.mark.parametrize(
    ("content", "line"),
    [
        (b"not json\n", 1),
        (b'{"kind": "run"}\n', 1),
        (b"[]\n", 1),
        (b'{"kind": "other"}\n', 1),
        (b"torn\ntorn\n", 1),
        (b"\xff\xfe\n", 1),
    ],
)
def test_a_journal_that_is_none_is_a_fault_with_its_line_and_is_not_touched(
    tmp_path: Path, content: bytes, line: int
) -> None:
    path = tmp_path / "j"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        is_done(path)
    (fault,) = caught.value.faults
    assert (fault.line, fault.message) == (line, "is no line of a settings journal")
    assert path.read_bytes() == content


def test_damage_in_the_middle_of_a_run_is_a_fault(tmp_path: Path) -> None:
    path = tmp_path / "j"
    write(path, Result(EBS, "applied", False, True), Result(SERIAL, "applied"), end=False)
    rows = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([rows[0], rows[1][:40] + b"\n", *rows[2:]]))
    with pytest.raises(InputError) as caught:
        is_done(path)
    assert [fault.line for fault in caught.value.faults] == [2]


def test_two_runs_at_once_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "j"
    running = pytest.raises(InputError, match="another `hlz settings --apply` is running")
    with open_journal(path, EVERYTHING, lambda: NOW), running:
        is_done(path)
    assert not is_done(path)


@pytest.mark.parametrize("name", ["missing/j", "."])
def test_a_journal_that_cannot_be_written_is_one_fault(tmp_path: Path, name: str) -> None:
    with pytest.raises(InputError, match="the journal cannot be used"):
        is_done(tmp_path / name)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "j").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InputError, match="cannot be used"):
        is_done(tmp_path / "j")
    assert not (tmp_path / "elsewhere").exists()
