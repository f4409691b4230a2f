"""What OSCAL says of a paragraph is never better than what the ledger says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any, get_args

import pytest

from landing_zone.assurance.ledger.model import Status
from landing_zone.reports.oscal.document import control_id, statement_id
from landing_zone.reports.oscal.files import oscal_documents
from landing_zone.reports.oscal.standing import REMARKS, implementation_state, objective_status
from tests.arrangement import Json
from tests.reports.report_arrange import EVIDENCED, FAILED, OPEN, source


def row(status: str, **fields: Any) -> Json:
    """A row of the report's specifications that the infrastructure alone serves."""
    return {
        "status": status,
        "obligation": "required",
        "work": "infrastructure",
        "also": ["evidence"],
        "customer": "",
        "aws": "",
        "counts": {status: 1},
    } | fields


@cache
def documents(status: Status = "failed") -> Mapping[str, Json]:
    """The OSCAL documents without their outer keys."""
    return {name: next(iter(one.values())) for name, one in oscal_documents(source(status=status)).items()}


@pytest.mark.parametrize("status", get_args(Status))
def test_only_what_was_checked_proved_or_read_back_is_implemented(status: str) -> None:
    assert (implementation_state(row(status)) == "implemented") == (status in ("checked", "proved", "evidenced"))


@pytest.mark.parametrize(
    "part", [{"also": ["customer"]}, {"work": "customer"}, {"work": "aws"}, {"customer": "Train people."}]
)
def test_a_paragraph_with_a_part_for_people_or_aws_is_partial(part: Any) -> None:
    assert implementation_state(row("checked", **part)) == "partial"


@pytest.mark.parametrize("status", ["failed", "not evaluated", "customer"])
def test_what_is_open_is_partial_where_a_part_was_found_in_order_and_planned_elsewhere(status: str) -> None:
    assert implementation_state(row(status)) == "planned"
    assert implementation_state(row(status, counts={status: 1, "proved": 1})) == "partial"


def test_an_exception_is_an_alternative_and_a_definition_is_not_applicable() -> None:
    assert implementation_state(row("excepted")) == "alternative"
    assert implementation_state(row("customer", obligation="n.a.")) == "not-applicable"


@pytest.mark.parametrize(
    ("status", "verdict"),
    [
        ("proved", {"state": "satisfied", "reason": "pass"}),
        ("failed", {"state": "not-satisfied", "reason": "fail"}),
        ("not evaluated", {"state": "not-satisfied", "reason": "other"}),
        ("excepted", {"state": "not-satisfied", "reason": "other"}),
    ],
)
def test_an_objective_is_satisfied_only_where_nothing_is_left(status: str, verdict: Mapping[str, str]) -> None:
    assert objective_status(row(status)) == verdict


def test_every_state_is_explained() -> None:
    states = {implementation_state(row(status)) for status in get_args(Status)} | {"not-applicable", "partial"}
    assert states == REMARKS.keys()


@pytest.mark.parametrize(
    ("citation", "id"), [("164.312(a)(2)(iv)", "cfr-164.312.a.2.iv"), ("164.308(a)(1)(ii)(A)", "cfr-164.308.a.1.ii.A")]
)
def test_a_paragraph_has_an_id_that_can_be_read(citation: str, id: str) -> None:
    assert control_id(citation) == id


def test_our_status_stays_beside_oscals() -> None:
    for requirement in documents()["system-security-plan.json"]["control-implementation"]["implemented-requirements"]:
        assert [one["value"] for one in requirement["props"] if one["name"] == "status"] != []


def test_a_paragraph_of_the_customer_names_the_customer_as_responsible() -> None:
    found = documents()["system-security-plan.json"]["control-implementation"]["implemented-requirements"]
    training = next(one for one in found if one["control-id"] == control_id("164.308(a)(2)"))
    (whole,) = training["statements"][0]["by-components"]
    assert whole["implementation-status"]["state"] == "planned"
    assert {"role-id": "customer"} in whole["responsible-roles"]


def test_a_failed_control_fails_the_paragraphs_it_serves() -> None:
    findings = documents()["assessment-results.json"]["results"][0]["findings"]
    found = {one["target"]["target-id"]: one["target"]["status"]["reason"] for one in findings}
    assert found[statement_id("164.312(a)(2)(iv)")] == "fail"


def test_a_reading_is_dated_by_the_day_it_was_taken() -> None:
    observations = documents()["assessment-results.json"]["results"][0]["observations"]
    dates = {one["title"]: one["collected"] for one in observations}
    assert dates[f"{EVIDENCED}: evidenced"] == "2026-11-20T00:00:00+00:00"
    assert dates[f"{OPEN}: not evaluated"] == "2026-11-22T00:00:00+00:00"


def test_what_failed_what_is_excepted_and_what_was_not_evaluated_is_in_the_plan_of_action() -> None:
    plan = documents()["plan-of-action-and-milestones.json"]
    kinds = [next(one["value"] for one in item["props"] if one["name"] == "kind") for item in plan["poam-items"]]
    assert kinds == ["failed", "exception", "exception", "not-evaluated"]
    failed = plan["risks"][0]
    assert failed["title"].startswith(f"{FAILED} failed")
    assert [one["description"] for one in failed["remediations"]] == ["Set EnableKeyRotation to true."]


def test_an_exception_in_force_is_an_approved_deviation_until_it_ends_and_an_expired_one_is_open() -> None:
    risks = documents()["plan-of-action-and-milestones.json"]["risks"]
    found = [(risk["status"], risk["deadline"]) for risk in risks if "deadline" in risk]
    assert found == [
        ("deviation-approved", "2027-03-01T00:00:00+00:00"),
        ("open", "2026-11-01T00:00:00+00:00"),
    ]
    assert all(risk["mitigating-factors"] for risk in risks if "deadline" in risk)


def test_with_nothing_open_there_is_no_plan_of_action() -> None:
    given = source(status="checked")
    controls = [control for control in given.report["controls"] if control["id"] != OPEN]
    report = {**given.report, "controls": controls, "exceptions": {"exceptions": []}}
    assert "plan-of-action-and-milestones.json" not in oscal_documents(type(given)(**{**vars(given), "report": report}))


def test_components_carry_the_ids_of_rules_and_config_rules_by_control() -> None:
    components = {one["title"]: one for one in documents()["component-definition.json"]["components"]}
    rules = [(one["name"], one["value"]) for one in components["AWS Config rules"]["props"] if one["group"] == FAILED]
    assert rules == [("config-rule", "CMK_BACKING_KEY_ROTATION_ENABLED")]
    own = [one["value"] for one in components["Rules over templates and values"]["props"] if one["group"] == FAILED]
    assert "HLZ-KMS-001" in own


def test_the_catalog_links_paragraphs_to_nist_800_53_by_control_id() -> None:
    groups = json.loads(json.dumps(documents()["catalog.json"]["groups"]))
    controls = {one["id"]: one for group in groups for one in group["controls"]}
    related = [one for one in controls[control_id("164.308(a)(1)(i)")]["links"] if one["rel"] == "related"]
    assert [one["resource-fragment"] for one in related] == ["ra-1"]
    below = controls[control_id("164.308(a)(1)(ii)(A)")]["links"]
    assert {"href": f"#{control_id('164.308(a)(1)(i)')}", "rel": "required"} in below
