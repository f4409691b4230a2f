"""Small random organizations and theorems about them. Everything comes from short lists, so that things collide."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

EHR, LAB, SANDBOX = "111111111111", "222222222222", "333333333333"
MANAGEMENT, TRUSTED, STRANGER = "999999999999", "888888888888", "777777777777"
ACCOUNTS = {EHR: "Root/PHI/ehr", LAB: "Root/PHI/lab", SANDBOX: "Root/Sandbox/sandbox"}
ORGANIZATION = "o-clinic"
EXEMPT = {"pipeline": "pipeline_principals", "break-glass": "break_glass_principals"}


@dataclass(frozen=True)
class Level:
    """What is attached to a target, as documents."""

    scps: tuple[dict[str, Any], ...] = ()
    rcps: tuple[dict[str, Any], ...] = ()
    full_access: bool = True


@dataclass(frozen=True)
class Stack:
    """levels: by path. who, exempt: of the theorem. request: its only one, in the words of the theorems' data files."""

    levels: Mapping[str, Level]
    values: Mapping[str, tuple[str, ...]]
    who: str
    exempt: tuple[str, ...]
    request: Mapping[str, Any]


@dataclass(frozen=True)
class Key:
    """A condition key. family: of operators that suit it. texts: for policies. values: for requests."""

    name: str
    family: str
    texts: tuple[str, ...]
    values: tuple[tuple[str, ...], ...]
    always: bool = False


def _single(*values: str) -> tuple[tuple[str, ...], ...]:
    return tuple((value,) for value in values)


