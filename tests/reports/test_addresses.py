"""The address plan: what is used, what is left, and how much more fits."""

from __future__ import annotations

import json
from ipaddress import IPv4Network
from pathlib import Path
from typing import Any

import pytest

from landing_zone.manifest.load import parsed_manifest
from landing_zone.plan.lock import Lock, LockedNetwork
from landing_zone.plan.make import make_plan
from landing_zone.reports.addresses import addresses_document, addresses_text
from tests.manifest.arrange import FILE, Json, clinic, hlz, text_of
from tests.plan.arrange import account, accounts, landing_zone, lock_of, locked

POOLS = {"us-east-1": "10.0.0.0/16", "us-west-2": "10.16.0.0/16"}


def document_of(manifest: Json, lock: Lock | None = None) -> dict[str, Any]:
    loaded = parsed_manifest(text_of(manifest), FILE)
    return addresses_document(loaded, make_plan(loaded, locked(lock)))


def region_of(manifest: Json, lock: Lock | None = None, region: str = "us-east-1") -> dict[str, Any]:
    return next(row for row in document_of(manifest, lock)["regions"] if row["region"] == region)


def with_network(*entries: Json, **network: Any) -> Json:
    return clinic(accounts=list(entries), network={"pools": POOLS, **network})


def test_what_is_used_and_what_is_left_add_up_to_the_pool() -> None:
    region = region_of(with_network(*accounts("a", "b", network="large"), account("c", network="small")))
    (pool,) = region["pools"]
    assert pool["size"] == 65_536
    assert pool["used"] == 2 * 4096 + 256 + 1024  # the hub
    assert pool["reserve"]["addresses"] == pool["size"] - pool["used"]
    assert pool["reserve"]["percent"] == pytest.approx(100 * pool["reserve"]["addresses"] / pool["size"], abs=0.05)
    assert pool["reserve"]["largest_free"] == "10.0.128.0/17"


def test_the_next_block_is_the_one_that_the_next_account_gets() -> None:
    before = with_network(*accounts("a", "b"), account("c", network="small"))
    loaded = parsed_manifest(text_of(before), FILE)
    lock = make_plan(loaded, locked(None)).lock
    for size, room in region_of(before, lock)["room"].items():
        after = with_network(*accounts("a", "b"), account("c", network="small"), account("new", network=size))
        rows = {row["account"]: row for row in region_of(after, lock)["networks"]}
        assert rows["new"]["cidr"] == room["next"], size


def test_in_a_pool_that_is_nearly_full_only_small_ones_fit_and_then_none() -> None:
    names = [f"a{number}" for number in range(3)]
    manifest = with_network(
        *accounts(*names, network="xlarge"),
        *accounts("b0", "b1", "b2", network="large"),
        *accounts("c0", "c1", network="medium"),
        *accounts("d0", "d1", "d2", network="small"),
    )
    region = region_of(manifest)
    assert {size: room["count"] for size, room in region["room"].items()} == {
        "small": 1,
        "medium": 0,
        "large": 0,
        "xlarge": 0,
    }
    assert region["room"]["medium"]["next"] is None
    assert region["pools"][0]["reserve"] == {"addresses": 256, "percent": 0.4, "largest_free": "10.0.255.0/24"}
    full = region_of({**manifest, "accounts": [*manifest["accounts"], account("d3", network="small")]})
    assert full["room"]["small"] == {"prefix": 24, "count": 0, "next": None}
    assert full["pools"][0]["reserve"] == {"addresses": 0, "percent": 0.0, "largest_free": None}


def test_as_many_as_are_said_to_fit_do_fit() -> None:
    manifest = with_network(*accounts("a", network="large"))
    count = region_of(manifest)["room"]["large"]["count"]
    more = accounts(*(f"n{number}" for number in range(count)), network="large")
    region = region_of(with_network(*accounts("a", network="large"), *more))
    assert region["room"]["large"]["count"] == 0


@pytest.mark.parametrize("zones", [2, 3])
def test_every_tier_has_a_subnet_in_each_zone_and_the_rest_is_reserve(zones: int) -> None:
    region = region_of(with_network(account("a"), availability_zones=zones))
    (network,) = region["networks"]
    assert len(region["zones"]) == zones
    for tier in ("application", "data", "attachment"):
        assert [row["zone"] for row in network["subnets"] if row["tier"] == tier] == region["zones"]
    for row in (network, *region["hub"]["vpcs"]):
        inside = sum(IPv4Network(subnet["cidr"]).num_addresses for subnet in row["subnets"])
        assert row["reserve"]["addresses"] == row["size"] - inside > 0
        assert all(IPv4Network(subnet["cidr"]).subnet_of(IPv4Network(row["cidr"])) for subnet in row["subnets"])


def test_two_zones_leave_more_reserve_than_three() -> None:
    two, three = (region_of(with_network(account("a"), availability_zones=zones))["networks"][0] for zones in (2, 3))
    assert two["reserve"]["addresses"] > three["reserve"]["addresses"]


