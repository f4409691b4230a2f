"""Evaluation fails closed, counts what it examined, and reports in a stable form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from landing_zone.assurance.evaluation import evaluate
from landing_zone.assurance.finding import Finding, Report, RuleRun, merged
from landing_zone.assurance.rules import CannotEvaluate, Outcome, RuleContext, Undecided, Violation, rule, template_rule
from landing_zone.assurance.template import Resource, Template
from tests.assurance.arrange import document, resource, template

VPC = "AWS::EC2::VPC"
KEYS = {"rule", "control", "citations", "severity", "template", "resource", "path", "line", "message", "fix"}


def declared(judge: Any, **options: Any) -> Any:
    judge.__doc__ = "Judges VPCs."
    return rule("HLZ-TST-001", control="LZ-NET-01", resource=VPC, title="t", fix="f", **options)(judge)


def run(judge: Any, read: Template | None = None, **options: Any) -> Report:
    return evaluate(read or template(Vpc=resource(VPC)), rules=[declared(judge, **options)])


def test_a_violation_becomes_a_finding_with_the_controls_citations() -> None:
    def judge(vpc: Resource, context: RuleContext) -> Iterator[Outcome]:
        yield Violation(f"{vpc.logical_id} is wrong.", "Tags.0.Value")

    read = Template.from_json(document(Vpc=resource(VPC)), name="network", lines={"Resources/Vpc": 4})
    (finding,) = run(judge, read).findings
    assert finding.citations[0] == "164.312(e)(1)"
    assert (finding.path, finding.line) == ("Resources/Vpc/Properties/Tags/0/Value", 4)
    assert finding.severity == "error"


def test_a_rule_that_breaks_is_an_error_whatever_its_severity() -> None:
    def judge(vpc: Resource, context: RuleContext) -> Iterator[Outcome]:
        raise KeyError("oops")
        yield

    (finding,) = run(judge, severity="note").findings
    assert finding.message.startswith("the rule failed: KeyError")
    assert finding.severity == "error"


def test_a_rule_that_breaks_on_applies_is_an_error_too() -> None:
    def judge(vpc: Resource, context: RuleContext) -> Iterator[Outcome]:
        yield Violation("never")

    def broken(vpc: Resource, context: RuleContext) -> bool:
        raise TypeError("oops")

    assert "the rule failed" in run(judge, applies=broken).findings[0].message


def test_what_was_found_before_a_rule_gave_up_is_kept() -> None:
    def judge(vpc: Resource, context: RuleContext) -> Iterator[Outcome]:
        yield Violation("first")
        raise CannotEvaluate("the rest is unknown")

    report = run(judge)
    assert [finding.message for finding in report.findings] == ["first"]
    assert [entry.reason for entry in report.not_evaluated] == ["the rest is unknown"]
    assert report.rules_run == {"HLZ-TST-001"}


def test_an_undecided_resource_was_not_examined() -> None:
    def judge(vpc: Resource, context: RuleContext) -> Iterator[Outcome]:
        if vpc.logical_id == "Open":
            yield Undecided("open")

    report = run(judge, template(Open=resource(VPC), Fine=resource(VPC)))
    assert report.runs == (RuleRun("HLZ-TST-001", "network", ("Fine",)),)
    assert report.evaluations == 1


def test_a_rule_without_a_resource_of_its_type_did_not_run() -> None:
    def judge(vpc: Resource, context: RuleContext) -> Iterator[Outcome]:
        yield Violation("never")

    assert run(judge, template(Key=resource("AWS::KMS::Key"))).rules_run == frozenset()


def test_a_template_rule_examines_every_resource() -> None:
    def judge(context: RuleContext) -> Iterator[Outcome]:
        """Judges templates."""
        return iter(())

    whole = template_rule("HLZ-TST-002", control="LZ-NET-01", title="t", fix="f")(judge)
    report = evaluate(template(A=resource(VPC), B=resource(VPC)), rules=[whole])
    assert report.runs[0].resources == ("A", "B")


def test_a_rule_without_docstring_or_type_cannot_be_declared() -> None:
    def judge(vpc: Resource, context: RuleContext) -> Iterator[Outcome]:
        return iter(())

    with pytest.raises(ValueError, match="no docstring"):
        rule("HLZ-TST-003", control="LZ-NET-01", resource=VPC, title="t", fix="f")(judge)
    with pytest.raises(ValueError, match="no resource type"):
        rule("HLZ-TST-003", control="LZ-NET-01", resource=(), title="t", fix="f")


def test_a_finding_has_exactly_the_keys_of_the_check_document() -> None:
    finding = Finding("R", "C", ("164.312(b)",), "error", "t", "r", "p", 3, "m", "f")
    assert set(finding.as_json()) == KEYS
    assert Finding.from_json(json.loads(json.dumps(finding.as_json()))) == finding


def test_a_finding_of_unknown_severity_is_refused() -> None:
    raw = Finding("R", "C", (), "note", "t", "r", "p", None, "m", "f").as_json() | {"severity": "fatal"}
    with pytest.raises(ValueError, match="fatal"):
        Finding.from_json(raw)


def test_findings_of_one_place_are_ordered_with_and_without_a_line() -> None:
    first = Finding("R", "C", (), "error", "t", "r", "p", None, "m", "f")
    second = Finding("R", "C", (), "error", "t", "r", "p", 7, "m", "f")
    assert sorted([second, first]) == [first, second]


def test_a_report_survives_json_and_merging() -> None:
    report = evaluate(
        template(Vpc=resource(VPC), Key=resource("AWS::KMS::Key", {"EnableKeyRotation": {"Ref": "Stage"}}))
    )
    assert Report.from_json(json.loads(json.dumps(report.as_json()))) == report
    both = merged([report, report])
    assert both.resources == 2 * report.resources
    assert both.evaluations == 2 * report.evaluations
    assert both.rules_run == report.rules_run


def test_the_same_template_gives_the_same_report() -> None:
    body = document(Vpc=resource(VPC), Key=resource("AWS::KMS::Key"))
    shuffled = body | {"Resources": dict(reversed(list(body["Resources"].items())))}
    first, second = (evaluate(Template.from_json(raw, name="t")) for raw in (body, shuffled))
    assert first.findings == second.findings
