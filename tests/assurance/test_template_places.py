"""Which files of a path are templates, and which nested stacks are found beside them."""

from __future__ import annotations

import json
from pathlib import Path

from landing_zone.assurance.template_places import templates_at

TEMPLATE = '{"Resources": {"A": {"Type": "AWS::SNS::Topic"}}}'


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def names(folder: Path, *paths: Path) -> list[str]:
    found = templates_at(paths or (folder,))
    assert not found.faults
    return [file.relative_to(folder).as_posix() for file in found.files]


def stack(url: object, **metadata: str) -> str:
    row = {"Type": "AWS::CloudFormation::Stack", "Metadata": metadata, "Properties": {"TemplateURL": url}}
    return json.dumps({"Resources": {"Child": row}})


def test_templates_of_any_name_are_found_below_a_folder_and_other_files_are_counted(tmp_path: Path) -> None:
    write(tmp_path, a_dot_yaml=TEMPLATE, b__c_dot_json=TEMPLATE, b__values_dot_yaml="a: 1", package_dot_json='{"x": 1}')
    write(tmp_path, node_modules__x_dot_json=TEMPLATE, _dot_git__x_dot_json=TEMPLATE, notes_dot_md="Resources: AWS::")
    write(tmp_path, stack_dot_cfn="AWSTemplateFormatVersion: x\nResources: {A: {Type: 'AWS::SNS::Topic'}}")
    assert names(tmp_path) == ["a.yaml", "stack.cfn", "b/c.json"]
    assert templates_at([tmp_path]).skipped == 2


def test_folders_that_link_to_themselves_are_read_once(tmp_path: Path) -> None:
    write(tmp_path, a_dot_yaml=TEMPLATE)
    (tmp_path / "loop").symlink_to(tmp_path)
    assert names(tmp_path, tmp_path, tmp_path / "a.yaml") == ["a.yaml"]


def test_an_assembly_has_its_stages_and_no_uploaded_code(tmp_path: Path) -> None:
    write(
        tmp_path,
        manifest_dot_json="{}",
        tree_dot_json='{"Resources": "AWS::S3::Bucket"}',
        a_dot_template_dot_json=TEMPLATE,
    )
    write(tmp_path, **{"asset_dot_1__t_dot_yaml": TEMPLATE, "assembly-prod__b_dot_template_dot_json": TEMPLATE})
    assert names(tmp_path) == ["a.template.json", "assembly-prod/b.template.json"]


def test_a_broken_template_of_a_folder_is_a_fault_and_the_others_are_read(tmp_path: Path) -> None:
    write(
        tmp_path, a_dot_yaml=TEMPLATE, b_dot_yaml="Resources:\n  A:\n    Type: 'AWS::S3::Bucket\n", c_dot_yaml="{a: ["
    )
    found = templates_at([tmp_path])
    assert [fault.file for fault in found.faults] == [str(tmp_path / "b.yaml")]
    assert list(found.files) == [tmp_path / "a.yaml"]


def test_a_named_file_that_is_no_template_is_a_fault(tmp_path: Path) -> None:
    write(tmp_path, values_dot_yaml="a: 1")
    found = templates_at([tmp_path / "values.yaml", tmp_path / "nowhere.yaml", tmp_path])
    assert len(found.faults) == 2
    assert not found.files


def test_nested_stacks_are_found_beside_their_parent_by_path_name_and_upload(tmp_path: Path) -> None:
    write(tmp_path, a_dot_json=stack("./below/one.yaml"), below__one_dot_yaml=TEMPLATE, two_dot_yaml=TEMPLATE)
    write(tmp_path, b_dot_json=stack("https://bucket.s3.amazonaws.com/x/two.yaml"))
    write(tmp_path, c_dot_json=stack({"Fn::Sub": "https://s3.${AWS::URLSuffix}/b/0abc.json"}), three_dot_json=TEMPLATE)
    upload = {"files": {"f": {"source": {"path": "three.json"}, "destinations": {"d": {"objectKey": "0abc.json"}}}}}
    write(tmp_path, c_dot_assets_dot_json=json.dumps(upload))
    write(tmp_path, d_dot_json=stack("x", **{"aws:asset:path": "four.nested.json"}), four_dot_nested_dot_json=TEMPLATE)
    for parent, child in (("a", "below/one.yaml"), ("b", "two.yaml"), ("c", "three.json"), ("d", "four.nested.json")):
        assert names(tmp_path, tmp_path / f"{parent}.json") == [f"{parent}.json", child]


def test_a_nested_stack_elsewhere_is_not_evaluated_and_paths_do_not_lead_out(tmp_path: Path) -> None:
    write(
        tmp_path, secret_dot_yaml=TEMPLATE, in__a_dot_json=stack("../secret.yaml"), in__b_dot_json=stack("s3://x/y.yml")
    )
    found = templates_at([tmp_path / "in"])
    assert len(found.files) == 2
    assert [row.resource for row in found.open] == ["Child", "Child"]


def test_the_template_of_a_stack_set_is_read_beside_it_and_one_written_into_it_is_said(tmp_path: Path) -> None:
    rows = {
        "Beside": {"Type": "AWS::CloudFormation::StackSet", "Properties": {"TemplateURL": "https://b/x/child.txt"}},
        "Inside": {"Type": "AWS::CloudFormation::StackSet", "Properties": {"TemplateBody": TEMPLATE}},
    }
    write(tmp_path, a_dot_json=json.dumps({"Resources": rows}), child_dot_txt=TEMPLATE)
    found = templates_at([tmp_path / "a.json"])
    assert [file.name for file in found.files] == ["a.json", "child.txt"]
    assert [(row.resource, row.reason.partition(" is ")[0]) for row in found.open] == [
        ("Inside", "the template of this stack set")
    ]


def test_a_template_in_utf_16_is_a_fault_of_its_folder_even_when_it_is_one_line(tmp_path: Path) -> None:
    write(tmp_path, a_dot_json=TEMPLATE)
    (tmp_path / "b.yaml").write_bytes("Resources: {A: {Type: AWS::SNS::Topic}}".encode("utf-16"))
    assert [fault.message for fault in templates_at([tmp_path]).faults] == ["is UTF-16, not UTF-8"]


def test_standard_input_is_refused_in_words() -> None:
    assert [str(fault) for fault in templates_at([Path("-")]).faults] == [
        "-:1:1: standard input is not read (name a file or folder)"
    ]
