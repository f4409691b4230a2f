"""Why the organization's resource policy must be as it is; the snapshot shows what it is."""

from __future__ import annotations

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.assurance.action_catalogue import access_of
from landing_zone.policy_data import policy_data
from tests.stacks.arrange import built, deployments_of, open_findings
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    (stack,) = deployments_of("organization_delegation")
    (variant,) = built([stack.variant]).values()
    assert open_findings(variant) == []
    assert variant.report.not_evaluated == ()
    return dict(variant.template)


def test_the_template_is_this(template: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert template == snapshot(extension_class=TemplateSnapshots)


def test_the_security_account_alone_may_look(template: dict[str, Any]) -> None:
    (policy,) = template["Resources"].values()
    (statement,) = policy["Properties"]["Content"]["Statement"]
    assert {"Ref": "SecurityAccountId"} in statement["Principal"]["AWS"]["Fn::Join"][1]
    assert policy["DeletionPolicy"] == "Retain"


def test_nothing_that_is_delegated_changes_anything() -> None:
    for action in policy_data("organization/delegation")["reading"]:
        access = access_of(action)
        assert access
        assert access.level in ("Read", "List"), action