def test_the_hub_holds_its_four_networks() -> None:
    hub = region_of(with_network(account("a")))["hub"]
    assert [vpc["segment"] for vpc in hub["vpcs"]] == ["shared", "ingress", "inspection", "egress"]
    assert hub["reserve"]["addresses"] == hub["size"] - sum(vpc["size"] for vpc in hub["vpcs"]) == 256
    assert hub["in_use"]


def test_without_a_hub_its_addresses_are_free() -> None:
    manifest = with_network(account("a"), hub={"enabled": False})
    region = region_of(manifest)
    assert region["hub"] is None
    assert region["pools"][0]["used"] == 1024
    assert "no hub" in addresses_text(document_of(manifest), brief=False)


def test_a_hub_that_was_switched_off_keeps_its_block() -> None:
    lock = lock_of()
    lock = lock.model_copy(update={"hubs": {"us-east-1": LockedNetwork(cidr="10.0.4.0/22", layout="v1")}})
    region = region_of(with_network(account("a"), hub={"enabled": False}), lock)
    assert not region["hub"]["in_use"]
    assert region["pools"][0]["used"] == 2048


def test_a_network_of_an_account_that_is_gone_is_shown_as_kept() -> None:
    manifest = with_network(account("a"))
    lock = lock_of({"us-east-1": {"gone": "10.0.8.0/22"}})
    rows = {row["account"]: row for row in region_of(manifest, lock)["networks"]}
    assert (rows["gone"]["in_use"], rows["gone"]["segment"]) == (False, None)
    assert rows["a"]["in_use"]
    text = addresses_text(document_of(manifest, lock), brief=False)
    assert "gone  no segment  10.0.8.0/22" in text
    assert text.count("no longer asks") == 1


def test_a_region_with_too_few_zones_for_a_network_that_it_keeps_numbers_the_others() -> None:
    network = region_of(with_network(account("a")), lock_of({"us-west-1": {"gone": "10.99.0.0/24"}}), "us-west-1")
    assert [row["zone"] for row in network["networks"][0]["subnets"]][-1] == "zone 3"
    assert network["pools"] == []


def test_home_is_shown_first_then_recovery() -> None:
    pools = {"us-east-2": "10.32.0.0/16", "us-west-2": "10.16.0.0/16", "us-east-1": "10.0.0.0/16"}
    regions = {"home": "us-east-1", "recovery": "us-west-2", "additional": ["us-east-2"]}
    manifest = landing_zone(account("a", regions=["us-east-1", "us-east-2"]), pools=pools, regions=regions)
    assert [row["region"] for row in document_of(manifest)["regions"]] == ["us-east-1", "us-west-2", "us-east-2"]


def test_sites_that_overlap_each_other_are_told() -> None:
    links = [
        {"name": "north", "kind": "direct-connect", "ranges": "172.16.0.0/14", "asn": 65010},
        {"name": "west", "kind": "direct-connect", "ranges": ["172.17.0.0/16", "172.30.0.0/16"], "asn": 65011},
    ]
    manifest = with_network(account("a"), hybrid=links, on_premises=["172.17.4.0/24"])
    document = document_of(manifest)
    assert [row["site"] for row in document["on_premises"]] == ["north", "west", "further ranges"]
    assert document["overlaps"] == [
        {"ranges": ["172.16.0.0/14", "172.17.0.0/16"], "owners": ["north", "west"]},
        {"ranges": ["172.16.0.0/14", "172.17.4.0/24"], "owners": ["north", "further ranges"]},
        {"ranges": ["172.17.0.0/16", "172.17.4.0/24"], "owners": ["west", "further ranges"]},
    ]
    assert "Overlap: 172.17.0.0/16 (west) and 172.16.0.0/14 (north)." in addresses_text(document, brief=True)


def test_without_overlaps_it_says_so() -> None:
    assert "No two ranges overlap." in addresses_text(document_of(clinic()), brief=True)


def test_the_plan_shows_addresses_when_it_is_asked_to(tmp_path: Path) -> None:
    path = tmp_path / "landing-zone.yaml"
    path.write_text(text_of(clinic()), encoding="utf-8")
    shown = hlz("plan", "--addresses", "-m", path)
    assert (shown.code, shown.err) == (0, "")
    assert "application  use1-az1 10.0.0.0/25" in shown.out
    assert "The lock is stale:" in shown.out
    brief = hlz("plan", "--addresses", "-q", "-m", path)
    assert "room for" in brief.out
    assert "application" not in brief.out
    assert "room for" not in hlz("plan", "-m", path).out


def test_json_has_the_address_plan_only_when_it_is_asked_for(tmp_path: Path) -> None:
    path = tmp_path / "landing-zone.yaml"
    path.write_text(text_of(clinic()), encoding="utf-8")
    document = json.loads(hlz("plan", "--addresses", "--json", "-m", path).out)
    assert document["addresses"].keys() == {"regions", "on_premises", "overlaps"}
    assert document["environments"] == 16
    assert "addresses" not in json.loads(hlz("plan", "--json", "-m", path).out)
