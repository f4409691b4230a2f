"""The output folder is replaced whole or not at all, by one run at a time, and only if it is ours to replace."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from landing_zone.assembly.output import publish, set_aside, staged, stale_path, writer
from landing_zone.fault import UsageError
from tests.arrangement import files_in


@pytest.fixture
def output(tmp_path: Path) -> Path:
    """An output folder that does not exist yet, in a folder of its own."""
    return tmp_path / "cdk.out"


def write(output: Path, text: str, meanwhile: Callable[[], object] = lambda: None) -> None:
    """One run that writes an assembly with this text in it; `meanwhile` happens just before it is published."""
    with writer(output), staged(output) as stage:
        (stage / "cdk.out").write_text(text)
        meanwhile()
        publish(stage, output)


def entries(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def ended_process() -> int:
    """The number of a process that has ended."""
    with subprocess.Popen([sys.executable, "-c", ""]) as process:
        process.wait()
    return process.pid


def test_a_run_replaces_the_whole_folder(output: Path) -> None:
    write(output, "one")
    (output / "left over").touch()
    write(output, "two")
    assert files_in(output) == {"cdk.out": b"two"}
    assert entries(output.parent) == ["cdk.out"]


def test_the_folder_can_be_read_by_others_and_its_parents_are_made(tmp_path: Path) -> None:
    output = tmp_path / "a" / "b" / "cdk.out"
    write(output, "one")
    assert output.stat().st_mode & 0o777 == 0o755


def test_a_run_that_does_not_publish_leaves_no_trace(output: Path) -> None:
    write(output, "one")
    with writer(output), staged(output) as stage:
        (stage / "cdk.out").write_text("two")
    assert files_in(output) == {"cdk.out": b"one"}
    assert entries(output.parent) == ["cdk.out"]


def test_an_interrupted_run_leaves_the_previous_assembly(output: Path) -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    write(output, "one")
    with pytest.raises(KeyboardInterrupt):
        write(output, "two", interrupt)
    assert files_in(output) == {"cdk.out": b"one"}
    assert entries(output.parent) == ["cdk.out"]


@pytest.mark.parametrize("failing", [1, 2])
def test_a_swap_that_fails_half_way_is_undone(output: Path, monkeypatch: pytest.MonkeyPatch, failing: int) -> None:
    write(output, "one")
    rename, calls = os.rename, []

    def interrupted(source: Path, target: Path) -> None:
        calls.append(source)
        if len(calls) == failing:
            raise KeyboardInterrupt
        rename(source, target)

    monkeypatch.setattr(os, "rename", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(output, "two")
    assert files_in(output) == {"cdk.out": b"one"}
    assert entries(output.parent) == ["cdk.out"]


def test_a_swap_cut_short_by_a_kill_is_undone_by_the_next_run(output: Path) -> None:
    write(output, "one")
    output.rename(output.parent / ".cdk.out.abcd1234.old")
    with writer(output), staged(output):
        assert files_in(output) == {"cdk.out": b"one"}
    assert entries(output.parent) == ["cdk.out"]


def test_what_a_killed_run_left_is_cleaned_up_and_nothing_else(output: Path) -> None:
    write(output, "one")
    for name in (".cdk.out.abcd1234.old", ".cdk.out.abcd1234.new", ".cdk.out.eu.abcd1234.new", ".cdk.outabcd.x.new"):
        (output.parent / name).mkdir()
    write(output, "two")
    assert entries(output.parent) == [".cdk.out.eu.abcd1234.new", ".cdk.outabcd.x.new", "cdk.out"]
    assert files_in(output) == {"cdk.out": b"two"}


def test_a_second_run_is_refused_while_the_first_one_writes(output: Path) -> None:
    with writer(output):
        with pytest.raises(UsageError, match="another run is writing"), writer(output.parent / "." / "cdk.out"):
            pass
        with writer(output.with_name("other")):
            pass
    with writer(output):
        pass


def test_a_folder_that_is_no_assembly_is_left_alone(output: Path) -> None:
    output.mkdir()
    (output / "thesis.txt").write_text("years of work")
    with pytest.raises(UsageError, match="not a cloud assembly"):
        write(output, "one")
    assert files_in(output) == {"thesis.txt": b"years of work"}


def test_the_locks_of_the_cdk_cli_do_not_make_a_folder_foreign_and_move_along(output: Path) -> None:
    output.mkdir()  # the CLI makes it and puts its lock there before it starts the app
    (output / "synth.lock").write_text("4711")
    write(output, "one")
    assert files_in(output) == {"cdk.out": b"one", "synth.lock": b"4711"}


def test_a_folder_that_the_cdk_cli_is_reading_is_not_swapped(output: Path) -> None:
    write(output, "one")
    (output / f"read.{os.getpid()}.1.lock").touch()
    with pytest.raises(UsageError, match=rf"CDK CLI \(process {os.getpid()}\) is reading"):
        write(output, "two")
    assert (output / "cdk.out").read_text() == "one"


def test_a_reader_that_comes_in_the_meantime_keeps_its_folder(output: Path) -> None:
    write(output, "one")
    with pytest.raises(UsageError, match="is reading"):
        write(output, "two", (output / f"read.{os.getpid()}.1.lock").touch)
    assert (output / "cdk.out").read_text() == "one"
    assert entries(output.parent) == ["cdk.out"]


def test_the_lock_of_a_reader_that_has_ended_does_not_count(output: Path) -> None:
    write(output, "one")
    for name in (f"read.{ended_process()}.1.lock", f"read.{10**30}.1.lock", "read.x.1.lock"):
        (output / name).touch()
    write(output, "two")
    assert (output / "cdk.out").read_text() == "two"


@pytest.mark.parametrize("output", [Path("."), Path(".."), Path("/"), Path("../here"), Path("")])
def test_the_folder_one_stands_in_is_not_replaced(
    output: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    with pytest.raises(UsageError, match="is replaced as a whole"):
        write(output, "one")
    assert list(tmp_path.rglob("*")) == [tmp_path / "here"]


def test_the_folder_of_the_manifest_is_not_replaced(output: Path) -> None:
    write(output, "one")
    manifest = output / "landing-zone.yaml"
    manifest.touch()
    with pytest.raises(UsageError, match=r"but .*landing-zone\.yaml lies in it"), writer(output, inputs=[manifest]):
        pass
    assert manifest.exists()


@pytest.mark.parametrize("kind", ["a file", "a link to a folder", "a link to nothing"])
def test_an_output_that_is_no_folder_is_refused(output: Path, kind: str) -> None:
    elsewhere = output.with_name("elsewhere")
    if kind == "a file":
        output.write_text("kept")
    else:
        output.symlink_to(elsewhere)
    if kind == "a link to a folder":
        elsewhere.mkdir()
    with pytest.raises(UsageError, match="exists and is not a folder"):
        write(output, "one")
    assert output.is_symlink() or output.read_text() == "kept"
    assert not elsewhere.is_dir() or not list(elsewhere.iterdir())


@pytest.mark.parametrize("output", [Path("/dev/null/cdk.out"), Path("/proc/cdk.out"), Path("/tmp") / ("x" * 300)])
def test_a_place_that_cannot_be_written_is_refused_with_the_reason(output: Path) -> None:
    with pytest.raises(UsageError, match=r"cannot be written: \w+"):
        write(output, "one")


@pytest.mark.skipif(os.getuid() == 0, reason="root may write everywhere")
def test_a_parent_without_write_permission_is_refused(output: Path) -> None:
    output.parent.chmod(0o555)
    try:
        with pytest.raises(UsageError, match="permission denied"):
            write(output, "one")
    finally:
        output.parent.chmod(0o755)


def test_an_assembly_that_must_not_be_deployed_is_set_aside(output: Path) -> None:
    for text in ("one", "two"):
        write(output, text)
        assert set_aside(output) == stale_path(output)
        assert files_in(stale_path(output)) == {"cdk.out": text.encode()}
        assert entries(output.parent) == ["cdk.out.stale"]


def test_there_may_be_nothing_to_set_aside(output: Path) -> None:
    assert set_aside(output) is None
    output.mkdir()
    assert set_aside(output) is None
    assert entries(output.parent) == ["cdk.out"]


def test_a_good_run_takes_the_stale_assembly_away(output: Path) -> None:
    write(output, "one")
    set_aside(output)
    write(output, "two")
    assert entries(output.parent) == ["cdk.out"]
