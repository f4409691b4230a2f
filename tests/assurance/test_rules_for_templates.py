"""HLZ-TPL: variant ids, secrets, readability."""

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
    check_document,
    document,
    resource,
)

VARIANT = "workload-network-a1b2c3"


def variant(raw: Json, variant_id: str | None = VARIANT) -> Report:
    return check_document("HLZ-TPL-001", raw, context={"variant_id": variant_id})


def test_a_template_without_the_variants_id_is_fine() -> None:
    assert_quiet(variant(document(Vpc=resource("AWS::EC2::VPC"))))


def test_the_id_in_a_tag_is_a_finding_on_the_resource() -> None:
    tags = [{"Key": "Name", "Value": f"{VARIANT}/Vpc"}]
    report = variant(document(Vpc=resource("AWS::EC2::VPC", {"Tags": tags})))
    assert_found(report, VARIANT)
    assert (report.findings[0].resource, report.findings[0].path) == ("Vpc", "Resources/Vpc/Properties/Tags/0/Value")


def test_the_id_in_a_description_is_a_finding_on_the_template() -> None:
    report = variant(document() | {"Description": f"Made for {VARIANT.upper()}"})
    assert (report.findings[0].resource, report.findings[0].path) == ("", "Description")


def test_the_id_without_its_hyphens_is_found_in_a_logical_id() -> None:
    assert_found(variant(document(WorkloadNetworkA1b2c3Vpc=resource("AWS::EC2::VPC"))), "WorkloadNetworkA1b2c3Vpc")


def test_without_a_variant_the_rule_does_not_run() -> None:
    assert_did_not_run(variant(document(), None))


def test_an_id_too_short_to_look_for_is_not_evaluated() -> None:
    assert_undecided(variant(document(), "ab"), "too short")


def secrets(parameters: Json | None = None, **resources: Any) -> Report:
    return check_document("HLZ-TPL-002", document(**resources) | {"Parameters": parameters or {}})


@pytest.mark.parametrize(
    "parameter",
    [
        {"DbPassword": {"Type": "String", "NoEcho": True}},
        {"SecretArn": {"Type": "String"}},
        {"TokenLifetimeDays": {"Type": "Number", "Default": 7}},
        {"ApiToken": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/x"}},
        {"SecretsManagerHostedZone": {"Type": "String"}},
    ],
)
def test_parameters_that_hide_or_name_a_secret_are_fine(parameter: Json) -> None:
    assert_quiet(secrets(parameter, Vpc=resource("AWS::EC2::VPC")))


def test_a_secret_parameter_in_clear_is_a_finding() -> None:
    assert_found(secrets({"DbPassword": {"Type": "String"}}), "DbPassword is shown in clear")


def test_a_secret_parameter_with_a_default_is_a_finding() -> None:
    parameter = {"ApiToken": {"Type": "String", "NoEcho": "true", "Default": "x"}}
    assert_found(secrets(parameter), "ApiToken has a default")


def test_a_secret_parameter_that_cannot_be_read_is_not_evaluated() -> None:
    assert_undecided(secrets({"ApiToken": "x"}), "ApiToken is a text")


@pytest.mark.parametrize(
    ("type_", "properties"),
    [
        ("AWS::Lambda::Function", {"Environment": {"Variables": {"API_TOKEN": "abc"}}}),
        ("AWS::ECS::TaskDefinition", {"ContainerDefinitions": [{"Environment": [{"Name": "SECRET", "Value": "s"}]}]}),
        (
            "AWS::CodeBuild::Project",
            {"Environment": {"EnvironmentVariables": [{"Name": "PASSWORD", "Value": "s", "Type": "PLAINTEXT"}]}},
        ),
        ("AWS::RDS::DBInstance", {"MasterUserPassword": "hunter2"}),
        (
            "AWS::OpenSearchService::Domain",
            {"AdvancedSecurityOptions": {"MasterUserOptions": {"MasterUserPassword": "x"}}},
        ),
        ("AWS::SSM::Parameter", {"Value": "AKIAIOSFODNN7EXAMPLE"}),
    ],
)
def test_a_secret_in_clear_is_a_finding(type_: str, properties: Json) -> None:
    assert_found(secrets(Holder=resource(type_, properties)), "Holder")


def test_an_access_key_is_found_on_its_resource_or_on_the_template() -> None:
    key = "AKIAIOSFODNN7EXAMPLE"
    inside = secrets(Holder=resource("AWS::SSM::Parameter", {"Value": key})).findings[0]
    assert (inside.resource, inside.path) == ("Holder", "Resources/Holder/Properties/Value")
    outside = check_document("HLZ-TPL-002", document() | {"Description": key}).findings[0]
    assert (outside.resource, outside.path) == ("", "Description")


@pytest.mark.parametrize(
    ("type_", "properties"),
    [
        ("AWS::Lambda::Function", {"Environment": {"Variables": {"SECRET_ARN": "arn:x", "TOKEN_URL": "https://a"}}}),
        ("AWS::RDS::DBInstance", {"MasterUserPassword": "{{resolve:secretsmanager:db}}"}),
        ("AWS::RDS::DBInstance", {"ManageMasterUserPassword": "true"}),
        (
            "AWS::CodeBuild::Project",
            {"Environment": {"EnvironmentVariables": [{"Name": "TOKEN", "Value": "id", "Type": "SECRETS_MANAGER"}]}},
        ),
    ],
)
def test_references_to_secrets_are_fine(type_: str, properties: Json) -> None:
    assert_quiet(secrets(Holder=resource(type_, properties)))


def test_a_well_formed_template_is_fine() -> None:
    assert_quiet(check("HLZ-TPL-003", Vpc=resource("AWS::EC2::VPC")))


def test_a_malformed_resource_is_a_finding() -> None:
    assert_found(check("HLZ-TPL-003", Vpc="AWS::EC2::VPC"), "Resource Vpc is a text")


def test_a_macro_leaves_the_template_not_evaluated() -> None:
    raw = document() | {"Transform": "AWS::Serverless-2016-10-31"}
    assert_undecided(check_document("HLZ-TPL-003", raw), "macro")
