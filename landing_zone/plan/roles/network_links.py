"""network_links: the hub's ways to hospitals (VPN, Direct Connect) and to the hubs of the other Regions."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import IPv4Network
from typing import Any

from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.network import HybridLink
from landing_zone.plan.hub import ACCOUNT, hub_regions
from landing_zone.plan.knowledge import (
    Knowledge,
    alarm_owners,
    core_account,
    deployment,
    deployment_name,
    retention_shape,
    value_types,
    variant,
)
from landing_zone.plan.lock import Lock
from landing_zone.plan.model import Deployment, Environment, Value
from landing_zone.plan.roles.account_baseline import account_baseline_name
from landing_zone.plan.roles.network_hub import network_hub_name

ROLE = "network_links"
SITE_TAG = "hlz:site"
"""Tag of what stands for an attachment: the site's name, or the Region at the other end of a peering."""
DIRECT_CONNECT = "direct-connect"
"""Kind of a link; in the lock, the name of the Direct Connect gateway's attachment. No site may be called so."""
ASSOCIATION_LOGICAL_ID = "DirectConnectAssociation"
DIRECT_CONNECT_ASN = 4_200_000_000
"""Start of the private 4-byte numbers. The Direct Connect gateway's differs from every transit gateway's, or AWS
refuses to associate them (Direct Connect User Guide, create-transit-vif-for-gateway)."""


def network_links_name(region: str) -> str:
    """Name of a Region's links."""
    return deployment_name(ROLE, Environment(ACCOUNT, region))


def network_links(known: Knowledge) -> Iterator[Deployment]:
    """The links of every Region that has any; home first, because the other Regions use its Direct Connect gateway.

    Shape: `vpns` (`vpn_shape`), `direct_connect` (None, or `prefixes` that are announced to the sites, `asn` where the
    gateway is made, else None), `peers` (Regions to which this one asks for a peering), `owners` of alarms by severity,
    `runbooks` (base address or None), and the days that logs are kept.
    """
    manifest = known.manifest
    common = {
        **retention_shape(manifest, "flow_logs"),
        "owners": alarm_owners(manifest),
        "runbooks": manifest.detection.runbooks,
    }
    account = core_account(manifest, ACCOUNT)
    for region in hub_regions(manifest):
        direct = links(manifest, region, DIRECT_CONNECT)
        gateway_here = region == known.home and any(link.kind == DIRECT_CONNECT for link in manifest.network.hybrid)
        vpns, peers = links(manifest, region, "vpn"), peers_asked(region, manifest)
        if not (vpns or direct or peers or gateway_here):
            continue
        shape: dict[str, Any] = {
            **common,
            "vpns": [vpn_shape(link) for link in vpns],
            "direct_connect": None,
            "peers": list(peers),
        }
        values = [Value(gateway_value(peer), "transit_gateway_id", gateway_id(known, peer)) for peer in peers]
        after = [account_baseline_name(ACCOUNT, region), network_hub_name(region)]
        if direct or gateway_here:
            shape["direct_connect"] = {
                "asn": DIRECT_CONNECT_ASN + manifest.network.hub.asn if gateway_here else None,
                "prefixes": sorted(manifest.network.pools[region]) if direct else [],
                "ranges": sorted({cidr for link in direct for cidr in link.ranges}),
            }
            if not gateway_here:
                values.append(Value("DirectConnectGatewayArn", "arn", direct_connect_gateway(known)))
                after.append(network_links_name(known.home))
        planned = tuple(values)
        yield deployment(known, variant(ROLE, region, shape, value_types(planned)), account, planned, tuple(after))


def vpn_shape(link: HybridLink) -> dict[str, Any]:
    """A VPN: `site`, its `ranges`, `address` of its device, its autonomous system number `asn` (None: no BGP)."""
    return {"site": link.name, "address": link.customer_gateway, "asn": link.asn, "ranges": sorted(link.ranges)}


def vpn_logical_id(site: str) -> str:
    """Logical id of a site's VPN connection; fixed, because the attachment's id in the lock stands for it."""
    return f"Vpn{site.title().replace('-', '')}"


def peering_logical_id(peer: str) -> str:
    """Logical id of the peering with a Region's hub."""
    return f"Peering{peer.title().replace('-', '')}"


def links(manifest: Manifest, region: str, kind: str) -> tuple[HybridLink, ...]:
    """The links of a kind that end in a Region, by site."""
    ending = (link for link in manifest.network.hybrid if link.kind == kind and region in link_regions(link, manifest))
    return tuple(sorted(ending, key=lambda link: link.name))


def link_regions(link: HybridLink, manifest: Manifest) -> tuple[str, ...]:
    """Regions in which a link ends."""
    return link.regions or (manifest.regions.home, manifest.regions.recovery)


def peers_asked(region: str, manifest: Manifest) -> tuple[str, ...]:
    """Regions whose hubs a Region asks for a peering: the home Region all others, so that there is one of each."""
    return hub_regions(manifest)[1:] if region == manifest.regions.home else ()


def shares_its_ranges(link: HybridLink, manifest: Manifest, region: str) -> bool:
    """Whether another link that ends in the Region leads to addresses of this one: then BGP decides between them."""
    others = [o for o in manifest.network.hybrid if o.name != link.name and region in link_regions(o, manifest)]
    ranges = [IPv4Network(cidr) for other in others for cidr in other.ranges]
    return any(IPv4Network(cidr).overlaps(other) for cidr in link.ranges for other in ranges)


def attachment_origins(manifest: Manifest, lock: Lock) -> dict[str, tuple[str, str]]:
    """Which resource (stack, logical id) each attachment in the lock belongs to, by id: for the network proof."""
    home = manifest.regions.home
    found = {}
    for region, transit in lock.transit.items():
        for name, id in transit.attachments.items():
            if name in hub_regions(manifest):
                asking, asked = (region, name) if region == home else (name, region)
                found[id] = (network_links_name(asking), peering_logical_id(asked))
            elif name == DIRECT_CONNECT:
                found[id] = (network_links_name(region), ASSOCIATION_LOGICAL_ID)
            else:
                found[id] = (network_links_name(region), vpn_logical_id(name))
    return found


def gateway_value(region: str) -> str:
    """Name of the value that is the id of a Region's transit gateway."""
    return f"TransitGateway{region.title().replace('-', '')}"


def gateway_id(known: Knowledge, region: str) -> str | None:
    """Id of a Region's transit gateway, once `hlz adopt` has read it."""
    return known.lock.transit[region].gateway if region in known.lock.transit else None


def direct_connect_gateway(known: Knowledge) -> str | None:
    """ARN of the Direct Connect gateway, once `hlz adopt` has read its id."""
    home, owner = known.lock.transit.get(known.home), known.account_id(ACCOUNT)
    if not (home and home.direct_connect_gateway and owner):
        return None
    return f"arn:aws:directconnect::{owner}:dx-gateway/{home.direct_connect_gateway}"
