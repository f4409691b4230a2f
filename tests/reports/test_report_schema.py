"""The JSON report and the schema that describes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import jsonschema
import pytest

from landing_zone.reports.report_schema import report_json, report_schema
from tests.arrangement import Json
from tests.reports.report_arrange import HOSTILE, source


@cache
def validator() -> jsonschema.Draft202012Validator:
    """A validator of reports."""
    return jsonschema.Draft202012Validator(report_schema())


def test_the_schema_is_a_schema() -> None:
    jsonschema.Draft202012Validator.check_schema(report_schema())


@pytest.mark.parametrize("hostile", ["", HOSTILE], ids=["plain", "hostile"])
def test_a_report_is_as_the_schema_says(hostile: str) -> None:
    validator().validate(json.loads(report_json(source(hostile))))


def test_every_key_of_the_report_is_described() -> None:
    assert not source().report.keys() - report_schema()["properties"].keys()


def _without(key: str) -> Callable[[Json], Any]:
    return lambda report: report.pop(key)


@pytest.mark.parametrize(
    "spoil",
    [
        _without("totals"),
        _without("not_evaluated"),
        lambda report: report.update(version=2),
        lambda report: report.update(extra=1),
        lambda report: report.update(as_of="22 November"),
        lambda report: report["controls"][0].update(status="compliant"),
        lambda report: report["controls"][0].update(extra=1),
        lambda report: report["controls"][0]["entries"][0].pop("evidence"),
        lambda report: report["specifications"][0].pop("obligation"),
        lambda report: report["specifications"][0].update(counts={"passed": 1}),
        lambda report: report["findings"][0].update(severity="fatal"),
        lambda report: report["acknowledged"][0].pop("reason"),
        lambda report: report["provenance"].update(manifest_sha256="?"),
        lambda report: report["exceptions"].pop("exceptions"),
        lambda report: report["variants"][0].update(resources="many"),
    ],
)
def test_a_report_that_lacks_or_adds_something_is_refused(spoil: Callable[[Json], Any]) -> None:
    report = json.loads(report_json(source()))
    spoil(report)
    assert not validator().is_valid(report)
