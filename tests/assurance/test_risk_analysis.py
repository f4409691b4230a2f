"""The risk-analysis worksheet: threats as data, assets of manifest and inventory, answers and what is left of them."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import pytest

from landing_zone.assurance.catalogue import specifications
from landing_zone.assurance.controls import controls
from landing_zone.assurance.inventory.table import inventory_table
from landing_zone.assurance.risk_analysis import remarks, risk_document
from landing_zone.assurance.threats import Threat, level_of_risk, levels, threats
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.organization import Account
from landing_zone.policy_data import policy_data
from tests.arrangement import Json
from tests.assurance.arrange_manifest import HOSTILE, clinic_with

TODAY = date(2026, 11, 23)
GROUP = "phi/production.phi.warm-standby"
ROW = f"workload.{GROUP}.ransomware"
by_id = pytest.mark.parametrize("threat", threats().threats, ids=[threat.id for threat in threats().threats])


def answer(**fields: Any) -> Json:
    return {
        "likelihood": "moderate",
        "impact": "very-high",
        "treatment": "mitigate",
        "owner": "Security Office",
        "date": "2026-10-01",
        **fields,
    }


def inventory(*stores: str, accounts: tuple[str, ...] = ("ehr-production",)) -> Json:
    """An inventory with these kinds of stores and a key of the domain `data` in these accounts."""
    return {
        "scopes": [{"id": "a", "accounts": list(accounts)}],
        "rows": [{"kind": "store", "what": what, "scopes": ["a"]} for what in stores],
        "keys": [{"domain": "data", "role": "data_keys", "scopes": ["a"]}],
    }


def worksheet(manifest: Manifest, document: Json | None = None, **statuses: str) -> dict[str, Any]:
    return risk_document(manifest, document, statuses, TODAY)


def row_of(manifest: Manifest, id: str) -> dict[str, Any]:
    (row,) = [row for row in worksheet(manifest)["rows"] if row["id"] == id]
    found: dict[str, Any] = row
    return found


@by_id
def test_a_threat_names_controls_citations_and_stores_that_exist(threat: Threat) -> None:
    assert set(threat.controls) <= set(controls())
    assert set(threat.citations) <= set(specifications())
    assert set(threat.stores) <= {entry.what for entry in inventory_table().entries}


def test_threats_are_told_apart_by_id_and_every_kind_of_asset_has_one() -> None:
    ids = [threat.id for threat in threats().threats]
    assert len(ids) == len(set(ids))
    assert not any("." in id for id in ids)
    assert {kind for threat in threats().threats for kind in threat.assets} == set(threats().kinds)


def test_the_matrix_is_that_of_table_i_2() -> None:
    assert levels() == ("very-low", "low", "moderate", "high", "very-high")
    rows = ["".join(level_of_risk(likelihood, impact)[0] for impact in levels()) for likelihood in reversed(levels())]
    assert [level_of_risk("low", impact) for impact in levels()] == ["very-low", "low", "low", "low", "moderate"]
    assert level_of_risk("very-high", "very-low") == level_of_risk("very-low", "moderate") == "very-low"
    assert rows == ["vlmhv", "vlmhv", "vlmmh", "vlllm", "vvvll"]


def test_a_level_never_falls_when_likelihood_or_impact_rises() -> None:
    rank = {level: place for place, level in enumerate(levels())}
    table = [[rank[level_of_risk(likelihood, impact)] for impact in levels()] for likelihood in levels()]
    assert all(row == sorted(row) for row in (*table, *(list(column) for column in zip(*table, strict=True))))


def test_the_data_says_what_it_rests_on() -> None:
    for name in ("risk/threats", "risk/levels"):
        assert policy_data(name)["basis"]
        assert policy_data(name)["as_of"]


def test_a_row_that_nobody_answered_is_open() -> None:
    row = row_of(clinic_with(), ROW)
    assert (row["state"], row["likelihood"], row["level"], row["treatment"]) == ("unanswered", None, None, None)


def test_an_answer_gives_its_row_a_level() -> None:
    row = row_of(clinic_with(risk_analysis={ROW: answer(residual="low")}), ROW)
    assert (row["state"], row["level"], row["residual"], row["owner"]) == ("answered", "high", "low", "Security Office")


def test_an_answer_is_stale_after_365_days() -> None:
    for day, state in (("2025-11-23", "answered"), ("2025-11-22", "stale")):
        assert row_of(clinic_with(risk_analysis={ROW: answer(date=day)}), ROW)["state"] == state


def test_an_account_that_joined_the_group_later_is_not_answered() -> None:
    manifest = clinic_with(risk_analysis={ROW: answer(accounts=["ehr-production"])})
    assert row_of(manifest, ROW)["state"] == "answered"
    joined = manifest.accounts[0].model_copy(update={"name": "pharmacy"})
    row = row_of(manifest.model_copy(update={"accounts": (*manifest.accounts, joined)}), ROW)
    assert (row["state"], row["accounts_not_answered"]) == ("partly answered", ["pharmacy"])


def test_an_answer_without_a_row_is_kept_and_listed() -> None:
    document = worksheet(clinic_with(risk_analysis={"workload.phi/old.phi.none.ransomware": answer()}))
    assert [row["id"] for row in document["orphaned"]] == ["workload.phi/old.phi.none.ransomware"]
    assert document["totals"]["orphaned"] == 1


def test_validate_names_orphaned_and_stale_answers_and_no_row_of_a_key() -> None:
    manifest = clinic_with(
        risk_analysis={
            ROW.replace("ransomware", "ransomwear"): answer(),
            ROW: answer(date="2025-11-22"),
            "key.data.key-loss": answer(),
        }
    )
    orphaned, stale = remarks(manifest, TODAY)
    assert (orphaned.at_key, orphaned.hint) == (True, f"did you mean '{ROW}'?")
    assert "listed as orphaned" in orphaned.message
    assert (stale.path, stale.message) == (
        ("risk_analysis", ROW, "date"),
        "the answer is 366 days old; look at it again",
    )


def test_threats_to_phi_are_asked_of_phi_and_spills_of_the_rest() -> None:
    ids = {row["id"] for row in worksheet(clinic_with())["rows"]}
    training = "workload.phi/nonproduction.synthetic.none"
    assert f"workload.{GROUP}.curiosity" in ids
    assert f"{training}.curiosity" not in ids
    assert f"{training}.phi-in-the-wrong-place" in ids
    assert f"workload.{GROUP}.phi-in-the-wrong-place" not in ids


def test_stores_are_those_that_the_inventory_finds() -> None:
    document = worksheet(clinic_with(), inventory("object store", "backups"))
    stores = [asset for asset in document["assets"] if asset["kind"] == "stores"]
    assert [(asset["id"], asset["stores"]) for asset in stores] == [(f"stores.{GROUP}", ["backups", "object store"])]
    asked = {row["threat"] for row in document["rows"] if row["asset"] == f"stores.{GROUP}"}
    assert "unusable-backup" in asked
    assert "log-tampering" not in asked


def test_keys_links_identities_and_associates_are_assets() -> None:
    hybrid = [{"name": "north", "kind": "direct-connect", "ranges": ["172.16.0.0/16"]}]
    manifest = clinic_with(
        agreements=[{"party": "courier", "signed": "2025-01-01", "covers": ["phi"]}],
        identity={"assignments": [{"group": "Auditors", "permission_set": "security-auditor", "ou": "phi"}]},
        network={"pools": {"us-east-1": "10.0.0.0/12", "us-west-2": "10.16.0.0/12"}, "hybrid": hybrid},
    )
    found = {asset["id"] for asset in worksheet(manifest, inventory())["assets"]}
    assert found >= {
        "key.data",
        "link.north",
        "identity.security-auditor",
        "associate.courier",
        "hub.us-east-1",
        "emergency.break-glass",
        "pipeline.shared-services",
        "core.management",
        f"network.{GROUP}",
    }


def test_controls_stand_with_their_status_or_as_not_evaluated() -> None:
    document = worksheet(clinic_with(), None, **{"LZ-BCK-03": "proved"})
    statuses = {one["id"]: one["status"] for threat in document["threats"] for one in threat["controls"]}
    assert (statuses["LZ-BCK-03"], statuses["LZ-BCK-01"]) == ("proved", "not evaluated")


def test_the_totals_add_up() -> None:
    document = worksheet(clinic_with(risk_analysis={ROW: answer()}), inventory("log group"))
    totals = document["totals"]
    assert totals["rows"] == len(document["rows"]) == len({row["id"] for row in document["rows"]})
    states = ("unanswered", "partly_answered", "stale", "answered")
    assert sum(totals[state] for state in states) == totals["rows"]
    assert totals["by_level"] == {"high": 1}


def test_800_accounts_stay_below_3000_rows_and_a_second_run_is_equal() -> None:
    tiers = ("none", "backup-restore", "pilot-light", "warm-standby", "active-active")
    small = clinic_with()
    accounts = tuple(
        Account.model_validate(
            {
                "name": f"application-{number}",
                "ou": "phi/production" if number % 2 else "nonphi",
                "owner": f"team-{number}",
                "data": "phi" if number % 2 else "deidentified",
                "recovery": tiers[number % 5],
            }
        )
        for number in range(800)
    )
    manifest = small.model_copy(update={"accounts": accounts})
    document = inventory("log group", "backups", "object store", accounts=tuple(account.name for account in accounts))
    first = worksheet(manifest, document)
    assert first["totals"]["rows"] < 3000
    assert {name for asset in first["assets"] for name in asset["accounts"]} >= {account.name for account in accounts}
    assert first == worksheet(manifest, document)


def test_hostile_texts_come_through_and_their_ids_stay_plain() -> None:
    twins = [{"party": party, "signed": "2025-01-01"} for party in (HOSTILE, HOSTILE.replace("x", "X"))]
    document = json.loads(json.dumps(worksheet(clinic_with(agreements=twins))))
    parties = {asset["title"]: asset["id"] for asset in document["assets"] if asset["kind"] == "associate"}
    assert set(parties) == {twin["party"] for twin in twins}
    assert len(set(parties.values())) == 2
    assert all(id.removeprefix("associate.").replace("-", "").isalnum() for id in parties.values())
