"""The detection benchmark: operators break what they say, twins do not, and only what names a defect counts."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from benchmarks.detection.__main__ import good_enough, measure
from benchmarks.detection.judge import Judge, Verdict, judged, key
from benchmarks.detection.mutation import Edit, NotApplicable, edited, target_in
from benchmarks.detection.operators import Mutant, good_templates, mutants, operators
from landing_zone.assurance.controls import controls

WITHOUT_CONTROL_YET = {"LZ-CMP-02", "LZ-DET-07", "LZ-IAM-02", "LZ-IAM-07", "LZ-KMS-05", "LZ-LOG-16", "LZ-S3-07"}
"""In the facts the operators were derived from, and not in this project's catalogue on 2026-11-23."""
SAMPLE = ("kms-rotation-off", "kms-rotation-absent", "trail-validation-absent", "trust-everybody")

DOCUMENT: dict[str, Any] = {
    "Resources": {
        "Queue": {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [{"Key": "a", "Value": "1"}]}},
        "Rest": {"Type": "AWS::SNS::Topic", "DependsOn": ["Queue"]},
    }
}


@pytest.fixture(scope="module")
def seeded() -> tuple[Mutant, ...]:
    return tuple(mutant for operator in operators() for mutant in mutants(operator))


def changed(edit: Mapping[str, Any]) -> dict[str, Any]:
    return edited(DOCUMENT, "Queue", Edit.model_validate(edit))


def test_there_are_more_operators_than_the_issue_asks_for_and_no_id_twice() -> None:
    ids = Counter(operator.id for operator in operators())
    assert len(ids) >= 300
    assert set(ids.values()) == {1}


def test_every_operator_applies_to_some_good_template(seeded: tuple[Mutant, ...]) -> None:
    assert {operator.id for operator in operators()} == {mutant.operator.id for mutant in seeded}


def test_every_defect_differs_from_the_good_template_and_from_its_twin(seeded: tuple[Mutant, ...]) -> None:
    same = [m.operator.id for m in seeded if m.defect in (m.twin, good_templates()[m.template])]
    assert not same


def test_no_mutant_refers_to_a_resource_that_was_removed(seeded: tuple[Mutant, ...]) -> None:
    for mutant in seeded:
        for document in (mutant.defect, mutant.twin):
            gone = set(good_templates()[mutant.template]["Resources"]) - set(document["Resources"])
            if gone:
                names = "|".join(sorted(gone))
                text = json.dumps(document)
                pattern = rf'("Ref": |"DependsOn": |"Fn::GetAtt": \[)"({names})"|\$\{{({names})[.}}]'
                assert not re.search(pattern, text), mutant.operator.id


def test_every_operator_names_a_control_of_the_catalogue() -> None:
    known = set(controls())
    assert {operator.control for operator in operators()} - known <= WITHOUT_CONTROL_YET


def test_every_operator_says_in_a_sentence_what_it_does() -> None:
    assert not [operator.id for operator in operators() if len(operator.does.split()) < 3]


def test_a_path_selects_in_a_list_by_key_and_appends() -> None:
    document = changed({"set": {"Tags/Key=a/Value": "2", "Tags/+": {"Key": "b", "Value": "3"}}})
    assert document["Resources"]["Queue"]["Properties"]["Tags"] == [
        {"Key": "a", "Value": "2"},
        {"Key": "b", "Value": "3"},
    ]
    assert DOCUMENT["Resources"]["Queue"]["Properties"]["Tags"] == [{"Key": "a", "Value": "1"}]


def test_deleting_what_is_not_there_makes_the_operator_not_applicable() -> None:
    with pytest.raises(NotApplicable):
        changed({"delete": ["KmsMasterKeyId"]})
    assert changed({"delete": ["KmsMasterKeyId if present"]}) == DOCUMENT


def test_a_removed_resource_is_waited_for_no_longer() -> None:
    assert changed({"remove": "self"})["Resources"] == {"Rest": {"Type": "AWS::SNS::Topic"}}


def test_references_in_added_resources_name_resources_of_the_template() -> None:
    added = changed(
        {"add": {"New": {"Properties": {"A": {"$ref": "self"}, "B": {"$get": ["AWS::SNS::Topic", "Arn"]}}}}}
    )
    assert added["Resources"]["New"]["Properties"] == {"A": {"Ref": "Queue"}, "B": {"Fn::GetAtt": ["Rest", "Arn"]}}


def test_a_target_is_chosen_by_the_values_it_has() -> None:
    assert target_in(DOCUMENT, "AWS::SQS::Queue", {"Tags/0/Value": "1"}) == "Queue"
    assert target_in(DOCUMENT, "AWS::SQS::Queue", {"KmsMasterKeyId": "*"}) is None


@pytest.fixture(scope="module")
def sample() -> list[Verdict]:
    chosen = [operator for operator in operators() if operator.id in SAMPLE]
    return judged(chosen, ("baseline", "digital"), Judge())


def test_defects_of_the_sample_are_named_and_their_twins_are_quiet(sample: list[Verdict]) -> None:
    assert {verdict.operator.id for verdict in sample} == set(SAMPLE)
    assert all(verdict.naming and not verdict.noise for verdict in sample)


def test_what_the_twin_says_too_names_no_defect() -> None:
    (operator,) = [operator for operator in operators() if operator.id == "kms-rotation-off"]
    mutant = next(mutants(operator))
    judge = Judge()
    assert judge.verdict(mutant).naming
    as_bad = Mutant(operator, mutant.template, mutant.target, mutant.defect, twin=mutant.defect)
    verdict = judge.verdict(as_bad)
    assert not verdict.naming
    assert {key(entry) for entry in verdict.noise} == {key(entry) for entry in judge.verdict(mutant).naming}


def test_below_ninety_five_percent_or_above_five_findings_is_not_good_enough() -> None:
    assert good_enough({"share": 0.95, "templates": [{"findings": ["x"] * 5}]})
    assert not good_enough({"share": 0.949, "templates": [{"findings": []}]})
    assert not good_enough({"share": 1.0, "templates": [{"findings": ["x"] * 6}]})


def test_a_measurement_counts_by_template_and_control() -> None:
    measured = measure(["kms-rotation-off"], ["digital"])
    assert (measured["defects"], measured["named"], measured["share"]) == (1, 1, 1.0)
    assert measured["controls"] == {"LZ-KMS-02": {"defects": 1, "named": 1}}
    assert [row["template"] for row in measured["templates"]] == ["digital"]
