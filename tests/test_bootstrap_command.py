"""`hlz bootstrap`: what it prints and writes, when it withholds, and with which code it ends."""

from __future__ import annotations

import json
import shlex
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.arrangement import ACCOUNT_IDS, Completed, Json, clinic, files_in, hlz, manifest_text, read_json, written

pytestmark = pytest.mark.cdk

IDS = {**ACCOUNT_IDS, "management": "111111111111", "shared-services": "222222222222"}
FILES = ["bootstrap.md", "bootstrap.sh", "bootstrap.template.json"]


def known(folder: Path, **delivery: Any) -> Path:
    """The clinic with every id that the bootstrap needs."""
    return written(folder, clinic(**({"delivery": delivery} if delivery else {})), account_ids=IDS)


def bootstrap(manifest: Path, home: Path, *options: str | Path) -> Completed:
    return hlz("bootstrap", "-m", manifest, *options, home=home, cwd=manifest.parent)


def document(result: Completed) -> Json:
    assert result.stderr == ""
    found: Json = json.loads(result.stdout)
    return found


def test_each_phase_comes_with_what_it_needs_and_its_commands(home: Path, tmp_path: Path) -> None:
    result = bootstrap(known(tmp_path), home)
    assert result.returncode == 0, result.stderr
    names = [line for line in result.stdout.splitlines() if line[:1].isdigit() and ". " in line]
    assert names == ["1. organization", "2. bootstrap", "3. foundation", "4. accounts"]
    assert "hlz plan --write -m" in result.stdout
    assert "sh bootstrap/bootstrap.sh --run" in result.stdout
    assert list(tmp_path.glob("bootstrap*")) == []


def test_organization_and_accounts_come_before_the_bootstrap_that_trusts_them(home: Path, tmp_path: Path) -> None:
    organization, second, *_ = document(bootstrap(known(tmp_path), home, "--json"))["phases"]
    stacks = ["hlz-organization-management-us-east-1", "hlz-accounts-management-us-east-1-1"]
    deployed = [command.split()[6] for command in organization["commands"] if "cloudformation deploy" in command]
    assert deployed == stacks
    words = [" ".join(command.split()[:2]) for command in organization["commands"]]
    assert (words[0], words[-2:]) == ("hlz adopt", ["hlz adopt", "hlz settings"])
    assert not any("quota" in command for command in organization["commands"])
    assert "the organization and its accounts" in second["needs"]


def test_more_accounts_than_aws_gives_at_first_are_asked_for_before_they_are_made(home: Path, tmp_path: Path) -> None:
    entries = [{"name": f"web-{n}", "ou": "nonphi", "owner": "web", "data": "none"} for n in range(60)]
    manifest = written(tmp_path, clinic(accounts=entries), account_ids=IDS)
    organization, *_ = document(bootstrap(manifest, home, "--json"))["phases"]
    commands = organization["commands"]
    quota = next(n for n, command in enumerate(commands) if "request-service-quota-increase" in command)
    accounts = next(n for n, command in enumerate(commands) if "hlz-accounts-" in command)
    assert quota < accounts
    assert "--desired-value 68" in commands[quota]  # two accounts of the lock are not listed, and count
    assert any("--s3-bucket" in need for need in organization["needs"])


def test_with_an_output_it_writes_template_script_and_guide(home: Path, tmp_path: Path) -> None:
    output = tmp_path / "deep" / "out"
    found = document(bootstrap(known(tmp_path), home, "-o", output, "--json"))
    assert sorted(path.name for path in output.iterdir()) == FILES
    assert sorted(found["files"]) == [str(output / name) for name in FILES]
    assert found["template_bytes"] == (output / FILES[2]).stat().st_size <= 51_200
    assert [phase["name"] for phase in found["phases"]] == ["organization", "bootstrap", "foundation", "accounts"]
    template = (output / FILES[2]).read_text(encoding="utf-8")
    assert "Parameters" not in read_json(output / FILES[2])
    for id in ("o-a1b2c3d4e5", "222222222222", "111111111111"):
        assert id in template
    assert stat.S_IMODE((output / FILES[1]).stat().st_mode) == 0o644
    assert str(output / "bootstrap.sh") in (output / "bootstrap.md").read_text(encoding="utf-8")


