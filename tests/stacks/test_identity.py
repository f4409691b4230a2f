"""Why the identity stack's template must be as it is; the snapshot shows what it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.plan.names import PERMISSIONS_BOUNDARY
from tests.arrangement import clinic
from tests.stacks.arrange import built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk
ROWS = [
    {"group": "Platform Team", "permission_set": "platform-administrator", "ou": "root"},
    {"group": "operators", "permission_set": "phi-operator", "ou": "phi"},
    {"group": "builders", "permission_set": "developer", "account": "ehr-training"},
]


@pytest.fixture(scope="module")
def variant() -> Any:
    (deployment,) = deployments_of("identity", clinic(identity={"assignments": ROWS}))
    return built([deployment.variant])[deployment.variant.id]


@pytest.fixture(scope="module")
def template(variant: Any) -> dict[str, Any]:
    return dict(variant.template)


def sets(template: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    return {entry["Name"]: entry for entry in resources(template, "AWS::SSO::PermissionSet").values()}


def test_the_template_is_this(template: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert template == snapshot(extension_class=TemplateSnapshots)


def test_nothing_is_found_in_it(variant: Any) -> None:
    assert open_findings(variant) == []
    assert variant.report.not_evaluated == ()


def test_every_standard_set_at_once_is_found_blameless() -> None:
    from landing_zone.manifest.permission_sets import standard_permission_sets

    manifest = clinic(identity={"permission_sets": {name: {} for name in standard_permission_sets()}})
    (deployment,) = deployments_of("identity", manifest)
    everything = built([deployment.variant])[deployment.variant.id]
    assert open_findings(everything) == []
    assert len(sets(everything.template)) == len(standard_permission_sets())


def test_every_set_says_how_long_a_session_lasts_and_how_far_it_reaches(template: dict[str, Any]) -> None:
    said = {name: (entry["SessionDuration"], entry["Tags"]) for name, entry in sets(template).items()}
    assert said["phi-operator"] == ("PT4H", [{"Key": "hlz-data", "Value": "phi"}])
    assert said["developer"] == ("PT8H", [{"Key": "hlz-data", "Value": "deidentified"}])


def test_whoever_makes_roles_carries_the_boundary_and_hands_it_on(template: dict[str, Any]) -> None:
    developer = sets(template)["developer"]
    reference = {"CustomerManagedPolicyReference": {"Name": PERMISSIONS_BOUNDARY, "Path": "/"}}
    assert developer["PermissionsBoundary"] == reference
    (making,) = [s for s in developer["InlinePolicy"]["Statement"] if "iam:CreateRole" in s["Action"]]
    assert PERMISSIONS_BOUNDARY in str(making["Condition"]["ArnLike"]["iam:PermissionsBoundary"])
    assert "PermissionsBoundary" not in sets(template)["platform-administrator"]  # it would shut hlz-settings to it


def test_operators_of_phi_are_denied_stored_data(template: dict[str, Any]) -> None:
    statements = sets(template)["phi-operator"]["InlinePolicy"]["Statement"]
    (denial,) = [statement for statement in statements if statement["Effect"] == "Deny"]
    assert {"s3:GetObject", "kms:Decrypt", "rds-data:ExecuteStatement"} <= set(denial["Action"])
    assert "logs:GetLogEvents" not in denial["Action"]


def test_policy_variables_reach_iam_as_they_are(template: dict[str, Any]) -> None:
    statements = sets(template)["phi-operator"]["InlinePolicy"]["Statement"]
    (own,) = [statement for statement in statements if statement["Sid"] == "OwnSessions"]
    assert own["Condition"]["StringLike"] == {"ssm:resourceTag/aws:ssmmessages:session-id": "${aws:userid}"}


def test_sets_and_groups_are_exported_for_the_assignments(template: dict[str, Any]) -> None:
    exported = {output["Export"]["Name"] for output in template["Outputs"].values()}
    assert {"hlz-permission-set-developer", "hlz-group-builders", "hlz-group-operators"} <= exported
    assert len(exported) == 6
