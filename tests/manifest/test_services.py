"""A Region has the services that the manifest asks for; what is on by default is left out where it does not exist."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from landing_zone.manifest.regions import regions
from landing_zone.manifest.services import services
from tests.manifest.arrange import Json, clinic, faults_of, hlz, text_of


def landing_zone(home: str, recovery: str, **sections: Any) -> Json:
    pools = {home: "10.0.0.0/12", recovery: "10.16.0.0/12"}
    return clinic(
        regions={"home": home, "recovery": recovery},
        residency={"profile": "unrestricted"},
        network={"pools": pools},
        **sections,
    )


def test_the_table_agrees_with_the_registries_of_the_regions() -> None:
    types = {code: set(PROVIDER_SCHEMA_MANAGER.get_resource_types(code)) for code in regions()}
    assert {service.name: service.absent for service in services()} == {
        service.name: tuple(code for code in regions() if service.type not in types[code]) for service in services()
    }


@pytest.mark.parametrize("key", ["home", "recovery"])
def test_a_service_that_is_asked_for_and_absent_is_a_fault_at_the_region(key: str) -> None:
    chosen = {"home": "ca-central-1", "recovery": "us-east-1"} | {key: "ca-west-1"}
    (fault,) = faults_of(landing_zone(**chosen, detection={"macie": True}))
    assert fault.key == f"regions.{key}"
    assert "'ca-west-1' has no Amazon Macie, which detection.macie needs; available: us-east-1" in fault.message
    assert "ca-west-1" not in fault.message.partition("available:")[2]


@pytest.mark.parametrize(("recovery", "faults"), [("none", 0), ("backup-restore", 1), ("warm-standby", 1)])
def test_a_zone_needs_its_service_where_it_recovers(recovery: str, faults: int) -> None:
    manifest = landing_zone("us-east-1", "ca-west-1", zones={"fhir": {"kind": "fhir", "accounts": ["ehr-production"]}})
    manifest["accounts"][0]["recovery"] = recovery
    found = faults_of(manifest)
    assert [fault.key for fault in found] == ["regions.recovery"] * faults
    assert all("AWS HealthLake, which zone 'fhir' needs" in fault.message for fault in found)


def test_a_zone_that_works_in_one_region_needs_its_service_there_alone() -> None:
    manifest = landing_zone("ca-west-1", "us-east-1", zones={"fhir": {"kind": "fhir", "accounts": ["ehr-production"]}})
    manifest["accounts"][0] |= {"recovery": "none", "regions": ["us-east-1"]}
    assert faults_of(manifest) == []


def test_a_service_that_is_on_by_default_is_left_out_with_a_warning(tmp_path: Path) -> None:
    path = tmp_path / "landing-zone.yaml"
    path.write_text(text_of(landing_zone("ca-central-1", "ca-west-1")))
    ended = hlz("validate", "-m", path)
    assert ended.code == 0
    assert "warning: Amazon Macie does not exist in ca-west-1; it is left out there" in ended.out
