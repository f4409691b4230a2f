"""Networks for tests: a good hub and spoke in two Regions, made of the model's objects, and ways to spoil it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from ipaddress import IPv4Network, ip_network
from typing import Any

from landing_zone.proof.network.model import (
    Acl,
    AclEntry,
    Attachment,
    FirewallEndpoint,
    Gateway,
    Host,
    Listener,
    Nat,
    Network,
    Origin,
    Ranges,
    Result,
    Route,
    RouteTable,
    SecurityGroup,
    SecurityRule,
    Subnet,
    Target,
    TransitGateway,
    TransitRoute,
    TransitTable,
    Unknown,
    Vpc,
)

EAST, WEST = "us-east-1", "us-west-2"
POOLS = {EAST: "10.0.0.0/10", WEST: "10.64.0.0/10"}
HUB_POOLS = {EAST: "10.60.0.0/16", WEST: "10.124.0.0/16"}
ON_PREMISES = "172.16.0.0/16"
PRIVATE = ("10.128.0.0/9", "172.16.0.0/12", "192.168.0.0/16")
REACHES = {
    "phi": ("phi", "shared", "ingress", "hybrid", "internet", "other_regions"),
    "phi-nonproduction": ("phi-nonproduction", "shared", "ingress", "hybrid", "internet"),
    "nonphi": ("nonphi", "shared", "ingress", "hybrid", "internet"),
    "sandbox": ("internet",),
    "shared": ("phi", "phi-nonproduction", "nonphi", "shared", "hybrid", "internet"),
    "hybrid": ("shared", "hospital_entries"),
    "ingress": ("internet_entries",),
    "peering": ("phi",),
}
MARKS = {"hospital": "hospital_entries", "internet": "internet_entries"}


def ranges(*cidrs: str) -> Ranges:
    """CIDR blocks on the address line, one interval each."""
    found = []
    for cidr in cidrs:
        network = ip_network(cidr)
        base = 2**32 if network.version == 6 else 0
        found.append((base + int(network.network_address), base + int(network.broadcast_address)))
    return tuple(sorted(found))


@dataclass
class Design:
    """A network under construction; `network()` is what the prover gets."""

    vpcs: dict[str, Vpc] = field(default_factory=dict)
    subnets: dict[str, Subnet] = field(default_factory=dict)
    tables: dict[str, RouteTable] = field(default_factory=dict)
    acls: dict[str, Acl] = field(default_factory=dict)
    groups: dict[str, SecurityGroup] = field(default_factory=dict)
    hosts: dict[str, Host] = field(default_factory=dict)
    gateways: dict[str, Gateway] = field(default_factory=dict)
    nats: dict[str, Nat] = field(default_factory=dict)
    firewalls: dict[str, FirewallEndpoint] = field(default_factory=dict)
    peerings: dict[str, Any] = field(default_factory=dict)
    transit_gateways: dict[str, TransitGateway] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    transit_tables: dict[str, TransitTable] = field(default_factory=dict)
    unknowns: tuple[Unknown, ...] = ()

    def network(self) -> Network:
        """The network as it stands."""
        return Network(**{name: getattr(self, name) for name in self.__dataclass_fields__})

    def vpc(self, key: str, cidr: str, segment: str | None, region: str = EAST, entries: str = "") -> None:
        """A VPC of a stack of the same name."""
        marks = frozenset(entries.split())
        self.vpcs[key] = Vpc(key, Origin(key, "Vpc"), key, key, region, ranges(cidr), segment, marks)

    def subnet(
        self,
        vpc: str,
        name: str,
        cidr: str,
        routes: dict[str, Target],
        zone: str = "a",
        tier: str | None = None,
        acl: str | None = None,
        segment: str | None = None,
    ) -> str:
        """A subnet with a route table of its own; routes: CIDR -> target."""
        key = f"{vpc}/{name}"
        self.tables[key] = RouteTable(
            key,
            Origin(vpc, f"{name}Table"),
            vpc,
            tuple(
                Route(ranges(to), target, Origin(vpc, f"{name}RouteTo{number}"))
                for number, (to, target) in enumerate(routes.items())
            ),
        )
        own = segment or self.vpcs[vpc].segment
        self.subnets[key] = Subnet(key, Origin(vpc, name), name, vpc, zone, ranges(cidr), own, tier, key, acl)
        return key

    def routes(self, table: str, routes: dict[str, Target]) -> None:
        """Replace the routes of a VPC's route table that lead to the same ranges, and add the others."""
        own, fresh = self.tables[table], {ranges(to): target for to, target in routes.items()}
        name = own.origin.logical_id
        kept = tuple(route for route in own.routes if route.ranges not in fresh)
        made = tuple(
            Route(to, target, Origin(own.origin.template, f"{name}Added{number}"))
            for number, (to, target) in enumerate(fresh.items())
        )
        self.tables[table] = replace(own, routes=kept + made)

    def without_route(self, table: str, cidr: str) -> None:
        """Take a route out of a VPC's route table."""
        own = self.tables[table]
        kept = tuple(route for route in own.routes if route.ranges != ranges(cidr))
        assert len(kept) < len(own.routes)
        self.tables[table] = replace(own, routes=kept)

    def transit_routes(self, table: str, routes: dict[str, str | None], propagated: bool = False) -> None:
        """Add routes to a transit gateway's table; None: blackhole."""
        own = self.transit_tables[table]
        name = own.segment or own.key
        made = tuple(
            TransitRoute(
                ranges(to), leads, Origin(f"hub-{table}", f"{name}{'From' if propagated else 'To'}{to}"), propagated
            )
            for to, leads in routes.items()
        )
        self.transit_tables[table] = replace(own, routes=own.routes + made)

    def without_transit_route(self, table: str, cidr: str) -> None:
        """Take a route out of a transit gateway's table."""
        own = self.transit_tables[table]
        kept = tuple(route for route in own.routes if route.ranges != ranges(cidr))
        assert len(kept) < len(own.routes)
        self.transit_tables[table] = replace(own, routes=kept)

    def attach(
        self, vpc: str, gateway: str, table: str | None, subnets: list[str], appliance_mode: bool = False
    ) -> str:
        """Attach a VPC to a transit gateway."""
        key = f"{vpc}/attachment"
        self.attachments[key] = Attachment(
            key, Origin(vpc, "Attachment"), gateway, "vpc", vpc, tuple(subnets), appliance_mode, table, (), None, None
        )
        return key

    def acl(self, key: str, *entries: tuple[int, str, str, int | None, tuple[int, int], str]) -> str:
        """A network ACL. Entry: number, in or out, allow or deny, protocol, ports, CIDR."""
        made = tuple(
            AclEntry(
                number,
                way == "out",
                what == "allow",
                protocol,
                ports,
                ranges(cidr),
                Origin(key, f"{way.title()}{number}"),
            )
            for number, way, what, protocol, ports, cidr in entries
        )
        self.acls[key] = Acl(key, Origin(key, "Acl"), made)
        return key


