"""The routes that a Region's transit gateway tables have from the start: ways to the firewall, and blackholes.

Networks that join later add routes of their own, which are more specific (policies/network/segments.yaml).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from landing_zone.manifest.model import Manifest
from landing_zone.plan.hub import on_premises_ranges, private_ranges
from landing_zone.plan.segments import (
    EGRESS,
    HYBRID,
    INGRESS,
    INSPECTION,
    INTERNET,
    OTHER_REGIONS,
    PEERING,
    reach,
    segments,
)

Target = Literal["inspection", "blackhole"]
Routes = Mapping[str, Target]
"""Where a range goes, by range."""

EVERYWHERE = "0.0.0.0/0"
PRIVATE_SPACE = ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
"""Private and shared address space (RFC 1918, RFC 6598): what nobody has declared must not take a default route."""
_ENTERED_ONE_BY_ONE = (HYBRID, INGRESS, PEERING)
"""Tables of those who come from elsewhere: only routes to single networks, which these networks add themselves."""


def transit_routes(manifest: Manifest, region: str) -> dict[str, Routes]:
    """The routes of every segment's table in a Region, by segment."""
    return {segment: dict(sorted(_routes(segment, manifest, region).items())) for segment in segments()}


def _routes(segment: str, manifest: Manifest, region: str) -> Routes:
    own = manifest.network.pools.get(region, ())
    if segment in _ENTERED_ONE_BY_ONE:
        return {}
    if segment == EGRESS:
        return dict.fromkeys(own, "inspection")  # answers from the internet come back the way they went
    unknown: dict[str, Target] = dict.fromkeys(PRIVATE_SPACE, "blackhole")
    if segment == INSPECTION:
        # Other Regions and sites get routes by their links, of the same prefix: no blackhole may win over them.
        return unknown | dict.fromkeys(own, "blackhole")
    reached = reach()[segment]
    routes = unknown | dict.fromkeys(private_ranges(manifest), "blackhole")
    if HYBRID in reached:
        routes |= dict.fromkeys(on_premises_ranges(manifest), "inspection")
    if OTHER_REGIONS in reached:
        others = (cidr for other, cidrs in manifest.network.pools.items() if other != region for cidr in cidrs)
        routes |= dict.fromkeys(others, "inspection")
    if INTERNET in reached and manifest.network.hub.centralized_egress:
        routes[EVERYWHERE] = "inspection"
    return routes
