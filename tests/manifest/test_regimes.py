"""Regimes narrow where data may lie and lengthen how long records are kept."""

from __future__ import annotations

import pytest

from landing_zone.manifest.load import parsed_manifest
from landing_zone.manifest.regimes import Clock, regimes, regimes_of
from tests.manifest.arrange import assert_only_fault_at, clinic, faults_of, text_of

ABROAD = {"home": "us-east-1", "recovery": "ca-central-1"}
POOLS = {"pools": {"us-east-1": "10.0.0.0/12", "ca-central-1": "10.16.0.0/12"}}


def test_a_regime_that_does_not_exist_is_a_fault_with_the_nearest_spelling() -> None:
    manifest = clinic(regimes=["part-2", "hipaa_proposed_2025"])
    assert_only_fault_at(manifest, ("regimes", 1), "unknown regime", "did you mean 'hipaa-proposed-2025'?")


def test_a_regime_is_given_once() -> None:
    assert_only_fault_at(clinic(regimes=["part-2", "part-2"]), ("regimes", 1), "is already given on line")


def test_a_region_must_lie_inside_every_regime_whatever_the_residency_profile() -> None:
    given = {"regions": ABROAD, "network": POOLS, "residency": {"profile": "us-canada"}}
    assert faults_of(clinic(**given, regimes=["florida-ehr"])) == []
    place = ("regions", "recovery")
    fault = assert_only_fault_at(clinic(**given, regimes=["texas-sb1188"]), place, "outside what regime 'texas-sb1188'")
    assert "transfers" not in fault.hint


def test_a_transfer_needs_a_basis_where_the_regime_admits_one() -> None:
    assert [fault.key for fault in faults_of(clinic(regimes=["gdpr"]))] == ["regions.home", "regions.recovery"]
    assert all("residency.transfers" in fault.hint for fault in faults_of(clinic(regimes=["gdpr"])))
    assert faults_of(clinic(regimes=["gdpr"], residency={"transfers": "Standard clauses and an assessment"})) == []


def test_a_basis_for_transfers_does_not_help_where_the_regime_admits_none() -> None:
    manifest = clinic(
        regions=ABROAD,
        network=POOLS,
        residency={"profile": "us-canada", "transfers": "Standard clauses and an assessment"},
        regimes=["texas-sb1188"],
    )
    assert_only_fault_at(manifest, ("regions", "recovery"), "outside what regime 'texas-sb1188' allows")


def test_a_regime_lengthens_retention_and_a_reason_answers_it() -> None:
    regime = ["medicare-contracts"]
    assert_only_fault_at(clinic(regimes=regime), ("regimes", 0), "asks 10 years", "Medicare Advantage")
    given = clinic(regimes=regime, retention={"default": 9})
    assert_only_fault_at(given, ("retention", "default"), "9 years is less than 10", "Medicare Advantage")
    assert faults_of(clinic(regimes=regime, retention={"default": 10})) == []
    assert faults_of(clinic(regimes=regime, retention={"reason": "The contract's plan keeps its own copy"})) == []


def test_a_kind_that_a_regime_does_not_ask_more_of_keeps_the_six_years_of_hipaa() -> None:
    manifest = clinic(regimes=["new-york-dfs-500", "hitrust"], retention={"default": 6, "audit_trail": 5})
    assert_only_fault_at(manifest, ("retention", "audit_trail"), "5 years is less than 6", "164.316(b)(2)(i)")


def test_hipaa_applies_always_and_once() -> None:
    for named in ([], ["hipaa"], ["hipaa", "part-2"]):
        manifest = parsed_manifest(text_of(clinic(regimes=named)), "m.yaml").manifest
        assert [regime.id for regime in regimes_of(manifest)] == ["hipaa", *(id for id in named if id != "hipaa")]


@pytest.mark.parametrize(
    ("clock", "limit"),
    [
        ({"hours": 72}, "72 hours"),
        ({"days": 60}, "60 days"),
        ({"business_days": 15}, "15 business days"),
        ({"within": "without undue delay"}, "without undue delay"),
    ],
)
def test_a_clock_says_its_limit_in_words(clock: dict[str, object], limit: str) -> None:
    assert Clock.model_validate({"notify": "x", "counted_from": "y", "basis": "z", **clock}).limit == limit


def test_the_known_clocks_are_there() -> None:
    clocks = {(id, clock.limit) for id, regime in regimes().items() for clock in regime.clocks}
    assert clocks >= {("hipaa", "60 days"), ("new-york-hospitals", "72 hours"), ("california", "15 business days")}
    assert clocks >= {("gdpr", "72 hours"), ("new-york-shield", "30 days"), ("medicare-contracts", "24 hours")}