def gateway(region: str) -> str:
    """Key of a Region's transit gateway."""
    return f"tgw-{region}"


def transit(region: str, segment: str) -> str:
    """Key of a segment's transit gateway route table."""
    return f"{region}-{segment}"


def origin(template: str, logical_id: str) -> Origin:
    """Where something stands."""
    return Origin(template, logical_id)


def inspection(region: str) -> str:
    """Key of the inspection VPC's attachment."""
    return f"inspection-{region}/attachment"


def hub_and_spoke(
    regions: tuple[str, ...] = (EAST, WEST), spokes: bool = True, zones: tuple[str, ...] = ("a", "b", "c")
) -> Design:
    """The network of the project's design: hubs and one or two networks of each segment in every Region."""
    design = Design()
    for number, region in enumerate(regions):
        _hub(design, region, regions, zones)
        if spokes:
            for position, segment in enumerate(("phi", "phi", "phi-nonproduction", "nonphi", "sandbox")):
                second, block = 16 * position, 64 * number
                entries = "hospital internet" if position == 1 else ""
                spoke(
                    design,
                    f"{segment}-{position}-{region}",
                    segment,
                    region,
                    f"10.{block}.{second}.0/20",
                    zones,
                    entries,
                )
    if len(regions) > 1:
        _peering(design, regions)
    return design


