"""Accounts: by id, else by e-mail; a name is asked about; contradictions name both sides."""

from __future__ import annotations

import pytest

from landing_zone.plan.lock import LockedAccount, UnlistedAccount
from tests.arrangement import Json, clinic
from tests.operations.adopt.arrange import (
    MANAGEMENT,
    about,
    account,
    account_id,
    faults,
    learned,
    lock_with,
    organization,
    unit,
    unit_id,
)


def clinic_with(**fields: str) -> Json:
    """The clinic whose `ehr-production` has these fields."""
    manifest = clinic()
    manifest["accounts"][0] |= fields
    return manifest


def test_an_account_is_matched_by_the_id_in_the_manifest_whatever_its_name_and_e_mail() -> None:
    seen = organization(account(1, "Epic Prod", "epic@old.example"))
    lock, found = learned(seen, clinic_with(id=account_id(1)))
    assert lock.accounts["ehr-production"] == LockedAccount(id=account_id(1), adopted=True, ou="root")
    assert about(found, "another e-mail in AWS than organization.email gives: ehr-production")


def test_an_account_is_matched_by_its_e_mail_without_regard_to_case() -> None:
    seen = organization(account(1, "Epic Prod", "AWS+ehr-production@Riverside.example"))
    assert learned(seen)[0].accounts["ehr-production"].id == account_id(1)


def test_an_account_of_our_stack_is_ours_with_its_ou() -> None:
    units = [unit(1, "phi"), unit(2, "production", 1)]
    seen = organization(account(1, "ehr-production", ou=2), units=units, made=[account_id(1)])
    assert learned(seen)[0].accounts["ehr-production"] == LockedAccount(id=account_id(1), ou="phi/production")


@pytest.mark.parametrize("name", ["ehr-production", "EHR Production"])
def test_a_name_with_another_e_mail_is_a_fault_that_says_both(name: str) -> None:
    (fault,) = faults(organization(account(1, name, "epic@old.example")))
    assert "'aws+ehr-production@riverside.example'" in fault.message
    assert f"{account_id(1)} with e-mail 'epic@old.example'" in fault.message
    assert f'write `id: "{account_id(1)}"`' in fault.hint


def test_a_near_name_is_no_fault_once_the_manifest_gives_an_e_mail_and_the_same_name_still_is() -> None:
    manifest = clinic_with(email="epic@new.example")
    assert not faults(organization(account(1, "EHR Production", "epic@old.example")), manifest)
    assert faults(organization(account(1, "ehr-production", "epic@old.example")), manifest)


def test_the_name_of_a_closed_account_is_free() -> None:
    _, found = learned(organization(account(1, "ehr-production", "epic@old.example", state="SUSPENDED")))
    assert not found.faults
    assert "ehr-production" in {row["name"] for row in found.missing}


def test_another_e_mail_than_the_manifest_gives_is_a_fault_at_its_place() -> None:
    manifest = clinic_with(id=account_id(1), email="epic@new.example")
    (fault,) = faults(organization(account(1, "ehr-production", "epic@old.example")), manifest)
    assert fault.key == "accounts[0].email"
    assert "is 'epic@old.example' in AWS, not 'epic@new.example'" in fault.message


def test_an_id_that_the_organization_lacks_is_a_fault_where_it_stands() -> None:
    (given,) = faults(organization(), clinic_with(id=account_id(9)))
    assert (given.file, given.key) == ("landing-zone.yaml", "accounts[0].id")
    (known,) = faults(organization(), lock=lock_with({"backup": {"id": account_id(9)}}))
    assert (known.file, known.key) == ("landing-zone.lock.yaml", "accounts.backup.id")


def test_an_e_mail_that_two_accounts_share_is_a_fault_with_both_ids() -> None:
    (fault,) = faults(organization(account(1, "ehr-production"), account(2, "ehr-production")))
    assert f"{account_id(1)} or {account_id(2)}" in fault.message


def test_an_account_that_fits_two_entries_is_a_fault_with_both_names() -> None:
    (fault,) = faults(organization(account(1, "ehr-training")), clinic_with(id=account_id(1)))
    assert "fits both 'ehr-production' and 'ehr-training'" in fault.message


def test_an_account_that_was_renamed_in_the_manifest_is_renamed_in_the_lock_by_hand() -> None:
    before = lock_with({"epic-production": {"id": account_id(1)}})
    (fault,) = faults(organization(account(1, "ehr-production")), lock=before)
    assert (fault.file, fault.key) == ("landing-zone.lock.yaml", "accounts.epic-production")
    assert fault.hint == "if 'epic-production' is 'ehr-production' now, rename its line in the lock"


