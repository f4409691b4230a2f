"""The library serves the theorems: by controls that exist, and none of its kind is left out."""

from __future__ import annotations

from landing_zone.assurance.controls import controls
from landing_zone.guardrails.sources import load_guardrails
from landing_zone.policy_data import policy_data

THEOREMS = {row["id"]: row for row in policy_data("invariants/theorems")["invariants"]}
OF_NETWORKS = {row["id"] for row in policy_data("invariants/network")["theorems"]}
BY_POLICIES = {id for id, row in THEOREMS.items() if "scp" in row["basis"] or "rcp" in row["basis"]}


def test_there_are_thirty_theorems_with_citation_and_basis() -> None:
    assert len(THEOREMS) == 30
    assert all(row["citations"] and row["basis"] and row["theorem"] and row["who"] for row in THEOREMS.values())
    assert policy_data("invariants/theorems")["as_of"]


def test_guardrails_serve_theorems_and_controls_that_exist() -> None:
    for sourced in load_guardrails():
        assert set(sourced.guardrail.invariants) <= THEOREMS.keys(), sourced.guardrail.id
        assert sourced.guardrail.control in controls(), sourced.guardrail.id


def test_controls_name_guardrails_and_theorems_that_exist() -> None:
    ids = {sourced.guardrail.id for sourced in load_guardrails()}
    for control in controls().values():
        assert set(control.enforced_by.guardrails) <= ids, control.id
        assert set(control.enforced_by.invariants) <= THEOREMS.keys() | OF_NETWORKS, control.id


def test_every_guardrail_is_named_by_its_control() -> None:
    for sourced in load_guardrails():
        named = controls()[sourced.guardrail.control].enforced_by.guardrails
        assert sourced.guardrail.id in named, sourced.guardrail.id


def test_every_theorem_that_rests_on_policies_is_served_by_a_guardrail() -> None:
    served = {id for sourced in load_guardrails() for id in sourced.guardrail.invariants}
    assert BY_POLICIES - served == set()
