"""What cdk-nag examined is derived from the resource types of a template."""

from __future__ import annotations

from landing_zone.assurance.nag import nag_rules, nag_rules_run, nag_runs
from tests.assurance.arrange import resource, template


def test_a_rule_ran_on_the_resources_of_its_types() -> None:
    examined = nag_rules_run(template(Vpc=resource("AWS::EC2::VPC"), Role=resource("AWS::IAM::Role")))
    assert examined["HIPAA.Security-VPCFlowLogsEnabled"] == ["Vpc"]
    assert examined["HIPAA.Security-IAMNoInlinePolicy"] == ["Role"]


def test_a_rule_without_resources_of_its_types_did_not_run() -> None:
    examined = nag_rules_run(template(Vpc=resource("AWS::EC2::VPC")))
    assert "HIPAA.Security-RDSStorageEncrypted" not in examined


def test_runs_carry_the_templates_name() -> None:
    (first, *_) = nag_runs(template(Key=resource("AWS::Logs::LogGroup")))
    assert (first.template, first.resources) == ("network", ("Key",))


def test_a_rule_with_several_findings_is_acknowledged_by_each() -> None:
    rule = nag_rules()["HIPAA.Security-RDSLoggingEnabled"]
    assert f"{rule.id}[LogExport::audit]" in rule.finding_ids
    assert rule.id not in rule.finding_ids
