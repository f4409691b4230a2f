"""HLZ-CFG and HLZ-AAN: Config recorders and Access Analyzer."""

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

CHANNEL = resource("AWS::Config::DeliveryChannel", {"S3BucketName": "hlz-config"})
ALL: Json = {"AllSupported": True, "RecordingStrategy": {"UseOnly": "ALL_SUPPORTED_RESOURCE_TYPES"}}


def recorder(group: Any, **resources: Any) -> Report:
    properties = {"RoleARN": "arn:aws:iam::111122223333:role/hlz-config", "RecordingGroup": group}
    return check(
        "HLZ-CFG-001",
        Recorder=resource("AWS::Config::ConfigurationRecorder", properties),
        **(resources or {"Channel": CHANNEL}),
    )


@pytest.mark.parametrize("group", [ALL, {"AllSupported": "true"}, {"Ref": "AWS::NoValue"}])
def test_a_recorder_of_everything_is_fine(group: Json) -> None:
    assert_quiet(recorder(group))


@pytest.mark.parametrize(
    "group",
    [
        {},
        {"AllSupported": False},
        {"ResourceTypes": ["AWS::S3::Bucket"]},
        {**ALL, "RecordingStrategy": {"UseOnly": "EXCLUSION_BY_RESOURCE_TYPES"}},
    ],
)
def test_a_recorder_that_leaves_types_out_is_a_finding(group: Json) -> None:
    assert_found(recorder(group), "leaves resource types out")


def test_a_recorder_without_a_delivery_channel_is_a_finding() -> None:
    assert_found(recorder(ALL, Other=resource("AWS::S3::Bucket")), "delivers nowhere")


def test_recording_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(recorder({"AllSupported": {"Ref": "Stage"}}), "AllSupported is not known")
    perhaps = {**CHANNEL, "Condition": "IsProduction"}
    assert_undecided(recorder(ALL, Channel=perhaps), "whether Channel exists is open")


def test_an_open_recording_group_hides_no_missing_channel() -> None:
    report = recorder({"Ref": "Stage"}, Other=resource("AWS::S3::Bucket"))
    assert_found(report, "delivers nowhere")
    assert report.not_evaluated


def analyzer(*rules: Any, type_: Any = "ORGANIZATION") -> Report:
    return check(
        "HLZ-AAN-001", Analyzer=resource("AWS::AccessAnalyzer::Analyzer", {"Type": type_, "ArchiveRules": list(rules)})
    )


def archives(*criteria: Json) -> Json:
    return {"RuleName": "known", "Filter": list(criteria)}


KNOWN: Json = {"Property": "principal.AWS", "Eq": ["111122223333"]}


def test_an_analyzer_without_archive_rules_is_fine() -> None:
    assert_quiet(analyzer())


def test_an_archive_rule_that_leaves_public_access_alone_is_fine() -> None:
    assert_quiet(analyzer(archives(KNOWN, {"Property": "isPublic", "Eq": ["false"]})))


@pytest.mark.parametrize(
    "criteria",
    [
        [KNOWN],
        [{"Property": "isPublic", "Eq": ["true"]}],
        [{"Property": "isPublic", "Eq": ["false", "true"]}],
        [{"Property": "isPublic", "Neq": ["false"]}],
    ],
)
def test_an_archive_rule_that_hides_public_access_is_a_finding(criteria: list[Json]) -> None:
    assert_found(analyzer(archives(*criteria)), "archives findings of public access")


def test_analyzers_of_unused_access_are_not_examined() -> None:
    assert_did_not_run(analyzer(archives(KNOWN), type_="ACCOUNT_UNUSED_ACCESS"))


def test_an_archive_rule_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(analyzer(archives({"Property": "isPublic", "Eq": [{"Ref": "Stage"}]})), "not known")
    assert_undecided(analyzer(archives(KNOWN), type_={"Ref": "Stage"}), "Type is not known")
