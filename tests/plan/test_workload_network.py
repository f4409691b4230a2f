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
    without_hub,
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
    (deployment,) = deployments_of(without_hub(landing_zone(account("a", network=size))))
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
        "Segment": "phi-nonproduction",
        "Entries": "",
        "VpcCidr": "10.0.4.0/22",
        "ApplicationSubnet1Cidr": "10.0.4.0/25",
        "ApplicationSubnet2Cidr": "10.0.4.128/25",
        "ApplicationSubnet3Cidr": "10.0.5.0/25",
        "DataSubnet1Cidr": "10.0.6.0/26",
        "DataSubnet2Cidr": "10.0.6.64/26",
        "DataSubnet3Cidr": "10.0.6.128/26",
        "AttachmentSubnet1Cidr": "10.0.6.192/28",
        "AttachmentSubnet2Cidr": "10.0.6.208/28",
        "AttachmentSubnet3Cidr": "10.0.6.224/28",
        "NetworkAccountId": None,
        "TransitGatewayId": None,
        "QueryLogConfigurationId": None,
        "ResolverProfileId": None,
        "ServicePrefixListId": None,
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


def hub_of(name: str, *, manifest: Json) -> Any:
    """What an account's network joins, as its shape says."""
    return deployments(manifest)[f"hlz-workload-network-{name}-us-east-1"].variant.shape["hub"]


def test_a_network_may_exchange_packets_with_what_its_segment_reaches_and_nobody_else() -> None:
    manifest = landing_zone(
        account("chart", ou="phi/production", data="phi"),
        account("training", ou="phi/nonproduction", data="synthetic"),
        account("toys", ou="sandbox"),
    )
    manifest["network"]["hybrid"] = [{"name": "north", "kind": "direct-connect", "ranges": "172.20.0.0/16"}]
    assert {name: hub_of(name, manifest=manifest)["reachable"] for name in ("chart", "training", "toys")} == {
        "chart": ["10.0.0.0/11", "172.20.0.0/16"],  # both Regions' pools, joined
        "training": ["10.0.0.0/12", "172.20.0.0/16"],
        "toys": [],
    }


def test_a_sandbox_has_endpoints_of_its_own_because_it_does_not_reach_the_shared_network() -> None:
    found = deployments(landing_zone(account("toys", ou="sandbox"), account("web")))
    sandbox, web = (found[f"hlz-workload-network-{name}-us-east-1"] for name in ("toys", "web"))
    assert "sts" in sandbox.variant.shape["interface_endpoints"]
    assert web.variant.shape["interface_endpoints"] == []
    assert {v.name for v in web.values} - {v.name for v in sandbox.values} == {
        "ResolverProfileId",
        "ServicePrefixListId",
    }


def test_a_network_under_quarantine_or_without_a_hub_joins_nothing() -> None:
    quarantined = landing_zone(account("a", ou="suspended"))
    for manifest in (quarantined, without_hub(landing_zone(account("a")))):
        (found,) = deployments_of(manifest)
        assert found.variant.shape["hub"] is None
        assert not [v.name for v in found.values if v.type == "shared_parameter" or v.name.startswith("Attachment")]
        assert deployments_of(manifest, "network_association") == []


def test_entries_are_for_hospitals_where_the_account_is_one_of_theirs() -> None:
    manifest = landing_zone(account("chart", ou="phi/production", data="phi"), account("web"))
    entries = {d.environment.account: v.text for d in deployments_of(manifest) for v in d.values if v.name == "Entries"}
    assert entries == {"chart": "hospital", "web": ""}


def test_what_the_hub_shares_is_named_by_its_account_and_the_networks_region() -> None:
    lock = lock_of(ids={"network": "100000000004"})
    for deployment in deployments_of(landing_zone(account("a", recovery="warm-standby")), lock=lock):
        region = deployment.environment.region
        shared = {v.name: v.text for v in deployment.values if v.type == "shared_parameter"}
        assert (
            shared["TransitGatewayId"] == f"arn:aws:ssm:{region}:100000000004:parameter/hlz/network/transit-gateway-id"
        )
        assert all(text and text.startswith(f"arn:aws:ssm:{region}:100000000004:") for text in shared.values())


def test_a_network_waits_for_the_hub_and_the_shared_network_of_its_region() -> None:
    for deployment in deployments_of(landing_zone(account("a", recovery="warm-standby"))):
        region = deployment.environment.region
        assert {f"hlz-network-hub-network-{region}", f"hlz-network-shared-network-{region}"} < {*deployment.depends_on}


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
    own = {"accounts", "network_hub"}  # whose shapes hold the accounts' names and the hub's ranges
    others = [variant for variant in many.plan.variants if variant.role not in own]
    assert others == [variant for variant in plan_of(few).plan.variants if variant.role not in own]
    core = len(plan_of(landing_zone()).plan.deployments)
    # baseline, keys, network and its association in each Region; three stacks that make accounts in place of one
    assert len(many.plan.deployments) == core + 800 * 2 * 4 + 2
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
        (("retention", "audit_trail"), 10),
    ],
)
def test_what_differs_between_accounts_is_in_no_variant(change: Any) -> None:
    assert variant_ids(changed(clinic(), change)) == variant_ids(clinic())


@pytest.mark.parametrize(
    "change",
    [
        (("network", "availability_zones"), 2),
        (("network", "endpoints"), {"interface": ["kms"], "central": False}),
        (("network", "endpoints"), {"gateway": ["s3"]}),
        (("network", "pools", "us-east-1"), "10.32.0.0/12"),
        (("network", "hub"), {"enabled": False}),
        (("network", "dns"), {"query_logging": False}),
        (("retention", "flow_logs"), 10),
        (("retention", "default"), 10),
    ],
)
def test_what_changes_the_template_changes_the_variant(change: Any) -> None:
    assert not set(variant_ids(changed(clinic(), change))) & set(variant_ids(clinic()))


def test_the_order_of_endpoints_is_no_shape() -> None:
    one = changed(clinic(), (("network", "endpoints"), {"central": False, "interface": ["kms", "logs", "kms"]}))
    other = changed(clinic(), (("network", "endpoints"), {"central": False, "interface": ["logs", "kms"]}))
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
