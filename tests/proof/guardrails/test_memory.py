"""Proofs are taken from the memory only where everything that they rest on is the same."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from landing_zone.proof.guardrails.memory import FOLDER, fingerprint, remembered
from landing_zone.proof.guardrails.organization import Account, Organization, Policy, Target

DENY = {"Sid": "A", "Effect": "Deny", "Action": "s3:*", "Resource": "*"}
RESULT = {"results": [{"id": "trail-cannot-be-stopped", "verdict": "PROVED"}]}


def organization(**changes: Any) -> Organization:
    """A root with a policy, and an account."""
    policy = Policy("one", {"Version": "2012-10-17", "Statement": [DENY]})
    given = Organization(
        targets={"Root": Target("Root", (policy,), declarative={"S3_POLICY": {"a": "b"}})},
        accounts=(Account("a", "111122223333", "Root/a"),),
        values={"home_region": ("us-east-1",)},
    )
    return replace(given, **changes)


def test_the_same_organization_read_twice_is_the_same() -> None:
    assert fingerprint(organization(), None, "x") == fingerprint(organization(), None, "x")


SAME = organization().targets["Root"]
OTHER = Policy("one", {"Version": "2012-10-17", "Statement": [{**DENY, "Action": "s3:Get*"}]})


@pytest.mark.parametrize(
    "changes",
    [
        {"targets": {"Root": replace(SAME, scps=(OTHER,))}},
        {"targets": {"Root": replace(SAME, scps=(Policy("two", SAME.scps[0].content),))}},
        {"targets": {"Root": replace(SAME, scps=(), rcps=SAME.scps)}},
        {"targets": {"Root/phi": SAME}},
        {"targets": {"Root": replace(SAME, full_access=False)}},
        {"targets": {"Root": replace(SAME, declarative={})}},
        {"accounts": (Account("a", "111122223333", "Root/phi/a"),)},
        {"values": {"home_region": ("us-west-2",)}},
        {"declarative": True},
        {"labels": {"one/1": ("a-guardrail",)}},
    ],
    ids=["content", "name", "type", "target", "full access", "declarative", "account", "value", "known", "label"],
)
def test_whatever_differs_is_proved_anew(changes: Mapping[str, Any]) -> None:
    assert fingerprint(organization(**changes), None, "x") != fingerprint(organization(), None, "x")


def test_other_rules_that_passed_and_other_sources_are_proved_anew() -> None:
    keys = {
        fingerprint(organization(), rules, sources)
        for rules in (None, frozenset[str](), frozenset({"HLZ-IAM-001"}))
        for sources in ("x", "y")
    }
    assert len(keys) == 6


def test_what_was_proved_is_not_proved_again(tmp_path: Path) -> None:
    assert remembered(tmp_path, "key", lambda: RESULT) == RESULT
    assert remembered(tmp_path, "key", lambda: pytest.fail("proved again")) == RESULT


@pytest.mark.parametrize(
    "damage",
    [lambda text: text.replace("PROVED", "REFUTED"), lambda text: text[:-9], lambda _: "", lambda _: "\xff\n{"],
    ids=["changed", "cut", "empty", "foreign"],
)
def test_a_damaged_entry_is_a_miss_and_is_mended(tmp_path: Path, damage: Any) -> None:
    remembered(tmp_path, "key", lambda: RESULT)
    (entry,) = (tmp_path / FOLDER).iterdir()
    whole = entry.read_text()
    entry.write_text(damage(whole), encoding="latin-1")
    assert remembered(tmp_path, "key", lambda: RESULT) == RESULT
    assert entry.read_text() == whole


def test_an_entry_under_the_name_of_another_is_a_miss(tmp_path: Path) -> None:
    remembered(tmp_path, "key", lambda: {"results": []})
    (entry,) = (tmp_path / FOLDER).iterdir()
    entry.rename(entry.with_name("proofs-other.json"))
    assert remembered(tmp_path, "other", lambda: RESULT) == RESULT


def test_a_folder_that_cannot_be_used_means_no_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert remembered(tmp_path / "file", "key", lambda: RESULT) == RESULT
