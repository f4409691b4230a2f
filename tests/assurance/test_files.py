"""`hlz check PATH`: templates nobody here wrote, broken ones included."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from landing_zone.assurance.files import INDEX_FILE, check_templates
from landing_zone.assurance.template_file import read_template
from landing_zone.fault import InputError

YAML = """\
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties:
      Description: !Sub "for ${AWS::StackName}"
      EnableKeyRotation: false
      KeyPolicy: {Statement: []}
"""


def checked(*paths: Path, cache: Path, lint: bool = False) -> dict[str, Any]:
    return check_templates(paths, cache, fast=not lint).document


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def test_yaml_with_short_form_functions_is_read_with_its_lines(tmp_path: Path) -> None:
    source = read_template(write(tmp_path, "a.yaml", YAML))
    assert source.document["Resources"]["Key"]["Properties"]["Description"] == {"Fn::Sub": "for ${AWS::StackName}"}
    assert source.lines["Resources/Key/Properties/EnableKeyRotation"] == 6


def test_a_finding_names_file_and_line(tmp_path: Path) -> None:
    path = write(tmp_path, "a.yaml", YAML)
    findings = checked(path, cache=tmp_path / "cache")["findings"]
    (rotation,) = [row for row in findings if row["rule"] == "HLZ-KMS-001"]
    assert (rotation["template"], rotation["line"]) == (str(path), 6)


def test_cfn_lint_finds_what_our_rules_do_not_look_for(tmp_path: Path) -> None:
    path = write(tmp_path, "a.yaml", YAML.replace("Description", "Descripton"))
    findings = checked(path, cache=tmp_path / "cache", lint=True)["findings"]
    assert any(row["rule"].startswith("E3") and row["resource"] == "Key" for row in findings)


def test_the_result_of_cfn_lint_comes_from_the_cache_the_second_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path, "a.yaml", YAML)
    first = checked(path, cache=tmp_path / "cache", lint=True)
    monkeypatch.setattr("landing_zone.assurance.lint._lint", None)
    assert checked(path, cache=tmp_path / "cache", lint=True) == first


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.json", "[" * 100_000, "nested deeper than"),
        ("a.yaml", "- " * 100_000, "nested deeper than"),
        ("a.yaml", "Resources: {a: [}", "is no template"),
        ("a.yaml", "", "is no"),
        ("a.yaml", "a: 1", "it has no Resources"),
        ("a.json", '{"Resources": []}', "Resources: is a list where a map is meant"),
        ("a.yaml", b"a\0b", "NUL byte"),
        ("a.yaml", "ä: 1".encode("latin-1"), "is not UTF-8"),
    ],
)
def test_what_is_no_template_is_refused_with_its_place(
    tmp_path: Path, name: str, content: str | bytes, message: str
) -> None:
    path = write(tmp_path, name, content)
    with pytest.raises(InputError) as refused:
        checked(path, cache=tmp_path / "cache")
    assert all(fault.file == str(path) and fault.line >= 1 for fault in refused.value.faults)
    assert message in str(refused.value)


def test_every_path_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        checked(tmp_path, tmp_path / "nowhere.yaml", cache=tmp_path / "cache")
    assert [fault.file for fault in refused.value.faults] == [str(tmp_path), str(tmp_path / "nowhere.yaml")]


def test_of_our_own_assembly_one_template_of_each_variant_is_linted_and_each_changed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib

    from landing_zone.assurance import lint as lint_module
    from landing_zone.assurance.finding import Report

    templates = {name: json.dumps({"Resources": {}, "Description": name}) for name in ("one", "two", "changed")}
    rows = {}
    for name, text in templates.items():
        digest = hashlib.sha256(text.encode()).hexdigest()
        rows[name] = {"template": f"{name}.template.json", "variant": "v", "sha256": digest}
        write(tmp_path, f"{name}.template.json", text + ("\n" if name == "changed" else ""))
    write(tmp_path, INDEX_FILE, json.dumps({"deployments": rows}))
    linted: list[str] = []

    def lint(path: Path) -> Report:
        linted.append(path.name)
        return Report()

    monkeypatch.setattr(lint_module, "_lint", lint)
    checked(tmp_path, cache=tmp_path / "cache", lint=True)
    assert linted == ["changed.template.json", "one.template.json"]


def test_the_default_of_a_parameter_that_is_wrong_is_a_finding_and_stays_undecided(tmp_path: Path) -> None:
    text = """\
Parameters:
  Encrypted: {Type: String, Default: "%s"}
Resources:
  Database:
    Type: AWS::RDS::DBInstance
    Properties: {Engine: postgres, StorageEncrypted: !Ref Encrypted}
"""
    for default, expected in (("false", 1), ("true", 0)):
        document = checked(write(tmp_path, "t.yaml", text % default), cache=tmp_path / "cache")
        found = [row["message"] for row in document["findings"] if row["rule"] == "HLZ-RDS-001"]
        assert len(found) == expected
        assert all("By the default of a parameter" in message for message in found)
        assert [row["rule"] for row in document["not_evaluated"]].count("HLZ-RDS-001") == 1


def test_a_default_is_no_value_that_somebody_wrote_out_instead_of_a_parameter(tmp_path: Path) -> None:
    text = """\
Parameters:
  Recovery: {Type: String, Default: "111122223333"}
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      ReplicationConfiguration:
        Role: r
        Rules: [{Status: Enabled, Destination: {Bucket: "arn:aws:s3:::copy", Account: %s}}]
"""
    for account, expected in (("!Ref Recovery", 0), ("'111122223333'", 1)):
        document = checked(write(tmp_path, "t.yaml", text % account), cache=tmp_path / "cache")
        assert [row["rule"] for row in document["findings"]].count("HLZ-S3-027") == expected


def test_of_cfn_lint_errors_alone_are_findings_on_templates_of_others(tmp_path: Path) -> None:
    text = """\
Parameters: {Unused: {Type: String}}
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {NoSuchProperty: 1, KmsMasterKeyId: !ImportValue key}}
"""
    document = checked(write(tmp_path, "t.yaml", text), cache=tmp_path / "cache", lint=True)
    linted = {row["rule"] for row in document["findings"] if not row["rule"].startswith("HLZ-")}
    assert linted == {"E3002"}


def test_a_template_whose_loops_are_not_expanded_is_not_given_to_cfn_lint_which_would_expand_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("landing_zone.assurance.lint._lint", None)
    body = {"T${X}": {"Type": "AWS::SNS::Topic"}}
    loop = {"Fn::ForEach::L": ["X", [str(number) for number in range(3_000)], body]}
    path = write(tmp_path, "a.json", json.dumps({"Transform": "AWS::LanguageExtensions", "Resources": loop}))
    rows = checked(path, cache=tmp_path / "cache", lint=True)["not_evaluated"]
    assert {row["rule"] for row in rows} == {"HLZ-TPL-003", "cfn-lint"}
