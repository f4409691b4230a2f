"""One step: what is changed, what is not, and how it is said when something goes wrong in the middle."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.operations.settings.execute import ApiError, Result, apply_step, is_as_desired, plan_step
from tests.operations.settings.arrange import EXAMPLES, Cloud, cloud_of, step

EBS = "ebs-encryption-by-default"


def applied(id: str, cloud: Any, heard: list[Any] | None = None, pauses: list[float] | None = None) -> Result:
    return apply_step(
        step(id),
        cloud,
        announce=lambda step, before: heard.append(before) if heard is not None else None,
        pause=lambda seconds: pauses.append(seconds) if pauses is not None else None,
    )


def refusing(cloud: Cloud, name: str, code: str = "AccessDenied", after: int = 0) -> Cloud:
    seen = [0]

    def hook(account: str, called: str) -> None:
        seen[0] += called == name
        if called == name and seen[0] > after:
            raise ApiError(code, f"{name} is\n not for you")

    cloud.hook = hook
    return cloud


def test_what_was_there_is_announced_before_it_is_changed() -> None:
    heard: list[Any] = []
    assert applied("default-security-groups", cloud_of("default-security-groups"), heard).status == "applied"
    ((group,),) = heard
    assert (group["group"], group["egress"][0]["IpRanges"]) == ("sg-1", [{"CidrIp": "0.0.0.0/0"}])


def test_nothing_is_announced_when_nothing_is_changed() -> None:
    heard: list[Any] = []
    example = EXAMPLES[EBS]
    applied(EBS, Cloud(example["after"], example["after"]), heard)
    assert heard == []


def test_a_read_that_is_denied_leaves_the_state_unknown_and_changes_nothing() -> None:
    cloud = refusing(cloud_of(EBS), "GetEbsEncryptionByDefault")
    for result in (applied(EBS, cloud), plan_step(step(EBS), cloud)):
        assert (result.status, result.reason) == ("unknown", "AccessDenied: GetEbsEncryptionByDefault is not for you")
    assert cloud.calls == []


def test_a_change_that_is_denied_is_a_failure_that_keeps_what_was_there() -> None:
    result = applied(EBS, refusing(cloud_of(EBS), "EnableEbsEncryptionByDefault"))
    assert (result.status, result.before) == ("failed", False)


@pytest.mark.parametrize(("waited", "asked"), [(False, 2), (True, 1)])
def test_a_refused_element_does_not_keep_others_back_but_a_throttled_one_does(waited: bool, asked: int) -> None:
    cloud, seen = cloud_of("policy-types"), list[str]()

    def hook(account: str, name: str) -> None:
        if name == "EnablePolicyType":
            seen.append(name)
            error = ApiError("AccessDenied", name)
            error.waited = waited
            raise error

    cloud.hook = hook
    assert applied("policy-types", cloud).status == "failed"
    assert len(seen) == asked


def test_a_change_that_cannot_be_read_back_is_unknown() -> None:
    result = applied(EBS, refusing(cloud_of(EBS), "GetEbsEncryptionByDefault", after=1))
    assert result.status == "unknown"
    assert "applied, not read back" in result.reason


def test_what_takes_a_while_is_waited_for_as_long_as_the_row_allows() -> None:
    example, pauses = EXAMPLES["policy-types"], list[float]()
    cloud = Cloud(example["before"], example["before"])
    assert applied("policy-types", cloud, pauses=pauses).status == "failed"
    assert pauses == [1, 2, 4, 8, 15]
    pauses.clear()
    assert applied("policy-types", cloud_of("policy-types"), pauses=pauses).status == "applied"
    assert pauses == []


def test_a_row_that_settles_at_once_is_read_back_once() -> None:
    example, pauses = EXAMPLES[EBS], list[float]()
    cloud = Cloud(example["before"], example["before"])
    applied(EBS, cloud, pauses=pauses)
    assert (pauses, cloud.count()["GetEbsEncryptionByDefault"]) == ([], 2)


def test_a_plan_waits_for_what_comes_first_only_if_it_cannot_be_read_before() -> None:
    contact = step("alternate-contacts", item="SECURITY")
    cloud = cloud_of("alternate-contacts")
    assert plan_step(contact, cloud, "trusted-access").status == "change"
    denied = plan_step(contact, refusing(cloud, "GetAlternateContact"), "trusted-access")
    assert (denied.status, denied.reason) == ("waits", "after trusted-access")
    empty = Cloud({"ListDetectors": {"DetectorIds": []}}, {})
    assert plan_step(step("guardduty-organization"), empty, "guardduty-administrator").status == "waits"


@pytest.mark.parametrize(
    ("id", "value", "expected"),
    [
        (EBS, True, True),
        (EBS, None, False),
        ("accounts-quota", 8.0, True),
        ("accounts-quota", 7.0, False),
        ("accounts-quota", None, False),
        ("central-root-access", ["RootSessions"], False),
        ("central-root-access", ["RootSessions", "RootCredentialsManagement", "Another"], True),
        ("central-root-access", None, False),
        ("password-policy", None, False),
    ],
)
def test_values_are_compared_as_the_row_says(id: str, value: Any, expected: bool) -> None:
    assert is_as_desired(step(id), value) is expected
