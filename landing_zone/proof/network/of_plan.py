"""The templates of a plan, as the prover reads them: every deployment, also those that are withheld for now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landing_zone.manifest.model import Manifest
from landing_zone.plan.lock import Lock
from landing_zone.plan.model import Plan
from landing_zone.plan.roles.network_hub import network_hub_name
from landing_zone.plan.roles.network_links import attachment_origins
from landing_zone.proof.network.model import StackTemplate

NETWORK_ROLES = (
    "control_tower",
    "network_hub",
    "network_egress",
    "network_ingress",
    "network_shared",
    "network_links",
    "network_link_routes",
    "workload_network",
    "network_association",
)
"""Roles whose stacks make networks, connect them or let others do so; no other role has a resource that matters."""


def stacks_of_plan(plan: Plan, templates: Mapping[str, Mapping[str, Any]]) -> list[StackTemplate]:
    """What the prover reads. templates: by variant id."""
    return [
        StackTemplate(
            name=deployment.name,
            document=templates[deployment.variant.id],
            account=deployment.account_id or "",
            region=deployment.environment.region,
            parameters={value.name: value.text or "" for value in deployment.values},
        )
        for deployment in plan.deployments
        if deployment.variant.role in NETWORK_ROLES
    ]


def identities(
    manifest: Manifest, plan: Plan, templates: Mapping[str, Mapping[str, Any]], lock: Lock
) -> dict[str, tuple[str, str]]:
    """What the lock's ids of transit gateways and attachments are: id to (stack, logical id)."""
    hubs = {
        network_hub_name(deployment.environment.region): templates[deployment.variant.id]["Resources"]
        for deployment in plan.deployments
        if deployment.variant.role == "network_hub"
    }
    gateways = {
        transit.gateway: (network_hub_name(region), logical_id)
        for region, transit in lock.transit.items()
        for logical_id, resource in hubs.get(network_hub_name(region), {}).items()
        if transit.gateway and resource["Type"] == "AWS::EC2::TransitGateway"
    }
    return gateways | attachment_origins(manifest, lock)
