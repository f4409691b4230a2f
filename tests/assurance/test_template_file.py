"""Reading a template: places, short forms, and one clear fault for everything that is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from landing_zone.assurance.template_file import parse_template, read_template
from landing_zone.assurance.template_yaml import MAX_VALUES
from landing_zone.fault import InputError

RESOURCE = "Resources: {A: {Type: 'AWS::SNS::Topic', Properties: %s}}\n"


def properties(written: str) -> object:
    return parse_template(RESOURCE % written, "t.yaml").document["Resources"]["A"]["Properties"]


def fault(text: str, file: str = "t.yaml") -> str:
    with pytest.raises(InputError) as refused:
        parse_template(text, file)
    (one,) = refused.value.faults
    return str(one)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("{N: !Ref B}", {"N": {"Ref": "B"}}),
        ("{N: !GetAtt B.Outputs.C}", {"N": {"Fn::GetAtt": ["B", "Outputs.C"]}}),
        (
            "{N: !If [C, !Sub 'x-${D}', !Ref 'AWS::NoValue']}",
            {"N": {"Fn::If": ["C", {"Fn::Sub": "x-${D}"}, {"Ref": "AWS::NoValue"}]}},
        ),
        ("{N: !And [!Condition C]}", {"N": {"Fn::And": [{"Condition": "C"}]}}),
        ("{N: yes, M: 12, O: 1.5, P: ~, Q: '12'}", {"N": True, "M": 12, "O": 1.5, "P": None, "Q": "12"}),
        ("{Version: 2012-10-17}", {"Version": "2012-10-17"}),
        ("{111122223333: x, on: y}", {"111122223333": "x", "on": "y"}),
        ("{a: &x {b: 1, c: 2}, d: {<<: *x, b: 3}}", {"a": {"b": 1, "c": 2}, "d": {"b": 3, "c": 2}}),
    ],
)
def test_values_are_what_cloudformation_reads(written: str, read: object) -> None:
    assert properties(written) == read


@pytest.mark.parametrize(("indent", "line", "column"), [(None, 1, 71), (1, 6, 5), ("\t", 6, 5)])
def test_json_has_places_as_yaml_has(indent: int | str | None, line: int, column: int) -> None:
    document = {"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": 'a\\"{[,', "Tags": [1]}}}}
    text = json.dumps(document, indent=indent)
    source = parse_template(text, "t.json")
    assert source.document == document
    path = "Resources/A/Properties/TopicName"
    assert (source.lines[path], source.columns[path]) == (line, text.splitlines()[line - 1].index('"TopicName"') + 1)
    assert "Resources/A/Properties/Tags/0" in source.lines


def test_yaml_items_and_keys_have_lines_and_columns() -> None:
    source = parse_template("Resources:\n  A:\n    Type: T\n    Properties:\n      L:\n        - x\n", "t.yaml")
    assert (source.lines["Resources/A/Properties/L/0"], source.columns["Resources/A/Properties/L/0"]) == (6, 11)


BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{','.join(['*' + chr(97 + n)] * 10)}]\n" for n in range(7)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (RESOURCE % "{N: !Sbu x}", "t.yaml:1:58: Resources.A.Properties.N: function '!Sbu' is not one of"),
        (RESOURCE % "{N: !Sbu x}", "(did you mean '!Sub'?)"),
        (
            RESOURCE % "{N: !!python/object:os.system x}",
            "is not allowed; plain values and CloudFormation's functions are",
        ),
        (RESOURCE % "{N: 1, N: 2}", "t.yaml:1:61: Resources.A.Properties.N: key 'N' is given twice; first on line 1"),
        ("Resources:\n  A:\n    Type: [AWS", "is no YAML: did not find expected"),
        ("Resources:\n  A:\n    Type: *nowhere", "alias 'nowhere' refers to itself or to nothing above it"),
        ("Resources: &r\n  A: *r", "alias 'r' refers to itself or to nothing above it"),
        (BOMB + "Resources: {}", f"holds more than {MAX_VALUES:,} values (aliases counted)"),
        (f"a: &a {'x' * 100_000}\nb: [{', '.join(['*a'] * 200)}]", f"holds more than {MAX_VALUES:,} values"),
        ("Resources: {}\n---\nResources: {}", "t.yaml:2:1: holds a second document"),
        ("Resource:\n  A: {}", "it has no Resources ('Resource' is written where 'Resources' is meant?)"),
        ("Resources:\n  - A", "t.yaml:1:1: Resources: is a list where a map is meant"),
        ("- Resources", "is no CloudFormation template: it is a list, no map"),
        ("? [a]\n: b", "a key must be plain text"),
        ("Resources: {A: \x01}", "character U+0001 is not allowed"),
    ],
)
def test_what_is_wrong_in_yaml_is_one_fault_with_its_place(text: str, said: str) -> None:
    assert said in fault(text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"Resources": {"A": 1, "A": 2}}', "t.json:1:24: Resources.A: key 'A' is given twice; first on line 1"),
        ('{"Resources": {\n"A": ', "t.json:2:6: is no JSON: expecting value"),
        ('{"Resources": {"A": NaN}}', "NaN is no number"),
        ('{"Resources": ' + "[" * 5000, "is nested deeper than 100 levels"),
    ],
)
def test_what_is_wrong_in_json_is_one_fault_with_its_place(text: str, said: str) -> None:
    assert said in fault(text, "t.json")


def test_a_file_that_is_a_link_to_itself_or_too_large_or_a_pipe_is_refused(tmp_path: Path) -> None:
    (tmp_path / "loop.yaml").symlink_to(tmp_path / "loop.yaml")
    (tmp_path / "large.yaml").write_bytes(b"#" * 5_000_001)
    for name, said in (("loop.yaml", "cannot be read"), ("large.yaml", "is larger than 5 MB"), (".", "not a regular")):
        with pytest.raises(InputError, match=said):
            read_template(tmp_path / name)


def test_a_number_of_too_many_digits_is_named_with_its_place() -> None:
    with pytest.raises(InputError, match=r"a\.json:2:20: holds a number of more than 4,300 digits"):
        parse_template('{"Resources": {},\n "Metadata": {"A": ' + "9" * 5_000 + "}}", "a.json")
