"""Rules over Identity Center: each fires, stays quiet, and says what it cannot judge."""

from __future__ import annotations

import json
from typing import Any

import pytest

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import Json, assert_quiet, assert_undecided, check, messages, policy, resource, statement

AWS = "arn:aws:iam::aws:policy/"
PHI = [{"Key": "hlz-data", "Value": "phi"}]
BOUNDARY = {"CustomerManagedPolicyReference": {"Name": "hlz-boundary"}}
OPEN = {"Ref": "Stage"}


def checked(rule: str, **properties: Any) -> Report:
    return check(rule, Set=resource("AWS::SSO::PermissionSet", properties))


@pytest.mark.parametrize("name", ["AdministratorAccess", "PowerUserAccess", "IAMFullAccess"])
def test_a_set_that_may_reach_phi_carries_no_full_access(name: str) -> None:
    report = checked("HLZ-SSO-001", Tags=PHI, ManagedPolicies=[f"{AWS}job-function/ViewOnlyAccess", f"{AWS}{name}"])
    assert messages(report) == [f"Permission set Set may reach PHI and carries {name}."]
    assert report.findings[0].path == "Resources/Set/Properties/ManagedPolicies/1"


def test_a_set_that_cannot_reach_phi_is_not_judged_for_full_access() -> None:
    tags = [{"Key": "hlz-data", "Value": "synthetic"}]
    assert not checked("HLZ-SSO-001", Tags=tags, ManagedPolicies=[f"{AWS}PowerUserAccess"]).runs
    assert_quiet(checked("HLZ-SSO-001", Tags=PHI, ManagedPolicies=["arn:aws:iam::111122223333:policy/IAMFullAccess"]))


def test_a_managed_policy_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(checked("HLZ-SSO-001", Tags=PHI, ManagedPolicies=[OPEN]), "")


@pytest.mark.parametrize(
    ("duration", "tags", "said"),
    [
        (None, [], "does not state"),
        ("PT13H", [], "at most 12 hours"),
        ("P1D", [], "at most 12 hours"),
        ("PT4H1M", PHI, "at most 4 hours"),
        ("PT12H", PHI, "at most 4 hours"),
    ],
)
def test_a_session_that_is_too_long_or_not_stated_is_a_finding(duration: str | None, tags: Any, said: str) -> None:
    properties: Json = {"SessionDuration": duration} if duration else {}
    (message,) = messages(checked("HLZ-SSO-002", Tags=tags, **properties))
    assert said in message


@pytest.mark.parametrize(("duration", "tags"), [("PT12H", []), ("PT4H", PHI), ("PT240M", PHI), ("PT14400S", PHI)])
def test_a_session_within_its_hours_is_fine(duration: str, tags: Any) -> None:
    assert_quiet(checked("HLZ-SSO-002", Tags=tags, SessionDuration=duration))


@pytest.mark.parametrize("duration", [OPEN, "forever", "P", "P1W"])
def test_a_duration_that_cannot_be_read_is_not_evaluated(duration: Any) -> None:
    assert_undecided(checked("HLZ-SSO-002", SessionDuration=duration), "SessionDuration")


@pytest.mark.parametrize(
    "properties",
    [
        {"InlinePolicy": policy(statement(Action="iam:CreateRole"))},
        {"InlinePolicy": policy(statement(Action="iam:*Role*"))},
        {"InlinePolicy": policy(statement(NotAction="s3:*"))},
        {"InlinePolicy": json.dumps(policy(statement(Action=["iam:PutRolePolicy"])))},
        {"ManagedPolicies": [f"{AWS}AdministratorAccess"]},
    ],
)
def test_a_set_that_makes_roles_needs_a_boundary(properties: Json) -> None:
    (message,) = messages(checked("HLZ-SSO-003", **properties))
    assert message.endswith("has no permissions boundary.")
    assert_quiet(checked("HLZ-SSO-003", PermissionsBoundary=BOUNDARY, **properties))


def test_a_set_that_makes_no_roles_needs_no_boundary() -> None:
    denied = statement(Effect="Deny", Action="iam:*")
    assert_quiet(checked("HLZ-SSO-003", InlinePolicy=policy(denied, statement(Action="iam:PassRole"))))


@pytest.mark.parametrize("document", [OPEN, "no json", policy(statement(Action=OPEN))])
def test_an_inline_policy_that_cannot_be_read_is_not_evaluated(document: Any) -> None:
    assert_undecided(checked("HLZ-SSO-003", InlinePolicy=document), "")


def test_an_inline_policy_written_as_json_is_judged_like_any_other() -> None:
    report = checked("HLZ-IAM-002", InlinePolicy=json.dumps(policy(statement(Action="*"))))
    assert len(messages(report)) == 1


def test_an_assignment_goes_to_a_group() -> None:
    kind = "AWS::SSO::Assignment"
    assert messages(check("HLZ-SSO-004", Row=resource(kind, {"PrincipalType": "USER"}))) == [
        "Assignment Row is to a user; a group is expected."
    ]
    assert_quiet(check("HLZ-SSO-004", Row=resource(kind, {"PrincipalType": "GROUP"})))
    assert_undecided(check("HLZ-SSO-004", Row=resource(kind, {"PrincipalType": OPEN})), "")
