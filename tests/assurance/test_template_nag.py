"""cdk-nag over templates of others: one start of node, nothing said twice, nothing unknown as a finding."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from landing_zone.assurance.evaluation import evaluate
from landing_zone.assurance.library import ALL
from landing_zone.assurance.nag import nag_rules
from landing_zone.assurance.rules import RuleContext
from landing_zone.assurance.template import Template
from landing_zone.assurance.template_nag import nag_report, without_twins
from landing_zone.check_command import nag

DATABASE = {"Type": "AWS::RDS::DBInstance", "Properties": {"Engine": "postgres", "StorageEncrypted": False}}
ENCRYPTED = "HIPAA.Security-RDSStorageEncrypted"
LINES = {"Resources/Db": 7}


def template(name: str = "t.yaml", **resources: Any) -> Template:
    return Template.from_json({"Resources": resources}, name=name, lines=LINES)


def row(message: str = "The storage is not encrypted.", rule: str = ENCRYPTED) -> dict[str, str]:
    return {"rule": rule, "level": "error", "message": message, "resource": "Db"}


class Node:
    """What the app would answer, and how often it was asked."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.answer, self.asked = answer, list[list[str]]()

    def __call__(self, templates: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
        self.asked.append(sorted(templates))
        return {name: self.answer for name in templates}


def test_a_finding_has_control_citation_and_line(tmp_path: Path) -> None:
    report = nag_report({"t.yaml": template(Db=DATABASE)}, Node({"findings": [row()]}), tmp_path)
    (finding,) = report.findings
    assert (finding.rule, finding.resource, finding.line, finding.template) == (ENCRYPTED, "Db", 7, "t.yaml")
    assert finding.citations
    assert ENCRYPTED in report.rules_run


def test_what_our_rule_says_of_the_same_resource_is_not_repeated(tmp_path: Path) -> None:
    subject = template(Db=DATABASE)
    said = [row(), row(rule="HIPAA.Security-S3BucketVersioningEnabled")]
    report = nag_report({"t.yaml": subject}, Node({"findings": said}), tmp_path)
    own = evaluate(subject, RuleContext(subject, own=False))
    assert "HLZ-RDS-001" in {finding.rule for finding in own.findings}
    assert [finding.rule for finding in without_twins(report, own).findings] == [said[1]["rule"]]


def test_a_rule_that_threw_and_a_template_that_is_refused_are_not_evaluated(tmp_path: Path) -> None:
    threw = nag_report({"t.yaml": template(Db=DATABASE)}, Node({"findings": [row("Rule threw an error.")]}), tmp_path)
    assert not threw.findings
    assert [(entry.rule, entry.resource) for entry in threw.not_evaluated] == [(ENCRYPTED, "Db")]
    assert ENCRYPTED not in threw.rules_run
    refused = nag_report({"u.yaml": template("u.yaml")}, Node({"refused": "no such function"}), tmp_path)
    assert "cannot include this template: no such function" in refused.not_evaluated[0].reason
    assert not refused.runs


def test_node_is_started_once_for_all_and_not_for_what_is_in_the_cache(tmp_path: Path) -> None:
    node = Node({"findings": [row()]})
    templates = {name: template(name, **{name: DATABASE}) for name in ("a", "b")}
    first = nag_report(templates, node, tmp_path)
    assert nag_report(templates, node, tmp_path) == first
    for entry in tmp_path.glob("nag-*.json"):
        entry.write_text("[")
    nag_report({"a": templates["a"]}, node, tmp_path)
    assert node.asked == [["a", "b"], ["a"]]


@pytest.mark.cdk
def test_templates_are_included_as_they_are_and_one_that_the_cdk_refuses_spoils_no_other() -> None:
    good = {"Resources": {"Db": DATABASE}, "Parameters": {"P": {"Type": "String"}}}
    bad = {"Resources": {"Db": {**DATABASE, "Properties": {"Engine": {"Fn::Nope": 1}}}}}
    answer = nag({"good": good, "bad": bad}, debug=False)
    assert "Fn::Nope" in answer["bad"]["refused"]
    assert {"rule": ENCRYPTED, "resource": "Db"}.items() <= json_row(answer["good"]["findings"]).items()


def json_row(rows: list[dict[str, Any]]) -> dict[str, Any]:
    return next(one for one in json.loads(json.dumps(rows)) if one["rule"] == ENCRYPTED)


def test_of_a_rule_of_ours_about_several_things_only_the_same_one_is_not_repeated(tmp_path: Path) -> None:
    trail = {"Type": "AWS::CloudTrail::Trail", "Properties": {"IsLogging": True, "KMSKeyId": "k"}}
    subject = template(Db=trail)
    names = ["CloudTrailEncryptionEnabled", "CloudTrailLogFileValidationEnabled"]
    said = [row(rule=f"HIPAA.Security-{name}") for name in names]
    report = nag_report({"t.yaml": subject}, Node({"findings": said}), tmp_path)
    own = evaluate(subject, RuleContext(subject, own=False))
    assert [finding.rule for finding in without_twins(report, own).findings] == [f"HIPAA.Security-{names[0]}"]


def test_every_rule_of_ours_that_a_rule_of_the_pack_names_exists() -> None:
    named = {rule.ours.partition(" ")[0] for rule in nag_rules().values() if rule.ours}
    assert named <= {rule.id for rule in ALL}
