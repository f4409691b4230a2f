"""The script calls what the AWS API knows, only when told to, and takes nothing from a manifest for shell."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import botocore.session
import pytest

from landing_zone.plan.roles.bootstrap import BootstrapTargets
from landing_zone.reports.bootstrap_script import bootstrap_script

MANAGEMENT, ROOT_ID = "111111111111", "r-ab12"
CALM = BootstrapTargets(
    name="cdk-hlz-bootstrap",
    management_id=MANAGEMENT,
    management_regions=("us-east-1", "us-west-2"),
    member_regions=("us-east-1", "us-west-2", "us-east-2"),
    tags=(("hlz:organization", "riverside-clinic"), ("hlz:role", "bootstrap")),
    unknown=(),
)
HOSTILE = 'x\'; touch pwned; echo "$(touch pwned)" `touch pwned` \\ $HOME & é'
# Answers as AWS would; writes what it was called with, one argument a line and a line of dots after each call.
FAKE = f"""#!/bin/sh
for word do printf '%s\\n' "$word" >>"$CALLS"; done
echo .... >>"$CALLS"
case "$*" in
  *get-caller-identity*) echo "${{ACCOUNT:-{MANAGEMENT}}}" ;;
  *list-roots*) echo {ROOT_ID} ;;
  *describe-stack-set-operation*) echo "${{STATUS:-SUCCEEDED}}" ;;
  *describe-stack-set\\ *) exit "${{MISSING:-254}}" ;;
  *OperationId*) echo operation-1 ;;
