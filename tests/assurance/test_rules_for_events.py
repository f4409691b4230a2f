"""HLZ-EVB: who may put events on a bus."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import (
    OWN_ROOT,
    Json,
    assert_found,
    assert_quiet,
    assert_undecided,
    check,
    policy,
    resource,
    statement,
)

RULE = "HLZ-EVB-001"
MEMBERS: Json = {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "Stage"}}}


def bus(**fields: Any) -> Report:
    """A bus with its own policy of one statement."""
    document = policy(statement(Action="events:PutEvents", **fields))
    return check(RULE, Bus=resource("AWS::Events::EventBus", {"Name": "hlz-alarms", "Policy": document}))


def put(**properties: Any) -> Report:
    """A bus policy of its own."""
    return check(RULE, Policy=resource("AWS::Events::EventBusPolicy", {"StatementId": "Members", **properties}))


def test_a_bus_without_a_policy_takes_the_own_accounts_events_only() -> None:
    assert_quiet(check(RULE, Bus=resource("AWS::Events::EventBus", {"Name": "hlz-alarms"})))


def test_a_bus_for_the_organization_and_named_accounts_is_fine() -> None:
    assert_quiet(bus(Principal="*", Condition=MEMBERS))
    assert_quiet(bus(Principal={"AWS": [OWN_ROOT, "arn:aws:iam::111122223333:root"]}))


def test_a_bus_for_everybody_is_a_finding() -> None:
    assert_found(bus(Principal="*"), "Event bus policy Bus", "everybody (*)")
    assert_found(bus(Principal="*", Condition={"StringLike": {"aws:PrincipalOrgID": "o-*"}}), "everybody (*)")


def test_a_service_for_any_customer_is_a_finding() -> None:
    service = {"Service": "events.amazonaws.com"}
    assert_found(bus(Principal=service), "any customer")
    assert_quiet(bus(Principal=service, Condition={"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}))


def test_a_separate_policy_with_a_statement_is_read() -> None:
    open_to_all = statement(Action="events:PutEvents", Principal="*")
    assert_quiet(put(Statement={**open_to_all, "Condition": MEMBERS}))
    report = put(Statement=open_to_all)
    assert_found(report, "everybody (*)")
    assert report.findings[0].path == "Resources/Policy/Properties/Statement"


def test_the_older_spelling_is_read() -> None:
    older = {"Action": "events:PutEvents", "Principal": "*"}
    member = {"Type": "StringEquals", "Key": "aws:PrincipalOrgID", "Value": {"Ref": "Stage"}}
    assert_quiet(put(**older, Condition=member))
    assert_quiet(put(Action="events:PutEvents", Principal="111122223333"))
    report = put(**older)
    assert_found(report, "everybody (*)")
    assert report.findings[0].path == "Resources/Policy/Properties/Principal"


@pytest.mark.parametrize(
    "properties",
    [
        {"Principal": {"Ref": "Stage"}},
        {"Principal": "*", "Condition": {"Ref": "Stage"}},
        {"Statement": {"Ref": "Stage"}},
        {"Statement": statement(Principal={"AWS": {"Ref": "Stage"}})},
    ],
)
def test_a_bus_policy_decided_at_deployment_is_not_evaluated(properties: Json) -> None:
    assert_undecided(put(**properties), "not known")


def test_whoever_a_parameter_names_is_fine_under_the_organizations_condition() -> None:
    assert_quiet(bus(Principal={"AWS": {"Ref": "Stage"}}, Condition=MEMBERS))
