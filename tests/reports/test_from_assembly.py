"""An assembly whose hashes fit, and which says something else than this version expects."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from landing_zone.fault import InputError
from landing_zone.reports.from_assembly import input_from_assembly
from tests.reports.arrange import assembly

DAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return assembly(tmp_path_factory.mktemp("clinic"))


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Path:
    return shutil.copytree(original, tmp_path / "cdk.out")


def put(folder: Path, name: str, content: bytes) -> None:
    """Write a file with the hash that belongs to it."""
    (folder / name).write_bytes(content)
    index = json.loads((folder / "landing-zone.json").read_bytes())
    index["reports"][name] = sha256(content).hexdigest()
    (folder / "landing-zone.json").write_text(json.dumps(index))


def change_ledger(folder: Path, change: Callable[[Any], object]) -> None:
    document = json.loads((folder / "ledger.json").read_bytes())
    change(document)
    put(folder, "ledger.json", json.dumps(document).encode())


@pytest.mark.parametrize("content", [b"", b'{"version": 1', b"[" * 200_000, b"\xff", b"[]", b'{"version": true}'])
def test_a_ledger_that_is_no_ledger_is_bad_input(folder: Path, content: bytes) -> None:
    put(folder, "ledger.json", content)
    with pytest.raises(InputError, match=r"ledger\.json:1:1: is no "):
        input_from_assembly(folder, DAY)


@pytest.mark.parametrize("name", ["inventory.json", "access.json", "proofs.json"])
@pytest.mark.parametrize("content", [b"{}", b"[]", b"null", b'"totals rows"'])
def test_a_document_of_another_kind_is_bad_input(folder: Path, name: str, content: bytes) -> None:
    put(folder, name, content)
    with pytest.raises(InputError, match=f"{name}:1:1: is of another version: it has no "):
        input_from_assembly(folder, DAY)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        (lambda ledger: ledger.update(manifest={}), "manifest.version: Field required"),
        (lambda ledger: ledger["controls"].append(ledger["controls"][0]), "stands 2 times"),
        (lambda ledger: ledger["controls"][0]["entries"][0].update(scope="nowhere"), "no template is nowhere"),
        (lambda ledger: ledger.update(acknowledged=[{"rule": "x"}]), "acknowledged.0: it has no control"),
        (lambda ledger: ledger.update(theorems=[{}]), "theorems.0: it has no id"),
    ],
)
def test_a_ledger_of_other_rows_is_bad_input(folder: Path, change: Callable[[Any], object], fault: str) -> None:
    change_ledger(folder, change)
    with pytest.raises(InputError, match=fault):
        input_from_assembly(folder, DAY)


def test_a_control_that_the_assembly_does_not_know_is_not_evaluated(folder: Path) -> None:
    change_ledger(folder, lambda ledger: ledger["controls"].pop(0))
    report = input_from_assembly(folder, DAY).report
    (control,) = [row for row in report["controls"] if "does not know this control" in row["entries"][0]["reason"]]
    assert control["status"] == "not evaluated"


def test_a_control_that_this_version_does_not_know_is_said_and_not_dropped(folder: Path) -> None:
    change_ledger(folder, lambda ledger: ledger["controls"][0].update(id="LZ-OLD-99"))
    assert "LZ-OLD-99" in {row["rule"] for row in input_from_assembly(folder, DAY).report["not_evaluated"]}


@pytest.mark.parametrize("name", ["a\0b", "../ledger.json"])
def test_a_file_that_the_folder_cannot_hold_is_bad_input(folder: Path, name: str) -> None:
    index = json.loads((folder / "landing-zone.json").read_bytes())
    index["reports"][name] = index["reports"]["ledger.json"]
    (folder / "landing-zone.json").write_text(json.dumps(index))
    with pytest.raises(InputError, match="is not what was synthesized"):
        input_from_assembly(folder, DAY)


def test_a_map_that_is_no_text_is_bad_input(folder: Path) -> None:
    put(folder, "network.svg", b"\xff\xfe")
    with pytest.raises(InputError, match=r"network\.svg:1:1: is not UTF-8"):
        input_from_assembly(folder, DAY)


def test_an_index_that_is_nested_too_deeply_is_bad_input(folder: Path) -> None:
    (folder / "landing-zone.json").write_text("[" * 200_000)
    with pytest.raises(InputError, match="cannot be read as an assembly"):
        input_from_assembly(folder, DAY)
