"""Permission sets and assignments: the standard ones are sound, and what goes too far is refused with its place."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

import pytest

from landing_zone.assurance.action_catalogue import _actions, access_of, confinable_writes
from landing_zone.manifest.load import parsed_manifest
from landing_zone.manifest.permission_sets import (
    Permissions,
    full_access_policies,
    longest_session,
    managed_policy_names,
    permission_sets,
    standard_permission_sets,
)
from landing_zone.policy_data import policy_data
from tests.manifest.arrange import FILE, Json, Place, assert_only_fault_at, clinic, faults_of, text_of

STANDARD = standard_permission_sets()
SETS: Place = ("identity", "permission_sets")


def with_sets(*assignments: Json, **sets: Json) -> Json:
    """The clinic with these permission sets and assignments."""
    return clinic(identity={"permission_sets": sets, "assignments": list(assignments)})


def assigned(permission_set: str, **target: str) -> Json:
    return {"group": "people", "permission_set": permission_set, **target}


def of_clinic(**sets: Json) -> dict[str, Permissions]:
    return permission_sets(parsed_manifest(text_of(with_sets(**sets)), FILE).manifest)


def texts(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)


# The standard sets


@pytest.mark.parametrize("name", STANDARD)
def test_a_standard_set_is_within_quotas_and_grants_something(name: str) -> None:
    entry, quotas = STANDARD[name], policy_data("identity/permission_sets")["quotas"]
    assert len(name) <= quotas["name"]
    assert len(entry.managed_policies) <= quotas["managed_policies"]
    assert entry.inline_characters <= quotas["inline_characters"]
    assert entry.grants
    assert entry.session_hours <= longest_session(entry.data)
    assert set(entry.managed_policies) <= set(managed_policy_names())


@pytest.mark.parametrize("name", STANDARD)
def test_actions_of_a_standard_set_exist_and_know_their_condition_keys(name: str) -> None:
    for row in STANDARD[name].statements:
        for action in texts(row["Action"]):
            assert access_of(action), action
            service, _, call = action.partition(":")
            known = _actions(service)[call.lower()]
            keys = {*known["conditionKeys"], *(key for kind in known["resourceTypes"] for key in kind["conditionKeys"])}
            patterns = [key.replace("${TagKey}", "*").lower() for key in keys]
            for wanted in (key.lower() for pairs in row.get("Condition", {}).values() for key in pairs):
                assert any(fnmatchcase(wanted, pattern) for pattern in patterns), (action, wanted)


@pytest.mark.parametrize("name", STANDARD)
def test_a_standard_set_writes_to_named_resources_only(name: str) -> None:
    for row in STANDARD[name].statements:
        if row["Effect"] == "Allow" and "*" in texts(row["Resource"]):
            assert not [write for action in texts(row["Action"]) for write in confinable_writes(action)]


@pytest.mark.parametrize("name", [name for name, entry in STANDARD.items() if entry.data == "phi"])
def test_a_set_for_phi_reads_no_stored_data_and_makes_no_roles(name: str) -> None:
    entry = STANDARD[name]
    denied = {a for row in entry.statements if row["Effect"] == "Deny" for a in texts(row["Action"])}
    assert {"s3:GetObject", "dynamodb:GetItem", "secretsmanager:GetSecretValue", "kms:Decrypt", "logs:Unmask"} <= denied
    assert not set(entry.managed_policies) & set(full_access_policies())
    allowed = {a for row in entry.statements if row["Effect"] == "Allow" for a in texts(row["Action"])}
    assert not [action for action in allowed if action.startswith("iam:") or "*" in action]


def test_sets_that_make_roles_carry_the_boundary() -> None:
    def role_makers() -> Iterator[str]:
        for name, entry in STANDARD.items():
            if any("iam:CreateRole" in texts(row["Action"]) for row in entry.statements):
                yield name

    assert list(role_makers()) == ["developer", "sandbox-builder"]
    assert [name for name, entry in STANDARD.items() if entry.boundary] == ["developer", "sandbox-builder"]


def test_only_named_log_reading_is_taken_out_of_the_denial() -> None:
    for name, row in policy_data("identity/permission_sets")["sets"].items():
        assert all(action.startswith("logs:") for action in row.get("reads", ())), name


# What the manifest makes of them


def test_a_set_extends_a_standard_one_and_adds_to_it() -> None:
    own = {"Sid": "Queues", "Effect": "Allow", "Action": "sqs:PurgeQueue", "Resource": "arn:${partition}:sqs:*:*:lab-*"}
    found = of_clinic(lab={"extends": "phi-operator", "session_hours": 2, "statements": [own]})["lab"]
    base = STANDARD["phi-operator"]
    assert (found.title, found.data, found.session_hours) == (base.title, "phi", 2)
    assert found.managed_policies == base.managed_policies
    assert found.statements == (
        *base.statements,
        {**own, "Action": ["sqs:PurgeQueue"], "Resource": ["arn:${partition}:sqs:*:*:lab-*"]},
    )


def test_a_set_with_the_name_of_a_standard_one_refines_it() -> None:
    found = of_clinic(developer={"data": "synthetic"})["developer"]
    assert (found.data, found.managed_policies) == ("synthetic", STANDARD["developer"].managed_policies)


def test_a_set_of_ones_own_carries_the_boundary_and_reaches_little() -> None:
    found = of_clinic(own={"description": "Own", "managed_policies": ["AmazonEC2ReadOnlyAccess"]})["own"]
    assert (found.boundary, found.data, found.core_accounts, found.session_hours) == (True, "none", False, 1)


OWN: Json = {"description": "Own", "managed_policies": ["SecurityAudit"]}


@pytest.mark.parametrize(
    ("entry", "place", "parts"),
    [
        ({"extends": "phi-operater"}, ("extends",), ("unknown standard", "did you mean 'phi-operator'?")),
        ({"description": "Nothing"}, (), ("grants nothing", "extends names a standard set")),
        ({"managed_policies": ["SecurityAudit"]}, (), ("needs a description",)),
        (OWN | {"managed_policies": ["SecurtyAudit"]}, ("managed_policies", 0), ("did you mean 'SecurityAudit'?",)),
        (OWN | {"data": "phi", "session_hours": 5}, ("session_hours",), ("5 hours", "at most 4")),
        ({"extends": "developer", "data": "phi"}, ("data",), ("at most deidentified", "phi-operator")),
        ({"extends": "developer", "core_accounts": True}, ("core_accounts",), ("not made for core accounts",)),
        (
            OWN | {"data": "phi", "managed_policies": ["PowerUserAccess"]},
            ("managed_policies", 0),
            ("PowerUserAccess is not given where PHI",),
        ),
        (
            OWN | {"core_accounts": True, "managed_policies": ["arn:aws:iam::aws:policy/AdministratorAccess"]},
            ("managed_policies", 0),
            ("AdministratorAccess is not given where core accounts",),
        ),
    ],
)
def test_a_set_that_is_wrong_is_one_fault_at_its_place(entry: Json, place: Place, parts: tuple[str, ...]) -> None:
    assert_only_fault_at(with_sets(own=entry), (*SETS, "own", *place), *parts)


@pytest.mark.parametrize(
    ("row", "place", "said"),
    [
        ({"Action": "*"}, ("Action",), "allows every action"),
        ({"Action": "s3:GetObjct"}, ("Action",), "matches no action"),
        ({"Action": "s4:GetObject"}, ("Action",), "not in the action catalogue"),
    ],
)
def test_a_statement_that_is_wrong_is_one_fault_at_its_place(row: Json, place: Place, said: str) -> None:
    statement = {"Sid": "One", "Effect": "Allow", "Resource": "*", **row}
    manifest = with_sets(own=OWN | {"statements": [statement]})
    assert_only_fault_at(manifest, (*SETS, "own", "statements", 0, *place), said)


def test_a_policy_newer_than_the_list_is_named_by_its_arn() -> None:
    arn = "arn:aws:iam::aws:policy/AWSBrandNewReadOnlyAccess"
    assert faults_of(with_sets(own=OWN | {"managed_policies": [arn]})) == []


def test_names_statements_and_policies_stay_within_quotas() -> None:
    rows = [
        {"Sid": f"S{n}", "Effect": "Deny", "Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{'b' * 450}{n}"}
        for n in range(30)
    ]
    assert_only_fault_at(with_sets(own=OWN | {"statements": rows}), (*SETS, "own", "statements"), "10,240")
    twice = [rows[0], rows[0]]
    assert_only_fault_at(with_sets(own=OWN | {"statements": twice}), (*SETS, "own", "statements", 1, "Sid"), "earlier")
    many = list(managed_policy_names()[:11])
    assert_only_fault_at(with_sets(own=OWN | {"managed_policies": many}), (*SETS, "own", "managed_policies"), "11")


# Who gets how far


@pytest.mark.parametrize(
    ("row", "parts"),
    [
        (assigned("developer", ou="phi"), ("at most deidentified data", "'ehr-production' with phi", "phi-operator")),
        (assigned("developer", account="ehr-production"), ("account 'ehr-production' reaches",)),
        (assigned("phi-operator", ou="root"), ("not for core accounts", "core_accounts: true")),
        (assigned("phi-operator", account="management"), ("not for core accounts",)),
        (assigned("sandbox-builder", account="ehr-training"), ("PowerUserAccess", "'ehr-training'")),
        (assigned("readonly", ou="phi"), ("unknown permission set", "did you mean 'read-only'?")),
    ],
)
def test_an_assignment_that_goes_too_far_is_one_fault(row: Json, parts: tuple[str, ...]) -> None:
    assert_only_fault_at(with_sets(row), ("identity", "assignments", 0, "permission_set"), *parts)


def test_the_deploying_account_is_a_core_account() -> None:
    manifest = with_sets(assigned("phi-operator", account="ehr-training"))
    assert faults_of(manifest) == []
    manifest["delivery"] = {"deploy_account": "ehr-training"}
    assert_only_fault_at(manifest, ("identity", "assignments", 0, "permission_set"), "not for core accounts")


def test_the_same_assignment_stands_once() -> None:
    row = assigned("read-only", ou="phi")
    assert_only_fault_at(with_sets(row, row), ("identity", "assignments", 1), "the same assignment stands on line")
    assert faults_of(with_sets(row, assigned("read-only", ou="phi/production"))) == []


def test_nobody_is_assigned_to_a_quarantined_account() -> None:
    old = {"name": "old", "ou": "suspended", "owner": "it", "data": "none"}
    manifest = with_sets(assigned("read-only", account="old"))
    manifest["accounts"].append(old)
    assert_only_fault_at(manifest, ("identity", "assignments", 0, "account"), "quarantine")