_TOPIC = "arn:aws:sns:us-east-1:111111111111:t"
KEYS = (
    Key(
        "aws:PrincipalTag/team",
        "string",
        ("a", "A", "ab", "a*", "?", "*", "", "${*}", "a${?}*", "b"),
        _single("a", "A", "ab", "b", "", "*", "a?c", "B", "bb"),
    ),
    Key(
        "aws:SourceArn",
        "arn",
        (_TOPIC, "arn:aws:sns:*:*:t", "arn:aws:sns:*:t", "arn:*:t*", "*", "arn:aws:s?s:*:1*1:*", "arn:aws:sns:*:*:*"),
        _single(_TOPIC, "arn:aws:sns:r:a:b:t", "arn:aws:sqs::1:1:x", "arn:aws:sns:r:1:t", "t", "arn:aws:sqs:r:11:x"),
    ),
    Key(
        "aws:MultiFactorAuthAge",
        "numeric",
        ("5", "5.0", "1e1", "-1", "7"),
        _single("4", "5", "6", "7", "8", "10", "11", "-1", "-2", "5.5"),
    ),
    Key("aws:RequestTag/size", "numeric", ("5", "6", "7"), _single("5", "6", "7", "many", "4", "8", "")),
    Key(
        "aws:CurrentTime",
        "date",
        ("2026-01-01T00:00:00Z", "2026-06-01", "1767225600"),
        _single("2026-01-01T00:00:00Z", "2025-01-01", "2026-03-01", "2026-06-01T00:00:00+00:00", "2030-01-01"),
    ),
    Key(
        "aws:SourceIp",
        "address",
        ("10.0.0.0/8", "10.1.0.0/16", "10.1.2.3", "0.0.0.0/0", "2001:db8::/32", "10.0.0.0/9"),
        _single("10.0.0.0", "10.1.0.0", "10.1.2.3", "10.127.255.255", "10.128.0.0", "11.0.0.0", "2001:db8::1", "::1"),
    ),
    Key("aws:MultiFactorAuthPresent", "bool", ("true", "false", "TRUE"), _single("true", "false")),
    Key("aws:SecureTransport", "bool", ("true", "false"), _single("true", "false"), always=True),
    Key(
        "aws:CalledVia",
        "multivalued",
        ("a", "b", "a*", "c"),
        (("a",), ("b",), ("c",), ("a", "b"), ("a", "c"), ("ab", "b"), ("d",), ("a", "d")),
    ),
    Key(
        "aws:PrincipalArn",
        "arn",
        ("arn:aws:iam::*:role/a", "arn:aws:iam::111111111111:role/*", "arn:aws:iam::*:root", "*", "arn:*:iam::*:*/?"),
        _single(
            *(f"arn:aws:iam::{EHR}:{who}" for who in ("role/a", "role/b:c", "root", "user/a", "role/x/pipeline")),
            *(f"arn:aws:sts::{EHR}:federated-user/a", f"arn:aws:iam::{EHR}:role/glass"),
        ),
        always=True,
    ),
    Key(
        "aws:PrincipalAccount", "string", (EHR, SANDBOX, "1*", "*"), _single(EHR, LAB, SANDBOX, TRUSTED, STRANGER), True
    ),
    Key("aws:PrincipalOrgID", "string", (ORGANIZATION, "o-other"), _single(ORGANIZATION, "o-other")),
    Key("aws:PrincipalIsAWSService", "bool", ("true", "false"), _single("true", "false"), always=True),
    Key(
        "aws:ResourceAccount",
        "string",
        (EHR, "${aws:PrincipalAccount}", "3*", "*"),
        _single(EHR, LAB, SANDBOX, TRUSTED, STRANGER, MANAGEMENT),
    ),
    Key("aws:ResourceOrgID", "string", (ORGANIZATION, "${aws:PrincipalOrgID}"), _single(ORGANIZATION, "o-other")),
)
_STRINGS = ("StringEquals", "StringEqualsIgnoreCase", "StringLike")
_TESTS = ("Equals", "NotEquals", "LessThan", "LessThanEquals", "GreaterThan", "GreaterThanEquals")
FAMILIES: Mapping[str, tuple[str, ...]] = {
    "string": (*_STRINGS, *(name.replace("String", "StringNot") for name in _STRINGS), "BinaryEquals"),
    "arn": ("ArnEquals", "ArnLike", "ArnNotEquals", "ArnNotLike", "StringLike", "StringNotLike"),
    "numeric": tuple(f"Numeric{test}" for test in _TESTS),
    "date": tuple(f"Date{test}" for test in _TESTS),
    "address": ("IpAddress", "NotIpAddress"),
    "bool": ("Bool",),
    "multivalued": tuple(
        f"{quantifier}:{name}"
        for quantifier in ("ForAllValues", "ForAnyValue")
        for name in ("StringEquals", "StringNotEquals", "StringLike", "StringNotLike")
    ),
}
_ACTIONS = (
    *("sqs:SendMessage", "sqs:Send*", "kms:RetireGrant", "kms:CreateGrant", "kms:*Grant", "ec2:AttachVolume"),
    *("ec2:CreateVolume", "iam:CreateRole", "sts:AssumeRole", "s3:PutObject", "sqs:*", "sqs:ListQueues"),
)
_PATTERNS = (
    *("*", "sqs:*", "SQS:sendmessage", "s?s:*Message", "kms:*Grant", "kms:createGrant", "ec2:*", "iam:Create*"),
    *("*:Send*", "sts:*", "s3:PutObject", "ec2:*volume", "sqs:S*", "kms:Retire*", "*:*", "sqs:*s"),
)
_RESOURCES = (
    *("arn:aws:sqs:*:*:q*", "arn:aws:sqs:*:111111111111:q-a", "arn:aws:ec2:*:*:volume/*", "arn:aws:ec2:*:*:instance/*"),
    *("arn:aws:kms:*:*:key/*", "arn:*:q-a", "arn:aws:iam::*:role/a*", "arn:aws:sqs:us-?:*:q:?", "arn:aws:s3:::*"),
    *("*", "arn:aws:sqs:*:${aws:PrincipalAccount}:*", "arn:aws:sqs:*1:q-a"),
)


VALUES: Mapping[str, tuple[str, ...]] = {
    "organization_id": (ORGANIZATION,),
    "management_account": (MANAGEMENT,),
    "security_account": (SANDBOX,),
    "phi_targets": ("Root/PHI",),
    "pipeline_principals": ("arn:aws:iam::*:role/*pipeline",),
    "break_glass_principals": ("arn:aws:iam::*:role/glass",),
    "trusted_accounts": (TRUSTED,),
}


