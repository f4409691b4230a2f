"""Network theorems in a check of templates."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from landing_zone.assurance.template import Template
from landing_zone.assurance.template_file import parse_template
from landing_zone.assurance.template_network import RULE, network_report
from landing_zone.fault import InputError

NETWORK = """\
Resources:
  Vpc: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}
  Subnet: {Type: AWS::EC2::Subnet, Properties: {VpcId: !Ref Vpc, CidrBlock: 10.0.0.0/24, AvailabilityZone: us-east-1a}}
  Gateway: {Type: AWS::EC2::InternetGateway}
  Attach: {Type: AWS::EC2::VPCGatewayAttachment, Properties: {VpcId: !Ref Vpc, InternetGatewayId: !Ref Gateway}}
  Table: {Type: AWS::EC2::RouteTable, Properties: {VpcId: !Ref Vpc}}
  Out:
    Type: AWS::EC2::Route
    Properties: {RouteTableId: !Ref Table, DestinationCidrBlock: 0.0.0.0/0, GatewayId: !Ref Gateway}
  In: {Type: AWS::EC2::SubnetRouteTableAssociation, Properties: {SubnetId: !Ref Subnet, RouteTableId: !Ref Table}}
"""


def templates(folder: Path, text: str = NETWORK) -> dict[Path, Template]:
    file = folder / "net.yaml"
    source = parse_template(text, str(file))
    return {file: Template.from_json(source.document, name=str(file), lines=source.lines)}


def segments(folder: Path, glob: str) -> Path:
    file = folder / "segments.yaml"
    file.write_text(f'"{glob}": phi\n')
    return file


def test_a_refuted_theorem_is_a_finding_at_the_line_where_its_path_begins(tmp_path: Path) -> None:
    report = network_report(templates(tmp_path), segments(tmp_path, "*/net.yaml/Subnet"))
    found = {finding.rule: finding for finding in report.findings}
    reached = found["internet-never-reaches-phi"]
    assert (reached.resource, reached.line, reached.control) == ("Gateway", 4, "LZ-NET-04")
    assert reached.template == str(tmp_path / "net.yaml")
    assert "164.312(e)(1)" in reached.citations
    assert "egress-is-inspected" in found


def test_networks_of_which_nobody_says_what_they_are_are_not_evaluated(tmp_path: Path) -> None:
    report = network_report(templates(tmp_path), None)
    assert not report.findings
    assert [entry.rule for entry in report.not_evaluated] == [RULE]


def test_templates_without_a_network_say_nothing(tmp_path: Path) -> None:
    assert network_report(templates(tmp_path, "Resources: {A: {Type: 'AWS::SNS::Topic'}}"), None).not_evaluated == ()


def test_a_segments_file_that_names_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="names no network in these templates"):
        network_report(templates(tmp_path), segments(tmp_path, "elsewhere"))


def test_in_an_assembly_a_segments_file_names_stacks_as_people_know_them(tmp_path: Path) -> None:
    properties = {"templateFile": "net.yaml", "stackName": "prod-net"}
    row = {"type": "aws:cloudformation:stack", "environment": "aws://111122223333/us-east-1", "properties": properties}
    (tmp_path / "manifest.json").write_text(json.dumps({"artifacts": {"Net": row}}))
    assert network_report(templates(tmp_path), segments(tmp_path, "prod-net/Subnet")).findings
