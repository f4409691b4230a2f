"""Verdicts and requests: what a request that refutes a theorem shows, and ways that rest on templates."""

from __future__ import annotations

from typing import Any

from landing_zone.proof.guardrails.organization import Account, Organization, Policy, Target
from landing_zone.proof.guardrails.prove import Prover
from landing_zone.proof.guardrails.results import Result
from landing_zone.proof.guardrails.theorems import load_theorems
from tests.policy_folder_arrange import EMERGENCY, NOT_ASSUMED, PIPELINE

ID = "111122223333"
TWO_ACTIONS: dict[str, Any] = {
    "Sid": "InOneRegion",
    "Effect": "Deny",
    "Action": ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail"],
    "Resource": "*",
    "Condition": {"StringEquals": {"aws:RequestedRegion": "eu-west-1"}, "Null": {"aws:PrincipalTag/team": "false"}},
}
OTHER: dict[str, Any] = {
    "Sid": "Buckets",
    "Effect": "Deny",
    "Action": "s3:*",
    "Resource": "*",
    "Condition": {"Bool": {"aws:SecureTransport": "false"}, "StringNotEquals": {"aws:PrincipalAccount": ID}},
}
RULES = frozenset(rule for one in load_theorems() if one.alternative for rule in one.alternative.rules)


def result(id: str, *statements: Any, rules: frozenset[str] | None = None, **values: tuple[str, ...]) -> Result:
    policies = (Policy("deny", {"Version": "2012-10-17", "Statement": [*statements]}),) if statements else ()
    given = {
        "organization_id": ("o-a1b2c3d4e5",),
        "phi_targets": ("Root/phi",),
        "security_account": (ID,),
        "pipeline_principals": (PIPELINE,),
        "break_glass_principals": (EMERGENCY,),
    }
    account = Account("clinic", ID, "Root/phi/clinic")
    organization = Organization({"Root": Target("Root", policies)}, (account,), {**given, **values})
    return Prover(organization, rules).theorem(next(one for one in load_theorems() if one.id == id))


def test_a_request_shows_the_keys_that_statements_about_its_action_look_at_and_whose_organization_it_is() -> None:
    witness = result("trail-cannot-be-stopped", TWO_ACTIONS, OTHER).witness
    assert witness is not None
    shown = {*witness["context"], *witness["absent"]}
    assert {"aws:requestedregion", "aws:principalorgid"} <= shown
    assert shown <= {"aws:requestedregion", "aws:principalorgid", "aws:principaltag/team"}


def test_what_the_theorem_itself_asks_stays_in_the_request() -> None:
    witness = result("ebs-always-encrypted").witness
    assert witness is not None
    assert witness["absent"] == ["ec2:encrypted"]


def test_whose_resource_it_is_is_said_where_it_is_not_the_callers() -> None:
    for id, owner in (
        ("no-writes-outside-organization", "outside the organization"),
        ("outsiders-cannot-touch-phi", "Root/phi/clinic"),
        ("ebs-always-encrypted", ""),
    ):
        found = result(id)
        assert found.witness is not None
        assert found.witness["owner"] == owner
        assert (f" of {owner}" in found.reason) == bool(owner)


def test_of_callers_who_are_in_no_account_the_account_stays_in_the_request() -> None:
    witness = result("outsiders-cannot-touch-phi").witness
    assert witness is not None
    assert "aws:principalisawsservice" in {*witness["context"], *witness["absent"]}


def test_a_way_that_rests_on_templates_is_open_while_nobody_looked_at_any() -> None:
    found = result("break-glass-needs-mfa", NOT_ASSUMED)
    assert (found.verdict, found.witness) == ("UNKNOWN", None)
    assert f"no templates were examined, where {', '.join(RULES)} would have to pass" in found.reason


def test_that_way_holds_where_its_rules_passed_and_not_where_one_failed() -> None:
    assert result("break-glass-needs-mfa", NOT_ASSUMED, rules=RULES).verdict == "PROVED"
    assert result("break-glass-needs-mfa", NOT_ASSUMED, rules=frozenset()).verdict == "REFUTED"


def test_where_the_policies_leave_that_way_open_as_well_the_refutation_stays() -> None:
    found = result("break-glass-needs-mfa")
    assert found.verdict == "REFUTED"
    assert found.witness is not None
    assert result("break-glass-needs-mfa", rules=RULES).verdict == "REFUTED"
