"""What the inspection firewalls of a Region are told: variables and rule groups (`policies/network/firewall`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from landing_zone.manifest.model import Manifest
from landing_zone.manifest.suricata import SuricataRule, parse_rule
from landing_zone.plan.hub import on_premises_ranges, private_ranges
from landing_zone.policy_data import policy_data

SHARED_NET, SHARED_RANGE = "SHARED_NET", "SharedNetworkRange"
"""The variable, and the value that it holds."""
Variables = Mapping[str, tuple[str, ...]]
"""Ranges by name."""


@dataclass(frozen=True)
class RuleGroup:
    """Suricata rules in their order. Groups are evaluated by rising priority; the first rule that matches decides.

    capacity: how many rules AWS keeps room for. It cannot be changed, so it leaves room for twice as many.
    """

    name: str
    priority: int
    rules: tuple[str, ...]

    @property
    def capacity(self) -> int:
        """A rule counts one (API reference, CreateRuleGroup); in steps of 100."""
        return -(-2 * len(self.rules) // 100) * 100

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables that its rules use, sorted."""
        return tuple(sorted({name for rule in self.rules for name in _parsed(rule).variables}))


def firewall_variables(manifest: Manifest, region: str) -> Variables:
    """The ranges behind each variable of the rules, seen from a Region; empty ones are left out.

    `SHARED_NET` is the hub's shared network and a value of the deployment (`SHARED_RANGE`), like all that is allocated.
    """
    pools = manifest.network.pools
    variables = {
        "HOME_NET": private_ranges(manifest),
        "CLOUD_NET": tuple(sorted(cidr for cidrs in pools.values() for cidr in cidrs)),
        "LOCAL_NET": tuple(sorted(pools.get(region, ()))),
        "REMOTE_NET": tuple(sorted(cidr for other, cidrs in pools.items() if other != region for cidr in cidrs)),
        "SITE_NET": on_premises_ranges(manifest),
    }
    return {name: ranges for name, ranges in variables.items() if ranges}


def rule_groups(manifest: Manifest, variables: Variables) -> tuple[RuleGroup, ...]:
    """The landing zone's and the manifest's rules, by priority; rules whose variables are empty are left out."""
    data = policy_data("network/firewall/rules")
    groups = [(row["name"], row["priority"], [rule["rule"] for rule in row["rules"]]) for row in data["groups"]]
    allowed, own = data["allowed_domains"], data["own"]
    inspection = manifest.network.inspection
    groups.append((allowed["name"], allowed["priority"], list(_domain_rules(inspection.allowed_domains))))
    groups.append((own["name"], own["priority"], list(inspection.rules)))
    used = [
        RuleGroup(name, priority, tuple(rule for rule in rules if _parsed(rule).variables <= {*variables, SHARED_NET}))
        for name, priority, rules in sorted(groups, key=lambda group: group[1])
    ]
    return tuple(group for group in used if group.rules)


def managed_groups() -> tuple[int, tuple[str, ...]]:
    """Priority of the first of the rule groups that AWS keeps, and their names."""
    data = policy_data("network/firewall/rules")["managed"]
    return data["priority"], tuple(data["groups"])


def _parsed(rule: str) -> SuricataRule:
    return parse_rule(rule, policy_data("network/firewall/rules")["variables"])


def _domain_rules(domains: tuple[str, ...]) -> Iterator[str]:
    data = policy_data("network/firewall/rules")["allowed_domains"]
    for sid, domain in enumerate(sorted(domain.lower() for domain in domains), start=data["first_sid"]):
        form = data["dotted"] if domain.startswith(".") else data["exact"]
        yield form.format(domain=domain, sid=sid)
