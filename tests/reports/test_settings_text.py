"""What people read of a run of `hlz settings`."""

from __future__ import annotations

from typing import Any

from landing_zone.operations.settings.execute import Result
from landing_zone.reports.settings_text import settings_document, settings_text
from tests.operations.settings.arrange import ACCOUNT_SETTINGS, step, steps


def text(*results: Result, applied: bool = False, brief: bool = False) -> str:
    return settings_text(results, settings_document(results, None), applied=applied, brief=brief)


def changes(id: str, before: Any, status: Any = "change") -> list[Result]:
    return [Result(found, status, before) for found in steps(id)]


def test_a_plan_says_what_differs_and_where() -> None:
    shown = text(*changes("ebs-encryption-by-default", False))
    assert "would change  ebs-encryption-by-default  backup us-east-1+us-west-2, ehr-production" in shown
    assert "and 2 accounts more\n              false -> true" in shown
    assert "16 steps of 1 settings: 0 as desired, 16 would change, 0 failed, 0 unknown." in shown


def test_places_that_differ_in_another_way_are_another_line() -> None:
    one, two = changes("instance-metadata-defaults", None)[:2]
    shown = text(one, Result(two.step, "change", "optional"))
    assert 'null -> "required"' in shown
    assert '"optional" -> "required"' in shown


def test_of_a_list_only_what_is_missing_is_shown() -> None:
    assert "lacks RootSessions" in text(*changes("central-root-access", ["RootCredentialsManagement"]))


def test_contacts_and_long_values_are_not_shown() -> None:
    shown = text(
        *changes("alternate-contacts", {"EmailAddress": "somebody@riverside.example"}),
        *changes("default-security-groups", [{"group": "sg-1", "ingress": ["x" * 100]}]),
    )
    assert "riverside" not in shown
    assert "xxx" not in shown


def test_quiet_leaves_out_changes_and_keeps_what_went_wrong() -> None:
    unknown = Result(step("serial-console"), "unknown", reason="AccessDenied: no")
    shown = text(*changes("ebs-encryption-by-default", False), unknown, brief=True)
    assert "ebs-encryption-by-default" not in shown
    assert "UNKNOWN       serial-console  shared-services us-east-1\n              AccessDenied: no" in shown


def test_an_account_that_cannot_be_reached_is_one_line() -> None:
    found = steps(*ACCOUNT_SETTINGS, accounts=("network",))
    shown = text(*(Result(one, "unknown", reason="cannot be assumed") for one in found))
    assert shown.count("cannot be assumed") == 1
    assert f"UNKNOWN       {len(ACCOUNT_SETTINGS)} settings  network us-east-1+us-west-2" in shown


def test_many_changes_are_never_folded_together() -> None:
    shown = text(*(result for id in ACCOUNT_SETTINGS for result in changes(id, None, "waits")))
    assert all(f"would change  {id}  " in shown for id in ACCOUNT_SETTINGS)
