"""The firewall: it is there when networks are connected, domains are names, rules are rules."""

from __future__ import annotations

import re
from collections.abc import Iterator

from landing_zone.fault import excerpt
from landing_zone.manifest.checks.subject import Check, Remark, Subject, repeated
from landing_zone.manifest.document import Path_
from landing_zone.manifest.suricata import RuleError, parse_rule
from landing_zone.policy_data import policy_data

_LABEL = r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"\.?({_LABEL}\.)+[a-z]([a-z0-9-]{{0,61}}[a-z0-9])", re.IGNORECASE)
_PLACE: Path_ = ("network", "inspection")


def _a_hub_is_inspected(subject: Subject) -> Iterator[Remark]:
    network = subject.manifest.network
    if network.hub.enabled and not network.inspection.enabled:
        yield Remark(
            (*_PLACE, "enabled"),
            "networks are connected through the firewall alone",
            "to connect none, set network.hub.enabled to false, too",
        )


def _domains_are_names(subject: Subject) -> Iterator[Remark]:
    for index, name in enumerate(subject.manifest.network.inspection.allowed_domains):
        if len(name) > 254 or not _DOMAIN.fullmatch(name):
            message = f"{excerpt(name)} is no domain of two labels or more"
            yield Remark(
                (*_PLACE, "allowed_domains", index), message, "api.example.com, or .example.com for subdomains"
            )


def _domains_are_named_once(subject: Subject) -> Iterator[Remark]:
    names = subject.manifest.network.inspection.allowed_domains
    rows: list[tuple[str, Path_]] = [
        (name.lower(), (*_PLACE, "allowed_domains", index)) for index, name in enumerate(names)
    ]
    for name, path, line in repeated(subject, rows):
        yield Remark(path, f"domain {excerpt(name)} stands on line {line} already")


def _rules_parse(subject: Subject) -> Iterator[Remark]:
    data = policy_data("network/firewall/rules")
    first, last = data["sids"]
    network = subject.manifest.network
    sids: list[tuple[str, Path_]] = []
    for index, text in enumerate(network.inspection.rules):
        path: Path_ = (*_PLACE, "rules", index)
        try:
            parsed = parse_rule(text, data["variables"])
        except RuleError as error:
            yield Remark(path, error.message, error.hint)
            continue
        if "SITE_NET" in parsed.variables and not (network.hybrid or network.on_premises):
            yield Remark(path, "$SITE_NET is empty", "network.hybrid and network.on_premises say what is on premises")
        sid = parsed.sid
        sids.append((str(sid), path))
        if first <= sid <= last:
            yield Remark(path, f"sid {sid} is the landing zone's", f"{first} to {last} are taken")
    for sid_text, path, line in repeated(subject, sids):
        yield Remark(path, f"sid {sid_text} is taken on line {line}")


CHECKS = (
    Check(_a_hub_is_inspected, needs=(("network", "hub"), _PLACE)),
    Check(_domains_are_names),
    Check(_domains_are_named_once),
    Check(_rules_parse, needs=(("network", "hybrid"), ("network", "on_premises"))),
)
