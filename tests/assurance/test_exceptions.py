"""Exceptions: what they take out of the failures, what they leave, when they end, and the register."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from landing_zone.assurance.controls import controls
from landing_zone.assurance.exceptions import (
    Excepted,
    apply_exceptions,
    exceptions_document,
    judge_exceptions,
    registered,
    remarks,
)
from landing_zone.assurance.finding import Finding
from landing_zone.manifest.load import parsed_manifest
from tests.arrangement import Json, clinic
from tests.assurance.arrange_manifest import HOSTILE, clinic_with, exception
from tests.manifest.arrange import FILE, place_of, text_of

TODAY = date(2026, 11, 23)
PRODUCTION, TRAINING, BOTH = "production-keys", "training-keys", "shared-keys"
SCOPES = {
    PRODUCTION: frozenset({"ehr-production"}),
    TRAINING: frozenset({"ehr-training"}),
    BOTH: frozenset({"ehr-production", "ehr-training"}),
}


def finding(template: str = PRODUCTION, control: str = "LZ-KMS-02", **fields: Any) -> Finding:
    cited = controls()[control].cfr
    found = Finding("HLZ-KMS-001", control, cited, "error", template, "Key", "p", None, "It does not rotate.", "Fix.")
    return replace(found, **fields)


def applied(*findings: Finding, exceptions: list[Json], today: date = TODAY) -> Excepted:
    return apply_exceptions(findings, registered(clinic_with(exceptions=exceptions)), SCOPES, today)


def test_a_finding_in_the_scope_of_an_exception_is_excepted_and_listed() -> None:
    result = applied(finding(), exceptions=[exception()])
    assert result.remaining == ()
    (listed,) = result.excepted
    assert listed.whole
    assert listed.as_json()["exceptions"] == [
        {
            "scope": "ehr-production",
            "owner": "Clinical systems",
            "approver": "Security Office",
            "expires": "2027-05-31",
            "issue": None,
        }
    ]


@pytest.mark.parametrize("other", [finding(TRAINING), finding("somewhere-else"), finding(control="LZ-STO-01")])
def test_another_account_template_or_control_is_not_covered(other: Finding) -> None:
    assert applied(other, exceptions=[exception()]) == Excepted((other,), ())


def test_a_variant_is_covered_only_if_every_account_it_is_deployed_to_is() -> None:
    shared = finding(BOTH)
    assert applied(shared, exceptions=[exception()]).remaining == (shared,)
    for scopes in (["organization"], ["phi"], ["ehr-production", "phi/nonproduction"]):
        result = applied(shared, exceptions=[exception(scope=scope) for scope in scopes])
        assert result.remaining == ()
        assert [entry.entry.scope for entry in result.excepted[0].exceptions] == scopes


def test_what_is_required_stays_failed() -> None:
    mixed = finding(control="LZ-NET-09")
    entry = exception(control="LZ-NET-09", citations=["164.312(e)(2)(i)", "164.312(e)(2)(ii)"])
    result = applied(mixed, exceptions=[entry])
    (left,) = result.remaining
    assert left.citations == ("164.312(e)(1)",)
    assert "not for 164.312(e)(1)" in left.message
    (listed,) = result.excepted
    assert not listed.whole
    assert "164.312(e)(1)" not in listed.citations


def test_an_addressable_specification_that_is_not_named_stays_failed() -> None:
    result = applied(finding(control="LZ-KMS-04"), exceptions=[exception(control="LZ-KMS-04")])
    assert [left.citations for left in result.remaining] == [("164.308(a)(5)(ii)(D)", "164.308(a)(4)(ii)(B)")]


def test_a_citation_that_is_required_is_never_excepted_whatever_the_register_says() -> None:
    (entry,) = registered(clinic_with(exceptions=[exception(control="LZ-NET-09", citations=["164.312(e)(2)(i)"])]))
    forged = replace(entry, entry=entry.entry.model_copy(update={"citations": ("164.312(e)(1)",)}))
    mixed = finding(control="LZ-NET-09")
    assert apply_exceptions([mixed], [forged], SCOPES, TODAY).remaining == (mixed,)


def test_a_paragraph_that_only_defines_is_not_left_as_a_failure() -> None:
    assert controls()["LZ-KMS-01"].cfr == ("164.312(a)(2)(iv)", "164.402")
    result = applied(finding(control="LZ-KMS-01"), exceptions=[exception(control="LZ-KMS-01")])
    assert result.remaining == ()


def test_what_cdk_nag_cites_beyond_the_control_does_not_count() -> None:
    cited = ("164.312(a)(2)(iv)", "164.308(a)(4)(ii)(A)")
    assert applied(finding(citations=cited), exceptions=[exception()]).remaining == ()


@pytest.mark.parametrize(
    "broken",
    [
        finding(rule="HLZ-VAL-001"),
        finding(rule="HLZ-ACK-003"),
        finding(rule="HLZ-EXC-001"),
        finding(message="the rule failed: KeyError"),
    ],
)
def test_values_the_judging_itself_and_rules_that_broke_cannot_be_excepted(broken: Finding) -> None:
    assert applied(broken, exceptions=[exception()]).remaining == (broken,)


def test_an_exception_holds_from_its_approval_to_its_last_day() -> None:
    for day, held in (("2026-05-31", False), ("2026-06-01", True), ("2027-05-31", True), ("2027-06-01", False)):
        result = applied(finding(), exceptions=[exception()], today=date.fromisoformat(day))
        assert bool(result.excepted) is held, day


def test_an_expired_exception_is_an_error_at_its_line() -> None:
    text = text_of(clinic(exceptions=[exception(expires="2026-11-22")]))
    loaded = parsed_manifest(text, FILE)
    (found,) = judge_exceptions(registered(loaded.manifest, loaded.document), TODAY)
    assert (found.rule, found.severity, found.template) == ("HLZ-EXC-001", "error", FILE)
    assert found.line == place_of(text, ("exceptions", 0))[0]


def test_an_exception_that_ends_within_thirty_days_is_a_note() -> None:
    def rules(days: int) -> list[tuple[str, str]]:
        expires = str(TODAY + timedelta(days=days))
        found = judge_exceptions(registered(clinic_with(exceptions=[exception(expires=expires)])), TODAY)
        return [(entry.rule, entry.severity) for entry in found]

    assert rules(31) == []
    assert rules(30) == rules(0) == [("HLZ-EXC-002", "note")]
    assert rules(-1) == [("HLZ-EXC-001", "error")]


def test_validate_names_what_ends_has_ended_or_does_not_hold_yet() -> None:
    acknowledgement = {
        "rule": "HLZ-NET-003",
        "resource": "Vpc*",
        "reason": "A reason that is long enough to read",
        "owner": "Platform Team",
        "expires": "2026-12-01",
    }
    manifest = clinic_with(
        exceptions=[
            exception(),
            exception(scope="phi", expires="2026-12-23"),
            exception(scope="phi/production", expires="2026-11-01"),
            exception(scope="organization", approved="2026-12-01"),
        ],
        acknowledgements=[acknowledgement],
    )
    assert [(remark.path, remark.message) for remark in remarks(manifest, TODAY)] == [
        (("exceptions", 1, "expires"), "the exception from LZ-KMS-02 in phi ends 2026-12-23, in 30 days"),
        (("exceptions", 2, "expires"), "the exception from LZ-KMS-02 in phi/production ended 2026-11-01"),
        (
            ("exceptions", 3, "approved"),
            "the exception from LZ-KMS-02 in organization does not hold before 2026-12-01",
        ),
        (("acknowledgements", 0, "expires"), "the acknowledgement of HLZ-NET-003 ends 2026-12-01, in 8 days"),
    ]


def test_the_register_has_what_164_306_d_3_asks_for() -> None:
    entry = exception(control="LZ-NET-09", citations=["164.312(e)(2)(ii)"])
    listed = applied(finding(control="LZ-NET-09"), exceptions=[entry]).excepted
    document = exceptions_document(clinic_with(exceptions=[entry]), TODAY, [entry.as_json() for entry in listed])
    (row,) = document["exceptions"]
    assert [(one["citation"], one["designation"]) for one in row["specifications"]] == [
        ("164.312(e)(2)(ii)", "addressable")
    ]
    assert {one["citation"]: one["designation"] for one in row["not_excepted"]} == {
        "164.312(e)(1)": "standard",
        "164.312(e)(2)(i)": "addressable",
    }
    assert row["assessment"].startswith("The key material")
    assert row["equivalent_measure"] == "It is replaced by hand each year"
    assert (row["approver"], row["state"], row["days_left"]) == ("Security Office", "in force", 189)
    assert row["accounts"] == ["ehr-production"]
    assert [(one["template"], one["resource"], one["whole"]) for one in row["resources"]] == [
        (PRODUCTION, "Key", False)
    ]


def test_the_register_is_sorted_whatever_the_order_of_the_manifest() -> None:
    entries = [exception(), exception(control="LZ-IAM-12", citations=["164.312(a)(2)(iii)"])]
    documents = [exceptions_document(clinic_with(exceptions=rows), TODAY) for rows in (entries, entries[::-1])]
    assert documents[0] == documents[1]


def test_hostile_texts_come_through_as_they_are() -> None:
    manifest = clinic_with(exceptions=[exception(reason=HOSTILE, owner=HOSTILE, issue=HOSTILE)])
    document = exceptions_document(manifest, TODAY)
    (row,) = json.loads(json.dumps(document))["exceptions"]
    assert row["assessment"] == row["owner"] == row["issue"] == HOSTILE
