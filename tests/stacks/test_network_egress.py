"""Why the way out to the internet must be as it is; the snapshot shows what it is."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.plan.names import TRANSIT_GATEWAY_EXPORT, transit_table_export
from landing_zone.plan.transit import PRIVATE_SPACE
from landing_zone.policy_data import POLICIES, policy_data
from tests.stacks.arrange import built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk

ZONES = (1, 2, 3)


@cache
def home() -> SynthesizedVariant:
    """The clinic's way out in its home Region."""
    variant = next(d.variant for d in deployments_of("network_egress") if d.environment.region == "us-east-1")
    return built([variant])[variant.id]


def parts(type: str) -> dict[str, dict[str, Any]]:
    return resources(home().template, type)


def routes(tier: str, zone: int) -> Mapping[str, dict[str, Any]]:
    """Routes of the table of a tier in a zone, by destination."""
    table = {"Ref": next(id for id in parts("AWS::EC2::RouteTable") if f"{tier}{zone}Routes" in id)}
    return {
        route["DestinationCidrBlock"]: route
        for route in parts("AWS::EC2::Route").values()
        if route["RouteTableId"] == table
    }


def test_the_template_is_this(snapshot: SnapshotAssertion) -> None:
    assert home().template == snapshot(extension_class=TemplateSnapshots)


def test_no_rule_finds_anything_that_is_not_acknowledged() -> None:
    assert open_findings(home()) == []


def test_a_packet_from_the_firewall_leaves_through_the_nat_gateway_of_its_zone() -> None:
    gateways = parts("AWS::EC2::NatGateway")
    subnets = parts("AWS::EC2::Subnet")
    for zone in ZONES:
        way_out = routes("Attachment", zone)["0.0.0.0/0"]
        gateway = gateways[way_out["NatGatewayId"]["Ref"]]
        attachment = next(subnet for id, subnet in subnets.items() if f"Attachment{zone}Subnet" in id)
        assert subnets[gateway["SubnetId"]["Ref"]]["AvailabilityZoneId"] == attachment["AvailabilityZoneId"]
        assert gateway["ConnectivityType"] == "public"
        assert "GatewayId" in routes("Public", zone)["0.0.0.0/0"]


def test_nothing_private_is_ever_sent_to_the_internet() -> None:
    """Answers to networks, and whatever has strayed here, go back to the transit gateway, whose tables decide."""
    gateway = {"Fn::ImportValue": TRANSIT_GATEWAY_EXPORT}
    for tier in ("Public", "Attachment"):
        for zone in ZONES:
            private = routes(tier, zone)
            assert private.keys() == {"0.0.0.0/0", *PRIVATE_SPACE}
            assert all(private[cidr]["TransitGatewayId"] == gateway for cidr in PRIVATE_SPACE)


def test_routes_to_the_transit_gateway_wait_for_the_attachment() -> None:
    (attachment,) = parts("AWS::EC2::TransitGatewayAttachment")
    waiting = [
        resource["DependsOn"]
        for resource in home().template["Resources"].values()
        if resource["Type"] == "AWS::EC2::Route" and "TransitGatewayId" in resource["Properties"]
    ]
    assert len(waiting) == 2 * len(ZONES) * len(PRIVATE_SPACE)
    assert all(attachment in names for names in waiting)


def test_the_firewalls_table_alone_leads_here() -> None:
    (attachment,) = parts("AWS::EC2::TransitGatewayAttachment")
    (way_out,) = parts("AWS::EC2::TransitGatewayRoute").values()
    assert way_out == {
        "DestinationCidrBlock": "0.0.0.0/0",
        "TransitGatewayAttachmentId": {"Ref": attachment},
        "TransitGatewayRouteTableId": {"Fn::ImportValue": transit_table_export("inspection")},
    }
    (table,) = parts("AWS::EC2::TransitGatewayRouteTableAssociation").values()
    assert table["TransitGatewayRouteTableId"] == {"Fn::ImportValue": transit_table_export("egress")}
    assert not parts("AWS::EC2::TransitGatewayRouteTablePropagation"), (
        "nothing has business with the NAT gateways' own addresses"
    )


def test_the_internet_cannot_start_a_connection() -> None:
    (exclusion,) = parts("AWS::EC2::VPCBlockPublicAccessExclusion").values()
    assert exclusion["InternetGatewayExclusionMode"] == "allow-egress"
    opened = [
        (entry["PortRange"]["From"], entry["PortRange"]["To"])
        for id, entry in parts("AWS::EC2::NetworkAclEntry").items()
        if "PublicAcl" in id and entry["CidrBlock"] == "0.0.0.0/0" and not entry["Egress"]
    ]
    assert set(opened) == {(1024, 3388), (3390, 65535)}


def test_partners_go_on_seeing_the_same_addresses() -> None:
    addresses = [r for r in home().template["Resources"].values() if r["Type"] == "AWS::EC2::EIP"]
    assert len(addresses) == len(ZONES)
    assert {(a["DeletionPolicy"], a["UpdateReplacePolicy"]) for a in addresses} == {("Retain", "Retain")}
    shown = [output["Value"] for output in home().template["Outputs"].values()]
    assert len(shown) == len(ZONES)


def test_each_nat_gateway_has_its_alarms_with_owner_severity_and_a_runbook_that_exists() -> None:
    alarms = parts("AWS::CloudWatch::Alarm").values()
    watched = {alarm["Dimensions"][0]["Value"]["Ref"] for alarm in alarms}
    assert watched == parts("AWS::EC2::NatGateway").keys()
    rows = policy_data("network/edge_alarms")
    assert len({alarm["AlarmName"] for alarm in alarms}) == len(ZONES) * len(rows["nat_gateway"])
    page = (POLICIES.parent / rows["runbooks"]).read_text(encoding="utf-8")
    for row in (*rows["nat_gateway"], *rows["web_acl"]):
        assert f"### {row['id']}\n" in page
    for alarm in alarms:
        assert {"Severity", "Owner", "Runbook"} <= {
            line.split(":")[0] for line in alarm["AlarmDescription"].splitlines()
        }
