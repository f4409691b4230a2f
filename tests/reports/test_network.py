"""Proofs and maps beside an assembly: kept by what they were made from, never taken from anything else."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from landing_zone.assembly.synthesis import Checked
from landing_zone.reports import network
from landing_zone.reports.beside import reports_beside
from landing_zone.reports.network import ORGANIZATION_MAP, PROOFS_JSON, network_report
from tests.proof.network.templates import subnet, vpc
from tests.reports.arrange import checked

RESOURCES = {"Vpc": vpc(segment="phi"), "A": subnet("10.0.0.0/24")}
"""What every stack of the clinic is made of here."""


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Checked:
    return checked(tmp_path_factory.mktemp("clinic"), RESOURCES)


@pytest.fixture
def kept(clinic: Checked, tmp_path: Path) -> Path:
    network_report(clinic, tmp_path)
    (entry,) = tmp_path.glob("network-*.json")
    return entry


def test_the_report_from_the_cache_is_the_one_without(
    clinic: Checked, kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh = network_report(clinic, tmp_path / "other")
    monkeypatch.delattr(network, "read_network")  # what is not in the cache cannot be made
    again = network_report(clinic, kept.parent)
    assert (again.proofs, list(again.maps.items())) == (fresh.proofs, list(fresh.maps.items()))
    assert json.dumps(again.proofs) == json.dumps(fresh.proofs)
    assert fresh.proofs["network"]["vpcs"] > 1


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text.replace('"PROVED"', '"REFUTED"'),
        lambda text: text[: len(text) // 2],
        lambda _: "",
        lambda _: sha256(b"[]").hexdigest() + "\n[]",
        lambda _: sha256(b'{"proofs": {}}').hexdigest() + '\n{"proofs": {}}',
    ],
    ids=["changed", "cut", "empty", "another shape", "a part missing"],
)
def test_a_damaged_entry_is_a_miss_and_is_mended(clinic: Checked, kept: Path, damage: object) -> None:
    assert callable(damage)
    whole = kept.read_text(encoding="utf-8")
    kept.write_text(damage(whole), encoding="utf-8")
    assert kept.read_text(encoding="utf-8") != whole
    found = network_report(clinic, kept.parent)
    assert json.dumps(vars(found)) == whole.partition("\n")[2]
    assert kept.read_text(encoding="utf-8") == whole


def test_a_folder_that_cannot_be_written_means_no_cache(clinic: Checked, kept: Path) -> None:
    assert network_report(clinic, kept / "below-a-file").proofs["results"]


def test_other_templates_of_the_same_manifest_are_proved_anew(clinic: Checked, kept: Path) -> None:
    variants = {
        id: replace(variant, template={**variant.template, "Resources": {}}) for id, variant in clinic.variants.items()
    }
    other = network_report(replace(clinic, variants=variants), kept.parent)  # as another version of the CDK would
    assert other.proofs["network"]["vpcs"] == 0


def test_the_summary_page_holds_the_map_and_every_theorem(
    clinic: Checked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HLZ_CACHE_DIR", str(tmp_path))
    beside = reports_beside(clinic)
    page, proofs = beside["summary.html"], json.loads(beside[PROOFS_JSON])
    assert beside[ORGANIZATION_MAP] in page
    assert len(proofs["results"]) > 5
    for row in proofs["results"]:
        assert f"<td>{row['verdict']}</td><td><strong>{row['id']}</strong>" in page
