"""HLZ-TPL-020: secrets neither stand in a template nor get from it to where people read them."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.finding import Report
from tests.assurance.arrange import Json, assert_found, assert_quiet, check, check_document, document, resource

RULE = "HLZ-TPL-020"
HIDDEN: Json = {"Type": "String", "NoEcho": True}


def variables(**values: Any) -> Report:
    raw = document(Function=resource("AWS::Lambda::Function", {"Environment": {"Variables": values}}))
    raw["Parameters"]["DatabasePassword"] = HIDDEN
    return check_document(RULE, raw)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD", {"Ref": "DatabasePassword"}),
        ("DSN", {"Fn::Sub": "postgres://app:${DatabasePassword}@db/ehr"}),
        ("DSN", {"Fn::Join": ["", ["pw=", {"Ref": "DatabasePassword"}]]}),
        ("KEY", "{{resolve:secretsmanager:ehr:SecretString:password}}"),
        ("API_TOKEN", "correct-horse-battery"),
        ("AWS_SECRET_ACCESS_KEY", {"Ref": "Stage"}),
        ("DSN", "postgres://app:hunter22@db.example/ehr"),
        ("X", "ghp_" + "a1" * 18),
    ],
)
def test_a_secret_in_a_variable_is_found(name: str, value: Any) -> None:
    assert_found(variables(**{name: value}), name if name != "X" else "token")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DB_PASSWORD_SECRET_ARN", "arn:aws:secretsmanager:us-east-1:111122223333:secret:ehr"),
        ("SECRET", {"Ref": "Secret"}),
        ("TOKEN", {"Ref": "Stage"}),
        ("STAGE", "production"),
        ("URL", "https://ehr.example/patients"),
    ],
)
def test_a_name_of_a_secret_is_none(name: str, value: Any) -> None:
    assert_quiet(variables(**{name: value}))


def part(type_: str, properties: Json) -> Report:
    return check(RULE, Part=resource(type_, properties))


def test_secrets_in_commands_and_properties_are_found() -> None:
    start = {"Fn::Base64": {"Fn::Sub": "#!/bin/bash\nexport DB_PASSWORD=Sup3rSecret99\n"}}
    assert_found(part("AWS::EC2::Instance", {"UserData": start}), "command or setting")
    assert_found(part("AWS::SecretsManager::Secret", {"SecretString": "Sup3rSecret99"}), "states a secret")
    assert_found(part("AWS::SSM::Parameter", {"Name": "/ehr/db-password", "Value": "abc"}), "keeps a secret")
    container = {"Environment": [{"Name": "API_KEY", "Value": "abcdef"}]}
    assert_found(part("AWS::ECS::TaskDefinition", {"ContainerDefinitions": [container]}), "variable API_KEY")


def test_units_of_tokens_are_no_tokens() -> None:
    units = {"TokenValidityUnits": {"AccessToken": "minutes"}}
    assert_quiet(part("AWS::Cognito::UserPoolClient", units))


def test_commands_that_fetch_a_secret_are_fine() -> None:
    fetch = "TOKEN=$(curl -X PUT http://169.254.169.254/latest/api/token)\nPASSWORD=`aws secretsmanager get`\n"
    assert_quiet(part("AWS::EC2::Instance", {"UserData": {"Fn::Base64": fetch}}))
    container = {"Secrets": [{"Name": "API_KEY", "ValueFrom": {"Ref": "Stage"}}]}
    assert_quiet(part("AWS::ECS::TaskDefinition", {"ContainerDefinitions": [container]}))
    by_name = {"EnvironmentVariables": [{"Name": "TOKEN", "Type": "SECRETS_MANAGER", "Value": "ehr:token"}]}
    assert_quiet(part("AWS::CodeBuild::Project", {"Environment": by_name}))


def test_an_output_shows_no_secret() -> None:
    raw = document(Queue=resource("AWS::SQS::Queue"))
    raw["Parameters"]["DatabasePassword"] = HIDDEN
    raw["Outputs"] = {"Password": {"Value": {"Ref": "DatabasePassword"}}}
    assert_found(check_document(RULE, raw), "Output Password")
    raw["Outputs"] = {"Name": {"Value": {"Ref": "Queue"}}}
    assert_quiet(check_document(RULE, raw))
