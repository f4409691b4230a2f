"""Value parameters become literals, wherever and however a template refers to them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from landing_zone.assembly.render import RenderError, Rendering, prepare, reading_parameter

REGION = {"Ref": "AWS::Region"}
HUB_ID = {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "arn:aws:ssm:us-east-1:1:parameter/hub"}


def prepared(expression: Any, *names: str, **more: Any) -> Rendering:
    """A template with one property, prepared for the values `names`."""
    parameters = {name: {"Type": "String"} for name in names} | more
    resource = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": expression}}
    return prepare({"Parameters": parameters, "Resources": {"Topic": resource}}, names)


def rendered(expression: Any, **values: str) -> Any:
    """What an expression becomes when these values are planned."""
    template = json.loads(prepared(expression, *values).render(values))
    assert "Parameters" not in template
    return template["Resources"]["Topic"]["Properties"]["TopicName"]


@pytest.mark.parametrize(
    ("expression", "literal"),
    [
        pytest.param({"Ref": "Name"}, "ehr", id="a Ref"),
        pytest.param([{"Ref": "Name"}, {"a": {"Ref": "Name"}}], ["ehr", {"a": "ehr"}], id="a Ref deep inside"),
        pytest.param({"Fn::Sub": "${Name}-vpc"}, "ehr-vpc", id="a Sub of text"),
        pytest.param({"Fn::Sub": ["${Name}-vpc", {}]}, "ehr-vpc", id="a Sub with an empty map"),
        pytest.param({"Fn::Sub": "${!Name} is ${Name}"}, "${Name} is ehr", id="an escape in a Sub that goes"),
        pytest.param({"Fn::Join": ["-", [{"Ref": "Name"}, "a", "b"]]}, "ehr-a-b", id="a Join of literals only"),
        pytest.param(
            {"Fn::Join": ["", ["a", {"Fn::Join": [":", [{"Ref": "Name"}, "b"]]}]]}, "aehr:b", id="a Join in a Join"
        ),
        pytest.param({"Fn::Join": ["", [{"Fn::Sub": "<${Name}>"}, "!"]]}, "<ehr>!", id="a Sub in a Join"),
        pytest.param({"Fn::If": ["C", {"Ref": "Name"}, REGION]}, {"Fn::If": ["C", "ehr", REGION]}, id="an If"),
    ],
)
def test_a_reference_becomes_a_literal(expression: Any, literal: Any) -> None:
    assert rendered(expression, Name="ehr") == literal


@pytest.mark.parametrize(
    ("expression", "remaining"),
    [
        pytest.param(
            {"Fn::Sub": "${AWS::Region}-${Name}-${!x}"}, {"Fn::Sub": "${AWS::Region}-ehr-${!x}"}, id="a Sub of more"
        ),
        pytest.param(
            {"Fn::Sub": ["${A}-${Name}", {"A": {"Ref": "Name"}}]}, {"Fn::Sub": ["${A}-ehr", {"A": "ehr"}]}, id="a map"
        ),
        pytest.param(
            {"Fn::Sub": ["${Name}", {"Name": "other"}]}, {"Fn::Sub": ["${Name}", {"Name": "other"}]}, id="a shadow"
        ),
        pytest.param(
            {"Fn::Join": ["-", ["a", {"Ref": "Name"}, REGION, "b", "c"]]},
            {"Fn::Join": ["-", ["a-ehr", REGION, "b-c"]]},
            id="a Join of more",
        ),
        pytest.param({"Fn::Join": ["", []]}, {"Fn::Join": ["", []]}, id="an empty Join"),
        pytest.param(
            {"Fn::Join": [",", {"Fn::Split": ["-", {"Ref": "Name"}]}]},
            {"Fn::Join": [",", {"Fn::Split": ["-", "ehr"]}]},
            id="a Join of a list that is computed",
        ),
        pytest.param({"Fn::GetAtt": ["Name", "Arn"]}, {"Fn::GetAtt": ["Name", "Arn"]}, id="a resource of that name"),
        pytest.param(REGION, REGION, id="another Ref"),
    ],
)
def test_what_else_there_is_remains(expression: Any, remaining: Any) -> None:
    assert rendered([expression, {"Ref": "Name"}], Name="ehr") == [remaining, "ehr"]


@pytest.mark.parametrize(
    "value",
    ['say "no"', "a\\b", "two\nlines", "Müller & <co>", "€ 日本 🏥", "\x7f", "\ue000Name\ue001", "${AWS::Region}"],
)
def test_any_value_arrives_as_it_was_planned(value: str) -> None:
    assert rendered({"Fn::Join": ["", ["(", {"Ref": "Name"}, ")"]]}, Name=value) == f"({value})"


def test_a_value_is_no_reference_in_a_substitution_that_remains() -> None:
    remaining = rendered({"Fn::Sub": "${AWS::Region} ${Name}"}, Name="${AWS::AccountId}")
    assert remaining == {"Fn::Sub": "${AWS::Region} ${!AWS::AccountId}"}


def test_the_text_is_utf_8_without_escapes() -> None:
    assert "Müller".encode() in prepared({"Ref": "Name"}, "Name").render({"Name": "Müller"})


def test_parameters_read_from_the_parameter_store_stay() -> None:
    rendering = prepared([{"Ref": "Name"}, {"Ref": "HubId"}], "Name", HubId=HUB_ID)
    template = json.loads(rendering.render({"Name": "ehr"}))
    assert template["Parameters"] == {"HubId": HUB_ID}
    assert template["Resources"]["Topic"]["Properties"]["TopicName"] == ["ehr", {"Ref": "HubId"}]


def test_the_names_are_the_values_that_are_used() -> None:
    expression = [{"Ref": "A"}, {"Fn::Sub": "${AWS::Region}${B}"}]
    assert prepared(expression, "A", "B", "Unused").names == {"A", "B"}


HUB = "arn:aws:ssm:us-east-1:100000000004:parameter/hlz/network/transit-gateway-id"
OTHER_HUB = HUB.replace("us-east-1", "us-west-2")


def reading(expression: Any, **values: str) -> tuple[dict[str, Any], Any]:
    """The parameters and the expression when `Hub` is a shared parameter, and all others are literals."""
    resource = {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": expression}}
    declared = {"Parameters": {name: {"Type": "String"} for name in values}, "Resources": {"Topic": resource}}
    template = json.loads(prepare(declared, values, ["Hub"]).render(values))
    return template["Parameters"], template["Resources"]["Topic"]["Properties"]["TopicName"]


def test_a_shared_parameter_is_read_by_a_parameter_whose_default_is_its_arn() -> None:
    parameters, expression = reading({"Ref": "Hub"}, Hub=HUB)
    name = reading_parameter("Hub", HUB)
    assert parameters == {name: {"Type": "AWS::SSM::Parameter::Value<String>", "Default": HUB}}
    assert expression == {"Ref": name}


def test_another_arn_has_another_name_because_an_update_keeps_the_default_of_a_parameter_that_it_finds_again() -> None:
    assert reading_parameter("Hub", HUB) != reading_parameter("Hub", OTHER_HUB)
    assert reading({"Ref": "Hub"}, Hub=HUB)[1] != reading({"Ref": "Hub"}, Hub=OTHER_HUB)[1]
    assert reading_parameter("Hub", HUB).isalnum()  # all that CloudFormation takes


def test_a_shared_parameter_is_renamed_wherever_it_is_referred_to() -> None:
    name = reading_parameter("Hub", HUB)
    expressions = [
        {"Fn::Sub": "${Hub}-${Name}-${!Hub}"},
        {"Fn::Sub": ["${Hub}/${A}", {"A": {"Ref": "Hub"}}]},
        {"Fn::Sub": ["${Hub}", {"Hub": "other"}]},
        {"Fn::Join": ["-", ["a", {"Ref": "Hub"}, {"Ref": "Name"}, "b"]]},
        {"Fn::If": ["C", {"Ref": "Hub"}, {"Fn::GetAtt": ["Hub", "Arn"]}]},
    ]
    assert reading(expressions, Hub=HUB, Name="ehr")[1] == [
        {"Fn::Sub": f"${{{name}}}-ehr-${{!Hub}}"},
        {"Fn::Sub": [f"${{{name}}}/${{A}}", {"A": {"Ref": name}}]},
        {"Fn::Sub": ["${Hub}", {"Hub": "other"}]},
        {"Fn::Join": ["-", ["a", {"Ref": name}, "ehr-b"]]},
        {"Fn::If": ["C", {"Ref": name}, {"Fn::GetAtt": ["Hub", "Arn"]}]},
    ]


@pytest.mark.parametrize("value", ['say "no"', "a\\b", "${AWS::AccountId}"])
def test_a_literal_beside_a_shared_parameter_in_a_substitution_is_no_reference(value: str) -> None:
    _, expression = reading({"Fn::Sub": "${Hub} ${Name}"}, Hub=HUB, Name=value)
    escaped = value.replace("${", "${!")
    assert expression == {"Fn::Sub": f"${{{reading_parameter('Hub', HUB)}}} {escaped}"}


def test_a_shared_parameter_that_nothing_refers_to_is_read_all_the_same() -> None:
    assert reading("plain", Hub=HUB)[0].keys() == {reading_parameter("Hub", HUB)}


@pytest.mark.parametrize("planned", [("Name", "More"), ()])
def test_planned_values_and_parameters_must_be_the_same(planned: tuple[str, ...]) -> None:
    with pytest.raises(RenderError, match=r"differ: (More|Name)$"):
        prepare({"Parameters": {"Name": {"Type": "String"}}, "Resources": {}}, planned)


def test_a_value_parameter_must_be_a_string() -> None:
    with pytest.raises(RenderError, match="type String: Zones"):
        prepared({"Ref": "Zones"}, "Zones", Zones={"Type": "CommaDelimitedList"})


def test_a_template_with_our_mark_is_refused() -> None:
    with pytest.raises(RenderError, match="private-use"):
        prepared("a\ue000b")


def test_a_missing_value_is_refused() -> None:
    with pytest.raises(RenderError, match="missing: Name"):
        prepared({"Ref": "Name"}, "Name").render({"Other": "x"})
