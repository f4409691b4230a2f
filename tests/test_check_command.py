"""`hlz check PATH`: one document, partial results said to be partial, and a start that is fast enough for a hook."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from landing_zone.check_command import Options, check_command
from landing_zone.fault import InputError, UsageError
from landing_zone.outcome import BAD_INPUT, FINDINGS, Outcome

GOOD = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      KmsMasterKeyId: ''\n"
MODULE = GOOD + "  Module: {Type: 'A::B::MODULE'}\n"


def run(*paths: Path, fast: bool = True, **asked: Any) -> Outcome:
    options: dict[str, Any] = {
        "manifest": Path("none"),
        "segments": None,
        "baseline": None,
        "formats": [],
        "output": Path("none"),
    }
    return check_command(Options(paths=paths, fast=fast, progress=False, debug=False, **{**options, **asked}))


def write(folder: Path, **texts: str) -> Path:
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text)
    return folder


def test_the_document_has_the_keys_of_every_check_and_says_what_was_read(tmp_path: Path) -> None:
    outcome = run(write(tmp_path, a=GOOD, b=MODULE, values="x: 1"))
    document = outcome.document
    assert outcome.code == FINDINGS
    assert {"resources", "rules_run", "not_evaluated", "findings"} <= document.keys()
    assert not {"runs", "columns"} & document.keys()
    partial = [str(tmp_path / "b.yaml")]
    assert document["templates"] == {"checked": 2, "skipped": 1, "partial": partial, "without_rule": []}
    finding = next(row for row in document["findings"] if row["rule"] == "HLZ-SNS-002")
    assert (finding["template"], finding["line"]) == (str(tmp_path / "a.yaml"), 5)
    assert "2 templates, 1 other YAML and JSON files skipped" in outcome.text


def test_of_a_template_with_an_open_part_no_rule_says_that_it_can_be_read(tmp_path: Path) -> None:
    from landing_zone.assurance.files import check_templates

    checked = check_templates([write(tmp_path, a=GOOD, b=MODULE)], tmp_path, fast=True)
    runs = [row["template"] for row in checked.document["runs"] if row["rule"] == "HLZ-TPL-003"]
    assert runs == [str(tmp_path / "a.yaml")]


def test_with_a_file_that_cannot_be_read_the_rest_is_a_partial_result_and_the_code_that_of_bad_input(
    tmp_path: Path,
) -> None:
    broken = "Resources:\n  A: {Type: 'AWS::SNS::Topic', Type: x}\n"
    outcome = run(write(tmp_path, a=GOOD, b=broken, c=broken), formats=["sarif"], output=tmp_path / "out")
    assert outcome.code == BAD_INPUT
    assert [Path(row["file"]).name for row in outcome.document["errors"]] == ["b.yaml", "c.yaml"]
    assert all(row["line"] == 2 for row in outcome.document["errors"])
    assert outcome.document["partial"] is True
    assert outcome.document["findings"]
    assert not (tmp_path / "out").exists()


def test_where_nothing_can_be_read_there_are_errors_alone(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no CloudFormation template"):
        run(tmp_path)


def test_options_about_templates_need_templates() -> None:
    for asked in ({"fast": True}, {"fast": False, "segments": Path("s.yaml")}):
        with pytest.raises(UsageError, match="is about templates that exist"):
            run(**asked)


def test_sarif_points_at_line_and_column_of_the_source(tmp_path: Path) -> None:
    file = write(tmp_path, a=GOOD) / "a.yaml"
    run(file, formats=["sarif"], output=tmp_path / "out")
    (log,) = json.loads((tmp_path / "out" / "findings.sarif").read_bytes())["runs"]
    result = next(row for row in log["results"] if row["ruleId"] == "HLZ-SNS-002")
    place = result["locations"][0]["physicalLocation"]
    assert place["region"] == {"startLine": 5, "startColumn": 7}
    assert place["artifactLocation"]["uri"].endswith("/a.yaml")


def test_a_fast_check_imports_neither_cfn_lint_nor_the_other_commands(tmp_path: Path) -> None:
    write(tmp_path, a=GOOD)
    heavy = ["cfnlint", "aws_cdk", "landing_zone.commands", "landing_zone.manifest.model", "landing_zone.proof"]
    code = f"""\
import sys
from landing_zone.cli import app
try:
    app(["check", "--fast", "-q", {str(tmp_path)!r}], standalone_mode=False)
except Exception as end:
    print(end.code, [name for name in {heavy!r} if name in sys.modules])
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ended.stdout == "1 []\n"


def test_types_that_no_rule_is_about_are_named_and_so_do_not_pass_in_silence(tmp_path: Path) -> None:
    other = "Resources:\n  A: {Type: 'AWS::S3::Bucke'}\n  B: {Type: 'Custom::It'}\n  C: {Type: 'Custom::It'}\n"
    outcome = run(write(tmp_path, a=other, b=GOOD))
    assert outcome.document["templates"]["without_rule"] == [
        {"type": "AWS::S3::Bucke", "resources": 1},
        {"type": "Custom::It", "resources": 2},
    ]
    assert outcome.text.endswith("No rule is about: AWS::S3::Bucke (1), Custom::It (2).")


def test_a_line_break_in_a_file_name_makes_no_line_of_its_own(tmp_path: Path) -> None:
    folder = tmp_path / "a\nerror HLZ-IAM-001"
    folder.mkdir()
    outcome = run(write(folder, a=GOOD, b=MODULE, c=GOOD + GOOD))
    assert "a\\nerror HLZ-IAM-001" in outcome.text
    assert not [line for line in outcome.text.splitlines() if line.startswith("error HLZ-IAM-001")]
