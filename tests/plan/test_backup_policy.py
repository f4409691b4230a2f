"""The backup policy that a manifest's plans become."""

from __future__ import annotations

import re
from typing import Any

import pytest

from landing_zone.manifest.load import parsed_manifest
from landing_zone.manifest.model import Manifest
from landing_zone.plan.backup_policy import (
    backed_up_accounts,
    backup_policy,
    plan_name,
    schedule,
)
from tests.manifest.arrange import FILE, Json, clinic, text_of
from tests.plan.arrange import account, landing_zone

EAST, WEST, OHIO = "us-east-1", "us-west-2", "us-east-2"


def manifest(content: Json | None = None) -> Manifest:
    return parsed_manifest(text_of(content or clinic()), FILE).manifest


def rules(content: Json) -> dict[str, dict[str, Any]]:
    """The one rule of each plan, by the plan's name."""
    return {
        name: next(iter(plan["rules"].values())) for name, plan in backup_policy(manifest(content))["plans"].items()
    }


def copies(content: Json) -> dict[str, list[str]]:
    """Region and account of each copy, by plan."""
    return {
        name: [":".join(arn.split(":")[3:5]) for arn in rule.get("copy_actions", ())]
        for name, rule in rules(content).items()
    }


@pytest.mark.parametrize(
    ("hours", "expression"),
    [
        (1, "cron(0 0/1 ? * * *)"),
        (5, "cron(0 0/4 ? * * *)"),
        (23, "cron(0 0/12 ? * * *)"),
        (24, "cron(0 5 ? * * *)"),
        (36, "cron(0 5 ? * * *)"),
        (48, "cron(0 5 1/2 * ? *)"),
        (167, "cron(0 5 1/6 * ? *)"),
        (168, "cron(0 5 ? * SUN *)"),
    ],
)
def test_a_plan_runs_at_least_as_often_as_asked(hours: int, expression: str) -> None:
    assert schedule(hours) == expression


def test_recovery_points_are_copied_to_the_other_region_and_to_the_backup_account() -> None:
    assert copies(clinic()) == {
        f"standard-{EAST}": [f"{WEST}:$account", f"{EAST}:${{BackupAccountId}}"],
        f"standard-{WEST}": [f"{EAST}:$account", f"{WEST}:${{BackupAccountId}}"],
    }


def test_a_region_without_a_central_vault_is_copied_to_home_in_the_backup_account() -> None:
    content = landing_zone(
        account("a", ou="phi/production", data="phi", regions=[EAST, OHIO]), pools={OHIO: "10.32.0.0/12"}
    )
    content["regions"]["additional"] = [OHIO]
    assert copies(content)[f"standard-{OHIO}"] == [f"{WEST}:$account", f"{EAST}:${{BackupAccountId}}"]


@pytest.mark.parametrize(
    ("plan", "left"),
    [
        ({"cross_region": False}, [f"{EAST}:${{BackupAccountId}}"]),
        ({"cross_account": False}, [f"{WEST}:$account"]),
        ({"cross_region": False, "cross_account": False}, []),
    ],
)
def test_a_plan_copies_only_where_it_says(plan: Json, left: list[str]) -> None:
    content = clinic(backup={"plans": {"standard": plan}})
    assert copies(content)[f"standard-{EAST}"] == left
    assert ("copy_actions" in rules(content)[f"standard-{EAST}"]) is bool(left)


def test_every_copy_lives_as_long_as_its_original() -> None:
    for rule in rules(clinic(backup={"plans": {"standard": {"retention_days": 90}}})).values():
        lifetimes = [rule["lifecycle"], *(copy["lifecycle"] for copy in rule["copy_actions"].values())]
        assert lifetimes == [{"delete_after_days": {"@@assign": "90"}}] * 3


def test_a_store_joins_a_plan_by_its_tag_and_is_read_by_the_role_of_its_account() -> None:
    plan = backup_policy(manifest())["plans"][f"standard-{EAST}"]
    assert plan["regions"] == {"@@assign": [EAST]}
    assert plan["selections"]["tags"] == {
        "standard": {
            "iam_role_arn": {"@@assign": "arn:aws:iam::$account:role/hlz-backup"},
            "tag_key": {"@@assign": "hlz:backup"},
            "tag_value": {"@@assign": ["standard"]},
        }
    }


def test_accounts_below_an_ou_with_phi_guardrails_are_backed_up_and_others_are_not() -> None:
    content = landing_zone(
        account("a", ou="phi/nonproduction", data="synthetic"), account("b"), account("c", ou="research", data="phi")
    )
    content["organizational_units"] = {"research": {"data": "phi", "guardrails": "phi"}}
    assert [one.name for one in backed_up_accounts(manifest(content))] == ["a", "c"]
    assert backed_up_accounts(manifest(content | {"backup": {"enabled": False}})) == []


def test_names_of_plans_fit_into_aws_backup_and_stay_apart() -> None:
    long = "a" * 49
    names = {plan_name(long + last, region) for last in "bc" for region in (EAST, WEST)}
    assert len(names) == 4
    assert all(re.fullmatch(r"[a-zA-Z0-9._-]{1,50}", name) for name in names)
