"""Where the hub has ways to and from the internet, and what is planned for the load balancers."""

from __future__ import annotations

from collections.abc import Mapping
from ipaddress import IPv4Address, IPv4Network
from typing import Any

from landing_zone.plan.layout import subnets
from landing_zone.plan.model import Deployment
from landing_zone.plan.roles.network_ingress import ENTRANCE_HOST
from tests.manifest.arrange import Json, changed, clinic
from tests.plan.arrange import account, deployments_of, landing_zone, plan_of

EAST, WEST, THIRD = "us-east-1", "us-west-2", "us-east-2"
HOST = "portal.riverside.example"


def certificate(region: str) -> str:
    return f"arn:aws:acm:{region}:100000000004:certificate/01234567-89ab-cdef-0123-456789abcdef"


def open_clinic(*regions: str, **zone: Any) -> Json:
    """The clinic with an ingress network and a portal with certificates in these Regions."""
    portal = {
        "kind": "ehr",
        "accounts": ["ehr-production"],
        "internet": True,
        **({"hosts": {HOST: "ehr-production"}, "certificates": [certificate(r) for r in regions]} if regions else {}),
        **zone,
    }
    return changed(clinic(), (("network", "hub"), {"public_ingress": True}), (("zones",), {"portal": portal}))


def by_region(manifest: Json, role: str) -> dict[str, Deployment]:
    return {deployment.environment.region: deployment for deployment in deployments_of(manifest, role)}


def ingress_shape(manifest: Json, region: str = EAST) -> Mapping[str, Any]:
    return by_region(manifest, "network_ingress")[region].variant.shape


def test_every_region_of_the_hub_has_a_way_out_in_the_network_account() -> None:
    found = by_region(clinic(), "network_egress")
    assert found.keys() == {EAST, WEST}
    assert {deployment.environment.account for deployment in found.values()} == {"network"}


def test_a_region_that_only_a_workload_uses_has_a_way_out_and_no_way_in() -> None:
    manifest = landing_zone(account("a", regions=[THIRD]), pools={THIRD: "10.32.0.0/12"})
    manifest |= {"regions": {"home": EAST, "recovery": WEST, "additional": [THIRD]}}
    manifest["network"]["hub"] = {"public_ingress": True}
    assert THIRD in by_region(manifest, "network_egress")
    assert by_region(manifest, "network_ingress").keys() == {EAST, WEST}


def test_there_is_no_way_out_without_centralized_egress_and_nothing_without_a_hub() -> None:
    for hub in ({"centralized_egress": False}, {"enabled": False, "public_ingress": True}):
        assert by_region(changed(clinic(), (("network", "hub"), hub)), "network_egress") == {}
    assert by_region(changed(clinic(), (("network", "hub"), {"enabled": False})), "network_ingress") == {}


def test_there_is_a_way_in_only_where_the_manifest_asks_for_it() -> None:
    assert by_region(clinic(), "network_ingress") == {}
    assert by_region(open_clinic(), "network_ingress").keys() == {EAST, WEST}


def test_an_edge_comes_after_the_hub_the_baseline_and_the_buckets_for_its_logs() -> None:
    for role in ("network_egress", "network_ingress"):
        assert set(by_region(open_clinic(), role)[WEST].depends_on) == {
            "hlz-account-baseline-network-us-west-2",
            "hlz-log-landing-log-archive-us-west-2",
            "hlz-network-hub-network-us-west-2",
        }


def test_an_edges_ranges_lie_in_the_hub_and_are_values_that_rules_judge() -> None:
    planned = plan_of(open_clinic())
    hub = IPv4Network(planned.lock.hubs[EAST].cidr)
    ranges: list[IPv4Network] = []
    for role in ("network_egress", "network_ingress"):
        values = {value.name: value for value in by_region(open_clinic(), role)[EAST].values}
        vpc = IPv4Network(str(values["VpcCidr"].text))
        inside = [
            IPv4Network(str(v.text)) for name, v in values.items() if name.endswith("SubnetCidr") or "Subnet" in name
        ]
        assert vpc.subnet_of(hub)
        assert len(inside) == 6
        assert all(subnet.subnet_of(vpc) for subnet in inside)
        assert {value.type for value in values.values()} == {"cidr", "account_id"}
        ranges.append(vpc)
    assert not ranges[0].overlaps(ranges[1])


def test_only_the_networks_of_accounts_for_the_internet_are_entries() -> None:
    locked = plan_of(open_clinic()).lock.networks[EAST]
    assert ingress_shape(open_clinic())["entry_ranges"] == [locked["ehr-production"].cidr]
    assert ingress_shape(open_clinic(internet=False))["entry_ranges"] == []


def test_the_tables_that_lead_to_load_balancers_are_those_of_the_segments_that_reach_ingress() -> None:
    assert ingress_shape(open_clinic())["tables"] == ["nonphi", "phi", "phi-nonproduction"]


def test_a_load_balancer_is_planned_where_there_is_a_certificate() -> None:
    manifest = open_clinic(EAST)
    (balancer,) = ingress_shape(manifest)["load_balancers"]
    assert (balancer["name"], balancer["certificate"]) == ("portal", certificate(EAST))
    assert ingress_shape(manifest, WEST)["load_balancers"] == []
    assert len(ingress_shape(open_clinic(EAST, WEST), WEST)["load_balancers"]) == 1
    assert ingress_shape(open_clinic())["load_balancers"] == []


def test_a_host_is_answered_from_the_same_place_in_each_application_subnet() -> None:
    manifest = open_clinic(EAST)
    ((host,),) = [balancer["hosts"] for balancer in ingress_shape(manifest)["load_balancers"]]
    network = plan_of(manifest).lock.networks[EAST]["ehr-production"]
    tiers = [s.cidr for s in subnets(network.cidr, network.layout, 3) if s.tier == "application"]
    assert (host["host"], host["account"]) == (HOST, "ehr-production")
    assert host["addresses"] == [str(IPv4Address(int(IPv4Network(cidr)[0]) + ENTRANCE_HOST)) for cidr in tiers]


def test_a_host_whose_account_has_no_network_in_the_region_is_not_served_there() -> None:
    manifest = open_clinic(EAST, WEST, accounts=["ehr-training"], hosts={HOST: "ehr-training"})
    assert len(ingress_shape(manifest)["load_balancers"]) == 1
    assert ingress_shape(manifest, WEST)["load_balancers"] == []
