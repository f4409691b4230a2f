"""Exceptions, agreements and risk answers: what they may rest on, whom they name, how long they last."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from landing_zone.manifest.checks.governance import LONGEST_EXCEPTION_DAYS
from tests.manifest.arrange import (
    Json,
    Place,
    assert_only_fault_at,
    changed,
    clinic,
    everything,
    faults_of,
    only_fault,
    without,
)

EXCEPTION: Place = ("exceptions", 0)
AGREEMENT: Place = ("agreements", 0)


def excepting(**fields: Any) -> Json:
    """The manifest with everything, its exception changed."""
    return changed(everything(), *(((*EXCEPTION, key), value) for key, value in fields.items()))


def test_an_exception_names_a_control_that_exists() -> None:
    place = (*EXCEPTION, "control")
    assert_only_fault_at(excepting(control="LZ-NTE-09"), place, "unknown control", "did you mean 'LZ-NET-09'?")


def test_an_exception_has_citations() -> None:
    assert "required key 'citations'" in only_fault(without(everything(), (*EXCEPTION, "citations"))).message
    assert_only_fault_at(excepting(citations=[]), (*EXCEPTION, "citations"), "at least 1")


def test_a_reason_of_a_word_is_too_short_in_characters() -> None:
    assert_only_fault_at(excepting(reason="none"), (*EXCEPTION, "reason"), "at least 20 characters")


def test_a_citation_that_the_control_does_not_serve_is_a_fault_with_the_nearest_that_it_does() -> None:
    manifest = excepting(citations=["164.312(e)(2)(i)", "164.312(e)(2)(iii)"])
    place = (*EXCEPTION, "citations", 1)
    assert_only_fault_at(manifest, place, "not cited by the control", "did you mean '164.312(e)(2)(i")


@pytest.mark.parametrize(
    ("control", "citation", "why"),
    [
        ("LZ-NET-09", "164.312(e)(1)", "is a standard: 45 CFR 164.306(c) asks to meet it"),
        ("LZ-BCK-04", "164.308(a)(7)(ii)(A)", "is a required specification; 45 CFR 164.306(d)(3) covers addressable"),
        ("LZ-NET-15", "164.306(a)(3)", "is a general requirement"),
        ("LZ-LOG-06", "164.530(j)(2)", "is no specification of the Security Rule"),
    ],
)
def test_an_exception_rests_on_addressable_specifications_alone(control: str, citation: str, why: str) -> None:
    manifest = excepting(control=control, citations=[citation])
    assert_only_fault_at(manifest, (*EXCEPTION, "citations", 0), citation, why)


def test_the_refusal_says_which_specifications_can_be_excepted_or_that_none_can() -> None:
    mixed = only_fault(excepting(citations=["164.312(e)(1)"]))
    assert mixed.hint == "the control serves 164.312(e)(2)(i), 164.312(e)(2)(ii) as well"
    required_alone = only_fault(excepting(control="LZ-NET-02", citations=["164.312(e)(1)"]))
    assert required_alone.hint == "the control cannot be excepted"


def test_a_citation_is_given_once() -> None:
    manifest = excepting(citations=["164.312(e)(2)(i)", "164.312(e)(2)(i)"])
    assert_only_fault_at(manifest, (*EXCEPTION, "citations", 1), "is already given on line")


def test_an_exception_has_an_end() -> None:
    assert "required key 'expires' is missing" in only_fault(without(everything(), (*EXCEPTION, "expires"))).message


def test_an_exception_ends_at_most_366_days_after_approval() -> None:
    approved = date(2028, 2, 29)
    last, late = (str(approved + timedelta(days=days)) for days in (LONGEST_EXCEPTION_DAYS, LONGEST_EXCEPTION_DAYS + 1))
    dates = {"approved": str(approved), "reviewed": str(approved)}
    assert faults_of(excepting(**dates, expires=last)) == []
    place = (*EXCEPTION, "expires")
    assert_only_fault_at(excepting(**dates, expires=late), place, "more than 366 days", f"at most {last}")


@pytest.mark.parametrize("day", ["2029-06-29", "2030-02-01"])
def test_a_review_lies_between_approval_and_end(day: str) -> None:
    assert_only_fault_at(excepting(reviewed=day), (*EXCEPTION, "reviewed"), "is not between approval and end")


@pytest.mark.parametrize("approver", ["Science", "  science "])
def test_who_owns_the_risk_does_not_accept_it(approver: str) -> None:
    assert_only_fault_at(excepting(approver=approver), (*EXCEPTION, "approver"), "owns the risk", "separation")


def test_a_control_is_excepted_once_in_a_scope() -> None:
    again = everything()["exceptions"][0] | {"citations": ["164.312(e)(2)(i)"]}
    manifest = changed(everything(), (("exceptions", 1), again))
    assert_only_fault_at(manifest, ("exceptions", 1, "control"), "'LZ-NET-09 in genomics' is already excepted on line")
    assert faults_of(changed(everything(), (("exceptions", 1), again | {"scope": "phi"}))) == []


def test_an_agreement_covers_accounts_ous_or_the_organization() -> None:
    place = (*AGREEMENT, "covers", 0)
    manifest = changed(everything(), (place, "all accounts"))
    assert_only_fault_at(manifest, place, "unknown account or OU 'all accounts'; known: organization")


def test_the_addendum_of_aws_is_not_of_an_ou() -> None:
    place = (*AGREEMENT, "covers", 0)
    assert_only_fault_at(changed(everything(), (place, "phi")), place, "is an OU", "`organization`")
    assert faults_of(changed(everything(), (place, "security"))) == []  # an OU's name, and an account's


def test_an_agreement_names_services_by_their_iam_prefix() -> None:
    place = (*AGREEMENT, "services", 1)
    manifest = changed(everything(), (place, "ecc2"))
    assert_only_fault_at(manifest, place, "unknown service prefix 'ecc2'", "did you mean 'ec2'?")


def test_a_breach_is_reported_within_sixty_days() -> None:
    place = (*AGREEMENT, "reporting_hours")
    assert faults_of(changed(everything(), (place, 60 * 24))) == []
    assert_only_fault_at(changed(everything(), (place, 60 * 24 + 1)), place, "1440")


def test_an_agreement_is_verified_after_it_was_signed() -> None:
    place = (*AGREEMENT, "verified")
    assert_only_fault_at(changed(everything(), (place, "2025-01-30")), place, "is before it was signed")


def test_a_subcontractor_works_for_a_party_of_another_agreement() -> None:
    place = ("agreements", 1, "works_for")
    wrong = changed(everything(), (place, "Amazon Web Service"))
    assert_only_fault_at(wrong, place, "unknown party", "did you mean 'Amazon Web Services'?")
    vendor = changed(everything(), (("agreements", 1, "kind"), "vendor"))
    assert_only_fault_at(vendor, place, "is of subcontractors, and the kind is vendor")


@pytest.mark.parametrize(
    ("key", "value"), [("likelihood", "very_low"), ("impact", 5), ("treatment", "ignore"), ("date", "2026-02-30")]
)
def test_a_risk_answer_keeps_to_the_scale(key: str, value: object) -> None:
    place = ("risk_analysis", "network.us-east-1.interception", key)
    assert_only_fault_at(
        changed(everything(), (place, value)), place, key="risk_analysis.network.us-east-1.interception." + key
    )


def test_a_scale_is_spelled_with_a_hyphen_and_the_fault_says_so() -> None:
    answer = {"likelihood": "very_low", "impact": "low", "treatment": "accept", "owner": "x", "date": "2026-01-01"}
    assert only_fault(clinic(risk_analysis={"a.b": answer})).hint == "did you mean 'very-low'?"
