"""What a key must allow for alarm topics and buses, as it stands in a key's policy."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.evaluation import evaluate
from landing_zone.assurance.template import Template
from landing_zone.node import prepare_node

pytestmark = pytest.mark.cdk

OWN_ACCOUNT = {"Ref": "AWS::AccountId"}


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    """A stack with a key for topics and buses."""
    prepare_node()
    from aws_cdk import App, Stack, assertions

    from constructs_lib.alarm_topic import AlarmTopic, use_by_alarm_topics, use_by_event_bus, use_by_topic_publishers
    from constructs_lib.domain_key import DomainKey

    stack = Stack(App(analytics_reporting=False), "Alarms")
    key = DomainKey(
        stack,
        "Key",
        domain="logs",
        description="Alarms",
        qualifier="hlz",
        use=[use_by_alarm_topics(), use_by_topic_publishers(), use_by_event_bus()],
    )
    AlarmTopic(stack, "Plain", name="plain", display_name="Plain", key_arn=key.arn)
    AlarmTopic(
        stack,
        "Both",
        name="both",
        display_name="Both",
        key_arn=key.arn,
        emails=["a@riverside.example", "b@riverside.example"],
        publishers=["cloudwatch", "budgets"],
    )
    return dict(assertions.Template.from_stack(stack).to_json())


def statements(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    (key,) = (entry for entry in template["Resources"].values() if entry["Type"] == "AWS::KMS::Key")
    return {statement["Sid"]: statement for statement in key["Properties"]["KeyPolicy"]["Statement"]}


def policy(template: dict[str, Any], topic: str) -> list[dict[str, Any]]:
    (found,) = (
        entry["Properties"]["PolicyDocument"]["Statement"]
        for id, entry in template["Resources"].items()
        if entry["Type"] == "AWS::SNS::TopicPolicy" and id.startswith(topic)
    )
    return list(found)


def test_alarms_and_budgets_of_the_own_account_may_use_the_key_and_no_more_than_publishing_takes(
    template: dict[str, Any],
) -> None:
    statement = statements(template)["AlarmTopics"]
    assert statement["Principal"] == {"Service": ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]}
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": OWN_ACCOUNT}}


def test_eventbridge_may_use_the_key_for_buses_of_the_own_account_as_documented(template: dict[str, Any]) -> None:
    statement = statements(template)["EventBuses"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Action"] == ["kms:Decrypt", "kms:DescribeKey", "kms:GenerateDataKey"]
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": OWN_ACCOUNT}}


def test_roles_of_the_own_account_publish_with_the_key_through_sns_alone(template: dict[str, Any]) -> None:
    statement = statements(template)["TopicPublishers"]
    assert statement["Action"] == ["kms:Decrypt", "kms:GenerateDataKey*"]
    limits = statement["Condition"]["StringEquals"]
    assert limits["kms:CallerAccount"] == OWN_ACCOUNT
    assert str(limits["kms:ViaService"]).count("sns.") == 1


def test_only_named_publishers_are_admitted(template: dict[str, Any]) -> None:
    admitted = [s["Principal"]["Service"] for s in policy(template, "Plain") if s["Effect"] == "Allow"]
    assert admitted == ["cloudwatch.amazonaws.com"]
    admitted = [s["Principal"]["Service"] for s in policy(template, "Both") if s["Effect"] == "Allow"]
    assert admitted == ["cloudwatch.amazonaws.com", "budgets.amazonaws.com"]


def test_each_publisher_acts_for_the_own_account_and_says_for_which_of_its_resources(template: dict[str, Any]) -> None:
    for statement in policy(template, "Both")[:2]:
        assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": OWN_ACCOUNT}
        assert OWN_ACCOUNT in statement["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Join"][1]


def test_every_address_has_a_subscription(template: dict[str, Any]) -> None:
    found = [e["Properties"] for e in template["Resources"].values() if e["Type"] == "AWS::SNS::Subscription"]
    assert [entry["Endpoint"] for entry in found] == ["a@riverside.example", "b@riverside.example"]


def test_our_rules_have_nothing_to_say(template: dict[str, Any]) -> None:
    assert evaluate(Template.from_json(template, name="alarms")).findings == ()
