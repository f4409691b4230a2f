"""`hlz init`: asks for what is missing, says every wrong answer at once, overwrites nothing, writes what is valid."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from landing_zone.manifest.load import load_manifest
from landing_zone.manifest.starter import account_email_pattern, starter_manifest
from tests.manifest.arrange import Ended, faults_of, hlz

GOOD = {"name": "riverside-clinic", "email": "aws@riverside.example", "home": "us-east-1", "recovery": "us-west-2"}


def init(
    folder: Path, *flags: str, output: str = "landing-zone.yaml", typed: str | None = None, **answers: str | None
) -> Ended:
    """Run `hlz init` with good answers, changed by `answers`; None leaves a flag out."""
    given = {key: text for key, text in {**GOOD, **answers}.items() if text is not None}
    options = [part for key, text in given.items() for part in (f"--{key}", text)]
    return hlz("init", *options, "-o", folder / output, *flags, typed=typed)


def errors_of(ended: Ended) -> list[dict[str, Any]]:
    assert ended.code == 2
    document = json.loads(ended.out)
    assert document["valid"] is False
    found: list[dict[str, Any]] = document["errors"]
    return found


def test_a_first_manifest_is_valid_and_plans(tmp_path: Path) -> None:
    ended = init(tmp_path)
    path = tmp_path / "landing-zone.yaml"
    assert (ended.code, ended.err) == (0, "")
    assert f"hlz validate -m {path}" in ended.out
    assert hlz("validate", "-m", path).code == 0
    assert hlz("plan", "--write", "-m", path).code == 0
    assert json.loads(hlz("plan", "--json", "-m", path).out)["lock"]["stale"] == []
    assert oct(path.stat().st_mode)[-3:] == "644"


def test_the_answers_stand_in_the_manifest(tmp_path: Path) -> None:
    init(
        tmp_path,
        email="cloud+{account}@hospital.example",
        phone="+49 30 1234567",
        home="us-east-2",
        recovery="us-east-1",
    )
    manifest = load_manifest(tmp_path / "landing-zone.yaml").manifest
    assert manifest.organization.name == "riverside-clinic"
    assert manifest.organization.email == "cloud+{account}@hospital.example"
    assert (manifest.regions.home, manifest.regions.recovery) == ("us-east-2", "us-east-1")
    assert manifest.contacts.security.email == "cloud@hospital.example"
    assert manifest.contacts.operations.phone == "+49 30 1234567"
    assert {account.name for account in manifest.accounts} == {"ehr-production", "ehr-training"}


def test_json_names_the_file_that_was_written(tmp_path: Path) -> None:
    ended = init(tmp_path, "--json")
    assert json.loads(ended.out) == {"manifest": str(tmp_path / "landing-zone.yaml")}


def test_quiet_says_nothing(tmp_path: Path) -> None:
    ended = init(tmp_path, "-q")
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_each_flag_that_is_missing_off_a_terminal_is_one_fault(tmp_path: Path) -> None:
    rows = errors_of(init(tmp_path, "--json", name=None, email=None, home=None, recovery=None))
    assert [row["key"] for row in rows] == ["--email", "--home", "--name", "--recovery"]
    assert all(row["message"] == "is missing" and row["hint"] for row in rows)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("flag", GOOD)
def test_an_empty_answer_is_a_missing_one(tmp_path: Path, flag: str) -> None:
    assert [row["key"] for row in errors_of(init(tmp_path, "--json", **{flag: ""}))] == [f"--{flag}"]


@pytest.mark.parametrize(
    ("flag", "text", "part"),
    [
        ("name", "Riverside Clinic", "is not a name"),
        ("name", "x" * 51, "is not a name"),
        ("name", "a\nb: c", "is not a name"),
        ("email", "riverside.example", "is not an e-mail address"),
        ("email", "@riverside.example", "is not an e-mail address"),
        ("email", 'a"@riverside.example', "is not an e-mail address"),
        ("email", "a" * 60 + "@riverside.example", "AWS allows 64"),
        ("home", "us-esat-1", "unknown Region 'us-esat-1'"),
        ("home", "Frankfurt", "unknown Region"),
        ("recovery", "moon-1", "unknown Region"),
        ("recovery", "us-east-1", "is the home Region as well"),
        ("recovery", "us-west-1", "offers 2 Availability Zones"),
        ("home", "us-west-1", "offers 2 Availability Zones"),
        ("phone", "call me", "is not a telephone number"),
        ("phone", '1" , x: "', "is not a telephone number"),
    ],
)
def test_a_wrong_answer_is_one_fault_of_its_flag_and_nothing_is_written(
    tmp_path: Path, flag: str, text: str, part: str
) -> None:
    rows = errors_of(init(tmp_path, "--json", **{flag: text}))
    assert [row["key"] for row in rows] == [f"--{flag}"]
    assert part in rows[0]["message"]
    assert list(tmp_path.iterdir()) == []


def test_wrong_answers_are_said_all_at_once_for_people_too(tmp_path: Path) -> None:
    ended = init(tmp_path, name="X", home="us-esat-1")
    assert (ended.code, ended.out) == (2, "")
    lines = ended.err.splitlines()
    assert [line.split(" ")[0] for line in lines] == ["--home:", "--name:"]
    assert lines[0].endswith("(did you mean 'us-east-1'?)")


@pytest.mark.parametrize(
    "name", ["null", "true", "false", "no", "yes", "on", "off", "y", "n", "nan", "inf", "e1", "o-1"]
)
def test_a_name_that_yaml_might_take_for_something_else_is_quoted_where_needed(tmp_path: Path, name: str) -> None:
    assert init(tmp_path, name=name).code == 0
    assert load_manifest(tmp_path / "landing-zone.yaml").manifest.organization.name == name


@pytest.mark.parametrize(
    ("email", "pattern", "contact"),
    [
        ("aws@x.example", "aws+{account}@x.example", "aws@x.example"),
        ("aws+{account}@x.example", "aws+{account}@x.example", "aws@x.example"),
        ("{account}@x.example", "{account}@x.example", "security@x.example"),
        ("aws-{account}@x.example", "aws-{account}@x.example", "aws@x.example"),
        ("+{account}@x.example", "+{account}@x.example", "security@x.example"),
        ("%a@x.example", "%a+{account}@x.example", "a@x.example"),
        ("-a@x.example", "-a+{account}@x.example", "a@x.example"),
        ("1@x.example", "1+{account}@x.example", "1@x.example"),
        ("a+b@x.example", "a+b+{account}@x.example", "a+b@x.example"),
    ],
)
def test_every_address_becomes_a_pattern_and_a_contact(tmp_path: Path, email: str, pattern: str, contact: str) -> None:
    assert account_email_pattern(email) == pattern
    assert init(tmp_path, email=email).code == 0
    manifest = load_manifest(tmp_path / "landing-zone.yaml").manifest
    assert manifest.organization.email == pattern
    assert manifest.contacts.security.email == contact


@pytest.mark.parametrize(
    ("home", "recovery", "profile"),
    [
        ("us-east-1", "us-west-2", None),
        ("eu-central-1", "eu-west-1", "eu"),
        ("ca-central-1", "ca-west-1", "canada"),
        ("us-east-1", "ca-central-1", "us-canada"),
        ("eu-west-2", "eu-west-1", "unrestricted"),
        ("us-east-1", "eu-central-1", "unrestricted"),
        ("ap-southeast-2", "ap-southeast-1", "unrestricted"),
    ],
)
def test_the_residency_profile_is_the_narrowest_that_admits_both_regions(
    home: str, recovery: str, profile: str | None
) -> None:
    text = starter_manifest(name="x", email="a@x.example", home=home, recovery=recovery, phone="+1 555 0100")
    assert faults_of(text) == []
    assert yaml.safe_load(text).get("residency") == ({"profile": profile} if profile else None)


def test_nothing_that_exists_is_overwritten(tmp_path: Path) -> None:
    (tmp_path / "file.yaml").write_text("mine")
    (tmp_path / "folder").mkdir()
    (tmp_path / "link.yaml").symlink_to(tmp_path / "nowhere.yaml")
    before = sorted(entry.name for entry in tmp_path.iterdir())
    for output in ("file.yaml", "folder", "link.yaml"):
        rows = errors_of(init(tmp_path, "--json", output=output))
        assert [(row["file"], row["message"]) for row in rows] == [
            (str(tmp_path / output), "exists; it is not overwritten")
        ]
    assert (tmp_path / "file.yaml").read_text() == "mine"
    assert sorted(entry.name for entry in tmp_path.iterdir()) == before


@pytest.mark.parametrize("output", ["missing/landing-zone.yaml", "file/landing-zone.yaml", "x" * 300])
def test_a_place_that_cannot_be_written_is_one_fault(tmp_path: Path, output: str) -> None:
    (tmp_path / "file").write_text("")
    rows = errors_of(init(tmp_path, "--json", output=output))
    assert len(rows) == 1
    assert rows[0]["message"].startswith("cannot be written: ")
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_a_write_that_fails_half_way_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    rows = errors_of(init(tmp_path, "--json"))
    assert rows[0]["message"] == "cannot be written: no space left on device"
    assert list(tmp_path.iterdir()) == []


def test_on_a_terminal_what_is_missing_is_asked_for(tmp_path: Path) -> None:
    ended = init(
        tmp_path, name=None, email=None, home=None, recovery=None, typed="clinic\na@x.example\n\n\n+1 555 0199\n"
    )
    assert ended.code == 0, ended.err
    manifest = load_manifest(tmp_path / "landing-zone.yaml").manifest
    assert (manifest.organization.name, manifest.regions.home, manifest.regions.recovery) == (
        "clinic",
        "us-east-1",
        "us-west-2",
    )


def test_input_that_ends_while_asking_is_an_interrupt(tmp_path: Path) -> None:
    ended = init(tmp_path, name=None, typed="")
    assert ended.code == 130
    assert "nothing was written" in ended.err
    assert list(tmp_path.iterdir()) == []


def test_with_json_nothing_is_asked(tmp_path: Path) -> None:
    assert [row["key"] for row in errors_of(init(tmp_path, "--json", name=None, typed="clinic\n"))] == ["--name"]
