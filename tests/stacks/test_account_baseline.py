"""Why an account's baseline must be as it is; the snapshots show what it is. Roles: test_account_baseline_roles."""

from __future__ import annotations

import json
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.operations.settings.table import settings_table
from landing_zone.policy_data import policy_data
from tests.stacks.arrange import Template, open_findings, resources
from tests.stacks.baselines import (
    EAST,
    WEST,
    Variants,
    clinics_baselines,
    clinics_deployments,
    flat,
    only,
    policy,
    role,
    sparse_baselines,
    trust,
)
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

TEMPLATE_BODY_LIMIT = 51_200


@pytest.fixture
def variants() -> Variants:
    return clinics_baselines()


@pytest.fixture
def home() -> Template:
    return dict(clinics_baselines()["ehr-training", EAST].template)


@pytest.fixture
def elsewhere() -> Template:
    return dict(clinics_baselines()["ehr-training", WEST].template)


@pytest.fixture
def sparse() -> Variants:
    return sparse_baselines()


def key_statements(template: Template) -> dict[str, dict[str, Any]]:
    """Statements of the key's policy by their id."""
    return {s["Sid"]: s for s in only(template, "AWS::KMS::Key")["KeyPolicy"]["Statement"]}


# What it is


def test_the_home_regions_template_is_this(variants: Variants, snapshot: SnapshotAssertion) -> None:
    assert dict(variants["ehr-production", EAST].template) == snapshot(extension_class=TemplateSnapshots)


def test_the_other_regions_template_is_this(elsewhere: Template, snapshot: SnapshotAssertion) -> None:
    assert elsewhere == snapshot(extension_class=TemplateSnapshots)


def test_no_rule_has_an_open_finding(variants: Variants, sparse: Variants) -> None:
    for place, variant in {**sparse, **variants}.items():
        assert open_findings(variant) == [], place


def test_a_stack_uses_every_value_that_is_planned_for_it(variants: Variants) -> None:
    for one in clinics_deployments():
        used = set(variants[one.environment.account, one.environment.region].template.get("Parameters", {}))
        assert used - {"BootstrapVersion"} == {value.name for value in one.values}


def test_templates_fit_into_a_request_without_a_bucket(variants: Variants) -> None:
    for place, variant in variants.items():
        assert len(json.dumps(variant.template, separators=(",", ":"))) < TEMPLATE_BODY_LIMIT, place


def test_later_stacks_find_key_and_topic_by_export(home: Template, elsewhere: Template) -> None:
    for template in (home, elsewhere):
        exported = {output["Export"]["Name"] for output in template["Outputs"].values()}
        assert exported == {"hlz-logs-key-arn", "hlz-alarm-topic-arn"}


def test_what_exists_once_in_an_account_is_made_at_home_alone(home: Template, elsewhere: Template) -> None:
    assert {found["RoleName"] for found in resources(home, "AWS::IAM::Role").values()} == {
        "hlz-settings",
        "hlz-evidence",
        "hlz-break-glass",
        "hlz-config",
        "hlz-alarm-forwarding",
    }
    assert not [r for r in elsewhere["Resources"].values() if r["Type"].startswith(("AWS::IAM::", "AWS::Budgets::"))]


# Keys and logs


def test_log_groups_are_encrypted_kept_for_their_kind_and_survive(home: Template) -> None:
    groups = {group["LogGroupName"]: group for group in resources(home, "AWS::Logs::LogGroup").values()}
    assert set(groups) == {"/hlz/account/sessions", "/hlz/account/applications"}
    (key,) = resources(home, "AWS::KMS::Key")
    for group in groups.values():
        assert group["KmsKeyId"] == {"Fn::GetAtt": [key, "Arn"]}
        assert (group["RetentionInDays"], group["DeletionProtectionEnabled"]) == (2192, True)


def test_the_logs_key_serves_logs_alarms_buses_and_sessions_each_under_its_own_condition(home: Template) -> None:
    found = key_statements(home)
    used_by = {sid: set(s["Condition"]) for sid, s in found.items() if sid not in ("Administration", "Reading")}
    assert used_by == {
        "CloudWatchLogs": {"ArnLike"},
        "AlarmTopics": {"StringEquals"},
        "TopicPublishers": {"StringEquals"},
        "EventBuses": {"StringEquals"},
        "Sessions": {"StringEquals", "Null"},
    }


