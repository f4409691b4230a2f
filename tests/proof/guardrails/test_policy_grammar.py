"""What is a policy and what is not; every fault has its place and says what is allowed."""

from __future__ import annotations

import json
from typing import Any

import pytest

from landing_zone.fault import Fault, InputError
from landing_zone.manifest.document import MAX_DEPTH
from landing_zone.proof.guardrails.json_document import MAX_CHARACTERS, MAX_VALUES, parse_json
from landing_zone.proof.guardrails.policy_grammar import (
    Kind,
    allows_everything,
    policy_content,
    policy_faults,
    policy_notes,
    quota,
)

DENY = {"Effect": "Deny", "Action": "s3:DeleteBucket", "Resource": "*"}


def policy(*statements: dict[str, Any], **top: Any) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **top}, indent=1)


def faults(text: str, kind: Kind = "scp") -> list[Fault]:
    try:
        return list(policy_faults(parse_json(text, "p.json"), kind))
    except InputError as error:
        return list(error.faults)


def said(found: list[Fault]) -> list[str]:
    return [f"{one.line}:{one.column} {one.key}: {one.message} ({one.hint})" for one in found]


NO_JSON = [
    ("", "1:1 : is empty ()"),
    ('{"Version": "2012-10-17",\n "Statement" []}', "2:14 : is not valid JSON: expecting ':' delimiter ()"),
    ('{"Version": "2012', "1:13 : is not valid JSON: unterminated string starting ()"),
    ('{"a": 1}\n{}', "2:1 : is not valid JSON: extra data ()"),
    ('{"a": [1,\r\n NaN]}', "2:2 a[1]: is not valid JSON: NaN is no number ()"),
    ('{"a": 1,\n "a": 2}', "2:2 a: key 'a' is given twice; first on line 1 ()"),
    ('{"a": "x\\ud800"}', "1:7 a: character U+D800 in a text is not allowed (remove it)"),
    ('{"a\\u0007": 1}', "1:2 : character U+0007 in a text is not allowed (remove it)"),
    (" " * MAX_CHARACTERS + "1", "1:1 : has 500,001 characters; more than 500,000 are refused ()"),
    ("[" * 100_000, f"1:1 : is nested deeper than {MAX_DEPTH} levels ()"),
]


@pytest.mark.parametrize(("text", "expected"), NO_JSON, ids=[expected for _, expected in NO_JSON])
def test_what_is_no_json_is_one_fault_with_its_place(text: str, expected: str) -> None:
    assert said(faults(text)) == [expected]


def test_documents_that_are_too_deep_or_too_large_are_refused_at_the_value_that_is_too_much() -> None:
    deep = "[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2)
    large = "[" + "0," * MAX_VALUES + "0]"

    assert [(one.column, one.message) for one in faults(deep)] == [(32, f"is nested deeper than {MAX_DEPTH} levels")]
    assert [(one.column, one.message) for one in faults(large)] == [
        (20_000, "more than 10,000 values; that is refused")
    ]


