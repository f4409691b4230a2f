"""HLZ-ALM: alarms, the metric filters behind them and the topics before them."""

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
    messages,
    policy,
    resource,
    statement,
)

ALARM = "AWS::CloudWatch::Alarm"
TOPIC = "AWS::SNS::Topic"
FOREIGN = {"own": False}


def alarm(rule: str, context: Json | None = None, **properties: Any) -> Report:
    return check(rule, context=context, Alarm=resource(ALARM, properties), Topic=resource(TOPIC))


@pytest.mark.parametrize(
    "action",
    [
        {"Ref": "Topic"},
        {"Fn::GetAtt": ["Topic", "TopicArn"]},
        {"Fn::ImportValue": "hlz-alarm-topic-arn"},
        {"Ref": "Stage"},
        {"Fn::Sub": "arn:aws:sns:${AWS::Region}:${AWS::AccountId}:hlz-alarms"},
        "arn:aws:automate:us-east-1:ec2:recover",
    ],
)
def test_an_alarm_with_an_action_is_fine(action: Any) -> None:
    assert_quiet(alarm("HLZ-ALM-001", AlarmActions=[action]))


@pytest.mark.parametrize("actions", [[], [{"Ref": "AWS::NoValue"}], {"Ref": "AWS::NoValue"}])
def test_an_alarm_without_an_action_is_a_finding(actions: Any) -> None:
    assert_found(alarm("HLZ-ALM-001", AlarmActions=actions), "has no action")


def test_what_is_no_arn_is_no_action() -> None:
    assert_found(alarm("HLZ-ALM-001", AlarmActions=["", {"Ref": "Topic"}]), "no ARN", "''")
    assert_found(alarm("HLZ-ALM-001", AlarmActions=["hlz-alarms"]), "no ARN")


def test_an_alarm_that_is_switched_off_is_a_finding() -> None:
    assert_found(alarm("HLZ-ALM-001", AlarmActions=[{"Ref": "Topic"}], ActionsEnabled=False), "switched off")


def test_actions_decided_at_deployment_are_not_evaluated() -> None:
    perhaps = {"Fn::If": ["IsProduction", {"Ref": "Topic"}, {"Ref": "AWS::NoValue"}]}
    assert_undecided(alarm("HLZ-ALM-001", AlarmActions=[perhaps]), "AlarmActions.0 is not known")
    assert_undecided(alarm("HLZ-ALM-001", AlarmActions={"Ref": "Stage"}), "AlarmActions is not known")
    switched = alarm("HLZ-ALM-001", AlarmActions=[{"Ref": "Topic"}], ActionsEnabled={"Ref": "Stage"})
    assert_undecided(switched, "ActionsEnabled is not known")


DESCRIPTION = (
    "Root was used. Severity: critical. Owner: Security Office. Runbook: https://riverside.example/runbooks/root"
)


def test_an_alarm_that_says_what_to_do_is_fine() -> None:
    assert_quiet(alarm("HLZ-ALM-002", AlarmDescription=DESCRIPTION))


@pytest.mark.parametrize(
    ("written", "replaced", "expected"),
    [
        ("Severity: critical", "", "Severity"),
        ("Severity: critical", "Severity: urgent", "Severity"),
        ("Owner: Security Office", "Owner: ", "Owner"),
        ("Runbook: https://riverside.example/runbooks/root", "", "Runbook"),
    ],
)
def test_an_alarm_that_leaves_something_unsaid_is_a_finding(written: str, replaced: str, expected: str) -> None:
    assert_found(alarm("HLZ-ALM-002", AlarmDescription=DESCRIPTION.replace(written, replaced)), expected)


def test_an_alarm_without_description_is_three_findings() -> None:
    assert len(messages(alarm("HLZ-ALM-002"))) == 3


def test_a_description_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(alarm("HLZ-ALM-002", AlarmDescription={"Ref": "Stage"}), "AlarmDescription is not known")


