"""From the trail to a person's mailbox: every link of the path is there and fits the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.plan.alarms import audit_alarms, silence_alarm
from tests.arrangement import clinic
from tests.plan.cloudtrail_events import DEPLOY
from tests.stacks.arrange import Template, built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

OWNERS = {"critical": "security", "high": "security", "medium": "platform", "low": "platform"}
LOGS_KEY = {"Fn::ImportValue": "hlz-logs-key-arn"}


@pytest.fixture(scope="module")
def variants() -> Mapping[bool, SynthesizedVariant]:
    """With a trail of our own, and under Control Tower."""
    shapes = {
        deployment.variant.shape["trail"]: deployment.variant
        for manifest in (clinic(), clinic(control_tower={"enabled": True}))
        for deployment in deployments_of("audit_trail", manifest)
    }
    found = built(list(shapes.values()))
    return {trail: found[variant.id] for trail, variant in shapes.items()}


@pytest.fixture(scope="module")
def template(variants: Mapping[bool, SynthesizedVariant]) -> Template:
    return dict(variants[True].template)


@pytest.fixture(scope="module")
def under_control_tower(variants: Mapping[bool, SynthesizedVariant]) -> Template:
    return dict(variants[False].template)


def single(template: Template, type: str) -> tuple[str, dict[str, Any]]:
    """Logical id and properties of the only resource of a type."""
    ((id, properties),) = resources(template, type).items()
    return id, properties


def filled(text: Any) -> str:
    """A text with the deploy account's id filled in, as it is when the assembly is written."""
    if isinstance(text, str):
        return text
    return "".join(
        part if isinstance(part, str) else {"DeployAccountId": DEPLOY}[part["Ref"]] for part in text["Fn::Join"][1]
    )


def alarms(template: Template) -> dict[str, dict[str, Any]]:
    """Every alarm by name."""
    return {alarm["AlarmName"]: alarm for alarm in resources(template, "AWS::CloudWatch::Alarm").values()}


def filters(template: Template) -> dict[str, dict[str, Any]]:
    """Every metric filter by the name of its metric."""
    found = {}
    for entry in resources(template, "AWS::Logs::MetricFilter").values():
        (transformation,) = entry["MetricTransformations"]
        assert (transformation["MetricNamespace"], transformation["MetricValue"]) == ("hlz/audit", "1")
        assert "DefaultValue" not in transformation  # else missing data would never be missing
        found[transformation["MetricName"]] = entry
    return found


def test_the_template_is_this(template: Template, snapshot: SnapshotAssertion) -> None:
    assert template == snapshot(extension_class=TemplateSnapshots)


@pytest.mark.parametrize("trail", [True, False])
def test_nothing_is_left_open(variants: Mapping[bool, SynthesizedVariant], trail: bool) -> None:
    assert open_findings(variants[trail]) == []


def test_the_trail_records_everything_of_everybody(template: Template) -> None:
    _, trail = single(template, "AWS::CloudTrail::Trail")
    assert trail["TrailName"] == "hlz-organization"
    for flag in (
        "IsLogging",
        "IsOrganizationTrail",
        "IsMultiRegionTrail",
        "IncludeGlobalServiceEvents",
        "EnableLogFileValidation",
    ):
        assert trail[flag] is True, flag
    assert trail["EventSelectors"] == [{"IncludeManagementEvents": True, "ReadWriteType": "All"}]
    assert {entry["InsightType"] for entry in trail["InsightSelectors"]} == {
        "ApiCallRateInsight",
        "ApiErrorRateInsight",
    }


def test_the_trail_delivers_into_the_archive_under_its_key(template: Template) -> None:
    _, trail = single(template, "AWS::CloudTrail::Trail")
    archive, region = {"Ref": "LogArchiveAccountId"}, {"Ref": "AWS::Region"}
    assert trail["S3BucketName"] == {"Fn::Join": ["", ["hlz-audit-trail-", archive, "-", region]]}
    partition = {"Ref": "AWS::Partition"}
    assert trail["KMSKeyId"] == {
        "Fn::Join": ["", ["arn:", partition, ":kms:", region, ":", archive, ":alias/hlz-archive"]]
    }


def test_the_log_group_is_encrypted_kept_six_years_and_survives(template: Template) -> None:
    group_id, group = single(template, "AWS::Logs::LogGroup")
    assert group["LogGroupName"] == "/hlz/audit/organization-trail"
    assert (group["RetentionInDays"], group["KmsKeyId"]) == (2192, LOGS_KEY)
    assert group["DeletionProtectionEnabled"] is True
    resource = template["Resources"][group_id]
    assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_the_delivery_role_writes_to_the_streams_of_this_trail_and_nothing_else(template: Template) -> None:
    role_id, role = single(template, "AWS::IAM::Role")
    assert "Policies" not in role
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    # CloudTrail sends no source when it assumes this role; a condition would stop delivery (CloudTrail User Guide).
    assert trust == {
        "Action": "sts:AssumeRole",
        "Effect": "Allow",
        "Principal": {"Service": "cloudtrail.amazonaws.com"},
    }
    policy_id, policy = single(template, "AWS::IAM::ManagedPolicy")
    assert policy["Roles"] == [{"Ref": role_id}]
    (statement,) = policy["PolicyDocument"]["Statement"]
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]
    streams = [
        "".join(p if isinstance(p, str) else f"<{p['Ref']}>" for p in r["Fn::Join"][1]) for r in statement["Resource"]
    ]
    group = "arn:<AWS::Partition>:logs:<AWS::Region>:<AWS::AccountId>:log-group:/hlz/audit/organization-trail"
    assert streams == [
        f"{group}:log-stream:<AWS::AccountId>_CloudTrail_<AWS::Region>*",
        f"{group}:log-stream:<OrganizationId>_*",
    ]
    trail_id, _ = single(template, "AWS::CloudTrail::Trail")
    assert template["Resources"][trail_id]["DependsOn"] == [policy_id]  # CreateTrail tries the role


