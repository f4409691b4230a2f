"""Reading a template: resources, tags, lines, and what is wrong with it."""

from __future__ import annotations

import pytest

from landing_zone.assurance.template import Template
from landing_zone.assurance.values import MISSING, CannotEvaluate, Unresolved
from tests.assurance.arrange import document, resource, template

VPC = "AWS::EC2::VPC"


def test_a_resource_whose_condition_is_false_is_left_out() -> None:
    body = document(Vpc=resource(VPC, Condition="Never"), Other=resource(VPC))
    body["Conditions"]["Never"] = {"Fn::Equals": ["a", "b"]}
    assert list(Template.from_json(body, name="t").resources) == ["Other"]


def test_a_resource_whose_condition_is_open_says_why() -> None:
    vpc = template(Vpc=resource(VPC, Condition="IsProduction")).resources["Vpc"]
    assert "parameter Stage" in vpc.conditional


def test_values_are_found_by_path() -> None:
    vpc = template(Vpc=resource(VPC, {"A": {"B": [{"C": 1}]}, "N": None})).resources["Vpc"]
    assert vpc.value("A.B.0.C") == 1
    assert vpc.value("A.B.7.C") is MISSING
    assert vpc.value("X.Y") is MISSING
    assert vpc.value("N") is MISSING
    assert isinstance(vpc.value("A.B.C"), Unresolved)


def test_a_value_of_the_wrong_kind_cannot_be_evaluated() -> None:
    vpc = template(Vpc=resource(VPC, {"Flag": "maybe", "Number": 1.5, "List": {}, "Text": []})).resources["Vpc"]
    for path, getter in (("Flag", vpc.flag), ("Number", vpc.number), ("List", vpc.items), ("Text", vpc.text)):
        with pytest.raises(CannotEvaluate, match=path):
            getter(path)


def test_booleans_and_numbers_may_be_written_as_texts() -> None:
    vpc = template(Vpc=resource(VPC, {"Flag": "true", "Number": "2192"})).resources["Vpc"]
    assert vpc.flag("Flag") is True
    assert vpc.number("Number") == 2192


@pytest.mark.parametrize("tags", [[{"Key": "hlz:purpose", "Value": "spoke"}], {"hlz:purpose": "spoke"}])
def test_tags_are_read_as_list_and_as_map(tags: object) -> None:
    vpc = template(Vpc=resource(VPC, {"Tags": tags})).resources["Vpc"]
    assert vpc.tag("hlz:purpose") == "spoke"
    assert vpc.tag("hlz:other") is None


def test_a_tag_that_may_be_there_cannot_be_evaluated() -> None:
    vpc = template(Vpc=resource(VPC, {"Tags": [{"Key": {"Ref": "Stage"}, "Value": "x"}]})).resources["Vpc"]
    with pytest.raises(CannotEvaluate, match="hlz:purpose"):
        vpc.tag("hlz:purpose")


def test_a_tag_with_an_unknown_value_is_there_all_the_same() -> None:
    vpc = template(Vpc=resource(VPC, {"Tags": [{"Key": "hlz:segment", "Value": {"Ref": "Stage"}}]})).resources["Vpc"]
    assert vpc.has_tag("hlz:segment")
    with pytest.raises(CannotEvaluate):
        vpc.tag("hlz:segment")


def test_a_line_comes_from_the_nearest_known_ancestor() -> None:
    read = Template.from_json(document(), name="t", lines={"Resources/Key": 12})
    assert read.line("Resources/Key/Properties/KeyPolicy") == 12
    assert read.line("Parameters/Stage") is None


def test_uses_are_found_in_references_and_in_texts() -> None:
    read = template(
        Vpc=resource(VPC),
        Group=resource(
            "AWS::EC2::SecurityGroup", {"VpcId": {"Ref": "Vpc"}, "Note": {"Fn::Sub": "of ${Vpc.CidrBlock}"}}
        ),
    )
    assert {(use.path, use.target, use.attribute) for use in read.uses} == {
        ("VpcId", "Vpc", None),
        ("Note", "Vpc", "CidrBlock"),
    }


@pytest.mark.parametrize(
    ("raw", "path", "malformed"),
    [
        ([], "", True),
        ({"Resources": []}, "Resources", True),
        ({"Resources": {"A": 1}}, "Resources/A", True),
        ({"Resources": {"A": {"Properties": {}}}}, "Resources/A", True),
        ({"Resources": {"A": {"Type": "T", "Properties": []}}}, "Resources/A", True),
        ({"Resources": {"Fn::ForEach::X": []}}, "Resources/Fn::ForEach::X", False),
        ({"Transform": "AWS::Serverless-2016-10-31"}, "Transform", False),
    ],
)
def test_defects_are_kept_with_their_place(raw: object, path: str, malformed: bool) -> None:
    defects = Template.from_json(raw, name="t").defects
    assert [(defect.path, defect.malformed) for defect in defects] == [(path, malformed)]
