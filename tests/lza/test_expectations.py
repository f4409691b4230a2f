"""Rows about LZA settings: each holds on its good examples, fires once on its bad ones, and cites what exists."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from landing_zone.assurance.controls import controls
from landing_zone.lza.configuration import Configuration, read_configuration
from landing_zone.lza.expectations import Expectation, Verdict, expectations, judge
from landing_zone.lza.folders import CONFIGURATION_FILES
from landing_zone.policy_data import policy_data, policy_files

FILES = policy_files("lza/expectations")
by_file = pytest.mark.parametrize("file", FILES)


def rows(file: str) -> list[Expectation]:
    ids = {row["id"] for row in policy_data(file)}
    return [row for row in expectations() if row.id in ids]


def configuration(folder: Path, files: Mapping[str, Any]) -> Configuration:
    """JSON is YAML, and cheaper to write."""
    for old in folder.iterdir():
        old.unlink()
    for name, content in files.items():
        (folder / CONFIGURATION_FILES.get(name, name)).write_text(json.dumps(content), encoding="utf-8")
    return read_configuration(folder)


def judged(row: Expectation, folder: Path, files: Mapping[str, Any]) -> list[Verdict]:
    return list(judge(row, configuration(folder, files)))


@by_file
def test_good_examples_are_quiet(file: str, tmp_path: Path) -> None:
    for row in rows(file):
        for example in (*row.good, *row.silent):
            found = [verdict.sentence or verdict.open for verdict in judged(row, tmp_path, example)]
            assert found == [], (row.id, example)


@by_file
def test_bad_examples_are_found_once_in_their_file(file: str, tmp_path: Path) -> None:
    for row in rows(file):
        for example in row.bad:
            found = judged(row, tmp_path, example)
            assert [bool(verdict.sentence) for verdict in found] == [True], (row.id, example)
            assert found[0].entry.file in (CONFIGURATION_FILES[row.file], *example), (row.id, example)


@by_file
def test_conditions_of_a_row_are_needed(file: str, tmp_path: Path) -> None:
    for row in rows(file):
        unconditional = row.model_copy(update={"when": (), "given": {}})
        for example in row.silent:
            assert judged(unconditional, tmp_path, example), (row.id, example)


@by_file
def test_citations_are_paragraphs_of_the_catalogue_and_of_the_rows_control(file: str) -> None:
    known = {row["citation"] for row in policy_data("hipaa/security_rule")["rows"]}
    for row in rows(file):
        assert row.citations or row.said_as == "fact", row.id
        assert set(row.citations) <= known, row.id
        assert set(row.cited) <= set(controls()[row.control].cfr if row.control else ()), row.id


@by_file
def test_sentences_end_and_promise_nothing(file: str) -> None:
    for row in rows(file):
        texts = (row.found, row.why, row.fix)
        assert all(text.rstrip("}").endswith(".") or row.found.endswith("{value}") for text in texts), row.id
        assert not any("compliant" in text.lower() for text in texts), row.id


def asks_one_value(row: Expectation) -> bool:
    simple = row.expect.kind in ("equals", "at_least", "at_most", "none_of", "matches", "excludes")
    return simple and not row.when and not row.given and not {"[", "*", "@"} & set(row.at) and bool(row.expect.path)


def test_a_value_that_is_not_known_is_said_and_never_good(tmp_path: Path) -> None:
    simple = [row for row in expectations() if asks_one_value(row)]
    assert len(simple) > 30
    for row in simple:
        content: Any = "{{ unknown }}"
        for step in reversed([step for step in (*row.at.split("."), *row.expect.path.split(".")) if step]):
            content = {step: content}
        found = judged(row, tmp_path, {row.file: content})
        assert [(verdict.sentence, bool(verdict.open)) for verdict in found] == [("", True)], row.id


def test_ids_are_unique_and_rows_are_many() -> None:
    ids = [row.id for row in expectations()]
    assert len(ids) == len(set(ids)) > 150


def test_a_gap_stands_at_the_line_of_the_value(tmp_path: Path) -> None:
    lines = (
        "logging:",
        "  centralLogBucket:",
        "    lifecycleRules:",
        "      - enabled: true",
        "        expiration: 30",
    )
    text = "\n".join(("homeRegion: us-east-1", *lines))
    (tmp_path / "global-config.yaml").write_text(text, encoding="utf-8")
    row = next(row for row in expectations() if row.id == "LZA-LOG-002")
    verdict = next(judge(row, read_configuration(tmp_path)))
    assert (verdict.entry.line, verdict.entry.column) == (6, 21)
    assert "after 30 days" in verdict.sentence


def test_a_condition_that_is_not_known_is_said(tmp_path: Path) -> None:
    files = {"global": {"controlTower": {"enable": "{{ tower }}"}}, "security": {"awsConfig": {"ruleSets": []}}}
    row = next(row for row in expectations() if row.id == "LZA-CFG-001")
    found = judged(row, tmp_path, files)
    assert [verdict.sentence for verdict in found] == [""]
    assert "controlTower.enable is not known" in found[0].open


def test_a_whole_section_that_is_not_known_is_said(tmp_path: Path) -> None:
    row = next(row for row in expectations() if row.id == "LZA-DET-008")
    found = judged(row, tmp_path, {"security": {"centralSecurityServices": "{{ services }}"}})
    assert [bool(verdict.open) for verdict in found] == [True]


def test_a_condition_on_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    row = next(row for row in expectations() if row.id == "LZA-CFG-001")
    found = judged(row, tmp_path, {"security": {"awsConfig": {"enableConfigurationRecorder": False}}})
    assert [(verdict.sentence, "was not read" in verdict.open) for verdict in found] == [("", True)]


def test_values_are_shown_on_one_line_and_cut(tmp_path: Path) -> None:
    row = next(row for row in expectations() if row.id == "LZA-ORG-012")
    accounts = {"mandatoryAccounts": [{"name": "Audit", "email": "<a>\n" + "b" * 200}]}
    sentence = judged(row, tmp_path, {"accounts": accounts})[0].sentence
    assert sentence.isprintable()
    assert len(sentence) < 150


def test_a_thing_without_a_name_goes_by_its_key(tmp_path: Path) -> None:
    row = next(row for row in expectations() if row.id == "LZA-BCK-009")
    sentence = judged(row, tmp_path, row.bad[0])[0].sentence
    assert "plan 'daily'" in sentence
