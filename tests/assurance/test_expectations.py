"""Every rule written as data fires on its bad examples, stays quiet on its good ones, and decides nothing unknown."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from landing_zone.assurance.expectations import Example, Expectation, expectations
from landing_zone.assurance.finding import Report
from landing_zone.assurance.nag import nag_rules
from landing_zone.assurance.predicates import Predicate
from landing_zone.policy_data import POLICIES, policy_data
from tests.assurance.arrange import (
    Json,
    assert_did_not_run,
    check_document,
    document,
    messages,
    reasons,
    resource,
)

FOLDER = POLICIES / "rules" / "expectations"
UNKNOWN = {"Ref": "Stage"}
FOREIGN = {"own": False}


by_file = pytest.mark.parametrize("file", sorted(path.stem for path in FOLDER.glob("*.yaml")))
"""A test for each file: one for each of the thousands of examples would cost pytest more than judging them."""


def rows(file: str) -> list[Expectation]:
    ids = {row["id"] for row in policy_data(f"rules/expectations/{file}")}
    return [row for row in expectations() if row.id in ids]


def judged(row: Expectation, example: Example) -> Report:
    return check_document(row.id, _document(row, example), context=FOREIGN)


def _document(row: Expectation, example: Example) -> Json:
    subject = resource(example.type or row.types[0], dict(example.properties), **example.attributes)
    return document(Subject=subject, **example.beside)


@by_file
def test_good_examples_are_quiet(file: str) -> None:
    for row in rows(file):
        for example in row.good:
            report = judged(row, example)
            assert (messages(report), reasons(report), bool(report.runs)) == ([], [], True), (row.id, example)


@by_file
def test_bad_examples_are_found_once_and_named(file: str) -> None:
    for row in rows(file):
        for example in row.bad:
            report = judged(row, example)
            assert len(report.findings) == 1, (row.id, example, messages(report))
            finding = report.findings[0]
            assert (finding.resource, finding.fix) == ("Subject", row.fix), row.id
            assert row.found in finding.message, row.id


@by_file
def test_cases_that_a_row_leaves_out_are_not_examined(file: str) -> None:
    for row in rows(file):
        for example in row.not_judged:
            report = judged(row, example)
            assert (report.findings, report.not_evaluated, report.runs) == ((), (), ()), (row.id, example)


@by_file
def test_what_a_parameter_decides_is_neither_good_nor_bad(file: str) -> None:
    for row in rows(file):
        for example in row.good:
            for unknown in _with_unknowns(row, example):
                report = check_document(row.id, unknown, context=FOREIGN)
                assert messages(report) == [], (row.id, unknown)
                if row.companion or (row.expect and row.expect.path):
                    assert reasons(report), (row.id, unknown)


def _with_unknowns(row: Expectation, example: Example) -> Iterator[Json]:
    """The example with each property that its expectation reads, or its companions' references, left open."""
    raw = _document(row, example)
    for name in sorted(_first_steps(row.expect)) if row.expect else ():
        if name in raw["Resources"]["Subject"].get("Properties", {}):
            changed = copy.deepcopy(raw)
            changed["Resources"]["Subject"]["Properties"][name] = UNKNOWN
            yield changed
    if row.companion:
        changed = copy.deepcopy(raw)
        for other in changed["Resources"].values():
            if other["Type"] in row.companion.types:
                other["Properties"][row.companion.path.partition(".")[0]] = UNKNOWN
        yield changed


def _first_steps(predicate: Predicate) -> set[str]:
    if predicate.path:
        return {predicate.path.partition(".")[0]}
    parts = [*(predicate.all or ()), *(predicate.any or ()), *([predicate.not_] if predicate.not_ else ())]
    return {step for part in parts for step in _first_steps(part)}


def test_ids_are_unique_and_twins_exist() -> None:
    ids = [row.id for row in expectations()]
    assert len(set(ids)) == len(ids)
    assert {row.twin for row in expectations() if row.twin} <= set(nag_rules())


def test_a_twin_is_left_to_cdk_nag_in_our_own_stacks() -> None:
    for row in expectations():
        if row.twin:
            assert_did_not_run(check_document(row.id, _document(row, row.bad[0]), context={"own": True}))


def test_types_and_top_properties_are_in_the_schema() -> None:
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

    wrong = []
    for row in expectations():
        for type_ in (*row.types, *(row.companion.types if row.companion else ())):
            schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_).schema
            known: Mapping[str, Any] = schema["properties"]
            steps = _first_steps(row.expect) if row.expect and type_ in row.types else set()
            wrong += [f"{row.id}: {type_}.{step}" for step in steps if step not in known and step not in ATTRIBUTES]
    assert wrong == []


ATTRIBUTES = ("DeletionPolicy", "UpdateReplacePolicy")
