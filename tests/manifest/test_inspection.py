"""Faults of the firewall's part of the manifest: each is said once, at its place."""

from __future__ import annotations

from typing import Any

import pytest

from tests.manifest.arrange import assert_only_fault_at, changed, clinic, faults_of

RULE = 'pass tcp $CLOUD_NET any -> $HOME_NET 1972 (msg:"IRIS"; sid:1000001; rev:1;)'


def inspected(**inspection: Any) -> Any:
    return changed(clinic(), (("network", "inspection"), inspection))


def test_good_domains_and_rules_are_quiet() -> None:
    good = inspected(allowed_domains=["api.payer.example", ".example.org", "xn--bcher-kva.example"], rules=[RULE])
    assert faults_of(good) == []


def test_networks_are_connected_through_the_firewall_alone() -> None:
    assert_only_fault_at(inspected(enabled=False), ("network", "inspection", "enabled"))
    unconnected = changed(inspected(enabled=False), (("network", "hub"), {"enabled": False}))
    assert faults_of(unconnected) == []


@pytest.mark.parametrize(
    "name", ["com", ".com", "10.0.0.1", "*.example.org", "a..example", "https://a.example", "a.example."]
)
def test_what_is_no_domain_is_a_fault(name: str) -> None:
    place = ("network", "inspection", "allowed_domains", 0)
    assert_only_fault_at(inspected(allowed_domains=[name]), place, "is no domain")


def test_a_domain_is_named_once_whatever_its_case() -> None:
    twice = inspected(allowed_domains=["a.example", "A.example"])
    assert_only_fault_at(twice, ("network", "inspection", "allowed_domains", 1))


def test_a_rule_that_does_not_parse_is_a_fault_at_its_place() -> None:
    wrong = RULE.replace("$HOME_NET", "$HOMENET")
    assert_only_fault_at(inspected(rules=[RULE, wrong]), ("network", "inspection", "rules", 1))


@pytest.mark.parametrize("sid", ["1000001", "7100001"])
def test_a_rules_number_is_neither_taken_nor_ours(sid: str) -> None:
    again = RULE.replace("1000001", sid)
    assert_only_fault_at(inspected(rules=[RULE, again]), ("network", "inspection", "rules", 1))


def test_a_rule_about_hospitals_where_there_is_none_is_a_fault_and_not_left_out_silently() -> None:
    about_sites = RULE.replace("$HOME_NET", "$SITE_NET")
    assert_only_fault_at(inspected(rules=[about_sites]), ("network", "inspection", "rules", 0), "$SITE_NET is empty")
    with_site = changed(inspected(rules=[about_sites]), (("network", "on_premises"), ["172.16.0.0/16"]))
    assert faults_of(with_site) == []
