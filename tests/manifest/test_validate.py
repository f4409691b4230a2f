"""`hlz validate`: the manifest and its lock, for people and for machines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.manifest.arrange import Json, changed, clinic, everything, hlz, text_of

LOCKED = "version: 1\nnetworks: {us-east-1: {ehr-production: {cidr: 10.0.0.0/20, layout: v1}}}\n"


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return written(tmp_path, clinic())


def written(folder: Path, content: Json) -> Path:
    path = folder / "landing-zone.yaml"
    path.write_text(text_of(content), encoding="utf-8")
    return path


def test_a_good_manifest_is_valid_with_or_without_a_lock(manifest: Path) -> None:
    for _ in range(2):
        ended = hlz("validate", "-m", manifest)
        assert (ended.code, ended.err) == (0, "")
        assert ended.out == f"{manifest}: valid, 2 accounts in addition to the core ones.\n"
        assert hlz("plan", "--write", "-q", "-m", manifest).code == 0


def test_json_is_one_document(manifest: Path) -> None:
    ended = hlz("validate", "--json", "-m", manifest)
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out) == {"valid": True, "errors": [], "warnings": [], "notes": []}


def test_quiet_says_nothing_when_all_is_well(manifest: Path) -> None:
    ended = hlz("validate", "-q", "-m", manifest)
    assert (ended.code, ended.out, ended.err) == (0, "", "")


def test_validate_writes_nothing(manifest: Path) -> None:
    hlz("validate", "-m", manifest)
    assert list(manifest.parent.iterdir()) == [manifest]


def test_a_fault_is_one_line_with_place_key_message_and_hint(tmp_path: Path) -> None:
    path = tmp_path / "landing-zone.yaml"
    path.write_text("version: 1\nregoins: {home: us-east-1}\n")
    ended = hlz("validate", "-q", "-m", path)
    assert (ended.code, ended.out) == (2, "")
    first, *others = sorted(ended.err.splitlines(), key=lambda line: "regoins" not in line)
    assert first.startswith(f"{path}:2:1: regoins: unknown key 'regoins'; allowed: version, organization, regions")
    assert first.endswith("(did you mean 'regions'?)")
    assert len(others) == 4


def test_umlauts_in_a_message_are_not_escaped_in_json(tmp_path: Path) -> None:
    path = written(tmp_path, changed(clinic(), (("accounts", 0, "name"), "münchen")))
    ended = hlz("validate", "--json", "-m", path)
    assert "'münchen' is not a name" in ended.out
    assert json.loads(ended.out)["errors"][0]["key"] == "accounts[0].name"


def errors_of(path: Path) -> list[dict[str, Any]]:
    ended = hlz("validate", "--json", "-m", path)
    assert ended.code == 2
    rows: list[dict[str, Any]] = json.loads(ended.out)["errors"]
    return rows


def test_faults_of_the_lock_name_the_lock(manifest: Path) -> None:
    lock = manifest.with_name("landing-zone.lock.yaml")
    lock.write_text("version: 1\nacounts: {}\n")
    assert [(row["file"], row["line"], row["key"]) for row in errors_of(manifest)] == [(str(lock), 2, "acounts")]
    lock.write_text(LOCKED)
    rows = errors_of(manifest)
    assert [(row["file"], row["line"], row["column"]) for row in rows] == [(str(lock), 2, 47)]
    assert rows[0]["key"] == "networks.us-east-1.ehr-production.cidr"


def test_an_exhausted_pool_is_a_fault_of_the_manifest(tmp_path: Path) -> None:
    path = written(tmp_path, changed(clinic(), (("network", "pools", "us-east-1"), "10.0.0.0/22")))
    rows = errors_of(path)
    assert [(row["file"], row["key"]) for row in rows] == [(str(path), "network.pools.us-east-1")]


def test_the_example_telephone_is_a_warning_outside_of_examples(tmp_path: Path) -> None:
    manifest = changed(clinic(), (("organization", "email"), "aws+{account}@hospital.org"))
    path = written(tmp_path, manifest)
    ended = hlz("validate", "--json", "-m", path)
    assert ended.code == 0
    warnings = json.loads(ended.out)["warnings"]
    assert [row["key"] for row in warnings] == ["contacts.security.phone"]
    assert "warning: '+1 555 0100' is reserved for examples" in hlz("validate", "-m", path).out


def test_a_manifest_with_every_key_is_valid(tmp_path: Path) -> None:
    assert hlz("validate", "-m", written(tmp_path, everything())).code == 0