def _case(statement: Mapping[str, Any], action: str, *, rcp: bool = False, **request: Any) -> Stack:
    """One statement at the root, an Allow as the only one there, and one action that nobody may take."""
    content = {"Effect": "Deny", "Action": "*", "Resource": "*", **statement}
    policies = ({"Version": "2012-10-17", "Statement": [content]},)
    level = Level(rcps=policies) if rcp else Level(policies, full_access=content["Effect"] == "Deny")
    who = request.pop("who", "members")
    return Stack({"Root": level}, VALUES, who, (), {"actions": (action,), "where": "own", **request})


_OTHER = "${aws:PrincipalTag/other}"
_SAME = {"aws:ResourceAccount": "${aws:PrincipalAccount}"}
CASES: dict[str, Stack] = {
    "a Deny on a tag that another tag has": _case(
        {"Condition": {"StringEquals": {"aws:PrincipalTag/team": _OTHER}}}, "sqs:SendMessage"
    ),
    "a Deny on a tag that another tag has not": _case(
        {"Condition": {"StringNotEquals": {"aws:PrincipalTag/team": _OTHER}}}, "sqs:SendMessage"
    ),
    "an Allow for a tag that another tag has": _case(
        {"Effect": "Allow", "Condition": {"StringEquals": {"aws:PrincipalTag/team": _OTHER}}}, "sqs:SendMessage"
    ),
    "a Deny on resources of the caller's account": _case(
        {"Condition": {"StringEqualsIfExists": _SAME}}, "sqs:SendMessage", where="members"
    ),
    "a Deny on one form of resources": _case({"Resource": "arn:aws:s3:::*"}, "s3:PutObject"),
    "a Deny on one of two resources of a call": _case({"Resource": "arn:aws:ec2:*:*:volume/*"}, "ec2:AttachVolume"),
    "a Deny of an RCP on a service that it does not bind": _case({}, "ec2:CreateVolume", rcp=True),
    "a Deny of an RCP on the action that it does not bind": _case({}, "kms:RetireGrant", rcp=True),
    "a Deny for callers without identity": _case(
        {"Condition": {"Null": {"aws:PrincipalArn": "false"}}}, "sqs:SendMessage", rcp=True, who="everyone", where="phi"
    ),
    "any action besides some": _case({"Action": "kms:*"}, "sqs:*", besides=("sqs:A*",)),
    "a Deny on callers of a service, and another is in between": _case(
        {"Condition": {"ForAllValues:StringEquals": {"aws:CalledVia": "a"}}},
        "sqs:SendMessage",
        conditions={"ForAnyValue:StringEquals": {"aws:CalledVia": "a"}},
    ),
    "an Allow whose service a pattern leaves open": _case({"Effect": "Allow", "Action": "s*s:*"}, "sqs:SendMessage"),
}
"""What chance brings too seldom."""
CASES["a Deny of different RCPs in two accounts"] = Stack(
    {
        "Root/PHI/ehr": _case({}, "", rcp=True).levels["Root"],
        "Root/PHI/lab": _case({"Action": "kms:*"}, "", rcp=True).levels["Root"],
    },
    *(VALUES, "members", (), {"actions": ("sqs:SendMessage",), "where": "own"}),
)
CASES["an Allow at one of two levels"] = Stack(
    {path: CASES["an Allow whose service a pattern leaves open"].levels["Root"] for path in ("Root", "Root/PHI/ehr")}
    | {"Root/PHI": _case({"Effect": "Allow", "Action": "iam:*"}, "").levels["Root"]},
    *(VALUES, "phi", (), {"actions": ("sqs:SendMessage",), "where": "own"}),
)


