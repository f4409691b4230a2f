"""Which links and routes a manifest asks for, and what waits for which id."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from landing_zone.manifest.load import parsed_manifest
from landing_zone.plan.lock import Lock, LockedAccount, LockedTransit
from landing_zone.plan.model import Deployment
from landing_zone.plan.roles.network_links import attachment_origins
from tests.manifest.arrange import FILE, Json, clinic, text_of
from tests.plan.arrange import deployments_of

EAST, WEST = "us-east-1", "us-west-2"
GATEWAY = {region: f"tgw-{digit * 17}" for region, digit in ((EAST, "1"), (WEST, "2"))}
DIRECT = "01234567-89ab-cdef-0123-456789abcdef"
NETWORK = "100000000004"


def vpn(name: str = "north", ranges: Any = "172.20.0.0/16", **fields: Any) -> Json:
    return {"name": name, "kind": "vpn", "ranges": ranges, "customer_gateway": "203.0.113.7", "asn": 65010, **fields}


def line(name: str = "center", ranges: Any = "172.24.0.0/16", **fields: Any) -> Json:
    return {"name": name, "kind": "direct-connect", "ranges": ranges, **fields}


def hospital(*links: Json, **network: Any) -> Json:
    manifest = clinic()
    manifest["network"] |= {"hybrid": [*links], **network}
    return manifest


def attachment(name: str) -> str:
    return f"tgw-attach-{sha256(name.encode()).hexdigest()[:17]}"


def lock(*names: str) -> Lock:
    """Everything is known: both gateways, and the attachments of these names in both Regions."""
    return Lock(
        accounts={"network": LockedAccount(id=NETWORK)},
        transit={
            region: LockedTransit(
                gateway=GATEWAY[region],
                direct_connect_gateway=DIRECT if region == EAST else None,
                attachments={name: attachment(name + region) for name in names},
            )
            for region in GATEWAY
        },
    )


def planned(role: str, manifest: Json, known: Lock | None = None) -> dict[str, Deployment]:
    return {d.environment.region: d for d in deployments_of(manifest, role, known)}


def shape(role: str, region: str, manifest: Json) -> Any:
    return planned(role, manifest)[region].variant.shape


def routes(manifest: Json, region: str = EAST) -> dict[str, tuple[tuple[str, ...], bool]]:
    """Ranges and whether they are propagated, by attachment."""
    rows = shape("network_link_routes", region, manifest)["attachments"]
    return {row["name"]: (tuple(row["ranges"]), row["propagates"]) for row in rows}


def test_without_a_hub_there_are_no_links() -> None:
    for role in ("network_links", "network_link_routes"):
        assert planned(role, hospital(vpn(), hub={"enabled": False})) == {}


def test_the_home_region_asks_for_the_peering_and_the_other_one_has_nothing_to_make() -> None:
    assert {r: d.variant.shape["peers"] for r, d in planned("network_links", clinic()).items()} == {EAST: [WEST]}


def test_a_link_ends_at_home_and_in_the_recovery_region_unless_it_says_where() -> None:
    found = planned("network_links", hospital(vpn("a"), vpn("b", "172.21.0.0/16", regions=[WEST])))
    assert {r: [v["site"] for v in d.variant.shape["vpns"]] for r, d in found.items()} == {
        EAST: ["a"],
        WEST: ["a", "b"],
    }


def test_peering_and_direct_connect_wait_for_ids_of_the_other_region() -> None:
    manifest = hospital(line())
    assert {r: d.unknown for r, d in planned("network_links", manifest).items()} == {
        EAST: "account id, transit gateway id",
        WEST: "account id, DirectConnectGatewayArn",
    }
    known = planned("network_links", manifest, lock())
    assert {r: [v.text for v in d.values] for r, d in known.items()} == {
        EAST: [GATEWAY[WEST]],
        WEST: [f"arn:aws:directconnect::{NETWORK}:dx-gateway/{DIRECT}"],
    }


def test_the_home_region_makes_the_direct_connect_gateway_even_where_no_line_ends_there() -> None:
    found = planned("network_links", hospital(line(regions=[WEST])))
    assert found[EAST].variant.shape["direct_connect"] == {"asn": 4_200_064_512, "prefixes": [], "ranges": []}
    assert found[WEST].variant.shape["direct_connect"]["prefixes"] == ["10.16.0.0/12"]
    assert found[EAST].name in found[WEST].depends_on


def test_the_number_of_the_direct_connect_gateway_is_none_of_a_transit_gateway() -> None:
    direct = shape("network_links", EAST, hospital(line(), hub={"asn": 65000}))["direct_connect"]
    assert direct["asn"] == 4_200_065_000


def test_routes_wait_for_their_attachments() -> None:
    found = planned("network_link_routes", hospital(vpn()), lock("north"))
    assert {r: d.unknown for r, d in found.items()} == {EAST: "transit attachment id", WEST: "transit attachment id"}
    complete = planned("network_link_routes", hospital(vpn()), lock("north", EAST, WEST))
    assert {d.unknown for d in complete.values()} == {""}
    assert [v.text for v in complete[EAST].values] == [attachment("north" + EAST), attachment(WEST + EAST)]


def test_routes_to_a_vpn_are_static_so_that_a_site_announces_nothing_but_its_own() -> None:
    assert routes(hospital(vpn(ranges=["172.20.0.0/16", "172.21.0.0/16"])))["north"] == (
        ("172.20.0.0/16", "172.21.0.0/16"),
        False,
    )


def test_routes_to_direct_connect_are_propagated_and_all_its_sites_are_one_attachment() -> None:
    found = routes(hospital(line("a"), line("b", "172.25.0.0/16")))
    assert found["direct-connect"] == (("172.24.0.0/16", "172.25.0.0/16"), True)


@pytest.mark.parametrize("ranges", ["172.24.0.0/16", "172.24.7.0/24"])
def test_a_vpn_beside_a_line_to_the_same_addresses_leaves_the_choice_to_bgp(ranges: str) -> None:
    assert routes(hospital(vpn(ranges=ranges), line()))["north"][1] is True
    elsewhere = hospital(vpn(ranges=ranges, regions=[WEST]), line(regions=[EAST]))
    assert routes(elsewhere, WEST)["north"][1] is False


def test_each_side_of_a_peering_leads_to_the_others_pools_from_the_table_of_peerings() -> None:
    for here, there, pool in ((EAST, WEST, "10.16.0.0/12"), (WEST, EAST, "10.0.0.0/12")):
        (row,) = shape("network_link_routes", here, clinic())["attachments"]
        assert (row["name"], row["segment"], row["ranges"], row["propagates"]) == (there, "peering", [pool], False)


def test_every_attachment_of_the_lock_is_traced_to_the_resource_that_made_it() -> None:
    manifest = parsed_manifest(text_of(hospital(vpn("old-mill"), line())), FILE).manifest
    found = attachment_origins(manifest, lock("old-mill", "direct-connect", EAST, WEST))
    east, west = (f"hlz-network-links-network-{region}" for region in (EAST, WEST))
    assert found[attachment("old-mill" + WEST)] == (west, "VpnOldMill")
    assert found[attachment("direct-connect" + EAST)] == (east, "DirectConnectAssociation")
    assert found[attachment(WEST + EAST)] == found[attachment(EAST + WEST)] == (east, "PeeringUsWest2")
