"""Each mistake in a guardrail is one fault at its place; what is right stays quiet."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.guardrails.arrange import EC2, RCP, SCP, faults, group, guardrail, statement

ARN = "arn:aws:s3:::records"


def condition(operator: str, key: str, *values: str, action: str = "ec2:CreateVolume") -> dict[str, Any]:
    return statement(Action=[action], Condition={operator: {key: list(values)}})


QUIET = [
    statement(Action=["s3:Put*", "EC2:runinstances"]),
    statement(NotAction=["iam:*"]),
    statement(
        Action="s3:PutBucketPolicy", Resource=["arn:aws:s3:::${Bucket}", "arn:aws:s3:::x-${LogArchiveAccountId}"]
    ),
    statement(Action="s3:PutBucketPolicy", NotResource=ARN),
    statement(Action="iam:CreateRole", Resource="arn:aws:iam::*:role/hlz-*"),
    statement(Action="*", Condition={"StringNotEquals": {"aws:RequestedRegion": "${Regions}"}}),
    condition("Bool", "ec2:Encrypted", "false"),
    condition("Null", "ec2:Encrypted", "true"),
    condition("StringEquals", "aws:RequestTag/owner", "a"),
    condition("ForAnyValue:StringEquals", "aws:TagKeys", "a"),
    condition("ForAllValues:StringNotLike", "aws:TagKeys", "a"),
    condition("NumericGreaterThan", "ec2:VolumeSize", "100"),
    condition("IpAddress", "aws:SourceIp", "10.0.0.0/8"),
    condition("DateGreaterThan", "aws:CurrentTime", "2026-11-22T00:00:00Z"),
    # A pattern may cover actions that lack the key, where the Deny then does not fire.
    condition("StringEquals", "s3:x-amz-acl", "public-read", action="s3:Put*"),
    # Each action knows one of the keys, so neither is denied altogether.
    statement(
        Action=["kms:ReplicateKey", "kms:UpdatePrimaryRegion"],
        Condition={"StringNotEquals": {"kms:PrimaryRegion": "${Regions}", "kms:ReplicaRegion": "${Regions}"}},
    ),
]


@pytest.mark.parametrize("right", QUIET, ids=str)
def test_what_is_right_stays_quiet(tmp_path: Path, right: dict[str, Any]) -> None:
    assert faults(tmp_path, guardrail(statement=right)) == []


REFUSED: list[tuple[dict[str, Any], str, str, str]] = [
    # parts of the guardrail, key of the fault, message, hint
    ({"control": "LZ-ORG-06"}, "control", "unknown control", "LZ-ORG-05"),
    ({"invariants": ["accounts-canot-leave"]}, "invariants", "unknown invariant", "accounts-cannot-leave"),
    ({"exempt": ["executon"]}, "exempt", "unknown group 'executon'; known: execution", "execution"),
    ({"statement": None}, "", "needs the key 'statement'", ""),
    ({"content": {}}, "content", "has no 'content'", ""),
    ({"basis": "rcp"}, "basis", "does not fit type SERVICE_CONTROL_POLICY; allowed: scp, scp-total-deny", ""),
    ({"statement": {"Effect": "Allow", "Action": "s3:*"}}, "statement.Effect", "Allow has no effect", "NotAction"),
    ({"statement": statement()}, "statement", "needs one of Action and NotAction", ""),
    ({"statement": statement(Action="s3:*", NotAction="s3:*")}, "statement", "needs one of Action and NotAction", ""),
    (
        {"statement": statement(Action="s3:*", Resource=ARN, NotResource=ARN)},
        "statement.NotResource",
        "exclude each other",
        "",
    ),
    ({"statement": statement(NotAction="*")}, "statement.NotAction", "can never match", ""),
    ({"statement": statement(Action="s3:*", NotResource="*")}, "statement.NotResource", "can never match", ""),
    (
        {"statement": statement(Action="s3:*", Condition={"Bool": {}})},
        "statement.Condition.Bool",
        "no condition key",
        "",
    ),
    (
        {"statement": condition("StringEqual", "aws:SourceVpc", "a")},
        "statement.Condition.StringEqual",
        "unknown operator 'StringEqual'; allowed: StringEquals",
        "StringEquals",
    ),
    (
        {"statement": condition("NullIfExists", "aws:SourceVpc", "a")},
        "statement.Condition.NullIfExists",
        "unknown",
        "alone",
    ),
    # actions
    (
        {"statement": statement(Action="s3:PutBucketPolcy")},
        "statement.Action",
        "is no action of s3",
        "PutBucketPolicy",
    ),
    ({"statement": statement(Action="s3:Putt*")}, "statement.Action", "pattern matches no action of s3", ""),
    ({"statement": statement(Action="guarduty:*")}, "statement.Action", "unknown service 'guarduty'", "guardduty:*"),
    ({"statement": statement(NotAction=["iam:*", "s3"])}, "statement.NotAction", "is no action; allowed", ""),
    ({"statement": statement(Action="s3*:Put")}, "statement.Action", "is no action; allowed: service:Action", ""),
    # resources
    (
        {"statement": statement(Action="s3:PutBucketPolicy", Resource="records")},
        "statement.Resource",
        "is no ARN; allowed: arn:partition:service",
        "",
    ),
    (
        {"statement": statement(Action="s3:PutBucketPolicy", Resource="arn:was:s3:::records")},
        "statement.Resource",
        "unknown partition 'was'; allowed: aws",
        "aws",
    ),
    (
        {"statement": statement(Action="iam:CreateRole", Resource="arn:aws:iam::*:roles/hlz-*")},
        "statement.Resource",
        "is the ARN of no resource of iam",
        "role/*",
    ),
    (
        {"statement": statement(NotAction="iam:*", Resource="arn:aws:iamm::*:role/x")},
        "statement.Resource",
        "unknown service 'iamm'",
        "iam",
    ),
    (
        {"statement": statement(Action="iam:CreateRole", Resource="arn:aws:iam::*:user/x")},
        "statement.Resource",
        "none of the actions works on",
        "role/*",
    ),
    (
        {"statement": statement(Action=["iam:CreateRole", "iam:CreateUser"], Resource="arn:aws:iam::*:role/x")},
        "statement.Action",
        "iam:CreateUser works on none of the statement's resources",
        "user/*",
    ),
    # conditions
    (
        {"statement": condition("Bool", "ec2:Encryptd", "false")},
        "statement.Condition.Bool.ec2:Encryptd",
        "unknown condition key",
        "ec2:encrypted",
    ),
    (
        {"statement": condition("Bool", "ec2:Encrypted", "false", action="ec2:DeleteVpc")},
        "statement.Condition.Bool.ec2:Encrypted",
        "is unknown to ec2:DeleteVpc: this statement would never fire for them",
        "leave these actions out",
    ),
    (
        {"statement": condition("BoolIfExists", "ec2:Encrypted", "false", action="ec2:DeleteVpc")},
        "statement.Condition.BoolIfExists.ec2:Encrypted",
        "is unknown to ec2:DeleteVpc: this statement would deny them to everybody",
        "leave these actions out",
    ),
    (
        {"statement": condition("StringNotEquals", "ec2:Encrypted", "true", action="ec2:DeleteVpc")},
        "statement.Condition.StringNotEquals.ec2:Encrypted",
        "would deny them to everybody",
        "",
    ),
    (
        {"statement": condition("Null", "ec2:Encrypted", "true", action="ec2:Create*")},
        "statement.Condition.Null.ec2:Encrypted",
        "would deny them to everybody",
        "",
    ),
    (
        {"statement": statement(NotAction="iam:*", Condition={"BoolIfExists": {"ec2:Encrypted": "false"}})},
        "statement.Condition.BoolIfExists.ec2:Encrypted",
        "every action without it",
        "",
    ),
    (
        {"statement": condition("StringEquals", "aws:TagKeys", "a")},
        "statement.Condition.StringEquals",
        "aws:TagKeys has several values",
        "ForAnyValue:StringEquals",
    ),
    (
        {"statement": condition("ForAnyValue:StringEquals", "aws:SourceVpc", "a")},
        "statement.Condition.ForAnyValue:StringEquals",
        "aws:SourceVpc has one value",
        "StringEquals",
    ),
    (
        {"statement": condition("NumericLessThan", "aws:SourceVpc", "1")},
        "statement.Condition.NumericLessThan",
        "it never matches",
        "",
    ),
    ({"statement": condition("Bool", "ec2:Encrypted", "no")}, "statement.Condition.Bool.ec2:Encrypted", "truth", ""),
    (
        {"statement": condition("IpAddress", "aws:SourceIp", "10.0.0.1/8")},
        "statement.Condition.IpAddress.aws:SourceIp",
        "no address range",
        "",
    ),
    (
        {"statement": condition("NumericLessThan", "ec2:VolumeSize", "big")},
        "statement.Condition.NumericLessThan.ec2:VolumeSize",
        "is no number",
        "",
    ),
    (
        {"statement": condition("DateLessThan", "aws:CurrentTime", "soon")},
        "statement.Condition.DateLessThan.aws:CurrentTime",
        "is no date",
        "",
    ),
    (
        {"statement": condition("ArnLike", "aws:PrincipalArn", "hlz-settings")},
        "statement.Condition.ArnLike.aws:PrincipalArn",
        "is no ARN",
        "",
    ),
    # statements that can never match
    (
        {
            "statement": statement(
                Action="s3:*",
                Condition={"StringEquals": {"aws:SourceVpc": "a"}, "StringNotEquals": {"aws:SourceVpc": "a"}},
            )
        },
        "statement.Condition",
        "no request can meet StringEquals and StringNotEquals on aws:sourcevpc",
        "",
    ),
    (
        {
            "statement": statement(
                Action="s3:*", Condition={"Null": {"aws:SourceVpc": "true"}, "StringLike": {"aws:SourceVpc": "*"}}
            )
        },
        "statement.Condition",
        "can never match",
        "",
    ),
    (
        {"statement": condition("Null", "aws:PrincipalArn", "true")},
        "statement.Condition",
        "can never match",
        "",
    ),
    (
        {"statement": condition("ArnNotLike", "aws:PrincipalArn", "*")},
        "statement.Condition",
        "can never match",
        "",
    ),
    # parameters
    (
        {"statement": statement(Action="s3:PutBucketPolicy", Resource="arn:aws:s3:::${Buckt}")},
        "statement.Resource",
        "unknown parameter ${Buckt}; known: Bucket",
        "Bucket",
    ),
    (
        {"statement": statement(Action="s3:PutBucketPolicy", Resource="arn:aws:s3:::${Nothing}")},
        "statement.Resource",
        "parameter ${Nothing} is an empty list",
        "",
    ),
]


@pytest.mark.parametrize(
    ("parts", "key", "message", "hint"), REFUSED, ids=[f"{row[1]}:{row[2][:40]}" for row in REFUSED]
)
def test_a_mistake_is_one_fault_at_its_place(
    tmp_path: Path, parts: dict[str, Any], key: str, message: str, hint: str
) -> None:
    groups = {"execution": group("arn:aws:iam::*:role/x", by_aws="nobody makes it")}
    (fault,) = faults(tmp_path, guardrail(**parts), groups=groups)
    assert _without_positions(fault.key) == f"guardrails.{key}".rstrip(".")
    assert message in fault.message
    assert hint in fault.hint
    assert fault.file.endswith("service_control_policy.yaml")
    assert fault.line > 1 or not key


def _without_positions(key: str) -> str:
    return re.sub(r"\[\d+\]|'", "", key)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (statement(Action="*"), "takes no Action * alone"),
        (statement(NotAction="s3:*"), "has no NotAction"),
        (statement(Action="ec2:RunInstances"), "do not bind ec2"),
        (statement(Action="kms:RetireGrant"), "not allowed in a resource control policy"),
        (statement(Effect="Allow", Action="s3:*"), "Allow has no effect"),
    ],
)
def test_a_resource_control_policy_takes_what_aws_lets_it_take(
    tmp_path: Path, wrong: dict[str, Any], message: str
) -> None:
    (fault,) = faults(tmp_path, guardrail(type=RCP, statement=wrong), type=RCP)
    assert message in fault.message
    assert faults(tmp_path, guardrail(type=RCP, statement=statement(Action="s3:*")), type=RCP) == []


def test_a_document_has_the_top_key_of_its_type(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, guardrail(type=EC2, content={"ec2_atributes": {}}), type=EC2)
    assert fault.key == "guardrails[0].content.ec2_atributes"
    assert (fault.message, fault.hint) == (
        "'ec2_atributes' is no key of a document of type DECLARATIVE_POLICY_EC2; allowed: ec2_attributes",
        "did you mean 'ec2_attributes'?",
    )


def test_a_declarative_guardrail_has_content_and_no_statement_and_exempts_nobody(tmp_path: Path) -> None:
    assert faults(tmp_path, guardrail(type=EC2), type=EC2) == []
    wrong = guardrail(type=EC2, content=None, statement=statement(Action="s3:*"))
    assert [fault.message.split(" ")[-1] for fault in faults(tmp_path, wrong, type=EC2)] == ["'content'", "content"]
    (fault,) = faults(
        tmp_path, guardrail(type=EC2, exempt=["x"]), type=EC2, groups={"x": group("arn:aws:iam::*:role/x")}
    )
    assert "exempts nobody" in fault.message


def test_two_guardrails_that_assign_different_values_to_one_place_are_refused(tmp_path: Path) -> None:
    def console(id: str, status: str) -> dict[str, Any]:
        content = {"ec2_attributes": {"serial_console_access": {"status": {"@@assign": status}}}}
        return guardrail(id, type=EC2, content=content)

    (fault,) = faults(tmp_path, console("one", "disabled"), console("other", "enabled"), type=EC2)
    assert "'one' and 'other' assign different values to ec2_attributes.serial_console_access.status" in fault.message
    assert fault.key.startswith("guardrails[1].content")
    assert faults(tmp_path, console("one", "disabled"), console("other", "disabled"), type=EC2) == []


def test_a_guardrail_that_names_its_own_source_is_not_held_against_the_catalogue(tmp_path: Path) -> None:
    unknown = statement(Action="s3:PutSomethingNew")
    assert len(faults(tmp_path, guardrail(statement=unknown))) == 1
    assert faults(tmp_path, guardrail(statement=unknown, source="https://docs.aws.amazon.com/x")) == []


def test_ids_that_aws_could_not_tell_apart_are_refused(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, guardrail("s3-a1"), guardrail("s3a-1"))
    assert "from which AWS cannot tell it" in fault.message


def test_every_mistake_of_a_file_is_told_at_once(tmp_path: Path) -> None:
    wrong = [guardrail("one", control="LZ-X"), guardrail("two", statement=statement(Action=["s3:Nope", "iamm:*"]))]
    assert [fault.key for fault in faults(tmp_path, *wrong, type=SCP)] == [
        "guardrails[0].control",
        "guardrails[1].statement.Action[0]",
        "guardrails[1].statement.Action[1]",
    ]
