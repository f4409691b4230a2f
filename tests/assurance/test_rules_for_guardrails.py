"""HLZ-ORG-010 to -017: guardrails of others as a set, the perimeter, tags, and where accounts are made."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import (
    Json,
    assert_did_not_run,
    assert_found,
    assert_quiet,
    assert_undecided,
    policy,
    resource,
)
from tests.assurance.arrange import check as check_ours

OTHERS: Json = {"own": False}
UNKNOWN: Json = {"Ref": "Stage"}
STOPPING = ["cloudtrail:StopLogging", "cloudtrail:DeleteTrail", "config:StopConfigurationRecorder"]
DETECTION = [*STOPPING, "config:DeleteConfigurationRecorder", "guardduty:DeleteDetector"]
LEAVING = "organizations:LeaveOrganization"
USERS = ["iam:CreateUser", "iam:CreateAccessKey"]
OF_ROOT: Json = {"StringLike": {"aws:PrincipalArn": "arn:aws:iam::*:root"}}
NOT_THE_PIPELINE: Json = {"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/deploy"}}
REGIONS: Json = {"StringNotEquals": {"aws:RequestedRegion": ["us-east-1"]}}


def check(rule: str, **resources: Any) -> Report:
    return check_ours(rule, context=OTHERS, **resources)


def deny(action: Any, **fields: Any) -> Json:
    return {"Effect": "Deny", "Action": action, "Resource": "*", **fields}


def guardrail(*statements: Any, kind: str = "SERVICE_CONTROL_POLICY") -> Json:
    given: Json = {"Name": "g", "Type": kind, "TargetIds": ["r-a1b2"], "Content": policy(*statements)}
    return resource("AWS::Organizations::Policy", given)


NO_ROOT = deny("*", Condition=OF_ROOT)
ELSEWHERE: Json = {"Effect": "Deny", "NotAction": ["iam:*"], "Resource": "*", "Condition": REGIONS}


def test_guardrails_that_protect_detection_protect_all_of_it_and_keep_accounts_in() -> None:
    whole = [NO_ROOT, deny(DETECTION, Condition=NOT_THE_PIPELINE), deny(LEAVING)]
    assert_quiet(check("HLZ-ORG-012", Guard=guardrail(*whole)))
    assert_quiet(check("HLZ-ORG-012", Guard=guardrail(*whole[:2]), Other=guardrail(whole[2])))
    assert_found(check("HLZ-ORG-012", Guard=guardrail(*whole[:2])), LEAVING)
    assert_found(check("HLZ-ORG-012", Guard=guardrail(NO_ROOT, deny(DETECTION[2:]), deny(LEAVING))), "StopLogging")


def test_a_denial_of_everything_to_root_users_stands_in_for_no_duty() -> None:
    assert_found(check("HLZ-ORG-012", Guard=guardrail(NO_ROOT, deny(DETECTION))), LEAVING)
    of_services = deny(LEAVING, Condition={"BoolIfExists": {"aws:PrincipalIsAWSService": "false"}})
    assert_quiet(check("HLZ-ORG-012", Guard=guardrail(NO_ROOT, deny(DETECTION), of_services)))


def test_a_template_with_one_guardrail_or_none_is_no_set() -> None:
    for rule in ("HLZ-ORG-012", "HLZ-ORG-013", "HLZ-ORG-014"):
        assert not check(rule, Guard=guardrail(deny(["s3:DeleteBucket"]))).findings
        assert not check(rule, Topic=resource("AWS::SNS::Topic")).findings


def test_a_set_of_guardrails_denies_users_and_access_keys() -> None:
    duties = [NO_ROOT, deny(DETECTION), deny(LEAVING)]
    assert_quiet(check("HLZ-ORG-013", Guard=guardrail(*duties, deny(USERS))))
    assert_found(check("HLZ-ORG-013", Guard=guardrail(*duties, deny(USERS[:1]))), "iam:CreateAccessKey")
    assert_found(check("HLZ-ORG-013", Guard=guardrail(*duties)), "iam:CreateUser and iam:CreateAccessKey")


def test_a_set_of_guardrails_denies_other_regions() -> None:
    duties = [NO_ROOT, deny(DETECTION), deny(LEAVING)]
    assert_quiet(check("HLZ-ORG-014", Guard=guardrail(*duties), Regions=guardrail(ELSEWHERE)))
    assert_found(check("HLZ-ORG-014", Guard=guardrail(*duties)), "every Region")


@pytest.mark.parametrize("rule", ["HLZ-ORG-012", "HLZ-ORG-013", "HLZ-ORG-014"])
def test_guardrails_decided_at_deployment_are_not_judged_as_a_set(rule: str) -> None:
    unread = resource("AWS::Organizations::Policy", {"Type": "SERVICE_CONTROL_POLICY", "Content": UNKNOWN})
    assert not check(rule, Guard=unread).findings


def test_a_denial_that_names_one_way_to_undo_a_protection_names_the_others() -> None:
    assert_quiet(check("HLZ-ORG-010", Guard=guardrail(deny(STOPPING[:2]))))
    assert_found(check("HLZ-ORG-010", Guard=guardrail(deny(["cloudtrail:DeleteTrail"]))), "cloudtrail:StopLogging")
    elsewhere = guardrail(deny(["cloudtrail:StopLogging"]))
    assert not check("HLZ-ORG-010", Guard=guardrail(deny(STOPPING[1:2])), Other=elsewhere).findings[1:]
    for_root = deny(["cloudtrail:StopLogging"], Condition=OF_ROOT)
    assert check("HLZ-ORG-010", Guard=guardrail(deny(["cloudtrail:DeleteTrail"]), for_root)).findings


def strangers(value: Any, operator: str = "StringNotEqualsIfExists") -> Json:
    statement = deny(["s3:*", "kms:*", "secretsmanager:*"], Principal="*")
    return guardrail(
        {**statement, "Condition": {operator: {"aws:PrincipalOrgID": value}}}, kind="RESOURCE_CONTROL_POLICY"
    )


def test_the_perimeter_is_drawn_round_one_organization() -> None:
    assert_quiet(check("HLZ-ORG-011", Perimeter=strangers("o-a1b2c3d4e5")))
    assert_quiet(check("HLZ-ORG-011", Perimeter=strangers(UNKNOWN)))
    for anybody in ("*", "o-*"):
        assert_found(check("HLZ-ORG-011", Perimeter=strangers(anybody, "StringNotLikeIfExists")), anybody)


def opt_out(**fields: Any) -> Json:
    content = {"services": {"default": {"opt_out_policy": {"@@assign": "optOut", **fields}}}}
    return resource("AWS::Organizations::Policy", {"Type": "AISERVICES_OPT_OUT_POLICY", "Content": content})


def test_policies_below_an_opt_out_may_not_opt_in_again() -> None:
    operators = "@@operators_allowed_for_child_policies"
    assert_quiet(check("HLZ-ORG-021", Ai=opt_out(**{operators: ["@@none"]})))
    assert_found(check("HLZ-ORG-021", Ai=opt_out(**{operators: ["@@all"]})), "opt in again")


def tags(*names: str) -> Json:
    content: Json = {"tags": {name: {"tag_key": {"@@assign": name}} for name in names}}
    return resource("AWS::Organizations::Policy", {"Type": "TAG_POLICY", "Content": content})


def test_a_tag_policy_classifies_data() -> None:
    assert_quiet(check("HLZ-ORG-015", Tags=tags("owner", "data-classification")))
    assert_quiet(check("HLZ-ORG-015", Tags=tags("owner"), More=tags("DataSensitivity")))
    assert_found(check("HLZ-ORG-015", Tags=tags("owner", "cost-center")), "owner, cost-center")
    unread = resource("AWS::Organizations::Policy", {"Type": "TAG_POLICY", "Content": UNKNOWN})
    assert_undecided(check("HLZ-ORG-015", Tags=unread), "Stage")


def account(**properties: Any) -> Json:
    return resource("AWS::Organizations::Account", {"AccountName": "a", "Email": "a@b.example", **properties})


def test_accounts_are_made_in_an_ou() -> None:
    for parents in (["ou-a1b2-c3d4e5f6"], [{"Fn::ImportValue": "workloads"}]):
        assert not check("HLZ-ORG-016", A=account(ParentIds=parents)).findings
    assert_found(check("HLZ-ORG-016", A=account(ParentIds=["r-a1b2"])), "no OU")
    assert_found(check("HLZ-ORG-016", A=account()), "no OU")
    assert_undecided(check("HLZ-ORG-016", A=account(ParentIds=UNKNOWN)), "Stage")


def test_accounts_carry_class_and_environment() -> None:
    def tagged(*keys: str) -> Json:
        return account(Tags=[{"Key": key, "Value": "v"} for key in keys])

    assert_quiet(check("HLZ-ORG-017", A=tagged("data-classification", "environment")))
    assert_found(check("HLZ-ORG-017", A=tagged("data-classification", "environment"), B=tagged("environment")), ": B")
    assert_found(check("HLZ-ORG-017", A=account()), ": A")
    assert_undecided(check("HLZ-ORG-017", A=account(Tags=UNKNOWN)), "Stage")


@pytest.mark.parametrize("rule", ["HLZ-ORG-013", "HLZ-ORG-014", "HLZ-ORG-015", "HLZ-ORG-016", "HLZ-ORG-017"])
def test_our_own_guardrails_are_proved_instead(rule: str) -> None:
    given = {"Guard": guardrail(NO_ROOT, deny(DETECTION), deny(LEAVING)), "Tags": tags("owner"), "A": account()}
    assert_did_not_run(check_ours(rule, **given))


def test_approved_regions_are_in_one_country() -> None:
    def regions(*names: Any) -> Json:
        return guardrail({**ELSEWHERE, "Condition": {"StringNotEquals": {"aws:RequestedRegion": list(names)}}})

    assert_quiet(check("HLZ-ORG-018", Guard=regions("us-east-1", "us-west-2", "ca-central-1")))
    assert_quiet(check("HLZ-ORG-018", Guard=regions("eu-central-1", "eu-west-1")))
    assert_quiet(check("HLZ-ORG-018", Guard=regions(UNKNOWN)))
    assert_found(check("HLZ-ORG-018", Guard=regions("us-east-1", "ap-southeast-1")), "ap-southeast-1")
