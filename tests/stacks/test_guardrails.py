"""Why a template of organization policies must be as it is; the snapshot shows what it is.

The policies are made up: what the library says is tested where it is written.
"""

from __future__ import annotations

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.assembly.render import prepare
from landing_zone.guardrails.compile import Compiled, Policy
from landing_zone.manifest.load import parsed_manifest
from landing_zone.plan.guardrails import compiled_guardrails
from landing_zone.plan.knowledge import Knowledge
from landing_zone.plan.lock import Lock
from landing_zone.plan.names import ORGANIZATION_ROOT_EXPORT, unit_export
from landing_zone.plan.roles.guardrails import guardrails
from tests.arrangement import clinic, manifest_text
from tests.stacks.arrange import built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

POLICY = "AWS::Organizations::Policy"


def statement(**fields: Any) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": [{"Sid": "A", "Effect": "Deny", "Resource": "*", **fields}]}


POLICIES = Compiled(
    (
        Policy(
            name="hlz-scp-phi-1",
            type="SERVICE_CONTROL_POLICY",
            description="Guardrails of profile phi",
            targets=("phi", "phi/production", "123456789012"),
            content=statement(
                Action="s3:PutBucketPolicy",
                Resource="arn:aws:s3:::hlz-*-${LogArchiveAccountId}-*",
                Condition={"StringNotEquals": {"aws:ResourceAccount": "${aws:PrincipalAccount}"}},
            ),
            characters=200,
            guardrails=("a",),
        ),
        Policy(
            name="hlz-scp-foundation-1",
            type="SERVICE_CONTROL_POLICY",
            description="Guardrails of profile foundation",
            targets=("root",),
            content=statement(Action="organizations:LeaveOrganization"),
            characters=100,
            guardrails=("b",),
        ),
    )
)


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    loaded = parsed_manifest(manifest_text(clinic()), "landing-zone.yaml")
    (stack,) = guardrails(Knowledge(loaded.manifest, Lock(), POLICIES))
    (variant,) = built([stack.variant]).values()
    assert open_findings(variant) == []
    assert variant.report.not_evaluated == ()
    return dict(variant.template)


def test_the_template_is_this(template: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert template == snapshot(extension_class=TemplateSnapshots)


def test_targets_are_root_ous_and_accounts(template: dict[str, Any]) -> None:
    targets = {policy["Name"]: policy["TargetIds"] for policy in resources(template, POLICY).values()}
    assert targets == {
        "hlz-scp-foundation-1": [{"Fn::ImportValue": ORGANIZATION_ROOT_EXPORT}],
        "hlz-scp-phi-1": [
            {"Fn::ImportValue": unit_export("phi")},
            {"Fn::ImportValue": unit_export("phi/production")},
            "123456789012",
        ],
    }


def test_ids_are_filled_in_and_variables_of_iam_stay_text(template: dict[str, Any]) -> None:
    rendered = prepare(template, ["LogArchiveAccountId"]).render({"LogArchiveAccountId": "210987654321"}).decode()
    assert '"arn:aws:s3:::hlz-*-210987654321-*"' in rendered
    assert '"${aws:PrincipalAccount}"' in rendered
    assert "Fn::Sub" not in rendered


def test_a_guardrail_outlives_its_stack_and_is_changed_alone(template: dict[str, Any]) -> None:
    first, second = template["Resources"].values()
    for resource in (first, second):
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")
    assert second["DependsOn"] == [next(iter(template["Resources"]))]


def test_the_stacks_of_the_clinic_hold_every_policy_that_was_compiled() -> None:
    loaded = parsed_manifest(manifest_text(clinic()), "landing-zone.yaml")
    compiled = compiled_guardrails(loaded, Lock())
    planned = [row["name"] for stack in deployments_of("guardrails") for row in stack.variant.shape["policies"]]
    assert sorted(planned) == sorted(policy.name for policy in compiled.policies)
    variants = built([stack.variant for stack in deployments_of("guardrails")])
    assert [line for variant in variants.values() for line in open_findings(variant)] == []
