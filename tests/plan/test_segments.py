"""Which accounts belong to which segment, and whose routes lead to whom."""

from __future__ import annotations

import pytest

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.load import parsed_manifest
from landing_zone.manifest.model import Manifest
from landing_zone.plan.segments import (
    HOSPITAL_ENTRIES,
    HUB_SEGMENTS,
    INTERNET,
    INTERNET_ENTRIES,
    OTHER_REGIONS,
    hospital_entries,
    internet_entries,
    reach,
    segment_of,
    segments,
    tables_with_a_route_to,
)
from tests.manifest.arrange import FILE, Json, text_of
from tests.plan.arrange import account, landing_zone

WORDS = {INTERNET, OTHER_REGIONS, HOSPITAL_ENTRIES, INTERNET_ENTRIES}
SPOKES = ("phi", "phi-nonproduction", "nonphi", "sandbox")


def manifest_of(content: Json) -> Manifest:
    return parsed_manifest(text_of(content), FILE).manifest


def segment(name: str, manifest: Manifest) -> str | None:
    return segment_of(next(a for a in tree.accounts(manifest) if a.name == name), manifest)


@pytest.mark.parametrize(
    ("ou", "data", "expected"),
    [
        ("phi/production", "phi", "phi"),
        ("phi/recovery", "phi", "phi"),
        ("phi/nonproduction", "synthetic", "phi-nonproduction"),
        ("nonphi", "none", "nonphi"),
        ("sandbox", "synthetic", "sandbox"),
        ("infrastructure", "none", "shared"),
        ("suspended", "none", None),
    ],
)
def test_a_segment_follows_from_the_ou_and_the_data(ou: str, data: str, expected: str | None) -> None:
    assert segment("a", manifest_of(landing_zone(account("a", ou=ou, data=data)))) == expected


def test_every_word_of_a_row_is_a_segment_or_one_that_routes_know() -> None:
    for name, reached in reach().items():
        assert set(reached) <= {*reach(), *WORDS}, name
    assert set(segments()) == {*reach(), *HUB_SEGMENTS}


def test_nobody_reaches_a_sandbox_and_a_sandbox_reaches_the_internet_alone() -> None:
    assert reach()["sandbox"] == (INTERNET,)
    assert not [name for name, reached in reach().items() if "sandbox" in reached]


def test_production_training_and_the_rest_do_not_reach_each_other() -> None:
    for one in SPOKES:
        assert not set(reach()[one]) & (set(SPOKES) - {one}), one


def test_the_other_regions_are_for_networks_with_phi_alone() -> None:
    assert [name for name, reached in reach().items() if OTHER_REGIONS in reached] == ["phi"]
    assert reach()["peering"] == ("phi",)


def test_answers_find_their_way_back() -> None:
    """Between segments of networks, whoever is reached reaches back; of entries the entry alone does."""
    for name, reached in reach().items():
        for other in set(reached) & set(reach()) - {"peering"}:
            back = reach()[other]
            entry = {"hybrid": HOSPITAL_ENTRIES, "ingress": INTERNET_ENTRIES}.get(other)
            assert name in back or entry in back or name == "peering", (name, other)


def clinical(**network: object) -> Json:
    content = landing_zone(
        account("chart", ou="phi/production", data="phi"),
        account("billing", ou="phi/production", data="phi"),
        account("portal", ou="phi/production", data="phi"),
        zones={
            "ehr": {"kind": "ehr", "accounts": ["chart"]},
            "portal": {"kind": "telehealth", "accounts": ["portal"], "internet": True},
        },
    )
    content["network"].update(network)
    return content


def test_hospitals_reach_clinical_zones_or_the_accounts_that_are_named_or_all_with_phi() -> None:
    assert hospital_entries(manifest_of(clinical())) == {"chart"}
    assert hospital_entries(manifest_of(clinical(hospital_entries=["billing"]))) == {"billing"}
    assert hospital_entries(manifest_of(clinical(hospital_entries=[]))) == frozenset()
    without_zones = landing_zone(account("chart", ou="phi/production", data="phi"), account("web"))
    assert hospital_entries(manifest_of(without_zones)) == {"chart"}


def test_the_internet_reaches_zones_that_are_open_to_it_and_only_through_an_ingress_network() -> None:
    assert internet_entries(manifest_of(clinical())) == frozenset()
    assert internet_entries(manifest_of(clinical(hub={"public_ingress": True}))) == {"portal"}


def test_tables_lead_to_an_account_if_they_reach_its_segment_or_it_is_an_entry() -> None:
    manifest = manifest_of(clinical(hub={"public_ingress": True}))
    tables = {a.name: tables_with_a_route_to(a, manifest) for a in manifest.accounts}
    assert tables["billing"] == ("peering", "phi", "shared")
    assert tables["chart"] == ("hybrid", "peering", "phi", "shared")
    assert tables["portal"] == ("ingress", "peering", "phi", "shared")