def test_the_management_account_is_the_organizations_and_of_no_stack() -> None:
    assert learned(organization())[0].accounts["management"] == LockedAccount(id=MANAGEMENT, ou="root")
    manifest = clinic()
    manifest["organization"]["management_account"] = account_id(9)
    (fault,) = faults(organization(), manifest)
    assert fault.key == "organization.management_account"
    (fault,) = faults(organization(), lock=lock_with({"management": {"id": account_id(9)}}))
    assert fault.key == "accounts.management.id"


def test_accounts_that_nobody_names_are_unlisted_with_awss_names() -> None:
    seen = organization(account(1, "Legacy Billing", "bill@old.example", ou=1), units=[unit(1, "Old Apps")])
    lock, found = learned(seen)
    assert lock.unlisted == {account_id(1): UnlistedAccount(name="Legacy Billing", ou="Old Apps")}
    assert found.unlisted[0]["guardrails"] == "quarantine"
    report = clinic(guardrails={"unlisted_accounts": "report"})
    assert learned(seen, report)[1].unlisted[0]["guardrails"] == "report"


@pytest.mark.parametrize("state", ["SUSPENDED", "PENDING_CLOSURE", "CLOSED"])
def test_a_closing_account_that_nobody_names_is_reported_and_gets_no_guardrails(state: str) -> None:
    lock, found = learned(organization(account(1, "old", state=state)))
    assert not lock.unlisted
    assert [(row["id"], row["state"], row["guardrails"]) for row in found.unlisted] == [(account_id(1), state, "none")]


def test_a_closing_account_of_the_manifest_is_known_and_asked_about() -> None:
    lock, found = learned(organization(account(1, "ehr-production", state="SUSPENDED")))
    assert lock.accounts["ehr-production"].id == account_id(1)
    assert about(found, "is SUSPENDED: deployments to it fail")


def test_an_unlisted_account_that_is_gone_or_listed_now_leaves_the_list_and_is_mentioned() -> None:
    before = lock_with(
        unlisted={account_id(number): UnlistedAccount(name="x", ou="root") for number in (1, 2)},
    )
    lock, found = learned(organization(account(1, "ehr-production")), lock=before)
    assert not lock.unlisted
    assert [row["why"] for row in found.changed if row["kind"] == "unlisted"] == [
        "it is 'ehr-production' now",
        "it has left the organization or is being closed",
    ]


def test_an_account_that_left_the_manifest_stays_in_the_lock_and_is_not_quarantined() -> None:
    before = lock_with({"lab": {"id": account_id(1)}, "gone": {"id": account_id(2), "ou": "nonphi"}})
    lock, found = learned(organization(account(1, "lab")), lock=before)
    assert lock.accounts["lab"] == LockedAccount(id=account_id(1), adopted=True, ou="root")
    assert lock.accounts["gone"] == before.accounts["gone"]
    assert not lock.unlisted
    assert not found.faults
    assert about(found, "has left the manifest and the organization", kind="note")


def test_a_move_is_a_change_and_a_place_that_the_manifest_does_not_want_needs_a_person() -> None:
    units = [unit(1, "phi"), unit(2, "production", 1), unit(3, "Elsewhere")]
    before = lock_with({"ehr-production": {"id": account_id(1), "adopted": True, "ou": "phi/production"}})
    _, found = learned(organization(account(1, "ehr-production", ou=3), units=units), lock=before)
    (row,) = (row for row in found.changed if row["name"] == "ehr-production")
    assert (row["field"], row["before"], row["after"]) == ("ou", "phi/production", "Elsewhere")
    assert about(found, "in OU 'Elsewhere', where the manifest says 'phi/production': ehr-production")


def test_what_the_lock_knows_of_keys_survives() -> None:
    keys = {"data": f"arn:aws:kms:us-east-1:{account_id(1)}:key/mrk-{'d' * 32}"}
    before = lock_with({"ehr-production": {"id": account_id(1), "keys": keys}})
    assert learned(organization(account(1, "ehr-production")), lock=before)[0].accounts["ehr-production"].keys == keys


def test_an_account_made_by_our_stack_that_the_stack_lost_becomes_adopted_and_is_said() -> None:
    before = lock_with({"ehr-production": {"id": account_id(1), "ou": "root"}})
    lock, found = learned(organization(account(1, "ehr-production")), lock=before)
    assert lock.accounts["ehr-production"].adopted
    assert [row["why"] for row in found.changed] == ["no stack of ours holds it"]


def test_faults_come_all_at_once() -> None:
    seen = organization(
        account(1, "ehr-production", "a@old.example"), account(2, "Backup", "b@old.example"), units=[unit(1, "x")]
    )
    assert len(faults(seen, lock=lock_with(units={"security": {"id": unit_id(9)}}))) == 3
