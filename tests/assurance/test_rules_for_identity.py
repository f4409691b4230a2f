"""HLZ-IAM: trust of AWS services, and blank cheques."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.assurance.action_catalogue import confinable_writes
from landing_zone.assurance.finding import Report
from landing_zone.assurance.values import CannotEvaluate
from tests.assurance.arrange import (
    Json,
    assert_found,
    assert_quiet,
    assert_undecided,
    check,
    messages,
    policy,
    resource,
    statement,
)

FLOW_LOGS = {"Service": "vpc-flow-logs.amazonaws.com"}


def trust(**fields: Any) -> Report:
    document = policy(statement(Action="sts:AssumeRole", **fields))
    return check("HLZ-IAM-001", Role=resource("AWS::IAM::Role", {"AssumeRolePolicyDocument": document}))


def test_a_service_that_can_be_confused_is_a_finding() -> None:
    assert_found(trust(Principal=FLOW_LOGS), "Role", "vpc-flow-logs.amazonaws.com", "aws:SourceAccount")


def test_a_regional_name_of_the_service_is_the_same_service() -> None:
    regional = {"Service": {"Fn::Sub": "logs.${AWS::Region}.${AWS::URLSuffix}"}}
    assert_found(trust(Principal=regional), "logs.amazonaws.com")


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}},
        {"ArnLike": {"aws:SourceArn": {"Fn::Sub": "arn:${AWS::Partition}:ec2:*:${AWS::AccountId}:vpc-flow-log/*"}}},
    ],
)
def test_a_service_on_behalf_of_the_own_account_is_fine(condition: Json) -> None:
    assert_quiet(trust(Principal=FLOW_LOGS, Condition=condition))


def test_services_that_send_no_source_are_not_judged() -> None:
    assert_quiet(trust(Principal={"Service": "ec2.amazonaws.com"}))


def test_a_service_decided_at_deployment_is_not_evaluated() -> None:
    assert_undecided(trust(Principal={"Service": {"Ref": "Stage"}}), "parameter Stage")


def grants(type_: str = "AWS::IAM::ManagedPolicy", **fields: Any) -> Report:
    document = policy({"Effect": "Allow", "Resource": "*", **fields})
    return check("HLZ-IAM-002", Policy=resource(type_, {"PolicyDocument": document}))


def test_all_actions_are_a_finding_even_under_a_condition() -> None:
    condition = {"StringEquals": {"aws:RequestedRegion": "us-east-1"}}
    assert_found(grants(Action="*", Condition=condition), "Policy grants all actions")


def test_allow_with_not_action_is_a_finding() -> None:
    assert_found(grants(NotAction="iam:*"), "everything but the listed actions")


def test_writing_to_all_resources_is_a_finding() -> None:
    assert_found(grants(Action=["s3:GetObject", "s3:PutObject"]), "s3:PutObject on all resources")
    assert_found(grants(Action="s3:*"), "and", "more on all resources")


@pytest.mark.parametrize(
    "fields",
    [
        {"Action": ["ec2:DescribeVpcs", "s3:ListAllMyBuckets"]},
        {"Action": "xray:PutTraceSegments"},
        {"Action": "s3:PutObject", "Resource": {"Fn::Sub": "arn:${AWS::Partition}:s3:::bucket/*"}},
        {"Action": "s3:PutObject", "Condition": {"StringEquals": {"aws:ResourceOrgID": {"Ref": "Stage"}}}},
        {"Action": "*", "Effect": "Deny"},
        {"Action": "s3:GetObject", "Resource": {"Ref": "Stage"}},
    ],
)
def test_reading_naming_confining_and_denying_are_fine(fields: Json) -> None:
    assert_quiet(grants(**fields))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"Action": {"Ref": "Stage"}}, "parameter Stage"),
        ({"Action": "s3:PutObject", "Resource": {"Ref": "Stage"}}, "parameter Stage"),
        ({"Action": "nosuchservice:Do"}, "not in the action catalogue"),
        ({"Action": "s3:NoSuchAction"}, "matches no action"),
    ],
)
def test_what_is_unknown_is_not_evaluated(fields: Json, reason: str) -> None:
    assert_undecided(grants(**fields), reason)


@pytest.mark.parametrize("type_", ["AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"])
def test_inline_policies_are_judged_each(type_: str) -> None:
    policies = [{"PolicyName": "a", "PolicyDocument": policy(statement(Action="*"))}] * 2
    report = check("HLZ-IAM-002", Holder=resource(type_, {"Policies": policies}))
    assert [finding.path for finding in report.findings] == [
        f"Resources/Holder/Properties/Policies/{index}/PolicyDocument/Statement/0" for index in (0, 1)
    ]


def test_the_permission_set_of_identity_center_is_judged() -> None:
    document = policy(statement(Action="*"))
    report = check("HLZ-IAM-002", Set=resource("AWS::SSO::PermissionSet", {"InlinePolicy": document}))
    assert len(messages(report)) == 1


def test_the_catalogue_knows_what_writes() -> None:
    assert confinable_writes("s3:GetObject") == ()
    assert confinable_writes("S3:PutObject") == ("s3:PutObject",)
    with pytest.raises(CannotEvaluate):
        confinable_writes("../s3:PutObject")


FOREIGN = {"AWS": "arn:aws:iam::111122223333:role/hlz-pipeline"}


def assumed(**fields: Any) -> Report:
    context = fields.pop("context", None)
    document = policy(statement(Action="sts:AssumeRole", **fields))
    return check(
        "HLZ-IAM-003", context=context, Role=resource("AWS::IAM::Role", {"AssumeRolePolicyDocument": document})
    )


def test_a_role_that_another_account_may_assume_needs_a_condition() -> None:
    assert_found(assumed(Principal=FOREIGN), "111122223333", "another account")


@pytest.mark.parametrize(
    "condition",
    [
        {"StringEquals": {"aws:PrincipalOrgID": {"Ref": "Stage"}}},
        {"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::111122223333:role/hlz-*"}},
        {"StringEquals": {"sts:ExternalId": "riverside-7c1f"}},
    ],
)
def test_another_account_under_a_condition_is_fine(condition: Json) -> None:
    assert_quiet(assumed(Principal=FOREIGN, Condition=condition))


@pytest.mark.parametrize(
    "condition",
    [
        {"StringLike": {"sts:ExternalId": "*"}},
        {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        {"StringEqualsIfExists": {"aws:PrincipalOrgID": "o-abcdefghij"}},
    ],
)
def test_a_condition_that_does_not_pin_the_other_account_does_not_help(condition: Json) -> None:
    assert_found(assumed(Principal=FOREIGN, Condition=condition), "another account")


def test_everybody_needs_more_than_an_external_id() -> None:
    assert_found(assumed(Principal="*", Condition={"StringEquals": {"sts:ExternalId": "x"}}), "everybody (*)")
    assert_quiet(assumed(Principal="*", Condition={"StringEquals": {"aws:PrincipalOrgID": {"Ref": "Stage"}}}))


def test_the_own_account_services_and_identity_providers_are_not_this_rules_matter() -> None:
    assert_quiet(assumed(Principal={"AWS": {"Ref": "AWS::AccountId"}}))
    assert_quiet(assumed(Principal=FOREIGN, context={"account_id": "111122223333"}))
    assert_quiet(
        assumed(Principal={"Service": "ec2.amazonaws.com", "Federated": "arn:aws:iam::111122223333:saml-provider/x"})
    )
    assert_quiet(assumed(Principal=FOREIGN, Effect="Deny"))


def test_trust_in_everybody_but_somebody_is_a_finding() -> None:
    assert_found(assumed(NotPrincipal=FOREIGN), "NotPrincipal")


def test_an_account_decided_at_deployment_is_not_evaluated_unless_pinned() -> None:
    unknown = {"AWS": {"Ref": "Stage"}}
    assert_undecided(assumed(Principal=unknown), "parameter Stage")
    assert_quiet(assumed(Principal=unknown, Condition={"StringEquals": {"aws:PrincipalOrgID": {"Ref": "Stage"}}}))


def carries(*arns: Any, type_: str = "AWS::IAM::Role") -> Report:
    return check("HLZ-IAM-004", Carrier=resource(type_, {"ManagedPolicyArns": list(arns)}))


@pytest.mark.parametrize("type_", ["AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"])
@pytest.mark.parametrize("name", ["AdministratorAccess", "PowerUserAccess", "IAMFullAccess"])
def test_full_access_is_a_finding(type_: str, name: str) -> None:
    assert_found(carries(f"arn:aws:iam::aws:policy/{name}", type_=type_), "Carrier carries", name)
    joined = {"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}, f":iam::aws:policy/{name}"]]}
    assert_found(carries(joined, type_=type_), name)


def test_other_policies_are_fine() -> None:
    own = {"Fn::Sub": "arn:aws:iam::${AWS::AccountId}:policy/AdministratorAccess"}
    assert_quiet(
        carries("arn:aws:iam::aws:policy/ReadOnlyAccess", "arn:aws:iam::aws:policy/service-role/AWSConfigRole", own)
    )


def test_a_policy_decided_at_deployment_is_not_evaluated_and_hides_no_other() -> None:
    assert_undecided(carries({"Ref": "Stage"}), "ManagedPolicyArns.0 is not known")
    both = carries({"Ref": "Stage"}, "arn:aws:iam::aws:policy/AdministratorAccess")
    assert_found(both, "AdministratorAccess")
    assert both.not_evaluated