def test_a_description_with_planned_parts_is_read() -> None:
    planned = {"Fn::Sub": DESCRIPTION.replace("Security Office", "${AWS::AccountId}")}
    assert_quiet(alarm("HLZ-ALM-002", AlarmDescription=planned))


def test_an_alarm_states_what_missing_data_means() -> None:
    assert_quiet(alarm("HLZ-ALM-003", TreatMissingData="notBreaching"))
    assert_found(alarm("HLZ-ALM-003"), "missing data")
    assert_undecided(alarm("HLZ-ALM-003", TreatMissingData={"Ref": "Stage"}), "TreatMissingData is not known")


def test_promql_alarms_know_no_missing_data() -> None:
    assert_did_not_run(alarm("HLZ-ALM-003", EvaluationCriteria={"PromQLCriteria": {"Query": "up == 0"}}))
    assert_undecided(alarm("HLZ-ALM-003", EvaluationCriteria={"Ref": "Stage"}), "EvaluationCriteria")


@pytest.mark.parametrize("rule", ["HLZ-ALM-002", "HLZ-ALM-003"])
def test_alarms_of_others_need_not_keep_our_conventions(rule: str) -> None:
    assert_did_not_run(alarm(rule, FOREIGN))


METRIC: Json = {"Namespace": "hlz/audit", "MetricName": "RootUse"}


def metric_filter(group: Any = "/hlz/audit/organization-trail", condition: str | None = None, **metric: Any) -> Json:
    written = {"MetricNamespace": "hlz/audit", "MetricName": "RootUse", "MetricValue": "1", **metric}
    attributes = {"Condition": condition} if condition else {}
    properties = {"LogGroupName": group, "FilterPattern": "x", "MetricTransformations": [written]}
    return resource("AWS::Logs::MetricFilter", properties, **attributes)


def path(**resources: Any) -> Report:
    return check("HLZ-ALM-004", **resources)


@pytest.mark.parametrize("group", ["/hlz/audit/organization-trail", {"Ref": "Logs"}, {"Fn::ImportValue": "group"}])
def test_an_alarm_whose_metric_a_filter_writes_is_fine(group: Any) -> None:
    logs = resource("AWS::Logs::LogGroup")
    report = path(Alarm=resource(ALARM, METRIC), Filter=metric_filter(group), Logs=logs)
    assert_quiet(report)
    assert report.runs[0].resources == ("Alarm", "Filter")


def test_a_metric_inside_an_expression_of_metrics_is_read() -> None:
    statistic = {"Id": "m", "MetricStat": {"Metric": METRIC, "Period": 300, "Stat": "Sum"}}
    expression = {"Id": "e", "Expression": "m * 2"}
    assert_quiet(path(Alarm=resource(ALARM, {"Metrics": [expression, statistic]}), Filter=metric_filter()))
    assert_found(path(Alarm=resource(ALARM, {"Metrics": [expression, statistic]})), "no metric filter writes")


def test_an_alarm_without_a_filter_is_a_finding() -> None:
    assert_found(path(Alarm=resource(ALARM, METRIC)), "no metric filter writes", "RootUse", "hlz/audit")


def test_a_filter_without_an_alarm_is_a_finding() -> None:
    assert_found(path(Filter=metric_filter()), "no alarm watches", "RootUse")


@pytest.mark.parametrize("metric", [{"MetricName": "RootUsed"}, {"MetricNamespace": "hlz/other"}])
def test_a_misspelt_metric_is_found_on_both_sides(metric: Json) -> None:
    report = path(Alarm=resource(ALARM, METRIC), Filter=metric_filter(**metric))
    assert [finding.resource for finding in report.findings] == ["Alarm", "Filter"]


def test_a_filter_of_no_log_group_is_a_finding() -> None:
    assert_found(path(Alarm=resource(ALARM, METRIC), Filter=metric_filter("")), "names no log group")


def test_metrics_of_aws_and_others_are_not_examined() -> None:
    metric = {"Namespace": "AWS/EC2", "MetricName": "CPUUtilization"}
    assert_did_not_run(path(Alarm=resource(ALARM, metric), Filter=metric_filter(MetricNamespace="app")))
    assert_did_not_run(path(Alarm=resource(ALARM, {"EvaluationCriteria": {}})))


