"""Why the alarm hub must be as it is: alarms of the organization's accounts come in, get recorded and mailed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.assembly.variant import SynthesizedVariant
from tests.stacks.arrange import Template, built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

SEVERITIES = {"critical": "security", "high": "security", "medium": "platform", "low": "platform"}
LOGS_KEY = {"Fn::ImportValue": "hlz-logs-key-arn"}


@pytest.fixture(scope="module")
def variants() -> Mapping[str, SynthesizedVariant]:
    shapes = {d.environment.region: d.variant for d in deployments_of("alarm_hub")}
    found = built(list(shapes.values()))
    return {region: found[variant.id] for region, variant in shapes.items()}


@pytest.fixture(scope="module")
def template(variants: Mapping[str, SynthesizedVariant]) -> Template:
    return dict(variants["us-east-1"].template)


def single(template: Template, type: str) -> tuple[str, dict[str, Any]]:
    ((id, properties),) = resources(template, type).items()
    return id, properties


def rules(template: Template) -> dict[str, dict[str, Any]]:
    return {rule["Name"]: rule for rule in resources(template, "AWS::Events::Rule").values()}


def text(value: Any) -> str:
    """A joined text with references spelled `<NAME>`."""
    if isinstance(value, str):
        return value
    return "".join(part if isinstance(part, str) else f"<{part.get('Ref', part)}>" for part in value["Fn::Join"][1])


def test_the_template_is_this(template: Template, snapshot: SnapshotAssertion) -> None:
    assert template == snapshot(extension_class=TemplateSnapshots)


def test_home_and_recovery_region_have_the_same_hub_and_nothing_is_left_open(
    variants: Mapping[str, SynthesizedVariant],
) -> None:
    assert variants["us-east-1"].template == variants["us-west-2"].template
    assert [open_findings(variant) for variant in variants.values()] == [[], []]


def test_the_bus_is_encrypted_and_takes_events_from_the_organization_alone(template: Template) -> None:
    bus_id, bus = single(template, "AWS::Events::EventBus")
    assert (bus["Name"], bus["KmsKeyIdentifier"]) == ("hlz-alarms", LOGS_KEY)
    _, policy = single(template, "AWS::Events::EventBusPolicy")
    assert policy["EventBusName"] == {"Ref": bus_id}
    assert policy["Statement"]["Action"] == "events:PutEvents"
    assert policy["Statement"]["Resource"] == {"Fn::GetAtt": [bus_id, "Arn"]}
    assert policy["Statement"]["Condition"] == {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "OrganizationId"}}}


def test_every_state_change_is_recorded_for_six_years(template: Template) -> None:
    group_id, group = single(template, "AWS::Logs::LogGroup")
    assert (group["LogGroupName"], group["RetentionInDays"], group["KmsKeyId"]) == (
        "/hlz/audit/alarms",
        2192,
        LOGS_KEY,
    )
    record = rules(template)["hlz-alarms-record"]
    assert record["EventPattern"] == {
        "source": ["aws.cloudwatch"],
        "detail-type": ["CloudWatch Alarm State Change"],
        "detail": {"alarmName": [{"prefix": "hlz-"}]},
    }
    (target,) = record["Targets"]
    assert "RoleArn" not in target  # EventBridge writes to log groups by resource policy alone
    assert target["Arn"]["Fn::Join"][1][-1] == {"Ref": group_id}
    assert target["Arn"]["Fn::Join"][1][-2].endswith(":log-group:")


def test_the_log_group_admits_the_recording_rule_and_nothing_else(template: Template) -> None:
    _, policy = single(template, "AWS::Logs::ResourcePolicy")
    (statement,) = json.loads(text(policy["PolicyDocument"]))["Statement"]
    account = "<AWS::Region>:<AWS::AccountId>"
    assert statement["Resource"] == f"arn:<AWS::Partition>:logs:{account}:log-group:/hlz/audit/alarms:*"
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "<AWS::AccountId>"},
        "ArnLike": {"aws:SourceArn": f"arn:<AWS::Partition>:events:{account}:rule/hlz-alarms/hlz-alarms-record"},
    }
    assert statement["Action"] == ["logs:CreateLogStream", "logs:PutLogEvents"]


@pytest.mark.parametrize("severity", SEVERITIES)
def test_a_raised_alarm_of_a_severity_is_mailed_to_its_owner(template: Template, severity: str) -> None:
    rule = rules(template)[f"hlz-alarms-{severity}"]
    assert rule["EventPattern"]["detail"] == {
        "alarmName": [{"prefix": f"hlz-{severity}-"}],
        "state": {"value": ["ALARM"]},
    }
    (target,) = rule["Targets"]
    role_id, _ = single(template, "AWS::IAM::Role")
    assert target["RoleArn"] == {"Fn::GetAtt": [role_id, "Arn"]}  # the topic's policy does not admit EventBridge
    topic = template["Resources"][target["Arn"]["Ref"]]["Properties"]
    assert (topic["TopicName"], topic["KmsMasterKeyId"]) == (f"hlz-alarms-{severity}", LOGS_KEY)
    (subscription,) = (
        entry for entry in resources(template, "AWS::SNS::Subscription").values() if entry["TopicArn"] == target["Arn"]
    )
    assert subscription["Endpoint"] == f"{SEVERITIES[severity]}@riverside.example"


def test_alarms_on_the_trail_are_recorded_but_not_mailed_twice(template: Template) -> None:
    mailed = [rule["EventPattern"]["detail"]["alarmName"][0]["prefix"] for rule in rules(template).values()]
    assert [prefix for prefix in mailed if "hlz-audit-root-use".startswith(prefix)] == ["hlz-"]


def test_a_mail_is_json_that_names_account_alarm_reason_and_description(template: Template) -> None:
    for severity in SEVERITIES:
        (target,) = rules(template)[f"hlz-alarms-{severity}"]["Targets"]
        transformer = target["InputTransformer"]
        sent = transformer["InputTemplate"]
        for name in transformer["InputPathsMap"]:
            assert f"<{name}>" in sent
            sent = sent.replace(f"<{name}>", json.dumps("filled"))  # EventBridge quotes texts in an object itself
        assert json.loads(sent)["severity"] == severity
        assert set(json.loads(sent)) == {"severity", "alarm", "account", "region", "time", "reason", "description"}


def test_the_rules_role_publishes_to_the_four_topics_for_these_rules_alone(template: Template) -> None:
    role_id, role = single(template, "AWS::IAM::Role")
    (trust,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "events.amazonaws.com"}
    assert trust["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    sources = [text(arn) for arn in trust["Condition"]["ArnEquals"]["aws:SourceArn"]]
    assert [arn.rsplit("/", 2)[1:] for arn in sources] == [["hlz-alarms", f"hlz-alarms-{s}"] for s in SEVERITIES]
    _, policy = single(template, "AWS::IAM::ManagedPolicy")
    assert policy["Roles"] == [{"Ref": role_id}]
    publish, encrypt = policy["PolicyDocument"]["Statement"]
    assert publish["Action"] == "sns:Publish"
    assert {arn["Ref"] for arn in publish["Resource"]} == set(resources(template, "AWS::SNS::Topic"))
    assert (encrypt["Action"], encrypt["Resource"]) == (["kms:Decrypt", "kms:GenerateDataKey*"], LOGS_KEY)
    assert list(encrypt["Condition"]["StringEquals"]) == ["kms:ViaService"]


def test_topics_do_not_admit_eventbridge_itself(template: Template) -> None:
    for policy in resources(template, "AWS::SNS::TopicPolicy").values():
        assert "events.amazonaws.com" not in str(policy)


def test_a_failing_delivery_raises_an_alarm_past_the_bus(template: Template) -> None:
    _, alarm = single(template, "AWS::CloudWatch::Alarm")
    (action,) = alarm["AlarmActions"]
    assert template["Resources"][action["Ref"]]["Properties"]["TopicName"] == "hlz-alarms-critical"
    assert not alarm["AlarmName"].startswith(tuple(f"hlz-{severity}-" for severity in SEVERITIES))
    total, *counted = alarm["Metrics"]
    assert total["Expression"] == "SUM(FILL(METRICS(), 0))"
    dimensions = [{d["Name"]: d["Value"] for d in m["MetricStat"]["Metric"]["Dimensions"]} for m in counted]
    assert {entry["RuleName"] for entry in dimensions} == set(rules(template))
    assert {entry["EventBusName"] for entry in dimensions} == {"hlz-alarms"}
    assert alarm["TreatMissingData"] == "notBreaching"
