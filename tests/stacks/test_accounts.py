"""Why a template that makes accounts must be as it is; the snapshot shows what it is."""

from __future__ import annotations

from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.plan.names import unit_export
from tests.plan.arrange import account, accounts, deployments_of, landing_zone
from tests.stacks.arrange import built, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

ACCOUNT = "AWS::Organizations::Account"


@pytest.fixture(scope="module")
def template() -> dict[str, Any]:
    manifest = landing_zone(account("a-b", tags={"note": "é ünï"}), account("ab"), account("web", ou="phi/production"))
    (stack,) = deployments_of(manifest, "accounts")
    (variant,) = built([stack.variant]).values()
    assert open_findings(variant) == []
    assert variant.report.not_evaluated == ()
    return dict(variant.template)


def test_the_template_is_this(template: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert template == snapshot(extension_class=TemplateSnapshots)


def test_each_account_is_placed_in_its_ou(template: dict[str, Any]) -> None:
    placed = {found["AccountName"]: found["ParentIds"] for found in resources(template, ACCOUNT).values()}
    assert placed["web"] == [{"Fn::ImportValue": unit_export("phi/production")}]
    assert placed["log-archive"] == [{"Fn::ImportValue": unit_export("security")}]
    assert len(placed) == 8
    assert "management" not in placed


def test_no_deployment_closes_an_account(template: dict[str, Any]) -> None:
    for resource in template["Resources"].values():
        assert (resource["DeletionPolicy"], resource["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_accounts_are_made_one_after_the_other(template: dict[str, Any]) -> None:
    names = list(resources(template, ACCOUNT))
    assert [template["Resources"][name].get("DependsOn") for name in names] == [None, *([name] for name in names[:-1])]


def test_tags_are_the_accounts_and_not_the_stacks(template: dict[str, Any]) -> None:
    found = {entry["AccountName"]: entry["Tags"] for entry in resources(template, ACCOUNT).values()}
    tags = {tag["Key"]: tag["Value"] for tag in found["a-b"]}
    assert tags["hlz:account"] == "a-b"
    assert tags["note"] == "é ünï"
    assert "hlz:role" not in tags


def test_it_can_be_deployed_before_there_is_a_bootstrap(template: dict[str, Any]) -> None:
    assert set(template) == {"Description", "Resources"}


def test_the_largest_stack_is_below_cloudformations_quotas_and_without_findings() -> None:
    names = [f"application-{number:03}" for number in range(800)]
    stacks = deployments_of(landing_zone(*accounts(*names, network="none")), "accounts")
    (variant,) = built([stacks[0].variant]).values()
    assert variant.resources == 400
    assert len(str(variant.template)) < 1_000_000  # characters of a template
    assert open_findings(variant) == []
