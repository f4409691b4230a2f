"""Acknowledgements: matching, and what is wrong with the acknowledgements themselves."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from landing_zone.assurance.acknowledgements import (
    Acknowledgement,
    apply,
    is_known,
    judge,
    known_rule_ids,
    load_toolkit_acknowledgements,
)
from landing_zone.assurance.finding import Finding
from landing_zone.fault import InputError

TODAY = date(2026, 11, 22)
DAY_BEFORE = date(2026, 11, 21)
INLINE = "HIPAA.Security-IAMNoInlinePolicy"
LOGGING = "HIPAA.Security-RDSLoggingEnabled"


def finding(rule: str = INLINE, resource: str = "FlowLogRole", message: str = "m") -> Finding:
    return Finding(rule, "LZ-IAM-06", (), "error", "network", resource, "", None, message, "f")


ACK = Acknowledgement(rule=INLINE, reason="CDK makes it", resource="FlowLog*", role="workload_network")


def applied(entry: Finding, acknowledgement: Acknowledgement, role: str = "workload_network") -> bool:
    result = apply([entry], [acknowledgement], role, TODAY)
    assert len(result.remaining) + len(result.acknowledged) == 1
    assert bool(result.used) is bool(result.acknowledged)
    return bool(result.acknowledged)


def test_rule_role_and_resource_must_match() -> None:
    assert applied(finding(), ACK)
    assert not applied(finding(rule="HLZ-KMS-001"), ACK)
    assert not applied(finding(resource="OtherRole"), ACK)
    assert not applied(finding(), ACK, role="log_archive")


def test_without_a_role_every_role_matches() -> None:
    assert applied(finding(), replace(ACK, role=None), role="log_archive")


def test_the_glob_is_case_sensitive_like_logical_ids() -> None:
    assert not applied(finding(resource="flowlogRole"), ACK)


def test_each_finding_of_a_rule_needs_its_own_acknowledgement() -> None:
    suffixed = finding(rule=f"{LOGGING}[LogExport::audit]")
    whole = Acknowledgement(rule=LOGGING, reason="r")
    assert not applied(suffixed, whole)
    assert applied(suffixed, replace(whole, finding="LogExport::audit"))
    assert applied(suffixed, Acknowledgement(rule=f"{LOGGING}[LogExport::audit]", reason="r"))


def test_an_acknowledgement_holds_on_its_last_day_and_not_after() -> None:
    assert applied(finding(), replace(ACK, expires=TODAY))
    assert not applied(finding(), replace(ACK, expires=DAY_BEFORE))


def test_a_rule_that_broke_cannot_be_acknowledged() -> None:
    assert not applied(finding(message="the rule failed: KeyError"), ACK)


def test_value_rules_cannot_be_acknowledged() -> None:
    assert not applied(finding(rule="HLZ-VAL-001"), Acknowledgement(rule="HLZ-VAL-001", reason="r"))


def judged(acknowledgement: Acknowledgement, used: bool = True) -> list[str]:
    chosen = [acknowledgement] if used else []
    return [entry.rule for entry in judge([acknowledgement], chosen, known_rule_ids(), TODAY)]


def test_a_used_acknowledgement_is_fine() -> None:
    assert judged(ACK) == []


@pytest.mark.parametrize("rule", [f"{LOGGING}[LogExport::audit]", "E3031", "W1001", "HLZ-NET-001"])
def test_known_ids_are_ours_cdk_nags_and_cfn_lints(rule: str) -> None:
    assert is_known(rule)
    assert judged(Acknowledgement(rule=rule, reason="r")) == []


@pytest.mark.parametrize("rule", ["HIPAA.Security-IAMNoInlinePolicies", f"{LOGGING}[LogExport::nothing]", "E31"])
def test_an_unknown_rule_is_a_finding(rule: str) -> None:
    assert judged(Acknowledgement(rule=rule, reason="r")) == ["HLZ-ACK-001"]


def test_a_misspelt_rule_names_the_nearest_one() -> None:
    misspelt = Acknowledgement(rule="HIPAA.Security-IAMNoInlinePolicies", reason="r")
    (entry,) = judge([misspelt], [], known_rule_ids(), TODAY)
    assert INLINE in entry.message


def test_an_unused_acknowledgement_is_a_finding() -> None:
    assert judged(ACK, used=False) == ["HLZ-ACK-002"]


def test_an_unused_acknowledgement_says_in_which_role_nothing_was_found() -> None:
    (entry,) = judge([ACK], [], known_rule_ids(), TODAY)
    assert "on FlowLog* in role workload_network;" in entry.message
    (entry,) = judge([replace(ACK, role=None)], [], known_rule_ids(), TODAY)
    assert "on FlowLog*;" in entry.message


def test_an_expired_acknowledgement_is_a_finding_and_not_called_unused() -> None:
    assert judged(replace(ACK, expires=DAY_BEFORE), used=False) == ["HLZ-ACK-003"]


@pytest.mark.parametrize("rule", ["HLZ-VAL-001", "HLZ-ACK-002"])
def test_what_cannot_be_acknowledged_is_a_finding(rule: str) -> None:
    assert judged(Acknowledgement(rule=rule, reason="r")) == ["HLZ-ACK-004"]


def test_a_finding_about_an_acknowledgement_names_file_and_line() -> None:
    (entry,) = judge([replace(ACK, file="policies/acknowledgements.yaml", line=7)], [], known_rule_ids(), TODAY)
    assert (entry.template, entry.line, entry.control) == ("policies/acknowledgements.yaml", 7, "LZ-CHG-03")


def write(folder: Path, text: str) -> Path:
    path = folder / "acknowledgements.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_the_toolkits_file_is_read_with_lines(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        f"# ours\n- rule: {INLINE}\n  role: workload_network\n  resource: 'FlowLog*'\n  reason: CDK makes it\n"
        f"- rule: {LOGGING}\n  finding: 'LogExport::audit'\n  reason: r\n  expires: 2027-01-31\n",
    )
    first, second = load_toolkit_acknowledgements(path)
    assert (first.line, first.source, first.role, first.resource) == (2, "toolkit", "workload_network", "FlowLog*")
    assert (second.identifier, second.expires) == (f"{LOGGING}[LogExport::audit]", date(2027, 1, 31))


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "[]"])
def test_an_empty_file_has_none(tmp_path: Path, text: str) -> None:
    assert load_toolkit_acknowledgements(write(tmp_path, text)) == ()


def test_a_missing_file_has_none(tmp_path: Path) -> None:
    assert load_toolkit_acknowledgements(tmp_path / "absent.yaml") == ()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("rule: x", "not a list"),
        ("- rule: [", "no YAML"),
        ("- just text", "is not a map"),
        ("- rule: x", "reason is missing"),
        ("- {rule: x, reason: y, ressource: z}", "'ressource' is no key"),
        ("- {rule: x, reason: y, expires: soon}", "a date such as"),
        ("- {rule: x, reason: y, expires: 2027-01-01T00:00:00Z}", "a date such as"),
        ("- {rule: x, reason: ''}", "a text is expected"),
        ("- !!python/object:os.system {}", "python/object"),
    ],
)
def test_a_faulty_file_says_what_is_wrong(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said) as refused:
        load_toolkit_acknowledgements(write(tmp_path, text))
    assert refused.value.faults[0].line == 1


def test_all_faults_of_a_file_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        load_toolkit_acknowledgements(write(tmp_path, "- rule: x\n- reason: y\n"))
    assert [fault.line for fault in refused.value.faults] == [1, 2]
