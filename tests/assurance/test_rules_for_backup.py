"""Backup plans, vaults and selections."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.finding import Report
from landing_zone.assurance.library.schedules import hours_between
from landing_zone.assurance.values import CannotEvaluate, Symbolic
from tests.assurance.arrange import (
    Json,
    assert_did_not_run,
    assert_found,
    assert_quiet,
    assert_undecided,
    check,
    resource,
)

FOREIGN = {"own": False}
UNKNOWN = {"Ref": "Stage"}
DAILY = "cron(0 5 * * ? *)"
COPY: Json = {"DestinationBackupVaultArn": "arn:aws:backup:us-west-2:111122223333:backup-vault:copy"}
BY_TAG: Json = {"ListOfTags": [{"ConditionType": "STRINGEQUALS", "ConditionKey": "backup", "ConditionValue": "daily"}]}
TAGGED: Json = {"Tags": [{"Key": "backup", "Value": "daily"}]}


def plan(*rules: Json) -> Json:
    return resource("AWS::Backup::BackupPlan", {"BackupPlan": {"BackupPlanName": "p", "BackupPlanRule": list(rules)}})


def selection(**fields: Any) -> Json:
    return resource("AWS::Backup::BackupSelection", {"BackupSelection": {"SelectionName": "s", **fields}})


def judged(rule: str, *rules: Json, **beside: Any) -> Report:
    return check(rule, context=FOREIGN, Plan=plan(*rules), **beside)


@pytest.mark.parametrize(
    ("expression", "hours"),
    [
        ("rate(1 day)", 24),
        ("rate(12 hours)", 12),
        ("cron(0 5 * * ? *)", 24),
        ("cron(0 5 ? * * *)", 24),
        ("cron(0 * * * ? *)", 1),
        ("cron(0 */6 * * ? *)", 6),
        ("cron(0 1,13 * * ? *)", 12),
        ("cron(0 5 ? * MON *)", 168),
        ("cron(0 5 ? * MON-FRI *)", 72),
        ("cron(0 5 1 * ? *)", 744),
        ("cron(0 5 1 1 ? *)", 8928),
        ("cron(0 5 1 1 ? 2027)", 8784),
    ],
)
def test_a_schedule_runs_at_least_every_so_many_hours(expression: str, hours: float) -> None:
    assert hours_between(expression) == hours


@pytest.mark.parametrize("expression", ["daily", "cron(0 5)", Symbolic("rate(${Days} days)")])
def test_what_is_no_schedule_is_not_evaluated(expression: str) -> None:
    with pytest.raises(CannotEvaluate):
        hours_between(expression)


def test_a_plan_that_runs_daily_is_fine() -> None:
    assert_quiet(judged("HLZ-BCK-010", {"ScheduleExpression": DAILY}, {"ScheduleExpression": "cron(0 5 1 * ? *)"}))
    assert_quiet(judged("HLZ-BCK-010", {"RuleName": "the default is daily"}))


def test_a_plan_that_runs_weekly_or_never_is_a_finding() -> None:
    assert_found(judged("HLZ-BCK-010", {"ScheduleExpression": "cron(0 5 ? * SUN *)"}), "no rule that runs every day")
    assert_found(judged("HLZ-BCK-010"), "no rule that runs every day")


def test_a_monthly_plan_may_stand_beside_a_daily_one() -> None:
    monthly = {"ScheduleExpression": "cron(0 5 1 * ? *)"}
    assert_quiet(judged("HLZ-BCK-010", monthly, Daily=plan({"ScheduleExpression": DAILY})))
    assert len(judged("HLZ-BCK-010", monthly, Other=plan(monthly)).findings) == 2


def test_a_schedule_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(judged("HLZ-BCK-010", {"ScheduleExpression": UNKNOWN}), "ScheduleExpression")


def test_backups_that_go_within_35_days_are_a_finding() -> None:
    assert_found(judged("HLZ-BCK-011", {"Lifecycle": {"DeleteAfterDays": 7}}), "after 7 days")
    short_copy = {"CopyActions": [{**COPY, "Lifecycle": {"DeleteAfterDays": 1}}]}
    assert_found(judged("HLZ-BCK-011", short_copy), "after 1 days")


def test_backups_kept_for_35_days_or_for_ever_are_fine() -> None:
    assert_quiet(judged("HLZ-BCK-011", {"Lifecycle": {"DeleteAfterDays": 35}}, {"RuleName": "for ever"}))


def test_hourly_backups_may_go_sooner_beside_daily_ones() -> None:
    hourly = {"ScheduleExpression": "cron(0 * * * ? *)", "Lifecycle": {"DeleteAfterDays": 7}}
    assert_quiet(judged("HLZ-BCK-011", hourly, {"ScheduleExpression": DAILY, "Lifecycle": {"DeleteAfterDays": 35}}))
    assert_found(judged("HLZ-BCK-011", hourly), "after 7 days")


def test_a_retention_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(judged("HLZ-BCK-011", {"Lifecycle": {"DeleteAfterDays": UNKNOWN}}), "DeleteAfterDays")


def test_a_plan_without_copies_is_a_finding() -> None:
    assert_found(judged("HLZ-BCK-012", {"RuleName": "daily"}), "copies nothing")
    assert_quiet(judged("HLZ-BCK-012", {"RuleName": "hourly"}, {"CopyActions": [COPY]}))
    assert_quiet(judged("HLZ-BCK-012", {"TargetLogicallyAirGappedBackupVaultArn": UNKNOWN}))
    assert_undecided(judged("HLZ-BCK-012", {"CopyActions": UNKNOWN}), "CopyActions")


def test_daily_recovery_points_are_copied_and_not_only_monthly_ones() -> None:
    monthly = {"ScheduleExpression": "cron(0 5 1 * ? *)", "CopyActions": [COPY]}
    assert_found(judged("HLZ-BCK-012", {"ScheduleExpression": DAILY}, monthly), "none of its daily")
    assert_quiet(judged("HLZ-BCK-012", {"ScheduleExpression": DAILY, "CopyActions": [COPY]}, monthly))
    assert_quiet(judged("HLZ-BCK-012", monthly))


def test_a_copy_into_the_vault_it_comes_from_is_none() -> None:
    vault = resource("AWS::Backup::BackupVault")

    def into(name: str) -> Report:
        copy = {"DestinationBackupVaultArn": {"Fn::GetAtt": [name, "BackupVaultArn"]}}
        rule = {"TargetBackupVault": {"Ref": "Vault"}, "CopyActions": [copy]}
        return judged("HLZ-BCK-012", rule, Vault=vault, Other=vault)

    assert_found(into("Vault"), "copies nothing")
    assert_quiet(into("Other"))


def test_copies_into_a_written_out_account_are_a_finding() -> None:
    assert_found(judged("HLZ-BCK-017", {"CopyActions": [COPY]}), "account 111122223333")
    own = {"Fn::Sub": "arn:${AWS::Partition}:backup:us-west-2:${AWS::AccountId}:backup-vault:copy"}
    assert_quiet(judged("HLZ-BCK-017", {"CopyActions": [{"DestinationBackupVaultArn": own}]}, {}))
    assert_undecided(judged("HLZ-BCK-017", {"CopyActions": UNKNOWN}), "CopyActions")


def test_a_copy_that_goes_early_is_a_finding_however_often_it_is_made() -> None:
    hourly = {"ScheduleExpression": "rate(1 hour)", "CopyActions": [{**COPY, "Lifecycle": {"DeleteAfterDays": 3}}]}
    assert_found(judged("HLZ-BCK-011", hourly), "after 3 days")


def test_tags_that_no_store_carries_select_nothing() -> None:
    untagged = {"Chosen": selection(**BY_TAG), "Store": resource("AWS::S3::Bucket")}
    assert_found(check("HLZ-BCK-022", **untagged), "no store of the template carries")
    assert_quiet(check("HLZ-BCK-022", Chosen=selection(**BY_TAG), Store=resource("AWS::S3::Bucket", TAGGED)))
    assert_quiet(check("HLZ-BCK-022", Chosen=selection(**BY_TAG)))


def test_windows_that_are_too_short_are_a_finding() -> None:
    assert_found(judged("HLZ-BCK-013", {"StartWindowMinutes": 10}), "10 minutes to start")
    assert_found(judged("HLZ-BCK-013", {"StartWindowMinutes": 120, "CompletionWindowMinutes": 60}), "60 minutes to end")
    assert_quiet(judged("HLZ-BCK-013", {"StartWindowMinutes": 60, "CompletionWindowMinutes": 180}, {}))
    assert_undecided(judged("HLZ-BCK-013", {"StartWindowMinutes": UNKNOWN}), "StartWindowMinutes")


def vault(*entries: Json) -> Report:
    properties = {"AccessPolicy": {"Statement": list(entries)}} if entries else {}
    return check("HLZ-BCK-014", Vault=resource("AWS::Backup::BackupVault", properties))


def test_a_vault_whose_policy_denies_deletion_is_fine() -> None:
    denial = {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "backup:DeleteRecoveryPoint", "Resource": "*"}
    assert_quiet(vault(denial))
    assert_quiet(vault({**denial, "Action": "backup:*", "Condition": {"ArnNotLike": {"aws:PrincipalArn": "x"}}}))


def test_a_vault_whose_policy_denies_less_is_a_finding() -> None:
    denial = {"Effect": "Deny", "Principal": "*", "Action": "backup:StartCopyJob", "Resource": "*"}
    named = {**denial, "Action": "backup:DeleteRecoveryPoint", "Principal": {"AWS": "111122223333"}}
    for entries in ([], [denial], [named], [{**denial, "Effect": "Allow", "Action": "backup:DeleteRecoveryPoint"}]):
        assert_found(vault(*entries), "delete recovery points")


def test_a_vaults_policy_decided_at_deployment_is_not_evaluated() -> None:
    raw = resource("AWS::Backup::BackupVault", {"AccessPolicy": UNKNOWN})
    assert_undecided(check("HLZ-BCK-014", Vault=raw), "AccessPolicy")


def test_restores_tested_less_than_monthly_are_a_finding() -> None:
    def tested(expression: Any) -> Report:
        raw = resource("AWS::Backup::RestoreTestingPlan", {"ScheduleExpression": expression})
        return check("HLZ-BCK-015", Tests=raw)

    assert_found(tested("cron(0 5 1 1,7 ? *)"), "less than once a month")
    assert_quiet(tested("cron(0 5 1 * ? *)"))
    assert_undecided(tested(UNKNOWN), "ScheduleExpression")


def test_a_plan_without_restore_tests_is_a_finding() -> None:
    assert_found(judged("HLZ-BCK-016", {}), "never restored")
    assert_quiet(judged("HLZ-BCK-016", {}, Tests=resource("AWS::Backup::RestoreTestingPlan")))
    assert_did_not_run(check("HLZ-BCK-016", Plan=plan({})))


def covered(chosen: Json, properties: Json | None = None, type_: str = "AWS::DynamoDB::Table") -> Report:
    return check("HLZ-BCK-020", context=FOREIGN, Chosen=chosen, Store=resource(type_, properties))


@pytest.mark.parametrize(
    ("fields", "properties"),
    [
        (BY_TAG, TAGGED),
        ({"Resources": ["*"]}, {}),
        ({"Resources": [{"Fn::GetAtt": ["Store", "Arn"]}]}, {}),
        ({"Resources": [{"Fn::Sub": "arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Store}"}]}, {}),
        ({"Resources": ["arn:aws:dynamodb:*:*:table/*"]}, {}),
        (
            {
                "Resources": ["*"],
                "Conditions": {
                    "StringEquals": [{"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "daily"}],
                    "StringLike": [{"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "d*"}],
                },
            },
            TAGGED,
        ),
    ],
)
def test_a_store_in_a_selection_is_fine(fields: Json, properties: Json) -> None:
    assert_quiet(covered(selection(**fields), properties))


@pytest.mark.parametrize(
    ("fields", "properties"),
    [
        (BY_TAG, {}),
        (BY_TAG, {"Tags": [{"Key": "backup", "Value": "none"}]}),
        ({"Resources": ["arn:aws:rds:*:*:db:*"]}, {}),
        ({"Resources": ["*"], "NotResources": ["arn:aws:dynamodb:*:*:table/*"]}, {}),
        (
            {
                "Resources": ["*"],
                "Conditions": {
                    "StringNotEquals": [{"ConditionKey": "aws:ResourceTag/backup", "ConditionValue": "daily"}]
                },
            },
            TAGGED,
        ),
    ],
)
def test_a_store_in_no_selection_is_a_finding(fields: Json, properties: Json) -> None:
    assert_found(covered(selection(**fields), properties), "Store is in no backup selection")


def test_a_file_system_with_automatic_backups_needs_no_selection() -> None:
    efs = "AWS::EFS::FileSystem"
    assert_quiet(covered(selection(**BY_TAG), {"BackupPolicy": {"Status": "ENABLED"}}, efs))
    assert_quiet(covered(selection(**BY_TAG), {"FileSystemTags": TAGGED["Tags"]}, efs))
    assert_found(covered(selection(**BY_TAG), {}, efs), "no backup selection")


def test_an_instance_of_a_cluster_is_saved_with_it() -> None:
    assert_did_not_run(covered(selection(**BY_TAG), {"DBClusterIdentifier": {"Ref": "Chosen"}}, "AWS::RDS::DBInstance"))


def test_tags_and_resources_decided_at_deployment_are_not_evaluated() -> None:
    assert_undecided(covered(selection(**BY_TAG), {"Tags": UNKNOWN}), "Tags")
    assert_undecided(covered(selection(Resources=[UNKNOWN])), "not known")


def test_stores_without_any_selection_are_one_finding() -> None:
    table = resource("AWS::DynamoDB::Table")
    assert_found(check("HLZ-BCK-021", context=FOREIGN, One=table, Two=table), "One, Two")
    assert_found(check("HLZ-BCK-021", context=FOREIGN, Plan=plan({})), "Plan selects nothing")
    assert_quiet(check("HLZ-BCK-021", context=FOREIGN, One=table, Chosen=selection(**BY_TAG)))
    assert_quiet(check("HLZ-BCK-021", context=FOREIGN, Topic=resource("AWS::SNS::Topic")))
    assert_did_not_run(check("HLZ-BCK-021", One=table))


def test_a_selection_that_selects_nothing_or_leaves_a_store_out_is_a_finding() -> None:
    def chosen(**fields: Any) -> Report:
        return check("HLZ-BCK-022", Chosen=selection(**fields), Store=resource("AWS::DynamoDB::Table"))

    assert_found(chosen(), "selects nothing")
    assert_found(chosen(Resources=["*"], NotResources=[{"Fn::GetAtt": ["Store", "Arn"]}]), "leaves out Store")
    assert_found(chosen(Resources=["*"], NotResources=["*"]), "leaves out Store")
    assert_quiet(chosen(Resources=["*"], NotResources=["arn:aws:s3:::scratch"]))
    assert_undecided(chosen(Resources=["*"], NotResources=UNKNOWN), "NotResources")


def test_a_daily_plan_copies_what_it_saves_daily() -> None:
    monthly: Json = {"ScheduleExpression": "cron(0 6 1 * ? *)", "CopyActions": [COPY]}
    daily: Json = {"ScheduleExpression": DAILY}
    assert_quiet(judged("HLZ-BCK-012", monthly))
    assert_quiet(judged("HLZ-BCK-012", monthly, {**daily, "CopyActions": [COPY]}))
    assert_found(judged("HLZ-BCK-012", monthly, daily), "none of its daily recovery points")
    assert_undecided(judged("HLZ-BCK-012", {**monthly, "ScheduleExpression": UNKNOWN}), "Stage")


def test_a_plan_goes_into_a_vault_that_somebody_made() -> None:
    for vault in ("clinical", {"Ref": "Vault"}, UNKNOWN):
        assert not judged("HLZ-BCK-023", {"TargetBackupVault": vault}).findings
    assert_found(judged("HLZ-BCK-023", {"TargetBackupVault": "Default"}), "Default")


def test_tags_are_not_asked_of_buckets_of_logs() -> None:
    trail = resource("AWS::CloudTrail::Trail", {"S3BucketName": {"Ref": "Records"}})
    logs: Json = {"Records": resource("AWS::S3::Bucket"), "Trail": trail}
    assert_quiet(check("HLZ-BCK-022", context=FOREIGN, Chosen=selection(**BY_TAG), **logs))


def test_a_selection_leaves_out_no_kind_of_database() -> None:
    def leaving_out(arn: str) -> Report:
        return check("HLZ-BCK-022", context=FOREIGN, Chosen=selection(**BY_TAG, NotResources=[arn]))

    for arn in ("arn:aws:ec2:*:*:volume/*", "arn:aws:rds:*:*:db:scratch-*"):
        assert_quiet(leaving_out(arn))
    assert_found(leaving_out("arn:aws:dynamodb:*:*:table/*"), "table/*")
    assert_found(leaving_out("arn:aws:rds:*:*:db:*"), "db:*")


def locked(**lock: Any) -> Json:
    return resource("AWS::Backup::BackupVault", {"BackupVaultName": "v", "LockConfiguration": lock})


def kept(days: Any) -> Json:
    return {"TargetBackupVault": {"Ref": "Vault"}, "Lifecycle": {"DeleteAfterDays": days}}


@pytest.mark.parametrize("days", [35, 36, 60])
def test_a_plan_within_the_lock_of_its_vault_is_fine(days: int) -> None:
    assert_quiet(judged("HLZ-BCK-018", kept(days), Vault=locked(MinRetentionDays=35, MaxRetentionDays=60)))


@pytest.mark.parametrize("days", [34, 61])
def test_a_plan_outside_the_lock_of_its_vault_saves_nothing(days: int) -> None:
    found = judged("HLZ-BCK-018", kept(days), Vault=locked(MinRetentionDays=35, MaxRetentionDays=60))
    assert_found(found, "every such job fails")


def test_a_copy_outside_the_lock_of_its_vault_saves_nothing() -> None:
    arn = {"Fn::GetAtt": ["Vault", "BackupVaultArn"]}
    copying = {"CopyActions": [{"DestinationBackupVaultArn": arn, "Lifecycle": {"DeleteAfterDays": 2555}}]}
    assert_found(judged("HLZ-BCK-018", copying, Vault=locked(MaxRetentionDays=365)), "2555 days in vault Vault")


def test_vaults_elsewhere_and_locks_without_bounds_are_not_judged_against_a_plan() -> None:
    assert_quiet(judged("HLZ-BCK-018", {**kept(35), "TargetBackupVault": "Vault"}, Vault=locked(MinRetentionDays=90)))
    assert_quiet(judged("HLZ-BCK-018", kept(35), Vault=locked()))


def test_a_retention_that_is_not_known_is_not_judged_against_the_lock() -> None:
    assert_undecided(judged("HLZ-BCK-018", kept(UNKNOWN), Vault=locked(MinRetentionDays=35)), "Stage")
