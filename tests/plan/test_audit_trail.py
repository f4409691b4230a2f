"""Which organization trail a manifest asks for."""

from __future__ import annotations

from typing import Any

from tests.arrangement import clinic
from tests.stacks.arrange import deployments_of


def test_there_is_one_in_the_management_account_at_home_after_archive_and_baseline() -> None:
    (trail,) = deployments_of("audit_trail")
    assert trail.name == "hlz-audit-trail-management-us-east-1"
    assert trail.depends_on == (
        "hlz-account-baseline-management-us-east-1",
        "hlz-log-archive-log-archive-us-east-1",
    )
    assert trail.variant.shape["trail"] is True
    assert [value.name for value in trail.values] == ["OrganizationId", "LogArchiveAccountId", "DeployAccountId"]


def test_under_control_tower_there_are_alarms_but_no_trail_of_ours() -> None:
    (alarms,) = deployments_of("audit_trail", clinic(control_tower={"enabled": True}))
    assert alarms.variant.shape["trail"] is False
    assert [value.name for value in alarms.values] == ["TrailLogGroup", "DeployAccountId"]


def test_alarms_on_control_towers_trail_wait_for_the_name_of_its_log_group() -> None:
    group = "aws-controltower/CloudTrailLogs-a1b-c2d"
    for given, text in ((None, None), (group, group)):
        settings = {"enabled": True, **({"trail_log_group": given} if given else {})}
        (alarms,) = deployments_of("audit_trail", clinic(control_tower=settings))
        assert alarms.values[0].text == text
        assert alarms.values[0].kind == "TrailLogGroup"
        assert alarms.depends_on == (
            "hlz-account-baseline-management-us-east-1",
            "hlz-control-tower-management-us-east-1",
        )


def test_owners_and_runbooks_are_the_manifests() -> None:
    contacts: dict[str, Any] = {"critical": "operations", "high": "security", "medium": "security", "low": "security"}
    manifest = clinic(detection={"alarm_contacts": contacts, "runbooks": "https://runbooks.riverside.example"})
    (trail,) = deployments_of("audit_trail", manifest)
    assert trail.variant.shape["owners"]["critical"] == {
        "name": "Platform Team",
        "email": "platform@riverside.example",
    }
    assert trail.variant.shape["owners"]["low"]["email"] == "security@riverside.example"
    assert trail.variant.shape["runbooks"] == "https://runbooks.riverside.example"
