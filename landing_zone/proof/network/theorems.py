"""Theorems about networks: data of policies/invariants/network.yaml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal

from landing_zone.policy_data import policy_data
from landing_zone.proof.network.labels import INTERNET, Labels

Check = Literal["routes", "liveness", "default-tables", "overlaps", "symmetry"]
Where = Literal["anywhere", "own-region", "other-region"]


@dataclass(frozen=True, slots=True)
class Theorem:
    """A sentence about a network, and how it is judged.

    sources, targets: segments, `internet` or `hybrid`. only: targets are whatever segments.yaml does not let the
    sources reach (and `besides`). both_ways: sources and targets also the other way round. between_vpcs: what stays
    inside a VPC is no matter. firewall: a path through a firewall is none. relays_through: segments whose load
    balancers may pass on what a firewall inspects. without_peering: Regions are cut from each other. where: Region of
    the targets, seen from a source. needs: segments that must occur.
    """

    id: str
    theorem: str
    check: Check
    citations: tuple[str, ...]
    basis: str
    assumptions: tuple[str, ...]
    sources: tuple[str, ...] = ()
    targets: tuple[str, ...] = ()
    only: bool = False
    besides: tuple[str, ...] = ()
    both_ways: bool = False
    between_vpcs: bool = False
    firewall: bool = False
    relays_through: frozenset[str] = frozenset()
    without_peering: bool = False
    where: Where = "anywhere"
    needs: tuple[str, ...] = ()

    @property
    def kind(self) -> Literal["network", "liveness"]:
        """Whether it says what cannot be, or what must be."""
        return "liveness" if self.check == "liveness" else "network"

    def why_not(self, labels: Labels) -> str | None:
        """Why it says nothing about a network; None: it applies."""
        network, occurring = labels.graph.network, labels.occurring
        if self.check == "default-tables":
            return None if network.transit_gateways else "there is no transit gateway"
        if self.check == "overlaps":
            return None if len(network.vpcs) + len(network.attachments) > 1 else "there is only one network"
        if self.check == "symmetry":
            return None if network.firewalls else "there is no firewall"
        if missing := [one for one in self.needs if one not in occurring]:
            return f"no network of segment {', '.join(missing)}"
        if not labels.by_segment:
            return "no subnet is labelled with a segment"
        known = occurring | {INTERNET}
        if not known.intersection(self.sources):
            return f"no network of segment {' or '.join(self.sources)}"
        if not self.only and not known.intersection(self.targets):
            return f"no network of segment {' or '.join(self.targets)}"
        if self.where == "other-region" or self.without_peering:
            regions = {labels.region(key) for one in self.sources for key in labels.by_segment.get(one, ())}
            if len(regions) < 2:
                return "its segments are in one Region only"
        return None


def load_theorems() -> list[Theorem]:
    """The project's theorems."""
    return list(_theorems())


def aliases() -> Mapping[str, tuple[str, frozenset[str]]]:
    """Segments that mean another one with entries."""
    rows = policy_data("invariants/network")["aliases"]
    return {name: (row["segment"], frozenset(row["entries"])) for name, row in rows.items()}


def reach() -> Mapping[str, tuple[str, ...]]:
    """What each segment may reach (policies/network/segments.yaml)."""
    rows = policy_data("network/segments")["segments"]
    return {name: tuple(row["reaches"]) for name, row in rows.items()}


def hubs() -> frozenset[str]:
    """Segments through which traffic only passes."""
    return frozenset(policy_data("network/segments")["hubs"])


@cache
def _theorems() -> tuple[Theorem, ...]:
    data = policy_data("invariants/network")
    return tuple(_theorem(row, data) for row in data["theorems"])


def _theorem(row: Mapping[str, Any], data: Mapping[str, Any]) -> Theorem:
    asked = row.get("assumptions", [])
    return Theorem(
        id=row["id"],
        theorem=" ".join(row["theorem"].split()),
        check=row["check"],
        citations=tuple(row["citations"]),
        basis=row["basis"],
        assumptions=tuple(data["assumptions"][name] for name in [*data["assumed"][row["check"]], *asked]),
        sources=tuple(row.get("from", ())),
        targets=tuple(row.get("to", ())),
        only=row.get("only", False),
        besides=tuple(row.get("besides", ())),
        both_ways=row.get("both_ways", False),
        between_vpcs=row.get("between_vpcs", False),
        firewall=row.get("must_pass") == "firewall",
        relays_through=frozenset(row.get("relays_through", ())),
        without_peering=row.get("without") == "peering",
        where=row.get("where", "anywhere"),
        needs=tuple(row.get("needs", ())),
    )