def test_the_logs_key_opens_sessions_to_people_and_never_a_log(home: Template) -> None:
    """Logs carry the encryption context aws:logs:arn, sessions aws:ssm:SessionId: neither opens the other."""
    found = key_statements(home)
    assert found["Sessions"]["Condition"]["Null"] == {"kms:EncryptionContext:aws:ssm:SessionId": "false"}
    decrypting = {sid for sid, s in found.items() if any(a.startswith("kms:Decrypt") for a in s["Action"])}
    people = {sid for sid in decrypting if "AWS" in found[sid]["Principal"]}
    assert people == {"Sessions", "TopicPublishers"}
    through = found["TopicPublishers"]["Condition"]["StringEquals"]["kms:ViaService"]
    assert [flat(service).split(".")[0] for service in through] == ["sns"]


def test_sessions_are_encrypted_logged_as_they_are_typed_and_end_when_nobody_types(home: Template) -> None:
    document = only(home, "AWS::SSM::Document")
    assert (document["Name"], document["DocumentType"]) == ("SSM-SessionManagerRunShell", "Session")
    assert document["UpdateMethod"] == "NewVersion"
    inputs = document["Content"]["inputs"]
    (sessions,) = [i for i, g in resources(home, "AWS::Logs::LogGroup").items() if "sessions" in g["LogGroupName"]]
    (key,) = resources(home, "AWS::KMS::Key")
    assert inputs["cloudWatchLogGroupName"] == {"Ref": sessions}
    assert inputs["kmsKeyId"] == {"Fn::GetAtt": [key, "Arn"]}
    assert inputs["cloudWatchEncryptionEnabled"]
    assert inputs["cloudWatchStreamingEnabled"]
    assert int(inputs["idleSessionTimeout"]) == 15


def test_the_document_is_what_the_settings_table_asks_of_it(home: Template) -> None:
    """`hlz settings` looks after the same document: the two must not undo each other."""
    wanted = dict(settings_table()["session-manager-logging"].desired)
    wanted["cloudWatchLogGroupName"] = {"Ref": next(iter(i for i in home["Resources"] if i.startswith("Sessions")))}
    inputs = only(home, "AWS::SSM::Document")["Content"]["inputs"]
    assert {key: inputs[key] for key in wanted} == wanted


# Alarms


def test_every_landing_zone_alarm_goes_to_the_security_accounts_bus(home: Template, elsewhere: Template) -> None:
    for template, region in ((home, EAST), (elsewhere, WEST)):
        rule = only(template, "AWS::Events::Rule")
        assert "EventBusName" not in rule  # the default bus, where CloudWatch tells
        assert rule["EventPattern"] == {
            "source": ["aws.cloudwatch"],
            "detail-type": ["CloudWatch Alarm State Change"],
            "detail": {"alarmName": [{"prefix": "hlz-"}]},
        }
        (target,) = rule["Targets"]
        assert flat(target["Arn"]).endswith(f":events:{region}:${{SecurityAccountId}}:event-bus/hlz-alarms")
        assert flat(target["RoleArn"]).endswith(":role/hlz-alarm-forwarding")


def test_the_forwarder_can_put_events_on_the_hubs_buses_and_nothing_else(home: Template) -> None:
    (statement,) = policy(home, "hlz-alarm-forwarding")
    assert statement["Action"] == "events:PutEvents"
    bus = "arn:${AWS::Partition}:events:%s:${SecurityAccountId}:event-bus/hlz-alarms"
    assert [flat(arn) for arn in statement["Resource"]] == [bus % EAST, bus % WEST]
    statement = trust(home, "hlz-alarm-forwarding")
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}
    assert flat(statement["Condition"]["ArnLike"]["aws:SourceArn"]).endswith(":rule/hlz-alarm-forwarding")


def test_each_alarm_has_an_action_an_owner_a_runbook_and_says_what_silence_means(home: Template) -> None:
    (topic,) = resources(home, "AWS::SNS::Topic")
    alarms = resources(home, "AWS::CloudWatch::Alarm").values()
    rows = {row["id"]: row for row in policy_data("baseline/alarms")["alarms"]}
    assert {alarm["AlarmName"] for alarm in alarms} == {f"hlz-{row['severity']}-{id}" for id, row in rows.items()}
    for alarm in alarms:
        _, severity, id = alarm["AlarmName"].split("-", 2)
        assert alarm["AlarmActions"] == [{"Ref": topic}]
        assert alarm["TreatMissingData"] == "notBreaching"
        owner = {"high": "Security Office (security@riverside.example)"}.get(
            severity, "Platform Team (platform@riverside.example)"
        )
        lines = alarm["AlarmDescription"].splitlines()
        assert lines[1:4] == [f"Severity: {severity}", f"Owner: {owner}", f"Runbook: docs/account-baseline.md#{id}"]
        assert lines[4].startswith("Missing data: ")


