"""HLZ-SNS: who may publish to a topic, and over which connection."""

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

TOPIC: Json = {"Ref": "Topic"}
DENIED: Json = statement(
    Effect="Deny",
    Principal="*",
    Action="sns:Publish",
    Resource=TOPIC,
    Condition={"Bool": {"aws:SecureTransport": "false"}},
)
OWN: Json = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}


def topics(*statements: Json, targets: Any = None, **context: Any) -> Report:
    properties = {"Topics": targets or [TOPIC], "PolicyDocument": policy(*statements)}
    return check(
        "HLZ-SNS-001",
        context=context,
        Policy=resource("AWS::SNS::TopicPolicy", properties),
        Topic=resource("AWS::SNS::Topic"),
        Other=resource("AWS::SNS::Topic"),
    )


def publish(**fields: Any) -> Json:
    return statement(Action="sns:Publish", Resource=TOPIC, **fields)


def test_a_topic_for_the_own_account_and_its_services_is_fine() -> None:
    service = publish(Principal={"Service": "events.amazonaws.com"}, Condition=OWN)
    assert_quiet(topics(DENIED, publish(Principal={"AWS": OWN_ROOT}), service))


def test_an_inline_policy_is_judged_alike() -> None:
    def inline(*statements: Json) -> Report:
        properties = {"TopicArn": {"Fn::GetAtt": ["Topic", "TopicArn"]}, "PolicyDocument": policy(*statements)}
        return check(
            "HLZ-SNS-001",
            Policy=resource("AWS::SNS::TopicInlinePolicy", properties),
            Topic=resource("AWS::SNS::Topic"),
        )

    assert_quiet(inline(DENIED))
    assert_found(inline(publish(Principal={"AWS": OWN_ROOT})), "without TLS")


def test_everybody_without_a_condition_is_a_finding() -> None:
    assert_found(topics(DENIED, publish(Principal="*")), "Topic policy Policy", "everybody (*)")


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "Stage"}}},
        {"StringEquals": {"AWS:SourceOwner": {"Ref": "AWS::AccountId"}}},
        OWN,
    ],
)
def test_everybody_of_a_pinned_account_or_organization_is_fine(condition: Json) -> None:
    assert_quiet(topics(DENIED, publish(Principal={"AWS": "*"}, Condition=condition)))


def test_a_foreign_account_needs_a_condition() -> None:
    foreign = {"AWS": "arn:aws:iam::111122223333:root"}
    assert_found(topics(DENIED, publish(Principal=foreign)), "111122223333", "another account")
    member = {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "Stage"}}}
    assert_quiet(topics(DENIED, publish(Principal=foreign, Condition=member)))
    assert_quiet(topics(DENIED, publish(Principal=foreign), account_id="111122223333"))


def test_a_service_for_any_customer_is_a_finding() -> None:
    assert_found(topics(DENIED, publish(Principal={"Service": "s3.amazonaws.com"})), "s3.amazonaws.com", "any customer")


@pytest.mark.parametrize(
    "fields",
    [
        {"Effect": "Allow", "Principal": {"AWS": OWN_ROOT}},
        {"Action": "sns:Subscribe"},
        {"Resource": {"Ref": "Other"}},
        {"Condition": {"Bool": {"aws:SecureTransport": "true"}}},
        {"Principal": {"AWS": OWN_ROOT}},
    ],
)
def test_publishing_without_tls_is_a_finding(fields: Json) -> None:
    assert_found(topics({**DENIED, **fields}), "without TLS")


@pytest.mark.parametrize("resources", ["*", [{"Ref": "Other"}, TOPIC], {"Fn::GetAtt": ["Topic", "TopicArn"]}])
def test_the_denial_may_speak_of_more_topics(resources: Any) -> None:
    assert_quiet(topics({**DENIED, "Resource": resources}))


def test_the_denial_speaks_of_every_topic_of_the_policy() -> None:
    assert_found(topics(DENIED, targets=[TOPIC, {"Ref": "Other"}]), "without TLS")


def test_a_topic_policy_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(topics({**DENIED, "Resource": {"Ref": "Stage"}}), "a topic is not known")
    assert_undecided(topics(DENIED, targets={"Ref": "Stage"}), "Topics is not known")
    assert_undecided(topics(DENIED, publish(Principal={"AWS": {"Ref": "Stage"}})), "parameter Stage")
