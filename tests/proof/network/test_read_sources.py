"""Templates of a folder, of a file, of a cloud assembly."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from landing_zone.fault import Fault, InputError
from landing_zone.proof.network.read import read_network
from landing_zone.proof.network.sources import stacks_in
from tests.proof.network.templates import ref, resource, subnet, vpc

YAML = """
Conditions: {Always: !Equals [a, a]}
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Condition: Always
    Properties: {CidrBlock: 10.0.0.0/16}
  A:
    Type: AWS::EC2::Subnet
    Properties:
      VpcId: !GetAtt Vpc.VpcId
      CidrBlock: !Select [1, !Cidr [!GetAtt Vpc.CidrBlock, 2, 8]]
      AvailabilityZone: !Select [0, !GetAZs '']
"""


def written(folder: Path, **files: Any) -> Path:
    """Files by name, `__` for a dot; what is no text is written as JSON."""
    for name, content in files.items():
        path = folder / name.replace("__", ".")
        path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return folder


def faults_of(place: Path) -> tuple[Fault, ...]:
    with pytest.raises(InputError) as caught:
        stacks_in(place)
    return caught.value.faults


def test_short_forms_of_yaml_are_read(tmp_path: Path) -> None:
    (stack,) = stacks_in(written(tmp_path, net__yaml=YAML))
    network = read_network([stack])
    assert network.unknowns == ()
    assert (network.subnets["net.yaml/A"].vpc, network.subnets["net.yaml/A"].zone) == ("net.yaml/Vpc", "zone 0")


def test_templates_are_named_by_their_path_and_those_deeper_are_found(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    written(tmp_path / "deep", net__yaml=YAML)
    written(tmp_path, a__template={"Resources": {}}, b__json={"Resources": {}})
    assert [stack.name for stack in stacks_in(tmp_path)] == ["a.template", "b.json", "deep/net.yaml"]


def test_a_single_file_is_read(tmp_path: Path) -> None:
    assert [stack.name for stack in stacks_in(written(tmp_path, net__yaml=YAML) / "net.yaml")] == ["net.yaml"]


def test_files_without_resources_are_no_templates(tmp_path: Path) -> None:
    written(tmp_path, package__json={"name": "x"}, values__yaml="a: [1, 2]", broken__json="{", net__yaml=YAML)
    assert [stack.name for stack in stacks_in(tmp_path)] == ["net.yaml"]


def test_a_kubernetes_file_with_the_word_resources_is_no_template(tmp_path: Path) -> None:
    written(tmp_path, pod__yaml="kind: Pod\nResources: none of ours\n", net__yaml=YAML)
    assert [stack.name for stack in stacks_in(tmp_path)] == ["net.yaml"]


def test_a_folder_without_a_template_is_refused(tmp_path: Path) -> None:
    (fault,) = faults_of(written(tmp_path, package__json={"name": "x"}))
    assert fault.message == "holds no CloudFormation template"
    (missing,) = faults_of(tmp_path / "nothing")
    assert "no such file" in missing.message


def test_every_file_that_is_broken_is_named_with_its_line(tmp_path: Path) -> None:
    cut = json.dumps({"Resources": {"Vpc": vpc()}}, indent=1)[:-20]
    faults = faults_of(written(tmp_path, cut__json=cut, bad__yaml="Resources:\n  A:\n    Type: AWS::EC2::VPC\n   B: {"))
    assert {Path(fault.file).name for fault in faults} == {"cut.json", "bad.yaml"}
    assert all(fault.line > 1 for fault in faults)


def test_a_key_given_twice_is_a_fault(tmp_path: Path) -> None:
    text = '{"Resources": {"A": {"Type": "AWS::EC2::VPC"}, "A": {"Type": "AWS::EC2::VPC"}}}'
    assert faults_of(written(tmp_path, twice__json=text))


def test_hostile_files_are_refused(tmp_path: Path) -> None:
    deep = '{"Resources": {"A": {"Type": "AWS::EC2::VPC", "Properties": ' + '{"a":' * 100_000
    laughs = ["a0: &a0 AWS::EC2::VPC"]
    laughs += [f"a{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]" for at in range(1, 12)]
    laughs += ["Resources: {X: {Type: AWS::EC2::VPC, Properties: *a11}}"]
    within = "Resources: &a {X: {Type: AWS::EC2::VPC, Properties: *a}}"
    written(tmp_path, deep__json=deep, laughs__yaml="\n".join(laughs), within__yaml=within)
    (tmp_path / "large.yaml").write_bytes(b"Resources: AWS::EC2::VPC #" + b"x" * 6_000_000)
    (tmp_path / "wide.yaml").write_bytes("Resources: {A: {Type: AWS::EC2::VPC}}".encode("utf-16"))
    os.mkfifo(tmp_path / "pipe.yaml")
    names = {Path(fault.file).name for fault in faults_of(tmp_path)}
    assert names == {"deep.json", "laughs.yaml", "within.yaml", "large.yaml", "pipe.yaml", "wide.yaml"}


def test_files_of_equal_content_share_a_document(tmp_path: Path) -> None:
    first, second = stacks_in(written(tmp_path, a__yaml=YAML, b__yaml=YAML))
    assert first.document is second.document


def test_a_file_that_has_resources_which_are_no_map_is_a_fault_and_one_that_names_them_deeper_is_no_template(
    tmp_path: Path,
) -> None:
    tree = {"tree": {"children": {"Resources": {"Type": "AWS::EC2::VPC"}}}}
    written(tmp_path, tree__json=tree, deep__yaml="a:\n  Resources: AWS::EC2::VPC\n", net__yaml=YAML)
    assert [stack.name for stack in stacks_in(tmp_path)] == ["net.yaml"]
    (fault,) = faults_of(written(tmp_path, list__json={"Resources": []}))
    assert Path(fault.file).name == "list.json"


def test_a_project_with_an_assembly_in_it_is_read_with_its_accounts(tmp_path: Path) -> None:
    out = tmp_path / "cdk.out"
    out.mkdir()
    assembly(out, {"one": artifact("one.template.json")}, one__template__json={"Resources": {}})
    written(tmp_path, net__yaml=YAML, manifest__yaml="a: 1")
    assert {(stack.name, stack.account) for stack in stacks_in(tmp_path)} == {("net.yaml", ""), ("one", "111111111111")}


def artifact(template: str, environment: str = "aws://111111111111/us-east-1", **more: str) -> dict[str, Any]:
    return {
        "type": "aws:cloudformation:stack",
        "environment": environment,
        "properties": {"templateFile": template, **more},
    }


def assembly(folder: Path, artifacts: dict[str, Any], **templates: Any) -> Path:
    return written(folder, manifest__json={"version": "1", "artifacts": artifacts}, **templates)


def test_a_cloud_assembly_tells_account_region_and_stack_name(tmp_path: Path) -> None:
    rows = {
        "one": artifact("one.template.json", stackName="network"),
        "two": artifact("one.template.json", "aws://unknown-account/unknown-region"),
        "one.assets": {"type": "cdk:asset-manifest"},
    }
    assembly(tmp_path, rows, one__template__json={"Resources": {"Vpc": vpc()}})
    assert [(stack.name, stack.account, stack.region) for stack in stacks_in(tmp_path)] == [
        ("network", "111111111111", "us-east-1"),
        ("two", "", ""),
    ]


def test_assemblies_nested_in_an_assembly_are_read(tmp_path: Path) -> None:
    inner = tmp_path / "assembly-Stage"
    inner.mkdir()
    assembly(inner, {"two": artifact("two.template.json")}, two__template__json={"Resources": {}})
    rows = {"Stage": {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Stage"}}}
    assert [stack.name for stack in stacks_in(assembly(tmp_path, rows))] == ["two"]


def test_nested_stacks_of_an_assembly_are_found_by_what_was_uploaded(tmp_path: Path) -> None:
    nested = {"Resources": {"A": subnet("10.0.1.0/24", ref("VpcId"))}, "Parameters": {"VpcId": {"Type": "String"}}}
    url = {"Fn::Join": ["", ["https://s3.", ref("AWS::URLSuffix"), "/bucket/abc.json"]]}
    outer = {"Vpc": vpc(), "N": resource("CloudFormation::Stack", TemplateURL=url, Parameters={"VpcId": ref("Vpc")})}
    uploads = {
        "files": {
            "abc": {"source": {"path": "in.nested.template.json"}, "destinations": {"x": {"objectKey": "abc.json"}}}
        }
    }
    assembly(
        tmp_path,
        {"one": artifact("one.template.json")},
        one__template__json={"Resources": outer},
        in__nested__template__json=nested,
        one__assets__json=uploads,
    )
    network = read_network(stacks_in(tmp_path))
    assert [row.vpc for row in network.subnets.values()] == ["one/Vpc"]
    assert network.unknowns == ()


def test_an_assembly_that_names_files_outside_of_itself_is_refused(tmp_path: Path) -> None:
    (fault,) = faults_of(assembly(tmp_path, {"one": artifact("../../etc/passwd")}))
    assert "not in the assembly" in fault.message


def test_an_assembly_whose_template_is_missing_or_cut_is_refused(tmp_path: Path) -> None:
    rows = {"one": artifact("one.template.json"), "two": artifact("two.template.json")}
    assert len(faults_of(assembly(tmp_path, rows, two__template__json="{"))) == 2


@pytest.mark.parametrize("manifest", ["{", "[]", "{}", '{"artifacts": []}', '{"artifacts": {"a": 1}}', "\x00"])
def test_a_malformed_manifest_is_refused(tmp_path: Path, manifest: str) -> None:
    assert faults_of(written(tmp_path, manifest__json=manifest))


@pytest.mark.parametrize(
    "text", ['{"AWSTemplateFormatVersion": "2010-09-09", "Parameters": {', "AWSTemplateFormatVersion: '2010'\n"]
)
def test_a_template_that_ends_before_its_resources_is_not_passed_over(tmp_path: Path, text: str) -> None:
    (tmp_path / "good.yaml").write_text("Resources: {V: {Type: 'AWS::EC2::VPC'}}\n", encoding="utf-8")
    (tmp_path / "cut.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        stacks_in(tmp_path)
    assert [Path(fault.file).name for fault in caught.value.faults] == ["cut.yaml"]