def test_alarms_watch_the_very_rule_and_topic_that_carry_alarms(home: Template) -> None:
    watched = {
        (alarm["Namespace"], dimension["Value"])
        for alarm in resources(home, "AWS::CloudWatch::Alarm").values()
        for dimension in alarm.get("Dimensions", [])
    }
    rule, topic = only(home, "AWS::Events::Rule")["Name"], only(home, "AWS::SNS::Topic")["TopicName"]
    assert watched == {("AWS/Events", rule), ("AWS/SNS", topic)}


def test_runbooks_stand_where_the_manifest_says(sparse: Variants) -> None:
    alarms = resources(dict(sparse["ehr-training", EAST].template), "AWS::CloudWatch::Alarm").values()
    assert alarms
    for alarm in alarms:
        assert (
            f"Runbook: https://runbooks.example/aws/{alarm['AlarmName'].split('-', 2)[2]}\n"
            in alarm["AlarmDescription"]
        )


# Recording and switches


def test_everything_is_recorded_and_what_has_no_region_once(home: Template, elsewhere: Template) -> None:
    for template, global_types in ((home, True), (elsewhere, False)):
        group = only(template, "AWS::Config::ConfigurationRecorder")["RecordingGroup"]
        assert group["AllSupported"]
        assert group["RecordingStrategy"] == {"UseOnly": "ALL_SUPPORTED_RESOURCE_TYPES"}
        assert group["IncludeGlobalResourceTypes"] is global_types


def test_configuration_goes_to_the_regions_landing_bucket_under_the_archives_key(
    home: Template, elsewhere: Template
) -> None:
    for template, region in ((home, EAST), (elsewhere, WEST)):
        channel = only(template, "AWS::Config::DeliveryChannel")
        assert flat(channel["S3BucketName"]) == f"hlz-configuration-landing-${{LogArchiveAccountId}}-{region}"
        assert flat(channel["S3KmsKeyArn"]).endswith(f":kms:{region}:${{LogArchiveAccountId}}:alias/hlz-archive")


def test_the_recorders_role_reads_and_writes_nothing(home: Template) -> None:
    _, found = role(home, "hlz-config")
    assert [flat(arn) for arn in found["ManagedPolicyArns"]] == [
        "arn:${AWS::Partition}:iam::aws:policy/service-role/AWS_ConfigRole"
    ]
    assert policy(home, "hlz-config") == []
    assert trust(home, "hlz-config")["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}


def test_the_recorder_waits_for_its_role(home: Template) -> None:
    (recorder,) = [r for r in home["Resources"].values() if r["Type"] == "AWS::Config::ConfigurationRecorder"]
    assert role(home, "hlz-config")[0] in recorder["DependsOn"]


def test_what_control_tower_brings_and_what_the_manifest_declines_is_left_out(sparse: Variants) -> None:
    for region in (EAST, WEST):
        template = dict(sparse["ehr-training", region].template)
        types = {resource["Type"] for resource in template["Resources"].values()}
        assert not [type for type in types if type.startswith(("AWS::Config::", "AWS::AccessAnalyzer::"))]
        assert not [a for a in resources(template, "AWS::CloudWatch::Alarm").values() if a["Namespace"] == "AWS/Config"]
    roles = resources(dict(sparse["ehr-training", EAST].template), "AWS::IAM::Role").values()
    assert not {"hlz-break-glass", "hlz-config"} & {found["RoleName"] for found in roles}


def test_what_an_ec2_policy_holds_is_in_no_stack(variants: Variants) -> None:
    """EC2 refuses the calls by which CloudFormation would make them: the first stack of a new account would fail."""
    for variant in variants.values():
        types = {resource["Type"] for resource in variant.template["Resources"].values()}
        assert not types & {"AWS::EC2::SnapshotBlockPublicAccess", "AWS::EC2::VPCBlockPublicAccessOptions"}


def test_each_operating_system_has_one_default_patch_baseline_for_security(home: Template) -> None:
    found = list(resources(home, "AWS::SSM::PatchBaseline").values())
    assert len({baseline["OperatingSystem"] for baseline in found}) == len(found) == 4
    for baseline in found:
        assert baseline["DefaultBaseline"]
        for rule in baseline["ApprovalRules"]["PatchRules"]:
            assert rule["ApproveAfterDays"] <= 7
