"""Which keys an account has, which of them are copies, and what a copy waits for."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from landing_zone.plan.lock import Lock, LockedAccount, lock_path, lock_text, read_lock
from landing_zone.plan.model import Deployment
from tests.manifest.arrange import Json, clinic
from tests.plan.arrange import (
    LOCK,
    ORGANIZATION_ID,
    account,
    deployments_of,
    landing_zone,
    lock_of,
    plan_faults,
    plan_of,
)

EAST, WEST = "us-east-1", "us-west-2"
ROLE = "data_keys"
ID = "123456789012"
SITES = "hlz-data-keys-ehr-production-us-west-2"


def arn(domain: str, id: str = ID, region: str = EAST) -> str:
    """ARN of a primary key."""
    return f"arn:aws:kms:{region}:{id}:key/mrk-{domain.encode().hex():0<32.32}"


BACKUP_ID = "210987654321"


def known(**keys: str) -> Lock:
    """A lock in which ids and these keys of `ehr-production` are known, and the id of the backup account."""
    lock = lock_of(ids={"ehr-production": ID}, organization=ORGANIZATION_ID)
    accounts = {"ehr-production": LockedAccount(id=ID, keys=keys), "backup": LockedAccount(id=BACKUP_ID)}
    return lock.model_copy(update={"accounts": accounts})


def kinds(manifest: Json) -> dict[tuple[str, str], Any]:
    """Domains with their kind, by account and Region."""
    found = deployments_of(manifest, ROLE)
    return {(one.environment.account, one.environment.region): one.variant.shape["domains"] for one in found}


def of_production(lock: Lock) -> dict[str, Deployment]:
    return {one.name: one for one in deployments_of(clinic(), ROLE, lock)}


def test_an_account_with_a_second_site_has_multi_region_keys_for_what_is_read_there() -> None:
    found = kinds(landing_zone(account("a", recovery="warm-standby")))
    assert found["a", EAST] == {"data": "primary", "secrets": "primary", "backup": "single"}
    assert found["a", WEST] == {"data": "replica", "secrets": "replica", "backup": "single"}


@pytest.mark.parametrize("tier", ["none", "backup-restore"])
def test_other_accounts_have_a_key_of_their_own_in_each_region(tier: str) -> None:
    found = kinds(landing_zone(account("a", recovery=tier)))
    assert found["a", EAST] == found["a", WEST] == {"data": "single", "secrets": "single", "backup": "single"}


def test_core_accounts_have_keys_only_for_what_they_hold() -> None:
    found = kinds(landing_zone())
    assert found == {
        (name, region): {domain: "single"}
        for name, domain in (("backup", "backup"), ("shared-services", "secrets"))
        for region in (EAST, WEST)
    }


def test_a_replica_waits_for_the_arn_of_its_primary() -> None:
    waiting = of_production(known(data=arn("data")))[SITES]
    assert waiting.unknown == "SecretsPrimaryKeyArn"
    assert of_production(known())[SITES].unknown == "DataPrimaryKeyArn, SecretsPrimaryKeyArn"
    ready = of_production(known(data=arn("data"), secrets=arn("secrets")))[SITES]
    assert ready.unknown == ""
    assert {value.name: value.text for value in ready.values} == {
        "DataPrimaryKeyArn": arn("data"),
        "SecretsPrimaryKeyArn": arn("secrets"),
        "BackupAccountId": BACKUP_ID,
    }


def test_the_primaries_wait_for_nothing_but_their_baseline() -> None:
    primary = of_production(known())["hlz-data-keys-ehr-production-us-east-1"]
    assert primary.unknown == ""
    assert primary.depends_on == ("hlz-account-baseline-ehr-production-us-east-1",)


def test_keys_of_the_lock_are_read_back_as_written_and_kept_by_the_next_plan(tmp_path: Path) -> None:
    lock = known(data=arn("data"), secrets=arn("secrets"))
    path = tmp_path / "landing-zone.yaml"
    lock_path(path).write_text(lock_text(lock), encoding="utf-8")
    assert read_lock(path).lock == lock
    assert plan_of(clinic(), lock).lock.accounts == lock.accounts


@pytest.mark.parametrize(
    ("keys", "parts"),
    [
        ({"data": arn("data", id="999999999999")}, ["999999999999", f"not of {ID} in {EAST}", "hlz-data-key-arn"]),
        ({"data": arn("data", region=WEST)}, [f"one of {ID} in {WEST}", f"not of {ID} in {EAST}"]),
        ({"dta": arn("data")}, ["no dta key is replicated", "did you mean 'data'?"]),
        ({"backup": arn("data")}, ["no backup key is replicated"]),
    ],
)
def test_a_key_that_cannot_be_replicated_is_refused_at_its_place(keys: dict[str, str], parts: list[str]) -> None:
    (fault,) = plan_faults(clinic(), known(**keys))
    assert (fault.file, fault.key) == (str(LOCK), f"accounts.ehr-production.keys.{next(iter(keys))}")
    for part in parts:
        assert part in f"{fault.message} {fault.hint}"


def copies(manifest: Json) -> dict[str, tuple[Any, list[str]]]:
    """What the keys of each account at home must allow for copies of recovery points, and the values for it."""
    return {
        one.environment.account: (one.variant.shape["copies"], [value.name for value in one.values])
        for one in deployments_of(manifest, ROLE)
        if one.environment.region == EAST
    }


def test_keys_admit_the_backup_account_only_where_recovery_points_are_copied() -> None:
    phi = account("a", ou="phi/production", data="phi")
    found = copies(landing_zone(phi, account("b")))
    assert found == {
        "a": ("sent", ["BackupAccountId"]),
        "b": (None, []),
        "backup": ("received", ["OrganizationId"]),
        "shared-services": (None, []),
    }
    for backup in ({"enabled": False}, {"plans": {"standard": {"cross_account": False}}}):
        assert {kind for kind, _ in copies(landing_zone(phi, backup=backup)).values()} == {None}