def _hub(design: Design, region: str, regions: tuple[str, ...], zones: tuple[str, ...]) -> None:
    key = gateway(region)
    design.transit_gateways[key] = TransitGateway(
        key, Origin(f"hub-{region}", "Gateway"), "network", region, False, False
    )
    for segment in (*REACHES, "inspection", "egress"):
        name = transit(region, segment)
        design.transit_tables[name] = TransitTable(name, Origin(f"hub-{region}", f"{segment}Table"), key, segment, ())
    for segment in ("phi", "phi-nonproduction", "nonphi", "sandbox", "shared"):
        summary: dict[str, str | None] = {"0.0.0.0/0": inspection(region), POOLS[region]: None}
        summary |= dict.fromkeys(PRIVATE)
        if "hybrid" in REACHES[segment]:
            summary[ON_PREMISES] = inspection(region)
        for other in regions:
            if other != region:
                summary[POOLS[other]] = inspection(region) if "other_regions" in REACHES[segment] else None
        design.transit_routes(transit(region, segment), summary)
    blocks = list(IPv4Network(HUB_POOLS[region]).subnets(new_prefix=20))
    _inspection(design, region, str(blocks[0]), zones)
    _egress(design, region, str(blocks[1]), zones)
    spoke(design, f"shared-{region}", "shared", region, str(blocks[2]), zones)
    _ingress(design, region, str(blocks[3]), zones)
    out: dict[str, str | None] = {"0.0.0.0/0": f"egress-{region}/attachment", POOLS[region]: None}
    design.transit_routes(transit(region, "inspection"), out | dict.fromkeys(PRIVATE))
    design.transit_routes(transit(region, "egress"), {POOLS[region]: inspection(region)})
    vpn = f"vpn-{region}"
    design.attachments[vpn] = Attachment(
        vpn,
        Origin(f"links-{region}", "Vpn"),
        key,
        "vpn",
        None,
        (),
        False,
        transit(region, "hybrid"),
        ranges(ON_PREMISES),
        None,
        "hybrid",
    )
    design.transit_routes(transit(region, "inspection"), {ON_PREMISES: vpn}, propagated=True)


def _inspection(design: Design, region: str, cidr: str, zones: tuple[str, ...]) -> None:
    vpc, blocks = f"inspection-{region}", list(IPv4Network(cidr).subnets(new_prefix=24))
    design.vpc(vpc, cidr, "inspection", region)
    attached = []
    for number, zone in enumerate(zones):
        firewall = f"{vpc}/firewall-{zone}"
        inside = design.subnet(
            vpc,
            f"firewall-{zone}",
            str(blocks[number]),
            {"0.0.0.0/0": Target("transit-gateway", gateway(region))},
            zone,
            "firewall",
        )
        design.firewalls[firewall] = FirewallEndpoint(firewall, Origin(vpc, f"Firewall{zone}"), vpc, vpc, inside)
        to = {"0.0.0.0/0": Target("firewall", firewall)}
        attached.append(design.subnet(vpc, f"attachment-{zone}", str(blocks[8 + number]), to, zone, "attachment"))
    design.attach(vpc, gateway(region), transit(region, "inspection"), attached, appliance_mode=True)


def _egress(design: Design, region: str, cidr: str, zones: tuple[str, ...]) -> None:
    vpc, blocks = f"egress-{region}", list(IPv4Network(cidr).subnets(new_prefix=24))
    design.vpc(vpc, cidr, "egress", region)
    internet = f"{vpc}/igw"
    design.gateways[internet] = Gateway(internet, Origin(vpc, "InternetGateway"), "internet-gateway", vpc)
    hub, attached = Target("transit-gateway", gateway(region)), []
    for number, zone in enumerate(zones):
        public: dict[str, Target] = {"0.0.0.0/0": Target("internet-gateway", internet), "10.0.0.0/8": hub}
        inside = design.subnet(vpc, f"public-{zone}", str(blocks[number]), public, zone, "public")
        nat = f"{vpc}/nat-{zone}"
        design.nats[nat] = Nat(nat, Origin(vpc, f"Nat{zone}"), inside, True)
        to = {"0.0.0.0/0": Target("nat", nat), "10.0.0.0/8": hub}
        attached.append(design.subnet(vpc, f"attachment-{zone}", str(blocks[8 + number]), to, zone, "attachment"))
    design.attach(vpc, gateway(region), transit(region, "egress"), attached)


