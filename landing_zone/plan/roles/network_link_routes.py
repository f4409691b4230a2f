"""network_link_routes: which transit route table each link belongs to, and the routes that lead into it.

CloudFormation tells the attachment of a VPN, of the Direct Connect gateway and of the accepting side of a peering to
nobody, so these stacks wait until `hlz adopt` has read the ids.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from landing_zone.manifest.model import Manifest
from landing_zone.plan.hub import ACCOUNT, hub_regions
from landing_zone.plan.knowledge import Knowledge, core_account, deployment, value_types, variant
from landing_zone.plan.model import Deployment, Value
from landing_zone.plan.roles.network_links import (
    DIRECT_CONNECT,
    links,
    network_links,
    network_links_name,
    peers_asked,
    shares_its_ranges,
)
from landing_zone.plan.segments import HYBRID, PEERING

ROLE = "network_link_routes"


def network_link_routes(known: Knowledge) -> Iterator[Deployment]:
    """The routes of every hub.

    Shape: `attachments` (`attachments_of`). Private ranges that no link leads to are dropped by network_hub's routes.
    """
    manifest = known.manifest
    account = core_account(manifest, ACCOUNT)
    made = {entry.name for entry in network_links(known)}
    for region in hub_regions(manifest):
        attachments = attachments_of(region, manifest)
        transit = known.lock.transit.get(region)
        ids = transit.attachments if transit else {}
        values = tuple(
            Value(attachment_value(entry["name"]), "transit_attachment_id", ids.get(entry["name"]))
            for entry in attachments
        )
        shape = {"attachments": attachments}
        after = {network_links_name(there) for there in (region, manifest.regions.home)}
        yield deployment(
            known, variant(ROLE, region, shape, value_types(values)), account, values, tuple(sorted(after & made))
        )


def attachments_of(region: str, manifest: Manifest) -> list[dict[str, Any]]:
    """The links of a Region that are attachments, by name.

    Each has `name` (as in the lock), `kind` (vpn, direct-connect, peering), `segment` whose table it belongs to,
    `sites`, `ranges` behind it, and `propagates`: it tells its routes by BGP; otherwise they are static, so that a
    site cannot announce what is not its own.
    """
    found = [
        {
            "name": link.name,
            "kind": "vpn",
            "segment": HYBRID,
            "sites": [link.name],
            "ranges": sorted(link.ranges),
            "propagates": link.asn is not None and shares_its_ranges(link, manifest, region),
        }
        for link in links(manifest, region, "vpn")
    ]
    if direct := links(manifest, region, DIRECT_CONNECT):
        # AWS takes no static route to a Direct Connect gateway.
        found.append(
            {
                "name": DIRECT_CONNECT,
                "kind": DIRECT_CONNECT,
                "segment": HYBRID,
                "sites": [link.name for link in direct],
                "ranges": sorted({cidr for link in direct for cidr in link.ranges}),
                "propagates": True,
            }
        )
    found += [
        {
            "name": peer,
            "kind": "peering",
            "segment": PEERING,
            "sites": [],
            "ranges": sorted(manifest.network.pools[peer]),
            "propagates": False,
        }
        for peer in peers_of(region, manifest)
    ]
    return sorted(found, key=lambda entry: str(entry["name"]))


def peers_of(region: str, manifest: Manifest) -> tuple[str, ...]:
    """Regions whose hub a Region's is peered with, whoever asked."""
    asking = tuple(other for other in hub_regions(manifest) if region in peers_asked(other, manifest))
    return (*peers_asked(region, manifest), *asking)


def attachment_value(name: str) -> str:
    """Name of the value that is an attachment's id."""
    return f"Attachment{name.title().replace('-', '')}"
