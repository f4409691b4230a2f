"""Keys of anybody's templates: what AWS documents as a key's first statement is accepted, grants are for services."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import (
    OWN_ROOT,
    Json,
    assert_did_not_run,
    assert_found,
    assert_quiet,
    assert_undecided,
    check,
    policy,
    resource,
    statement,
)

FOREIGN = {"own": False}
ROOT = statement(Principal={"AWS": OWN_ROOT}, Action="kms:*")
USER = statement(Principal={"AWS": "arn:aws:iam::111122223333:role/app"}, Action="kms:Decrypt")


def key(rule: str, *entries: Json, own: bool = False, **attributes: Any) -> Report:
    properties = {"KeyPolicy": policy(*entries)} if entries else {}
    return check(rule, context={"own": own}, Key=resource("AWS::KMS::Key", properties, **attributes))


def test_the_account_may_hold_everything_beside_other_statements() -> None:
    assert_quiet(key("HLZ-KMS-004", ROOT, USER))
    assert_quiet(key("HLZ-KMS-005", ROOT, USER))
    assert_found(key("HLZ-KMS-004", ROOT, USER, own=True), "administer it and use it")


def test_a_policy_that_says_what_the_default_one_says_is_a_finding() -> None:
    assert_found(key("HLZ-KMS-004", ROOT), "says no more than the default one")
    assert_found(key("HLZ-KMS-004"), "no KeyPolicy of its own")
    assert key("HLZ-KMS-005").findings == ()


def test_the_default_policy_is_no_finding_where_other_keys_name_no_roles_either() -> None:
    plain, logs, apart = (
        resource("AWS::KMS::Key", {"KeyPolicy": policy(ROOT, *more)})
        for more in ([], [statement(Principal={"Service": "logs.amazonaws.com"}, Action="kms:Decrypt")], [USER])
    )
    assert_quiet(check("HLZ-KMS-004", context=FOREIGN, Key=plain, Other=plain))
    assert_quiet(check("HLZ-KMS-004", context=FOREIGN, Key=plain, Other=logs))
    assert_found(check("HLZ-KMS-004", context=FOREIGN, Key=plain, Other=apart), "says no more than the default one")


@pytest.mark.parametrize(
    "fields",
    [
        {"Action": ["kms:PutKeyPolicy", "kms:Decrypt"]},
        {"Principal": {"AWS": "arn:aws:iam::111122223333:role/admin"}},
    ],
)
def test_anything_else_that_administers_and_uses_is_a_finding(fields: Json) -> None:
    assert_found(key("HLZ-KMS-004", {**ROOT, **fields}, USER), "administer it and use it")


def test_a_foreign_account_that_administers_is_a_finding() -> None:
    entry = statement(Principal={"AWS": "arn:aws:iam::999999999999:root"}, Action="kms:PutKeyPolicy")
    assert_found(key("HLZ-KMS-005", entry), "named roles are expected")


def test_a_key_lost_with_its_stack_is_one_finding() -> None:
    assert_found(key("HLZ-KMS-003"), "no DeletionPolicy")


GRANT = statement(Principal={"AWS": OWN_ROOT}, Action=["kms:CreateGrant", "kms:ListGrants"])


def test_grants_for_anybody_are_a_finding() -> None:
    assert_found(key("HLZ-KMS-009", GRANT), "make grants for anybody")


@pytest.mark.parametrize(
    "fields",
    [
        {"Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}},
        {"Action": "kms:Create*"},
        {"Principal": {"Service": "backup.amazonaws.com"}},
        {"Effect": "Deny"},
    ],
)
def test_grants_for_services_and_administration_are_fine(fields: Json) -> None:
    assert_quiet(key("HLZ-KMS-009", {**GRANT, **fields}))


def test_a_policy_decided_at_deployment_is_not_evaluated() -> None:
    raw = resource("AWS::KMS::Key", {"KeyPolicy": {"Ref": "Stage"}})
    assert_undecided(check("HLZ-KMS-009", Key=raw), "KeyPolicy")


def test_secrets_of_others_may_go_with_their_stack_unless_it_says_delete() -> None:
    secret = "AWS::SecretsManager::Secret"
    assert_did_not_run(check("HLZ-RET-001", context=FOREIGN, Secret=resource(secret)))
    stated = resource(secret, DeletionPolicy="Delete")
    assert_found(check("HLZ-RET-001", context=FOREIGN, Secret=stated), "Delete")