def _ingress(design: Design, region: str, cidr: str, zones: tuple[str, ...]) -> None:
    vpc, blocks = f"ingress-{region}", list(IPv4Network(cidr).subnets(new_prefix=24))
    design.vpc(vpc, cidr, "ingress", region)
    internet = f"{vpc}/igw"
    design.gateways[internet] = Gateway(internet, Origin(vpc, "InternetGateway"), "internet-gateway", vpc)
    attached, public = [], []
    for number, zone in enumerate(zones):
        hub = Target("transit-gateway", gateway(region))
        to = {"0.0.0.0/0": Target("internet-gateway", internet), "10.0.0.0/8": hub}
        public.append(design.subnet(vpc, f"public-{zone}", str(blocks[number]), to, zone, "public"))
        attached.append(
            design.subnet(vpc, f"attachment-{zone}", str(blocks[8 + number]), {"10.0.0.0/8": hub}, zone, "attachment")
        )
    attachment = design.attach(vpc, gateway(region), transit(region, "ingress"), attached)
    reachable(design, region, cidr, "ingress", "", attachment)


def balancer(design: Design, vpc: str, target: str, public: bool = True, port: int = 443) -> str:
    """A load balancer in a VPC's public (else application) subnets that relays a port to a target subnet."""
    tier = "public" if public else "application"
    subnets = tuple(key for key, one in design.subnets.items() if one.vpc == vpc and one.tier == tier)
    key, group = f"{vpc}/balancer", f"{vpc}/balancer-group"
    world, origin = ranges("0.0.0.0/0"), Origin(vpc, "BalancerGroup")
    rules = (
        SecurityRule(False, 6, (port, port), world, None, origin),
        SecurityRule(True, 6, (0, 65535), world, None, origin),
    )
    design.groups[group] = SecurityGroup(group, origin, vpc, rules)
    listener = Listener(6, (port, port), (8443, 8443), (), (), (target,), Origin(vpc, "Listener"))
    design.hosts[key] = Host(
        key, Origin(vpc, "Balancer"), "load-balancer", "front", subnets, (group,), public, (listener,)
    )
    return key


def spoke(
    design: Design,
    name: str,
    segment: str,
    region: str,
    cidr: str,
    zones: tuple[str, ...] = ("a", "b", "c"),
    entries: str = "",
    tiers: tuple[str, ...] = ("attachment", "application", "data"),
) -> None:
    """A network of a segment, attached, associated and announced as the design says."""
    blocks = list(IPv4Network(cidr).subnets(new_prefix=24))
    design.vpc(name, cidr, segment, region, entries)
    acl = design.acl(
        f"{name}-application-acl",
        (90, "in", "deny", 6, (22, 22), "0.0.0.0/0"),
        (100, "in", "allow", None, (0, 65535), "0.0.0.0/0"),
        (100, "out", "allow", None, (0, 65535), "0.0.0.0/0"),
    )
    attached = []
    for row, tier in enumerate(tiers):
        for number, zone in enumerate(zones):
            to = {"0.0.0.0/0": Target("transit-gateway", gateway(region))} if tier == "application" else {}
            own = acl if tier == "application" else None
            key = design.subnet(name, f"{tier}-{zone}", str(blocks[4 * row + number]), to, zone, tier, own)
            attached += [key] if tier == "attachment" else []
    attachment = design.attach(name, gateway(region), transit(region, segment), attached)
    reachable(design, region, cidr, segment, entries, attachment)


def reachable(design: Design, region: str, cidr: str, segment: str, entries: str, attachment: str) -> None:
    """Propagation into `inspection`, and a route in every table that may reach the segment."""
    design.transit_routes(transit(region, "inspection"), {cidr: attachment}, propagated=True)
    marks = {segment} | {MARKS[entry] for entry in entries.split()}
    for table, reached in REACHES.items():
        if marks & set(reached):
            design.transit_routes(transit(region, table), {cidr: inspection(region)})


def _peering(design: Design, regions: tuple[str, ...]) -> None:
    east, west = regions[0], regions[1]
    key = "peering"
    for region, own, peer in ((east, key, f"{key}@peer"), (west, f"{key}@peer", key)):
        design.attachments[own] = Attachment(
            own,
            Origin("links", "Peering"),
            gateway(region),
            "peering",
            None,
            (),
            False,
            transit(region, "peering"),
            (),
            peer,
            "peering",
        )
        other = west if region == east else east
        design.transit_routes(transit(region, "inspection"), {POOLS[other]: own})


def by_id(results: list[Result]) -> dict[str, Result]:
    """Results by theorem."""
    return {result.id: result for result in results}


def path(result: Result) -> list[str]:
    """The places of a witness."""
    return [str(hop.origin) for hop in result.witness]
