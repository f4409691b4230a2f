"""Every alarm on the trail fires on what it is meant for, stays quiet on the harmless, and is named and explained."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

import botocore.session
import pytest

from landing_zone.assurance.controls import controls
from landing_zone.plan.alarms import SEVERITIES, AuditAlarm, audit_alarms, hub_alarm, silence_alarm
from landing_zone.policy_data import policy_data
from tests.plan import cloudtrail_events as sample
from tests.plan.cloudtrail_events import DEPLOY, EXECUTION, PIPELINE, STRANGER, WORKLOAD, Event, assume, call
from tests.plan.filter_pattern import MalformedPattern, compared, matches

ALL = (*audit_alarms(), silence_alarm(), hub_alarm())
BY_ID = {alarm.id: alarm for alarm in audit_alarms()}
OF_EVENTS = [alarm for alarm in audit_alarms() if alarm.events]
OWNER = {"name": "N" * 64, "email": "e" * 64}
BOOTSTRAP = f"cdk-hlz-deploy-role-{WORKLOAD}-us-east-1"
DENIED: dict[str, Any] = {"errorCode": "AccessDenied"}


def pattern(alarm: AuditAlarm) -> str:
    return alarm.filter_pattern("hlz", DEPLOY)


def fires(alarm: AuditAlarm, event: Event) -> bool:
    """The same whether or not `!=` holds for a field that is not there."""
    verdicts = {matches(pattern(alarm), event, missing_differs=differs) for differs in (True, False)}
    assert len(verdicts) == 1, f"{alarm.id} depends on what != means for a missing field"
    return verdicts.pop()


def sign_in_of_identity_center(**where: Any) -> Event:
    return call("signin.amazonaws.com", "CredentialVerification", {"type": "IdentityCenterUser"}, **where)


FIRES: dict[str, list[Event]] = {
    "root-use": [
        call("s3.amazonaws.com", "ListBuckets", sample.root()),
        sample.sign_in(sample.root(), "Success", MFAUsed="Yes"),
        call("sts.amazonaws.com", "AssumeRoot", sample.person()),
    ],
    "sign-in-without-mfa": [
        sample.sign_in(sample.user(), "Success", MFAUsed="No"),
        sample.sign_in(sample.user(), "Success"),
        sample.sign_in(sample.root(), "Success", MFAUsed="No"),
    ],
    "sign-in-failures": [
        sample.sign_in(sample.user(), "Failure", MFAUsed="No"),
        sign_in_of_identity_center(serviceEventDetails={"CredentialVerification": "Failure"}),
        sign_in_of_identity_center(responseElements={"CredentialVerification": "Failure"}),
    ],
    "denied-calls": [
        call("kms.amazonaws.com", "Decrypt", **DENIED),
        call("s3.amazonaws.com", "GetObject", errorCode="AccessDeniedException"),
        call("ec2.amazonaws.com", "RunInstances", errorCode="Client.UnauthorizedOperation"),
    ],
    "break-glass-use": [
        assume("hlz-break-glass", WORKLOAD, sample.person()),
        call("s3.amazonaws.com", "ListBuckets", sample.session("hlz-break-glass")),
        sample.sign_in(sample.user("hlz-break-glass-1"), "Success", MFAUsed="Yes"),
        sample.sign_in(sample.user("hlz-break-glass-1"), "Failure", MFAUsed="No"),
        call("iam.amazonaws.com", "GetUser", sample.user("hlz-break-glass-1")),
    ],
    "bootstrap-role-use": [
        assume(BOOTSTRAP, WORKLOAD, sample.person()),
        assume(BOOTSTRAP, WORKLOAD, sample.user()),
        assume(BOOTSTRAP, WORKLOAD, sample.foreign(STRANGER)),
        assume(BOOTSTRAP, WORKLOAD, sample.session("AWSReservedSSO_Administrator_0123456789abcdef", DEPLOY)),
        assume(BOOTSTRAP, WORKLOAD, sample.session(PIPELINE, WORKLOAD)),
        assume(EXECUTION, WORKLOAD, sample.person()),
    ],
    "pipeline-role-use": [
        assume(PIPELINE, DEPLOY, sample.user()),
        assume(PIPELINE, DEPLOY, sample.root()),
        assume(PIPELINE, DEPLOY, sample.session("AWSReservedSSO_Administrator_0123456789abcdef", DEPLOY)),
        assume(PIPELINE, DEPLOY, sample.foreign(STRANGER)),
        call("s3.amazonaws.com", "ListBuckets", sample.session(PIPELINE, WORKLOAD)),
        call("s3.amazonaws.com", "ListBuckets", sample.session(PIPELINE, DEPLOY), sessionCredentialFromConsole="true"),
    ],
    "stack-protection": [
        call(
            "cloudformation.amazonaws.com",
            "UpdateTerminationProtection",
            requestParameters={"stackName": "hlz-audit-trail", "enableTerminationProtection": False},
        )
    ],
    "unusual-activity": [{"eventType": "AwsCloudTrailInsight", "insightDetails": {"state": "Start"}}],
}

QUIET: dict[str, list[Event]] = {
    "root-use": [
        call("s3.amazonaws.com", "ListBuckets"),
        call("s3.amazonaws.com", "ListBuckets", sample.root() | {"invokedBy": "support.amazonaws.com"}),
        call("kms.amazonaws.com", "RotateKey", sample.root(), eventType="AwsServiceEvent"),
        call("sts.amazonaws.com", "AssumeRole"),
    ],
    "sign-in-without-mfa": [
        sample.sign_in(sample.user(), "Success", MFAUsed="Yes"),
        sample.sign_in(sample.user(), "Failure", MFAUsed="No"),
        sample.sign_in(sample.person(), "Success", MFAUsed="No"),
    ],
    "sign-in-failures": [
        sample.sign_in(sample.user(), "Success", MFAUsed="Yes"),
        sign_in_of_identity_center(serviceEventDetails={"CredentialVerification": "Success"}),
        sign_in_of_identity_center(),
    ],
    "denied-calls": [
        call("kms.amazonaws.com", "Decrypt"),
        call("kms.amazonaws.com", "Decrypt", errorCode="NotFoundException"),
        call(
            "s3.amazonaws.com", "GetBucketAcl", sample.session("hlz-config", invokedBy="config.amazonaws.com"), **DENIED
        ),
    ],
    "break-glass-use": [
        assume("hlz-evidence", WORKLOAD, sample.person()),
        call("s3.amazonaws.com", "ListBuckets", sample.person()),
        call("iam.amazonaws.com", "GetRole", requestParameters={"roleName": "hlz-break-glass"}),
        sample.sign_in(sample.user(), "Success", MFAUsed="Yes"),
    ],
    "bootstrap-role-use": [
        assume(BOOTSTRAP, WORKLOAD, sample.session(PIPELINE, DEPLOY)),
        assume(BOOTSTRAP, WORKLOAD, sample.foreign(DEPLOY)),
        assume(EXECUTION, WORKLOAD, sample.service()),
        assume("application", WORKLOAD, sample.person()),
    ],
    "pipeline-role-use": [
        assume(PIPELINE, DEPLOY, sample.service("codebuild.amazonaws.com")),
        assume(PIPELINE, DEPLOY, sample.session("runner", DEPLOY)),
        call("s3.amazonaws.com", "ListBuckets", sample.session(PIPELINE, DEPLOY)),
        assume(BOOTSTRAP, WORKLOAD, sample.session(PIPELINE, DEPLOY)),
    ],
    "stack-protection": [
        call(
            "cloudformation.amazonaws.com",
            "UpdateTerminationProtection",
            requestParameters={"stackName": "hlz-audit-trail", "enableTerminationProtection": True},
        )
    ],
    "unusual-activity": [
        {"eventType": "AwsCloudTrailInsight", "insightDetails": {"state": "End"}},
        call("s3.amazonaws.com", "ListBuckets"),
    ],
}


def cases(table: dict[str, list[Event]]) -> list[Any]:
    return [
        pytest.param(BY_ID[id], event, id=f"{id}-{number}")
        for id, events in table.items()
        for number, event in enumerate(events)
    ]


def test_every_alarm_with_a_pattern_of_its_own_has_samples() -> None:
    own = {alarm.id for alarm in audit_alarms() if alarm.pattern}
    assert own == set(FIRES) == set(QUIET)


@pytest.mark.parametrize(("alarm", "event"), cases(FIRES))
def test_an_alarm_fires_on_what_it_is_meant_for(alarm: AuditAlarm, event: Event) -> None:
    assert fires(alarm, event)


@pytest.mark.parametrize(("alarm", "event"), cases(QUIET))
def test_an_alarm_stays_quiet_on_the_harmless(alarm: AuditAlarm, event: Event) -> None:
    assert not fires(alarm, event)


SERVICES = {"monitoring": "cloudwatch", "sso": "sso-admin", "access-analyzer": "accessanalyzer"}
"""botocore's name of a service where it is not the event source's."""


@cache
def operations(source: str) -> frozenset[str]:
    """Every operation of the service with this event source."""
    prefix = source.removesuffix(".amazonaws.com")
    model = botocore.session.get_session().get_service_model(SERVICES.get(prefix, prefix))
    assert prefix in (model.endpoint_prefix, model.signing_name), source
    return frozenset(model.operation_names)


@cache
def not_operations() -> frozenset[tuple[str, str]]:
    return frozenset((row["source"], row["event"]) for row in policy_data("detection/alarms")["not_operations"])


def meant(source: str, name: str) -> list[str]:
    """The event names that a name of the data stands for."""
    if not name.endswith("*"):
        return [name]
    return sorted(operation for operation in operations(source) if operation.startswith(name[:-1]))


def listed(alarm: AuditAlarm) -> Iterator[tuple[str, str, bool]]:
    """Source, event name and whether the pipeline is exempt, for each event an alarm lists."""
    for row in alarm.events:
        for names, exempt in ((row.always, False), (row.unless_pipeline, True)):
            for name in names:
                for event in meant(row.source, name):
                    yield row.source, event, exempt


of_events = pytest.mark.parametrize("alarm", OF_EVENTS, ids=[alarm.id for alarm in OF_EVENTS])
each_alarm = pytest.mark.parametrize("alarm", ALL, ids=[alarm.id for alarm in ALL])
each_pattern = pytest.mark.parametrize("alarm", audit_alarms(), ids=[alarm.id for alarm in audit_alarms()])


@of_events
def test_a_listed_event_by_a_person_fires(alarm: AuditAlarm) -> None:
    events = list(listed(alarm))
    assert events
    assert [(source, name) for source, name, _ in events if not fires(alarm, call(source, name))] == []


@of_events
def test_a_persons_own_stack_is_not_the_pipeline(alarm: AuditAlarm) -> None:
    for source, name, _ in listed(alarm):
        assert fires(alarm, sample.by_own_stack(source, name)), name
        assert fires(alarm, sample.by_users_stack(source, name)), name
        assert fires(alarm, call(source, name, sample.session(EXECUTION))), f"{name} outside CloudFormation"


@of_events
def test_the_pipeline_is_exempt_from_what_the_data_says_and_nothing_else(alarm: AuditAlarm) -> None:
    for source, name, exempt in listed(alarm):
        assert fires(alarm, sample.by_pipeline(source, name)) is not exempt, name


@of_events
def test_reading_and_other_services_stay_quiet(alarm: AuditAlarm) -> None:
    for row in alarm.events:
        reads = [name for name in operations(row.source) if name.startswith(("Get", "List", "Describe"))]
        assert reads
        assert [name for name in reads if fires(alarm, call(row.source, name))] == []
        for name in (*row.always, *row.unless_pipeline):
            assert not fires(alarm, call("example.amazonaws.com", name.rstrip("*")))


@of_events
def test_what_services_do_counts_unless_the_data_says_people_only(alarm: AuditAlarm) -> None:
    for source, name, _ in listed(alarm):
        identity = sample.session("AWSServiceRoleForSomething", invokedBy="autoscaling.amazonaws.com")
        assert fires(alarm, call(source, name, identity)) is not alarm.people_only, name


@of_events
def test_every_event_name_is_an_operation_or_listed_as_none(alarm: AuditAlarm) -> None:
    for row in alarm.events:
        for name in (*row.always, *row.unless_pipeline):
            assert meant(row.source, name), f"{name} stands for nothing"
            for event in meant(row.source, name):
                assert event in operations(row.source) or (row.source, event) in not_operations(), event


def test_event_names_of_patterns_are_operations_or_listed_as_none() -> None:
    known = {"AssumeRole": "sts.amazonaws.com", "AssumeRoot": "sts.amazonaws.com"}
    known["UpdateTerminationProtection"] = "cloudformation.amazonaws.com"
    for alarm in audit_alarms():
        if alarm.pattern:
            for name in compared(pattern(alarm), "$.eventName"):
                listed_as_none = name in {event for _, event in not_operations()}
                assert listed_as_none or name in operations(known[name]), (alarm.id, name)


def test_what_is_listed_as_no_operation_is_none_and_is_used() -> None:
    used = {(source, name) for alarm in OF_EVENTS for source, name, _ in listed(alarm)}
    used |= {
        ("signin.amazonaws.com", name) for alarm in audit_alarms() for name in compared(pattern(alarm), "$.eventName")
    }
    for source, event in not_operations():
        assert (source, event) in used, event
        assert source == "signin.amazonaws.com" or event not in operations(source)  # sign-in has no API of its own


@each_pattern
def test_a_pattern_fits_the_quota(alarm: AuditAlarm) -> None:
    limit = botocore.session.get_session().get_service_model("logs").shape_for("FilterPattern").metadata["max"]
    assert 0 < len(pattern(alarm)) <= limit
    assert "${" not in pattern(alarm)


@each_alarm
def test_a_description_says_severity_owner_runbook_and_what_missing_data_means(alarm: AuditAlarm) -> None:
    text = alarm.description(OWNER, "https://runbooks.riverside.example/" + "r" * 100)
    assert len(text) <= 1024
    lines = dict(line.split(": ", 1) for line in text.splitlines()[1:])
    assert list(lines) == ["Severity", "Owner", "Runbook", "Missing data"]
    assert lines["Severity"] == alarm.severity in SEVERITIES
    assert lines["Owner"] == f"{OWNER['name']} ({OWNER['email']})"
    assert lines["Runbook"].endswith(f"/{alarm.id}")
    assert lines["Missing data"] == ("ALARM" if alarm.missing_data == "breaching" else "OK")
    assert alarm.description(OWNER, None).splitlines()[3] == f"Runbook: docs/runbooks.md#{alarm.id}"


@each_alarm
def test_an_alarm_is_explained_and_belongs_to_a_control(alarm: AuditAlarm) -> None:
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", alarm.id)
    assert alarm.title
    assert not alarm.title.endswith(".")
    assert alarm.why.endswith(".")
    assert alarm.harmless
    assert alarm.first_steps
    assert alarm.to_stop.endswith(".")
    assert alarm.control in controls()


@of_events
def test_an_exempt_pipeline_has_a_reason(alarm: AuditAlarm) -> None:
    assert bool(alarm.quiet_because) is any(row.unless_pipeline for row in alarm.events)


def test_ids_are_unique_and_silence_alone_is_breaching() -> None:
    assert len({alarm.id for alarm in ALL}) == len(ALL)
    assert [alarm.id for alarm in ALL if alarm.missing_data != "notBreaching"] == ["trail-silent"]


@pytest.mark.parametrize(
    "broken",
    [
        "$.a = b",
        "{ $.a = b",
        "{ $.a b }",
        "{ a = b }",
        "{ ($.a = b) && ($.c = d) || ($.e = f) }",
        '{ $.a = "x*y" }',
        "{ $.a = b } rest",
        "{ $.a > 3 }",
    ],
)
def test_the_evaluator_refuses_what_is_no_pattern(broken: str) -> None:
    with pytest.raises(MalformedPattern):
        matches(broken, {}, missing_differs=True)
