"""Which hubs a manifest asks for."""

from __future__ import annotations

from typing import Any

from landing_zone.plan.model import Deployment
from landing_zone.plan.roles.network_hub import network_hub_name
from tests.manifest.arrange import Json
from tests.plan.arrange import account, landing_zone, plan_of

EAST, WEST, OHIO = "us-east-1", "us-west-2", "us-east-2"


def hubs(manifest: Json) -> dict[str, Deployment]:
    deployments = plan_of(manifest).plan.deployments
    return {d.environment.region: d for d in deployments if d.variant.role == "network_hub"}


def with_third_region(**fields: Any) -> Json:
    manifest = landing_zone(account("a", regions=[EAST, OHIO]), pools={OHIO: "10.32.0.0/12"}, **fields)
    manifest["regions"] = {"home": EAST, "recovery": WEST, "additional": [OHIO]}
    return manifest


def test_home_recovery_and_every_region_with_a_network_have_a_hub() -> None:
    assert sorted(hubs(landing_zone())) == [EAST, WEST]
    found = hubs(with_third_region())
    assert sorted(found) == [EAST, OHIO, WEST]
    assert found[OHIO].name == network_hub_name(OHIO)


def test_autonomous_systems_are_distinct_so_that_regions_can_peer() -> None:
    shapes = {region: hub.variant.shape["asn"] for region, hub in hubs(with_third_region()).items()}
    assert shapes == {EAST: 64512, WEST: 64513, OHIO: 64514}


def test_a_manifest_without_hub_has_none() -> None:
    manifest = landing_zone(account("a"))
    manifest["network"]["hub"] = {"enabled": False}
    assert hubs(manifest) == {}


def test_a_hub_comes_after_the_account_baseline_and_the_buckets_for_its_logs() -> None:
    """In a Region that no network account but the hub uses there is a baseline all the same."""
    after = hubs(with_third_region())[OHIO].depends_on
    assert after == ("hlz-account-baseline-network-us-east-2", "hlz-log-landing-log-archive-us-east-1")