def test_a_metric_decided_at_deployment_is_not_evaluated() -> None:
    watched = {**METRIC, "Namespace": {"Ref": "Stage"}}
    assert_undecided(path(Alarm=resource(ALARM, watched)), "Namespace is not known")
    unknown = path(Alarm=resource(ALARM, METRIC), Filter=metric_filter(MetricName={"Ref": "Stage"}))
    assert_undecided(unknown, "MetricName is not known")


def test_a_filter_that_may_not_exist_leaves_the_alarm_not_evaluated() -> None:
    report = path(Alarm=resource(ALARM, METRIC), Filter=metric_filter(condition="IsProduction"))
    assert messages(report) == []
    assert [(row.resource, row.reason.split(":")[0]) for row in report.not_evaluated] == [
        ("Alarm", "whether Filter exists is open")
    ]


def test_a_log_group_decided_at_deployment_is_not_evaluated() -> None:
    report = path(Alarm=resource(ALARM, METRIC), Filter=metric_filter({"Ref": "Stage"}))
    assert messages(report) == []
    assert [row.resource for row in report.not_evaluated] == ["Filter"]


ALARMS = {"Service": "cloudwatch.amazonaws.com"}
OWN: Json = {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}}
USES: Json = statement(Principal=ALARMS, Action=["kms:Decrypt", "kms:GenerateDataKey*"], Condition=OWN)
PUBLISHES: Json = statement(Principal=ALARMS, Action="sns:Publish", Resource={"Ref": "Topic"}, Condition=OWN)


def topic(key: Any = None, *, uses: Json = USES, publishes: Json | None = None, alarmed: bool = True) -> Report:
    """The rule on a topic under the template's key, with this key statement and topic policy statement."""
    key = {"Fn::GetAtt": ["Key", "Arn"]} if key is None else key
    resources = {
        "Alarm": resource(ALARM, {"AlarmActions": [{"Ref": "Topic"}] if alarmed else []}),
        "Alias": resource("AWS::KMS::Alias", {"AliasName": "alias/hlz-logs", "TargetKeyId": {"Ref": "Key"}}),
        "Key": resource("AWS::KMS::Key", {"KeyPolicy": policy(uses)}),
        "Topic": resource(TOPIC, {"KmsMasterKeyId": key}),
    }
    if publishes:
        document = {"Topics": [{"Ref": "Topic"}], "PolicyDocument": policy(publishes)}
        resources["Policy"] = resource("AWS::SNS::TopicPolicy", document)
    return check("HLZ-ALM-005", **resources)


@pytest.mark.parametrize("key", [None, {"Ref": "Key"}, {"Ref": "Alias"}, {"Fn::ImportValue": "hlz-logs-key-arn"}])
def test_an_alarm_topic_whose_key_cloudwatch_may_use_is_fine(key: Any) -> None:
    assert_quiet(topic(key))


@pytest.mark.parametrize("key", ["", {"Ref": "AWS::NoValue"}])
def test_an_alarm_topic_without_a_key_is_a_finding(key: Any) -> None:
    assert_found(topic(key), "not encrypted")


@pytest.mark.parametrize(
    "key", ["alias/aws/sns", {"Fn::Sub": "arn:aws:kms:${AWS::Region}:${AWS::AccountId}:alias/aws/sns"}]
)
def test_an_alarm_topic_under_awss_own_key_is_a_finding(key: Any) -> None:
    assert_found(topic(key), "AWS's own key")


@pytest.mark.parametrize("key", [None, {"Ref": "Alias"}])
def test_a_key_that_cloudwatch_may_not_use_is_a_finding_on_the_key(key: Any) -> None:
    report = topic(key, uses={**USES, "Principal": {"Service": "sns.amazonaws.com"}})
    assert [(finding.resource, "kms:Decrypt" in finding.message) for finding in report.findings] == [
        ("Key", True),
        ("Key", False),
    ]


