"""`hlz report`: what was synthesized, and nothing else, in the formats that exist."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from landing_zone.fault import InputError
from landing_zone.outcome import FINDINGS, GOOD, Outcome
from landing_zone.reports import command
from landing_zone.reports.command import report_command
from landing_zone.reports.formats import FORMATS
from tests.arrangement import hlz
from tests.assurance.arrange import document, resource
from tests.reports.arrange import assembly

INVENTORY = "inventory-json"


def run(folder: Path, *formats: str, output: str = "reports") -> Outcome:
    return report_command(folder, None, formats, folder.parent / output, "2026-11-23", progress=False, debug=False)


def of_manifest(folder: Path) -> Outcome:
    reports = folder / "reports"
    return report_command(Path("none"), Path("x.yaml"), [INVENTORY], reports, None, progress=False, debug=False)


def test_all_quick_formats_are_written_by_default_with_their_hashes(tmp_path: Path) -> None:
    outcome = run(assembly(tmp_path))
    assert outcome.code == GOOD
    assert {file["format"] for file in outcome.document["files"]} == FORMATS.keys() - {"pdf"}
    for file in outcome.document["files"]:
        content = Path(file["path"]).read_bytes()
        assert file["sha256"] == hashlib.sha256(content).hexdigest()
        if file["format"].startswith(("inventory", "access")):
            assert content == (tmp_path / "cdk.out" / Path(file["path"]).name).read_bytes()


def test_two_runs_on_a_day_give_the_same_bytes_and_another_day_another_report(tmp_path: Path) -> None:
    folder = assembly(tmp_path)
    quick = ["html", "json", "xlsx", "markdown"]

    def hashes(day: str, output: str) -> list[str]:
        made = report_command(folder, None, quick, tmp_path / output, day, progress=False, debug=False)
        return [file["sha256"] for file in made.document["files"]]

    assert hashes("2026-11-23", "a") == hashes("2026-11-23", "b") != hashes("2027-11-23", "c")


def test_a_format_that_is_asked_for_twice_is_written_once(tmp_path: Path) -> None:
    outcome = run(assembly(tmp_path), "inventory-json", "inventory-json")
    assert [file["format"] for file in outcome.document["files"]] == ["inventory-json"]
    assert not (tmp_path / "reports" / "inventory.csv").exists()


def test_an_unknown_format_is_refused_with_the_list_before_anything_is_read(tmp_path: Path) -> None:
    with pytest.raises(
        InputError,
        match=r"formats are html, pdf, .*access-json .did you mean 'inventory-csv'",
    ):
        run(tmp_path / "nowhere", "inventory-cvs")


@pytest.mark.parametrize("victim", ["inventory.json", "access.json", "template"])
def test_an_assembly_that_was_changed_is_refused_by_file(tmp_path: Path, victim: str) -> None:
    folder = assembly(tmp_path)
    file = folder / victim if victim.endswith(".json") else next(iter(sorted(folder.glob("*.template.json"))))
    file.write_text(file.read_text() + " ")
    with pytest.raises(InputError, match=f"{file.name}.*is not what was synthesized"):
        run(folder)
    assert not (tmp_path / "reports").exists()


def test_a_missing_template_of_an_assembly_is_refused(tmp_path: Path) -> None:
    folder = assembly(tmp_path)
    next(folder.glob("*.template.json")).unlink()
    with pytest.raises(InputError, match="is not what was synthesized"):
        run(folder)


def test_an_index_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    folder = assembly(tmp_path)
    (folder / "landing-zone.json").write_text("[]")
    with pytest.raises(InputError, match="cannot be read as an assembly"):
        run(folder)


def test_templates_of_any_origin_have_an_inventory_too(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    (folder / "nested").mkdir(parents=True)
    queue = document(Q=resource("AWS::SQS::Queue", {"KmsMasterKeyId": {"Fn::ImportValue": "hlz-logs-key-arn"}}))
    (folder / "app.template.json").write_text(json.dumps(queue))
    (folder / "nested" / "b.template.yaml").write_text("Resources: {T: {Type: AWS::SNS::Topic}}")
    found = json.loads(Path(run(folder, "inventory-json").document["files"][0]["path"]).read_text())
    assert [(row["resource"], row["encrypted"]) for row in found["rows"] if row["kind"] == "store"] == [
        ("T", "none"),
        ("Q", "not known"),
    ]
    assert found["about"]["templates_sha256"].keys() == {"app.template.json", "nested/b.template.yaml"}


def test_templates_of_any_origin_say_nothing_about_access(tmp_path: Path) -> None:
    folder = tmp_path / "theirs"
    folder.mkdir()
    (folder / "app.template.json").write_text(json.dumps(document(Q=resource("AWS::SQS::Queue"))))
    assert [file["format"] for file in run(folder).document["files"]] == ["inventory-csv", "inventory-json"]
    with pytest.raises(InputError, match="access-csv is made from a manifest's assembly, not from templates"):
        run(folder, "access-csv")


def test_a_folder_without_templates_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no CloudFormation template"):
        run(tmp_path)
    with pytest.raises(InputError, match="no such file or directory"):
        run(tmp_path / "nowhere")


def test_a_file_in_place_of_the_folder_is_bad_input(tmp_path: Path) -> None:
    file = tmp_path / "app.template.json"
    file.write_text("{}")
    with pytest.raises(InputError, match="is not a folder"):
        run(file)


def test_a_manifest_is_synthesized_first_and_leaves_no_assembly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def synthesizing(manifest: Path, output: Path, **_: object) -> Outcome:
        asked.append(output)
        assembly(tmp_path).rename(output)
        return Outcome(GOOD, {})

    monkeypatch.setattr(command, "run_app", synthesizing)
    outcome = report_command(
        Path("none"), Path("x.yaml"), [INVENTORY], tmp_path / "reports", None, progress=False, debug=False
    )
    assert [file["format"] for file in outcome.document["files"]] == [INVENTORY]
    assert not asked[0].exists()


def test_a_manifest_with_findings_ends_as_its_synthesis_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(command, "run_app", lambda *_, **__: Outcome(FINDINGS, {"findings": [1]}, "it is open"))
    outcome = report_command(
        Path("none"), Path("x.yaml"), [INVENTORY], tmp_path / "reports", None, progress=False, debug=False
    )
    assert (outcome.code, outcome.text) == (FINDINGS, "it is open")
    assert not (tmp_path / "reports").exists()


def test_an_output_that_is_a_file_is_bad_input(tmp_path: Path) -> None:
    folder = assembly(tmp_path)
    (tmp_path / "reports").write_text("mine")
    with pytest.raises(InputError, match="cannot be made: file exists"):
        run(folder)


def test_the_command_prints_one_document(tmp_path: Path, home: Path) -> None:
    folder = assembly(tmp_path)
    result = hlz(
        "report",
        "--assembly",
        folder,
        "-o",
        tmp_path / "r",
        "--format",
        "inventory-csv",
        "--json",
        home=home,
        cwd=tmp_path,
    )
    assert result.returncode == 0, result.stderr
    (file,) = json.loads(result.stdout)["files"]
    assert file["format"] == "inventory-csv"


def test_the_command_ends_with_2_on_an_unknown_format(tmp_path: Path, home: Path) -> None:
    result = hlz("report", "--format", "docx", "--json", home=home, cwd=tmp_path)
    assert result.returncode == 2
    (error,) = json.loads(result.stdout)["errors"]
    assert "there is no format 'docx'; formats are html, pdf" in error["message"]
