"""Where alarms arrive."""

from __future__ import annotations

from tests.stacks.arrange import deployments_of


def test_the_security_account_has_a_hub_at_home_and_in_the_recovery_region() -> None:
    hubs = deployments_of("alarm_hub")
    assert [hub.name for hub in hubs] == ["hlz-alarm-hub-security-us-east-1", "hlz-alarm-hub-security-us-west-2"]
    for hub in hubs:
        assert hub.depends_on == (f"hlz-account-baseline-security-{hub.environment.region}",)
        assert [value.name for value in hub.values] == ["OrganizationId"]
        assert sorted(hub.variant.shape["owners"]) == ["critical", "high", "low", "medium"]
