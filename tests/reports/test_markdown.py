"""Markdown for pull requests: short, escaped, and honest about what it leaves out."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.reports.check_results import results_of_check, results_of_report
from landing_zone.reports.markdown import LIMIT, escaped, markdown
from tests.reports.report_arrange import HOSTILE, finding, not_evaluated, source
from tests.reports.test_check_results import document


def text(**parts: Any) -> str:
    """The Markdown of a check document."""
    return markdown(results_of_check(document(**parts)), "Landing zone").decode()


def test_a_finding_stands_in_the_table_with_file_line_rule_citation_and_fix() -> None:
    row = next(line for line in text(findings=[finding(template="a.json")]).splitlines() if "HLZ-KMS-001" in line)
    assert row == (
        r"| error | a.json:7 Key | HLZ-KMS-001: The key is not rotated. (45 CFR 164.312\(a\)\(2\)\(iv\)) "
        r"| Set EnableKeyRotation to true. |"
    ).replace("(45 CFR", r"\(45 CFR").replace("(iv\\))", "(iv\\)\\)")


def test_errors_come_before_warnings_and_notes() -> None:
    shown = text(findings=[finding(severity=name) for name in ("note", "warning", "error")])
    assert [line[2:6] for line in shown.splitlines() if "HLZ-KMS" in line] == ["erro", "warn", "note"]


@pytest.mark.parametrize(
    ("parts", "verdict"),
    [
        ({"findings": [finding()]}, "**1 finding stops the output.**"),
        ({"findings": [finding(severity="note")]}, "**No finding stops the output.**"),
        ({"rules_run": 0}, "**No rule examined anything.** That is not a pass."),
    ],
)
def test_the_verdict_is_that_of_the_exit_code_and_nothing_examined_is_no_pass(parts: Any, verdict: str) -> None:
    assert verdict in text(**parts)


def test_what_was_not_evaluated_is_folded_with_its_reason() -> None:
    shown = text(not_evaluated=[not_evaluated()])
    assert "<summary>1 not evaluated</summary>" in shown
    assert "the value of a parameter is not known" in shown


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("<script>a</script>", "&lt;script&gt;a&lt;/script&gt;"),
        ("a|b", r"a\|b"),
        ("![x](http://e)", r"\!\[x\]\(http&#58;//e\)"),
        ("www.example", "www&#46;example"),
        ("@team", "@&#8203;team"),
        ("a\n\n# b", r"a \# b"),
        ("a\u202eb\u200bc\x1b", "abc"),
        ("`x`", r"\`x\`"),
        ("é😀", "é😀"),
    ],
)
def test_text_of_others_is_shown_as_it_stands_in_one_line(given: str, shown: str) -> None:
    assert escaped(given) == shown


def test_hostile_names_bring_no_html_and_no_line_of_their_own() -> None:
    shown = markdown(results_of_report(source(HOSTILE)), HOSTILE).decode()
    assert "<script" not in shown
    assert not any(line.startswith("#1") for line in shown.splitlines())
    assert shown.count("<details>") == shown.count("</details>") == 2


def test_a_long_report_is_cut_below_the_limit_and_says_how_much_is_missing() -> None:
    many = [finding(resource=f"Key{number}", message="é" * 390) for number in range(500)]
    shown = text(findings=many, not_evaluated=[not_evaluated()])
    rows = sum("HLZ-KMS-001" in line for line in shown.splitlines())
    assert len(shown.encode()) <= LIMIT
    assert f"{500 - rows} more findings are not shown" in shown
    assert "the value of a parameter is not known" in shown
