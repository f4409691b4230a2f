"""The execution role's permissions are made from the registry, are up to date, and cover what our stacks contain."""

from __future__ import annotations

import json
from fnmatch import fnmatchcase
from pathlib import Path

import pytest

from landing_zone.assurance import registry_permissions
from landing_zone.assurance.action_catalogue import access_of
from landing_zone.assurance.registry_permissions import (
    DATA,
    GENERATED,
    execution_actions,
    generated_text,
    handler_permissions,
    left_out,
)
from landing_zone.policy_data import POLICIES, ROOT, policy_data

SNAPSHOTS = sorted((ROOT / "tests" / "snapshots").rglob("*.json"))


def test_the_committed_actions_are_those_of_the_registry_now() -> None:
    committed = (POLICIES / f"{GENERATED}.yaml").read_text(encoding="utf-8")
    assert committed == generated_text(), "run python -m landing_zone.assurance.registry_permissions"


@pytest.mark.parametrize("path", SNAPSHOTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_type_of_our_templates_is_covered(path: Path) -> None:
    if path.parent.name == "test_bootstrap":
        pytest.skip("the execution role does not deploy the bootstrap")
    document = json.loads(path.read_bytes())
    types = {row["Type"] for row in document.get("Resources", {}).values()}
    assert types <= set(policy_data(DATA)["types"]), "add them to policies/bootstrap/execution.yaml"


@pytest.mark.parametrize("path", SNAPSHOTS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_every_service_that_a_role_of_our_templates_trusts_may_be_given_roles(path: Path) -> None:
    roles = [
        row for row in json.loads(path.read_bytes()).get("Resources", {}).values() if row["Type"] == "AWS::IAM::Role"
    ]
    trusted = {
        statement["Principal"]["Service"]
        for role in roles
        for statement in role["Properties"]["AssumeRolePolicyDocument"]["Statement"]
        if "Service" in statement["Principal"]
    }
    assert trusted <= {*policy_data(DATA)["passed_to"], "cloudformation.amazonaws.com"}


def test_the_registry_names_the_permissions_of_a_type_in_one_spelling() -> None:
    assert "cloudtrail:CreateTrail" in handler_permissions("AWS::CloudTrail::Trail")  # the registry writes CloudTrail:
    with pytest.raises(ValueError, match="AWS::Nothing::Here"):
        handler_permissions("AWS::Nothing::Here")


def test_what_is_left_out_is_granted_nowhere() -> None:
    granted = str(execution_actions()["policies"])
    for action in ("s3:DeleteBucket'", "s3:GetObject'", "kms:ScheduleKeyDeletion", "iam:PutRolePolicy", "s3tables"):
        assert action not in granted
    assert left_out("kms:ReEncryptFrom")  # by pattern
    assert not left_out("kms:PutKeyPolicy")


def test_every_pattern_of_what_is_left_out_takes_something_out() -> None:
    data = policy_data(DATA)
    needed = {action for type in data["types"] for action in handler_permissions(type)}
    patterns = [pattern for row in data["left_out"] for pattern in row["actions"]]
    assert [p for p in patterns if not any(fnmatchcase(action, p) for action in needed)] == []


def test_writing_that_can_be_confined_is_confined() -> None:
    for policy in execution_actions()["policies"].values():
        for action in policy["everywhere"]:
            access = access_of(action)
            assert access
            assert not access.confinable, action
        for action in policy["reading"]:
            access = access_of(action)
            assert access
            assert access.level in ("Read", "List"), action


def test_a_service_without_a_policy_or_resources_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    data = policy_data(DATA)
    for change, complaint in (
        ({"policies": {**data["policies"], "network": ["autoscaling"]}}, "differ: .*ec2"),
        ({"resources": {k: v for k, v in data["resources"].items() if k != "ec2"}}, "confines nothing for: ec2"),
    ):
        monkeypatch.setattr(registry_permissions, "policy_data", lambda name, change=change: data | change)
        with pytest.raises(ValueError, match=complaint):
            execution_actions()


def test_an_action_that_the_catalogue_does_not_know_has_no_access() -> None:
    assert access_of("s3:DeleteBucketReplication") is None
    assert access_of("nothing:Here") is None
