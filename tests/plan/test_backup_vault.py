"""Which accounts have a backup vault, of which shape, and what it waits for."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.plan.roles.backup_vault import restore_test_schedule
from tests.manifest.arrange import Json, clinic
from tests.plan.arrange import account, deployments_of, landing_zone

EAST, WEST = "us-east-1", "us-west-2"
ROLE = "backup_vault"
PHI = account("a", ou="phi/production", data="phi")


def shapes(manifest: Json) -> dict[tuple[str, str], Any]:
    """Shapes by account and Region."""
    found = deployments_of(manifest, ROLE)
    return {(one.environment.account, one.environment.region): one.variant.shape for one in found}


def test_accounts_that_are_backed_up_have_a_vault_in_each_region_and_the_backup_account_has_one_for_copies() -> None:
    found = {place: shape["admits"] for place, shape in shapes(landing_zone(PHI, account("b"))).items()}
    assert found == {
        ("a", EAST): "member",
        ("a", WEST): "member",
        ("backup", EAST): "central",
        ("backup", WEST): "central",
    }


def test_without_copies_nothing_is_open_to_another_account() -> None:
    found = shapes(landing_zone(PHI, backup={"plans": {"standard": {"cross_account": False}}}))
    assert {place: shape["admits"] for place, shape in found.items()} == {("a", EAST): None, ("a", WEST): None}


def test_no_vault_is_planned_when_backup_is_off_or_nobody_holds_phi() -> None:
    assert shapes(clinic(backup={"enabled": False})) == {}
    assert shapes(landing_zone(account("b"))) == {}


def test_a_lock_starts_at_the_shortest_retention_and_leaves_room_above() -> None:
    plans = {"standard": {"retention_days": 35}, "short": {"retention_days": 14}}
    lock = shapes(clinic(backup={"plans": plans}))["ehr-production", EAST]["lock"]
    assert lock == {"min_retention_days": 14, "max_retention_days": 3650, "changeable_for_days": 14}
    assert shapes(clinic(backup={"vault_lock": False}))["ehr-production", EAST]["lock"] is None


@pytest.mark.parametrize(
    ("days", "expression"),
    [
        (1, "cron(0 9 ? * * *)"),
        (7, "cron(0 9 ? * SUN *)"),
        (27, "cron(0 9 ? * SUN *)"),
        (180, "cron(0 9 1 * ? *)"),
    ],
)
def test_restores_are_tested_at_least_once_a_month_and_as_often_as_asked(days: int, expression: str) -> None:
    assert restore_test_schedule(days) == expression
    found = shapes(clinic(recovery={"test_every_days": days}))["ehr-production", EAST]
    assert found["restore_testing"] == expression


def test_restores_are_not_tested_where_the_manifest_says_so() -> None:
    found = shapes(clinic(backup={"restore_testing": False}))
    assert {shape["restore_testing"] for shape in found.values()} == {None}


def test_a_vault_waits_for_its_key_and_elsewhere_for_the_role_that_home_has() -> None:
    by_name = {one.name: one.depends_on for one in deployments_of(clinic(), ROLE)}
    assert by_name["hlz-backup-vault-ehr-production-us-east-1"] == ("hlz-data-keys-ehr-production-us-east-1",)
    assert by_name["hlz-backup-vault-ehr-production-us-west-2"] == (
        "hlz-data-keys-ehr-production-us-west-2",
        "hlz-backup-vault-ehr-production-us-east-1",
    )


def test_all_members_share_a_template_in_each_region() -> None:
    found = deployments_of(clinic(), ROLE)
    members = {one.variant.id for one in found if one.environment.account != "backup"}
    assert len(members) == 2
