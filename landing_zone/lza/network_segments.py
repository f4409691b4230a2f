"""Which segment the networks of an LZA configuration belong to: by name, by account and OU, by what they hold.

LZA has no segments, so every answer here is an assumption and is listed as one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from landing_zone.lza.entry import Entry
from landing_zone.lza.network_reading import flag, rows, text
from landing_zone.policy_data import policy_data


@dataclass(frozen=True, slots=True)
class Placement:
    """The accounts and where they are. phi: OUs and accounts that hold PHI; why: who says so.

    ou_of: path of the OU by account name.
    """

    ou_of: Mapping[str, str]
    phi: frozenset[str]
    why: str

    def holds_phi(self, accounts: Iterable[str]) -> bool:
        """Whether one of the accounts, or an OU above it, holds PHI."""
        return any({account, *_above(self.ou_of.get(account, ""))} & self.phi for account in accounts)


def placement(ou_of: Mapping[str, str], asked: Sequence[str] = ()) -> Placement:
    """Who holds PHI: those asked for, else those whose names say so, else every OU for workloads."""
    if asked:
        return Placement(ou_of, frozenset(asked), "said on the command line")
    names = {*ou_of, *(ou for path in ou_of.values() for ou in _above(path))}
    named = frozenset(name for name in names if speaks(name, "phi"))
    if named:
        return Placement(ou_of, named, "its name speaks of health data")
    other = ("foundation", "sandbox", "inspection", "egress", "ingress", "shared")
    workloads = frozenset(
        path for path in ou_of.values() if path and not any(speaks(path, word) for word in other)
    )
    return Placement(ou_of, workloads, "no name speaks of health data, so every OU for workloads may hold it")


def segment_of(vpc: Entry, accounts: Sequence[str], holds: Iterable[str], where: Placement) -> tuple[str, str]:
    """The segment of a VPC and why. accounts: its own first, then those that share its subnets.

    holds: `firewall` if a firewall or an endpoint of a Gateway Load Balancer stands in it.
    """
    name, own = text(vpc, "name"), accounts[0]
    if "firewall" in holds:
        return "inspection", "it holds a firewall"
    for segment in ("inspection", "egress", "ingress"):
        if speaks(name, segment):
            return segment, f"its name speaks of {segment}"
    if speaks(name, "phi") or where.holds_phi(accounts):
        testing = any(speaks(one, "nonproduction") for one in (name, *accounts, where.ou_of.get(own, "")))
        why = "its name speaks of health data" if speaks(name, "phi") else where.why
        return ("phi-nonproduction", f"{why}, and of tests") if testing and not _said(where) else ("phi", why)
    places = (name, own, where.ou_of.get(own, ""))
    for segment in ("sandbox", "shared"):
        if any(speaks(one, segment) for one in places):
            return segment, f"a name speaks of {segment}"
    if rows(vpc, "natGateways") and flag(vpc, "internetGateway") and speaks(where.ou_of.get(own, ""), "foundation"):
        return "egress", "it holds NAT gateways for others"
    return ("shared", "its OU is not for workloads") if speaks(where.ou_of.get(own, ""), "foundation") else (
        "nonphi", "nothing says that it holds PHI")  # fmt: skip


def _said(where: Placement) -> bool:
    return where.why == "said on the command line"


def speaks(name: str, topic: str) -> bool:
    """Whether a name has one of a topic's words (policies/lza/network.yaml)."""
    return _words(topic).search(_split(name)) is not None


def _split(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).lower())


@cache
def _words(topic: str) -> re.Pattern[str]:
    data: dict[str, list[Any]] = policy_data("lza/network")["words"]
    return re.compile(rf"\b({'|'.join(data[topic])})\b")


def _above(path: str) -> set[str]:
    parts = path.split("/")
    return {"/".join(parts[: number + 1]) for number in range(len(parts)) if path}
