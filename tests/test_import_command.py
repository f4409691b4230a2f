"""`hlz import` and `hlz assess organization`: what is written can be read by the commands that come after."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.arrangement import Json
from tests.live_organization.arrange import Made
from tests.lza.arrange import SMALL, write
from tests.manifest.arrange import Ended, hlz


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Ended]:
    folder = tmp_path_factory.mktemp("imported")
    write(folder / "lza", SMALL)
    return folder, hlz("import", "lza", folder / "lza", "-o", folder / "ours", "--json")


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("export") / "organization.json"
    path.write_text(json.dumps(Made().content), encoding="utf-8")
    return path


def document(ended: Ended) -> Json:
    found: Json = json.loads(ended.out)
    return found


def test_a_converted_configuration_validates_and_plans(imported: tuple[Path, Ended]) -> None:
    folder, ended = imported
    assert (ended.code, document(ended)["partial"]) == (0, False)
    assert hlz("validate", "-m", folder / "ours" / "landing-zone.yaml").code == 0
    assert hlz("plan", "--write", "-q", "-m", folder / "ours" / "landing-zone.yaml").code == 0


def test_every_row_of_the_mapping_has_file_line_and_what_became_of_it(imported: tuple[Path, Ended]) -> None:
    rows = document(imported[1])["rows"]
    assert {row["status"] for row in rows} <= {"carried", "changed", "no counterpart"}
    assert all(row["file"] and row["line"] and row["what"] for row in rows)
    assert (imported[0] / "ours" / "mapping.md").is_file()


def test_what_is_there_is_not_overwritten(imported: tuple[Path, Ended]) -> None:
    folder, _ = imported
    before = (folder / "ours" / "landing-zone.yaml").read_bytes()
    ended = hlz("import", "lza", folder / "lza", "-o", folder / "ours", "--json")
    assert (ended.code, len(document(ended)["errors"])) == (2, 1)
    assert (folder / "ours" / "landing-zone.yaml").read_bytes() == before


def test_an_export_becomes_a_folder_of_policies_that_prove_reads(export: Path, tmp_path: Path) -> None:
    assert hlz("import", "organization", export, "--phi", "Clinical", "-o", tmp_path / "policies").code == 0
    ended = hlz("prove", "--policies", tmp_path / "policies", "--json")
    assert ended.code == 1
    assert {row["verdict"] for row in document(ended)["results"]} <= {"PROVED", "REFUTED", "UNKNOWN"}


def test_an_organization_is_assessed_from_its_export(export: Path) -> None:
    ended = hlz("assess", "organization", export, "--json")
    assert ended.code == 1
    gaps = document(ended)["gaps"]
    assert gaps
    assert all({"id", "citations", "file", "line", "message"} <= gap.keys() for gap in gaps)


@pytest.mark.parametrize("command", ["import", "assess"])
def test_what_is_no_export_is_one_clear_error(tmp_path: Path, command: str) -> None:
    path = tmp_path / "organization.json"
    path.write_text("{", encoding="utf-8")
    ended = hlz(command, "organization", path, "-o", tmp_path / "out", "--json")
    assert (ended.code, len(document(ended)["errors"])) == (2, 1)
    assert not (tmp_path / "out").exists()


def test_the_permissions_of_the_export_are_printed(tmp_path: Path) -> None:
    policy = document(hlz("import", "organization", "--permissions"))["policy"]
    actions = {action for row in policy["Statement"] for action in row["Action"]}
    assert "organizations:DescribePolicy" in actions
    assert not any("*" in action for action in actions)
