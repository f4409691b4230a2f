"""Made-up ids: whatever is known stays, no two are the same, and none reaches the lock file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from landing_zone.manifest.load import LoadedManifest, parsed_manifest
from landing_zone.plan.assumed import ORGANIZATION, with_assumed_ids
from landing_zone.plan.lock import Lock, LockedAccount, LockedOrganization, LockedTransit, lock_path, read_lock
from landing_zone.plan.make import make_plan
from landing_zone.reports.network import assumed
from tests.arrangement import ROOT
from tests.manifest.arrange import clinic, text_of
from tests.plan.arrange import locked

EAST, WEST = "us-east-1", "us-west-2"
KNOWN = "tgw-attach-0abc1234567890abc"
HOSPITAL = ROOT / "examples" / "regional-health-system.yaml"


@pytest.fixture(scope="module")
def hospital() -> LoadedManifest:
    return parsed_manifest(HOSPITAL.read_text(encoding="utf-8"), str(HOSPITAL))


def small() -> LoadedManifest:
    return parsed_manifest(text_of(clinic()), "clinic.yaml")


def test_nothing_known_is_changed() -> None:
    known = Lock(
        organization=LockedOrganization(id="o-a1b2c3d4e5", root="r-ab12"),
        accounts={"network": LockedAccount(id="000000000001", adopted=True), "left": LockedAccount(id="000000000002")},
        transit={
            EAST: LockedTransit(
                gateway="tgw-0abc1234567890abc", attachments={"old-site": "tgw-attach-0abc1234567890abc"}
            ),
            "eu-west-1": LockedTransit(gateway="tgw-0def5678901234567"),
        },
    )
    found = with_assumed_ids(known, small().manifest)
    assert found.organization == known.organization
    assert {name: found.accounts[name] for name in known.accounts} == dict(known.accounts)
    assert found.transit[EAST].gateway == "tgw-0abc1234567890abc"
    assert found.transit[EAST].attachments["old-site"] == "tgw-attach-0abc1234567890abc"
    assert found.transit["eu-west-1"] == known.transit["eu-west-1"]  # a hub that is switched off may still stand there
    assert found.networks == known.networks


def test_every_id_is_one_of_a_kind(hospital: LoadedManifest) -> None:
    found = with_assumed_ids(Lock(accounts={"network": LockedAccount(id="000000000001")}), hospital.manifest)
    accounts = Counter(account.id for account in found.accounts.values())
    assert max(accounts.values()) == 1
    assert found.organization.id == ORGANIZATION
    gateways = [transit.gateway for transit in found.transit.values()]
    assert len(gateways) == len(set(gateways)) >= 2
    regions = set(found.transit)
    links = [
        id for transit in found.transit.values() for name, id in transit.attachments.items() if name not in regions
    ]
    peerings = {id for transit in found.transit.values() for name, id in transit.attachments.items() if name in regions}
    assert len(links) == len(set(links)) >= 2
    assert peerings
    assert not peerings & set(links)


def test_with_them_nothing_is_withheld_for_want_of_a_transit_id(hospital: LoadedManifest) -> None:
    plan = make_plan(hospital, assumed(hospital, locked(make_plan(hospital, locked(Lock())).lock))).plan
    assert [name for name in plan.withheld if name.startswith(("hlz-network", "hlz-workload"))] == []


@pytest.mark.parametrize("known", [{}, {EAST: {WEST: KNOWN}}, {WEST: {EAST: KNOWN}}])
def test_a_peering_has_one_id_on_both_of_its_ends(known: dict[str, dict[str, str]]) -> None:
    transit = {region: LockedTransit(attachments=attachments) for region, attachments in known.items()}
    found = with_assumed_ids(Lock(transit=transit), small().manifest).transit
    assert found[EAST].attachments[WEST] == found[WEST].attachments[EAST]
    if known:
        assert found[EAST].attachments[WEST] == KNOWN


def test_they_are_never_written(tmp_path: Path) -> None:
    manifest = tmp_path / "landing-zone.yaml"
    manifest.write_text(text_of(clinic()), encoding="utf-8")
    loaded, before = small(), read_lock(manifest)
    assumed(loaded, before)
    assert not lock_path(manifest).exists()
    planned = make_plan(loaded, before)
    assert (planned.lock.accounts, planned.lock.transit, planned.lock.organization.id) == ({}, {}, None)
