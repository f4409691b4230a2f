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


_SAID = "said on the command line"
_NAMED = "its account or OU is named after health data"
_ASSUMED = "no name speaks of health data, so every OU for workloads may hold it"
_NO_WORKLOADS = ("foundation", "sandbox", "inspection", "egress", "ingress", "shared")


def placement(ou_of: Mapping[str, str], units: Iterable[str], asked: Sequence[str] = ()) -> Placement:
    """Who holds PHI: those asked for, else those whose names say so, else every OU for workloads.

    units: paths of all OUs.
    """
    if asked:
        return Placement(ou_of, frozenset(asked), _SAID)
    paths = {ou for path in (*units, *ou_of.values()) for ou in _above(path)}
    named = frozenset(name for name in (*paths, *ou_of) if speaks(name.rpartition("/")[2], "phi"))
    if named:
        return Placement(ou_of, named, _NAMED)
    return Placement(ou_of, frozenset(one for one in paths if not _no_workloads(one)), _ASSUMED)


def _no_workloads(path: str) -> bool:
    return any(speaks(path, topic) for topic in _NO_WORKLOADS)


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
    ou = where.ou_of.get(own, "")
    foundation = speaks(ou, "foundation")
    # A network in an account for networks is for others, and its name alone says for whom.
    lent = foundation and where.why == _ASSUMED and speaks(name, "workload")
    named = where.why != _SAID and speaks(name, "phi")
    if named or lent or where.holds_phi(accounts):
        testing = any(speaks(one, "nonproduction") for one in (name, own, ou))
        why = "its name speaks of health data" if named else where.why
        return ("phi-nonproduction", f"{why}; for tests") if testing and where.why != _SAID else ("phi", why)
    for segment in ("sandbox", "shared"):
        if any(speaks(one, segment) for one in (name, own, ou)):
            return segment, f"a name speaks of {segment}"
    if foundation and rows(vpc, "natGateways") and flag(vpc, "internetGateway"):
        return "egress", "it holds NAT gateways for others"
    if foundation and not speaks(name, "workload"):
        return "shared", "its OU is not for workloads"
    return "nonphi", "nothing says that it holds PHI"


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