STATEMENT_FAULTS: list[tuple[Kind, dict[str, Any], str]] = [
    ("scp", {**DENY, "Effect": "deny"}, "5:14 Statement[0].Effect: Effect is 'deny'; allowed: Allow, Deny (did you"),
    ("scp", {"Action": "s3:*", "Resource": "*"}, "4:3 Statement[0].Effect: Effect is missing; allowed: Allow, Deny"),
    ("scp", {**DENY, "NotAction": "s3:*"}, "8:4 Statement[0].NotAction: Action and NotAction exclude each other"),
    ("scp", {"Effect": "Deny", "Resource": "*"}, "4:3 Statement[0]: needs Action or NotAction"),
    ("scp", {**DENY, "Action": []}, "6:14 Statement[0].Action: Action is an empty list; name at least one"),
    ("scp", {**DENY, "Action": ["s3:*", "s3"]}, "8:5 Statement[0].Action[1]: 's3' is no action; allowed: * or service"),
    ("scp", {**DENY, "Action": "**"}, "6:14 Statement[0].Action: '**' is no action; allowed: * or service:Name"),
    ("scp", {**DENY, "Action": ["${x}:*"]}, "7:5 Statement[0].Action[0]: '${x}:*' is no action; allowed: *"),
    ("scp", {**DENY, "Action": 5}, "6:14 Statement[0].Action: '5' is no text"),
    ("scp", {"Effect": "Deny", "Action": "s3:*"}, "4:3 Statement[0]: needs Resource or NotResource"),
    ("scp", {**DENY, "Resource": "my-bucket"}, "7:16 Statement[0].Resource: 'my-bucket' is no ARN; it has six parts"),
    ("scp", {**DENY, "Resource": "arn:aws:s3:::x", "NotResource": "*"}, "8:4 Statement[0].NotResource: Resource and"),
    ("scp", {**DENY, "Principal": "*"}, "8:4 Statement[0].Principal: a service control policy has no Principal; allow"),
    ("scp", {**DENY, "Conditions": {}}, "8:4 Statement[0].Conditions: unknown element 'Conditions'; allowed: Sid,"),
    ("scp", {**DENY, "Sid": "Deny-All"}, "8:11 Statement[0].Sid: Sid 'Deny-All' has more than letters and digits"),
    ("rcp", {**DENY}, "4:3 Statement[0].Principal: Principal is missing; allowed: * (say whom it means"),
    (
        "rcp",
        {**DENY, "Principal": {"AWS": "*"}},
        "8:17 Statement[0].Principal: Principal is '{'AWS': '*'}'; allowed: *",
    ),
    (
        "rcp",
        {**DENY, "Principal": "*", "Effect": "Allow"},
        "5:14 Statement[0].Effect: a resource control policy of one",
    ),
    (
        "rcp",
        {**DENY, "Principal": "*", "Action": "*"},
        "6:14 Statement[0].Action: '*' alone is no Action of a resource",
    ),
    (
        "rcp",
        {**DENY, "Principal": "*", "NotAction": "s3:*"},
        "9:4 Statement[0].NotAction: a resource control policy has",
    ),
]


@pytest.mark.parametrize(("kind", "statement", "expected"), STATEMENT_FAULTS, ids=[row[2] for row in STATEMENT_FAULTS])
def test_a_statement_that_is_none_is_one_fault_with_its_place(
    kind: Kind, statement: dict[str, Any], expected: str
) -> None:
    found = said(faults(policy(statement), kind))

    assert len(found) == 1
    assert found[0].startswith(expected)


CONDITION_FAULTS: list[tuple[Any, str]] = [
    ([], "Condition: Condition is no object of operators with their keys and values"),
    ({}, "Condition: Condition is no object of operators with their keys and values"),
    (
        {"StringEqual": {"aws:userid": "x"}},
        "Condition.StringEqual: unknown operator 'StringEqual'; allowed: StringEquals",
    ),
    ({"Resource": {"aws:userid": "x"}}, "Condition.Resource: unknown operator 'Resource'; allowed: StringEquals"),
    ({"NullIfExists": {"aws:userid": "true"}}, "Condition.NullIfExists: unknown operator 'NullIfExists' (Null stands"),
    ({"Bool": {}}, "Condition.Bool: holds no condition key"),
    ({"Bool": "true"}, "Condition.Bool: holds no condition key"),
    ({"StringLike": {"resource": "x"}}, "Condition.StringLike.resource: 'resource' is no condition key; allowed: pre"),
    ({"StringLike": {"aws:userid": []}}, "Condition.StringLike.'aws:userid': has no value; name at least one"),
    (
        {"StringLike": {"aws:userid": None}},
        "Condition.StringLike.'aws:userid': 'None' is no text, number or truth value",
    ),
    ({"StringLike": {"aws:userid": {"a": "b"}}}, "Condition.StringLike.'aws:userid': '{'a': 'b'}' is no text, number"),
    (
        {"StringLike": {"aws:a": "x", "AWS:A": "y"}},
        "Condition.StringLike.'AWS:A': is the same condition key as 'aws:a'",
    ),
    ({"Bool": {"aws:SecureTransport": "no"}}, "Condition.Bool.'aws:SecureTransport': 'no' is no truth value; allowed"),
    ({"Null": {"aws:userid": "yes"}}, "Condition.Null.'aws:userid': 'yes' is no truth value; allowed: true, false"),
    ({"NumericLessThan": {"s3:max-keys": "many"}}, "Condition.NumericLessThan.'s3:max-keys': 'many' is no number"),
    ({"DateLessThan": {"aws:CurrentTime": "soon"}}, "Condition.DateLessThan.'aws:CurrentTime': 'soon' is no date; all"),
    ({"IpAddress": {"aws:SourceIp": "10.0.0.0/33"}}, "Condition.IpAddress.'aws:SourceIp': '10.0.0.0/33' is no address"),
    ({"ArnLikeIfExists": {"aws:PrincipalArn": "admin"}}, "Condition.ArnLikeIfExists.'aws:PrincipalArn': 'admin' is no"),
]


