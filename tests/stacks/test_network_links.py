"""Why the templates of links and of their routes must be as they are; the snapshots show what they are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from tests.arrangement import clinic
from tests.stacks.arrange import built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

EAST, WEST = "us-east-1", "us-west-2"
Template = dict[str, Any]


def _hospital() -> dict[str, Any]:
    manifest = clinic()
    manifest["network"]["hybrid"] = [
        {"name": "center", "kind": "direct-connect", "ranges": "172.24.0.0/16"},
        {"name": "north", "kind": "vpn", "ranges": "172.20.0.0/16", "customer_gateway": "203.0.113.7", "asn": 65010},
        {"name": "south", "kind": "vpn", "ranges": "172.21.0.0/16", "customer_gateway": "203.0.113.8"},
        {
            "name": "large",
            "kind": "vpn",
            "ranges": "172.22.0.0/16",
            "customer_gateway": "203.0.113.9",
            "asn": 4200000001,
        },
    ]
    return manifest


def _built(role: str) -> tuple[dict[str, Template], list[str]]:
    variants = [deployment.variant for deployment in deployments_of(role, _hospital())]
    made = built(variants)
    templates = {variant.shape["region"]: dict(made[variant.id].template) for variant in variants}
    return templates, [finding for entry in made.values() for finding in open_findings(entry)]


@pytest.fixture(scope="module")
def links() -> tuple[dict[str, Template], list[str]]:
    return _built("network_links")


@pytest.fixture(scope="module")
def routes() -> tuple[dict[str, Template], list[str]]:
    return _built("network_link_routes")


@pytest.fixture(scope="module")
def home(links: tuple[Mapping[str, Template], Any]) -> Template:
    return links[0][EAST]


def test_the_links_are_these(home: Template, snapshot: SnapshotAssertion) -> None:
    assert home == snapshot(extension_class=TemplateSnapshots)


def test_the_routes_are_these(routes: tuple[Mapping[str, Template], Any], snapshot: SnapshotAssertion) -> None:
    assert routes[0][EAST] == snapshot(extension_class=TemplateSnapshots)


def test_nothing_is_found_against_them(links: tuple[Any, list[str]], routes: tuple[Any, list[str]]) -> None:
    assert links[1] == routes[1] == []


def vpns(template: Template) -> dict[str, dict[str, Any]]:
    return {tag(row, "hlz:site"): row for row in resources(template, "AWS::EC2::VPNConnection").values()}


def tag(properties: Mapping[str, Any], key: str) -> str:
    return next(str(entry["Value"]) for entry in properties["Tags"] if entry["Key"] == key)


def test_both_tunnels_of_every_vpn_write_logs_and_the_secrets_are_in_no_template(home: Template) -> None:
    (group,) = resources(home, "AWS::Logs::LogGroup").values()
    assert group["KmsKeyId"] == {"Fn::ImportValue": "hlz-logs-key-arn"}
    assert set(vpns(home)) == {"large", "north", "south"}
    for connection in vpns(home).values():
        assert connection["PreSharedKeyStorage"] == "SecretsManager"
        tunnels = connection["VpnTunnelOptionsSpecifications"]
        assert len(tunnels) == 2
        for tunnel in tunnels:
            assert "PreSharedKey" not in tunnel
            log = tunnel["LogOptions"]["CloudwatchLogOptions"]
            assert log["LogEnabled"] is True
            assert group["LogGroupName"] in json.dumps(log["LogGroupArn"])


def test_logs_may_be_delivered_by_the_service_for_this_account_alone(home: Template) -> None:
    (policy,) = resources(home, "AWS::Logs::ResourcePolicy").values()
    text = json.dumps(policy)
    for part in ("delivery.logs.amazonaws.com", "aws:SourceAccount", "aws:SourceArn", "/hlz/network/vpn-tunnels"):
        assert part in text
    connections = [r for r in home["Resources"].values() if r["Type"] == "AWS::EC2::VPNConnection"]
    assert all(any("Delivery" in target for target in entry["DependsOn"]) for entry in connections)


def test_a_device_without_bgp_gets_static_routes_and_a_large_number_its_own_property(home: Template) -> None:
    assert {site: row["StaticRoutesOnly"] for site, row in vpns(home).items()} == {
        "large": False,
        "north": False,
        "south": True,
    }
    devices = {tag(row, "hlz:site"): row for row in resources(home, "AWS::EC2::CustomerGateway").values()}
    assert (devices["north"]["BgpAsn"], devices["large"]["BgpAsnExtended"]) == (65010, 4200000001)
    assert not {"BgpAsn", "BgpAsnExtended"} & devices["south"].keys()


def test_the_sites_on_direct_connect_hear_of_this_regions_pools_alone(
    links: tuple[Mapping[str, Template], Any],
) -> None:
    for region, pool in ((EAST, "10.0.0.0/12"), (WEST, "10.16.0.0/12")):
        (association,) = resources(links[0][region], "AWS::DirectConnect::DirectConnectGatewayAssociation").values()
        assert association["AllowedPrefixesToDirectConnectGateway"] == [pool]
    assert len(resources(links[0][EAST], "AWS::DirectConnect::DirectConnectGateway")) == 1
    assert not resources(links[0][WEST], "AWS::DirectConnect::DirectConnectGateway")


def test_a_peering_stays_within_the_account(home: Template) -> None:
    (peering,) = resources(home, "AWS::EC2::TransitGatewayPeeringAttachment").values()
    assert peering["PeerAccountId"] == {"Ref": "AWS::AccountId"}
    assert (peering["PeerRegion"], peering["PeerTransitGatewayId"]) == (WEST, {"Ref": "TransitGatewayUsWest2"})


def test_what_adopt_looks_for_is_exported(home: Template) -> None:
    names = {output["Export"]["Name"] for output in home["Outputs"].values()}
    assert names == {"hlz-direct-connect-gateway-id", "hlz-vpn-large-id", "hlz-vpn-north-id", "hlz-vpn-south-id"}


def test_one_tunnel_down_and_both_down_are_different_alarms_and_silence_counts_as_down(home: Template) -> None:
    alarms = {
        row["AlarmName"]: row
        for row in resources(home, "AWS::CloudWatch::Alarm").values()
        if row["AlarmName"].endswith("-north")
    }
    one, both = alarms["hlz-medium-vpn-tunnel-down-north"], alarms["hlz-high-vpn-connection-down-north"]
    assert (one["Statistic"], both["Statistic"]) == ("Minimum", "Maximum")
    for alarm in (one, both):
        assert alarm["Dimensions"] == [{"Name": "VpnId", "Value": {"Ref": "VpnNorth"}}]
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "LessThanThreshold")
        assert alarm["TreatMissingData"] == "breaching"
        assert alarm["AlarmActions"] == [{"Fn::ImportValue": "hlz-alarm-topic-arn"}]


def table(segment: str) -> dict[str, str]:
    return {"Fn::ImportValue": f"hlz-transit-table-{segment}"}


def test_links_join_tables_of_their_own_and_only_the_inspection_table_leads_into_them(
    routes: tuple[Mapping[str, Template], Any],
) -> None:
    template = routes[0][EAST]
    joined = {
        row["TransitGatewayAttachmentId"]["Ref"]: row["TransitGatewayRouteTableId"]
        for row in resources(template, "AWS::EC2::TransitGatewayRouteTableAssociation").values()
    }
    assert joined == {
        "AttachmentDirectConnect": table("hybrid"),
        "AttachmentLarge": table("hybrid"),
        "AttachmentNorth": table("hybrid"),
        "AttachmentSouth": table("hybrid"),
        "AttachmentUsWest2": table("peering"),
    }
    leading = [
        *resources(template, "AWS::EC2::TransitGatewayRoute").values(),
        *resources(template, "AWS::EC2::TransitGatewayRouteTablePropagation").values(),
    ]
    assert {json.dumps(row["TransitGatewayRouteTableId"]) for row in leading} == {json.dumps(table("inspection"))}


def test_only_direct_connect_announces_its_routes(routes: tuple[Mapping[str, Template], Any]) -> None:
    (propagation,) = resources(routes[0][EAST], "AWS::EC2::TransitGatewayRouteTablePropagation").values()
    assert propagation["TransitGatewayAttachmentId"] == {"Ref": "AttachmentDirectConnect"}


def test_a_route_comes_after_the_association_it_needs(routes: tuple[Mapping[str, Template], Any]) -> None:
    static = [r for r in routes[0][EAST]["Resources"].values() if r["Type"] == "AWS::EC2::TransitGatewayRoute"]
    assert static
    assert all("Association" in entry["DependsOn"][0] for entry in static)
