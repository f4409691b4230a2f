"""network_hub: transit gateway, segment tables and inspection network of a Region."""

from __future__ import annotations

from landing_zone.plan.hub import ACCOUNT
from landing_zone.plan.knowledge import deployment_name
from landing_zone.plan.model import Environment

ROLE = "network_hub"


def network_hub_name(region: str) -> str:
    """Name of the hub's deployment in a Region."""
    return deployment_name(ROLE, Environment(ACCOUNT, region))