def test_the_same_input_gives_the_same_files_and_quiet_says_nothing(home: Path, tmp_path: Path) -> None:
    manifest, output = known(tmp_path), tmp_path / "out"
    bootstrap(manifest, home, "-o", output)
    before = files_in(output)
    again = bootstrap(manifest, home, "-q", "-o", output)
    assert (again.returncode, again.stdout, again.stderr) == (0, "", "")
    assert files_in(output) == before


def test_unknown_ids_withhold_the_template_and_set_an_earlier_one_aside(home: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    bootstrap(known(tmp_path), home, "-o", output)
    manifest = written(tmp_path, account_ids={**IDS, "shared-services": "333333333333"}, organization_id=None)
    result = bootstrap(manifest, home, "-o", output)
    assert result.returncode == 0, result.stderr
    assert "bootstrap.template.json is withheld: the organization's id not known yet." in result.stdout
    assert not (output / FILES[2]).exists()
    assert (output / "bootstrap.template.json.stale").is_file()
    assert "withheld" in (output / "bootstrap.md").read_text(encoding="utf-8")


def test_a_finding_stops_it_with_1_and_leaves_no_template(home: Path, tmp_path: Path) -> None:
    output = tmp_path / "out"
    bootstrap(known(tmp_path), home, "-o", output)
    unused = {
        "rule": "HIPAA.Security-S3BucketLoggingEnabled",
        "role": "bootstrap",
        "resource": "Nothing*",
        "reason": "fits nothing, so it must be an error",
        "owner": "tests",
    }
    manifest = written(tmp_path, clinic(acknowledgements=[unused]), account_ids=IDS)
    result = bootstrap(manifest, home, "-o", output)
    assert result.returncode == 1
    assert "HLZ-ACK-002" in result.stderr
    assert not (output / FILES[2]).exists()


def test_acknowledgements_of_other_roles_are_not_asked_for(home: Path, tmp_path: Path) -> None:
    # The toolkit speaks of the same role and rule, so the cached variant is used.
    other = {
        "rule": "HIPAA.Security-S3BucketLoggingEnabled",
        "role": "log_archive",
        "resource": "Nothing*",
        "reason": "hlz synth judges this one",
        "owner": "tests",
    }
    manifest = written(tmp_path, clinic(acknowledgements=[other]), account_ids=IDS)
    assert bootstrap(manifest, home).returncode == 0


@pytest.mark.parametrize(
    "delivery",
    [{"pipeline_principal": "two words"}, {"permissions_boundary": "/leading"}, {"bootstrap_role": "*"}],
)
def test_a_bad_manifest_ends_with_2_and_its_place(home: Path, tmp_path: Path, delivery: Json) -> None:
    manifest = tmp_path / "landing-zone.yaml"
    manifest.write_text(manifest_text(clinic(delivery=delivery)), encoding="utf-8")
    result = bootstrap(manifest, home, "-o", tmp_path / "out", "--json")
    assert result.returncode == 2
    (error,) = json.loads(result.stdout)["errors"]
    assert error["key"] == f"delivery.{next(iter(delivery))}"
    assert not (tmp_path / "out").exists()


def test_a_stale_lock_ends_with_2_and_the_command_that_mends_it(home: Path, tmp_path: Path) -> None:
    manifest = known(tmp_path)
    manifest.with_name("landing-zone.lock.yaml").unlink()
    result = bootstrap(manifest, home, "-o", tmp_path / "out")
    assert result.returncode == 2
    assert "hlz plan --write" in result.stderr
    assert not (tmp_path / "out").exists()


def test_an_output_that_is_a_file_ends_with_2(home: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine", encoding="utf-8")
    result = bootstrap(known(tmp_path), home, "-o", tmp_path / "out")
    assert result.returncode == 2
    assert (tmp_path / "out").read_text(encoding="utf-8") == "mine"


def test_a_manifest_whose_name_is_hostile_is_quoted_in_commands(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "it's; here"
    folder.mkdir()
    found = document(bootstrap(known(folder), home, "-o", folder / "o u t", "--json"))
    commands = [command for phase in found["phases"] for command in phase["commands"]]
    for command in commands:
        words = shlex.split(command)
        if words[0] == "hlz":
            assert str(folder / "landing-zone.yaml") in words
