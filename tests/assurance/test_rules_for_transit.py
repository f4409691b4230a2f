"""HLZ-NET-010, 011, 012: transit gateways, firewalls, appliance mode."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import (
    Json,
    assert_did_not_run,
    assert_found,
    assert_quiet,
    assert_undecided,
    check,
    messages,
    resource,
)

STAGE: Json = {"Ref": "Stage"}
CLOSED: Json = {"DefaultRouteTableAssociation": "disable", "DefaultRouteTablePropagation": "disable"}


def gateway(**properties: Any) -> Report:
    return check("HLZ-NET-010", Hub=resource("AWS::EC2::TransitGateway", properties))


def test_a_transit_gateway_without_defaults_is_fine() -> None:
    assert_quiet(gateway(**CLOSED))


@pytest.mark.parametrize("key", sorted(CLOSED))
def test_a_default_that_is_enabled_or_unstated_is_a_finding(key: str) -> None:
    assert_found(gateway(**{**CLOSED, key: "enable"}), f"has {key} enable")
    assert_found(gateway(**{name: state for name, state in CLOSED.items() if name != key}), f"leaves {key}")


def test_a_default_decided_at_deployment_is_not_evaluated() -> None:
    undecided = {"Fn::If": ["IsProduction", "disable", "enable"]}
    assert_undecided(gateway(**{**CLOSED, "DefaultRouteTableAssociation": undecided}), "IsProduction")


GOOD: Json = {
    "StatelessDefaultActions": ["aws:forward_to_sfe"],
    "StatelessFragmentDefaultActions": ["aws:forward_to_sfe"],
    "StatefulDefaultActions": ["aws:drop_established", "aws:alert_established"],
    "StatefulEngineOptions": {"RuleOrder": "STRICT_ORDER"},
}


def firewall_policy(**changes: Any) -> Report:
    body = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    return check("HLZ-NET-011", Policy=resource("AWS::NetworkFirewall::FirewallPolicy", {"FirewallPolicy": body}))


def test_a_policy_that_drops_and_alerts_in_strict_order_is_fine() -> None:
    assert_quiet(firewall_policy())
    for kind in ("strict", "established_app_layer_to_server"):
        assert_quiet(firewall_policy(StatefulDefaultActions=[f"aws:drop_{kind}", f"aws:alert_{kind}"]))


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"StatelessDefaultActions": ["aws:pass"]}, "for packets"),
        ({"StatelessFragmentDefaultActions": ["aws:pass"]}, "for fragments"),
        ({"StatefulDefaultActions": ["aws:alert_established"]}, "aws:drop_established"),
        ({"StatefulDefaultActions": ["aws:drop_established"]}, "aws:alert_established"),
        ({"StatefulEngineOptions": {"RuleOrder": "DEFAULT_ACTION_ORDER"}}, "DEFAULT_ACTION_ORDER"),
        ({"StatefulEngineOptions": None}, "by default DEFAULT_ACTION_ORDER"),
    ],
)
def test_a_policy_that_lets_something_by_is_a_finding(changes: Json, part: str) -> None:
    assert_found(firewall_policy(**changes), part)


def test_a_policy_without_stateful_defaults_neither_drops_nor_alerts() -> None:
    assert len(messages(firewall_policy(StatefulDefaultActions=None))) == 2


def test_default_actions_decided_at_deployment_are_not_evaluated() -> None:
    assert_undecided(firewall_policy(StatelessDefaultActions=[STAGE]), "StatelessDefaultActions")


def logged(*types: Any, **attributes: Any) -> Report:
    configuration = {
        "FirewallArn": {"Fn::GetAtt": ["Wall", "FirewallArn"]},
        "LoggingConfiguration": {"LogDestinationConfigs": [{"LogType": type_} for type_ in types]},
    }
    return check(
        "HLZ-NET-011",
        Wall=resource("AWS::NetworkFirewall::Firewall"),
        Logging=resource("AWS::NetworkFirewall::LoggingConfiguration", configuration, **attributes),
    )


def test_a_firewall_that_logs_alerts_and_flows_is_fine() -> None:
    assert_quiet(logged("ALERT", "FLOW"))


def test_a_firewall_that_does_not_log_alerts_or_anything_is_a_finding() -> None:
    assert_found(logged("FLOW"), "does not log ALERT")
    assert_found(check("HLZ-NET-011", Wall=resource("AWS::NetworkFirewall::Firewall")), "ALERT and FLOW")


def test_logging_under_an_open_condition_is_not_evaluated() -> None:
    assert_undecided(logged("ALERT", "FLOW", Condition="IsProduction"), "condition")


def test_a_log_type_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(logged("ALERT", STAGE), "Stage")


def attachment(mode: Any, *, firewall: bool = True, tags: Any = ()) -> Report:
    body = {"VpcId": {"Ref": "Vpc"}, "Options": {"ApplianceModeSupport": mode} if mode else {}, "Tags": list(tags)}
    parts = {"Wall": resource("AWS::NetworkFirewall::Firewall", {"VpcId": {"Ref": "Vpc"}})} if firewall else {}
    return check(
        "HLZ-NET-012",
        Vpc=resource("AWS::EC2::VPC"),
        Attachment=resource("AWS::EC2::TransitGatewayAttachment", body),
        **parts,
    )


def test_an_inspection_attachment_in_appliance_mode_is_fine() -> None:
    assert_quiet(attachment("enable"))


@pytest.mark.parametrize("mode", ["disable", None])
def test_an_inspection_attachment_without_appliance_mode_is_a_finding(mode: str | None) -> None:
    assert_found(attachment(mode), "appliance mode disable")
    tagged = [{"Key": "hlz:segment", "Value": "inspection"}]
    assert_found(attachment(mode, firewall=False, tags=tagged), "appliance mode disable")


def test_appliance_mode_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(attachment({"Fn::If": ["IsProduction", "enable", "disable"]}), "IsProduction")


def test_an_attachment_of_a_network_without_firewall_is_not_judged() -> None:
    assert_did_not_run(attachment(None, firewall=False))
