"""HLZ-KMS-021: the deletion of a key is noticed where security events are."""

from __future__ import annotations

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import Json, assert_found, assert_quiet, assert_undecided, check, resource

KEY = resource("AWS::KMS::Key")
FINDINGS: Json = {"source": ["aws.guardduty"], "detail-type": ["GuardDuty Finding"]}


def event(pattern: object) -> Json:
    return resource("AWS::Events::Rule", {"EventPattern": pattern})


def judged(**resources: Json) -> Report:
    return check("HLZ-KMS-021", context={"own": False}, **resources)


def test_security_monitoring_without_the_deletion_of_keys_is_a_finding() -> None:
    assert_found(judged(Key=KEY, Findings=event(FINDINGS)), "ScheduleKeyDeletion")
    disabled = event({"source": ["aws.kms"], "detail": {"eventName": ["DisableKey"]}})
    assert_found(judged(Key=KEY, Keys=disabled), "ScheduleKeyDeletion")


def test_an_event_rule_or_a_metric_filter_on_the_deletion_is_enough() -> None:
    watched = event({"source": ["aws.kms"], "detail": {"eventName": ["ScheduleKeyDeletion"]}})
    assert_quiet(judged(Key=KEY, Findings=event(FINDINGS), Keys=watched))
    counted = resource("AWS::Logs::MetricFilter", {"FilterPattern": "{ $.eventName = ScheduleKeyDeletion }"})
    assert_quiet(judged(Key=KEY, Findings=event(FINDINGS), Keys=counted))


def test_templates_without_keys_or_without_security_monitoring_are_left_alone() -> None:
    assert_quiet(judged(Findings=event(FINDINGS)))
    assert_quiet(judged(Key=KEY, Nightly=resource("AWS::Events::Rule", {"ScheduleExpression": "rate(1 day)"})))


def test_a_pattern_that_a_parameter_decides_leaves_it_open() -> None:
    assert_undecided(
        judged(Key=KEY, Findings=event(FINDINGS), Other=event({"Ref": "Stage"})), "EventPattern is not known"
    )
