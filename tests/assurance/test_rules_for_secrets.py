"""Secrets rotate, and none stands in the template; queues take TLS only and keep what fails."""

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
    check,
    policy,
    resource,
    statement,
)

FOREIGN = {"own": False}
UNKNOWN = {"Ref": "Stage"}
SCHEDULE = "AWS::SecretsManager::RotationSchedule"


def rotating(secret: Json | None = None, **beside: Any) -> Report:
    return check("HLZ-SEC-010", context=FOREIGN, Secret=resource("AWS::SecretsManager::Secret", secret), **beside)


def schedule(secret: Any, **rules: Any) -> Json:
    return resource(SCHEDULE, {"SecretId": secret, **({"RotationRules": rules} if rules else {})})


def test_a_secret_that_never_changes_is_a_finding() -> None:
    assert_found(rotating(), "never changes")
    assert_found(rotating(Schedule=schedule("another")), "never changes")


def test_a_secret_with_a_schedule_is_fine() -> None:
    assert_quiet(rotating(Schedule=schedule({"Ref": "Secret"})))
    assert_quiet(rotating({"Name": "clinic"}, Schedule=schedule("clinic")))


def test_a_schedule_may_speak_of_the_attachment() -> None:
    attachment = resource("AWS::SecretsManager::SecretTargetAttachment", {"SecretId": {"Ref": "Secret"}})
    assert_quiet(rotating(Attached=attachment, Schedule=schedule({"Ref": "Attached"})))


def test_a_schedule_for_a_secret_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(rotating(Schedule=schedule(UNKNOWN)), "SecretId")


def often(**rules: Any) -> Report:
    return check("HLZ-SEC-011", Schedule=schedule("clinic", **rules))


def test_a_rotation_within_90_days_is_fine() -> None:
    assert_quiet(often(AutomaticallyAfterDays=30))
    assert_quiet(often(ScheduleExpression="rate(10 days)"))
    assert_quiet(often(ScheduleExpression="cron(0 5 1 * ? *)"))


def test_a_rotation_that_is_rare_or_never_is_a_finding() -> None:
    assert_found(often(AutomaticallyAfterDays=365), "every 365 days")
    assert_found(often(ScheduleExpression="cron(0 5 1 1 ? *)"), "days")
    assert_found(often(), "nothing of when")


def test_a_rotation_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(often(AutomaticallyAfterDays=UNKNOWN), "AutomaticallyAfterDays")


def written(value: Any) -> Report:
    return check("HLZ-SEC-012", Secret=resource("AWS::SecretsManager::Secret", {"SecretString": value}))


@pytest.mark.parametrize("value", ["s3cr3t-value", '{"username": "a", "password": "s3cr3t"}'])
def test_a_secret_written_into_the_template_is_a_finding(value: str) -> None:
    assert_found(written(value), "states its value")


@pytest.mark.parametrize(
    "value", [UNKNOWN, '{"username": "a", "host": "db"}', {"Fn::Sub": '{"token": "${Stage}"}'}, ""]
)
def test_what_holds_no_secret_is_fine(value: Any) -> None:
    assert written(value).findings == ()


def stored(name: str, value: Any) -> Report:
    properties = {"Type": "String", "Name": name, "Value": value}
    return check("HLZ-SSM-001", Parameter=resource("AWS::SSM::Parameter", properties))


def test_a_parameter_with_a_secret_is_a_finding() -> None:
    assert_found(stored("/clinic/db-password", "Sup3r-s3cret"), "secret in clear")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("/clinic/db-password", "{{resolve:secretsmanager:clinic}}"),
        ("/clinic/db-password-arn", "Sup3r"),
        ("/clinic/token", "arn:aws:secretsmanager:us-east-1:111122223333:secret:clinic"),
        ("/clinic/token", {"Ref": "Parameter"}),
        ("/clinic/region", "us-east-1"),
    ],
)
def test_a_parameter_that_names_a_place_is_fine(name: str, value: Any) -> None:
    assert stored(name, value).findings == ()


def queue(properties: Json | None = None, name: str = "Orders", **beside: Any) -> Report:
    return check("HLZ-SQS-010", context=FOREIGN, **{name: resource("AWS::SQS::Queue", properties), **beside})


def test_a_queue_without_a_place_for_failures_is_a_finding() -> None:
    assert_found(queue(), "drops what its consumer cannot process")
    assert_quiet(queue({"RedrivePolicy": {"deadLetterTargetArn": "x", "maxReceiveCount": 3}}))
    assert_undecided(queue({"RedrivePolicy": UNKNOWN}), "RedrivePolicy")


def test_a_queue_for_failures_needs_none() -> None:
    assert_did_not_run(queue(name="OrdersDLQ"))
    redrive = {"RedrivePolicy": {"deadLetterTargetArn": {"Fn::GetAtt": ["Second", "Arn"]}, "maxReceiveCount": 3}}
    assert_quiet(queue(redrive, Second=resource("AWS::SQS::Queue")))


DENIAL = statement(Effect="Deny", Principal="*", Action="sqs:*", Condition={"Bool": {"aws:SecureTransport": "false"}})


def transport(*entries: Json) -> Report:
    raw = resource("AWS::SQS::QueuePolicy", {"Queues": ["q"], "PolicyDocument": policy(*entries)})
    return check("HLZ-SQS-011", Policy=raw)


def test_a_queues_policy_that_denies_plain_requests_is_fine() -> None:
    assert_quiet(transport(DENIAL))
    assert_quiet(transport({**DENIAL, "Action": ["sqs:SendMessage", "sqs:ReceiveMessage"]}))


def test_a_queues_policy_that_does_not_is_a_finding() -> None:
    assert_found(transport(), "without TLS")
    assert_found(transport({**DENIAL, "Effect": "Allow"}), "without TLS")
    assert_found(transport({**DENIAL, "Principal": {"AWS": "111122223333"}}), "without TLS")


def test_a_queues_policy_decided_at_deployment_is_not_evaluated() -> None:
    raw = resource("AWS::SQS::QueuePolicy", {"Queues": ["q"], "PolicyDocument": UNKNOWN})
    assert_undecided(check("HLZ-SQS-011", Policy=raw), "PolicyDocument")
