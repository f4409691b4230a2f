"""What a manifest under Control Tower has to say: version, the OU of its two accounts, quotas."""

from __future__ import annotations

from typing import Any

import pytest

from tests.manifest.arrange import Json, assert_only_fault_at, changed, clinic, faults_of


def governed(*more: Json, **sections: Any) -> Json:
    manifest = clinic(control_tower=True)
    manifest["accounts"] = [*manifest["accounts"], *more]
    return {**manifest, **sections}


def core(name: str, ou: str) -> Json:
    return {"name": name, "ou": ou, "owner": "platform", "data": "none"}


def test_control_tower_takes_the_standard_tree() -> None:
    assert faults_of(governed()) == []
    settings = {"enabled": True, "trail_log_group": "aws-controltower/CloudTrailLogs-a1b-c2d"}
    assert faults_of(governed(control_tower=settings)) == []


def test_a_version_that_nobody_knows_is_a_fault_that_lists_the_known() -> None:
    manifest = governed(control_tower={"enabled": True, "version": "4.9"})
    assert_only_fault_at(manifest, ("control_tower", "version"), "unknown landing zone version '4.9'; known: 3.3, 4.0")


def test_a_landing_zone_that_made_its_security_ou_is_asked_for_its_name() -> None:
    older: Json = {"enabled": True, "version": "3.3"}
    assert_only_fault_at(
        governed(control_tower=older), ("control_tower", "version"), "security_ou has to give its name"
    )
    assert faults_of(governed(control_tower={**older, "security_ou": "Security"})) == []
    newer = governed(control_tower={"enabled": True, "security_ou": "Security"})
    assert_only_fault_at(newer, ("control_tower", "security_ou"), "makes no Security OU")


def test_log_archive_and_security_are_in_one_ou() -> None:
    manifest = governed(core("security", "infrastructure"))
    assert_only_fault_at(manifest, ("accounts", 2, "ou"), "log-archive and security in one OU, not in 'security'")
    assert faults_of(changed(manifest, (("control_tower",), False))) == []


def test_they_may_move_together() -> None:
    tree: Json = {"core": {"organizational_units": {"records": {}}}}
    moved = [core("security", "core/records"), core("log-archive", "core/records")]
    assert faults_of(governed(*moved, organizational_units=tree)) == []
    older = {"enabled": True, "version": "3.3", "security_ou": "Security"}
    nested = governed(*moved, organizational_units=tree, control_tower=older)
    assert_only_fault_at(nested, ("accounts", 3, "ou"), "at the top of the tree")


@pytest.mark.parametrize("ou", ["security", "security/tools"])
def test_no_other_account_is_in_their_ou(ou: str) -> None:
    tree: Json = {"security": {"organizational_units": {"tools": {}}}}
    manifest = governed(core("forensics", ou), organizational_units=tree)
    assert_only_fault_at(manifest, ("accounts", 2, "ou"), "account 'forensics' would get no baseline there")
    assert faults_of(changed(manifest, (("control_tower",), False))) == []


def test_an_ou_holds_no_more_accounts_than_control_tower_registers() -> None:
    many = [{"name": f"clinic-{n}", "ou": "nonphi", "owner": "science", "data": "none"} for n in range(1001)]
    for account in many:
        account["network"] = "none"
    (fault,) = faults_of(governed(*many))
    assert "OU 'nonphi' has more than the 1,000 accounts" in fault.message


def test_a_log_group_that_is_none_of_control_towers_is_a_fault() -> None:
    manifest = governed(control_tower={"enabled": True, "trail_log_group": "/hlz/audit/organization-trail"})
    (fault,) = faults_of(manifest)
    assert fault.key == "control_tower.trail_log_group"