def test_the_path_leads_from_the_trail_to_a_mailbox_for_every_alarm(template: Template) -> None:
    group_id, _ = single(template, "AWS::Logs::LogGroup")
    role_id, _ = single(template, "AWS::IAM::Role")
    _, trail = single(template, "AWS::CloudTrail::Trail")
    assert trail["CloudWatchLogsLogGroupArn"] == {"Fn::GetAtt": [group_id, "Arn"]}
    assert trail["CloudWatchLogsRoleArn"] == {"Fn::GetAtt": [role_id, "Arn"]}
    by_name, by_metric = alarms(template), filters(template)
    assert len(by_name) == len(audit_alarms()) + 1
    assert len(by_metric) == len(audit_alarms())
    for expected in audit_alarms():
        entry = by_metric[expected.id]
        assert entry["LogGroupName"] == {"Ref": group_id}
        assert filled(entry["FilterPattern"]) == expected.filter_pattern("hlz", DEPLOY)
        alarm = by_name[expected.name]
        assert (alarm["Namespace"], alarm["MetricName"], alarm["Statistic"]) == ("hlz/audit", expected.id, "Sum")
        assert (alarm["Threshold"], alarm["Period"]) == (expected.threshold, expected.period)
        assert alarm["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
        assert alarm["TreatMissingData"] == "notBreaching"
        assert_reaches_its_owner(template, alarm, expected.severity)


def assert_reaches_its_owner(template: Template, alarm: dict[str, Any], severity: str) -> None:
    (action,) = alarm["AlarmActions"]
    assert alarm.get("ActionsEnabled", True) is True
    topic = template["Resources"][action["Ref"]]["Properties"]
    assert topic["TopicName"] == f"hlz-audit-{severity}"
    assert topic["KmsMasterKeyId"] == LOGS_KEY
    (subscription,) = (
        entry for entry in resources(template, "AWS::SNS::Subscription").values() if entry["TopicArn"] == action
    )
    address = f"{OWNERS[severity]}@riverside.example"
    assert (subscription["Protocol"], subscription["Endpoint"]) == ("email", address)
    assert f"Severity: {severity}\n" in alarm["AlarmDescription"]
    assert f"({address})" in alarm["AlarmDescription"]


def test_topics_admit_alarms_of_the_own_account_over_tls_and_nobody_else(template: Template) -> None:
    topics = resources(template, "AWS::SNS::Topic")
    policies = {entry["Topics"][0]["Ref"]: entry for entry in resources(template, "AWS::SNS::TopicPolicy").values()}
    assert set(policies) == set(topics)
    for topic, policy in policies.items():
        admitted, refused = policy["PolicyDocument"]["Statement"]
        assert admitted["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
        assert admitted["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
        assert str(admitted["Condition"]["ArnLike"]["aws:SourceArn"]).endswith(":alarm:*']]}")
        assert (refused["Effect"], refused["Principal"]) == ("Deny", {"AWS": "*"})
        assert refused["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        assert admitted["Resource"] == refused["Resource"] == {"Ref": topic}


def test_every_severity_in_use_has_a_topic_and_no_other(template: Template) -> None:
    used = {alarm.severity for alarm in (*audit_alarms(), silence_alarm())}
    names = {topic["TopicName"] for topic in resources(template, "AWS::SNS::Topic").values()}
    assert names == {f"hlz-audit-{severity}" for severity in used}


def test_a_silent_trail_raises_an_alarm_itself(template: Template) -> None:
    group_id, _ = single(template, "AWS::Logs::LogGroup")
    alarm = alarms(template)["hlz-audit-trail-silent"]
    assert (alarm["Namespace"], alarm["MetricName"]) == ("AWS/Logs", "IncomingLogEvents")
    assert alarm["Dimensions"] == [{"Name": "LogGroupName", "Value": {"Ref": group_id}}]
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["TreatMissingData"] == "breaching"
    assert_reaches_its_owner(template, alarm, "critical")


def test_under_control_tower_its_trails_log_group_is_watched(under_control_tower: Template) -> None:
    assert not resources(under_control_tower, "AWS::CloudTrail::Trail")
    assert not resources(under_control_tower, "AWS::Logs::LogGroup")
    assert not resources(under_control_tower, "AWS::IAM::Role")
    group = {"Ref": "TrailLogGroup"}
    assert all(entry["LogGroupName"] == group for entry in filters(under_control_tower).values())
    silent = alarms(under_control_tower)["hlz-audit-trail-silent"]
    assert silent["Dimensions"] == [{"Name": "LogGroupName", "Value": group}]


def test_control_towers_trail_has_no_insights_so_their_alarm_is_left_out(
    template: Template, under_control_tower: Template
) -> None:
    assert set(filters(template)) - set(filters(under_control_tower)) == {"unusual-activity"}
    assert "hlz-audit-low" not in {
        topic["TopicName"] for topic in resources(under_control_tower, "AWS::SNS::Topic").values()
    }
