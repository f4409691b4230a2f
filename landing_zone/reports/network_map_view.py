"""What the network map shows: networks by Region and segment, alike ones together, the hub, links and flows."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, summarize_address_range
from typing import Protocol

from landing_zone.plan.segments import EGRESS, HUB_SEGMENTS, INGRESS, INSPECTION, SHARED
from landing_zone.policy_data import policy_data
from landing_zone.proof.network.model import AttachmentKind, Gateway, Network, Ranges, TransitGateway, Vpc

INTERNET = "internet"
NO_SEGMENT = "no segment"
HUB_ROWS = (INGRESS, EGRESS, INSPECTION)
"""Rows of the hub above the transit gateway; `shared` stands below it."""
PHI = frozenset({"phi", "phi-entry"})
"""Segments whose networks hold PHI."""
_ORDER = (SHARED, "phi-entry", "phi", "phi-nonproduction", "nonphi", "sandbox")
_IPV6 = 1 << 32
_LINK_KINDS: Mapping[AttachmentKind, str] = {
    "vpn": "site-to-site VPN",
    "direct-connect": "Direct Connect",
    "connect": "Transit Gateway Connect",
}
_HOSTS = {"endpoint": "VPC endpoint", "resolver": "resolver endpoint", "load-balancer": "load balancer"}


@dataclass(frozen=True, slots=True, order=True)
class Flow:
    """Who may open connections to whom, by segment (or `internet`): whether every path passes a firewall."""

    source: str
    target: str
    inspected: bool


class Permitted(Protocol):
    """What the prover says of one segment's way to another."""

    @property
    def inspected(self) -> bool:
        """Whether every path passes a firewall."""


def flows_of(permitted: Mapping[tuple[str, str], Permitted]) -> list[Flow]:
    """The arrows of what the prover finds permitted, by source and target segment."""
    return [Flow(source, target, found.inspected) for (source, target), found in permitted.items()]


@dataclass(frozen=True, slots=True)
class Tier:
    """Subnets of a tier: zone and range of each, sorted."""

    name: str
    subnets: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class NetworkView:
    """A VPC on the map. marks: what stands in it for each zone, e.g. NAT gateways. notes: what else matters.

    gateway: it has an internet gateway. attached: to a transit gateway. hub: one of the hub's own.
    """

    key: str
    name: str
    account: str
    ranges: tuple[str, ...]
    size: int
    tiers: tuple[Tier, ...]
    marks: tuple[tuple[str, tuple[str, ...]], ...]
    notes: tuple[str, ...]
    gateway: bool
    attached: bool
    hub: bool

    @property
    def zones(self) -> tuple[str, ...]:
        """Its zones, sorted."""
        return tuple(sorted({zone for tier in self.tiers for zone, _ in tier.subnets}))

    @property
    def shape(self) -> str:
        """What is the same in networks that are alike: sizes of the range and of the subnets, zones, what is in it."""
        parts = [", ".join(_prefix(cidr) for cidr in self.ranges) or "no range"]
        for tier in self.tiers:
            sizes = Counter(_prefix(cidr) for _, cidr in tier.subnets)
            parts.append(f"{tier.name} {' + '.join(f'{count} × {size}' for size, count in sorted(sizes.items()))}")
        parts += [plural(len(zones), what) for what, zones in self.marks]
        return " · ".join([*parts, *self.notes, f"in {', '.join(self.zones)}" if self.zones else "no subnets"])


@dataclass(frozen=True, slots=True)
class Link:
    """A connection to a place outside AWS, and the Regions in which it ends."""

    site: str
    kind: str
    ranges: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A transit gateway route table: its segment, how many routes it has, and how many of them are blackholes."""

    name: str
    routes: int
    blackholes: int


@dataclass(frozen=True, slots=True)
class RegionView:
    """A Region: networks by segment, the transit gateway's tables, and where it is linked to."""

    name: str
    segments: Mapping[str, tuple[NetworkView, ...]]
    tables: tuple[Table, ...]
    has_gateway: bool
    joins_by_default: bool
    peers: tuple[str, ...]
    links: tuple[Link, ...]

    @property
    def spokes(self) -> int:
        """Networks that are not the hub's."""
        return sum(not network.hub for networks in self.segments.values() for network in networks)


