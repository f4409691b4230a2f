"""What is read of an LZA network configuration so far, and the words to read it with."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from landing_zone.fault import excerpt, nearest
from landing_zone.lza.entry import Entry
from landing_zone.lza.gaps import NotUnderstood
from landing_zone.policy_data import policy_data
from landing_zone.proof.network.model import (
    Acl,
    Attachment,
    FirewallEndpoint,
    Gateway,
    Host,
    Nat,
    Origin,
    Peering,
    Ranges,
    RouteTable,
    Subnet,
    TransitGateway,
    TransitRoute,
    Unknown,
    Vpc,
)


@dataclass(frozen=True, slots=True)
class VpcInstance:
    """A VPC as it will stand in one account; a template makes one for every account of its targets.

    accounts: its own and those that share its subnets.
    """

    key: str
    name: str
    entry: Entry
    account: str
    region: str
    accounts: tuple[str, ...]
    segment: str
    why: str

    def __str__(self) -> str:
        return f"{self.name} in {self.account}"


@dataclass(frozen=True, slots=True)
class Absent:
    """A name that leads to nothing: the entry that says it, and what it should be."""

    entry: Entry
    message: str
    hint: str


@dataclass
class Reading:
    """Everything read so far, by key; `unknowns` keep the prover from proving anything while they are there."""

    instances: dict[str, VpcInstance] = field(default_factory=dict)
    vpcs: dict[str, Vpc] = field(default_factory=dict)
    subnets: dict[str, Subnet] = field(default_factory=dict)
    tables: dict[str, RouteTable] = field(default_factory=dict)
    acls: dict[str, Acl] = field(default_factory=dict)
    hosts: dict[str, Host] = field(default_factory=dict)
    gateways: dict[str, Gateway] = field(default_factory=dict)
    nats: dict[str, Nat] = field(default_factory=dict)
    firewalls: dict[str, FirewallEndpoint] = field(default_factory=dict)
    peerings: dict[str, Peering] = field(default_factory=dict)
    transit_gateways: dict[str, TransitGateway] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    transit_origins: dict[str, tuple[Origin, str]] = field(default_factory=dict)
    transit_routes: dict[str, list[TransitRoute]] = field(default_factory=dict)
    prefix_lists: dict[str, Ranges] = field(default_factory=dict)
    named: list[tuple[Ranges, Entry]] = field(default_factory=list)
    unknowns: list[Unknown] = field(default_factory=list)
    noted: dict[tuple[str, int, int, str], NotUnderstood] = field(default_factory=dict)
    absent: dict[tuple[str, int, int, str], Absent] = field(default_factory=dict)
    assumptions: set[str] = field(default_factory=set)

    def unknown(self, entry: Entry, label: str, reason: str) -> None:
        """Something that may carry traffic and is not known: said, and nothing is proved while it is there."""
        self.unknowns.append(Unknown(origin(entry, label), reason))
        self.note(entry, label, reason)

    def note(self, entry: Entry, label: str, reason: str) -> None:
        """Something that is not understood; once, though a template makes it in many accounts."""
        one = NotUnderstood(entry.file, entry.line, f"{label}: {reason}")
        self.noted.setdefault((entry.file, entry.line, entry.column, reason), one)

    def missing(self, entry: Entry, label: str, what: str, known: Iterable[str]) -> None:
        """A name that leads to nothing. The pipeline would stop at it, so nothing is proved either."""
        reason = f"{what} {excerpt(entry.text)} does not exist"
        found = Absent(entry, f"{label}: {reason}", nearest(entry.text, known))
        self.absent.setdefault((entry.file, entry.line, entry.column, what), found)
        self.unknowns.append(Unknown(origin(entry, label), reason))

    def unread(self, entry: Entry, kind: str, label: str) -> None:
        """Say which keys of an object are read by nothing, neither here nor by the checks."""
        known = _keys()[kind]
        for key, value in entry.items():
            if key not in known:
                self.unknown(value, label, f"key {excerpt(key)} is not known in {kind}; it may carry traffic")


@cache
def _keys() -> dict[str, frozenset[str]]:
    data: dict[str, dict[str, Any]] = policy_data("lza/network")["keys"]
    return {kind: frozenset([*row["read"], *row.get("without_effect", ())]) for kind, row in data.items()}


def origin(entry: Entry, label: str) -> Origin:
    """Where something stands: the file, and its line before what people call it."""
    return Origin(entry.file, f"{entry.line}:{label}")


def line_of(one: Origin) -> tuple[str, int, str]:
    """File, line and label of an origin that `origin` made."""
    line, _, label = one.logical_id.partition(":")
    return one.template, int(line) if line.isdigit() else 1, label


def rows(entry: Entry | None, *steps: str | int) -> list[Entry]:
    """The items at a path; none if nothing is there."""
    found = entry.get(*steps) if entry is not None and steps else entry
    return found.each() if found is not None else []


def text(entry: Entry | None, *steps: str | int) -> str:
    """The text at a path; empty if nothing is there."""
    found = entry.get(*steps) if entry is not None else None
    return found.text if found is not None else ""


def flag(entry: Entry | None, *steps: str | int, default: bool = False) -> bool:
    """The switch at a path; `enable` and `disable` count as well."""
    found = entry.get(*steps) if entry is not None else None
    if found is None:
        return default
    words = {"enable": True, "disable": False}
    return words[found.text] if found.text in words else found.flag(default)