@pytest.mark.parametrize(("condition", "expected"), CONDITION_FAULTS, ids=[row[1] for row in CONDITION_FAULTS])
def test_a_condition_that_is_none_is_one_fault_with_its_place(condition: Any, expected: str) -> None:
    text = policy({**DENY, "Condition": condition})
    found = faults(text)

    assert len(found) == 1
    assert f"{found[0].key.removeprefix('Statement[0].')}: {found[0].message} ({found[0].hint}".startswith(expected)
    assert found[0].line >= 8
    last = found[0].key.rpartition(".")[2].strip("'")
    assert text.splitlines()[found[0].line - 1].lstrip().startswith(f'"{last}":')


TOP_FAULTS = [
    ("[]", "1:1 : is no service control policy: an object with Version and Statement is wanted ()"),
    (policy(DENY, Version="2008-10-17"), "2:13 Version: Version is '2008-10-17'; allowed: 2012-10-17 ()"),
    ('{"Statement": ' + json.dumps(DENY) + "}", "1:1 Version: Version is missing; allowed: 2012-10-17 ()"),
    ('{"Version": "2012-10-17"}', "1:1 Statement: Statement is missing; a list of statements is wanted ()"),
    (policy(), "3:15 Statement: Statement is empty; a policy has at least one ()"),
    (policy(Statement="x"), "3:15 Statement: Statement is 'x'; a list of statements is wanted ()"),
    (policy(Statement=[1]), "4:3 Statement[0]: '1' is no statement: an object is wanted ()"),
    (
        policy(DENY, version=1),
        "10:2 version: unknown element 'version'; allowed: Version, Id, Statement (did you mean 'Version'?)",
    ),
    (
        policy({"Sid": "A", **DENY}, {"Sid": "A", **DENY}),
        "11:11 Statement[1].Sid: Sid 'A' is given twice; first on line 5 ()",
    ),
]


@pytest.mark.parametrize(("text", "expected"), TOP_FAULTS, ids=[expected for _, expected in TOP_FAULTS])
def test_a_document_that_is_no_policy_is_one_fault_with_its_place(text: str, expected: str) -> None:
    assert said(faults(text)) == [expected]


@pytest.mark.parametrize(("kind", "most"), [("scp", 10_240), ("rcp", 5_120)])
def test_a_policy_over_its_quota_is_a_fault_that_counts_its_characters_without_white_space(
    kind: Kind, most: int
) -> None:
    statement = {**DENY, **({"Principal": "*"} if kind == "rcp" else {}), "Resource": "arn:aws:s3:::"}
    empty = len(json.dumps(json.loads(policy(statement)), separators=(",", ":")))
    most_of_it = policy({**statement, "Resource": "arn:aws:s3:::" + "x" * (most - empty)})
    too_much = policy({**statement, "Resource": "arn:aws:s3:::" + "x" * (most - empty + 1)})

    assert quota(kind).characters == most
    assert faults(most_of_it, kind) == []
    assert [one.message.split(" ")[0] for one in faults(too_much, kind)] == [f"{most + 1:,}"]


