"""`hlz settings` as people and pipelines call it, against moto.

moto 5.2.5 has no model for: organization configuration of GuardDuty and Macie, central root access, StackSets access,
service settings of Systems Manager, image block public access, metadata defaults, serial console, backup settings, most
policy types and delegated administrators. Those rows are proved against botocore's models in `test_rows`.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.moto_api._internal.models import moto_api_backend
from moto.server import ThreadedMotoServer

from landing_zone.operations import side_by_side
from landing_zone.operations.settings.clients import AccountUnreachable, Aws
from tests.arrangement import ROOT, environment, written
from tests.manifest.arrange import Ended, hlz
from tests.operations.settings.arrange import IDS

CALLER = "123456789012"  # moto takes it for its own account
OURS = {**IDS, "management": CALLER, "ehr-production": "100000000007"}
CHEAP = ("s3-block-public-access", "password-policy")
"""Settings of every account that moto models without an EC2 of 0.4 s for each account."""


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return written(tmp_path, account_ids=OURS)


def settings(manifest: Path, *arguments: object, only: tuple[str, ...] = CHEAP) -> Ended:
    limits = [part for setting in only for part in ("--setting", setting)]
    return hlz("settings", "-m", manifest, *limits, *arguments)


def document(manifest: Path, *arguments: object, only: tuple[str, ...] = CHEAP, code: int = 0) -> dict[str, Any]:
    ended = settings(manifest, *arguments, "--json", only=only)
    assert (ended.code, ended.err) == (code, ""), ended
    found: dict[str, Any] = json.loads(ended.out)
    return found


def errors(manifest: Path, *arguments: object) -> list[dict[str, Any]]:
    found = document(manifest, *arguments, code=2)
    assert found.keys() == {"valid", "errors"}
    rows: list[dict[str, Any]] = found["errors"]
    return rows


def journal(manifest: Path) -> list[dict[str, Any]]:
    path = manifest.with_name("landing-zone.settings.jsonl")
    return [json.loads(line) for line in path.read_text().splitlines()]


def in_account(account: str, service: str) -> Any:
    """A client of the account, as its own administrators would have it."""
    role = f"arn:aws:iam::{OURS[account]}:role/somebody"
    given = boto3.client("sts", "us-east-1").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    keys = (given["AccessKeyId"], given["SecretAccessKey"], given["SessionToken"])
    return boto3.Session(*keys, region_name="us-east-1").client(service)


def test_offline_lists_what_is_wanted_without_aws_and_without_ids(tmp_path: Path) -> None:
    manifest = written(tmp_path, account_ids={})
    found = document(manifest, "--offline", only=())
    assert found["settings"] > 25
    assert {row["status"] for row in found["steps"]} == {"desired"}
    assert {row["account"] for row in found["steps"]} == set(OURS)
    assert found["journal"] is None
    ended = settings(manifest, "--offline", only=())
    assert (ended.code, ended.err) == (0, "")
    assert "ebs-encryption-by-default     8 accounts x 2 Regions" in ended.out
    assert "AWS was not asked" in ended.out


def test_neither_validate_nor_offline_loads_the_aws_sdk(manifest: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from landing_zone import cli, commands; from pathlib import Path; path = Path(sys.argv[1]);"
        "commands.validate(path); assert 'botocore' not in sys.modules;"
        "commands.settings(manifest=path, offline=True); assert 'botocore' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program, manifest], check=True, cwd=ROOT, env=environment(tmp_path))


def test_a_plan_changes_and_writes_nothing(moto: None, manifest: Path) -> None:
    before = sorted(manifest.parent.iterdir())
    found = document(manifest, "--plan")
    assert (found["changed"], found["journal"]) == (2 * len(OURS), None)
    assert {row["status"] for row in found["steps"]} == {"change"}
    assert document(manifest)["changed"] == 2 * len(OURS)  # planning is the default
    assert sorted(manifest.parent.iterdir()) == before
    ended = settings(manifest)
    assert "would change  password-policy" in ended.out
    assert "Nothing was changed: --apply does it." in ended.out


def test_applying_makes_it_so_in_every_account_records_it_and_is_idempotent(moto: None, manifest: Path) -> None:
    found = document(manifest, "--apply")
    assert (found["changed"], found["failed"], found["unknown"]) == (2 * len(OURS), 0, 0)
    for account in OURS:
        policy = in_account(account, "iam").get_account_password_policy()["PasswordPolicy"]
        assert (policy["MinimumPasswordLength"], policy["MaxPasswordAge"]) == (14, 90)
    block = in_account("backup", "s3control").get_public_access_block(AccountId=OURS["backup"])
    assert set(block["PublicAccessBlockConfiguration"].values()) == {True}
    kinds = Counter(row.get("status", row["kind"]) for row in journal(manifest))
    assert kinds == {"run": 1, "applying": 16, "applied": 16, "end": 1}
    again = document(manifest, "--apply")
    assert (again["changed"], again["unchanged"]) == (0, 2 * len(OURS))


def test_switches_of_ec2_and_contacts_are_made_and_read_back(moto: None, manifest: Path) -> None:
    only = ("ebs-encryption-by-default", "default-security-groups", "alternate-contacts", "guardduty-administrator")
    found = document(manifest, "--apply", "--account", "management", only=only)
    assert {row["status"] for row in found["steps"]} == {"applied"}
    for region in ("us-east-1", "us-west-2"):
        ec2 = boto3.client("ec2", region)
        assert ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"] is True
        groups = ec2.describe_security_groups()["SecurityGroups"]
        assert groups
        assert all(not group["IpPermissions"] + group["IpPermissionsEgress"] for group in groups)
        administrators = boto3.client("guardduty", region).list_organization_admin_accounts()["AdminAccounts"]
        assert [row["AdminAccountId"] for row in administrators] == [OURS["security"]]
    contact = boto3.client("account").get_alternate_contact(AlternateContactType="SECURITY")["AlternateContact"]
    assert contact["EmailAddress"] == "security@riverside.example"
    text = manifest.with_name("landing-zone.settings.jsonl").read_text() + json.dumps(found)
    assert "riverside.example" not in text
    rules = next(row["before"] for row in journal(manifest) if row.get("setting") == "default-security-groups")
    assert rules[0]["egress"][0]["IpRanges"] == [{"CidrIp": "0.0.0.0/0"}]


def test_a_failure_is_exit_1_everything_else_is_done_and_not_repeated(moto: None, manifest: Path) -> None:
    boto3.client("organizations", "us-east-1").create_organization(FeatureSet="ALL")
    only = ("policy-types", *CHEAP)  # moto knows some policy types only
    ended = settings(manifest, "--apply", only=only)
    assert (ended.code, ended.out) == (1, "")
    assert "FAILED        policy-types  management us-east-1\n              InvalidInputException" in ended.err
    assert "The same command repeats only what is not done." in ended.err
    found = document(manifest, "--apply", only=only, code=1)
    assert (found["done"], found["failed"], found["changed"]) == (2 * len(OURS), 1, 0)
    (end,) = [row for row in journal(manifest) if row["kind"] == "end"][-1:]
    assert (end["complete"], end["counts"]["failed"]) == (False, 1)


def test_an_account_that_cannot_be_assumed_is_one_line_and_the_others_are_done(
    moto: None, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assume = Aws._assume

    def refused(self: Aws, account_id: str) -> dict[str, str]:
        if account_id == OURS["network"]:
            raise AccountUnreachable("AccessDenied", f"role hlz-settings cannot be assumed in {account_id}")
        return assume(self, account_id)

    monkeypatch.setattr(Aws, "_assume", refused)
    found = document(manifest, "--apply", code=1)
    assert (found["changed"], found["unknown"]) == (2 * len(OURS) - 2, 2)
    ended = settings(manifest)
    assert (ended.code, "cannot be assumed in 100000000004" in ended.err) == (1, True)


def test_the_deploy_account_may_run_it_and_assumes_the_management_account_too(moto: None, tmp_path: Path) -> None:
    manifest = written(tmp_path, account_ids={**OURS, "management": "100000000001", "shared-services": CALLER})
    found = document(manifest, "--apply", "--account", "management")
    assert (found["changed"], found["steps"][0]["account_id"]) == (2, "100000000001")


def test_nobody_else_may(moto: None, tmp_path: Path) -> None:
    manifest = written(tmp_path, account_ids={**OURS, "management": "100000000001", "backup": CALLER})
    (row,) = errors(manifest, "--apply")
    assert row["message"].startswith(f"the credentials are those of account {CALLER}")
    assert not manifest.with_name("landing-zone.settings.jsonl").exists()


def test_an_interrupt_is_exit_130_and_the_next_run_goes_on(
    moto: None, manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(futures: list[Any], return_when: str) -> None:
        futures[0].result()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(side_by_side, "wait", interrupted)
        ended = settings(manifest, "--apply", "--workers", "1")
    assert ended.code == 130
    assert "what was done is recorded in" in ended.err
    assert "end" not in {row["kind"] for row in journal(manifest)}
    found = document(manifest, "--apply")
    assert found["done"] >= 2
    assert found["done"] + found["changed"] == 2 * len(OURS)


def test_a_run_that_is_killed_loses_and_repeats_nothing(tmp_path: Path) -> None:
    moto_api_backend.reset()
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    try:
        manifest = written(tmp_path, account_ids=OURS)
        path = manifest.with_name("landing-zone.settings.jsonl")
        url = f"http://localhost:{server.get_host_and_port()[1]}"
        keys = {"AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing", "AWS_ENDPOINT_URL": url}
        # S3 puts the account into the host name, which a server on localhost has not.
        limits = ["--setting", "password-policy", "--setting", "alternate-contacts"]
        command = [sys.executable, "-m", "landing_zone", "settings", "--apply", "--workers", "1", "-m", str(manifest)]
        process = subprocess.Popen(
            [*command, *limits], env=environment(tmp_path, **keys), cwd=ROOT, stderr=subprocess.DEVNULL
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline and (not path.exists() or path.read_bytes().count(b'"applied"') < 3):
            time.sleep(0.005)
        process.send_signal(signal.SIGKILL)
        process.wait()
        done = path.read_bytes().count(b'"status": "applied"')
        assert 3 <= done < 4 * len(OURS)
        ended = subprocess.run(
            [*command, *limits, "--json"], env=environment(tmp_path, **keys), cwd=ROOT, capture_output=True, timeout=120
        )
        assert ended.returncode == 0, ended.stderr
        found = json.loads(ended.stdout)
        assert found["done"] == done
        assert found["done"] + found["changed"] + found["unchanged"] == 4 * len(OURS)
    finally:
        server.stop()
        moto_api_backend.reset()


def test_the_permissions_are_printed_as_policies(manifest: Path) -> None:
    ended = settings(manifest, "--permissions", only=())
    assert ended.code == 0
    found = json.loads(ended.out)
    assert found.keys() == {"every account", "security", "network", "management"}
    assert found["management"]["policy"]["Version"] == "2012-10-17"


@pytest.mark.parametrize(
    ("arguments", "message", "hint"),
    [
        (("--workers", "0"), "--workers needs at least 1", ""),
        (("--patience", "-1"), "--patience needs 0 or more seconds", ""),
        (("--plan", "--apply"), "--plan and --apply exclude each other", ""),
        (("--apply", "--offline"), "--apply changes accounts; --offline and --permissions do not even read them", ""),
        (("--account", "bakup"), "'bakup' is unknown", "did you mean 'backup'?"),
        (("--setting", "pasword-policy"), "'pasword-policy' is unknown", "did you mean 'password-policy'?"),
    ],
)
def test_what_cannot_be_meant_is_one_fault(manifest: Path, arguments: tuple[str, ...], message: str, hint: str) -> None:
    (row,) = errors(manifest, *arguments)
    assert (row["message"], row["hint"]) == (message, hint)


def test_ids_that_are_not_known_are_named_with_what_to_do(tmp_path: Path) -> None:
    ids = {name: id for name, id in OURS.items() if name not in ("backup", "ehr-training")}
    manifest = written(tmp_path, account_ids=ids)
    (row,) = errors(manifest, "--plan")
    assert row["file"] == str(tmp_path / "landing-zone.lock.yaml")
    assert row["message"] == "the account id of backup, ehr-training is not known"
    assert "hlz plan --write" in row["hint"]


def test_accounts_that_exist_can_be_set_before_the_others(moto: None, tmp_path: Path) -> None:
    ids = {name: id for name, id in OURS.items() if name in ("management", "security")}
    manifest = written(tmp_path, account_ids=ids)
    assert document(manifest, "--apply", "--account", "security")["changed"] == 2


def test_partial_credentials_are_one_fault_and_leave_no_journal(
    manifest: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDONLY")
    (row,) = errors(manifest, "--apply")
    assert "AWS_SECRET_ACCESS_KEY" in row["message"]
    assert not manifest.with_name("landing-zone.settings.jsonl").exists()


def test_a_damaged_journal_is_one_fault_and_nothing_is_changed(moto: None, manifest: Path) -> None:
    other = manifest.with_name("other.jsonl")
    other.write_text("no journal\n")
    (row,) = errors(manifest, "--apply", "-o", other)
    assert (row["file"], row["line"]) == (str(other), 1)
    assert document(manifest)["changed"] == 2 * len(OURS)
