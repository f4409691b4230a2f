"""The organization itself: whose it is, who made it, and the day before it exists."""

from __future__ import annotations

from landing_zone.manifest.load import parsed_manifest
from landing_zone.operations.adopt.learn import organization_stacks
from landing_zone.operations.adopt.observe import Seen
from landing_zone.plan.lock import Lock, LockedAccount, LockedOrganization
from tests.arrangement import Json, clinic
from tests.manifest.arrange import FILE, text_of
from tests.operations.adopt.arrange import (
    MANAGEMENT,
    ORGANIZATION,
    ROOT,
    about,
    faults,
    learned,
    lock_with,
    organization,
)

NONE_YET = Seen(management=MANAGEMENT)


def clinic_of(**fields: str) -> Json:
    manifest = clinic()
    manifest["organization"] |= fields
    return manifest


def test_ids_of_organization_and_root_are_learned() -> None:
    lock, found = learned(organization())
    assert (lock.organization.id, lock.organization.root) == (ORGANIZATION, ROOT)
    assert {"organization", "root"} <= {row["kind"] for row in found.learned}


def test_an_organization_that_no_stack_made_is_adopted_and_one_that_ours_made_is_not() -> None:
    assert learned(organization())[0].organization.adopted
    assert not learned(organization(made=[ORGANIZATION]))[0].organization.adopted


def test_another_organization_than_manifest_or_lock_name_is_a_fault_with_both_ids() -> None:
    (fault,) = faults(organization(), clinic_of(id="o-zzzzzzzzzz"))
    assert (fault.key, fault.message) == (
        "organization.id",
        f"the manifest says 'o-zzzzzzzzzz', AWS says '{ORGANIZATION}'",
    )
    (fault,) = faults(organization(), lock=Lock(organization=LockedOrganization(id="o-zzzzzzzzzz")))
    assert (fault.file, fault.key) == ("landing-zone.lock.yaml", "organization.id")
    (fault,) = faults(organization(), lock=Lock(organization=LockedOrganization(id=ORGANIZATION, root="r-zzzz")))
    assert fault.key == "organization.root"


def test_consolidated_billing_alone_needs_a_person() -> None:
    assert about(learned(organization(all_features=False))[1], "enable all features")


def test_before_the_organization_the_caller_becomes_its_management_account_and_nothing_else_is_learned() -> None:
    lock, found = learned(NONE_YET)
    assert lock == Lock(accounts={"management": LockedAccount(id=MANAGEMENT)})
    assert len([row for row in found.missing if row["kind"] == "account"]) == 7
    assert about(found, "becomes the management account", kind="note")


def test_before_the_organization_a_named_one_is_a_fault() -> None:
    assert [fault.key for fault in faults(NONE_YET, clinic_of(id=ORGANIZATION))] == ["organization.id"]
    known = Lock(organization=LockedOrganization(id=ORGANIZATION))
    assert [fault.file for fault in faults(NONE_YET, lock=known)] == ["landing-zone.lock.yaml"]


def test_before_the_organization_other_credentials_than_the_manifest_says_are_a_fault() -> None:
    other = "999999999999"
    (fault,) = faults(NONE_YET, clinic_of(management_account=other))
    assert MANAGEMENT in fault.message
    assert other in fault.message
    (fault,) = faults(NONE_YET, lock=lock_with({"management": {"id": other}}))
    assert fault.key == "accounts.management.id"


def test_before_the_organization_accounts_with_an_id_are_to_be_invited() -> None:
    manifest = clinic()
    manifest["accounts"][0]["id"] = "200000000001"
    _, found = learned(NONE_YET, manifest)
    assert about(found, "ehr-production exist already: invite them")
    assert "ehr-production" not in {row["name"] for row in found.missing}


def test_the_stacks_that_make_the_organization_are_those_of_the_home_region() -> None:
    lock = Lock(vending={"1": ("backup",), "2": ("lab",)})
    assert organization_stacks(parsed_manifest(text_of(clinic()), FILE).manifest, lock) == (
        "hlz-organization-management-us-east-1",
        "hlz-accounts-management-us-east-1-1",
        "hlz-accounts-management-us-east-1-2",
    )
