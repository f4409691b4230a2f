"""JUnit: what failed fails, what was not evaluated is skipped and never passed."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from landing_zone.reports.check_results import results_of_check, results_of_report
from landing_zone.reports.junit import junit
from tests.reports.report_arrange import HOSTILE, OTHER, VARIANT, acknowledged, finding, not_evaluated, source
from tests.reports.test_check_results import document


def suites(**parts: Any) -> ElementTree.Element:
    """The XML of a check document."""
    return ElementTree.fromstring(junit(results_of_check(document(**parts))))


def case(**parts: Any) -> ElementTree.Element:
    """The only case of a check document."""
    (found,) = suites(**parts).iter("testcase")
    return found


def test_each_template_is_a_suite_and_each_rule_a_case() -> None:
    found = ElementTree.fromstring(junit(results_of_report(source())))
    names = {suite.attrib["name"]: [one.attrib["name"] for one in suite] for suite in found}
    assert names == {OTHER: ["HLZ-KMS-001"], VARIANT: ["HLZ-IAM-001", "HLZ-KMS-001", "HLZ-NET-007"]}
    assert found.attrib == {"name": "hlz", "tests": "4", "failures": "1", "errors": "0", "skipped": "1"}


def test_a_finding_is_a_failure_with_message_place_and_fix() -> None:
    found = case(findings=[finding(template="a.json")])
    failure = found.find("failure")
    assert (found.attrib["file"], found.attrib["line"]) == ("a.json", "7")
    assert failure is not None
    assert failure.attrib == {"type": "error", "message": "The key is not rotated."}
    assert "a.json:7 Key" in str(failure.text)
    assert "Fix: Set EnableKeyRotation to true." in str(failure.text)


def test_several_findings_of_a_rule_are_one_failure() -> None:
    failures = case(findings=[finding(), finding(resource="Other")]).findall("failure")
    assert [failure.attrib["message"] for failure in failures] == ["2 findings"]


def test_a_note_does_not_fail() -> None:
    found = case(findings=[finding(severity="note")])
    assert [child.tag for child in found] == ["system-out"]


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        ({"not_evaluated": [not_evaluated()]}, "not evaluated: the value of a parameter is not known"),
        ({"acknowledged": [acknowledged()]}, "accepted by security: The key signs, and AWS rotates no such key."),
    ],
    ids=["not evaluated", "acknowledged"],
)
def test_what_did_not_pass_and_did_not_fail_is_skipped_with_the_reason(parts: Any, reason: str) -> None:
    assert [(child.tag, child.attrib["message"]) for child in case(**parts)] == [("skipped", reason)]


def test_a_rule_that_found_something_fails_even_where_it_could_not_judge_all() -> None:
    found = case(findings=[finding()], not_evaluated=[not_evaluated(rule="HLZ-KMS-001")])
    assert [child.tag for child in found] == ["failure"]


@pytest.mark.parametrize(("rules_run", "children"), [(0, ["skipped"]), (3, [])])
def test_a_check_without_anything_to_say_has_a_case_that_passes_only_if_a_rule_ran(
    rules_run: int, children: list[str]
) -> None:
    assert [child.tag for child in case(rules_run=rules_run)] == children


def test_hostile_text_is_text() -> None:
    found = ElementTree.fromstring(junit(results_of_report(source(HOSTILE))))
    messages = [failure.attrib["message"] for failure in found.iter("failure")]
    assert messages == [HOSTILE.replace("\x00", "").replace("\x1b", "")]
