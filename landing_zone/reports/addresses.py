"""The address plan: pools and what is left of them, the hub's block, every network's subnets, and overlaps."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from ipaddress import IPv4Network
from typing import Any

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.load import LoadedManifest
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.regions import regions
from landing_zone.plan.addresses import free_blocks
from landing_zone.plan.hub import ACCOUNT, hub_regions, hub_vpcs
from landing_zone.plan.knowledge import network_regions
from landing_zone.plan.layout import SIZES, subnets
from landing_zone.plan.lock import Lock, LockedNetwork
from landing_zone.plan.make import Planned
from landing_zone.plan.segments import segment_of

Row = dict[str, Any]


def addresses_document(loaded: LoadedManifest, planned: Planned) -> Row:
    """The value of `addresses` in the `--json` document of `hlz plan --addresses`. Sizes count addresses."""
    manifest, lock = loaded.manifest, planned.lock
    used = {*manifest.network.pools, *lock.networks, *lock.hubs}
    rows = [_region_row(region, manifest, lock) for region in sorted(used, key=lambda code: _order(code, manifest))]
    elsewhere = _on_premises(manifest)
    owned = [(f"pool of {region}", cidr) for region, cidrs in manifest.network.pools.items() for cidr in cidrs]
    owned += [(row["site"], cidr) for row in elsewhere for cidr in row["ranges"]]
    return {"regions": rows, "on_premises": elsewhere, "overlaps": list(_overlaps(owned))}


def _order(region: str, manifest: Manifest) -> tuple[int, str]:
    """Home first, then recovery, then the others by code."""
    first = (manifest.regions.home, manifest.regions.recovery)
    return (first.index(region) if region in first else len(first), region)


def _region_row(region: str, manifest: Manifest, lock: Lock) -> Row:
    pools = manifest.network.pools.get(region, ())
    networks, hub = lock.networks.get(region, {}), lock.hubs.get(region)
    taken = [network.cidr for network in networks.values()] + ([hub.cidr] if hub else [])
    free = list(free_blocks(pools, taken))
    zones = manifest.network.availability_zones
    names = _zone_names(region, zones)
    accounts = {account.name: account for account in tree.accounts(manifest)}
    rows = []
    for name, network in sorted(networks.items(), key=lambda item: IPv4Network(item[1].cidr)):
        account = accounts.get(name)
        parts = [(subnet.tier, subnet.zone, subnet.cidr) for subnet in subnets(network.cidr, network.layout, zones)]
        rows.append(
            {
                "account": name,
                "segment": segment_of(account, manifest) if account else None,
                "in_use": account is not None and region in network_regions(account, manifest),
                **_network_row(network, parts, names),
            }
        )
    return {
        "region": region,
        "name": regions()[region].name,
        "zones": list(names),
        "pools": [_pool_row(pool, taken) for pool in pools],
        "room": {size: _room(free, prefix) for size, prefix in SIZES.items()},
        "hub": _hub_row(hub, region in hub_regions(manifest), names) if hub else None,
        "networks": rows,
    }


def _zone_names(region: str, zones: int) -> tuple[str, ...]:
    """Zone ids; numbers beyond those of a Region with fewer, of which only an old lock can ask more."""
    known = regions()[region].zones
    return (*known[:zones], *(f"zone {number}" for number in range(len(known) + 1, zones + 1)))


def _pool_row(pool: str, taken: Iterable[str]) -> Row:
    block = IPv4Network(pool)
    free = list(free_blocks((pool,), taken))
    left = sum(part.num_addresses for part in free)
    largest = min(free, key=lambda part: (part.prefixlen, part.network_address), default=None)
    return {
        "cidr": pool,
        "size": block.num_addresses,
        "used": block.num_addresses - left,
        "reserve": _reserve(left, block.num_addresses) | {"largest_free": str(largest) if largest else None},
    }


def _reserve(left: int, size: int) -> Row:
    return {"addresses": left, "percent": round(100 * left / size, 1)}


def _room(free: Iterable[IPv4Network], prefix: int) -> Row:
    """How many more VPCs of a size fit, and which block the next one gets: the smallest that fits, the lowest first."""
    fitting = [block for block in free if block.prefixlen <= prefix]
    first = min(fitting, key=lambda block: (-block.prefixlen, block.network_address), default=None)
    return {
        "prefix": prefix,
        "count": sum(1 << (prefix - block.prefixlen) for block in fitting),
        "next": f"{first.network_address}/{prefix}" if first else None,
    }


def _network_row(network: LockedNetwork, parts: Iterable[tuple[str, int, str]], zones: tuple[str, ...]) -> Row:
    """A VPC cut into subnets, which are given as tier, number of the zone (from 1) and range."""
    size = IPv4Network(network.cidr).num_addresses
    rows = [{"tier": tier, "zone": zones[zone - 1], "cidr": cidr} for tier, zone, cidr in parts]
    left = size - sum(IPv4Network(row["cidr"]).num_addresses for row in rows)
    return {
        "cidr": network.cidr,
        "size": size,
        "layout": network.layout,
        "subnets": rows,
        "reserve": _reserve(left, size),
    }


def _hub_row(hub: LockedNetwork, in_use: bool, zones: tuple[str, ...]) -> Row:
    size = IPv4Network(hub.cidr).num_addresses
    vpcs = []
    for segment, vpc in hub_vpcs(hub.cidr, hub.layout, len(zones)).items():
        parts = [(tier, zone, cidr) for tier, cidrs in vpc.subnets.items() for zone, cidr in enumerate(cidrs, 1)]
        network = LockedNetwork(cidr=vpc.cidr, layout=hub.layout)
        vpcs.append({"segment": segment, **_network_row(network, parts, zones)})
    left = size - sum(vpc["size"] for vpc in vpcs)
    return {
        "account": ACCOUNT,
        "cidr": hub.cidr,
        "size": size,
        "layout": hub.layout,
        "in_use": in_use,
        "vpcs": vpcs,
        "reserve": _reserve(left, size),
    }


def _on_premises(manifest: Manifest) -> list[Row]:
    both = (manifest.regions.home, manifest.regions.recovery)
    rows: list[Row] = [
        {"site": link.name, "kind": link.kind, "ranges": list(link.ranges), "regions": list(link.regions or both)}
        for link in sorted(manifest.network.hybrid, key=lambda link: link.name)
    ]
    if further := sorted(manifest.network.on_premises, key=IPv4Network):
        rows.append({"site": FURTHER, "kind": None, "ranges": further, "regions": []})
    return rows


FURTHER = "further ranges"
"""Stands for `network.on_premises` where ranges are told apart by site."""


def _overlaps(owned: Iterable[tuple[str, str]]) -> Iterator[Row]:
    """Every pair of ranges of which one holds the other. Two blocks are nested or disjoint."""
    around: list[tuple[IPv4Network, str]] = []
    for block, owner in sorted((IPv4Network(cidr), owner) for owner, cidr in owned):
        while around and around[-1][0].broadcast_address < block.network_address:
            around.pop()
        for outer, other in around:
            yield {"ranges": [str(outer), str(block)], "owners": [other, owner]}
        around.append((block, owner))


def addresses_text(document: Mapping[str, Any], *, brief: bool) -> str:
    """The address plan for people; brief: without the networks."""
    lines: list[str] = []
    for region in document["regions"]:
        lines += [*_region_lines(region, brief=brief), ""]
    if document["on_premises"]:
        lines.append("On premises")
        width = max(len(row["site"]) for row in document["on_premises"])
        for row in document["on_premises"]:
            link = f"  {row['kind']} to {', '.join(row['regions'])}" if row["kind"] else ""
            lines.append(f"  {row['site'].ljust(width)}  {', '.join(row['ranges'])}{link}")
        lines.append("")
    if not document["overlaps"]:
        lines.append("No two ranges overlap.")
    for row in document["overlaps"]:
        (outer, inner), (other, owner) = row["ranges"], row["owners"]
        lines.append(f"Overlap: {inner} ({owner}) and {outer} ({other}).")
    return "\n".join(lines)


def _region_lines(region: Mapping[str, Any], *, brief: bool) -> Iterator[str]:
    yield f"{region['region']}  {region['name']}"
    for pool in region["pools"]:
        reserve = pool["reserve"]
        largest = f"; largest free block {reserve['largest_free']}" if reserve["largest_free"] else ""
        yield (
            f"  pool {pool['cidr']}: {pool['used']:,} of {pool['size']:,} addresses used, "
            f"{reserve['addresses']:,} ({reserve['percent']} %) in reserve{largest}"
        )
    for size, room in region["room"].items():
        following = f", the next one {room['next']}" if room["next"] else ""
        yield f"  room for {room['count']:,} more {size} (/{room['prefix']}){following}"
    if brief:
        return
    if hub := region["hub"]:
        yield f"  hub {hub['cidr']} of account '{hub['account']}'{_left(hub)}{_kept(hub)}"
        for vpc in hub["vpcs"]:
            yield f"    {vpc['segment']}  {vpc['cidr']}{_left(vpc)}"
            yield from _tier_lines(vpc, "      ")
    else:
        yield "  no hub"
    for network in region["networks"]:
        segment = network["segment"] or "no segment"
        yield f"  {network['account']}  {segment}  {network['cidr']}{_left(network)}{_kept(network)}"
        yield from _tier_lines(network, "    ")


def _left(row: Mapping[str, Any]) -> str:
    return f"  {row['reserve']['addresses']:,} of {row['size']:,} addresses ({row['reserve']['percent']} %) for growth"


def _kept(row: Mapping[str, Any]) -> str:
    return "" if row["in_use"] else "  (kept: the manifest no longer asks for it)"


def _tier_lines(network: Mapping[str, Any], indent: str) -> Iterator[str]:
    tiers: dict[str, list[str]] = {}
    for subnet in network["subnets"]:
        tiers.setdefault(subnet["tier"], []).append(f"{subnet['zone']} {subnet['cidr']}")
    width = max(map(len, tiers), default=0)
    for tier, parts in tiers.items():
        yield f"{indent}{tier.ljust(width)}  {'  '.join(parts)}"
