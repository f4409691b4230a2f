"""Contracts of the catalogue: every rule has a control, every control that is named exists, nothing is empty."""

from __future__ import annotations

import json
import re

import pytest
import yaml

from landing_zone.assurance import controls as catalogue
from landing_zone.assurance.acknowledgements import ACKNOWLEDGEMENT_RULES
from landing_zone.assurance.controls import (
    control_for,
    controls,
    controls_by_resource,
    controls_by_rule,
    resources_without_control,
)
from landing_zone.assurance.exceptions import EXCEPTION_RULES
from landing_zone.assurance.library import ALL
from landing_zone.assurance.library.identity import services_with_source_context
from landing_zone.assurance.nag import nag_rules
from landing_zone.assurance.value_rules import VALUE_RULES
from landing_zone.policy_data import POLICIES, ROOT

OURS = {rule.id for rule in ALL} | set(VALUE_RULES) | set(ACKNOWLEDGEMENT_RULES) | set(EXCEPTION_RULES)


def test_rule_ids_are_unique() -> None:
    assert len({rule.id for rule in ALL}) == len(ALL)


def test_every_rule_the_catalogue_names_exists() -> None:
    assert set(controls_by_rule()) <= OURS | set(nag_rules())


def test_every_rule_is_named_by_a_control() -> None:
    assert set(controls_by_rule()) >= OURS | set(nag_rules())


def test_a_rule_and_the_catalogue_agree_on_its_control() -> None:
    assert {rule.id: control_for(rule.id).id for rule in ALL} == {rule.id: rule.control for rule in ALL}


def test_a_rule_says_what_it_checks_cannot_see_and_how_to_fix_it() -> None:
    for rule in ALL:
        assert "Cannot see:" in rule.description, rule.id
        assert rule.title, rule.id
        assert rule.fix.endswith("."), rule.id
        assert re.fullmatch(r"HLZ-[A-Z][A-Z0-9]{1,2}-\d{3}", rule.id)


def test_every_value_rule_has_title_and_fix() -> None:
    assert all(rule.title and rule.fix.endswith(".") for rule in VALUE_RULES.values())


def test_every_control_cites_a_paragraph_with_basis_and_date() -> None:
    for control in controls().values():
        assert control.as_of, control.id
        for citation in control.citations:
            assert re.fullmatch(r"164\.\d{3}(\([A-Za-z0-9]+\))*", citation.cfr), control.id
            assert citation.basis
            assert citation.source


def test_every_control_is_enforced_by_something_or_done_by_somebody() -> None:
    for control in controls().values():
        assert any(value for _, value in control.enforced_by) or control.done_by, control.id


def test_the_ninety_nag_rules_agree_with_the_catalogue() -> None:
    assert len(nag_rules()) == 90
    assert [rule.id for rule in nag_rules().values() if rule.level == "warning"] == [
        "HIPAA.Security-VPCDefaultSecurityGroupClosed"
    ]
    for rule in nag_rules().values():
        assert control_for(rule.id).id == rule.control
        assert rule.basis in ("control_map", "own")
        assert rule.resource_types
        assert all(type_.startswith("AWS::") for type_ in rule.resource_types)
        assert rule.citations
        assert rule.fix.endswith(".")


def test_a_finding_suffix_does_not_change_the_control() -> None:
    assert control_for("HIPAA.Security-RDSLoggingEnabled[LogExport::audit]").id == "LZ-LOG-14"


def test_services_are_listed_with_the_page_that_says_so() -> None:
    rows = yaml.safe_load((POLICIES / "rules" / "service_roles.yaml").read_text())["services"]
    assert all(row["source"].endswith(".html") for row in rows)
    assert "vpc-flow-logs.amazonaws.com" in services_with_source_context()


def test_a_control_declared_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    row = {"id": "LZ-X-01", "title": "t", "citations": [{"cfr": "164.312(b)", "basis": "b", "source": "own"}]}
    monkeypatch.setattr(catalogue, "policy_data", lambda name: [row])
    with pytest.raises(ValueError, match="a second time"):
        controls.__wrapped__()


def test_a_rule_named_by_two_controls_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    one = controls()["LZ-NET-01"]
    monkeypatch.setattr(catalogue, "controls", lambda: {"A": one, "B": one})
    with pytest.raises(ValueError, match="is named by"):
        controls_by_rule.__wrapped__()


def snapshot_types() -> set[str]:
    """The resource types of every stack role, from the snapshots of its templates."""
    folders = sorted(path for path in (ROOT / "tests" / "snapshots").iterdir())
    assert len(folders) > 8
    documents = [json.loads(path.read_text()) for folder in folders for path in folder.glob("*.json")]
    return {resource["Type"] for document in documents for resource in document["Resources"].values()}


def test_every_resource_of_our_stacks_is_there_for_a_control_or_says_why_not() -> None:
    assert controls_by_resource().keys() | resources_without_control().keys() == snapshot_types()
    assert not controls_by_resource().keys() & resources_without_control().keys()
