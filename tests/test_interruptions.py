"""What breaks from outside: node is missing or dies, somebody presses Ctrl-C, two runs write at once."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from landing_zone.outcome import INTERRUPTED
from tests.arrangement import Synthesized, environment, files_in, hlz, written

pytestmark = pytest.mark.cdk


@pytest.fixture
def cold(tmp_path: Path) -> dict[str, str]:
    """Variables that make every run start node: an own, empty cache."""
    return {"HLZ_CACHE_DIR": str(tmp_path / "empty-cache")}


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return written(tmp_path)


@pytest.fixture
def output(tmp_path: Path, manifest: Path, clinic_synthesized: Synthesized) -> Path:
    """A good assembly from before: that of the same manifest, copied."""
    ignored = shutil.ignore_patterns("*.lock")
    return Path(shutil.copytree(clinic_synthesized.assembly, tmp_path / "cdk.out", ignore=ignored))


def started(folder: Path, home: Path, **variables: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "landing_zone", "synth"]
    return subprocess.Popen(
        command,
        cwd=folder,
        env=environment(home, **variables),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def test_a_missing_node_is_said_and_the_previous_assembly_stays(
    tmp_path: Path, home: Path, output: Path, cold: dict[str, str]
) -> None:
    before = files_in(output)
    result = hlz("synth", home=home, cwd=tmp_path, JSII_NODE="/nowhere/node", **cold)
    assert result.returncode == 3
    assert "node was not found at '/nowhere/node'" in result.stderr
    assert "Traceback" not in result.stderr
    assert files_in(output) == before


@pytest.mark.parametrize("script", ["exit 1", 'echo "v24.0.0"; exit 0', "kill -9 $$"])
def test_a_node_that_dies_is_an_internal_error_with_a_report(
    tmp_path: Path, home: Path, output: Path, cold: dict[str, str], script: str
) -> None:
    before = files_in(output)
    node = tmp_path / "node"
    node.write_text(f"#!/bin/sh\n{script}\n")
    node.chmod(0o755)
    result = hlz("synth", home=home, cwd=tmp_path, JSII_NODE=str(node), **cold)
    assert result.returncode == 3, result.stderr
    assert "internal error" in result.stderr
    assert "the CDK (node, through jsii) stopped" in result.stderr
    assert "The report is in" in result.stderr
    assert files_in(output) == before


def wait_until_signals_are_caught(process: subprocess.Popen[str]) -> None:
    """Until then it is the interpreter that starts, and it ends of a signal as every program does."""
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        caught = next(line for line in status.read_text().splitlines() if line.startswith("SigCgt:"))
        if int(caught.split()[1], 16) >> (signal.SIGTERM - 1) & 1:
            return
        time.sleep(0.005)


@pytest.mark.parametrize(("number", "after"), [(signal.SIGINT, 0.1), (signal.SIGINT, 3.0), (signal.SIGTERM, 3.0)])
def test_an_interrupt_in_the_middle_ends_with_130_and_leaves_the_previous_assembly(
    tmp_path: Path, home: Path, output: Path, cold: dict[str, str], number: signal.Signals, after: float
) -> None:
    before = files_in(output)
    process = started(tmp_path, home, **cold)
    wait_until_signals_are_caught(process)
    time.sleep(after)
    process.send_signal(number)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "Traceback" not in errors
    assert files_in(output) == before
    assert not list(tmp_path.glob(".cdk.out*"))


def test_of_two_runs_at_once_one_is_refused(tmp_path: Path, home: Path, output: Path, cold: dict[str, str]) -> None:
    first, second = started(tmp_path, home, **cold), started(tmp_path, home, **cold)
    messages = [process.communicate(timeout=120)[1] for process in (first, second)]
    assert sorted((first.returncode, second.returncode)) == [0, 2], messages
    assert any("another run is writing" in message for message in messages)
    assert (output / "manifest.json").is_file()


def test_json_on_an_internal_error_is_one_document(
    tmp_path: Path, home: Path, manifest: Path, cold: dict[str, str]
) -> None:
    result = hlz("synth", "--json", home=home, cwd=tmp_path, JSII_NODE="/nowhere/node", **cold)
    assert result.returncode == 3
    assert json.loads(result.stdout)["report_id"]


def test_a_home_that_cannot_be_written_costs_caches_and_nothing_else(
    tmp_path: Path, home: Path, manifest: Path
) -> None:
    result = hlz("synth", "-q", home=home, cwd=tmp_path, HOME="/dev/null", HLZ_CACHE_DIR="/dev/null/cache")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "cdk.out" / "manifest.json").is_file()


def test_an_interrupt_inside_an_exec_ends_with_130_too(tmp_path: Path, home: Path) -> None:
    """CPython remembers such an interrupt and would end itself with SIGINT, whatever `sys.exit` was told."""
    script = """
import os, signal
from landing_zone.outcome import INTERRUPTED, catch_signals, leave
catch_signals()
try:
    exec("os.kill(os.getpid(), signal.SIGINT)\\nfor _ in range(1000): pass")
except KeyboardInterrupt:
    leave(INTERRUPTED)
"""
    (tmp_path / "probe.py").write_text(script)
    command = [sys.executable, "-m", "probe"]
    ended = subprocess.run(command, cwd=tmp_path, env=environment(home), check=False)
    assert ended.returncode == INTERRUPTED
