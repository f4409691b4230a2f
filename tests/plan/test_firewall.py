"""What the firewalls are told."""

from __future__ import annotations

from typing import Any

from landing_zone.manifest.load import parsed_manifest
from landing_zone.manifest.suricata import parse_rule
from landing_zone.plan.firewall import RuleGroup, firewall_variables, rule_groups
from landing_zone.policy_data import policy_data
from tests.manifest.arrange import FILE, clinic, text_of

LINK = {"name": "hospital", "kind": "direct-connect", "ranges": "172.16.0.0/16"}


def groups(**network: Any) -> dict[str, RuleGroup]:
    pools = {"us-east-1": "10.0.0.0/12", "us-west-2": "10.16.0.0/12"}
    manifest = parsed_manifest(text_of(clinic(network={"pools": pools, **network})), FILE).manifest
    return {group.name: group for group in rule_groups(manifest, firewall_variables(manifest, "us-east-1"))}


def test_every_rule_of_ours_parses_has_a_number_of_its_own_in_our_range_and_says_why() -> None:
    data = policy_data("network/firewall/rules")
    rows = [row for group in data["groups"] for row in group["rules"]]
    sids = [parse_rule(row["rule"], data["variables"]).sid for row in rows]
    assert len(set(sids)) == len(sids)
    first, last = data["sids"]
    assert all(first <= sid < data["allowed_domains"]["first_sid"] <= last for sid in sids)
    assert all(row["why"] for row in rows)


def test_a_rule_of_whom_nobody_is_known_is_left_out() -> None:
    assert not any("$SITE_NET" in rule for group in groups().values() for rule in group.rules)
    assert any("$SITE_NET" in rule for rule in groups(hybrid=[LINK])["east-west"].rules)


def test_what_is_never_passed_comes_first_and_what_remains_last() -> None:
    named = groups(
        inspection={"allowed_domains": ["a.example"], "rules": ['pass udp any any -> any 123 (msg:"x"; sid:1;)']}
    )
    assert list(named) == ["never", "east-west", "allowed-domains", "own", "remainder"]
    priorities = [group.priority for group in named.values()]
    assert priorities == sorted(priorities)
    assert all(rule.startswith("drop ") for name in ("never", "remainder") for rule in named[name].rules)


def test_udp_is_dropped_from_its_first_packet_because_the_default_drops_established_flows_only() -> None:
    assert any(rule.startswith("drop udp any any -> any any ") for rule in groups()["remainder"].rules)


def test_a_domain_with_a_leading_dot_is_matched_at_a_label_and_any_other_as_a_whole() -> None:
    exact, dotted = reversed(
        groups(inspection={"allowed_domains": ["api.example", ".b.example"]})["allowed-domains"].rules
    )
    assert 'content:"api.example"; startswith; endswith; nocase' in exact
    assert 'tls.sni; dotprefix; content:".b.example"; endswith; nocase' in dotted
    for rule in (exact, dotted):
        assert rule.startswith("pass tls $HOME_NET any -> !$HOME_NET 443 ")
        parse_rule(rule, ["HOME_NET"])


def test_without_allowed_domains_nothing_passes_to_the_internet() -> None:
    assert not [
        rule for group in groups().values() for rule in group.rules if rule.startswith("pass") and "!$HOME_NET" in rule
    ]


def test_capacity_leaves_room_for_as_many_rules_again() -> None:
    assert [RuleGroup("x", 1, ("rule",) * count).capacity for count in (1, 50, 51, 200)] == [100, 100, 200, 400]