@pytest.mark.parametrize("lost", [0, 1])
def test_cloudwatch_needs_both_actions(lost: int) -> None:
    kept = USES["Action"][1 - lost]
    assert_found(topic(uses={**USES, "Action": kept}), USES["Action"][lost].rstrip("*"))


def test_a_denial_is_no_permission() -> None:
    assert len(topic(uses={**USES, "Effect": "Deny"}).findings) == 2
    assert_found(topic(publishes={**PUBLISHES, "Effect": "Deny"}), "alarms would be silent")


def test_a_topic_policy_that_lets_alarms_publish_is_fine() -> None:
    assert_quiet(topic(publishes=PUBLISHES))
    everybody = {"StringEquals": {"AWS:SourceOwner": {"Ref": "AWS::AccountId"}}}
    assert_quiet(topic(publishes={**PUBLISHES, "Principal": {"AWS": "*"}, "Condition": everybody}))


@pytest.mark.parametrize(
    "fields",
    [
        {"Principal": {"Service": "events.amazonaws.com"}},
        {"Action": "sns:Subscribe"},
        {"Condition": {}},
        {"Condition": {"StringLike": {"aws:SourceAccount": "*"}}},
    ],
)
def test_a_topic_policy_that_shuts_alarms_out_or_lets_anybodys_in_is_a_finding(fields: Json) -> None:
    report = topic(publishes={**PUBLISHES, **fields})
    assert_found(report, "does not let cloudwatch.amazonaws.com publish")
    assert report.findings[0].resource == "Policy"


def test_topics_that_no_alarm_names_are_not_examined() -> None:
    assert_did_not_run(topic("", alarmed=False))
    measured = {"Dimensions": [{"Name": "TopicName", "Value": {"Fn::GetAtt": ["Topic", "TopicName"]}}]}
    assert_did_not_run(check("HLZ-ALM-005", Alarm=resource(ALARM, measured), Topic=resource(TOPIC)))


def test_a_topic_that_an_alarm_may_name_is_not_evaluated() -> None:
    perhaps = {"Fn::If": ["IsProduction", {"Ref": "Topic"}, {"Ref": "AWS::NoValue"}]}
    for actions in ([perhaps], perhaps):
        alarms = resource(ALARM, {"AlarmActions": actions})
        assert_undecided(
            check("HLZ-ALM-005", Alarm=alarms, Topic=resource(TOPIC)), "whether Alarm publishes to it is open"
        )
    unrelated = resource(ALARM, {"AlarmActions": [{"Ref": "Stage"}]})
    assert_did_not_run(check("HLZ-ALM-005", Alarm=unrelated, Topic=resource(TOPIC)))


def test_keys_and_policies_decided_at_deployment_are_not_evaluated() -> None:
    assert_undecided(topic({"Ref": "Stage"}), "KmsMasterKeyId is not known")
    assert_undecided(topic(uses={**USES, "Action": {"Ref": "Stage"}}), "an action")
    assert_undecided(topic(publishes={**PUBLISHES, "Action": {"Ref": "Stage"}}), "an action")
    assert_undecided(topic(uses={"Fn::If": ["IsProduction", USES, {}]}), "the statement is not known")


def test_in_templates_of_others_a_service_without_a_condition_may_publish() -> None:
    resources = {
        "Alarm": resource(ALARM, {"AlarmActions": [{"Ref": "Topic"}]}),
        "Topic": resource(TOPIC, {"KmsMasterKeyId": {"Fn::ImportValue": "key"}}),
    }

    def publishing(principal: Json) -> Report:
        document = policy(statement(Principal=principal, Action="sns:Publish", Resource={"Ref": "Topic"}))
        written = resource("AWS::SNS::TopicPolicy", {"Topics": [{"Ref": "Topic"}], "PolicyDocument": document})
        return check("HLZ-ALM-005", context={"own": False}, **resources, Policy=written)

    assert_quiet(publishing(ALARMS))
    assert_found(publishing({"Service": "events.amazonaws.com"}), "alarms would be silent")
