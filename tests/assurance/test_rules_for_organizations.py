"""HLZ-ORG: what AWS Organizations holds is kept, attached, made in order, and changed by management alone."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.finding import Report
from landing_zone.assurance.library.organizations import KINDS
from tests.assurance.arrange import (
    Json,
    assert_did_not_run,
    assert_found,
    assert_quiet,
    assert_undecided,
    check,
    messages,
    policy,
    resource,
    statement,
)

KEPT: Json = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
SECURITY = "arn:aws:iam::111122223333:root"
UNKNOWN: Json = {"Ref": "Stage"}


def account(email: Any = "a@riverside.example", after: Any = None) -> Json:
    attributes: Json = {} if after is None else {"DependsOn": after}
    return resource("AWS::Organizations::Account", {"AccountName": "a", "Email": email}, **attributes)


def attached(**properties: Any) -> Json:
    given: Json = {"Name": "hlz-scp-phi-1", "TargetIds": ["r-a1b2"], **properties}
    return resource("AWS::Organizations::Policy", given)


def delegation(**fields: Any) -> Report:
    given: Json = {"Action": "organizations:ListRoots", "Principal": {"AWS": SECURITY}, **fields}
    content = policy(statement(**given))
    return check("HLZ-ORG-005", Delegation=resource("AWS::Organizations::ResourcePolicy", {"Content": content}))


@pytest.mark.parametrize("type", KINDS)
def test_whatever_organizations_holds_is_retained_on_deletion_and_on_replacement(type: str) -> None:
    assert_quiet(check("HLZ-ORG-001", It=resource(type, **KEPT)))
    for attribute in KEPT:
        report = check("HLZ-ORG-001", It=resource(type, **{**KEPT, attribute: "Delete"}))
        assert_found(report, "It", attribute)
        assert_found(check("HLZ-ORG-001", It=resource(type, **{k: v for k, v in KEPT.items() if k != attribute})), "It")


def test_a_deletion_policy_decided_at_deployment_is_not_evaluated() -> None:
    report = check("HLZ-ORG-001", It=resource(next(iter(KINDS)), **{**KEPT, "DeletionPolicy": UNKNOWN}))
    assert_undecided(report, "depends on the parameter Stage")


def test_an_organization_has_all_features() -> None:
    def organization(**properties: Any) -> Report:
        return check("HLZ-ORG-002", It=resource("AWS::Organizations::Organization", properties))

    assert_quiet(organization())
    assert_quiet(organization(FeatureSet="ALL"))
    assert_found(organization(FeatureSet="CONSOLIDATED_BILLING"), "CONSOLIDATED_BILLING", "ALL is expected")
    assert_undecided(organization(FeatureSet=UNKNOWN), "FeatureSet is not known")


def test_a_policy_without_target_is_a_finding() -> None:
    assert_quiet(check("HLZ-ORG-003", It=attached()))
    assert_quiet(check("HLZ-ORG-003", It=attached(TargetIds=[UNKNOWN])))
    assert_found(check("HLZ-ORG-003", It=attached(TargetIds=[])), "attached to nothing")
    assert_found(check("HLZ-ORG-003", It=resource("AWS::Organizations::Policy", {"Name": "a"})), "attached to nothing")
    assert_undecided(check("HLZ-ORG-003", It=attached(TargetIds=UNKNOWN)), "TargetIds is not known")


@pytest.mark.parametrize("name", ["FullAWSAccess", "RCPFullAWSAccess"])
def test_a_template_that_manages_full_access_is_a_finding(name: str) -> None:
    assert_quiet(check("HLZ-ORG-004", It=attached()))
    assert_found(check("HLZ-ORG-004", It=attached(Name=name)), name, "detached")
    assert_undecided(check("HLZ-ORG-004", It=attached(Name=UNKNOWN)), "Name is not known")


def test_named_accounts_may_look_at_the_organization() -> None:
    assert_quiet(delegation())
    assert_quiet(delegation(Action=["organizations:Describe*", "organizations:listAccounts"]))
    assert_quiet(delegation(Effect="Deny", Principal="*", Action="organizations:*"))


@pytest.mark.parametrize(
    "action", ["organizations:AttachPolicy", "organizations:MoveAccount", "organizations:*", "organizations:D*", "*"]
)
def test_delegating_a_change_is_a_finding(action: str) -> None:
    assert_found(delegation(Action=[action, "organizations:ListRoots"]), f"allows {action};")


def test_delegating_everything_but_something_is_a_finding() -> None:
    content = policy({"Effect": "Allow", "Principal": {"AWS": SECURITY}, "NotAction": "organizations:MoveAccount"})
    report = check("HLZ-ORG-005", It=resource("AWS::Organizations::ResourcePolicy", {"Content": content}))
    assert_found(report, "allows NotAction")


@pytest.mark.parametrize("principal", ["*", {"AWS": "*"}, {"AWS": [SECURITY, "*"]}])
def test_delegating_to_everybody_is_a_finding(principal: Any) -> None:
    assert_found(delegation(Principal=principal), "admits everybody")


def test_a_delegation_to_all_but_some_is_a_finding() -> None:
    content = policy({"Effect": "Allow", "NotPrincipal": {"AWS": SECURITY}, "Action": "organizations:ListRoots"})
    report = check("HLZ-ORG-005", It=resource("AWS::Organizations::ResourcePolicy", {"Content": content}))
    assert_found(report, "admits everybody")


def test_a_delegation_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(delegation(Action=[UNKNOWN]), "an action of the resource policy is not known")
    report = check("HLZ-ORG-005", It=resource("AWS::Organizations::ResourcePolicy", {"Content": UNKNOWN}))
    assert_undecided(report, "not known")


def test_two_accounts_with_one_email_are_a_finding() -> None:
    assert_quiet(check("HLZ-ORG-006", A=account("a@x.example"), B=account("b@x.example")))
    report = check("HLZ-ORG-006", A=account("a@x.example"), B=account("A@x.example"))
    assert_found(report, "Account B", "A@x.example", "account A")
    assert report.findings[0].path == "Resources/B/Properties/Email"
    assert_undecided(check("HLZ-ORG-006", A=account(UNKNOWN)), "Email is not known")


def test_two_accounts_without_an_order_are_a_finding() -> None:
    def order(**accounts: Json) -> Report:
        return check("HLZ-ORG-007", **accounts)

    assert_quiet(order(A=account()))
    assert_quiet(order(A=account(), B=account(after="A"), C=account(after=["B"])))
    assert_found(order(A=account(), B=account()), "Account B", "at the same time as account A")
    report = order(A=account(), B=account(after="A"), C=account(after="A"), D=account(after=["B", "C"]))
    assert_found(report, "Account C", "account B")


def test_an_order_by_way_of_something_else_is_one() -> None:
    between = resource("AWS::Organizations::Policy", {"TargetIds": [{"Ref": "A"}]})
    assert_quiet(check("HLZ-ORG-007", A=account(), Between=between, B=account(after="Between")))


def test_accounts_in_a_circle_or_with_an_unreadable_order_are_not_evaluated() -> None:
    assert_undecided(check("HLZ-ORG-007", A=account(after="B"), B=account(after="A")), "depend on each other")
    assert_undecided(check("HLZ-ORG-007", A=account(after=[UNKNOWN])), "DependsOn of A")


@pytest.mark.parametrize("id", ["HLZ-ORG-006", "HLZ-ORG-007"])
def test_a_template_without_accounts_is_not_examined(id: str) -> None:
    report = check(id, It=attached())
    assert_did_not_run(report)
    assert messages(report) == []
