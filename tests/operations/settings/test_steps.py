"""Which settings a manifest asks for, where, and with which values."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.operations.settings.expressions import filled, holds, plain, search
from landing_zone.operations.settings.steps import steps_of
from tests.operations.settings.arrange import IDS, loaded, step, steps


def names(**sections: Any) -> set[str]:
    return {found.name for found in steps(**sections)}


def test_account_switches_are_wanted_in_every_account_and_region() -> None:
    places = {(found.account, found.region) for found in steps("ebs-encryption-by-default")}
    assert places == {(account, region) for account in IDS for region in ("us-east-1", "us-west-2")}
    assert {found.region for found in steps("password-policy")} == {"us-east-1"}
    assert [found.region for found in steps("accounts-quota")] == ["us-east-1"]


def test_a_region_without_the_service_is_left_out() -> None:
    canada: dict[str, Any] = {
        "detection": {},
        "regions": {"home": "ca-central-1", "recovery": "ca-west-1"},
        "residency": {"profile": "canada"},
        "network": {"pools": {"ca-central-1": "10.0.0.0/12", "ca-west-1": "10.16.0.0/12"}},
    }
    assert {found.region for found in steps("macie-organization", **canada)} == {"ca-central-1"}
    assert {found.region for found in steps("guardduty-organization", **canada)} == {"ca-central-1", "ca-west-1"}


def test_additional_regions_count() -> None:
    found = steps(
        "serial-console",
        regions={"home": "us-east-2", "recovery": "us-west-2", "additional": ["us-east-1"]},
        network={"pools": {"us-east-2": "10.0.0.0/12", "us-west-2": "10.16.0.0/12"}},
    )
    assert {s.region for s in found} == {"us-east-1", "us-east-2", "us-west-2"}


def test_management_comes_first_then_security_then_the_accounts() -> None:
    phases = [found.setting.phase for found in steps()]
    assert phases == sorted(phases)
    assert {s.account for s in steps() if s.setting.phase == 0} == {"management"}
    assert {s.account for s in steps() if s.setting.phase == 1} == {"security"}


@pytest.mark.parametrize(
    ("service", "ids"),
    [
        ("guardduty", {"guardduty-administrator", "guardduty-organization"}),
        ("macie", {"macie-administrator", "macie-organization", "macie-members"}),
        ("inspector", {"inspector-administrator", "inspector-organization", "inspector-members"}),
        ("security_hub", {"security-hub-administrator"}),
        ("detective", {"detective-administrator"}),
    ],
)
def test_a_service_that_is_off_asks_for_nothing(service: str, ids: set[str]) -> None:
    assert ids <= names()
    assert not ids & names(detection={"detective": True, service: False})
    principal = {"security_hub": "securityhub", "inspector": "inspector2"}.get(service, service)
    (trusted,) = steps("trusted-access", detection={"detective": True, service: False})
    assert f"{principal}.amazonaws.com" not in trusted.desired
    assert f"{principal}.amazonaws.com" in step("trusted-access").desired


def test_under_control_tower_its_own_administrators_are_left_alone() -> None:
    left_out = {
        "cloudtrail-administrator:cloudtrail.amazonaws.com",
        "delegated-administrator:config.amazonaws.com",
        "delegated-administrator:config-multiaccountsetup.amazonaws.com",
    }
    assert names() - names(control_tower=True) == left_out


def test_contacts_come_from_the_manifest_and_billing_is_operations_by_default() -> None:
    contacts = {
        "security": {"name": "CISO", "email": "ciso@riverside.example", "phone": "+1 555.0100", "title": "Chief"},
        "operations": {"name": "Platform", "email": "platform@riverside.example", "phone": "+1 555 0101"},
    }
    found = {s.item: s.desired for s in steps("alternate-contacts", accounts=("backup",), contacts=contacts)}
    assert found["SECURITY"] == {
        "Name": "CISO",
        "Title": "Chief",
        "EmailAddress": "ciso@riverside.example",
        "PhoneNumber": "+1 555-0100",
    }
    assert found["BILLING"] == {**found["OPERATIONS"], "Title": "Billing contact"}


def test_macie_watches_accounts_with_phi_and_inspector_all_but_its_own() -> None:
    assert step("macie-members").desired == [IDS["ehr-production"]]
    assert step("inspector-members").desired == sorted(set(IDS.values()) - {IDS["security"]})


def test_the_quota_counts_core_accounts_too() -> None:
    assert step("accounts-quota").desired == len(IDS)


def test_steps_can_be_limited_to_accounts_and_settings() -> None:
    found = steps("serial-console", accounts=("backup",))
    assert {(s.name, s.account) for s in found} == {("serial-console", "backup")}


def test_a_step_is_another_one_when_something_else_is_wanted() -> None:
    one, same = step("accounts-quota"), step("accounts-quota")
    assert (one.key, one.digest) == (same.key, same.digest)
    (other,) = steps("accounts-quota", accounts=("management",))
    assert other.digest == one.digest
    more = loaded(accounts=[{"name": "a", "ou": "nonphi", "owner": "x", "data": "none"}])
    (fewer,) = steps_of(more.manifest, IDS, settings=["accounts-quota"])
    assert (fewer.key, fewer.digest != one.digest) == (one.key, True)


def test_a_template_keeps_types_drops_nulls_and_picks_what_holds() -> None:
    scope = {"a": 3, "list": ["x"], "none": None}
    assert filled({"n": "${a}", "l": "${list}", "gone": "${none}"}, scope) == {"n": 3, "l": ["x"]}
    assert filled([{"value": 1, "when": "a"}, {"value": 2, "when": "none"}, "${a}"], scope) == [1, 3]
    assert filled({"to_json": {"n": "${a}"}}, scope) == '{"n": 3}'
    assert filled("$LATEST", scope) == "$LATEST"


def test_expressions_know_keys_of_run_time_and_json_in_texts() -> None:
    scope = {"map": {"k": 1}, "key": "k", "text": '{"b": [2]}', "none": None}
    assert search("lookup(map, key)", scope) == 1
    assert search("from_json(text).b[0]", scope) == 2
    assert search("from_json(none).b", scope) is None
    assert holds("", scope)
    assert not holds("none", scope)
    assert holds("map.k", {"map": {"k": 0}})  # as in JMESPath: zero is a value


def test_values_from_aws_become_json_without_nulls() -> None:
    from datetime import UTC, datetime

    at = datetime(2026, 11, 22, tzinfo=UTC)
    assert plain({"a": (1, {"b": None}), "at": at}) == {"a": [1, {}], "at": "2026-11-22T00:00:00+00:00"}
