"""Intrinsics: what a template decides is resolved, the rest is unresolved with a reason."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landing_zone.assurance.evaluation import evaluate
from landing_zone.assurance.template import Template
from landing_zone.assurance.values import MISSING, Reference, Symbolic, Unresolved, Value, split_text
from tests.assurance.arrange import document, resource

MAPPINGS = {"Sizes": {"small": {"prefix": "24"}, "large": {"prefix": "16"}}}


def value_of(raw: Any, given_values: dict[str, Value] | None = None, **sections: Any) -> Value:
    body = document(Vpc=resource("AWS::EC2::VPC"), Probe=resource("Custom::Probe", {"Value": raw})) | sections
    return Template.from_json(body, name="t", given=given_values).resources["Probe"].value("Value")


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("text", "text"),
        ({"Ref": "AWS::AccountId"}, "${AWS::AccountId}"),
        ({"Ref": "AWS::NoValue"}, MISSING),
        ({"Ref": "Vpc"}, Reference("Vpc")),
        ({"Fn::GetAtt": ["Vpc", "CidrBlock"]}, Reference("Vpc", "CidrBlock")),
        ({"Fn::GetAtt": "Vpc.CidrBlock"}, Reference("Vpc", "CidrBlock")),
        ({"Fn::Join": [":", ["a", 1, True]]}, "a:1:true"),
        ({"Fn::Join": ["", ["arn:", {"Ref": "AWS::Partition"}]]}, "arn:${AWS::Partition}"),
        ({"Fn::Sub": "arn:${AWS::Partition}:${Vpc.Arn}"}, "arn:${AWS::Partition}:${Vpc.Arn}"),
        ({"Fn::Sub": ["${Vpc}-${x}", {"x": "y", "Vpc": "shadow"}]}, "shadow-y"),
        ({"Fn::Sub": "${!aws:username}"}, "${aws:username}"),
        ({"Fn::Select": ["1", ["a", "b"]]}, "b"),
        ({"Fn::Select": [1, {"Fn::Split": [",", "a,b"]}]}, "b"),
        ({"Fn::Select": [2, {"Fn::GetAZs": ""}]}, "${AvailabilityZone ${AWS::Region} 2}"),
        ({"Fn::FindInMap": ["Sizes", "small", "prefix"]}, "24"),
        ({"Fn::FindInMap": ["Sizes", "tiny", "prefix", {"DefaultValue": "28"}]}, "28"),
        ([{"Ref": "AWS::NoValue"}, "kept"], ["kept"]),
        ({"Fn::If": ["IsProduction", "same", "same"]}, "same"),
    ],
)
def test_what_the_template_decides_is_resolved(raw: Any, expected: Any) -> None:
    assert value_of(raw, Mappings=MAPPINGS) == expected


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ({"Ref": "Stage"}, "parameter Stage"),
        ({"Ref": "Nobody"}, "not declared"),
        ({"Ref": ["Vpc"]}, "names no text"),
        ({"Fn::GetAtt": ["Nobody", "Arn"]}, "not declared"),
        ({"Fn::GetAtt": "Vpc"}, "names no resource and attribute"),
        ({"Fn::Sub": "vpc-${Stage}"}, "parameter Stage"),
        ({"Fn::Sub": 7}, "has no text"),
        ({"Fn::Join": ["", "text"]}, "no delimiter and list"),
        ({"Fn::Join": ["", [["nested"]]]}, "joins a list"),
        ({"Fn::Select": [5, ["a"]]}, "beyond its list"),
        ({"Fn::Select": ["x", ["a"]]}, "not a number"),
        ({"Fn::Split": [":", {"Ref": "AWS::StackId"}]}, "known at deployment"),
        ({"Fn::FindInMap": ["Sizes", {"Ref": "AWS::Region"}, "prefix"]}, "known at deployment"),
        ({"Fn::FindInMap": ["Nothing", "a", "b"]}, "not declared"),
        ({"Fn::If": ["IsProduction", "a", "b"]}, "condition IsProduction is open"),
        ({"Fn::If": ["Nowhere", "a", "b"]}, "not declared"),
        ({"Fn::ImportValue": "x"}, "Fn::ImportValue of x is decided elsewhere"),
        ({"Fn::Transform": {"Name": "AWS::Include"}}, "decided at deployment"),
        ({"Ref": "Vpc", "Other": 1}, "stands beside other keys"),
        ("{{resolve:ssm:/network/id}}", "dynamic reference"),
    ],
)
def test_what_it_does_not_decide_says_why(raw: Any, reason: str) -> None:
    found = value_of(raw, Mappings=MAPPINGS)
    assert isinstance(found, Unresolved)
    assert reason in found.reason


def test_a_parameter_counts_only_when_its_value_is_given() -> None:
    assert isinstance(value_of({"Ref": "Stage"}), Unresolved)
    assert value_of({"Ref": "Stage"}, {"Stage": "training"}) == "training"
    assert value_of({"Fn::If": ["IsProduction", "yes", "no"]}, {"Stage": "training"}) == "no"


def test_an_export_counts_only_when_its_value_is_given() -> None:
    imported = {"Fn::ImportValue": {"Fn::Sub": "keys-logs"}}
    assert isinstance(value_of(imported), Unresolved)
    assert value_of(imported, {"import:keys-logs": "arn:aws:kms:x"}) == "arn:aws:kms:x"
    assert isinstance(value_of({"Fn::ImportValue": {"Ref": "Stage"}}, {"import:None": "x"}), Unresolved)


def test_a_parameter_the_value_rules_judge_is_a_symbolic_text() -> None:
    body = document(Probe=resource("Custom::Probe", {"Value": {"Fn::Sub": "a-${Cidr}"}}))
    read = Template.from_json(body, name="t", judged_parameters=["Cidr"])
    assert read.resources["Probe"].value("Value") == Symbolic("a-${Cidr}")


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"Fn::Equals": ["a", "a"]}, True),
        ({"Fn::Equals": [{"Ref": "AWS::Region"}, {"Ref": "AWS::Region"}]}, True),
        ({"Fn::Not": [{"Fn::Equals": ["a", "a"]}]}, False),
        ({"Fn::Or": [{"Condition": "IsProduction"}, {"Fn::Equals": ["a", "a"]}]}, True),
        ({"Fn::And": [{"Condition": "IsProduction"}, {"Fn::Equals": ["a", "b"]}]}, False),
        ({"Fn::And": [{"Condition": "IsProduction"}, {"Fn::Equals": ["a", "a"]}]}, None),
        ({"Fn::Equals": [{"Ref": "AWS::Region"}, "us-east-1"]}, None),
        ({"Condition": "Mine"}, None),
        ({"Fn::Equals": ["a"]}, None),
        (["not", "a", "map"], None),
    ],
)
def test_conditions_know_true_false_and_open(condition: Any, expected: bool | None) -> None:
    conditions = {"IsProduction": {"Fn::Equals": [{"Ref": "Stage"}, "p"]}, "Mine": condition}
    found = value_of({"Fn::If": ["Mine", "true", "false"]}, Conditions=conditions)
    assert (None if isinstance(found, Unresolved) else found == "true") is expected


def test_open_conditions_that_share_parts_stay_cheap() -> None:
    links = {f"C{n}": {"Fn::And": [{"Condition": f"C{n + 1}"}, {"Condition": f"C{n + 1}"}]} for n in range(60)}
    conditions = links | {"C60": {"Fn::Equals": [{"Ref": "Stage"}, "p"]}}
    assert isinstance(value_of({"Fn::If": ["C0", "a", "b"]}, Conditions=conditions), Unresolved)


def test_symbols_are_not_split_in_the_middle() -> None:
    assert split_text("arn:${AWS::Partition}:iam", ":") == ["arn", "${AWS::Partition}", "iam"]


KEYS = st.sampled_from(
    [
        "Ref",
        "Fn::Sub",
        "Fn::Join",
        "Fn::Select",
        "Fn::Split",
        "Fn::If",
        "Fn::GetAtt",
        "Fn::FindInMap",
        "Fn::Equals",
        "Condition",
        "Statement",
        "Principal",
        "Tags",
        "Key",
        "Properties",
        "Type",
        "Effect",
        "Vpc",
        "C",
    ]
)
TEXTS = st.sampled_from(["", "Vpc", "C", "AWS::Region", "AWS::NoValue", "${Vpc.Arn}", "Allow", "*", "AWS::EC2::VPC"])
GARBAGE = st.recursive(
    st.none() | st.booleans() | st.integers(-2, 70000) | TEXTS | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
TYPES = st.sampled_from(
    [
        "AWS::KMS::Key",
        "AWS::Logs::LogGroup",
        "AWS::EC2::VPC",
        "AWS::EC2::Subnet",
        "AWS::EC2::VPCEndpoint",
        "AWS::EC2::SecurityGroup",
        "AWS::EC2::SecurityGroupIngress",
        "AWS::EC2::NetworkAclEntry",
        "AWS::EC2::FlowLog",
        "AWS::IAM::Role",
        "AWS::IAM::ManagedPolicy",
        "AWS::EC2::NatGateway",
        "AWS::Lambda::Function",
    ]
)
PROPERTY = st.sampled_from(
    [
        "KeyPolicy",
        "RetentionInDays",
        "Tags",
        "VpcId",
        "PolicyDocument",
        "SecurityGroupIngress",
        "SecurityGroupEgress",
        "CidrIp",
        "Policies",
        "AssumeRolePolicyDocument",
        "RuleAction",
        "CidrBlock",
        "Environment",
        "ResourceId",
        "EnableKeyRotation",
        "AvailabilityZone",
        "MapPublicIpOnLaunch",
        "Protocol",
        "PortRange",
        "SubnetId",
    ]
)
PROPERTIES = st.dictionaries(PROPERTY, GARBAGE, max_size=5)
RESOURCES = st.fixed_dictionaries(
    {"Type": TYPES, "Properties": PROPERTIES},
    optional={"Condition": GARBAGE, "DeletionPolicy": GARBAGE, "Metadata": GARBAGE},
)
TEMPLATES = st.fixed_dictionaries(
    {},
    optional={
        "Resources": st.dictionaries(st.sampled_from(["Vpc", "A", "B", "C"]), RESOURCES | GARBAGE) | GARBAGE,
        "Conditions": st.dictionaries(st.sampled_from(["C", "Vpc"]), GARBAGE) | GARBAGE,
        "Parameters": GARBAGE,
        "Mappings": GARBAGE,
        "Transform": GARBAGE,
    },
)


@settings(max_examples=400, deadline=None)
@given(TEMPLATES | GARBAGE)
def test_no_template_however_broken_makes_reading_or_a_rule_fail(raw: Any) -> None:
    report = evaluate(Template.from_json(raw, name="garbage"))
    assert not [finding for finding in report.findings if "the rule failed" in finding.message]


def test_a_value_nested_too_deeply_is_unresolved() -> None:
    raw: Any = "x"
    for _ in range(300):
        raw = {"Fn::Select": [0, [raw]]}
    found = value_of(raw)
    assert isinstance(found, Unresolved)


def test_conditions_nested_too_deeply_are_open() -> None:
    chain = {f"C{n}": {"Fn::Not": [{"Condition": f"C{n + 1}"}]} for n in range(2000)}
    assert isinstance(value_of({"Fn::If": ["C0", "a", "b"]}, Conditions=chain), Unresolved)


def test_braces_that_open_and_never_close_cost_no_more_than_other_text() -> None:
    text = "${" * 100_000  # quadratic: minutes
    assert value_of({"Fn::Sub": "${AWS::Region}" + text}) == Symbolic("${AWS::Region}" + text)
    assert split_text("${a:b}:" + text, ":") == ["${a:b}", text]
