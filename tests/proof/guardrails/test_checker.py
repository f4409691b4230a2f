"""The checker accepts what the prover proves, and nothing that was altered, is malformed or is not understood."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from itertools import product
from pathlib import Path
from random import Random
from typing import Any

import pytest

from landing_zone.guardrails.conditions import OPERATORS
from landing_zone.guardrails.evaluate import Request, condition_holds, covers_resource
from landing_zone.proof.guardrails import checker, checker_conditions
from landing_zone.proof.guardrails.actions import FUTURE
from landing_zone.proof.guardrails.certificate import task_of
from landing_zone.proof.guardrails.checker import check
from landing_zone.proof.guardrails.checker_conditions import Literal, literal, matches, of_forms, possible
from landing_zone.proof.guardrails.constraints import Literal as Asked
from landing_zone.proof.guardrails.questions import Question
from tests.proof.guardrails.small_questions import ACCOUNT, EXEMPT, Content, allow, deny, proved, question

_UNLESS_EXEMPT = {"ArnNotLike": {"aws:PrincipalArn": [EXEMPT, "arn:aws:iam::*:role/aws-*"]}}
_NOT_AWS = Asked("aws:principalarn", "ArnLike", ("arn:aws:iam::*:role/aws-*",), False)
_BUCKETS = ("arn:aws:s3:::log-*", "arn:aws:s3:::log-*/*")

QUESTIONS: dict[str, Callable[[], Question]] = {
    "a Deny of everything": lambda: question(deny()),
    "a Deny at the root": lambda: question(above=(deny(Action="*:*"),)),
    "a Deny for all but the exempt": lambda: question(deny(Condition=_UNLESS_EXEMPT), said=(_NOT_AWS,)),
    "two Denies, for a key that is false and one that is missing": lambda: question(
        deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
        deny(Condition={"Null": {"aws:MultiFactorAuthPresent": "true"}}),
        said=(Asked("aws:multifactorauthpresent", "BoolIfExists", ("false",)),),
    ),
    "a list of what is allowed": lambda: question(allow(Action=["sns:*", "s3:List*"]), full_access=False),
    "an Allow with a condition": lambda: question(
        allow(Condition={"StringLike": {"aws:RequestedRegion": "us-*"}}),
        full_access=False,
        said=(Asked("aws:requestedregion", "StringEquals", ("eu-west-1", "eu-west-2")),),
    ),
    "Allows and Denies together": lambda: question(
        deny(Action="s3:*", Condition={"StringNotEquals": {"aws:RequestedRegion": ["us-east-1"]}}),
        deny(NotAction="s3:*"),
        allow(NotAction="sns:*", Condition={"StringLike": {"aws:RequestedRegion": "us-west-?"}}),
        allow(Action="sns:*"),
        full_access=False,
    ),
    "a resource control policy": lambda: question(
        rcp=(deny(Principal="*", Action="s3:*", Condition={"BoolIfExists": {"aws:SecureTransport": "false"}}),),
        actions=("s3:PutObject", "s3:GetObject"),
        said=(Asked("aws:securetransport", "Bool", ("false",)),),
    ),
    "resources that are asked about": lambda: question(
        deny(Action="s3:*", Resource=list(_BUCKETS)),
        actions=("s3:PutObject",),
        said=(Asked("resource", "StringLike", ("arn:aws:s3:::log-archive/*",)),),
    ),
    "resources of the catalogue": lambda: question(
        deny(Resource=["arn:aws:s3:::*", f"arn:aws:ec2:*:{ACCOUNT}:instance/*"]),
        actions=("s3:DeleteBucket", "ec2:TerminateInstances"),
        formats=True,
    ),
    "all but some resources": lambda: question(
        deny(NotResource=f"arn:aws:ec2:*:{ACCOUNT}:*"), actions=("s3:DeleteBucket",), formats=True
    ),
    "a question that contradicts itself": lambda: question(said=(Asked("aws:principalaccount", "Null", ("true",)),)),
    "all values of a key": lambda: question(
        deny(Condition={"ForAnyValue:StringNotLike": {"aws:TagKeys": ["phi-*", "owner"]}}),
        said=(Asked("aws:tagkeys", "ForAnyValue:StringEquals", ("secret",)),),
    ),
    "no value of a key": lambda: question(
        deny(Condition={"ForAllValues:StringLike": {"aws:TagKeys": "phi-*"}}),
        said=(Asked("aws:tagkeys", "ForAnyValue:StringNotLike", ("phi-*",), False),),
    ),
    "numbers": lambda: question(
        deny(Condition={"NumericGreaterThan": {"aws:MultiFactorAuthAge": "3600"}}),
        said=(Asked("aws:multifactorauthage", "NumericGreaterThanEquals", ("3600.5",)),),
    ),
    "dates": lambda: question(
        deny(Condition={"DateLessThan": {"aws:CurrentTime": "2026-06-01"}}),
        said=(Asked("aws:currenttime", "DateLessThanEquals", ("2026-05-31T23:59:59Z",)),),
    ),
    "addresses": lambda: question(
        deny(Condition={"NotIpAddress": {"aws:SourceIp": ["10.0.0.0/8", "2001:db8::/32"]}}),
        said=(Asked("aws:sourceip", "IpAddress", ("11.0.0.0/8", "2001:db9::/32")),),
    ),
    "a variable that is the same for all": lambda: question(
        deny(Condition={"StringNotEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}}),
        said=(Asked("aws:resourceaccount", "StringEquals", ("999999999999",)),),
    ),
    "letters that look like wildcards": lambda: question(
        deny(Resource="${*}"), said=(Asked("resource", "StringEquals", ("*",)),)
    ),
    "actions of tomorrow": lambda: question(
        deny(Action=["s3:*", "ec2:Run*"]), actions=("s3:PutObject", f"s3:{FUTURE}", "ec2:RunInstances")
    ),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_what_the_prover_proves_is_accepted(name: str) -> None:
    assert check(*proved(QUESTIONS[name]())) == []


def _first(task: Any) -> Content:
    content: Content = task["levels"][1]["statements"][0][1]
    return content


def _case(certificate: Any) -> Content:
    case: Content = certificate["proofs"][0]["case"]
    return case


ALTERED = question(deny(Action=["s3:*", "ec2:*"], Condition=_UNLESS_EXEMPT), deny(Action="sns:*"), said=(_NOT_AWS,))
ALTERATIONS: dict[str, Callable[[Any, Any], object]] = {
    "the name of the Deny": lambda task, certificate: _case(certificate).update(deny="own/9"),
    "the name of another Deny": lambda task, certificate: _case(certificate).update(deny="own/2"),
    "a level in place of the Deny": lambda task, certificate: certificate["proofs"][0].update(
        case={"level": "Root/own", "cases": {}}
    ),
    "a level that allows everything": lambda task, certificate: certificate["proofs"][0].update(
        case={"level": "Root", "cases": {}}
    ),
    "a level that is none": lambda task, certificate: certificate["proofs"][0].update(
        case={"level": "Root/other", "cases": {}}
    ),
    "a case less": lambda task, certificate: _case(certificate)["cases"].pop(),
    "a case more": lambda task, certificate: _case(certificate)["cases"].append(None),
    "a contradiction that is none": lambda task, certificate: certificate["proofs"][0].update(
        case={"contradiction": True}
    ),
    "no case": lambda task, certificate: certificate["proofs"][0].pop("case"),
    "no proofs": lambda task, certificate: certificate["proofs"].clear(),
    "one proof more that is none": lambda task, certificate: certificate["proofs"].append({"forms": None, "case": {}}),
    "forms that the task does not know": lambda task, certificate: certificate["proofs"][0].update(forms=["*"]),
    "a case of two kinds": lambda task, certificate: _case(certificate).update(contradiction=True),
    "an action more": lambda task, certificate: task["actions"].append("sns:Publish"),
    "no action": lambda task, certificate: task["actions"].clear(),
    "less said of callers": lambda task, certificate: task["said"].clear(),
    "an exemption turned round": lambda task, certificate: task["said"][1].__setitem__(3, True),
    "another who is exempt": lambda task, certificate: _first(task)["Condition"]["ArnNotLike"][
        "aws:PrincipalArn"
    ].append("arn:aws:iam::*:role/other"),
    "a condition more": lambda task, certificate: _first(task)["Condition"].update(
        Bool={"aws:MultiFactorAuthPresent": "false"}
    ),
    "an operator with another meaning": lambda task, certificate: _first(task).update(
        Condition={"ArnLike": _first(task)["Condition"]["ArnNotLike"]}
    ),
    "an Allow for the Deny": lambda task, certificate: _first(task).update(Effect="Allow"),
    "fewer actions of the Deny": lambda task, certificate: _first(task).update(Action=["s3:Put*", "ec2:*"]),
    "all other actions": lambda task, certificate: _first(task).update(
        NotAction=_first(task).pop("Action") and ["ec2:*"]
    ),
    "fewer resources of the Deny": lambda task, certificate: _first(task).update(Resource="arn:aws:s3:::b/*"),
    "two statements changed places": lambda task, certificate: task["levels"][1]["statements"].append(
        ["own/1", task["levels"][1]["statements"].pop(0)[1] and deny(Action="sns:*")]
    ),
    "a Deny of a resource control policy that does not bind": lambda task, certificate: task["resource_levels"][1][
        "statements"
    ].append(task["levels"][1]["statements"].pop(0)),
    "no statement": lambda task, certificate: task["levels"][1]["statements"].clear(),
}


@pytest.mark.parametrize("name", ALTERATIONS)
def test_what_was_altered_is_refused(name: str) -> None:
    task, certificate = proved(ALTERED)
    assert check(task, certificate) == []
    ALTERATIONS[name](task, certificate)
    assert check(task, certificate)


LISTED: dict[str, Callable[[Any, Any], object]] = {
    "full access at the level": lambda task, certificate: task["levels"][1].update(full_access=True),
    "an Allow more": lambda task, certificate: task["levels"][1]["statements"].append(["own/7", allow()]),
    "an Allow more whose elements nobody knows": lambda task, certificate: task["levels"][1]["statements"].append(
        ["own/7", allow(Action="sns:*", Conditions={})]
    ),
    "a wider Allow": lambda task, certificate: _first(task).update(Action=["s3:*"]),
    "a wider region": lambda task, certificate: task["levels"][1]["statements"][1][1].update(
        Condition={"StringLike": {"aws:RequestedRegion": "??-*"}}
    ),
    "a region that nobody knows": lambda task, certificate: task["levels"][1]["statements"][1][1].update(
        Condition={"StringLike": {"aws:RequestedRegion": "${aws:PrincipalTag/home}"}}
    ),
    "an Allow less in the proof": lambda task, certificate: _case(certificate)["cases"].clear(),
    "an Allow that is none": lambda task, certificate: _case(certificate)["cases"].update({"own/9": None}),
    "another region asked about": lambda task, certificate: task["said"][-1][2].append("us-east-1"),
    "a Deny in place of the level": lambda task, certificate: certificate["proofs"][0].update(
        case={"deny": "own/1", "cases": []}
    ),
}


@pytest.mark.parametrize("name", LISTED)
def test_a_list_of_what_is_allowed_proves_nothing_once_it_or_its_proof_was_altered(name: str) -> None:
    task, certificate = proved(
        question(
            allow(Action="sns:*"),
            allow(Action="s3:*", Condition={"StringLike": {"aws:RequestedRegion": "us-*"}}),
            full_access=False,
            actions=("s3:PutObject", "s3:GetObject"),
            said=(Asked("aws:requestedregion", "StringEquals", ("eu-west-1",)),),
        )
    )
    assert check(task, certificate) == []
    LISTED[name](task, certificate)
    assert check(task, certificate)


def test_forms_count_for_the_actions_that_the_catalogue_gives_them() -> None:
    task, certificate = proved(QUESTIONS["resources of the catalogue"]())
    for forms in (["arn:*:s3:::*/*"], [], ["*"]):
        altered = deepcopy(certificate)
        altered["proofs"][0]["forms"] = forms
        assert check(task, altered)
    task["forms"] = {action: [["arn:*:sns:*:*:*"]] for action in task["actions"]}
    assert check(task, certificate)
    task["forms"] = {action: [[]] for action in task["actions"]}
    assert check(task, {"proofs": [{"forms": [], "case": {"contradiction": True}}]})


def test_a_resource_control_policy_proves_nothing_of_actions_that_it_does_not_bind() -> None:
    task, certificate = proved(QUESTIONS["a resource control policy"]())
    task["bound_by_rcps"].remove("s3:GetObject")
    assert check(task, certificate) == ["Nothing proves it of s3:GetObject."]


def test_a_contradiction_needs_what_is_certain_of_a_key() -> None:
    told = Asked("aws:multifactorauthpresent", "Bool", ("true", "false"))
    asked = question(
        deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
        deny(Condition={"Bool": {"aws:MultiFactorAuthPresent": "true"}}),
        said=(Asked("aws:multifactorauthpresent", "Null", ("false",)),),
    )
    task, certificate = proved(asked)
    assert check(task, certificate) == []
    assert task["certain"]["aws:multifactorauthpresent"] == [
        [told.attribute, "StringEqualsIfExists", list(told.texts), True]
    ]
    assert check({**task, "certain": {"aws:multifactorauthpresent": []}}, certificate)
    assert check({**task, "certain": {}}, certificate)


def test_a_key_has_one_value_only_where_the_task_says_so() -> None:
    said = tuple(Asked("aws:x", "StringEquals", (text,)) for text in "ab")
    task = task_of(question(said=said)) | {"multivalued": []}
    contradiction = {"proofs": [{"forms": None, "case": {"contradiction": True}}]}
    present = {"aws:x": [["aws:x", "Null", ["false"], True]]}
    assert check({**task, "certain": present}, contradiction) == []
    assert check({**task, "certain": present, "multivalued": ["aws:x"]}, contradiction)
    del task["certain"]["aws:x"]
    assert check(task | {"said": [*task["said"], ["aws:x", "Null", ["false"], True]]}, contradiction)


UNCLEAR: dict[str, Content] = {
    "an unknown operator": deny(Condition={"StringSortOfLike": {"aws:PrincipalArn": "*"}}),
    "an unknown quantifier": deny(Condition={"ForMostValues:StringLike": {"aws:PrincipalArn": "*"}}),
    "a variable": deny(Condition={"StringLike": {"aws:PrincipalArn": "${aws:username}*"}}),
    "a variable that does not end": deny(Condition={"StringNotLike": {"aws:PrincipalArn": "${aws:username"}}),
    "a letter that does not end": deny(Condition={"StringNotLike": {"aws:PrincipalArn": "${*"}}),
    "a misspelt element": deny(Conditions={}),
    "Action and NotAction": deny(NotAction="sns:*") | {"Action": "*"},
    "no resource": {"Effect": "Deny", "Action": "*"},
    "a principal": deny(Principal={"AWS": ACCOUNT}),
    "Null with a variant": deny(Condition={"NullIfExists": {"aws:PrincipalArn": "false"}}),
    "Null of something else": deny(Condition={"Null": {"aws:PrincipalArn": "no"}}),
    "a truth value that is none": deny(Condition={"Bool": {"aws:SecureTransport": "maybe"}}),
    "a number that is none": deny(Condition={"NumericNotEquals": {"aws:MultiFactorAuthAge": "old"}}),
    "a date that is none": deny(Condition={"DateNotEquals": {"aws:CurrentTime": "2026-13-45"}}),
    "a year alone": deny(Condition={"DateNotEquals": {"aws:CurrentTime": "2026"}}),
    "an address that is none": deny(Condition={"NotIpAddress": {"aws:SourceIp": "here"}}),
    "an ARN that is none": deny(Condition={"ArnNotLike": {"aws:PrincipalArn": "nobody"}}),
    "no values": deny(Condition={"StringNotLike": {"aws:PrincipalArn": []}}),
    "a key that is none": deny(Condition={"StringNotLike": {"resource": "?"}}),
    "Resource as an operator": deny(Condition={"NotResource": {"aws:PrincipalArn": "*"}}),
    "a private letter": deny(Condition={"StringNotLike": {"aws:PrincipalArn": "\ue000"}}),
    "a pattern without service": deny(NotAction="sns*"),
}


@pytest.mark.parametrize("name", UNCLEAR)
def test_a_deny_that_is_not_understood_proves_nothing(name: str) -> None:
    task, _ = proved(QUESTIONS["a Deny of everything"]())
    task["levels"][1]["statements"][0][1] = UNCLEAR[name]
    keys = {key.lower() for keys in UNCLEAR[name].get("Condition", {}).values() for key in keys}
    task["certain"] |= {key: [[key, "Null", ["false"], True]] for key in keys}
    for count in (0, 1):
        problem, *_ = check(task, {"proofs": [{"forms": None, "case": {"deny": "own/1", "cases": [None] * count}}]})
        assert problem.startswith("Proof 1: the Deny own/1 cannot be used so")


@pytest.mark.parametrize("name", UNCLEAR)
def test_an_allow_that_is_not_understood_may_allow(name: str) -> None:
    task, certificate = proved(question(full_access=False))
    content = UNCLEAR[name] | {"Effect": "Allow"}
    task["levels"][1]["statements"] = [["own/1", content]]
    for cases in ({}, {"own/1": None}):
        altered = {"proofs": [{"forms": None, "case": {"level": "Root/own", "cases": cases}}]}
        assert check(task, altered)
    assert check({**task, "levels": []}, certificate)


def _places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    rows = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in rows:
        yield from _places(value, (*path, key))


def _replaced(node: Any, path: tuple[Any, ...], value: Any) -> Any:
    if not path:
        return value
    copy = node.copy()
    copy[path[0]] = _replaced(node[path[0]], path[1:], value)
    return copy


JUNK: tuple[Any, ...] = (None, 7, "s3:*", [], {}, [[]], {"deny": []}, [None], True, 1e400, [{}])


@pytest.mark.parametrize(
    "name", ["two Denies, for a key that is false and one that is missing", "an Allow with a condition"]
)
def test_a_malformed_certificate_is_a_problem_and_no_exception(name: str) -> None:
    task, certificate = proved(QUESTIONS[name]())
    for path, junk in product(_places(certificate), JUNK):
        altered = _replaced(certificate, path, junk)
        if altered != certificate:
            assert check(task, altered), (path, junk)


def test_a_malformed_task_is_no_exception() -> None:
    task, certificate = proved(QUESTIONS["Allows and Denies together"]())
    for path, junk in product(_places(task), JUNK):
        assert all(isinstance(one, str) for one in check(_replaced(task, path, junk), certificate)), (path, junk)
    for key in task.keys() - {"place"}:
        assert check({name: value for name, value in task.items() if name != key}, certificate), key


def test_a_certificate_that_is_nested_too_deeply_is_a_problem() -> None:
    task, _ = proved(QUESTIONS["a Deny for all but the exempt"]())
    case: Any = None
    for _ in range(3_000):
        case = {"deny": "own/1", "cases": [case]}
    assert check(task, {"proofs": [{"forms": None, "case": case}]}) == ["The certificate is nested too deeply."]


def test_more_actions_than_one_are_counted() -> None:
    task, _ = proved(QUESTIONS["a Deny of everything"]())
    assert check(task, {"proofs": []}) == ["Nothing proves it of s3:PutObject and 2 more."]


_PINS = {
    **dict.fromkeys(("String", "Bool", "Binary", "Arn"), ("StringEquals", "")),
    **{
        "Numeric": ("NumericEquals", ""),
        "Date": ("DateEquals", ""),
        "Ip": ("IpAddress", ""),
        "NotIp": ("IpAddress", ""),
    },
}
_TEXTS = {
    "String": ("a", "A", "ab", "a*", "?", "*", "", "${*}", "a${?}*"),
    "Bool": ("true", "FALSE"),
    "Binary": ("a", "A", "a*"),
    "Arn": ("arn:aws:sns:*:*:t", "*", "arn:aws:s?s:*:1*1:*", "arn:*:sns:r:1:t?", "arn:aws:sns::*:*:*"),
    "Numeric": ("5", "5.0", "-1", "7"),
    "Date": ("2026-01-01T00:00:00Z", "2026-06-01", "1767225600", "2026-01-01T02:00:00+02:00"),
    "Ip": ("10.0.0.0/8", "10.1.2.3", "0.0.0.0/0", "2001:db8::/32", "10.0.0.0/9"),
}
_VALUES = {
    "String": ("a", "A", "ab", "b", "", "*", "a?c"),
    "Bool": ("true", "false", "True"),
    "Binary": ("a", "A", "a*"),
    "Arn": ("arn:aws:sns:r:1:t", "arn:aws:sns:r:a:b:t", "arn:aws:sqs::11:x", "t", "arn:aws:sqs:r:1:1:t:x"),
    "Numeric": ("5", "-1", "-2", "6", "7", "8"),
    "Date": ("2026-01-01T00:00:00Z", "2025-01-01", "2026-06-01T00:00:00+00:00", "2030-01-01"),
    "Ip": ("10.0.0.0", "10.1.2.3", "10.127.255.255", "10.128.0.0", "9.255.255.255", "2001:db8::1", "::1"),
}
_KEY = "aws:x"


def _named(operator: str) -> str:
    return next(family for family in _TEXTS if operator.removeprefix("Not").startswith(family))


def _read(name: str, texts: tuple[str, ...], holds: bool = True) -> Literal:
    return literal(_KEY, name, list(texts), constants={})._replace(holds=holds)


def _holds(name: str, texts: tuple[str, ...], values: tuple[str, ...]) -> bool:
    return condition_holds(name, _KEY, texts, Request("p", "a:b", context={_KEY: values} if values else {}))


@pytest.mark.parametrize("operator", [name for name in OPERATORS if name != "Null"])
def test_an_operator_says_of_a_value_what_the_evaluator_says(operator: str) -> None:
    family = _named(operator)
    pin = {"Numeric": "NumericEquals", "Date": "DateEquals", "Ip": "IpAddress"}.get(family, "StringEquals")
    texts = [(one,) for one in _TEXTS[family]] + [_TEXTS[family][:2]]
    for quantifier, suffix, wanted, holds in product(
        ("", "ForAllValues:", "ForAnyValue:"), ("", "IfExists"), texts, (True, False)
    ):
        name = f"{quantifier}{operator}{suffix}"
        for values in ((), *((value,) for value in _VALUES[family])):
            given = (
                _read(pin, tuple(one.replace("*", "${*}").replace("?", "${?}") for one in values)) if values else None
            )
            said = frozenset((_read(name, wanted, holds), given or _read("Null", ("true",))))
            expected = _holds(name, wanted, values) == holds
            for several in (False, True) if quantifier and (not values or pin == "StringEquals") else (False,):
                assert possible(said, several) == expected or (several and expected is False), (name, wanted, values)


def test_what_some_values_satisfy_is_possible() -> None:
    random = Random(11)
    names = [
        f"{quantifier}{name}{suffix}"
        for quantifier in ("ForAllValues:", "ForAnyValue:")
        for name in ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike", "StringNotEqualsIgnoreCase")
        for suffix in ("", "IfExists")
    ]
    pool = ("a", "A", "ab", "b", "*")
    requests = [(), *((one,) for one in pool), *product(pool, pool), ("a", "b", "*")]
    refuted = 0
    for _ in range(250):
        rows = [
            (random.choice(names), tuple(random.sample(("a", "a*", "?", "*", "ab", "B"), random.choice((1, 2)))))
            for _ in range(random.choice((2, 3, 4)))
        ]
        wanted = [random.choice((True, False)) for _ in rows]
        said = frozenset(_read(name, texts, holds) for (name, texts), holds in zip(rows, wanted, strict=True))
        found = any(
            all(_holds(name, texts, values) == holds for (name, texts), holds in zip(rows, wanted, strict=True))
            for values in requests
        )
        possible_ = possible(said, True)
        refuted += not possible_
        assert possible_ or not found, (rows, wanted)
    assert refuted > 50


def test_nothing_follows_from_an_operator_for_one_value_where_there_may_be_several() -> None:
    said = frozenset((_read("StringEquals", ("a",)), _read("StringEquals", ("b",)), _read("Null", ("false",))))
    assert not possible(said, False)
    assert possible(said, True)


def test_a_tag_that_is_no_number_is_neither_less_nor_more() -> None:
    for less, more in (("NumericLessThan", "NumericGreaterThanEquals"), ("DateLessThan", "DateGreaterThanEquals")):
        said = {_read(less, ("2026-01-01" if "Date" in less else "5",), False)}
        said |= {_read(more, ("2026-01-01" if "Date" in less else "5",), False), _read("Null", ("false",))}
        assert possible(frozenset(said), False)


def test_numbers_are_below_above_and_between_those_of_policies() -> None:
    for names in (("Less",), ("Greater",), ("Greater", "Less")):
        said = {_read(f"Numeric{name}Than", ({"Less": "6", "Greater": "5"}[name],)) for name in names}
        assert possible(frozenset(said | {_read("Null", ("false",))}), False)


@pytest.mark.parametrize(
    "pattern", ["arn:aws:iam::1*:role/a", "arn:aws:s3:a*b:1:c", "arn:a*:x", "*", "arn:aws:sns:?:*"]
)
def test_a_resource_is_covered_where_the_evaluator_says_so(pattern: str) -> None:
    for arn in (
        "arn:aws:iam::1:x:role/a",
        "arn:aws:iam::12:role/a",
        "arn:aws:s3:axb:1:c",
        "arn:aws:s3:ax:yb:1:c",
        "arn:aws:x",
    ):
        said = frozenset((literal("resource", "Resource", [pattern], constants={}, element=True), of_forms([arn], "")))
        assert possible(said, False) == covers_resource({"Resource": pattern}, Request("p", "a:b", arn)), arn


@pytest.mark.parametrize(
    "rows",
    [
        [("IpAddress", "0.0.0.0/0"), ("NotIpAddress", "0.0.0.0/1")],
        [("StringEqualsIgnoreCase", "a"), ("StringNotEquals", "a")],
        [("StringLike", "a?c:b:c:d:e:f"), ("ArnNotLike", "a?c:b:c:d:e:f")],
        [("StringLike", "a:b:c*:d:e:f"), ("ArnNotLike", "a:b:c*:d:e:f")],
    ],
)
def test_what_lies_between_two_conditions_is_possible(rows: list[tuple[str, str]]) -> None:
    said = frozenset((*(_read(name, (text,)) for name, text in rows), _read("Null", ("false",))))
    assert possible(said, False)


def test_patterns_too_many_to_compare_prove_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    said = frozenset((_read("StringLike", ("ab",)), _read("StringNotLike", ("a?",)), _read("Null", ("false",))))
    assert not possible.__wrapped__(said, False)
    monkeypatch.setattr(checker_conditions, "_MOST_STATES", 1)
    assert possible.__wrapped__(said, False)


def test_forms_are_of_the_account_and_have_something_wherever_they_vary() -> None:
    (own,) = of_forms(["arn:*:ec2:*:*:instance/*"], ACCOUNT).values
    (bucket,) = of_forms(["arn:*:s3:::*"], ACCOUNT).values
    (none,) = of_forms(["*"], ACCOUNT).values
    readable = str.maketrans({"\ue000": "*", "\ue001": "?"})
    assert own.translate(readable) == f"arn:aws:ec2:?*:{ACCOUNT}:instance/?*"
    assert bucket.translate(readable) == "arn:aws:s3:::?*"
    assert none == "*"


@pytest.mark.parametrize(
    ("pattern", "text", "expected"),
    [
        ("s3", "s3", True),
        ("s?", "s3", True),
        ("*", "", True),
        ("?", "", False),
        ("a*b*c", "aXbbc", True),
        ("a*b", "abc", False),
    ],
)
def test_wildcards_of_actions(pattern: str, text: str, expected: bool) -> None:
    assert matches(pattern, text) == expected


def test_the_checker_imports_the_standard_library_and_its_own_half_alone() -> None:
    found: set[str] = set()
    for module in (checker, checker_conditions):
        for node in ast.walk(ast.parse(Path(str(module.__file__)).read_text())):
            if isinstance(node, ast.ImportFrom):
                found.add(node.module or "")
            elif isinstance(node, ast.Import):
                found |= {name.name for name in node.names}
    assert {name for name in found if name.startswith("landing_zone")} == {checker_conditions.__name__}
    assert json.__name__ in found
