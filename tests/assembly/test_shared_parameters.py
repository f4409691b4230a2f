"""From the health system's plan to its templates: what one account makes, the next reads, in the right order."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from landing_zone.assembly.fan_out import write_assembly
from landing_zone.assembly.render import reading_parameter
from landing_zone.manifest.load import load_manifest
from landing_zone.plan.lock import read_lock
from landing_zone.plan.make import make_plan
from landing_zone.plan.model import Plan
from landing_zone.plan.names import ATTACHMENT_PARAMETER, TRANSIT_GATEWAY_PARAMETER
from tests.arrangement import ROOT
from tests.stacks.arrange import built

pytestmark = pytest.mark.cdk

NETWORK = "hlz-workload-network-interface-engine-{}"
ASSOCIATION = "hlz-network-association-network-{}-interface-engine"
EAST, WEST = "us-east-1", "us-west-2"
READ = "AWS::SSM::Parameter::Value<String>"


@pytest.fixture(scope="module")
def plan() -> Plan:
    """One account's networks in both Regions and their associations."""
    manifest = ROOT / "examples" / "regional-health-system.yaml"
    names = {name.format(region) for name in (NETWORK, ASSOCIATION) for region in (EAST, WEST)}
    found = make_plan(load_manifest(manifest), read_lock(manifest)).plan.deployments
    return Plan(
        tuple(
            replace(d, depends_on=tuple(target for target in d.depends_on if target in names))
            for d in found
            if d.name in names
        )
    )


@pytest.fixture(scope="module")
def assembly(plan: Plan, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("assembly")
    assert write_assembly(folder, plan, built(plan.variants), {}).deployments == 4
    return folder


def artifact(assembly: Path, name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((assembly / "manifest.json").read_bytes())["artifacts"][name]
    return found


def template(assembly: Path, name: str) -> dict[str, Any]:
    file = artifact(assembly, name)["properties"]["templateFile"]
    document: dict[str, Any] = json.loads((assembly / file).read_bytes())
    return document


def references(part: Any) -> Iterator[str]:
    """Names in every `Ref`, wherever it stands."""
    if isinstance(part, list):
        for entry in part:
            yield from references(entry)
    elif isinstance(part, Mapping):
        if part.keys() == {"Ref"}:
            yield part["Ref"]
        for entry in part.values():
            yield from references(entry)


def account_of(plan: Plan, name: str) -> str | None:
    return next(d.account_id for d in plan.deployments if d.name == name)


@pytest.mark.parametrize("region", [EAST, WEST])
def test_a_network_reads_the_gateway_of_its_region_from_the_network_account(
    assembly: Path, plan: Plan, region: str
) -> None:
    document = template(assembly, NETWORK.format(region))
    owner = account_of(plan, ASSOCIATION.format(region))
    arn = f"arn:aws:ssm:{region}:{owner}:parameter{TRANSIT_GATEWAY_PARAMETER}"
    name = reading_parameter("TransitGatewayId", arn)
    assert document["Parameters"][name] == {"Type": READ, "Default": arn}
    (attachment,) = (
        row["Properties"] for row in document["Resources"].values() if row["Type"].endswith("TransitGatewayAttachment")
    )
    assert attachment["TransitGatewayId"] == {"Ref": name}


@pytest.mark.parametrize("region", [EAST, WEST])
def test_an_association_reads_the_parameter_that_the_network_publishes(assembly: Path, plan: Plan, region: str) -> None:
    network = template(assembly, NETWORK.format(region))
    (published,) = (row["Properties"] for row in network["Resources"].values() if row["Type"] == "AWS::SSM::Parameter")
    assert published["Name"] == ATTACHMENT_PARAMETER
    owner = account_of(plan, NETWORK.format(region))
    arn = f"arn:aws:ssm:{region}:{owner}:parameter{published['Name']}"
    association = template(assembly, ASSOCIATION.format(region))
    assert association["Parameters"][reading_parameter("AttachmentId", arn)]["Default"] == arn
    (share,) = (row["Properties"] for row in network["Resources"].values() if row["Type"] == "AWS::RAM::ResourceShare")
    assert share["Principals"] == [account_of(plan, ASSOCIATION.format(region))]


def test_every_reference_finds_its_parameter_or_resource(assembly: Path, plan: Plan) -> None:
    for deployment in plan.deployments:
        document = template(assembly, deployment.name)
        known = {*document["Parameters"], *document["Resources"]}
        found = {name for name in references(document) if not name.startswith("AWS::")}
        assert found <= known, deployment.name
        assert {entry["Type"] for entry in document["Parameters"].values()} == {READ}
        assert set(document["Parameters"]) <= found, "a parameter that nothing reads"


def test_an_association_is_deployed_after_the_network(assembly: Path) -> None:
    for region in (EAST, WEST):
        assert artifact(assembly, ASSOCIATION.format(region))["dependencies"] == [NETWORK.format(region)]