def plural(count: int, what: str) -> str:
    """A count with its noun."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def region_views(network: Network) -> tuple[RegionView, ...]:
    """Every Region in which there is anything, sorted by name."""
    gateways = _gateways(network)
    names = {vpc.region for vpc in network.vpcs.values()} | gateways.keys()
    return tuple(_region(name, network, gateways.get(name, {})) for name in sorted(names))


def segment_rows(regions: Iterable[RegionView]) -> list[str]:
    """Segments with networks below the transit gateway, in the order of the map."""
    found = {segment for region in regions for segment in region.segments} - set(HUB_ROWS)
    known = [segment for segment in _ORDER if segment in found]
    return [*known, *sorted(found - {*_ORDER, NO_SEGMENT}), *([NO_SEGMENT] if NO_SEGMENT in found else [])]


def segment_title(segment: str) -> str:
    """What a segment is for, if it is one of ours."""
    data = policy_data("network/segments")
    row = data["segments"].get(segment) or data["hubs"].get(segment) or {}
    return str(row.get("title", ""))


def drawn_flows(flows: Iterable[Flow], places: Iterable[str]) -> list[Flow]:
    """The flows between places of the picture, each once, sorted; not those of networks that only pass traffic on."""
    there = set(places).difference(HUB_SEGMENTS)
    return sorted({flow for flow in flows if flow.source in there and flow.target in there})


def range_texts(ranges: Ranges) -> tuple[str, ...]:
    """Address intervals as CIDR blocks."""
    texts: list[str] = []
    for first, last in ranges:
        if first < _IPV6:
            blocks = summarize_address_range(IPv4Address(first), IPv4Address(min(last, _IPV6 - 1)))
            texts += map(str, blocks)
        if last >= _IPV6:
            start = IPv6Address(max(first, _IPV6) - _IPV6)
            texts += map(str, summarize_address_range(start, IPv6Address(last - _IPV6)))
    return tuple(texts)


def merged_links(links: Iterable[Link]) -> tuple[Link, ...]:
    """Links, those of one site and kind as one."""
    together: dict[tuple[str, str], tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for link in links:
        ranges, ends = together[link.site, link.kind]
        ranges.update(link.ranges)
        ends.update(link.regions)
    rows = sorted(together.items())
    return tuple(Link(site, kind, tuple(sorted(r)), tuple(sorted(e))) for (site, kind), (r, e) in rows)


def _gateways(network: Network) -> dict[str, dict[str, TransitGateway]]:
    """Transit gateways by Region. One that the templates only name by its id is where the VPCs attached to it are."""
    found: dict[str, dict[str, TransitGateway]] = defaultdict(dict)
    places = {(gateway.region, key) for key, gateway in network.transit_gateways.items() if gateway.region}
    for attachment in network.attachments.values():
        vpc = network.vpcs.get(attachment.vpc or "")
        if vpc and attachment.gateway in network.transit_gateways:
            places.add((network.transit_gateways[attachment.gateway].region or vpc.region, attachment.gateway))
    for region, key in sorted(places):
        found[region][key] = network.transit_gateways[key]
    return found


def _region(name: str, network: Network, gateways: Mapping[str, TransitGateway]) -> RegionView:
    owners = {gateway.account for gateway in gateways.values()} - {""}
    by_vpc: dict[str, list[Gateway]] = defaultdict(list)
    for gateway in network.gateways.values():
        by_vpc[gateway.vpc].append(gateway)
    segments: dict[str, list[NetworkView]] = defaultdict(list)
    contents = _Contents(network, by_vpc)
    for vpc in network.vpcs.values():
        if vpc.region == name:
            segment = contents.segment(vpc)
            ours = segment in (*HUB_ROWS, SHARED) and (not owners or vpc.account in owners)
            # What is named like a part of the hub and belongs to somebody else stands below, with the spokes.
            row = segment if ours or segment not in HUB_ROWS else f"{segment} outside the hub"
            segments[row].append(contents.view(vpc, hub=ours))
    tables = sorted(
        (table.segment or table.origin.logical_id, len(table.routes), sum(r.attachment is None for r in table.routes))
        for table in network.transit_tables.values()
        if table.gateway in gateways
    )
    attachments = [attachment for attachment in network.attachments.values() if attachment.gateway in gateways]
    return RegionView(
        name=name,
        segments={
            segment: tuple(sorted(rows, key=lambda row: (not row.hub, row.name, row.key)))
            for segment, rows in sorted(segments.items())
        },
        tables=tuple(Table(*row) for row in tables),
        has_gateway=bool(gateways),
        joins_by_default=any(g.default_association or g.default_propagation for g in gateways.values()),
        peers=tuple(sorted({_peer(a.peer, a.site, network) for a in attachments if a.kind == "peering"})),
        links=merged_links(_links(name, network, gateways)),
    )


def _peer(peer: str | None, site: str, network: Network) -> str:
    other = network.attachments.get(peer or "")
    gateway = network.transit_gateways.get(other.gateway) if other else None
    return (gateway.region if gateway else "") or site or "another Region"


def _links(region: str, network: Network, gateways: Iterable[str]) -> tuple[Link, ...]:
    rows = [
        Link(a.site or a.origin.logical_id, _LINK_KINDS[a.kind], range_texts(a.ranges), (region,))
        for a in network.attachments.values()
        if a.gateway in gateways and a.kind in _LINK_KINDS
    ]
    for gateway in network.gateways.values():
        vpc = network.vpcs.get(gateway.vpc)
        if gateway.kind == "vpn-gateway" and vpc and vpc.region == region:
            rows.append(Link(gateway.origin.logical_id, f"VPN gateway of {vpc.name}", (), (region,)))
    return tuple(rows)


class _Contents:
    """What stands in each VPC; read once, since there may be hundreds."""

    def __init__(self, network: Network, gateways: Mapping[str, list[Gateway]]) -> None:
        self._gateways = gateways
        self._attached = {a.vpc for a in network.attachments.values() if a.vpc}
        self._subnets = defaultdict(list)
        for subnet in network.subnets.values():
            self._subnets[subnet.vpc].append(subnet)
        self._marks: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        zone_of = {key: (subnet.vpc, subnet.zone) for key, subnet in network.subnets.items()}
        for firewall in network.firewalls.values():
            _, zone = zone_of.get(firewall.subnet or "", ("", "zone unknown"))
            self._marks[firewall.vpc]["firewall endpoint"].append(zone)
        for nat in network.nats.values():
            if nat.subnet in zone_of:
                vpc, zone = zone_of[nat.subnet]
                self._marks[vpc]["NAT gateway" if nat.public else "private NAT gateway"].append(zone)
        self._hosts: dict[str, Counter[str]] = defaultdict(Counter)
        for host in network.hosts.values():
            if host.kind in _HOSTS:
                for vpc in {zone_of[subnet][0] for subnet in host.subnets if subnet in zone_of}:
                    self._hosts[vpc][_HOSTS[host.kind]] += 1
        self._peers: dict[str, set[str]] = defaultdict(set)
        for peering in network.peerings.values():
            for one, other in (peering.vpcs, peering.vpcs[::-1]):
                self._peers[one].add(network.vpcs[other].name if other in network.vpcs else other)

    def segment(self, vpc: Vpc) -> str:
        """A VPC's own, else that of its subnets (one with PHI decides), else by what stands in it."""
        inside = {subnet.segment for subnet in self._subnets[vpc.key] if subnet.segment}
        if phi := sorted(inside & PHI):
            return phi[0]
        if vpc.segment or len(inside) == 1:
            return vpc.segment or inside.pop()
        return INSPECTION if "firewall endpoint" in self._marks[vpc.key] else NO_SEGMENT

    def view(self, vpc: Vpc, *, hub: bool) -> NetworkView:
        """A VPC with what is in it."""
        tiers: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for subnet in sorted(self._subnets[vpc.key], key=lambda subnet: (subnet.ranges, subnet.key)):
            name = subnet.tier or (subnet.segment if subnet.segment != vpc.segment else None) or "subnets"
            tiers[name].append((subnet.zone, ", ".join(range_texts(subnet.ranges))))
        kinds = Counter(gateway.kind for gateway in self._gateways.get(vpc.key, ()))
        notes = [plural(count, what) for what, count in sorted(self._hosts[vpc.key].items())]
        notes += [kind.replace("-", " ") for kind in sorted(kinds)]
        notes += [f"peered with {name}" for name in sorted(self._peers[vpc.key])]
        notes += [f"entered from {' and '.join(sorted(vpc.entries))}"] if vpc.entries else []
        ranges = range_texts(vpc.ranges)
        return NetworkView(
            key=vpc.key,
            name=vpc.name,
            account=vpc.account,
            ranges=ranges,
            size=sum(last - first + 1 for first, last in vpc.ranges if last < _IPV6),
            tiers=tuple(Tier(name, tuple(sorted(rows))) for name, rows in tiers.items()),
            marks=tuple((what, tuple(sorted(zones))) for what, zones in sorted(self._marks[vpc.key].items())),
            notes=tuple(notes),
            gateway=bool(kinds["internet-gateway"]),
            attached=vpc.key in self._attached,
            hub=hub,
        )


def _prefix(cidr: str) -> str:
    return f"/{cidr.partition('/')[2]}" if "/" in cidr else "?"
