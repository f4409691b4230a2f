"""A concrete request is decided as IAM documents it."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.guardrails.evaluate import Request, decide, fires

ROLE = "arn:aws:iam::111122223333:role/app/reader"
ABSENT: dict[str, str | tuple[str, ...]] = {}


def statement(**parts: Any) -> dict[str, Any]:
    return {"Sid": "Tried", "Effect": "Deny", "Action": "*", "Resource": "*"} | parts


def condition_fires(operator: str, wanted: str | list[str], context: dict[str, str | tuple[str, ...]]) -> bool:
    tried = statement(Condition={operator: {"some:Key": wanted}})
    return fires(tried, Request(ROLE, "s3:GetObject", context=context))


@pytest.mark.parametrize(
    ("patterns", "action", "covered"),
    [
        ("*", "s3:GetObject", True),
        ("s3:*", "s3:GetObject", True),
        ("s3:Get*", "S3:getobject", True),
        ("S3:GET?bject", "s3:GetObject", True),
        ("s3:Get", "s3:GetObject", False),
        (["ec2:*", "s3:GetObject"], "s3:GetObject", True),
        ("s3:GetObject.", "s3:GetObjectX", False),
    ],
)
def test_actions_are_globs_without_case_and_notaction_is_the_rest(
    patterns: str | list[str], action: str, covered: bool
) -> None:
    without = {key: part for key, part in statement().items() if key != "Action"}
    assert fires(statement(Action=patterns), Request(ROLE, action)) is covered
    assert fires({**without, "NotAction": patterns}, Request(ROLE, action)) is not covered


@pytest.mark.parametrize(
    ("pattern", "resource", "covered"),
    [
        ("*", "*", True),
        ("arn:aws:s3:::records", "*", False),
        ("arn:aws:s3:::records/*", "arn:aws:s3:::records/a/b", True),
        ("arn:aws:s3:::Records", "arn:aws:s3:::records", False),
        ("arn:aws:iam::*:role/hlz-*", "arn:aws:iam::111122223333:role/hlz-settings", True),
        ("arn:aws:sns:us-*-1:1:t", "arn:aws:sns:us-east-1:1:t", True),
        ("arn:aws:sns:us*-1:1:t", "arn:aws:sns:us:x-1:1:t", False),
        ("arn:aws:sns:us-*:t", "arn:aws:sns:us-east-1:1:t", True),
        ("arn:aws:logs:*:*:log-group:/phi/*:*", "arn:aws:logs:us-east-1:1:log-group:/phi/a:log-stream:b", True),
        ("arn:aws:s3:::${aws:PrincipalAccount}-logs", "arn:aws:s3:::111122223333-logs", True),
        ("arn:aws:s3:::${aws:username}", "arn:aws:s3:::anybody", False),
        ("arn:aws:s3:::a${*}", "arn:aws:s3:::ab", False),
        ("arn:aws:s3:::a${*}", "arn:aws:s3:::a*", True),
    ],
)
def test_resources_are_globs_with_case_and_notresource_is_the_rest(pattern: str, resource: str, covered: bool) -> None:
    without = {key: part for key, part in statement().items() if key != "Resource"}
    assert fires(statement(Resource=pattern), Request(ROLE, "s3:GetObject", resource)) is covered
    assert fires({**without, "NotResource": pattern}, Request(ROLE, "s3:GetObject", resource)) is not covered


@pytest.mark.parametrize(
    ("operator", "wanted", "given", "matched"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", "a", "A", False),
        ("StringEquals", "a*", "ab", False),
        ("StringEquals", ["a", "b"], "b", True),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringNotEquals", ["a", "b"], "c", True),
        ("StringEqualsIgnoreCase", "a", "A", True),
        ("StringNotEqualsIgnoreCase", "a", "A", False),
        ("StringLike", "a*c?", "abbbcd", True),
        ("StringLike", "a:*", "a:b:c", True),
        ("StringLike", "a", "A", False),
        ("StringNotLike", "a*", "b", True),
        ("NumericEquals", "1.0", "1", True),
        ("NumericNotEquals", "1", "2", True),
        ("NumericLessThan", "10", "9", True),
        ("NumericLessThan", "10", "10", False),
        ("NumericLessThanEquals", "10", "10", True),
        ("NumericGreaterThan", "9", "10", True),
        ("NumericGreaterThanEquals", "10", "9", False),
        ("NumericEquals", "1", "one", False),
        ("DateEquals", "2026-11-22T00:00:00Z", "2026-11-22T01:00:00+01:00", True),
        ("DateNotEquals", "2026-11-22", "2026-11-23", True),
        ("DateLessThan", "2026-11-22", "2026-11-21T23:59:59Z", True),
        ("DateLessThanEquals", "2026-11-22", "2026-11-22", True),
        ("DateGreaterThan", "0", "2026-11-22", True),
        ("DateGreaterThanEquals", "2026-11-22", "2026-11-21", False),
        ("Bool", "true", "TRUE", True),
        ("Bool", "false", "true", False),
        ("BinaryEquals", "QQ==", "QQ==", True),
        ("IpAddress", ["10.0.0.0/8", "192.168.0.1"], "10.9.8.7", True),
        ("IpAddress", "192.168.0.1", "192.168.0.1", True),
        ("IpAddress", "2001:db8::/32", "2001:db8::1", True),
        ("IpAddress", "10.0.0.0/8", "2001:db8::1", False),
        ("NotIpAddress", "10.0.0.0/8", "11.0.0.1", True),
        ("ArnEquals", "arn:aws:iam::*:role/a*", "arn:aws:iam::1:role/ab", True),
        ("ArnLike", "arn:aws:iam::1*:role/a", "arn:aws:iam::1:role/x:role/a", False),
        ("ArnLike", "arn:aws:logs:*:*:log-group:*", "arn:aws:logs:r:1:log-group:a:b", True),
        ("ArnLike", "arn:aws:iam::*", "arn:aws:iam::1:role/a", False),
        ("ArnNotEquals", "arn:aws:iam::*:role/a", "arn:aws:iam::1:role/b", True),
        ("ArnNotLike", "arn:aws:iam::*:role/a*", "arn:aws:iam::1:role/ab", False),
    ],
)
def test_operators_compare_as_documented(operator: str, wanted: str | list[str], given: str, matched: bool) -> None:
    assert condition_fires(operator, wanted, {"SOME:key": given}) is matched
    assert condition_fires(f"{operator}IfExists", wanted, {"some:Key": given}) is matched


@pytest.mark.parametrize(
    ("operator", "holds_without_key"),
    [
        ("StringEquals", False),
        ("StringLike", False),
        ("Bool", False),
        ("NumericLessThan", False),
        ("IpAddress", False),
        ("ArnLike", False),
        ("StringNotEquals", True),
        ("StringNotLike", True),
        ("NumericNotEquals", True),
        ("DateNotEquals", True),
        ("NotIpAddress", True),
        ("ArnNotLike", True),
        ("StringEqualsIfExists", True),
        ("BoolIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAllValues:StringNotEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("ForAnyValue:StringEqualsIfExists", False),
    ],
)
def test_an_absent_key_is_what_the_operator_makes_of_it(operator: str, holds_without_key: bool) -> None:
    assert condition_fires(operator, "true", ABSENT) is holds_without_key
    assert condition_fires(operator, "true", {"some:Key": ()}) is holds_without_key


@pytest.mark.parametrize(("wanted", "context", "matched"), [("true", ABSENT, True), ("false", ABSENT, False)])
def test_null_asks_whether_the_key_is_absent(wanted: str, context: Any, matched: bool) -> None:
    assert condition_fires("Null", wanted, context) is matched
    assert condition_fires("Null", wanted, {"some:Key": "x"}) is not matched


@pytest.mark.parametrize(
    ("operator", "given", "matched"),
    [
        ("ForAllValues:StringEquals", ("a", "b"), True),
        ("ForAllValues:StringEquals", ("a", "c"), False),
        ("ForAnyValue:StringEquals", ("a", "c"), True),
        ("ForAnyValue:StringEquals", ("c", "d"), False),
        ("ForAllValues:StringNotEquals", ("c", "d"), True),
        ("ForAllValues:StringNotEquals", ("a", "d"), False),
        ("ForAnyValue:StringNotEquals", ("a", "d"), True),
        ("ForAnyValue:StringNotEquals", ("a", "b"), False),
    ],
)
def test_set_operators_quantify_over_the_values_of_the_request(
    operator: str, given: tuple[str, ...], matched: bool
) -> None:
    assert condition_fires(operator, ["a", "b"], {"some:Key": given}) is matched


def test_several_values_need_a_set_operator() -> None:
    with pytest.raises(ValueError, match="ForAnyValue"):
        condition_fires("StringEquals", "a", {"some:Key": ("a", "b")})


@pytest.mark.parametrize("name", ["StringMatches", "stringEquals", "NullIfExists", "ForAnyValue:Null", "Arnlike"])
def test_an_operator_that_the_grammar_lacks_is_an_error(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        condition_fires(name, "true", ABSENT)


def test_every_condition_has_to_hold() -> None:
    both = statement(Condition={"StringEquals": {"a:One": "1", "a:Two": "2"}})
    assert fires(both, Request(ROLE, "s3:GetObject", context={"a:One": "1", "a:Two": "2"}))
    assert not fires(both, Request(ROLE, "s3:GetObject", context={"a:One": "1", "a:Two": "3"}))


def test_a_variable_takes_the_value_of_the_request_letter_by_letter_or_its_default() -> None:
    tagged = statement(Condition={"StringLike": {"s3:prefix": "${aws:PrincipalTag/team, 'none'}/*"}})
    team = {"aws:PrincipalTag/Team": "*"}
    assert fires(tagged, Request(ROLE, "s3:ListBucket", context={**team, "s3:prefix": "*/a"}))
    assert not fires(tagged, Request(ROLE, "s3:ListBucket", context={**team, "s3:prefix": "b/a"}))
    assert fires(tagged, Request(ROLE, "s3:ListBucket", context={"s3:prefix": "none/a"}))


def test_a_parameter_that_the_deployment_fills_in_takes_its_value_from_the_context() -> None:
    outside = statement(Condition={"StringNotEquals": {"aws:PrincipalOrgID": "${OrganizationId}"}})
    own = {"aws:PrincipalOrgID": "o-own", "OrganizationId": "o-own"}
    assert not fires(outside, Request(ROLE, "s3:GetObject", context=own))
    assert fires(outside, Request(ROLE, "s3:GetObject", context={**own, "aws:PrincipalOrgID": "o-other"}))


def test_the_principal_gives_the_keys_that_aws_derives_from_it() -> None:
    service = statement(Condition={"Bool": {"aws:PrincipalIsAWSService": "true"}})
    exempt = statement(Condition={"ArnNotLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/app/*"}})
    assert fires(service, Request("logs.amazonaws.com", "s3:PutObject"))
    assert not fires(service, Request(ROLE, "s3:PutObject"))
    assert not fires(exempt, Request(ROLE, "s3:PutObject"))
    assert fires(exempt, Request("arn:aws:iam::111122223333:root", "s3:PutObject"))


def policy(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def test_a_deny_at_any_level_denies_and_is_named() -> None:
    levels = [[policy(statement(Action="s3:*", Sid="NoS3"))], [], []]
    denied = decide(levels, Request(ROLE, "s3:GetObject"))
    assert (denied.allowed, denied.level, denied.sid) == (False, 0, "NoS3")
    assert decide(levels, Request(ROLE, "ec2:RunInstances")).allowed


def test_without_full_access_every_level_has_to_allow() -> None:
    allow = policy(statement(Effect="Allow", Action="s3:*"))
    request = Request(ROLE, "s3:GetObject")
    assert decide([[allow], [allow]], request, full_access=False).allowed
    assert decide([[allow], []], request, full_access=False).level == 1
    assert not decide([[allow]], Request(ROLE, "ec2:RunInstances"), full_access=False).allowed
    assert decide([[allow], []], request).allowed
