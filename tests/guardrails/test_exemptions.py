"""Nobody can give himself an exemption: what is open is refused, what is closed stays quiet."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from landing_zone import action_catalogue
from landing_zone.guardrails.checks.exemptions import exemption_faults
from landing_zone.policy_data import policy_data
from tests.guardrails.arrange import RCP, SCP, examined, faults, group, guardrail, sourced, statement

KEEPER = "arn:aws:iam::*:role/keeper-*"
OTHER = "arn:aws:iam::*:role/other"
CLOSING: list[str] = policy_data("guardrails/closing")["roles"]["closing"]
GROUPS = {"keeper": group(KEEPER, closed_by="closer"), "other": group(OTHER, closed_by="other-closer")}


def exempting(**parts: Any) -> dict[str, Any]:
    return guardrail("tried", exempt=["keeper"], **parts)


def closer(id: str = "closer", *, actions: list[str] = CLOSING, **parts: Any) -> dict[str, Any]:
    own = {"profiles": ["foundation"], "statement": statement(Action=actions, Resource=[KEEPER]), "exempt": ["keeper"]}
    return guardrail(id, **(own | parts))


def test_a_group_that_a_guardrail_above_closes_stays_quiet_though_it_closes_itself(tmp_path: Path) -> None:
    assert faults(tmp_path, exempting(), closer(), groups=GROUPS) == []


def test_a_group_whose_closing_guardrail_is_missing_is_refused(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, exempting(), groups=GROUPS)
    assert fault.key == "guardrails[0].exempt[0]"
    assert "'closer', which keeps everybody else from it, is missing" in fault.message


def test_a_group_whose_closing_guardrail_does_not_reach_the_target_is_refused(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, exempting(), closer(profiles=["sandbox"]), groups=GROUPS)
    assert "anybody on phi could be exempt as keeper" in fault.message
    assert "is not in force there" in fault.message


@pytest.mark.parametrize("action", CLOSING)
def test_a_closing_guardrail_that_leaves_one_way_open_is_refused(tmp_path: Path, action: str) -> None:
    found = faults(tmp_path, exempting(), closer(actions=[a for a in CLOSING if a != action]), groups=GROUPS)
    assert {fault.key for fault in found} == {"guardrails[0].exempt[0]", "guardrails[1].exempt[0]"}
    assert all(f"'closer' leaves it to others by {action}" in fault.message for fault in found)


@pytest.mark.parametrize(
    "weak",
    [
        statement(Action=CLOSING, Resource=["arn:aws:iam::*:role/keeper-one"]),
        statement(Action=CLOSING, Resource=[KEEPER], Condition={"StringEquals": {"aws:SourceVpc": "a"}}),
        statement(Action=["iam:*"], NotResource=["arn:aws:iam::*:role/keeper-x*"]),
    ],
    ids=["fewer resources", "only under a condition", "leaves some resources out"],
)
def test_a_closing_guardrail_that_covers_only_some_is_refused(tmp_path: Path, weak: dict[str, Any]) -> None:
    found = faults(tmp_path, exempting(), closer(statement=weak), groups=GROUPS)
    assert any("leaves it to others" in fault.message for fault in found)


def test_two_guardrails_may_close_a_group_together(tmp_path: Path) -> None:
    first, rest = closer(actions=CLOSING[:5]), closer("closer-too", actions=CLOSING[5:])
    assert faults(tmp_path, exempting(), first, rest, groups=GROUPS) == []


def test_whoever_the_closing_guardrail_exempts_has_to_be_closed_too(tmp_path: Path) -> None:
    found = faults(tmp_path, exempting(), closer(exempt=["other"]), groups=GROUPS)
    assert [fault.key for fault in found] == ["guardrails[1].exempt[0]"]
    closed = closer("other-closer", exempt=[], statement=statement(Action=CLOSING, Resource=[OTHER]))
    assert faults(tmp_path, exempting(), closer(exempt=["other"]), closed, groups=GROUPS) == []


def test_an_exemption_written_as_a_condition_counts_as_well(tmp_path: Path) -> None:
    raw = statement(Action="s3:PutBucketPolicy", Condition={"ArnNotLike": {"aws:PrincipalArn": [KEEPER]}})
    (fault,) = faults(tmp_path, guardrail(statement=raw), groups=GROUPS)
    assert fault.key == "guardrails[0].statement.Condition.ArnNotLike.'aws:PrincipalArn'[0]"
    assert "no guardrail in force there denies it" in fault.message
    assert faults(tmp_path, guardrail(statement=raw), closer(), groups=GROUPS) == []


@pytest.mark.parametrize(
    "pattern", ["arn:aws:iam::*:role/aws-service-role/*", "arn:aws:iam::*:role/aws-reserved/sso.amazonaws.com/*"]
)
def test_roles_that_aws_alone_makes_are_closed(tmp_path: Path, pattern: str) -> None:
    raw = statement(Action="s3:PutBucketPolicy", Condition={"ArnNotLike": {"aws:PrincipalArn": [pattern]}})
    assert faults(tmp_path, guardrail(statement=raw)) == []


@pytest.mark.parametrize("key", ["aws:SourceIdentity", "aws:username", "aws:userid"])
def test_a_key_that_a_principal_chooses_exempts_nobody(tmp_path: Path, key: str) -> None:
    raw = statement(Action="s3:PutBucketPolicy", Condition={"StringNotEquals": {key: "admin"}})
    (fault,) = faults(tmp_path, guardrail(statement=raw))
    assert "every principal chooses this key itself" in fault.message


def test_users_and_root_users_cannot_be_closed(tmp_path: Path) -> None:
    raw = statement(
        Action="s3:PutBucketPolicy", Condition={"ArnNotLike": {"aws:PrincipalArn": ["arn:aws:iam::*:root"]}}
    )
    (fault,) = faults(tmp_path, guardrail(statement=raw))
    assert "only roles can be closed" in fault.message


def test_an_exemption_by_tag_needs_a_guardrail_that_closes_the_tag(tmp_path: Path) -> None:
    by_tag = guardrail(
        statement=statement(Action="s3:PutBucketPolicy", Condition={"StringNotEquals": {"aws:PrincipalTag/team": "a"}})
    )
    (fault,) = faults(tmp_path, by_tag)
    assert "iam:CreateRole" in fault.message
    tags: list[str] = policy_data("guardrails/closing")["tags"]["closing"]
    closing = guardrail(
        "tags-closed",
        profiles=["foundation"],
        statement=statement(Action=tags, Condition={"ForAnyValue:StringEquals": {"aws:TagKeys": ["team"]}}),
    )
    assert faults(tmp_path, by_tag, closing) == []
    closing["statement"]["Condition"] = {"ForAnyValue:StringEquals": {"aws:TagKeys": ["cost"]}}
    assert len(faults(tmp_path, by_tag, closing)) == 1


def test_an_rcp_that_exempts_a_role_of_any_account_is_open_to_strangers(tmp_path: Path) -> None:
    raw = statement(Action="kms:DisableKey", Condition={"ArnNotLike": {"aws:PrincipalArn": [KEEPER]}})
    rcp = sourced(tmp_path / "rcp", guardrail("rcp", type=RCP, statement=raw), type=RCP)
    scp = sourced(tmp_path / "scp", closer(), type=SCP)
    (fault,) = exemption_faults(examined((*scp, *rcp), GROUPS))
    assert "binds other organizations too" in fault.message
    strangers = statement(
        Action="kms:*", Condition={"StringNotEqualsIfExists": {"aws:PrincipalOrgID": "${OrganizationId}"}}
    )
    refused = sourced(tmp_path / "more", guardrail("strangers", type=RCP, statement=strangers), type=RCP)
    assert list(exemption_faults(examined((*scp, *rcp, *refused), GROUPS))) == []


def test_an_rcp_that_names_the_account_is_closed_in_that_account(tmp_path: Path) -> None:
    pattern = "arn:aws:iam::${LogArchiveAccountId}:role/keeper-*"
    raw = statement(Action="kms:DisableKey", Condition={"ArnNotLike": {"aws:PrincipalArn": [pattern]}})
    rcp = sourced(tmp_path / "rcp", guardrail("rcp", type=RCP, statement=raw), type=RCP)
    scp = sourced(tmp_path / "scp", closer(), type=SCP)
    assert list(exemption_faults(examined((*scp, *rcp), GROUPS))) == []


def test_every_action_that_changes_a_role_is_closing_or_harmless_with_a_reason() -> None:
    roles = policy_data("guardrails/closing")["roles"]
    changing = {
        action.name
        for action in action_catalogue.actions("iam").values()
        if action.writes and any(":role/" in resource for resource in action.resources)
    }
    assert changing == {*roles["closing"], *roles["harmless"]}
