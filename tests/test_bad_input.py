"""Bad input through the command line: exit code 2, one document, no traceback, nothing written; for every command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from landing_zone.plan.lock import lock_path
from tests.arrangement import ROOT, environment
from tests.manifest.arrange import Ended, changed, clinic, hlz, text_of, without

BAD_FILES: dict[str, Callable[[Path], object]] = {
    "empty": lambda path: path.write_bytes(b""),
    "comments only": lambda path: path.write_text("# nothing\n"),
    "binary": lambda path: path.write_bytes(bytes(range(256)) * 8),
    "latin-1": lambda path: path.write_bytes("name: Zürich\n".encode("latin-1")),
    "utf-16": lambda path: path.write_text(text_of(clinic()), encoding="utf-16"),
    "too large": lambda path: path.write_bytes(b"# " + b"x" * 5_000_001),
    "too many values": lambda path: path.write_text("a: [" + "x, " * 50_001 + "]\n"),
    "alias bomb": lambda path: path.write_text(
        "a: &a [x,x,x,x,x,x,x,x,x]\n"
        + "".join(f"{n}: &{n} [{','.join([f'*{p}'] * 9)}]\n" for p, n in zip("abcdefg", "bcdefgh", strict=True))
    ),
    "too deep": lambda path: path.write_text("[" * 100_000),
    "python tag": lambda path: path.write_text("a: !!python/object/apply:os.system [touch owned]\n"),
    "duplicate key": lambda path: path.write_text("version: 1\nversion: 1\n"),
    "tab": lambda path: path.write_text("organization:\n\tname: x\n"),
    "two documents": lambda path: path.write_text("a: 1\n---\nb: 2\n"),
    "syntax": lambda path: path.write_text("organization: {name: x\n"),
    "not a mapping": lambda path: path.write_text("- a\n- b\n"),
    "unknown key": lambda path: path.write_text(text_of(clinic(regoins={}))),
    "missing key": lambda path: path.write_text(text_of(without(clinic(), ("regions",)))),
    "wrong type": lambda path: path.write_text(text_of(clinic(accounts="all"))),
    "unknown OU": lambda path: path.write_text(text_of(changed(clinic(), (("accounts", 0, "ou"), "ph")))),
    "public pool": lambda path: path.write_text(
        text_of(changed(clinic(), (("network", "pools", "us-east-1"), "0.0.0.0/0")))
    ),
    "exhausted pool": lambda path: path.write_text(
        text_of(changed(clinic(), (("network", "pools", "us-east-1"), "10.0.0.0/24")))
    ),
    "missing file": lambda path: None,
    "folder": lambda path: path.mkdir(),
    "pipe": os.mkfifo,
    "device": lambda path: path.symlink_to("/dev/zero"),
    "link to nothing": lambda path: path.symlink_to("nowhere"),
    "bad lock": lambda path: (path.write_text(text_of(clinic())), lock_path(path).write_text("version: 2\n")),
    "lock that contradicts": lambda path: (
        path.write_text(text_of(clinic())),
        lock_path(path).write_text("networks: {us-east-1: {ehr-training: {cidr: 172.16.0.0/22, layout: v1}}}\n"),
    ),
}
COMMANDS = {
    "validate": ("validate",),
    "plan": ("plan",),
    "plan --write": ("plan", "--write"),
    "plan -q": ("plan", "-q"),
}


def listing(folder: Path) -> list[str]:
    return sorted(str(entry.relative_to(folder)) for entry in folder.rglob("*"))


def assert_one_errors_document(ended: Ended) -> list[dict[str, Any]]:
    assert ended.code == 2, ended
    assert ended.err == ""
    document = json.loads(ended.out)
    assert list(document) == ["valid", "errors"]
    assert document["valid"] is False
    rows: list[dict[str, Any]] = document["errors"]
    assert rows
    for row in rows:
        assert list(row) == ["file", "line", "column", "key", "message", "hint"]
        assert row["message"]
        assert row["line"] >= 1
        assert row["column"] >= 1
    return rows


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_ends_with_2_one_fault_and_nothing_written(tmp_path: Path, kind: str, command: str) -> None:
    path = tmp_path / "landing-zone.yaml"
    BAD_FILES[kind](path)
    before = listing(tmp_path)
    rows = assert_one_errors_document(hlz(*COMMANDS[command], "--json", "-m", path))
    assert len(rows) == 1
    assert rows[0]["file"] in (str(path), str(lock_path(path)))
    ended = hlz(*COMMANDS[command], "-m", path)
    assert (ended.code, ended.out) == (2, "")
    assert len(ended.err.splitlines()) == 1
    assert ended.err.startswith(f"{rows[0]['file']}:{rows[0]['line']}:{rows[0]['column']}: ")
    assert "Traceback" not in ended.err
    assert listing(tmp_path) == before


def run(*arguments: str | os.PathLike[str] | bytes, cwd: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """`hlz` in a process of its own, with an empty home."""
    command = [sys.executable, "-m", "landing_zone", *arguments]
    streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.run(
        command, cwd=cwd, env=environment(cwd / "home"), text=True, timeout=60, check=False, **streams
    )


@pytest.mark.parametrize("command", ["synth", "check"])
@pytest.mark.parametrize("kind", ["missing file", "unknown OU", "bad lock"])
def test_commands_that_start_the_app_end_alike_and_start_no_node(tmp_path: Path, kind: str, command: str) -> None:
    path = tmp_path / "landing-zone.yaml"
    BAD_FILES[kind](path)
    before = listing(tmp_path)
    ended = run(command, "--json", "-m", path, cwd=tmp_path)
    assert len(assert_one_errors_document(Ended(ended.returncode, ended.stdout, ended.stderr))) == 1
    assert listing(tmp_path) == before


def test_synth_without_a_lock_says_what_to_run(tmp_path: Path) -> None:
    path = tmp_path / "landing-zone.yaml"
    path.write_text(text_of(clinic()))
    ended = run("synth", "--json", "-m", path, cwd=tmp_path)
    rows = assert_one_errors_document(Ended(ended.returncode, ended.stdout, ended.stderr))
    assert rows[0]["hint"] == f"run `hlz plan --write -m {path}`"


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ((), "a command is missing"),
        (("bogus",), "No such command 'bogus'"),
        (("--bogus",), "No such option: --bogus"),
        (("validate", "--bogus"), "No such option: --bogus"),
        (("validate", "extra"), "unexpected extra argument"),
        (("validate", "-m"), "requires an argument"),
        (("plan", "--release"), "requires an argument"),
        (("synth", "-o"), "requires an argument"),
    ],
)
def test_wrong_usage_is_one_fault_and_says_where_help_is(arguments: tuple[str, ...], part: str) -> None:
    if arguments:
        rows = assert_one_errors_document(hlz(arguments[0], "--json", *arguments[1:]))
        assert len(rows) == 1
        assert part in rows[0]["message"] or "--json" in rows[0]["message"]
        assert rows[0]["hint"] == "see hlz --help"
    ended = hlz(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert part in ended.err or (not arguments and "Commands:" in ended.err)


def test_help_is_good_news() -> None:
    for arguments in (("--help",), ("validate", "--help"), ("init", "--help")):
        ended = hlz(*arguments)
        assert (ended.code, ended.err) == (0, "")
        assert "Usage: hlz" in ended.out


def test_an_internal_error_is_exit_3_with_a_report_and_no_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_: Path) -> None:
        raise RuntimeError("out of coffee")

    monkeypatch.setattr("landing_zone.commands.load_manifest", broken)
    ended = hlz("validate", "-m", tmp_path / "x.yaml")
    assert (ended.code, ended.out) == (3, "")
    assert "RuntimeError: out of coffee" in ended.err
    assert "Traceback" not in ended.err
    document = json.loads(hlz("validate", "--json", "-m", tmp_path / "x.yaml").out)
    assert document["report_id"] in document["report"]
    assert "out of coffee" in Path(document["report"]).read_text()
    debugged = hlz("validate", "--debug", "-m", tmp_path / "x.yaml")
    assert debugged.code == 3
    assert "Traceback" in debugged.err


def test_a_file_name_that_is_no_text_is_shown_and_the_document_stays_json(tmp_path: Path) -> None:
    ended = run("validate", "--json", "-m", os.fsencode(tmp_path) + b"/caf\xe9.yaml", cwd=tmp_path)
    rows = assert_one_errors_document(Ended(ended.returncode, ended.stdout, ended.stderr))
    assert rows[0]["file"].endswith("caf\udce9.yaml")


def test_output_that_cannot_be_written_or_is_closed_ends_without_a_traceback(tmp_path: Path) -> None:
    path = tmp_path / "landing-zone.yaml"
    path.write_text(text_of(clinic()))
    with Path("/dev/full").open("w") as full:
        ended = run("plan", "--json", "-m", path, cwd=tmp_path, stdout=full)
    assert (ended.returncode, ended.stderr) == (2, "standard output cannot be written: no space left on device\n")
    reader, writer = os.pipe()
    os.close(reader)
    ended = run("plan", "--json", "-m", tmp_path / "nothing.yaml", cwd=tmp_path, stdout=writer)
    os.close(writer)
    assert (ended.returncode, ended.stderr) == (2, "")


@pytest.mark.parametrize(("closed", "code"), [("<&-", 2), (">&-", 0), ("2>&-", 0), ("<&- >&- 2>&-", 0)])
def test_closed_streams_end_without_a_traceback(tmp_path: Path, closed: str, code: int) -> None:
    path = tmp_path / "landing-zone.yaml"
    path.write_text(text_of(clinic()))
    command = "init" if closed == "<&-" else f"validate -m '{path}'"
    ended = subprocess.run(
        ["sh", "-c", f"'{sys.executable}' -m landing_zone {command} {closed}"],
        cwd=ROOT,
        env=environment(tmp_path / "home"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == code
    assert "Traceback" not in ended.stderr + ended.stdout


def test_a_locale_without_unicode_changes_no_json_and_breaks_no_text(tmp_path: Path) -> None:
    path = tmp_path / "landing-zone.yaml"
    path.write_text(text_of(changed(clinic(), (("accounts", 0, "name"), "münchen"))), encoding="utf-8")
    variables = environment(tmp_path / "home") | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    for flags in ((), ("--json",)):
        command = [sys.executable, "-m", "landing_zone", "validate", "-m", str(path), *flags]
        ended = subprocess.run(command, env=variables, capture_output=True, timeout=60, check=False)
        assert ended.returncode == 2
        if flags:
            assert "münchen" in json.loads(ended.stdout.decode("utf-8"))["errors"][0]["message"]
        else:
            assert b"m\\xfcnchen" in ended.stderr
