"""Runs the CDK app the way the CDK CLI does: the command in cdk.json, in a process of its own."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Literal

from landing_zone.outcome import INTERRUPTED, Outcome, ToolFailed, take_over
from landing_zone.policy_data import ROOT

GRACE_SECONDS = 10


Task = Literal["synth", "check", "bootstrap"]


def run_app(manifest: Path, output: Path, *, task: Task, progress: bool, debug: bool) -> Outcome:
    """Run the app on a manifest and return its outcome. Raises ToolFailed when it ended without one."""
    interpreter, *arguments = shlex.split(json.loads((ROOT / "cdk.json").read_bytes())["app"])
    command = [sys.executable if Path(interpreter).name.startswith("python") else interpreter]
    command += [str(ROOT / argument) if (ROOT / argument).is_file() else argument for argument in arguments]
    return _run(
        command,
        {
            "HLZ_MANIFEST": str(manifest),
            "CDK_OUTDIR": str(output),
            "HLZ_TASK": task,
            "HLZ_PROGRESS": "1" if progress else "",
            "HLZ_DEBUG": "1" if debug else "",
        },
    )


def run_check_app(templates: Mapping[str, Mapping[str, Any]], *, debug: bool) -> Outcome:
    """Run cdk-nag over templates by name (see check_app.py). Raises ToolFailed when it ended without an outcome."""
    with tempfile.TemporaryDirectory(prefix="hlz-") as folder:
        files = {name: str(Path(folder) / f"{number}.json") for number, name in enumerate(templates)}
        for name, file in files.items():
            Path(file).write_text(json.dumps(templates[name], default=str), encoding="utf-8")
        listed = Path(folder) / "templates"
        listed.write_text(json.dumps(files), encoding="utf-8")
        environment = {"HLZ_TEMPLATES": str(listed), "HLZ_DEBUG": "1" if debug else ""}
        return _run([sys.executable, str(ROOT / "check_app.py")], environment)


def _run(command: Sequence[str], variables: Mapping[str, str]) -> Outcome:
    with tempfile.TemporaryDirectory(prefix="hlz-") as folder:
        outcome_file = Path(folder) / "outcome.json"
        environment = {**os.environ, **variables, "HLZ_OUTCOME": str(outcome_file)}
        environment.pop("CDK_CONTEXT_JSON", None)
        process = subprocess.Popen(command, env=environment, stdin=subprocess.DEVNULL)
        try:
            code = process.wait()
        except KeyboardInterrupt:
            _stop(process)
            raise
        outcome = take_over(outcome_file)
        if outcome is not None:
            return outcome
        if code in (INTERRUPTED, -signal.SIGINT):
            raise KeyboardInterrupt
        raise ToolFailed(f"the app ended with code {code} and said nothing")


def _stop(process: subprocess.Popen[bytes]) -> None:
    """Wait for the app to put its output in order. A terminal has interrupted it already; else pass that on."""
    for seconds, action in ((1, process.terminate), (GRACE_SECONDS, process.kill)):
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            action()
    process.wait()
