"""HLZ-CT: what Control Tower records, and the order in which it is told what to do."""

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
    resource,
)
from tests.manifest.arrange import changed

KEPT: Json = {
    "loggingBucket": {"retentionDays": 2192},
    "accessLoggingBucket": {"retentionDays": 2192},
    "kmsKeyArn": {"Fn::GetAtt": ["Key", "Arn"]},
}
RECORDING: Json = {"enabled": True, "accountId": "111122223333", "configurations": KEPT}
CURRENT: Json = {
    "centralizedLogging": RECORDING,
    "config": {**RECORDING, "accountId": "222233334444"},
    "securityRoles": {"enabled": True, "accountId": "222233334444"},
}
OLDER: Json = {
    "centralizedLogging": {name: entry for name, entry in RECORDING.items() if name != "enabled"},
    "securityRoles": {"accountId": "222233334444"},
}
DAYS: Json = {"retention_by_kind": {"audit_trail": 3653, "configuration": 3653, "access_logs": 365}}


def landing_zone(rule: str, manifest: Any, version: Any = "4.0", context: Json | None = None) -> Report:
    properties = {"Version": version, "Manifest": manifest}
    return check(rule, context=context, LandingZone=resource("AWS::ControlTower::LandingZone", properties), Key=KEY)


KEY = resource("AWS::KMS::Key", {"KeyPolicy": {}})
RULES_OF_RECORDS = ["HLZ-CT-001", "HLZ-CT-003", "HLZ-CT-004"]


@pytest.mark.parametrize("rule", [*RULES_OF_RECORDS, "HLZ-CT-002"])
def test_a_landing_zone_that_records_everything_is_fine(rule: str) -> None:
    assert_quiet(landing_zone(rule, CURRENT))


@pytest.mark.parametrize("rule", [*RULES_OF_RECORDS, "HLZ-CT-002"])
def test_an_older_landing_zone_records_configurations_without_being_asked(rule: str) -> None:
    assert_quiet(landing_zone(rule, OLDER, "3.3"))


@pytest.mark.parametrize("enabled", [False, None])
def test_a_trail_that_is_off_is_a_finding(enabled: bool | None) -> None:
    logging = {"enabled": enabled} if enabled is not None else {}
    manifest = {**CURRENT, "centralizedLogging": {**logging, "accountId": "111122223333", "configurations": KEPT}}
    assert_found(landing_zone("HLZ-CT-001", manifest), "leaves the organization trail off")


@pytest.mark.parametrize("bucket", ["loggingBucket", "accessLoggingBucket"])
@pytest.mark.parametrize(("days", "found"), [(365, "365 days"), (None, "no days")])
def test_logs_that_go_too_early_are_a_finding(bucket: str, days: int | None, found: str) -> None:
    for rule, section in (("HLZ-CT-001", "centralizedLogging"), ("HLZ-CT-002", "config")):
        kept = {**KEPT, bucket: {"retentionDays": days} if days else {}}
        manifest = changed(CURRENT, ((section, "configurations"), kept))
        assert_found(landing_zone(rule, manifest), bucket, found, "2192 are expected")


def test_days_are_those_of_the_kind_of_log() -> None:
    kept = {**KEPT, "loggingBucket": {"retentionDays": 3653}, "accessLoggingBucket": {"retentionDays": 365}}
    manifest = changed(CURRENT, (("centralizedLogging", "configurations"), kept))
    assert_quiet(landing_zone("HLZ-CT-001", manifest, context=DAYS))
    assert_found(landing_zone("HLZ-CT-001", CURRENT, context=DAYS), "3653 are expected")


def test_before_4_0_the_trails_bucket_keeps_configurations_as_long_as_they_need() -> None:
    context = {"retention_by_kind": {"audit_trail": 365, "configuration": 3653}}
    assert_found(landing_zone("HLZ-CT-001", OLDER, "3.3", context), "3653 are expected")
    assert_quiet(landing_zone("HLZ-CT-001", CURRENT, "4.0", {"retention_by_kind": {"configuration": 3653}}))


