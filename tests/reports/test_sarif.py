"""SARIF: valid, placed in files, the same fingerprint wherever a finding moves to."""

from __future__ import annotations

import json
from pathlib import PurePosixPath
from typing import Any

import jsonschema
import pytest

from landing_zone.reports.check_results import results_of_check, results_of_report
from landing_zone.reports.sarif import TAGS, sarif
from tests.arrangement import Json
from tests.reports.report_arrange import HOSTILE, SCHEMAS, VARIANT, finding, not_evaluated, source
from tests.reports.test_check_results import document


def run(**parts: Any) -> Json:
    """The run in the SARIF log of a check document."""
    log: Json = json.loads(sarif(results_of_check(document(**parts)), "1.2.3", PurePosixPath("/builds/repository")))
    (found,) = log["runs"]
    return dict(found)


@pytest.mark.parametrize("hostile", ["", HOSTILE], ids=["plain", "hostile"])
def test_the_log_of_a_report_is_valid_by_the_schema_of_sarif(hostile: str) -> None:
    schema = json.loads((SCHEMAS / "sarif-2.1.0.schema.json").read_bytes())
    jsonschema.Draft4Validator(schema).validate(json.loads(sarif(results_of_report(source(hostile)), "1.2.3")))


def test_the_same_input_gives_the_same_bytes() -> None:
    assert sarif(results_of_report(source()), "1") == sarif(results_of_report(source()), "1")


def test_a_result_stands_at_file_and_line_relative_to_the_repository() -> None:
    (result,) = run(findings=[finding(template="/builds/repository/my stacks/a.json")])["results"]
    place = result["locations"][0]["physicalLocation"]
    assert place == {
        "artifactLocation": {"uri": "my%20stacks/a.json", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 7},
    }


def test_a_file_outside_of_the_repository_keeps_its_whole_address() -> None:
    (result,) = run(findings=[finding(template="/elsewhere/a.json")])["results"]
    assert result["locations"][0]["physicalLocation"]["artifactLocation"] == {"uri": "file:///elsewhere/a.json"}


def test_severities_are_levels() -> None:
    results = run(findings=[finding(severity=name) for name in ("error", "warning", "note")])["results"]
    assert [row["level"] for row in results] == ["error", "warning", "note"]


def test_a_fingerprint_survives_a_move_to_another_line_and_another_folder() -> None:
    here, moved, other = (
        run(findings=[finding(**fields)])["results"][0]["partialFingerprints"]
        for fields in ({"template": "a/x.json"}, {"template": "b/x.json", "line": 99}, {"resource": "Other"})
    )
    assert here == moved != other


def test_equal_findings_of_one_place_have_fingerprints_of_their_own() -> None:
    results = run(findings=[finding(), finding(message="Another.")])["results"]
    assert len({row["partialFingerprints"]["hlzFinding/v1"] for row in results}) == 2


def test_a_result_names_its_rule_with_help_control_and_citations() -> None:
    found = run(findings=[finding()])
    rule = found["tool"]["driver"]["rules"][found["results"][0]["ruleIndex"]]
    assert rule["id"] == found["results"][0]["ruleId"] == "HLZ-KMS-001"
    assert "Fix: " in rule["help"]["text"]
    assert {"LZ-KMS-02", "45 CFR 164.312(a)(2)(iv)"} <= set(rule["properties"]["tags"])
    assert len(rule["properties"]["tags"]) <= TAGS


def test_a_rule_with_several_findings_on_a_resource_is_one_rule() -> None:
    found = run(findings=[finding(rule="HIPAA.Security-LambdaDLQ[Action::*]")])
    assert [rule["id"] for rule in found["tool"]["driver"]["rules"]] == ["HIPAA.Security-LambdaDLQ"]
    assert found["results"][0]["ruleId"] == "HIPAA.Security-LambdaDLQ/Action::*"


def test_a_rule_of_another_tool_is_named_without_help() -> None:
    assert run(findings=[finding(rule="E3012")])["tool"]["driver"]["rules"] == [
        {"id": "E3012", "defaultConfiguration": {"level": "error"}}
    ]


def test_what_was_acknowledged_is_a_suppressed_result_with_the_reason() -> None:
    found = json.loads(sarif(results_of_report(source()), "1"))["runs"][0]["results"]
    open, suppressed = found
    assert "suppressions" not in open
    assert suppressed["suppressions"] == [
        {
            "kind": "external",
            "status": "accepted",
            "justification": "The key signs, and AWS rotates no such key. (security)",
        }
    ]


def test_what_was_not_evaluated_is_a_notification_and_no_result() -> None:
    found = run(not_evaluated=[not_evaluated(), not_evaluated()])
    (notification,) = found["invocations"][0]["toolExecutionNotifications"]
    assert found["results"] == []
    assert notification["message"]["text"] == "Not evaluated: the value of a parameter is not known"
    assert notification["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith(
        f"{VARIANT}.template.json"
    )


def test_the_exit_code_is_that_of_the_check() -> None:
    codes = [run(findings=[finding(severity=name)])["invocations"][0]["exitCode"] for name in ("note", "error")]
    assert codes == [0, 1]


def test_help_in_markdown_is_not_markup() -> None:
    row = {**finding(), "rule": "R"}
    results = results_of_report(source())
    rules = {**results.rules, "R": {**results.rules["HLZ-KMS-001"], "id": "R", "fix": "<b>*x*</b>"}}
    log = json.loads(sarif(type(results)(**{**vars(results), "findings": (row,), "rules": rules}), "1"))
    text = next(rule for rule in log["runs"][0]["tool"]["driver"]["rules"] if rule["id"] == "R")["help"]["markdown"]
    assert r"\<b\>\*x\*\</b\>" in text
