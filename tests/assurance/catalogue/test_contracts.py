"""Contracts of the catalogue: nothing dangles, nothing is unmapped, and nothing claims more than it rests on."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from landing_zone.action_catalogue import actions
from landing_zone.assurance.catalogue import (
    artifacts,
    citing,
    config_rules,
    left_out,
    proposed,
    regimes,
    specifications,
)
from landing_zone.assurance.controls import controls
from landing_zone.assurance.library import ALL
from landing_zone.assurance.nag import nag_rules
from landing_zone.manifest.regions import residency_profiles
from landing_zone.policy_data import POLICIES, policy_data
from tests.assurance.test_catalogue import snapshot_types

CLEARINGHOUSE = "164.308(a)(4)(ii)(A)"
GROUP_HEALTH_PLAN = "164.314(b)"
UNSEEN = {"EC2_RESOURCES_PROTECTED_BY_BACKUP_PLAN", "S3_EVENT_NOTIFICATIONS_ENABLED"}
"""Rules of the pack that a template could show and no rule looks for yet; shrinks, never grows."""


def texts(folder: str) -> Iterator[str]:
    for path in sorted((POLICIES / folder).glob("*.yaml")):
        yield from _texts_in(yaml.safe_load(path.read_text(encoding="utf-8")))


def _texts_in(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        for entry in part.values():
            yield from _texts_in(entry)
    elif isinstance(part, list):
        for entry in part:
            yield from _texts_in(entry)
    elif isinstance(part, str):
        yield part


# Citations


def test_the_rule_is_there_paragraph_by_paragraph() -> None:
    rows = specifications().values()
    assert len(rows) == 101
    assert {row.section for row in rows} >= {"164.306", "164.308", "164.310", "164.312", "164.314", "164.316"}
    assert {row.section for row in rows} >= {"164.402", "164.404", "164.414", "164.528", "164.530"}
    assert sum(row.obligation == "addressable" for row in rows) == 22


def test_every_citation_of_a_control_is_a_paragraph_of_the_rule_by_its_name() -> None:
    for control in controls().values():
        assert len(set(control.cfr)) == len(control.cfr), control.id
        for citation in control.citations:
            assert citation.cfr in specifications(), f"{control.id} cites {citation.cfr}"
            assert specifications()[citation.cfr].name.startswith(citation.basis), f"{control.id}: {citation.basis}"


def test_every_paragraph_is_reached_by_a_control_or_says_who_does_it() -> None:
    for row in specifications().values():
        assert citing(row.citation) or row.customer or row.aws, row.citation


def test_a_paragraph_that_people_or_aws_work_on_says_what_they_do() -> None:
    for row in specifications().values():
        assert row.customer or "customer" not in (row.work, *row.also), row.citation
        assert row.aws or "aws" not in (row.work, *row.also), row.citation
        assert not row.aws or "AWS Artifact" in row.aws, row.citation
        for said in (row.customer, row.aws):
            assert not said or (said.endswith(".") and ". " not in said), row.citation


def test_specifications_belong_to_standards_that_exist() -> None:
    for row in specifications().values():
        assert (row.kind == "implementation specification") == bool(row.standards), row.citation
        assert all(specifications()[one].kind == "standard" for one in row.standards), row.citation


def test_a_paraphrase_that_was_not_checked_says_so() -> None:
    for row in specifications().values():
        checked = row.verification.startswith(("checked against the NIST SP 800-66r2", "compared with a stored copy"))
        assert checked or "from memory" in row.verification, row.citation
        assert "NIST" in row.verification or not row.nist_800_53r5, row.citation


def test_only_separation_cites_clearinghouses_and_group_health_plans() -> None:
    assert {control.id for control in controls().values() if CLEARINGHOUSE in control.cfr} <= {"LZ-ORG-01", "LZ-NET-01"}
    citing_plans = {c.id for c in controls().values() if any(one.startswith(GROUP_HEALTH_PLAN) for one in c.cfr)}
    assert citing_plans == {"LZ-ORG-01"}
    assert all(controls()[id].note for id in ("LZ-ORG-01", "LZ-NET-01"))


def test_what_is_left_out_is_left_out() -> None:
    for row in left_out().values():
        control = controls()[row.control]
        assert row.why.endswith(".")
        assert row.id == f"{row.control}/{row.cfr or row.config_rule}"
        assert row.cfr not in control.cfr, row.id
        assert row.config_rule not in {rule.id for rule in control.enforced_by.config_rules}, row.id
        assert not row.cfr or row.cfr in specifications(), row.id


# Controls


def test_every_mechanism_that_a_control_names_exists() -> None:
    types = snapshot_types()
    for control in controls().values():
        enforced = control.enforced_by
        assert set(enforced.resources) <= types, control.id
        assert set(enforced.cdk_nag) <= nag_rules().keys(), control.id
        assert set(control.nprm) <= proposed().keys(), control.id


def test_every_theorem_belongs_to_a_control() -> None:
    theorems = {row["id"] for row in policy_data("invariants/theorems")["invariants"]}
    theorems |= {row["id"] for row in policy_data("invariants/network")["theorems"]}
    assert {id for control in controls().values() for id in control.enforced_by.invariants} == theorems


def test_every_setting_is_among_what_enforces_its_control() -> None:
    assert "central-root-access" in controls()["LZ-IAM-03"].enforced_by.settings
    rows = [row for path in (POLICIES / "settings").glob("*.yaml") for row in policy_data(f"settings/{path.stem}")]
    assert len(rows) == sum(len(control.enforced_by.settings) for control in controls().values())


def test_every_control_says_what_to_do_when_it_is_broken_and_names_nist_controls() -> None:
    for control in controls().values():
        assert control.title
        assert control.expectation, control.id
        assert control.remediation.endswith("."), control.id
        assert control.nist_800_53r5, control.id
        assert all(re.fullmatch(r"[A-Z]{2}-\d+(\(\d+\))?", one) for one in control.nist_800_53r5), control.id


def test_probes_are_actions_that_only_read() -> None:
    for control in controls().values():
        for name in control.live_probe:
            service, _, operation = name.partition(":")
            action = actions(service).get(operation.lower())
            assert action is not None, f"{control.id}: {name}"
            assert not action.writes, f"{control.id}: {name}"


def test_a_control_that_no_probe_shows_is_done_by_people_or_before_deployment() -> None:
    without = {id for id, control in controls().items() if not control.live_probe}
    assert without <= {"LZ-CHG-03", "LZ-DOC-03", "LZ-DOC-04"}


# The proposed rule


def test_the_proposed_rule_is_labelled_and_cannot_be_taken_for_law() -> None:
    assert len(proposed()) == 57
    for row in proposed().values():
        assert row.id.startswith("nprm:164.")
        assert row.id not in specifications()
        assert row.citation == f"45 CFR {row.id[5:]}, proposed (90 FR 898, RIN 0945-AA22)"
        assert row.paraphrase.startswith("Proposed: ")
        assert set(row.current) <= specifications().keys(), row.id


def test_a_proposed_paragraph_has_a_control_or_is_for_people() -> None:
    log_in_attempts_and_software_removal = {"nprm:164.312(a)(2)(v)", "nprm:164.312(c)(2)(ii)"}
    unserved = {row.id for row in proposed().values() if not row.controls() and row.work not in ("customer", "aws")}
    assert unserved == log_in_attempts_and_software_removal


# Artifacts and the pack


def test_artifacts_are_produced_by_something_or_somebody_and_cite_what_exists() -> None:
    for row in artifacts().values():
        assert row.produced_in or row.customer, row.id
        assert set(row.citations) <= specifications().keys(), row.id
        assert set(row.nprm) <= proposed().keys(), row.id


def test_evidence_is_an_artifact_that_exists() -> None:
    named = [row.evidence for row in specifications().values()] + [row.evidence for row in proposed().values()]
    assert {id for ids in named for id in ids} <= artifacts().keys()


@pytest.mark.parametrize("row", artifacts().values(), ids=artifacts())
def test_files_that_an_artifact_names_exist(row: Any) -> None:
    for place in row.produced_in:
        for file in re.findall(r"(?:docs|policies)/[\w/-]+\.\w+", place):
            assert (POLICIES.parent / file).exists(), file


def test_the_130_rules_of_the_pack_belong_to_controls_that_name_them() -> None:
    assert len(config_rules()) == 130
    ours = {rule.id for rule in ALL} | {rule for control in controls().values() for rule in control.enforced_by.rules}
    for row in config_rules().values():
        named = {rule.id for rule in controls()[row.control].enforced_by.config_rules}
        assert row.id in named, f"{row.control} does not name {row.id}"
        assert set(row.cdk_nag) <= nag_rules().keys(), row.id
        assert set(row.rules) <= ours, row.id


def test_every_rule_of_the_pack_has_a_twin_or_a_reason_but_for_those_still_unseen() -> None:
    rows = config_rules().values()
    assert sum(bool(row.cdk_nag) for row in rows) == 78
    assert {row.id for row in rows if not (row.cdk_nag or row.rules or row.live_only)} <= UNSEEN
    assert not [row.id for row in rows if row.live_only and (row.cdk_nag or row.rules)]


# All of it


def test_every_row_has_basis_and_date() -> None:
    for rows in (specifications(), proposed(), artifacts(), config_rules(), left_out(), regimes()):
        for row in rows.values():
            assert row.basis
            assert row.as_of.year == 2026


def test_regimes_name_residency_profiles_and_paragraphs_that_exist() -> None:
    for id, regime in regimes().items():
        assert regime.id == id
        assert regime.residency in {"", *residency_profiles()}, id
        assert regime.verification
        assert bool(regime.retention) == bool(regime.retention_basis), id
        assert {ask.proposal for ask in regime.asks} <= proposed().keys(), id
        assert {excepted.proposal for excepted in regime.excepted} <= proposed().keys(), id
        assert all(clock.limit and clock.counted_from and clock.basis for clock in regime.clocks), id


@pytest.mark.parametrize("folder", ["hipaa", "regimes", "controls"])
def test_nobody_is_called_compliant_and_nothing_claims_compliance(folder: str) -> None:
    names = re.compile(r"compliance[- ]mode|[a-z]+:\w*Compliance\w*|[A-Z0-9_]*COMPLIANCE[A-Z0-9_]*")
    for text in texts(folder):
        assert not re.search("complian", names.sub("", text), re.IGNORECASE), text
