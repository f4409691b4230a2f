"""What the CDK and cdk-nag say reaches our findings whole, acknowledged or not."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from landing_zone.assurance.acknowledgements import Acknowledgement, apply
from landing_zone.assurance.rules import FAILED
from landing_zone.node import prepare_node
from landing_zone.plan.model import Variant

pytestmark = pytest.mark.cdk

RULE = "HIPAA.Security-EC2RestrictedSSH"
ROLE = "workload_network"


def test_a_cdk_nag_rule_that_throws_is_a_finding_that_no_acknowledgement_covers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """EC2RestrictedSSH throws on a CIDR that is a parameter."""
    prepare_node()
    from aws_cdk import aws_ec2 as ec2
    from constructs import Construct

    from constructs_lib.role_stack import RoleStack
    from stacks import build

    class Unreadable(RoleStack):
        def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
            super().__init__(scope, variant, qualifier=qualifier, description="A group that cdk-nag cannot judge")
            rule = ec2.CfnSecurityGroup.IngressProperty(
                ip_protocol="tcp", from_port=22, to_port=22, cidr_ip=self.value("Cidr")
            )
            ec2.CfnSecurityGroup(self, "Group", group_description="x", security_group_ingress=[rule])

    monkeypatch.setattr(build, "STACKS", {ROLE: Unreadable})
    variant = Variant(ROLE, {"region": "us-east-1", "values": {"Cidr": "cidr"}})
    built = build.build_variants(
        [variant], folder=tmp_path, qualifier="hlz", flags={}, acknowledged_rules=[(ROLE, RULE)]
    )[variant.id]
    (thrown,) = [finding for finding in built.report.findings if finding.rule == RULE]
    assert thrown.message.startswith(FAILED)
    assert thrown.resource == "Group"
    covering = Acknowledgement(rule=RULE, role=ROLE, resource="*", reason="This is meant to hide it.")
    assert thrown in apply(built.report.findings, [covering], ROLE, date(2026, 11, 22)).remaining