def test_every_fault_of_a_policy_is_told_at_once() -> None:
    text = policy({**DENY, "Effect": "Denied", "Action": []}, {**DENY, "Resource": "x"}, Version="1")

    assert [one.line for one in faults(text)] == [2, 5, 6, 12]


def test_shapes_that_aws_takes_are_no_faults() -> None:
    condition = {
        "StringNotLikeIfExists": {"aws:PrincipalTag/team name": "${aws:RequestTag/team}", "aws:RequestedRegion": [""]},
        "ForAnyValue:StringEquals": {"aws:TagKeys": ["a", "b"]},
        "NumericLessThan": {"s3:max-keys": 5, "s3:TlsVersion": 1.2},
        "Bool": {"aws:SecureTransport": [True, "False"]},
        "Null": {"aws:TokenIssueTime": "TRUE"},
        "DateGreaterThan": {"aws:CurrentTime": ["2026-01-01T00:00:00Z", 1]},
        "NotIpAddress": {"aws:SourceIp": ["10.0.0.1/8", "2001:db8::/32"]},
        "ArnNotLike": {"aws:PrincipalArn": ["arn:*:iam::*:role/x", "*"]},
    }
    wide = {"Effect": "Allow", "NotAction": ["iam:*", "s3:Get*Tagging"], "NotResource": ["arn:aws:s3*"]}
    rcp = {**DENY, "Principal": "*", "NotResource": "arn:${Partition}:s3:::x"}
    rcp.pop("Resource")

    assert faults(policy({**DENY, "Condition": condition, "Sid": ""}, wide, Id="x")) == []
    assert faults(policy(Statement=DENY)) == []
    assert faults(policy(rcp), "rcp") == []
    full = {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}
    assert faults(policy(full), "rcp") == []


def test_numbers_and_truth_values_of_conditions_become_texts() -> None:
    condition = {"Bool": {"aws:SecureTransport": False}, "NumericEquals": {"s3:max-keys": [5, 1.5]}}
    content = policy_content(parse_json(policy({**DENY, "Condition": condition}), "p.json"))

    expected = {"Bool": {"aws:SecureTransport": "false"}, "NumericEquals": {"s3:max-keys": ["5", "1.5"]}}
    assert content["Statement"][0] == {**DENY, "Condition": expected}


def test_what_aws_takes_and_yet_is_likely_a_mistake_is_a_note() -> None:
    names = ["cloudtrial:StopLogging", "s3:DeleteBuckets", "s3:Delete*", "*", "ec2:RunInstances"]
    notes = said(list(policy_notes(parse_json(policy({**DENY, "Action": names}), "p.json"), "scp")))
    bound = said(list(policy_notes(parse_json(policy({**DENY, "NotAction": "ec2:*"}), "p.json"), "rcp")))

    assert notes == [
        "7:5 Statement[0].Action[0]: 'cloudtrial:StopLogging' is of no service that the catalogue knows"
        " (did you mean 'cloudtrail'?)",
        "8:5 Statement[0].Action[1]: 's3:DeleteBuckets' is no action that the catalogue knows"
        " (did you mean 'DeleteBucket'?)",
    ]
    assert bound == [
        "8:17 Statement[0].NotAction: 'ec2:*' can never match: resource control policies do not bind ec2 ()"
    ]


def test_a_policy_over_the_older_quota_is_a_note() -> None:
    text = policy({**DENY, "Resource": [f"arn:aws:s3:::{'x' * 5_200}"]})

    notes = [one.message for one in policy_notes(parse_json(text, "p.json"), "scp")]

    assert [one.partition("characters")[2] for one in notes] == [": more than 5,120, the older quota"]


def test_only_an_unconditional_allow_of_everything_is_full_access() -> None:
    full = {"Effect": "Allow", "Action": ["*"], "Resource": "*"}

    assert allows_everything(full)
    assert not allows_everything({**full, "Effect": "Deny"})
    assert not allows_everything({**full, "Action": "s3:*"})
    assert not allows_everything({**full, "Resource": "arn:aws:s3:::x"})
    assert not allows_everything({**full, "Condition": {"Bool": {"aws:SecureTransport": "true"}}})