esac
"""


class Rehearsal:
    """The script beside its template, with an `aws` that records its calls."""

    def __init__(self, folder: Path, targets: BootstrapTargets) -> None:
        self.folder, self.calls_file = folder, folder / "calls"
        (folder / "bin").mkdir()
        (folder / "bin" / "aws").write_text(FAKE, encoding="utf-8")
        (folder / "bin" / "aws").chmod(0o755)
        (folder / "bootstrap.template.json").write_text("{}", encoding="utf-8")
        (folder / "bootstrap.sh").write_text(bootstrap_script(targets), encoding="utf-8")

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        environment = {"PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}", "CALLS": str(self.calls_file)}
        return subprocess.run(
            ["sh", str(self.folder / "bootstrap.sh"), *arguments],
            cwd=self.folder,
            env=environment | {"POLL_SECONDS": "0"} | variables,
            capture_output=True,
            text=True,
            timeout=60,
        )

    @property
    def calls(self) -> list[list[str]]:
        if not self.calls_file.exists():
            return []
        text = self.calls_file.read_text(encoding="utf-8")
        return [call.splitlines() for call in text.split("....\n") if call]

    def verbs(self) -> list[str]:
        return [call[1] for call in self.calls]


@pytest.fixture
def rehearsal(tmp_path: Path) -> Rehearsal:
    return Rehearsal(tmp_path, CALM)


def options(call: list[str]) -> Iterator[str]:
    yield from (word.removeprefix("--") for word in call if word.startswith("--"))


def value(call: list[str], option: str) -> str:
    return call[call.index(f"--{option}") + 1]


def test_without_run_nothing_is_called_and_every_command_is_shown(rehearsal: Rehearsal) -> None:
    result = rehearsal.run()
    assert (result.returncode, rehearsal.calls) == (0, [])
    shown = [shlex.split(line) for line in result.stdout.splitlines()]
    assert [words[2] for words in shown] == [
        *["deploy", "update-termination-protection"] * 2,
        "activate-organizations-access",
        "create-stack-set",
        "create-stack-instances",
    ]


def test_the_management_account_gets_stacks_and_the_others_a_stack_set(rehearsal: Rehearsal) -> None:
    result = rehearsal.run("--run")
    assert result.returncode == 0, result.stderr
    assert rehearsal.verbs() == [
        "get-caller-identity",
        *["deploy", "update-termination-protection"] * 2,
        "activate-organizations-access",
        "list-roots",
        "describe-stack-set",
        "create-stack-set",
        "create-stack-instances",
        "describe-stack-set-operation",
    ]
    instances = rehearsal.calls[-2]
    assert value(instances, "deployment-targets") == f"OrganizationalUnitIds={ROOT_ID}"
    regions = instances[instances.index("--regions") + 1 :][:3]
    assert regions == ["us-east-1", "us-west-2", "us-east-2"]


def test_what_is_shown_is_what_is_called(rehearsal: Rehearsal) -> None:
    shown = [shlex.split(line)[1:] for line in rehearsal.run().stdout.splitlines()]
    rehearsal.run("--run")
    reading = ("get-caller-identity", "list-roots", "describe-stack-set", "describe-stack-set-operation")
    called = [call for call in rehearsal.calls if call[1] not in reading]
    tail = ["--query", "OperationId", "--output", "text"]
    called = [call[:-4] if call[-4:] == tail else call for call in called]
    assert [[word.replace("ROOT_ID", ROOT_ID) for word in words] for words in shown] == called


def test_a_second_run_updates(rehearsal: Rehearsal) -> None:
    assert rehearsal.run("--run", MISSING="0").returncode == 0
    changing = [verb for verb in rehearsal.verbs() if verb.endswith(("stack-set", "instances", "operation"))]
    assert changing == [
        "describe-stack-set",
        "update-stack-set",
        "describe-stack-set-operation",  # waits: one operation after the other
        "create-stack-instances",
        "describe-stack-set-operation",
    ]


def test_credentials_of_another_account_stop_it(rehearsal: Rehearsal) -> None:
    result = rehearsal.run("--run", ACCOUNT="999999999999")
    assert (result.returncode, rehearsal.verbs()) == (2, ["get-caller-identity"])
    assert "999999999999" in result.stderr


def test_an_operation_that_fails_fails_the_script(rehearsal: Rehearsal) -> None:
    result = rehearsal.run("--run", STATUS="FAILED")
    assert result.returncode == 1
    assert "ended as FAILED" in result.stderr


def test_without_its_template_it_does_nothing(rehearsal: Rehearsal) -> None:
    (rehearsal.folder / "bootstrap.template.json").unlink()
    result = rehearsal.run("--run")
    assert (result.returncode, rehearsal.calls) == (2, [])


def test_an_unknown_argument_is_refused(rehearsal: Rehearsal) -> None:
    assert rehearsal.run("--apply").returncode == 2


@pytest.mark.parametrize("arguments", [(), ("--run",)])
def test_names_from_a_manifest_are_words_and_never_commands(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    folder = tmp_path / "it's here $(touch pwned)"
    folder.mkdir()
    hostile = replace(CALM, name=HOSTILE, tags=((f"k{HOSTILE}", HOSTILE),), member_regions=("us-east-1", HOSTILE))
    rehearsal = Rehearsal(folder, hostile)
    result = rehearsal.run(*arguments)
    assert result.returncode == 0, result.stderr
    assert not list(tmp_path.rglob("pwned"))
    called = rehearsal.calls or [shlex.split(line)[1:] for line in result.stdout.splitlines()]
    (deploy,) = (call for call in called if call[1] == "deploy" and "us-east-1" in call)
    assert value(deploy, "stack-name") == HOSTILE
    assert value(deploy, "tags") == f"k{HOSTILE}={HOSTILE}"
    assert value(deploy, "template-file") == str(folder / "bootstrap.template.json")


def test_every_option_is_one_of_the_api(rehearsal: Rehearsal) -> None:
    rehearsal.run("--run")
    rehearsal.run("--run", MISSING="0")
    session = botocore.session.get_session()
    checked = set()
    for service, verb, *_ in rehearsal.calls:
        if verb == "deploy":  # a command of the CLI, not of the API
            continue
        call = next(call for call in rehearsal.calls if call[1] == verb)
        operation = session.get_service_model(service).operation_model(verb.title().replace("-", ""))
        members = {name.lower() for name in (operation.input_shape.members if operation.input_shape else {})}
        given = {option.replace("-", "") for option in options(call)} - {"region", "query", "output"}
        assert given <= members, verb
        checked.add(verb)
    assert {"create-stack-set", "update-stack-set", "create-stack-instances"} <= checked


def test_the_preferences_are_those_of_the_api(rehearsal: Rehearsal) -> None:
    rehearsal.run("--run")
    given = json.loads(value(rehearsal.calls[-2], "operation-preferences"))
    shape = botocore.session.get_session().get_service_model("cloudformation").shape_for("StackSetOperationPreferences")
    for key, text in given.items():
        allowed = getattr(shape.members[key], "enum", [])
        assert not allowed or text in allowed
    assert given["RegionOrder"] == ["us-east-1", "us-west-2", "us-east-2"]
