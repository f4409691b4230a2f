"""Network segments: which accounts belong to which, and whose routes lead to whom (policies/network/segments.yaml)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.organization import Account
from landing_zone.policy_data import policy_data

HOSPITAL_ENTRIES, INTERNET_ENTRIES = "hospital_entries", "internet_entries"
INTERNET, OTHER_REGIONS = "internet", "other_regions"
INSPECTION, EGRESS, INGRESS, SHARED, HYBRID, PEERING = "inspection", "egress", "ingress", "shared", "hybrid", "peering"
HUB_SEGMENTS = (INSPECTION, EGRESS)
"""Segments of the hub's own networks between which traffic only passes."""


@cache
def reach() -> Mapping[str, tuple[str, ...]]:
    """What each segment's table leads to, by segment: segments and the words of segments.yaml."""
    return {name: tuple(row["reaches"]) for name, row in _data()["segments"].items()}


def segments() -> tuple[str, ...]:
    """Every segment that has a transit gateway route table, sorted."""
    return tuple(sorted([*reach(), *HUB_SEGMENTS]))


def segment_of(account: Account, manifest: Manifest) -> str | None:
    """The segment of an account's networks; None for an account under quarantine, which joins nothing."""
    unit = tree.units(manifest).get(account.ou)
    segment: str | None = _data()["segment_of_profile"].get(unit.guardrails if unit else "foundation")
    if segment == "phi" and account.data != "phi":
        return str(_data()["without_phi"])
    return segment


def tables_with_a_route_to(account: Account, manifest: Manifest) -> tuple[str, ...]:
    """Segments whose tables hold a route to the account's networks, sorted; `inspection` learns it by propagation."""
    segment = segment_of(account, manifest)
    marks = {segment}
    marks |= {HOSPITAL_ENTRIES} if account.name in hospital_entries(manifest) else set()
    marks |= {INTERNET_ENTRIES} if account.name in internet_entries(manifest) else set()
    return tuple(sorted(table for table, reached in reach().items() if marks.intersection(reached)))


def hospital_entries(manifest: Manifest) -> frozenset[str]:
    """Accounts that hospitals reach: the manifest's, else those of clinical zones, else every account with PHI."""
    if manifest.network.hospital_entries is not None:
        return frozenset(manifest.network.hospital_entries)
    kinds = _data()["hospital_entry_zones"]
    clinical = frozenset(name for zone in manifest.zones.values() if zone.kind in kinds for name in zone.accounts)
    return clinical or frozenset(account.name for account in manifest.accounts if account.data == "phi")


def internet_entries(manifest: Manifest) -> frozenset[str]:
    """Accounts whose zone is for patients or partners on the internet, if the hub has an ingress network."""
    if not manifest.network.hub.public_ingress:
        return frozenset()
    return frozenset(name for zone in manifest.zones.values() if zone.internet for name in zone.accounts)


def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = policy_data("network/segments")
    return data