def test_configurations_that_nobody_records_are_a_finding() -> None:
    manifest = changed(CURRENT, (("config", "enabled"), False))
    assert_found(landing_zone("HLZ-CT-002", manifest), "leaves AWS Config off")


def test_security_roles_that_are_off_are_a_finding() -> None:
    manifest = changed(CURRENT, (("securityRoles", "enabled"), False))
    assert_found(landing_zone("HLZ-CT-002", manifest), "has no security roles")


@pytest.mark.parametrize("section", ["centralizedLogging", "config"])
def test_records_without_a_key_of_ours_are_a_finding(section: str) -> None:
    kept = {name: entry for name, entry in KEPT.items() if name != "kmsKeyArn"}
    manifest = changed(CURRENT, ((section, "configurations"), kept))
    assert_found(landing_zone("HLZ-CT-003", manifest), section, "without a key of yours")


def test_log_archive_and_security_roles_in_one_account_are_a_finding() -> None:
    manifest = changed(CURRENT, (("securityRoles", "accountId"), "111122223333"))
    assert_found(landing_zone("HLZ-CT-004", manifest), "in one account")


@pytest.mark.parametrize("rule", [*RULES_OF_RECORDS, "HLZ-CT-002"])
def test_a_manifest_decided_at_deployment_is_not_evaluated(rule: str) -> None:
    assert_undecided(landing_zone(rule, {"Ref": "Stage"}), "is not known")


def test_open_days_hide_no_trail_that_is_off() -> None:
    kept = {**KEPT, "loggingBucket": {"retentionDays": {"Ref": "Stage"}}}
    logging = {**RECORDING, "enabled": False, "configurations": kept}
    report = landing_zone("HLZ-CT-001", {**CURRENT, "centralizedLogging": logging})
    assert_found(report, "leaves the organization trail off")
    assert report.not_evaluated


def baseline(*after: str) -> Json:
    return resource("AWS::ControlTower::EnabledBaseline", {"BaselineVersion": "5.0"}, DependsOn=list(after))


def control(**attributes: Any) -> Json:
    return resource("AWS::ControlTower::EnabledControl", {}, **attributes)


ZONE = resource("AWS::ControlTower::LandingZone", {"Version": "4.0", "Manifest": CURRENT})


def test_ous_that_are_registered_in_a_chain_are_fine() -> None:
    assert_quiet(check("HLZ-CT-005", Zone=ZONE, A=baseline("Zone"), B=baseline("A"), C=baseline("B")))
    assert_quiet(check("HLZ-CT-005", A=baseline()))


def test_two_ous_that_are_registered_at_the_same_time_are_a_finding() -> None:
    report = check("HLZ-CT-005", Zone=ZONE, A=baseline("Zone"), B=baseline("Zone"))
    assert_found(report, "A and B are enabled at the same time")


def test_an_ou_that_does_not_wait_for_the_landing_zone_is_a_finding() -> None:
    assert_found(check("HLZ-CT-005", Zone=ZONE, A=baseline()), "A does not wait for landing zone Zone")


def test_a_reference_is_a_dependency() -> None:
    referring = resource("AWS::ControlTower::EnabledBaseline", {"BaselineIdentifier": {"Fn::GetAtt": ["Zone", "Arn"]}})
    assert_quiet(check("HLZ-CT-005", Zone=ZONE, A=referring))


def test_a_control_that_waits_for_every_ou_of_its_template_is_fine() -> None:
    assert_quiet(check("HLZ-CT-006", A=baseline(), B=baseline("A"), Control=control(DependsOn="B")))
    assert_quiet(check("HLZ-CT-006", Control=control()))


def test_a_control_that_is_enabled_before_an_ou_is_registered_is_a_finding() -> None:
    assert_found(check("HLZ-CT-006", A=baseline(), B=baseline("A"), Control=control(DependsOn="A")), "baseline B")


@pytest.mark.parametrize("rule", ["HLZ-CT-001", "HLZ-CT-005", "HLZ-CT-006"])
def test_templates_without_control_tower_are_not_examined(rule: str) -> None:
    assert_did_not_run(check(rule, Bucket=resource("AWS::S3::Bucket")))
