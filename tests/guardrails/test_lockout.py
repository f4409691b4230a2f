"""A set of guardrails that denies the landing zone's own roles their work is refused with the request that fails."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from landing_zone.fault import Fault
from landing_zone.guardrails.checks.lockout import Ground, Need, lockout_faults
from landing_zone.guardrails.evaluate import Request
from tests.guardrails.arrange import examined, group, guardrail, sourced, statement

EXECUTION = "arn:aws:iam::${Account}:role/exec-${Account}"
GROUPS = {"execution": group("arn:aws:iam::*:role/exec-*", by_aws="tried")}
GROUND = Ground(
    {"": "100000000000", "LogArchiveAccountId": "100000000002", "OrganizationId": "o-0123456789"},
    {"nonphi": ("LogArchiveAccountId",)},
    ("us-east-1", "us-west-2"),
)


def need(action: str, resource: str = "*", account: str = "", **context: Any) -> Need:
    known = {"aws:RequestedRegion": "${Region}", "aws:MultiFactorAuthPresent": (), **context}
    return Need("the execution role", "execution", Request(EXECUTION, action, resource, known), account)


def locked(folder: Path, *guardrails: dict[str, Any], needs: list[Need]) -> list[Fault]:
    return list(lockout_faults(examined(sourced(folder, *guardrails), GROUPS), needs, GROUND))


CREATE_VOLUME = need("ec2:CreateVolume", "arn:aws:ec2:${Region}:${Account}:volume/vol-1")
PUT_POLICY = need("s3:PutBucketPolicy", "arn:aws:s3:::hlz-logs-${Account}")


def test_a_denial_of_what_the_pipeline_must_do_names_the_request(tmp_path: Path) -> None:
    (fault,) = locked(tmp_path, guardrail(), needs=[PUT_POLICY])
    assert fault.key == "guardrails[0].statement"
    assert (
        "locks out the execution role: arn:aws:iam::100000000000:role/exec-100000000000 may not s3:PutBucketPolicy on "
        "arn:aws:s3:::hlz-logs-100000000000 in an account under phi" in fault.message
    )
    assert fault.hint == "exempt the group 'execution', or narrow the statement"


def test_an_exemption_another_action_or_another_resource_stays_quiet(tmp_path: Path) -> None:
    elsewhere = statement(Action="s3:PutBucketPolicy", Resource="arn:aws:s3:::other")
    assert locked(tmp_path, guardrail(exempt=["execution"]), needs=[PUT_POLICY]) == []
    assert locked(tmp_path, guardrail(), needs=[need("s3:CreateBucket")]) == []
    assert locked(tmp_path, guardrail(statement=elsewhere), needs=[PUT_POLICY]) == []


def test_what_the_pipeline_can_choose_rightly_stays_quiet(tmp_path: Path) -> None:
    """Encryption is offered by the action: the pipeline creates encrypted volumes."""
    encrypted = statement(Action="ec2:CreateVolume", Condition={"Bool": {"ec2:Encrypted": "false"}})
    present = statement(Action="ec2:CreateVolume", Condition={"Null": {"ec2:Encrypted": "true"}})
    assert (
        locked(tmp_path, guardrail("a", statement=encrypted), guardrail("b", statement=present), needs=[CREATE_VOLUME])
        == []
    )


def test_denials_that_together_leave_no_choice_are_refused(tmp_path: Path) -> None:
    encrypted = statement(Action="ec2:CreateVolume", Condition={"BoolIfExists": {"ec2:Encrypted": "false"}})
    plain = statement(Action="ec2:CreateVolume", Condition={"Bool": {"ec2:Encrypted": "true"}})
    found = locked(
        tmp_path, guardrail("a", statement=encrypted), guardrail("b", statement=plain), needs=[CREATE_VOLUME]
    )
    assert [fault.key for fault in found] == ["guardrails[0].statement"]


def test_a_key_that_the_action_does_not_offer_is_absent(tmp_path: Path) -> None:
    unmet = statement(Action="ec2:*", Condition={"StringNotEquals": {"ec2:Vpc": "vpc-1"}})
    (fault,) = locked(tmp_path, guardrail(statement=unmet), needs=[CREATE_VOLUME])
    assert "ec2:CreateVolume" in fault.message


def test_the_landing_zones_roles_carry_no_tags_and_no_mfa(tmp_path: Path) -> None:
    tagged = statement(Action="s3:PutBucketPolicy", Condition={"StringNotEquals": {"aws:PrincipalTag/team": "a"}})
    mfa = statement(Action="s3:PutBucketPolicy", Condition={"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}})
    for wrong in (tagged, mfa):
        assert len(locked(tmp_path, guardrail(statement=wrong), needs=[PUT_POLICY])) == 1


def test_every_region_is_asked_for(tmp_path: Path) -> None:
    one = statement(Action="ec2:*", Condition={"StringNotEquals": {"aws:RequestedRegion": ["us-east-1"]}})
    both = statement(Action="ec2:*", Condition={"StringNotEquals": {"aws:RequestedRegion": ["us-east-1", "us-west-2"]}})
    (fault,) = locked(tmp_path, guardrail(statement=one), needs=[CREATE_VOLUME])
    assert "arn:aws:ec2:us-west-2" in fault.message
    assert locked(tmp_path, guardrail(statement=both), needs=[CREATE_VOLUME]) == []


@pytest.mark.parametrize(("profile", "count"), [("nonphi", 1), ("phi", 0)])
def test_an_account_that_a_statement_names_is_asked_for_where_it_lives(
    tmp_path: Path, profile: str, count: int
) -> None:
    archive = statement(Action="s3:PutBucketPolicy", Resource="arn:aws:s3:::hlz-logs-${LogArchiveAccountId}")
    assert len(locked(tmp_path, guardrail(profiles=[profile], statement=archive), needs=[PUT_POLICY])) == count


def test_a_need_of_one_account_is_asked_for_there_alone(tmp_path: Path) -> None:
    assume = need("sts:AssumeRole", "arn:aws:iam::1:role/deploy", account="LogArchiveAccountId")
    wrong = statement(Action="sts:AssumeRole")
    assert locked(tmp_path, guardrail(profiles=["phi"], statement=wrong), needs=[assume]) == []
    assert len(locked(tmp_path, guardrail(profiles=["nonphi"], statement=wrong), needs=[assume])) == 1
