from __future__ import annotations

import json
from typing import Any

import pytest

from landing_zone.lza.statement_effects import mistakes
from landing_zone.proof.guardrails.json_document import parse_json
from landing_zone.proof.guardrails.organization import Policy
from landing_zone.proof.guardrails.policy_grammar import Kind, policy_content

ROLE = "arn:aws:iam::*:role/platform"


def deny(action: str | list[str] = "*", resource: str | list[str] = "*", **condition: dict[str, Any]) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": "Deny", "Action": action, "Resource": resource}
    if condition:
        statement["Condition"] = {name.replace("_", ":"): keys for name, keys in condition.items()}
    return statement


def found(statement: dict[str, Any], kind: Kind = "scp", partition: str = "aws") -> list[tuple[str, str]]:
    """Id and words of each mistake."""
    document = parse_json(json.dumps({"Version": "2012-10-17", "Statement": [statement]}), "a.json")
    policy = Policy("a", policy_content(document))
    return [(one.id, " ".join(one.details.values())) for one in mistakes(policy, kind, partition)]


DEAD = {
    "an ARN of root where users are meant": (
        deny("iam:CreateAccessKey", "arn:aws:iam::*:root"),
        "no action of the statement works on 'arn:aws:iam::*:root'; they work on arn:*:iam::*:user/*",
    ),
    "an ARN with a part missing": (deny("iam:CreateAccessKey", "arn:aws:iam:*:root"), "'arn:aws:iam:*:root' is no ARN"),
    "an ARN of another service": (deny("s3:DeleteBucket", "arn:aws:s3control:::logs"), "no action of the statement"),
    "an action that knows no resource": (
        deny("ec2:DisableEbsEncryptionByDefault", "arn:aws:ec2:*:*:volume/*"),
        "they work on no resource and match * alone",
    ),
    "a session where aws:PrincipalArn has roles": (
        deny(StringLike={"aws:PrincipalArn": "arn:aws:sts::*:assumed-role/Admin/*"}),
        "is nobody's aws:PrincipalArn",
    ),
    "a principal of another partition, compared as text": (
        deny(StringLike={"aws:PrincipalArn": "arn:aws-us-gov:iam::*:root"}),
        "is of the partition aws-us-gov, and the organization is in aws",
    ),
    "a Region without its second hyphen": (
        deny(StringEquals={"aws:RequestedRegion": "us-west2"}),
        "'us-west2' is the name of no Region",
    ),
    "a root with a slash": (
        deny(ArnLike={"aws:PrincipalArn": "arn:aws:iam::*:root/*"}),
        "is nobody's aws:PrincipalArn",
    ),
    "a principal with a part missing": (deny(ArnLike={"aws:PrincipalArn": "arn:aws:iam:*:root"}), "is no ARN"),
    "a key that the action never carries": (
        deny("s3:CreateBucket", StringEquals={"rds:DatabaseEngine": "mysql"}),
        "no request carries rds:DatabaseEngine with s3:CreateBucket, and StringEquals needs it",
    ),
    "a key that nobody knows": (
        deny(StringEquals={"aws:PrincipleArn": ROLE}),
        "aws:PrincipleArn is no condition key that is known (did you mean 'aws:PrincipalArn'?)",
    ),
    "two operators that contradict each other": (
        deny(StringEquals={"aws:PrincipalAccount": "111122223333"}, StringNotLike={"aws:PrincipalAccount": "1111*"}),
        "StringEquals and StringNotLike of aws:principalaccount contradict each other",
    ),
    "a NotAction that leaves nothing": (
        {"Effect": "Deny", "NotAction": "*", "Resource": "*"},
        "NotAction * leaves nothing",
    ),
}


@pytest.mark.parametrize("name", DEAD)
def test_a_statement_that_nothing_can_match_is_told_with_the_reason(name: str) -> None:
    statement, why = DEAD[name]
    ((id, words),) = found(statement)
    assert id == "LZA-POL-003"
    assert why in words


ALIVE = {
    "every resource": deny("iam:CreateAccessKey"),
    "users": deny("iam:CreateAccessKey", "arn:aws:iam::*:user/*"),
    "every root": deny(ArnLike={"aws:PrincipalArn": "arn:aws:iam::*:root"}),
    "roots by a glob": deny(StringLike={"aws:PrincipalArn": "*:root"}),
    "an exemption": deny(ArnNotLike={"aws:PrincipalARN": [ROLE]}),
    "a key that must be missing": deny(Null={"aws:AssumedRoot": "true"}),
    "a policy variable": deny("s3:PutObject", "arn:aws:s3:::${aws:PrincipalAccount}-logs/*"),
    "a tag": deny("ec2:DeleteVpc", StringEquals={"aws:ResourceTag/owner": "platform"}),
    "actions of several services, each with its own ARN": deny(
        ["kinesis:DeleteStream", "firehose:DeleteDeliveryStream"],
        ["arn:aws:kinesis:*:*:stream/logs", "arn:aws:firehose:*:*:deliverystream/logs"],
    ),
}


@pytest.mark.parametrize("name", ALIVE)
def test_a_statement_that_something_matches_is_left_alone(name: str) -> None:
    assert found(ALIVE[name]) == []


def test_one_dead_arn_beside_a_live_one_is_a_part_and_not_the_whole() -> None:
    statement = deny("iam:CreateAccessKey", ["arn:aws:iam::*:user/*", "arn:aws:iam::*:root"])
    assert [id for id, _ in found(statement)] == ["LZA-POL-004"]


def test_an_exemption_of_nobody_is_told() -> None:
    ((id, words),) = found(deny(ArnNotLike={"aws:PrincipalArn": [ROLE, "arn:aws:sts::*:assumed-role/platform/*"]}))
    assert id == "LZA-POL-004"
    assert words.endswith("so it exempts nobody")


def test_actions_whose_requests_lack_the_key_are_named_and_the_others_not() -> None:
    statement = deny(["ec2:DeleteVpc", "ec2:CreateInternetGateway"], StringEquals={"ec2:ResourceTag/owner": "platform"})
    ((id, words),) = found(statement)
    assert id == "LZA-POL-006"
    assert "ec2:CreateInternetGateway" in words
    assert "DeleteVpc" not in words
    spared = deny(["ec2:DeleteVpc", "ec2:CreateInternetGateway"], StringNotEquals={"ec2:ResourceTag/owner": "platform"})
    assert found(spared) == [], "a missing key fulfils the contrary"


@pytest.mark.parametrize(
    ("operator", "key", "expected"),
    [
        ("Bool", "aws:MultiFactorAuthPresent", ["LZA-POL-007"]),
        ("BoolIfExists", "aws:MultiFactorAuthPresent", []),
        ("Bool", "aws:SecureTransport", []),
    ],
)
def test_bool_is_told_where_the_key_may_be_missing(operator: str, key: str, expected: list[str]) -> None:
    assert [id for id, _ in found({**deny(), "Condition": {operator: {key: "false"}}})] == expected


def test_an_arn_of_another_partition_never_matches() -> None:
    statement = deny("s3:DeleteBucket", "arn:aws:s3:::logs")
    assert found(statement) == []
    ((id, words),) = found(statement, partition="aws-us-gov")
    assert id == "LZA-POL-003"
    assert "partition aws, and the organization is in aws-us-gov" in words
