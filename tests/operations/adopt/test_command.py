"""`hlz adopt` as people and pipelines call it, against moto.

moto 5.2.5 skips Organizations types in CloudFormation: what our stacks hold is answered for it (`stack_holds`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto.ssoadmin.models import ssoadmin_backends

from landing_zone.manifest.load import load_manifest
from landing_zone.operations.settings.clients import Aws
from landing_zone.operations.settings.execute import ApiError
from landing_zone.plan.lock import lock_path, lock_text, read_lock
from landing_zone.plan.make import make_plan
from tests.arrangement import Json, clinic, primary_keys
from tests.operations.adopt.simulated import (
    CALLER,
    HOME,
    STORE,
    Organization,
    adopt,
    document,
    exporting,
    stack_holds,
    whole_clinic,
    withheld,
    written,
)


def test_on_the_first_day_the_management_account_is_learned_and_nothing_written_without_being_told(
    moto: None, tmp_path: Path
) -> None:
    manifest = written(tmp_path)
    found = document(manifest)
    assert found["organization"]["id"] is None
    assert found["organization"]["management_account"] == CALLER
    assert found["written"] is None
    assert not lock_path(manifest).exists()
    assert document(manifest, "--write")["written"] == str(lock_path(manifest))
    assert read_lock(manifest).lock.accounts["management"].id == CALLER


def test_after_the_stacks_were_deployed_everything_is_ours_and_nothing_stays_withheld(
    moto: None, tmp_path: Path, intercept: dict[str, Any]
) -> None:
    manifest = written(tmp_path)
    organization = Organization()
    ids = whole_clinic(organization)
    units = [id for path, id in organization.units.items() if path != "root"]
    stack_holds(
        intercept,
        {
            "hlz-organization-management-us-east-1": [organization.id, *units],
            "hlz-accounts-management-us-east-1-1": list(ids.values()),
        },
    )
    exporting(intercept, {ids["ehr-production"]: primary_keys(ids["ehr-production"])}, hub=ids["network"])
    before = withheld(manifest)
    found = document(manifest, "--write")
    assert (found["missing"], found["unlisted"], found["changed"]) == ([], [], [])
    assert (found["withheld_before"], found["withheld_after"]) == (before, 0)
    assert before > 30
    assert withheld(manifest) == 0
    lock = read_lock(manifest).lock
    assert not [name for name, entry in lock.accounts.items() if entry.adopted]
    assert not [path for path, entry in lock.units.items() if entry.adopted]
    assert lock.accounts["ehr-production"].keys == primary_keys(ids["ehr-production"])


def test_a_second_run_changes_not_a_byte_and_the_plan_finds_the_lock_current(
    moto: None, tmp_path: Path, intercept: dict[str, Any]
) -> None:
    manifest = written(tmp_path)
    ids = whole_clinic(Organization())
    exporting(intercept, {ids["ehr-production"]: primary_keys(ids["ehr-production"])})
    assert document(manifest, "--write")["written"]
    path = lock_path(manifest)
    text, stamp = path.read_bytes(), path.stat().st_mtime_ns
    again = document(manifest, "--write")
    assert (again["written"], again["learned"], again["changed"]) == (None, [], [])
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (text, stamp)
    planned = make_plan(load_manifest(manifest), read_lock(manifest))
    assert planned.stale == ()
    assert lock_text(planned.lock).encode() == text
    assert "The lock says all of this already." in adopt(manifest).out


def test_a_brownfield_is_adopted_and_its_strangers_are_named_with_what_awaits_them(moto: None, tmp_path: Path) -> None:
    organization = Organization()
    organization.unit("phi")
    organization.unit("Legacy Apps")
    known = organization.account("Epic", "Legacy Apps", email="epic@old.example")
    stranger = organization.account("Billing", "Legacy Apps", email="bill@old.example")
    brownfield = clinic()
    brownfield["organization"]["id"] = organization.id
    brownfield["accounts"][0] |= {"id": known, "email": "epic@old.example"}
    manifest = written(tmp_path, brownfield)
    ended = adopt(manifest)
    assert ended.code == 0
    assert f"'Billing' {stranger} in 'Legacy Apps'" in ended.out
    assert "the next deploy attaches the quarantine guardrails to this account" in ended.out
    assert "guardrails.unlisted_accounts: report" in ended.out
    assert "in OU 'Legacy Apps', where the manifest says 'phi/production': ehr-production" in ended.out
    assert "Nothing was written: --write does it." in ended.out
    document(manifest, "--write")
    lock = read_lock(manifest).lock
    assert (lock.units["phi"].adopted, lock.accounts["ehr-production"].adopted) == (True, True)
    assert lock.unlisted[stranger].ou == "Legacy Apps"
    brownfield["guardrails"] = {"unlisted_accounts": "report"}
    assert "Nothing is attached to them" in adopt(written(tmp_path, brownfield)).out


def test_contradictions_come_all_at_once_with_their_places_and_leave_the_lock_alone(moto: None, tmp_path: Path) -> None:
    organization = Organization()
    organization.account("log-archive", email="logs@old.example")
    contradicted = clinic()
    contradicted["organization"] |= {"id": "o-zzzzzzzzzz", "management_account": "999999999999"}
    contradicted["accounts"][0]["id"] = "888888888888"
    manifest = written(tmp_path, contradicted)
    errors = document(manifest, "--write", code=2)["errors"]
    assert [(error["line"] > 1, error["key"]) for error in errors] == [
        (True, "organization.email"),
        (True, "organization.id"),
        (True, "organization.management_account"),
        (True, "accounts[0].id"),
    ]
    assert not lock_path(manifest).exists()


def test_all_of_sixty_accounts_in_one_ou_are_found(moto: None, tmp_path: Path) -> None:
    organization = Organization()
    organization.unit("nonphi")
    names = [f"lab-{number:02}" for number in range(60)]
    labs = [{"name": n, "ou": "nonphi", "owner": "science", "data": "none", "network": "none"} for n in names]
    for name in names:
        organization.account(name, "nonphi")
    manifest = written(tmp_path, clinic(accounts=labs))
    found = document(manifest, "--write")
    assert {row["name"] for row in found["learned"] if row["kind"] == "account"} == {*names, "management"}
    assert "60 accounts" not in adopt(manifest).out  # learned already
    assert {entry.ou for name, entry in read_lock(manifest).lock.accounts.items() if name in names} == {"nonphi"}


def test_accounts_whose_role_is_not_there_yet_stop_nothing(
    moto: None, tmp_path: Path, intercept: dict[str, Any]
) -> None:
    def refused(account: str, parameters: Json) -> Json:
        raise ApiError("AccessDenied", f"role hlz-settings cannot be assumed in {account}")

    manifest = written(tmp_path)
    whole_clinic(Organization())
    intercept["ListExports"] = refused
    found = document(manifest, "--write")
    assert found["written"]
    assert any("keys not read: ehr-production" in note["message"] for note in found["notes"])


def test_identity_center_and_groups_of_an_external_provider_are_learned(moto: None, tmp_path: Path) -> None:
    Organization()
    store = boto3.client("identitystore", HOME)
    group = store.create_group(IdentityStoreId=STORE, DisplayName="Readers")["GroupId"]
    sets = {"reader": {"description": "Reads", "managed_policies": ["SecurityAudit"]}}
    rows = [{"group": name, "permission_set": "reader", "ou": "nonphi"} for name in ("Readers", "Writers")]
    external = {"source": "external", "permission_sets": sets, "assignments": rows}
    manifest = written(tmp_path, clinic(identity=external))
    found = document(manifest, "--write")
    assert {"kind": "group", "name": "Writers"} in found["missing"]
    identity = read_lock(manifest).lock.identity
    assert (identity.store, identity.groups) == (STORE, {"Readers": group})
    assert identity.instance == ssoadmin_backends[CALLER][HOME].instances[0].instance_arn


def test_another_account_of_the_organization_reads_through_a_role_in_the_management_account(
    moto: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, intercept: dict[str, Any]
) -> None:
    member = Organization().account("shared-services")
    arn = f"arn:aws:iam::{member}:role/OrganizationAccountAccessRole"
    keys = boto3.client("sts", HOME).assume_role(RoleArn=arn, RoleSessionName="test")["Credentials"]
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", keys["AccessKeyId"])
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", keys["SecretAccessKey"])
    monkeypatch.setenv("AWS_SESSION_TOKEN", keys["SessionToken"])
    assumed: list[str] = []
    assume = Aws._assume

    def recorded(self: Aws, account: str) -> Any:
        assumed.append(account)
        return assume(self, account)

    monkeypatch.setattr(Aws, "_assume", recorded)
    assert document(written(tmp_path), "--role", "reader")["organization"]["management_account"] == CALLER
    assert assumed == [CALLER]


def test_permissions_are_printed_without_aws(tmp_path: Path) -> None:
    ended = adopt(written(tmp_path), "--permissions", "--role", "reader")
    assert ended.code == 0
    assert "role/reader" in json.dumps(json.loads(ended.out)["management"])


def test_quiet_prints_no_more_than_what_somebody_has_to_know(moto: None, tmp_path: Path) -> None:
    Organization()
    loud, quiet = adopt(written(tmp_path)), adopt(written(tmp_path), "-q")
    assert "Learned" in loud.out
    assert "Learned" not in quiet.out
    assert "Needs a person" in quiet.out
