"""Every row against botocore's models: read, see the difference, apply what differs and nothing else, read back."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.operations.settings.execute import apply_step, plan_step
from landing_zone.operations.settings.table import settings_table
from tests.operations.settings.arrange import EXAMPLES, Cloud, cloud_of, step, steps

POOLS = {"us-east-1": "10.0.0.0/12", "us-west-2": "10.16.0.0/12"}
ROWS = sorted(settings_table())
each_row = pytest.mark.parametrize("id", ROWS)


def _step(id: str) -> Any:
    return step(id, item=EXAMPLES[id].get("item", ""), region=EXAMPLES[id].get("region", "us-east-1"))


def _applied(id: str, cloud: Cloud) -> Any:
    return apply_step(_step(id), cloud, announce=lambda step, before: None, pause=lambda seconds: None)


def test_every_row_has_an_example() -> None:
    assert sorted(EXAMPLES) == ROWS


@each_row
def test_a_plan_sees_the_difference_and_calls_reads_only(id: str) -> None:
    cloud = cloud_of(id)
    assert plan_step(_step(id), cloud).status == "change"
    assert cloud.made() == []


@each_row
def test_what_is_as_desired_is_left_alone(id: str) -> None:
    example = EXAMPLES[id]
    cloud = Cloud(example["after"], example["after"])
    result = _applied(id, cloud)
    assert (result.status, cloud.made()) == ("unchanged", [])
    assert result.before == result.after


@each_row
def test_applying_makes_the_calls_of_the_example_and_reads_back_what_is_desired(id: str) -> None:
    cloud = cloud_of(id)
    result = _applied(id, cloud)
    assert cloud.made() == EXAMPLES[id]["calls"]
    if settings_table()[id].apply:
        assert result.status == "applied", result.reason
        assert result.request_ids == ("request-1",) * len(cloud.made())
        assert _applied(id, cloud).status == "unchanged"
    else:
        assert (result.status, result.reason) == ("failed", settings_table()[id].by_hand)


@each_row
def test_a_change_that_does_not_take_is_a_failure_with_what_was_read_back(id: str) -> None:
    example = EXAMPLES[id]
    result = _applied(id, Cloud(example["before"], example["before"], example.get("answers", {})))
    assert result.status == "failed"
    assert result.after == result.before


def test_the_session_document_is_left_to_the_account_baseline_where_there_is_none() -> None:
    """CloudFormation refuses to make a document that exists, so it must not be made before the baseline."""
    cloud = Cloud({"GetDocument": {"error": "InvalidDocument"}}, {})
    result = _applied("session-manager-logging", cloud)
    assert cloud.made() == []
    assert result.status == "unknown"
    assert "deploy it first" in result.reason


def test_guardduty_without_a_detector_is_unknown_and_says_why() -> None:
    result = plan_step(step("guardduty-organization"), Cloud({"ListDetectors": {"DetectorIds": []}}, {}))
    assert result.status == "unknown"
    assert "no detector in this Region yet" in result.reason


def test_the_password_policy_of_an_account_without_one_is_made() -> None:
    example = EXAMPLES["password-policy"]
    cloud = Cloud({"GetAccountPasswordPolicy": {"error": "NoSuchEntity"}}, example["after"])
    assert _applied("password-policy", cloud).status == "applied"
    ((_, parameters),) = (entry for call in cloud.made() for entry in call.items())
    assert (parameters["MinimumPasswordLength"], parameters["MaxPasswordAge"]) == (14, 90)
    assert "HardExpiry" not in parameters


@pytest.mark.parametrize(
    ("id", "answer"),
    [
        ("image-block-public-access", {"ImageBlockPublicAccessState": "unblocked"}),
        ("snapshot-block-public-access", {"State": "unblocked"}),
        ("serial-console", {"SerialConsoleAccessEnabled": True}),
    ],
)
def test_a_switch_that_a_declarative_policy_holds_is_not_fought_over(id: str, answer: dict[str, Any]) -> None:
    (read,) = settings_table()[id].read
    cloud = Cloud({read.operation: {**answer, "ManagedBy": "declarative-policy"}}, {})
    result = _applied(id, cloud)
    assert (result.status, cloud.made()) == ("unknown", [])
    assert "declarative policy" in result.reason


def test_the_management_account_speaks_for_members_and_names_no_account_for_itself() -> None:
    member, own = step("alternate-contacts", item="SECURITY"), step("alternate-contacts", "management", item="SECURITY")
    assert member.caller_id == own.caller_id == "100000000001"
    cloud = cloud_of("alternate-contacts")
    plan_step(member, cloud)
    plan_step(own, cloud)
    assert [parameters.get("AccountId") for _, _, _, parameters in cloud.calls] == ["100000000006", None]


def test_a_default_vpc_in_use_is_left_alone() -> None:
    example = EXAMPLES["default-vpc"]["before"]
    used = {"NetworkInterfaces": [{"NetworkInterfaceId": "eni-1"}]}
    cloud = Cloud({**example, "DescribeNetworkInterfaces": used}, {})
    result = _applied("default-vpc", cloud)
    assert (result.status, cloud.made()) == ("unknown", [])
    assert "network interfaces" in result.reason


def test_only_a_peering_within_the_network_account_that_the_home_region_asks_for_is_accepted() -> None:
    setting = "transit-gateway-peering"
    assert {s.account for s in steps(setting)} == {"network"}
    cloud = cloud_of(setting)
    assert plan_step(_step(setting), cloud).before == ["tgw-attach-1"]
    ((_, _, _, parameters),) = cloud.calls
    owners = {f["Name"]: f["Values"] for f in parameters["Filters"] if f["Name"].endswith("owner-id")}
    assert owners == {"local-owner-id": ["100000000004"], "remote-owner-id": ["100000000004"]}


def test_without_a_hub_no_peering_is_accepted() -> None:
    assert not steps("transit-gateway-peering", network={"pools": POOLS, "hub": {"enabled": False}})
