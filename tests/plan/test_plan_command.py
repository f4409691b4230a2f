"""`hlz plan`: a table for people, JSON for machines, and the lock."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import pytest

from landing_zone.manifest.organization_tree import CORE_ACCOUNTS
from landing_zone.plan.lock import read_lock
from tests.manifest.arrange import Json, changed, clinic, hlz, text_of
from tests.plan.arrange import ORGANIZATION_ID, account, accounts, landing_zone


def written(folder: Path, content: Json, name: str = "landing-zone.yaml") -> Path:
    path = folder / name
    path.write_text(text_of(content), encoding="utf-8")
    return path


@pytest.fixture
def manifest(tmp_path: Path) -> Path:
    return written(tmp_path, clinic())


@pytest.fixture
def lock(manifest: Path) -> Path:
    return manifest.with_name("landing-zone.lock.yaml")


def plan(path: Path, *flags: str) -> dict[str, Any]:
    ended = hlz("plan", "--json", "-m", path, *flags)
    assert (ended.code, ended.err) == (0, ""), ended
    document: dict[str, Any] = json.loads(ended.out)
    return document


def errors(path: Path, *flags: str) -> list[dict[str, Any]]:
    ended = hlz("plan", "--json", "-m", path, *flags)
    assert (ended.code, ended.err) == (2, ""), ended
    document = json.loads(ended.out)
    assert document.keys() == {"valid", "errors"}
    assert document["valid"] is False
    rows: list[dict[str, Any]] = document["errors"]
    return rows


def networks(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [row for row in document["deployments"] if row["role"] == "workload_network"]


def test_json_has_the_keys_of_the_contract(manifest: Path) -> None:
    document = plan(manifest)
    rows = document["deployments"]
    assert document["environments"] == len({(row["account"], row["region"]) for row in rows}) == 8 * 2
    assert document["variants"] == len({row["variant"] for row in rows})
    assert document["withheld"] == len(rows)
    for row in rows:
        assert {"name", "role", "variant", "account", "region", "values", "depends_on"} <= set(row)
    first = networks(document)[0]
    assert first["name"] == "hlz-workload-network-ehr-production-us-east-1"
    assert (first["role"], first["account"], first["region"]) == ("workload_network", "ehr-production", "us-east-1")
    assert first["values"]["VpcCidr"] == "10.0.0.0/22"
    assert first["values"]["OrganizationId"] is None
    assert first["depends_on"] == [
        "hlz-account-baseline-ehr-production-us-east-1",
        "hlz-log-landing-log-archive-us-east-1",
        "hlz-network-hub-network-us-east-1",
        "hlz-network-shared-network-us-east-1",
    ]
    assert first["withheld"] == "account id, organization id"


def test_deployments_are_sorted_by_name_and_names_are_unique(tmp_path: Path) -> None:
    path = written(tmp_path, landing_zone(*accounts("c", "a", "b", recovery="warm-standby")))
    names = [row["name"] for row in plan(path)["deployments"]]
    assert names == sorted(set(names))


def test_counts_follow_what_is_known(tmp_path: Path) -> None:
    ids = {name: f"{number:012}" for number, name in enumerate(CORE_ACCOUNTS, start=100)}
    core = [
        {"name": name, "ou": ou, "owner": "platform", "data": "none", "id": ids[name]}
        for name, ou in CORE_ACCOUNTS.items()
        if name != "management"
    ]
    content = landing_zone(account("a", id="123456789012"), account("b"), *core)
    content["organization"] |= {"id": ORGANIZATION_ID, "management_account": ids["management"]}
    document = plan(written(tmp_path, content))
    assert {row["account"]: row["withheld"] for row in networks(document)} == {"a": None, "b": "account id"}
    # Ids of the organization's root and of the hub are not in the manifest; what hangs on them waits for `hlz adopt`.
    learned = {"organization", "organization_delegation", "accounts", "guardrails"}
    learned |= {"network_links", "network_link_routes"}
    waiting = [row for row in document["deployments"] if _concerns_b(row) or row["role"] in learned]
    assert [row["name"] for row in document["deployments"] if row["withheld"]] == [row["name"] for row in waiting]
    assert document["withheld"] == len(waiting)


def _concerns_b(row: dict[str, Any]) -> bool:
    """Whether a deployment is b's, or admits b's network."""
    return bool(row["account"] == "b") or row["name"] == "hlz-network-association-network-us-east-1-b"


def test_a_landing_zone_without_accounts_has_its_core_accounts(tmp_path: Path) -> None:
    document = plan(written(tmp_path, landing_zone()))
    assert {row["account"] for row in document["deployments"]} == set(CORE_ACCOUNTS)
    assert networks(document) == []


def test_people_see_a_table_totals_and_what_to_run(manifest: Path) -> None:
    ended = hlz("plan", "-m", manifest)
    assert (ended.code, ended.err) == (0, "")
    for part in (
        "ehr-production   us-east-1 10.0.0.0/22  us-west-2 10.16.0.0/22  account_baseline backup_vault data_event",
        "withheld: account id, organization id",
        "environments.",
        f"Run `hlz plan --write -m {manifest}`.",
    ):
        assert part in ended.out
    assert not any(line.endswith(" ") for line in ended.out.splitlines())


def test_people_see_quota_new_accounts_and_what_to_do_step_by_step(manifest: Path, lock: Path) -> None:
    out = hlz("plan", "-m", manifest).out
    assert "Organization: 8 accounts in 9 OUs.\n" in out
    assert "Quota:" not in out
    assert (
        "New accounts: 7 (backup, ehr-production, ehr-training, log-archive, network, security, and 1 more).\n" in out
    )
    more = [{"name": f"gone-{n}", "id": f"{n:012}"} for n in range(8)]
    lock.write_text("accounts: {" + ", ".join(f'{row["name"]}: {{id: "{row["id"]}"}}' for row in more) + "}\n")
    out = hlz("plan", "-m", manifest).out
    assert "Quota: 16 accounts; AWS's default is 10, `hlz settings` requests more.\n" in out
    assert "Account gone-0 has left the manifest:\n  1. Nothing is deleted by that" in out
    assert "Account gone-4 has left the manifest.\nAnd 3 more like this.\n" in out


def test_json_has_the_organization_with_every_sequence(manifest: Path, lock: Path) -> None:
    lock.write_text('accounts: {gone: {id: "000000000007", ou: nonphi}}\n')
    found = plan(manifest)["organization"]
    assert found.keys() == {"accounts", "account_quota_needed", "units", "creates", "sequences"}
    assert (found["accounts"], found["account_quota_needed"], found["units"]) == (8, 9, 9)
    assert len(found["creates"]["units"]) == 9
    (sequence,) = found["sequences"]
    assert sequence.keys() == {"kind", "account", "from", "to", "title", "steps"}
    assert (sequence["kind"], sequence["account"], sequence["from"]) == ("decommission", "gone", "nonphi")


def test_a_lock_is_written_when_only_the_stacks_of_accounts_are_missing(manifest: Path, lock: Path) -> None:
    plan(manifest, "--write")
    complete = lock.read_text()
    lock.write_text("".join(line for line in complete.splitlines(True) if not line.startswith(("vending", '  "1"'))))
    document = plan(manifest)
    assert document["lock"]["stale"] == []  # one stack for all needs no record for synth
    assert plan(manifest, "--write")["lock"]["written"] == str(lock)
    assert lock.read_text() == complete


def test_quiet_leaves_the_table_out(manifest: Path) -> None:
    ended = hlz("plan", "-q", "-m", manifest)
    assert re.match(r"[0-9]+ deployments of [0-9]+ variants in 16 environments\.\n", ended.out)


def test_the_lock_is_written_only_when_asked_for(manifest: Path, lock: Path) -> None:
    for flags in ((), ("--json",), ("-q",)):
        hlz("plan", "-m", manifest, *flags)
    assert list(manifest.parent.iterdir()) == [manifest]
    document = plan(manifest, "--write")
    assert document["lock"] == {"stale": [], "written": str(lock)}
    assert oct(lock.stat().st_mode)[-3:] == "644"
    assert read_lock(manifest).lock.networks["us-west-2"]["ehr-production"].cidr == "10.16.0.0/22"


def test_a_lock_that_is_right_is_not_written_again(manifest: Path, lock: Path) -> None:
    plan(manifest, "--write")
    before = (lock.read_bytes(), lock.stat().st_mtime_ns, lock.stat().st_ino)
    document = plan(manifest, "--write")
    assert document["lock"] == {"stale": [], "written": None}
    assert (lock.read_bytes(), lock.stat().st_mtime_ns, lock.stat().st_ino) == before


def test_what_is_planned_does_not_depend_on_whether_the_lock_is_written(manifest: Path) -> None:
    before = plan(manifest)["deployments"]
    assert plan(manifest, "--write")["deployments"] == before
    assert plan(manifest)["deployments"] == before


def test_a_new_account_makes_the_lock_stale_and_moves_nobody(manifest: Path, lock: Path) -> None:
    before = {row["name"]: row for row in plan(manifest, "--write")["deployments"]}
    written(manifest.parent, changed(clinic(), (("accounts", 2), account("aaa", network="xlarge"))))
    document = plan(manifest)
    assert document["lock"]["stale"] == [
        "the stacks that make 1 accounts are missing",
        "the range of account 'aaa' in us-east-1 is missing",
    ]
    after = {row["name"]: row for row in document["deployments"]}
    changed_names = {name for name, row in before.items() if after[name] != row}
    assert changed_names == {"hlz-accounts-management-us-east-1-1"}  # it makes the new account


def test_a_range_is_released_only_together_with_write(manifest: Path, lock: Path) -> None:
    plan(manifest, "--write")
    before = lock.read_bytes()
    rows = errors(manifest, "--release", "ehr-training")
    assert "needs --write" in rows[0]["message"]
    rows = errors(manifest, "--release", "ehr-trainin", "--write")
    assert "no range is held under that name" in rows[0]["message"]
    assert rows[0]["hint"] == "did you mean 'ehr-training'?"
    assert lock.read_bytes() == before
    written(manifest.parent, changed(clinic(), (("accounts", 1, "network"), "small")))
    assert "--release ehr-training" in errors(manifest)[0]["hint"]
    plan(manifest, "--release", "ehr-training", "--write")
    assert read_lock(manifest).lock.networks["us-east-1"]["ehr-training"].cidr == "10.0.4.0/24"


def test_a_range_of_an_account_that_left_is_released(manifest: Path, lock: Path) -> None:
    plan(manifest, "--write")
    written(manifest.parent, changed(clinic(), (("accounts",), clinic()["accounts"][:1])))
    assert "ehr-training" in lock.read_text()
    plan(manifest, "--write")
    assert "ehr-training" in lock.read_text()
    plan(manifest, "--write", "--release", "ehr-training")
    assert "ehr-training" not in lock.read_text()


def test_a_lock_that_contradicts_is_not_touched(manifest: Path, lock: Path) -> None:
    lock.write_text("networks: {us-east-1: {ehr-training: {cidr: 10.0.0.0/20, layout: v1}}}\n")
    before = lock.read_bytes()
    assert [row["file"] for row in errors(manifest, "--write")] == [str(lock)]
    assert lock.read_bytes() == before


def test_a_lock_that_cannot_be_written_is_one_fault_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path, clinic(), "x" * 245 + ".yaml")
    rows = errors(path, "--write")
    assert [row["message"] for row in rows] == ["cannot be written: file name too long"]

    def read_only(*_: object) -> None:
        raise OSError(30, "Read-only file system")

    path = written(tmp_path, clinic())
    monkeypatch.setattr(os, "replace", read_only)
    rows = errors(path, "--write")
    assert [row["message"] for row in rows] == ["cannot be written: read-only file system"]
    assert {entry.name for entry in tmp_path.iterdir()} == {"landing-zone.yaml", "x" * 245 + ".yaml"}


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_without_permission_is_one_fault(manifest: Path) -> None:
    manifest.parent.chmod(0o555)
    try:
        assert "permission denied" in errors(manifest, "--write")[0]["message"]
    finally:
        manifest.parent.chmod(0o755)
