"""What `hlz adopt` does when AWS, the disk or the command line says no: one error, and nothing written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from landing_zone.operations.settings.clients import Aws
from landing_zone.operations.settings.execute import ApiError
from landing_zone.plan.lock import lock_path
from tests.arrangement import ROOT as CHECKOUT
from tests.arrangement import Json, environment
from tests.operations.adopt.simulated import (
    Organization,
    document,
    refusal,
    written,
)


@pytest.mark.parametrize(
    ("operation", "code", "hint"),
    [
        ("DescribeOrganization", "AccessDeniedException", "hlz adopt --permissions"),
        ("ListStackResources", "AccessDenied", "hlz adopt --permissions"),
        ("ListInstances", "UnauthorizedOperation", "hlz adopt --permissions"),
        ("ListRoots", "ExpiredTokenException", "sign in again"),
        ("ListAccountsForParent", "EndpointConnectionError", "AWS_ENDPOINT_URL"),
    ],
)
def test_what_aws_refuses_is_one_error_with_what_is_needed_and_nothing_is_written(
    moto: None, tmp_path: Path, intercept: dict[str, Any], operation: str, code: str, hint: str
) -> None:
    def refuse(account: str, parameters: Json) -> Json:
        raise ApiError(code, "is not allowed")

    Organization()
    intercept[operation] = refuse
    manifest = written(tmp_path)
    error = refusal(manifest, "--write")
    assert code in error["message"]
    assert hint in error["hint"]
    assert not lock_path(manifest).exists()


def test_throttling_is_waited_for(moto: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Organization()
    call, asked = Aws._call, []

    def throttled(self: Aws, credentials: Any, region: str, service: str, operation: str, parameters: Json) -> Any:
        asked.append(operation)
        if operation == "ListRoots" and asked.count(operation) == 1:
            raise ApiError("TooManyRequestsException", "slow down")
        return call(self, credentials, region, service, operation, parameters)

    monkeypatch.setattr(Aws, "_call", throttled)
    manifest = written(tmp_path)
    assert document(manifest)["organization"]["id"]
    assert asked.count("ListRoots") == 2
    asked.clear()
    assert "longer --patience" in refusal(manifest, "--patience", 0)["hint"]


def test_no_credentials_and_no_endpoint_are_one_error_each_without_a_traceback(tmp_path: Path) -> None:
    manifest = written(tmp_path)
    keys = {"AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "very-secret"}
    for variables, words in (
        ({}, "no AWS credentials were found (set AWS_PROFILE"),
        ({**keys, "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, EndpointConnectionError.__name__),
    ):
        env = environment(tmp_path, AWS_EC2_METADATA_DISABLED="true", **variables)
        command = [sys.executable, "-m", "landing_zone", "adopt", "-m", str(manifest), "--patience", "0"]
        ended = subprocess.run(command, cwd=CHECKOUT, env=env, capture_output=True, text=True)
        assert ended.returncode == 2, ended.stderr
        assert words in ended.stderr
        assert len(ended.stderr.splitlines()) == 1
        assert "very-secret" not in ended.stderr + ended.stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--workers", 0), "--workers needs at least 1"),
        (("--patience", -1), "--patience needs 0 or more"),
        (("--write", "--permissions"), "--write changes the lock"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(tmp_path: Path, arguments: tuple[object, ...], words: str) -> None:
    assert words in refusal(written(tmp_path), *arguments)["message"]


def test_a_lock_that_cannot_be_written_is_one_error(
    moto: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("landing_zone.operations.adopt.command.write_whole", full)
    error = refusal(written(tmp_path), "--write")
    assert error["message"] == "cannot be written: no space left on device"
