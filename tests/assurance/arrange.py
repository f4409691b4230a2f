"""Small builders the assurance tests arrange their templates with."""

from __future__ import annotations

from typing import Any

from landing_zone.assurance.evaluation import evaluate
from landing_zone.assurance.finding import Report
from landing_zone.assurance.library import ALL
from landing_zone.assurance.rules import RuleContext
from landing_zone.assurance.template import Template

Json = dict[str, Any]

OPEN_CONDITION: Json = {"Fn::Equals": [{"Ref": "Stage"}, "production"]}
OWN_ROOT: Json = {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}


def resource(type_: str, properties: Json | None = None, **attributes: Any) -> Json:
    return {"Type": type_, "Properties": properties or {}, **attributes}


def document(**resources: Any) -> Json:
    """A template of these resources, with the parameter `Stage` and the open condition `IsProduction`."""
    return {
        "Parameters": {"Stage": {"Type": "String", "Default": "production"}, "Cidr": {"Type": "String"}},
        "Conditions": {"IsProduction": OPEN_CONDITION},
        "Resources": resources,
    }


def template(**resources: Any) -> Template:
    return Template.from_json(document(**resources), name="network")


def check(rule: str, *, context: Json | None = None, **resources: Any) -> Report:
    """The report of one rule on a template of these resources."""
    return check_document(rule, document(**resources), context=context)


def check_document(rule: str, raw: Any, *, context: Json | None = None) -> Report:
    read = Template.from_json(raw, name="network")
    chosen = [entry for entry in ALL if entry.id == rule]
    assert chosen, rule
    return evaluate(read, RuleContext(read, **(context or {})), chosen)


def messages(report: Report) -> list[str]:
    return [finding.message for finding in report.findings]


def reasons(report: Report) -> list[str]:
    return [entry.reason for entry in report.not_evaluated]


def assert_quiet(report: Report) -> None:
    """The rule ran and found nothing."""
    assert messages(report) == []
    assert reasons(report) == []
    assert report.runs, "the rule examined nothing"


def assert_undecided(report: Report, reason: str) -> None:
    assert messages(report) == []
    assert any(reason in entry for entry in reasons(report)), reasons(report)
    assert not report.runs


def assert_found(report: Report, *parts: str) -> None:
    """Exactly one finding, whose sentence has all the parts."""
    assert len(report.findings) == 1, messages(report)
    for part in parts:
        assert part in report.findings[0].message, messages(report)


def assert_did_not_run(report: Report) -> None:
    assert (report.findings, report.not_evaluated, report.runs) == ((), (), ())


def statement(**fields: Any) -> Json:
    return {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*", **fields}


def policy(*statements: Json) -> Json:
    return {"Version": "2012-10-17", "Statement": list(statements)}
