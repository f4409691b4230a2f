"""Why a network's association must be as it is; the snapshot shows what it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion

from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.plan.names import INSPECTION_ATTACHMENT_EXPORT, transit_table_export
from tests.arrangement import clinic
from tests.stacks.arrange import built, deployments_of, open_findings, resources
from tests.template_snapshots import TemplateSnapshots

pytestmark = pytest.mark.cdk


@pytest.fixture(scope="module")
def variants() -> Mapping[str, SynthesizedVariant]:
    """By account, at home."""
    manifest = clinic()
    manifest["accounts"].append({"name": "toys", "ou": "sandbox", "owner": "science", "data": "synthetic"})
    deployments = [d for d in deployments_of("network_association", manifest) if d.environment.region == "us-east-1"]
    found = built([*{d.variant.id: d.variant for d in deployments}.values()])
    return {d.name.partition("us-east-1-")[2]: found[d.variant.id] for d in deployments}


@pytest.fixture(scope="module")
def production(variants: Mapping[str, SynthesizedVariant]) -> dict[str, Any]:
    return dict(variants["ehr-production"].template)


def table(segment: str) -> dict[str, str]:
    return {"Fn::ImportValue": transit_table_export(segment)}


def test_the_template_is_this(production: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    assert production == snapshot(extension_class=TemplateSnapshots)


def test_nothing_is_left_open(variants: Mapping[str, SynthesizedVariant]) -> None:
    for name, variant in variants.items():
        assert open_findings(variant) == [], name


def test_a_network_joins_its_own_segments_table_and_no_other(variants: Mapping[str, SynthesizedVariant]) -> None:
    for name, segment in {"ehr-production": "phi", "ehr-training": "phi-nonproduction", "toys": "sandbox"}.items():
        (association,) = resources(variants[name].template, "AWS::EC2::TransitGatewayRouteTableAssociation").values()
        assert association["TransitGatewayRouteTableId"] == table(segment)
        assert association["TransitGatewayAttachmentId"] == {"Ref": "AttachmentId"}


def test_its_addresses_are_learned_by_the_table_behind_the_firewall_alone(
    variants: Mapping[str, SynthesizedVariant],
) -> None:
    for name, variant in variants.items():
        (learned,) = resources(variant.template, "AWS::EC2::TransitGatewayRouteTablePropagation").values()
        assert learned["TransitGatewayRouteTableId"] == table("inspection"), name


def test_whoever_may_reach_it_is_sent_to_the_firewall_first(production: dict[str, Any]) -> None:
    routes = list(resources(production, "AWS::EC2::TransitGatewayRoute").values())
    leads = [route["TransitGatewayRouteTableId"]["Fn::ImportValue"] for route in routes]
    assert leads == [transit_table_export(segment) for segment in ("hybrid", "peering", "phi", "shared")]
    for route in routes:
        assert route["DestinationCidrBlock"] == {"Ref": "NetworkCidr"}
        assert route["TransitGatewayAttachmentId"] == {"Fn::ImportValue": INSPECTION_ATTACHMENT_EXPORT}


def test_no_table_leads_to_a_sandbox(variants: Mapping[str, SynthesizedVariant]) -> None:
    assert resources(variants["toys"].template, "AWS::EC2::TransitGatewayRoute") == {}


def test_nobody_is_led_to_a_network_that_is_not_bound_to_its_segment_yet(production: dict[str, Any]) -> None:
    (association,) = resources(production, "AWS::EC2::TransitGatewayRouteTableAssociation")
    (propagation,) = resources(production, "AWS::EC2::TransitGatewayRouteTablePropagation")
    assert association in production["Resources"][propagation]["DependsOn"]
    routes = [row for row in production["Resources"].values() if row["Type"] == "AWS::EC2::TransitGatewayRoute"]
    assert routes
    assert all(propagation in route["DependsOn"] for route in routes)
