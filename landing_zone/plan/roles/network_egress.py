"""network_egress: the one way out to the internet, in each Region of the hub."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.plan.hub import hub_regions
from landing_zone.plan.internet_edges import edge
from landing_zone.plan.knowledge import Knowledge
from landing_zone.plan.model import Deployment
from landing_zone.plan.segments import EGRESS

ROLE = "network_egress"


def network_egresses(known: Knowledge) -> Iterator[Deployment]:
    """NAT gateways for everybody in each Region of the hub, unless the manifest wants none."""
    if known.manifest.network.hub.centralized_egress:
        for region in hub_regions(known.manifest):
            yield edge(known, ROLE, EGRESS, region, "flow_logs", more={})
