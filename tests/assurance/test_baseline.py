"""A baseline hides what it holds, as often as it holds it, and nothing else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from landing_zone.assurance.baseline import read_baseline, without_known
from landing_zone.fault import InputError


def row(rule: str = "HLZ-KMS-001", resource: str = "Key", **fields: Any) -> dict[str, Any]:
    return {"rule": rule, "template": "t.yaml", "resource": resource, "path": "Resources/Key", "line": 3, **fields}


def left(tmp_path: Path, known: list[dict[str, Any]], found: list[dict[str, Any]]) -> dict[str, Any]:
    file = tmp_path / "baseline.json"
    file.write_text(json.dumps({"findings": known}))
    return without_known({"findings": found, "resources": 1}, read_baseline(file))


def test_a_known_finding_is_not_reported_although_its_line_and_words_changed(tmp_path: Path) -> None:
    document = left(tmp_path, [row(line=1, message="old")], [row(line=9, message="new")])
    assert document["findings"] == []
    assert document["baseline"] == {"known": 1, "gone": 0}


def test_another_resource_or_rule_is_new(tmp_path: Path) -> None:
    new = [row(resource="Other"), row(rule="HLZ-KMS-002")]
    document = left(tmp_path, [row()], new)
    assert document["findings"] == new
    assert document["baseline"] == {"known": 0, "gone": 1}


def test_a_second_finding_of_the_same_kind_is_new(tmp_path: Path) -> None:
    assert len(left(tmp_path, [row()], [row(), row()])["findings"]) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{", "is no JSON"),
        ("[]", "no list of findings"),
        ('{"findings": 3}', "no list of findings"),
        ('{"findings": [1]}', r"findings\[0\]: is no finding"),
        ('{"findings": [{"rule": 1, "template": "", "resource": "", "path": ""}]}', "has no text rule"),
        ("[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_check_document_is_bad_input(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "baseline.json"
    file.write_text(text)
    with pytest.raises(InputError, match=said):
        read_baseline(file)