def stack(random: Random) -> Stack:
    """An organization, and a theorem about it."""
    keys = random.sample(KEYS, random.choice((1, 1, 2, 2, 3)))
    paths = random.sample(("Root", "Root/PHI", "Root/PHI/ehr", "Root/Sandbox"), random.choice((1, 2, 2, 3)))
    levels = {path: _level(random, keys) for path in paths}
    values = {**VALUES, "security_account": (SANDBOX,) if random.random() < 0.3 else (EHR,)}
    request: dict[str, Any] = {"actions": tuple(random.sample(_ACTIONS, random.choice((1, 1, 2))))}
    if random.random() < 0.15:
        request["besides"] = (random.choice(_PATTERNS[3:]),)
    if random.random() < 0.4:
        request["resources"] = tuple(
            random.sample([one for one in _RESOURCES if _is_plain(one)], random.choice((1, 2)))
        )
    if random.random() < 0.5:
        request["conditions"] = _condition(random, [random.choice(keys)], plain=True)
    request["where"] = random.choice(("own", "own", "own", "phi", "members", "outside"))
    who = random.choice(("phi", "phi", "members", "members", "root-users", "break-glass", "outsiders", "everyone"))
    exempt = tuple(random.sample(sorted(EXEMPT), random.choice((0, 0, 1, 2))))
    return Stack(levels, values, who, exempt, request)


def _level(random: Random, keys: Sequence[Key]) -> Level:
    scps = tuple(_policy(random, keys) for _ in range(random.choice((0, 1, 1, 2))))
    rcps = tuple(_policy(random, keys, resource=True) for _ in range(random.choice((0, 0, 0, 1, 2))))
    return Level(scps, rcps, full_access=random.random() < 0.75)


def _policy(random: Random, keys: Sequence[Key], *, resource: bool = False) -> dict[str, Any]:
    count = random.choice((1, 1, 2))
    return {"Version": "2012-10-17", "Statement": [_statement(random, keys, resource) for _ in range(count)]}


def _statement(random: Random, keys: Sequence[Key], resource: bool) -> dict[str, Any]:
    allow = not resource and random.random() < 0.35
    action = "NotAction" if random.random() < 0.25 else "Action"
    found: dict[str, Any] = {
        "Effect": "Allow" if allow else "Deny",
        action: random.sample(_PATTERNS, random.choice((1, 2))) if random.random() < 0.6 else "*",
    }
    if action == "NotAction" and found[action] == "*":
        found[action] = "kms:*"
    kind = random.random()
    if kind < 0.55:
        found["Resource"] = "*"
    else:
        texts = random.sample(_RESOURCES, random.choice((1, 2)))
        found["Resource" if kind < 0.8 else "NotResource"] = texts if len(texts) > 1 else texts[0]
    if random.random() < 0.75:
        found["Condition"] = _condition(random, random.sample(keys, min(len(keys), random.choice((1, 1, 2)))))
    return found


def _condition(random: Random, keys: Sequence[Key], *, plain: bool = False) -> dict[str, dict[str, Any]]:
    """plain: as theorems have them, without what they must not say."""
    found: dict[str, dict[str, Any]] = {}
    for key in keys:
        if random.random() < 0.12:
            found["Null"] = {key.name: random.choice(("true", "false"))}
            continue
        name = random.choice(FAMILIES[key.family])
        if key.family == "multivalued":
            name = name if plain or random.random() < 0.97 else name.partition(":")[2]
        elif random.random() < 0.08:
            name = f"{random.choice(('ForAllValues', 'ForAnyValue'))}:{name}"
        name += "IfExists" if random.random() < 0.2 else ""
        texts = [text for text in key.texts if not plain or _is_plain(text)]
        wanted = random.sample(texts, min(len(texts), random.choice((1, 1, 2))))
        if not plain and random.random() < 0.04:
            wanted = [*random.choice(((), wanted)), "${aws:PrincipalTag/other}"]
        found.setdefault(name, {})[key.name] = wanted if len(wanted) > 1 else wanted[0]
    return found


def _is_plain(text: str) -> bool:
    """Whether theorems may have it: no policy variable, and accounts by the names of values only."""
    return bool(text) and not re.search(r"\d{12}|\d\*", text) and "${aws" not in text
