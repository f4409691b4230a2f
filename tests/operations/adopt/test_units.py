"""OUs: by id, else by exact name under the matched parent; everything near is asked about, nothing is lost."""

from __future__ import annotations

import pytest

from landing_zone.plan.lock import LockedUnit
from tests.operations.adopt.arrange import (
    about,
    account,
    faults,
    learned,
    lock_with,
    messages,
    organization,
    unit,
    unit_id,
)


def test_an_ou_is_matched_by_its_name_under_the_matched_parent() -> None:
    seen = organization(units=[unit(1, "phi"), unit(2, "production", 1), unit(3, "production")])
    lock, found = learned(seen)
    assert lock.units == {
        "phi": LockedUnit(id=unit_id(1), adopted=True),
        "phi/production": LockedUnit(id=unit_id(2), adopted=True),
    }
    assert {row["name"] for row in found.missing if row["kind"] == "unit"} >= {"security", "phi/recovery"}


def test_an_ou_in_our_stack_is_ours_and_any_other_is_adopted() -> None:
    seen = organization(units=[unit(1, "security"), unit(2, "sandbox")], made=[unit_id(1)])
    assert {path: entry.adopted for path, entry in learned(seen)[0].units.items()} == {
        "security": False,
        "sandbox": True,
    }


@pytest.mark.parametrize("name", ["Security", "SECURITY", " security "])
def test_a_name_that_only_comes_near_is_asked_about_and_not_taken(name: str) -> None:
    lock, found = learned(organization(units=[unit(1, name)]))
    assert not lock.units
    (message,) = about(found, "update-organizational-unit")
    assert f"--organizational-unit-id {unit_id(1)} --name security" in message
    assert "security" in {row["name"] for row in found.missing}


def test_a_name_with_a_slash_is_no_path() -> None:
    lock, _ = learned(organization(account(1, "ehr-production", ou=1), units=[unit(1, "phi/production")]))
    assert not lock.units
    assert lock.accounts["ehr-production"].ou == "phi\\/production"


def test_the_id_in_the_lock_holds_whatever_the_ou_is_called() -> None:
    lock, found = learned(
        organization(units=[unit(1, "Old Security"), unit(2, "security")]),
        lock=lock_with(units={"security": {"id": unit_id(1)}}),
    )
    assert lock.units["security"].id == unit_id(1)
    assert about(found, "is called 'Old Security' in AWS")


def test_an_ou_that_aws_no_longer_has_is_a_fault_while_the_manifest_wants_it() -> None:
    (fault,) = faults(organization(), lock=lock_with(units={"security": {"id": unit_id(9)}}))
    assert (fault.file, fault.key) == ("landing-zone.lock.yaml", "units.security.id")
    assert "is no longer in the organization" in fault.message


def test_an_ou_that_left_both_keeps_its_line_and_is_mentioned() -> None:
    before = lock_with(units={"legacy": {"id": unit_id(9)}})
    lock, found = learned(organization(), lock=before)
    assert lock.units["legacy"] == before.units["legacy"]
    assert not found.faults
    assert about(found, "'legacy'", kind="note")


def test_two_ous_of_one_name_are_a_fault_with_both_ids() -> None:
    (fault,) = faults(organization(units=[unit(1, "security"), unit(2, "security")]))
    assert f"{unit_id(1)} or {unit_id(2)}" in fault.message


def test_what_our_stack_no_longer_holds_becomes_adopted_and_is_said() -> None:
    lock, found = learned(
        organization(units=[unit(1, "security")]),
        lock=lock_with(units={"security": {"id": unit_id(1), "adopted": False}}),
    )
    assert lock.units["security"].adopted
    (row,) = (row for row in found.changed if row["kind"] == "unit")
    assert (row["before"], row["after"], row["why"]) == (False, True, "no stack of ours holds it")


def test_what_our_stack_still_holds_stays_ours_without_a_word() -> None:
    before = lock_with(units={"security": {"id": unit_id(1)}})
    lock, found = learned(organization(units=[unit(1, "security")], made=[unit_id(1)]), lock=before)
    assert lock.units == before.units
    assert not found.changed


def test_an_ou_that_lies_elsewhere_is_asked_about() -> None:
    before = lock_with(units={"security": {"id": unit_id(2)}})
    _, found = learned(organization(units=[unit(1, "core"), unit(2, "security", 1)]), lock=before)
    assert about(found, "lies under 'core' in AWS")


def test_what_cannot_stand_in_the_lock_is_made_to_fit() -> None:
    names = ["${Kept}", "x\ny\u2028z", "n" * 1024]
    units = [unit(1, names[0]), unit(2, names[1], 1), unit(3, names[2], 2)]
    lock, _ = learned(organization(account(1, "other", ou=3), units=units))
    (entry,) = lock.unlisted.values()
    assert entry.ou.startswith("${Kept}/x y z/nnn")
    assert len(entry.ou) == 1024


def test_nothing_is_asked_when_all_is_as_wanted() -> None:
    _, found = learned(organization(units=[unit(1, "security")]))
    assert not [message for message in messages(found) if "OU" in message]


def test_an_ou_that_the_lock_gives_to_one_path_is_not_matched_by_name_to_another() -> None:
    before = lock_with(units={"security": {"id": unit_id(1)}})
    lock, found = learned(organization(units=[unit(1, "sandbox")]), lock=before)
    assert list(lock.units) == ["security"]
    assert "sandbox" in {row["name"] for row in found.missing}
