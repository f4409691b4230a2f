"""Where things may be, and which services may see PHI; the landing zone itself stays within both."""

from __future__ import annotations

from datetime import date

import pytest

from landing_zone import action_catalogue as catalogue
from landing_zone.operations.settings.permissions import ALL, permission_policies
from landing_zone.operations.settings.table import SECURITY, settings_table
from landing_zone.plan.eligible_services import eligibility_notes, eligible_services, list_age_days
from landing_zone.plan.names import SETTINGS_ROLE
from landing_zone.policy_data import policy_data
from tests.guardrails.calls import (
    ADMINISTRATOR,
    BREAK_GLASS,
    EXECUTION,
    SETTINGS,
    Call,
    compiled,
    manifest_of,
    stopping,
)

LIST = policy_data("services/hipaa_eligible")
ABROAD = {"aws:RequestedRegion": "eu-central-1"}
US_WEST = {"aws:RequestedRegion": "us-west-2"}

CALLS = [
    Call("allowed-regions-only", ADMINISTRATOR, "ec2:RunInstances", context=ABROAD),
    Call("allowed-regions-only", EXECUTION, "kms:CreateKey", ou="nonphi", context=ABROAD),
    Call("allowed-regions-only", BREAK_GLASS, "s3:CreateBucket", "arn:aws:s3:::x", ou="sandbox", context=ABROAD),
    Call("", ADMINISTRATOR, "ec2:RunInstances", context=US_WEST),
    Call("", ADMINISTRATOR, "iam:GetRole", context=ABROAD),
    Call("", ADMINISTRATOR, "cloudfront:CreateDistribution", context=ABROAD),
    Call("", SETTINGS, "s3:PutAccountPublicAccessBlock", ou="nonphi", context=ABROAD),
    Call("eligible-services-only", ADMINISTRATOR, "lightsail:CreateInstances"),
    Call("eligible-services-only", EXECUTION, "apprunner:CreateService"),
    Call("eligible-services-only", ADMINISTRATOR, "service-of-next-year:Start"),
    Call("", ADMINISTRATOR, "healthlake:CreateFHIRDatastore"),
    Call("", ADMINISTRATOR, "application-autoscaling:RegisterScalableTarget"),
    Call("", ADMINISTRATOR, "lightsail:CreateInstances", ou="nonphi"),
]


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_data_stays_in_its_regions_and_phi_in_eligible_services(call: Call) -> None:
    assert call.stopped_by in stopping(call)


def test_every_prefix_of_the_list_is_one_of_the_catalogue() -> None:
    parts = [*LIST["eligible"], *LIST["features"], *LIST["control_plane"], *LIST["undecided"]]
    assert set(parts) <= catalogue.services()
    assert len(parts) == len(set(parts))
    assert not set(LIST["retired"]) & catalogue.services()


def test_every_global_action_is_one_of_the_catalogue() -> None:
    rows = policy_data("services/global_actions")["actions"]
    assert [row["action"] for row in rows if not catalogue.matching(row["action"])] == []


def test_services_that_may_see_phi_are_listed_with_what_the_manifest_adds() -> None:
    assert "lightsail" not in eligible_services(manifest_of())
    assert "lightsail" in eligible_services(manifest_of(guardrails={"additional_services": ["lightsail"]}))


def test_the_statement_of_eligible_services_fits_into_one_policy() -> None:
    holding = [policy for policy in compiled().policies if "eligible-services-only" in policy.guardrails]
    assert len(holding) == 1
    assert holding[0].characters <= 5120


def test_an_old_list_is_a_warning_and_a_new_one_is_none() -> None:
    assert list_age_days(date(2025, 6, 27)) == 10
    assert not any(note.startswith("warning") for note in eligibility_notes(manifest_of(), date(2025, 9, 15)))
    old = eligibility_notes(manifest_of(), date(2025, 9, 16))
    assert old[0].startswith("warning: the list of HIPAA-eligible services is of 2025-06-17, 91 days old")


def test_what_the_manifest_adds_and_what_no_prefix_says_is_noted() -> None:
    manifest = manifest_of(guardrails={"additional_services": ["s3vectors", "lightsail", "s3"]})
    notes = eligibility_notes(manifest, date(2025, 6, 17))
    assert "note: s3vectors is allowed by guardrails.additional_services (S3 Vectors)" in notes
    assert "note: lightsail is allowed by guardrails.additional_services (not on the list)" in notes
    assert not any("note: s3 is" in note for note in notes)
    assert any("Simple AD" in note for note in notes)


def test_the_landing_zone_uses_eligible_services_only() -> None:
    eligible = set(eligible_services(manifest_of()))
    actions = policy_data("bootstrap/execution_actions")["policies"]
    used = {
        action.split(":")[0]
        for policy in actions.values()
        for entries in (policy["reading"], policy["everywhere"], *policy["confined"].values())
        for action in entries
    }
    assert used <= eligible
    policies = permission_policies(settings_table().values(), SETTINGS_ROLE)
    statements = [row for entry in policies.values() for row in entry["policy"]["Statement"]]
    asked = {action for row in statements for action in _texts(row["Action"])}
    assert {action.split(":")[0] for action in asked} <= eligible


@pytest.mark.parametrize(
    ("kind", "ou"),
    [(ALL, "phi/production"), (ALL, "nonphi"), (ALL, "infrastructure"), (ALL, "suspended"), (SECURITY, "security")],
)
def test_hlz_settings_may_do_what_its_settings_need(kind: str, ou: str) -> None:
    statements = permission_policies(settings_table().values(), SETTINGS_ROLE)[kind]["policy"]["Statement"]
    calls = [
        Call("", SETTINGS, action, resource, ou)
        for row in statements
        for action in _texts(row["Action"])
        for resource in _texts(row["Resource"])
    ]
    assert len(calls) > 5
    assert [str(call) for call in calls if stopping(call) != {""}] == []


def _texts(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
