"""The BAA inventory: which agreement is in force, whom AWS's covers, what is outside the list of eligible services."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from landing_zone.assurance.agreements import agreements_document, remarks
from landing_zone.plan.lock import Lock, LockedAccount
from tests.arrangement import Json
from tests.assurance.arrange_manifest import HOSTILE, clinic_with

TODAY = date(2026, 11, 23)
LOCK = Lock(accounts={"ehr-production": LockedAccount(id="123456789012")})


def aws(**fields: Any) -> Json:
    return {"party": "AWS", "kind": "aws", "signed": "2024-01-15", "covers": ["organization"], **fields}


def vendor(**fields: Any) -> Json:
    return {"party": "EHR vendor", "signed": "2024-01-15", "covers": ["phi/production"], **fields}


def document(*agreements: Json, **sections: Any) -> dict[str, Any]:
    return agreements_document(clinic_with(agreements=list(agreements), **sections), LOCK, TODAY)


def account_row(*agreements: Json) -> dict[str, Any]:
    (row,) = document(*agreements)["accounts"]
    found: dict[str, Any] = row
    return found


def remarked(*agreements: Json) -> list[tuple[tuple[str | int, ...], str]]:
    manifest = clinic_with(agreements=list(agreements))
    return [(remark.path, remark.message) for remark in remarks(manifest, TODAY)]


def test_an_organization_agreement_covers_every_account_with_phi_and_an_account_agreement_its_own() -> None:
    assert account_row(aws())["by"] == ["organization"]
    assert account_row(aws(covers=["ehr-production"]))["by"] == ["account"]
    row = account_row(aws())
    assert (row["account"], row["id"], row["covered"]) == ("ehr-production", "123456789012", True)


@pytest.mark.parametrize(
    "agreement",
    [
        aws(covers=["ehr-training"]),
        aws(covers=[]),
        aws(expires="2026-11-22"),
        aws(signed="2026-11-24"),
        vendor(covers=["organization"]),
    ],
)
def test_without_an_agreement_of_aws_in_force_the_account_is_not_covered_and_validate_says_so(agreement: Json) -> None:
    assert account_row(agreement)["covered"] is False
    assert document(agreement)["totals"]["phi_accounts_without_aws_agreement"] == 1
    path, message = remarked(agreement)[0]
    assert path == ("accounts", 0, "data")
    assert "'ehr-production' may hold PHI" in message


def test_an_agreement_covers_on_its_last_day() -> None:
    assert account_row(aws(expires="2026-11-23"))["covered"]


def test_an_agreement_limited_to_services_is_said_unless_another_is_not_limited() -> None:
    limited = aws(covers=["ehr-production"], services=["s3"])
    assert account_row(limited)["limited_to_services"] == ["s3"]
    assert account_row(limited, aws())["limited_to_services"] == []


def test_other_associates_stand_beside_the_accounts_they_work_in() -> None:
    assert account_row(aws(), vendor())["other_associates"] == ["EHR vendor"]
    assert account_row(aws(), vendor(expires="2026-01-01"))["other_associates"] == []


def test_an_agreement_says_in_which_state_it_is_and_whether_it_is_to_be_verified() -> None:
    rows = document(
        aws(verified="2026-01-01"),
        vendor(party="A", expires="2026-12-23"),
        vendor(party="B", expires="2026-12-24", verified="2025-11-22"),
        vendor(party="C", expires="2026-11-22"),
        vendor(party="D", signed="2027-01-01"),
    )["agreements"]
    assert [(row["party"], row["state"], row["verification_due"]) for row in rows] == [
        ("AWS", "in force", False),
        ("A", "ends soon", True),
        ("B", "in force", True),
        ("C", "expired", True),
        ("D", "not yet signed", True),
    ]


def test_validate_names_agreements_that_end_have_ended_or_were_verified_long_ago() -> None:
    found = remarked(
        aws(),
        vendor(expires="2026-12-01"),
        vendor(expires="2026-11-01"),
        vendor(signed="2027-01-01"),
        vendor(verified="2025-11-22"),
        vendor(verified="2025-11-23"),
    )
    assert found == [
        (("agreements", 1, "expires"), "the agreement with 'EHR vendor' ends 2026-12-01, in 8 days"),
        (("agreements", 2, "expires"), "the agreement with 'EHR vendor' ended 2026-11-01"),
        (("agreements", 3, "signed"), "the agreement with 'EHR vendor' is not signed before 2027-01-01"),
        (("agreements", 4, "verified"), "the agreement with 'EHR vendor' was verified 366 days ago"),
    ]


def test_a_service_that_is_allowed_and_not_on_the_list_is_a_row_for_every_account_with_phi() -> None:
    services = document(aws(services=["s3", "s3vectors"]), guardrails={"additional_services": ["dax", "bedrock"]})
    assert [(row["service"], row["asked_by"], row["accounts"]) for row in services["services"]] == [
        ("dax", "guardrails.additional_services", ["ehr-production"]),
        ("s3vectors", "agreements.services", ["ehr-production"]),
    ]
    assert services["services"][0]["why"] == "DynamoDB Accelerator"
    assert services["eligible_list"]["age_days"] > 0


def test_the_inventory_is_sorted_whatever_the_order_of_the_manifest() -> None:
    entries = [aws(), vendor(), vendor(party="Courier")]
    assert document(*entries) == document(*entries[::-1])


def test_hostile_texts_come_through_as_they_are() -> None:
    (row,) = json.loads(json.dumps(document(vendor(party=HOSTILE, document=HOSTILE))))["agreements"]
    assert row["party"] == row["document"] == HOSTILE
