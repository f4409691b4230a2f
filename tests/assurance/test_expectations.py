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
from tests.assurance.arrange import (
    Json,
    assert_did_not_run,
    assert_quiet,
    check_document,
    document,
    messages,
    reasons,
    resource,
)

UNKNOWN = {"Ref": "Stage"}
FOREIGN = {"own": False}


def cases(kind: str) -> list[Any]:
    return [
        pytest.param(row, example, id=f"{row.id}-{position}")
        for row in expectations()
        for position, example in enumerate(getattr(row, kind))
    ]


def judged(row: Expectation, example: Example) -> Report:
    return check_document(row.id, _document(row, example), context=FOREIGN)


def _document(row: Expectation, example: Example) -> Json:
    subject = resource(example.type or row.types[0], dict(example.properties), **example.attributes)
    return document(Subject=subject, **example.beside)


@pytest.mark.parametrize(("row", "example"), cases("good"))
def test_a_good_example_is_quiet(row: Expectation, example: Example) -> None:
    assert_quiet(judged(row, example))


@pytest.mark.parametrize(("row", "example"), cases("bad"))
def test_a_bad_example_is_found_once_and_named(row: Expectation, example: Example) -> None:
    report = judged(row, example)
    assert len(report.findings) == 1, messages(report)
    finding = report.findings[0]
    assert finding.resource == "Subject"
    assert row.found in finding.message
    assert finding.fix == row.fix


@pytest.mark.parametrize(("row", "example"), cases("not_judged"))
def test_a_case_that_the_row_leaves_out_is_not_examined(row: Expectation, example: Example) -> None:
    assert_did_not_run(judged(row, example))


@pytest.mark.parametrize("row", [pytest.param(row, id=row.id) for row in expectations()])
def test_what_a_parameter_decides_is_neither_good_nor_bad(row: Expectation) -> None:
    for example in row.good:
        for unknown in _with_unknowns(row, example):
            report = check_document(row.id, unknown, context=FOREIGN)
            assert messages(report) == []
            if row.companion or (row.expect and row.expect.path):
                assert reasons(report), unknown


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
