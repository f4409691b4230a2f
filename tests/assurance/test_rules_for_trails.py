"""HLZ-TRL: what trails record and where it goes."""

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
    resource,
)

TRAIL = "AWS::CloudTrail::Trail"
WHOLE: Json = {
    "IsLogging": True,
    "IsMultiRegionTrail": True,
    "IncludeGlobalServiceEvents": True,
    "EnableLogFileValidation": True,
    "KMSKeyId": {"Fn::ImportValue": "hlz-archive-key-arn"},
    "S3BucketName": {"Fn::Sub": "hlz-trail-${AWS::AccountId}"},
}
ABSENT = {"Ref": "AWS::NoValue"}


def trail(rule: str, **properties: Any) -> Report:
    return check(rule, Trail=resource(TRAIL, {**WHOLE, **properties}))


def test_a_whole_trail_is_fine() -> None:
    assert_quiet(trail("HLZ-TRL-001"))


@pytest.mark.parametrize(
    "flag", ["IsLogging", "IsMultiRegionTrail", "IncludeGlobalServiceEvents", "EnableLogFileValidation"]
)
def test_a_trail_needs_every_flag(flag: str) -> None:
    assert_found(trail("HLZ-TRL-001", **{flag: False}), f"{flag} true is expected")
    assert_found(trail("HLZ-TRL-001", **{flag: ABSENT}), f"{flag} true is expected")
    assert_undecided(trail("HLZ-TRL-001", **{flag: {"Ref": "Stage"}}), f"{flag} is not known")


@pytest.mark.parametrize("name", ["KMSKeyId", "S3BucketName"])
def test_a_trail_needs_key_and_bucket(name: str) -> None:
    assert_found(trail("HLZ-TRL-001", **{name: ABSENT}), f"{name} is expected")
    assert_found(trail("HLZ-TRL-001", **{name: ""}), f"{name} is expected")
    assert_undecided(trail("HLZ-TRL-001", **{name: {"Ref": "Stage"}}), f"{name} is not known")


def test_one_open_flag_hides_no_missing_key() -> None:
    report = trail("HLZ-TRL-001", IsLogging={"Ref": "Stage"}, KMSKeyId=ABSENT)
    assert_found(report, "no customer managed key")
    assert report.not_evaluated


INSIGHTS = [{"InsightType": "ApiCallRateInsight"}, {"InsightType": "ApiErrorRateInsight"}]


def organization(**properties: Any) -> Report:
    return trail(
        "HLZ-TRL-002",
        **{
            "IsOrganizationTrail": True,
            "InsightSelectors": INSIGHTS,
            "CloudWatchLogsLogGroupArn": {"Fn::GetAtt": ["Trail", "Arn"]},
            "CloudWatchLogsRoleArn": {"Fn::GetAtt": ["Trail", "Arn"]},
            **properties,
        },
    )


def selects(*fields: Json) -> list[Json]:
    return [{"Name": "all", "FieldSelectors": list(fields)}]


MANAGEMENT: Json = {"Field": "eventCategory", "Equals": ["Management"]}


@pytest.mark.parametrize(
    "selectors",
    [
        {},
        {"EventSelectors": [{"ReadWriteType": "All"}]},
        {"EventSelectors": [{"IncludeManagementEvents": False}, {"IncludeManagementEvents": True}]},
        {"AdvancedEventSelectors": selects(MANAGEMENT)},
    ],
)
def test_an_organization_trail_that_records_all_management_events_is_fine(selectors: Json) -> None:
    assert_quiet(organization(**selectors))


@pytest.mark.parametrize(
    "selectors",
    [
        {"EventSelectors": [{"IncludeManagementEvents": False}]},
        {"EventSelectors": [{"ReadWriteType": "WriteOnly"}]},
        {"EventSelectors": [{"ExcludeManagementEventSources": ["kms.amazonaws.com"]}]},
        {"AdvancedEventSelectors": selects({"Field": "eventCategory", "Equals": ["Data"]})},
        {"AdvancedEventSelectors": selects(MANAGEMENT, {"Field": "readOnly", "Equals": ["false"]})},
        {"AdvancedEventSelectors": selects(MANAGEMENT, {"Field": "eventSource", "NotEquals": ["kms.amazonaws.com"]})},
    ],
)
def test_an_organization_trail_that_leaves_management_events_out_is_a_finding(selectors: Json) -> None:
    assert_found(organization(**selectors), "does not record every management event")


@pytest.mark.parametrize("missing", [0, 1])
def test_both_insights_are_expected(missing: int) -> None:
    found = organization(InsightSelectors=[INSIGHTS[1 - missing]])
    assert_found(found, INSIGHTS[missing]["InsightType"])


@pytest.mark.parametrize("name", ["CloudWatchLogsLogGroupArn", "CloudWatchLogsRoleArn"])
def test_an_organization_trail_streams(name: str) -> None:
    assert_found(organization(**{name: ABSENT}), f"{name} is expected")


