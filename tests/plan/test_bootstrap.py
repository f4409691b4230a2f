"""What the bootstrap is asked to be, and where it goes."""

from __future__ import annotations

from typing import Any

import pytest

from landing_zone.manifest.load import parsed_manifest
from landing_zone.plan.knowledge import Knowledge
from landing_zone.plan.lock import Lock
from landing_zone.plan.roles.bootstrap import BootstrapTargets, bootstrap, bootstrap_targets
from tests.manifest.arrange import FILE, Json, clinic, text_of
from tests.plan.arrange import ORGANIZATION_ID, account, lock_of, plan_of

IDS = {"management": "111111111111", "shared-services": "222222222222"}


def targets(manifest: Json, lock: Lock | None = None) -> BootstrapTargets:
    return bootstrap_targets(Knowledge(parsed_manifest(text_of(manifest), FILE).manifest, lock or Lock()))


def variant_id(**delivery: Any) -> str:
    manifest = parsed_manifest(text_of(clinic(delivery=delivery)), FILE).manifest
    return bootstrap(Knowledge(manifest, Lock())).variant.id


def test_the_bootstrap_is_synthesized_with_the_rest_and_delivered_apart() -> None:
    plan = plan_of(clinic()).plan
    assert plan.bootstrap is not None
    assert plan.bootstrap.variant in plan.synthesized_variants
    assert plan.bootstrap.variant not in plan.variants
    assert plan.bootstrap.name not in {deployment.name for deployment in plan.deployments}


def test_its_stack_is_out_of_reach_for_the_deploy_role() -> None:
    assert targets(clinic()).name == "cdk-hlz-bootstrap"  # the role reaches hlz-*
    assert targets(clinic(delivery={"qualifier": "care"})).name == "cdk-care-bootstrap"


def test_unknown_ids_are_told_by_what_they_are_of() -> None:
    assert targets(clinic()).unknown == (
        "the organization's id",
        "the id of account 'shared-services'",
        "the id of account 'management'",
    )
    known = lock_of(ids=IDS, organization=ORGANIZATION_ID)
    assert targets(clinic(), known).unknown == ()
    other = clinic(delivery={"deploy_account": "ehr-training"})
    assert targets(other, known).unknown == ("the id of account 'ehr-training'",)


def test_members_are_bootstrapped_in_every_region_that_anybody_uses_home_first() -> None:
    regions = {"home": "us-east-1", "recovery": "us-west-2", "additional": ["us-east-2"]}
    pools = {"us-east-1": "10.0.0.0/12", "us-west-2": "10.16.0.0/12", "us-east-2": "10.32.0.0/12"}
    somewhere = account("a", regions=["us-east-2"])
    found = targets(clinic(regions=regions, network={"pools": pools}, accounts=[somewhere]))
    assert found.member_regions == ("us-east-1", "us-west-2", "us-east-2")
    assert found.management_regions == ("us-east-1", "us-west-2")
    assert found.home == "us-east-1"


@pytest.mark.parametrize(
    "delivery",
    [{"pipeline_principal": "ci/release"}, {"permissions_boundary": "platform"}, {"bootstrap_role": "platform-admin"}],
)
def test_what_changes_the_template_changes_the_variant(delivery: Json) -> None:
    assert variant_id(**delivery) != variant_id()


def test_ids_and_names_change_no_variant() -> None:
    assert variant_id(deploy_account="ehr-training") == variant_id()
