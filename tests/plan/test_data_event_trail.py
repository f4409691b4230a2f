"""Which accounts record data events."""

from __future__ import annotations

from tests.stacks.arrange import deployments_of


def test_accounts_with_phi_and_the_log_archive_have_one_at_home() -> None:
    found = {deployment.environment.account: deployment for deployment in deployments_of("data_event_trail")}
    assert sorted(found) == ["ehr-production", "log-archive"]
    assert {deployment.environment.region for deployment in found.values()} == {"us-east-1"}
    assert found["log-archive"].variant.shape["archive"]
    assert not found["ehr-production"].variant.shape["archive"]


def test_the_archive_needs_no_value_and_every_trail_comes_after_the_archive() -> None:
    for deployment in deployments_of("data_event_trail"):
        archive = deployment.environment.account == "log-archive"
        assert [value.name for value in deployment.values] == ([] if archive else ["LogArchiveAccountId"])
        assert deployment.depends_on == ("hlz-log-archive-log-archive-us-east-1",)