def test_other_trails_are_not_the_organizations() -> None:
    assert_did_not_run(trail("HLZ-TRL-002"))
    assert_did_not_run(organization(IsOrganizationTrail=False))
    assert_did_not_run(organization(Tags=[{"Key": "hlz:purpose", "Value": "data-events"}]))


def test_an_organization_trail_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(organization(IsOrganizationTrail={"Ref": "Stage"}), "IsOrganizationTrail is not known")
    assert_undecided(organization(EventSelectors=[{"ReadWriteType": {"Ref": "Stage"}}]), "ReadWriteType is not known")
    assert_undecided(organization(InsightSelectors={"Ref": "Stage"}), "InsightSelectors is not known")
    advanced = selects({"Field": "eventCategory", "Equals": [{"Ref": "Stage"}]})
    assert_undecided(organization(AdvancedEventSelectors=advanced), "a value of Equals is not known")
    assert_undecided(organization(CloudWatchLogsRoleArn={"Ref": "Stage"}), "CloudWatchLogsRoleArn is not known")


DATA: Json = {"Field": "eventCategory", "Equals": ["Data"]}
OBJECTS: Json = {"Field": "resources.type", "Equals": ["AWS::S3::Object"]}
TAGGED = [{"Key": "hlz:purpose", "Value": "data-events"}]


def data_events(*fields: Json, **properties: Any) -> Report:
    chosen = {"AdvancedEventSelectors": selects(*fields)} if fields else {}
    return trail("HLZ-TRL-003", **{**chosen, **properties})


def excluding(operator: str, *arns: Any) -> Json:
    return {"Field": "resources.ARN", operator: list(arns)}


@pytest.mark.parametrize(
    "exclusion",
    [
        excluding("NotStartsWith", {"Fn::Sub": "arn:${AWS::Partition}:s3:::hlz-"}),
        excluding("NotEquals", "arn:aws:s3:::hlz-trail-111122223333/AWSLogs"),
    ],
)
def test_a_trail_of_all_objects_but_the_toolkits_own_is_fine(exclusion: Json) -> None:
    assert_quiet(data_events(DATA, OBJECTS))
    assert_quiet(data_events(DATA, OBJECTS, exclusion))


@pytest.mark.parametrize("prefix", ["arn:aws:s3", "arn:aws:s3:::", {"Fn::Sub": "arn:${AWS::Partition}:s3"}])
def test_a_basic_selector_of_all_buckets_is_fine(prefix: Any) -> None:
    everything = {"DataResources": [{"Type": "AWS::S3::Object", "Values": [prefix]}]}
    assert_quiet(data_events(EventSelectors=[everything]))


@pytest.mark.parametrize(
    "limit",
    [
        {"Field": "readOnly", "Equals": ["false"]},
        {"Field": "eventName", "NotEquals": ["ListObjects"]},
        excluding("NotStartsWith", "arn:aws:s3:::hlz-", "arn:aws:s3:::phi-"),
        excluding("NotStartsWith", "arn:aws:s3:::"),
        excluding("StartsWith", "arn:aws:s3:::hlz-"),
    ],
)
def test_a_trail_that_leaves_objects_out_is_a_finding(limit: Json) -> None:
    assert_found(data_events(DATA, OBJECTS, limit), "all S3 objects")


@pytest.mark.parametrize(
    "selector",
    [
        {"ReadWriteType": "WriteOnly", "DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3"]}]},
        {"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::bucket/"]}]},
        {"DataResources": [{"Type": "AWS::Lambda::Function", "Values": ["arn:aws:s3"]}]},
    ],
)
def test_a_basic_selector_of_less_is_a_finding(selector: Json) -> None:
    assert_found(data_events(EventSelectors=[selector]), "all S3 objects")


def test_data_events_of_another_service_alone_are_a_finding() -> None:
    functions = {"Field": "resources.type", "Equals": ["AWS::Lambda::Function"]}
    assert_found(data_events(DATA, functions), "all S3 objects")


def test_a_trail_tagged_for_data_events_without_any_is_a_finding() -> None:
    assert_found(data_events(Tags=TAGGED), "all S3 objects")


def test_a_trail_of_management_events_is_not_examined() -> None:
    assert_did_not_run(data_events(MANAGEMENT))
    assert_did_not_run(data_events(EventSelectors=[{"ReadWriteType": "All"}]))


def test_data_events_decided_at_deployment_are_not_evaluated() -> None:
    assert_undecided(data_events(DATA, {"Field": "resources.type", "Equals": {"Ref": "Stage"}}), "Equals is not known")
    assert_undecided(data_events(Tags=TAGGED, EventSelectors={"Ref": "Stage"}), "EventSelectors is not known")
    assert_undecided(data_events(DATA, OBJECTS, Tags={"Ref": "Stage"}), "tag hlz:purpose is not known")


def test_every_shortcoming_of_a_trail_is_its_own_finding() -> None:
    assert len(messages(check("HLZ-TRL-001", Trail=resource(TRAIL)))) == 6
