"""One shape for the check document and for the report."""

from __future__ import annotations

from typing import Any

from landing_zone.reports.check_results import printable, results_of_check, results_of_report
from tests.reports.report_arrange import OTHER, VARIANT, acknowledged, finding, not_evaluated, source


def document(**parts: Any) -> dict[str, Any]:
    """A check document without findings."""
    return {"resources": 3, "rules_run": 2, "evaluations": 4, "findings": [], "not_evaluated": []} | parts


def test_characters_that_xml_and_utf8_cannot_hold_are_dropped_and_all_others_kept() -> None:
    assert printable("a\x00\x1b\ud800\ufffeb\t\n\u202e😀é") == "ab\t\n\u202e😀é"


def test_a_finding_in_a_variant_is_placed_in_the_file_of_one_of_its_deployments() -> None:
    results = results_of_report(source(), assembly="out/assembly")
    assert results.place(VARIANT) == f"out/assembly/hlz-{VARIANT}.template.json"
    assert results.place(f"hlz-{OTHER}-ehr-training") == f"out/assembly/hlz-{OTHER}.template.json"


def test_a_finding_in_a_file_is_placed_in_that_file() -> None:
    results = results_of_check(document(findings=[finding(template="stacks/app.yaml")]))
    assert results.place("stacks/app.yaml") == "stacks/app.yaml"


def test_notes_do_not_fail_a_check() -> None:
    results = results_of_check(document(findings=[finding(severity="note"), finding(severity="warning")]))
    assert [row["severity"] for row in results.failing] == ["warning"]


def test_a_check_document_counts_acknowledgements_or_lists_them() -> None:
    assert results_of_check(document(acknowledged=4)).acknowledged == 4
    listed = results_of_check(document(acknowledged=[acknowledged()]))
    assert (listed.acknowledged, len(listed.suppressed)) == (1, 1)


def test_a_finding_of_which_a_part_is_not_excepted_is_not_suppressed() -> None:
    held = [{"scope": "sandbox", "owner": "platform", "approver": "security", "expires": "2027-03-01", "issue": None}]
    whole, part = (finding(whole=whole, exceptions=held) for whole in (True, False))
    (row,) = results_of_check(document(excepted=[whole, part])).suppressed
    assert (row["reason"], row["owner"], row["expires"]) == (
        "Excepted for sandbox, accepted by security.",
        "platform",
        "2027-03-01",
    )


def test_what_was_examined_is_told_by_runs_or_by_evidence() -> None:
    runs = [{"rule": "HLZ-KMS-001", "template": "a.json", "resources": ["Key"]}]
    assert results_of_check(document(runs=runs)).examined == {"a.json": {"HLZ-KMS-001"}}
    assert results_of_report(source()).examined == {OTHER: {"HLZ-KMS-001"}, VARIANT: {"HLZ-NET-007"}}


def test_every_rule_has_a_row_with_title_control_and_fix() -> None:
    rules = results_of_check(document(not_evaluated=[not_evaluated()])).rules
    assert {"HLZ-KMS-001", "HLZ-VAL-005", "HIPAA.Security-LambdaDLQ"} <= rules.keys()
    assert all(row["title"] and row["control"] and row["fix"] for row in rules.values())
