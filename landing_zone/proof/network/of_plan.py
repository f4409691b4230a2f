"""The templates of a plan, as the prover reads them: every deployment, also those that are withheld for now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from landing_zone.plan.hub import ACCOUNT
from landing_zone.plan.knowledge import deployment_name
from landing_zone.plan.lock import Lock
from landing_zone.plan.model import Environment, Plan
from landing_zone.proof.network.model import StackTemplate

NETWORK_ROLES = (
    "network_hub",
    "network_egress",
    "network_ingress",
    "network_shared",
    "network_links",
    "network_link_routes",
    "workload_network",
    "network_association",
)
"""Roles whose stacks make networks or connect them; no other role has a resource that carries traffic."""


def stacks_of_plan(plan: Plan, templates: Mapping[str, Mapping[str, Any]]) -> list[StackTemplate]:
    """What the prover reads. templates: by variant id."""
    accounts = {d.environment.account: d.account_id or "" for d in plan.deployments}
    return [
        StackTemplate(
            name=deployment.name,
            document=templates[deployment.variant.id],
            account=accounts[deployment.environment.account],
            region=deployment.environment.region,
            parameters={value.name: value.text or "" for value in deployment.values},
        )
        for deployment in plan.deployments
        if deployment.variant.role in NETWORK_ROLES
    ]


def identities(plan: Plan, templates: Mapping[str, Mapping[str, Any]], lock: Lock) -> dict[str, tuple[str, str]]:
    """What the lock's ids of gateways and attachments are: id to (stack, logical id)."""
    variants = {deployment.name: templates[deployment.variant.id] for deployment in plan.deployments}
    return dict(_identities(variants, lock))


def _identities(stacks: Mapping[str, Mapping[str, Any]], lock: Lock) -> Iterator[tuple[str, tuple[str, str]]]:
    for region, transit in lock.transit.items():
        hub = deployment_name("network_hub", Environment(ACCOUNT, region))
        if transit.gateway and hub in stacks:
            for logical_id, resource in stacks[hub]["Resources"].items():
                if resource["Type"] == "AWS::EC2::TransitGateway":
                    yield transit.gateway, (hub, logical_id)
        links = deployment_name("network_links", Environment(ACCOUNT, region))
        for logical_id, resource in stacks.get(links, {}).get("Resources", {}).items():
            name = _site(resource)
            if name in transit.attachments:
                yield transit.attachments[name], (links, logical_id)


def _site(resource: Mapping[str, Any]) -> str:
    """The link that a resource belongs to: its tag `hlz:site`, a site's name or the Region at a peering's other end."""
    tags = [*resource.get("Properties", {}).get("Tags", []), *resource.get("Metadata", {}).get("Tags", [])]
    return next((tag["Value"] for tag in tags if isinstance(tag, dict) and tag.get("Key") == "hlz:site"), "")
