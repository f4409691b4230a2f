"""Which deployments a manifest asks for, in which shape and with which values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from landing_zone.manifest.organization_tree import CORE_ACCOUNTS
from landing_zone.plan.model import Deployment, Variant
from landing_zone.plan.retention import LOG_GROUP_DAYS, retention_days
from tests.manifest.arrange import Json, changed, clinic
from tests.plan.arrange import (
    ORGANIZATION_ID,
    account,
    deployments_of,
    landing_zone,
    lock_of,
    plan_of,
    variants_of,
)

EAST, WEST = "us-east-1", "us-west-2"


def deployments(manifest: Json) -> dict[str, Deployment]:
    return {deployment.name: deployment for deployment in deployments_of(manifest)}


def variant_ids(manifest: Json) -> list[str]:
    return [variant.id for variant in variants_of(manifest)]


def shape_of(manifest: Json) -> Mapping[str, Any]:
    return variants_of(manifest)[0].shape


def test_a_workload_account_has_a_network_at_home_and_in_the_recovery_region_where_its_tier_asks_for_one() -> None:
    places = {
        tier: [d.environment.region for d in deployments_of(landing_zone(account("a", recovery=tier)))]
        for tier in ("none", "backup-restore", "pilot-light", "warm-standby", "active-active")
    }
    assert places == {
        "none": [EAST],
        "backup-restore": [EAST],
        "pilot-light": [EAST, WEST],
        "warm-standby": [EAST, WEST],
        "active-active": [EAST, WEST],
    }


def test_an_account_that_names_its_regions_has_networks_there() -> None:
    found = deployments_of(landing_zone(account("a", regions=[WEST], recovery="warm-standby")))
    assert [d.environment.region for d in found] == [WEST]


def test_core_accounts_and_size_none_have_no_network_unless_they_ask_for_one() -> None:
    assert deployments_of(landing_zone()) == []
    assert deployments_of(landing_zone(account("a", network="none"))) == []
    core = {"name": "network", "ou": "infrastructure", "owner": "platform", "data": "none"}
    assert deployments_of(landing_zone(core)) == []
    assert len(deployments_of(landing_zone({**core, "network": "small"}))) == 1


@pytest.mark.parametrize(("size", "cidr"), [("small", "/24"), ("medium", "/22"), ("large", "/20"), ("xlarge", "/18")])
def test_a_size_class_is_a_prefix_length(size: str, cidr: str) -> None:
    (deployment,) = deployments_of(landing_zone(account("a", network=size)))
    assert {value.name: value.text for value in deployment.values}["VpcCidr"] == f"10.0.0.0{cidr}"


def test_a_deployment_has_a_name_values_and_tags() -> None:
    manifest = changed(clinic(), (("accounts", 1, "tags"), {"cost-center": "4711"}))
    found = deployments(manifest)
    assert list(found) == [
        "hlz-workload-network-ehr-production-us-east-1",
        "hlz-workload-network-ehr-production-us-west-2",
        "hlz-workload-network-ehr-training-us-east-1",
    ]
    training = found["hlz-workload-network-ehr-training-us-east-1"]
    assert {value.name: value.text for value in training.values} == {
        "OrganizationId": None,
        "LogArchiveAccountId": None,
        "NetworkName": "ehr-training",
        "Segment": "phi",
        "VpcCidr": "10.0.4.0/22",
        "ApplicationSubnet1Cidr": "10.0.4.0/25",
        "ApplicationSubnet2Cidr": "10.0.4.128/25",
        "ApplicationSubnet3Cidr": "10.0.5.0/25",
        "DataSubnet1Cidr": "10.0.6.0/26",
        "DataSubnet2Cidr": "10.0.6.64/26",
        "DataSubnet3Cidr": "10.0.6.128/26",
    }
    assert dict(training.tags) == {
        "cost-center": "4711",
        "hlz:account": "ehr-training",
        "hlz:data": "synthetic",
        "hlz:environment": "test",
        "hlz:organization": "riverside-clinic",
        "hlz:owner": "clinical-systems",
        "hlz:recovery": "none",
        "hlz:role": "workload_network",
    }
    assert training.termination_protection


def test_the_values_of_a_deployment_are_those_that_its_variant_declares() -> None:
    for zones in (2, 3):
        manifest = changed(clinic(), (("network", "availability_zones"), zones))
        for deployment in plan_of(manifest).plan.deployments:
            declared = deployment.variant.shape["values"]
            assert [value.name for value in deployment.values] == list(declared)
            assert {value.name: value.type for value in deployment.values} == declared


def test_eight_hundred_accounts_share_the_same_variants() -> None:
    pools = {EAST: "10.0.0.0/9", WEST: "10.128.0.0/9"}
    few = landing_zone(account("a", recovery="warm-standby"), pools=pools)
    entries = [account(f"account-{n:03}", recovery="warm-standby", tags={"n": str(n)}) for n in range(800)]
    many = plan_of(landing_zone(*entries, pools=pools), lock_of(organization=ORGANIZATION_ID))
    others = [variant for variant in many.plan.variants if variant.role != "accounts"]
    assert others == [variant for variant in plan_of(few).plan.variants if variant.role != "accounts"]
    core = len(plan_of(landing_zone()).plan.deployments)
    # baseline, keys and network in each Region; three stacks that make accounts in place of one
    assert len(many.plan.deployments) == core + 800 * 2 * 3 + 2
    assert len(many.plan.environments) == (800 + len(CORE_ACCOUNTS)) * 2
    assert len({deployment.name for deployment in many.plan.deployments}) == len(many.plan.deployments)


@pytest.mark.parametrize(
    "change",
    [
        (("accounts", 0, "name"), "epic-production"),
        (("accounts", 0, "tags"), {"cost-center": "4711"}),
        (("accounts", 0, "owner"), "someone-else"),
        (("accounts", 0, "ou"), "phi"),
        (("accounts", 0, "network"), "xlarge"),
        (("accounts", 0, "email"), "ehr@riverside.example"),
        (("accounts", 0, "id"), "123456789012"),
        (("organization", "name"), "another-clinic"),
        (("contacts", "security", "name"), "Somebody"),
        (("network", "pools", "us-east-1"), "10.32.0.0/12"),
        (("retention", "audit_trail"), 10),
    ],
)
def test_what_differs_between_accounts_is_in_no_variant(change: Any) -> None:
    assert variant_ids(changed(clinic(), change)) == variant_ids(clinic())


@pytest.mark.parametrize(
    "change",
    [
        (("network", "availability_zones"), 2),
        (("network", "endpoints"), {"interface": ["kms"]}),
        (("network", "endpoints"), {"gateway": ["s3"]}),
        (("retention", "flow_logs"), 10),
        (("retention", "default"), 10),
    ],
)
def test_what_changes_the_template_changes_the_variant(change: Any) -> None:
    assert not set(variant_ids(changed(clinic(), change))) & set(variant_ids(clinic()))


def test_the_order_of_endpoints_is_no_shape() -> None:
    one = changed(clinic(), (("network", "endpoints"), {"interface": ["kms", "logs", "kms"]}))
    other = changed(clinic(), (("network", "endpoints"), {"interface": ["logs", "kms"]}))
    assert variant_ids(one) == variant_ids(other)


def test_a_variants_id_tells_role_and_region_and_depends_on_nothing_but_role_and_shape() -> None:
    one = Variant("workload_network", {"region": EAST, "b": [1], "a": {"x": 1, "y": 2}})
    same = Variant("workload_network", {"a": {"y": 2, "x": 1}, "b": [1], "region": EAST})
    assert one.id == same.id
    assert one.id.startswith("workload-network-us-east-1-")
    assert Variant("other_role", one.shape).id != one.id


def test_the_zones_of_a_variant_are_ids_of_its_region() -> None:
    assert shape_of(clinic())["zones"] == ["use1-az1", "use1-az2", "use1-az4"]
    assert shape_of(changed(clinic(), (("network", "availability_zones"), 2)))["zones"] == ["use1-az1", "use1-az2"]


@pytest.mark.parametrize("years", range(1, 11))
def test_a_log_group_keeps_at_least_the_years_with_leap_days(years: int) -> None:
    leap_days = -(-years // 4)
    assert retention_days(years) >= min(years * 365 + leap_days - (years < 4), 3653)
    assert LOG_GROUP_DAYS[years] in {365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}


def test_six_years_are_2192_days() -> None:
    assert shape_of(clinic())["retention_days"] == {"flow_logs": 2192}
