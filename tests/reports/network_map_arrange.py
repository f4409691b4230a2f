"""Hand-made networks for the map: a hub-and-spoke with as many spokes as asked for, and somebody's without a hub."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network
from typing import Any

from landing_zone.proof.network.model import (
    Attachment,
    FirewallEndpoint,
    Gateway,
    Host,
    Nat,
    Network,
    Origin,
    Peering,
    Ranges,
    Subnet,
    TransitGateway,
    TransitRoute,
    TransitTable,
    Vpc,
)
from landing_zone.reports.network_map_view import Flow

HOME, RECOVERY = "us-east-1", "us-west-2"
ZONES: dict[str, tuple[str, ...]] = {
    HOME: ("use1-az1", "use1-az2", "use1-az4"),
    RECOVERY: ("usw2-az1", "usw2-az2", "usw2-az3"),
    "eu-west-1": ("euw1-az1", "euw1-az2"),
    "ap-northeast-1": ("apne1-az1", "apne1-az2"),
}
SEGMENTS = ("phi", "phi-nonproduction", "nonphi", "sandbox")
TABLES = ("egress", "hybrid", "ingress", "inspection", "peering", "shared", *SEGMENTS)
FLOWS = [
    Flow(source, target, True)
    for source, targets in {
        "phi": ("phi", "shared", "ingress", "hybrid", "internet"),
        "phi-nonproduction": ("phi-nonproduction", "shared", "hybrid", "internet"),
        "nonphi": ("nonphi", "shared", "hybrid", "internet"),
        "sandbox": ("internet",),
        "shared": ("phi", "phi-nonproduction", "nonphi", "shared", "hybrid", "internet"),
        "hybrid": ("shared", "phi"),
        "ingress": ("phi",),
    }.items()
    for target in targets
] + [Flow("internet", "ingress", False)]
"""What policies/network/segments.yaml lets through, as the prover would tell it."""


def ranges(cidr: str) -> Ranges:
    """A range as an interval."""
    block = IPv4Network(cidr)
    return ((int(block.network_address), int(block.broadcast_address)),)


class NetworkMaker:
    """Adds parts to a network, each with a key and an origin of its own."""

    def __init__(self) -> None:
        self.parts: dict[str, dict[str, Any]] = {}

    def put(self, kind: str, key: str, part: Any) -> None:
        self.parts.setdefault(kind, {})[key] = part

    def vpc(
        self, region: str, name: str, segment: str | None, cidr: str, tiers: Iterable[tuple[str, int]], **more: Any
    ) -> str:
        key, account = f"{region}/{segment}/{name}", more.pop("account", name)
        self.put(
            "vpcs", key, Vpc(key, Origin(f"stack-{name}", "Vpc"), name, account, region, ranges(cidr), segment, **more)
        )
        start = int(IPv4Network(cidr).network_address)
        for tier, prefix in tiers:
            for zone in ZONES.get(region, ("zone-a", "zone-b")):
                subnet = f"{key}/{tier}/{zone}"
                block: Ranges = ((start, start + (1 << (32 - prefix)) - 1),)
                start += 1 << (32 - prefix)
                self.put(
                    "subnets",
                    subnet,
                    Subnet(subnet, Origin(f"stack-{name}", tier), tier, key, zone, block, segment, tier, None, None),
                )
        return key

    def attach(self, vpc: str, region: str, segment: str | None) -> None:
        key = f"attachment/{vpc}"
        self.put("attachments", key, attachment(key, f"tgw/{region}", "vpc", vpc=vpc, segment=segment))

    def network(self) -> Network:
        parts: dict[str, Any] = self.parts
        return Network(**parts)


def attachment(key: str, gateway: str, kind: Any, **more: Any) -> Attachment:
    """An attachment of a transit gateway."""
    given = {"vpc": None, "subnets": (), "appliance_mode": False, "table": None, "ranges": (), "peer": None} | more
    return Attachment(key, Origin("hlz-network", key.rpartition("/")[2]), gateway, kind, **{"segment": None, **given})


def hub(make: NetworkMaker, region: str, second: int, *, ingress: bool = True) -> None:
    """The hub's networks in a Region, with firewalls and NAT in each zone."""
    inside = {
        "shared": (f"10.{second}.224.0/24", (("service", 26), ("attachment", 28))),
        "ingress": (f"10.{second}.225.0/24", (("public", 26), ("attachment", 28))),
        "inspection": (f"10.{second}.226.0/25", (("firewall", 28), ("attachment", 28))),
        "egress": (f"10.{second}.226.128/25", (("public", 28), ("attachment", 28))),
    }
    gateway = f"tgw/{region}"
    make.put(
        "transit_gateways", gateway, TransitGateway(gateway, Origin("hlz-hub", "Tgw"), "network", region, False, False)
    )
    for segment, (cidr, tiers) in inside.items():
        if segment == "ingress" and not ingress:
            continue
        key = make.vpc(region, segment, segment, cidr, tiers, account="network")
        make.attach(key, region, segment)
        for zone in ZONES[region]:
            if segment == "inspection":
                end = f"{key}/fw/{zone}"
                origin = Origin("hlz-hub", "Firewall")
                make.put("firewalls", end, FirewallEndpoint(end, origin, "fw", key, f"{key}/firewall/{zone}"))
            if segment == "egress":
                nat = f"{key}/nat/{zone}"
                make.put("nats", nat, Nat(nat, Origin("hlz-hub", "Nat"), f"{key}/public/{zone}", True))
        if segment in ("egress", "ingress"):
            igw = f"{key}/igw"
            make.put("gateways", igw, Gateway(igw, Origin("hlz-hub", "Igw"), "internet-gateway", key))
        if segment == "shared":
            for number in range(7):
                host = f"{key}/endpoint/{number}"
                places = (f"{key}/service/{ZONES[region][0]}",)
                make.put("hosts", host, Host(host, Origin("hlz-hub", "E"), "endpoint", f"e{number}", places, ()))
    for segment in TABLES:
        table, origin = f"{gateway}/{segment}", Origin("hlz-hub", segment)
        hole = TransitRoute(ranges("10.0.0.0/8"), None, origin)
        there = TransitRoute(ranges("0.0.0.0/0"), f"attachment/{region}/inspection/inspection", origin)
        make.put("transit_tables", table, TransitTable(table, origin, gateway, segment, (hole, there)))


SHAPES = ((18, (("application", 21), ("data", 22))), (20, (("application", 23), ("data", 24))))
COMMON = (22, (("application", 25), ("data", 26), ("attachment", 28)))


def hub_and_spoke(count: int, regions: Sequence[str] = (HOME, RECOVERY), *, names: str = "service") -> Network:
    """As many spokes as asked for, spread over the Regions; most alike, some larger; three sites."""
    make = NetworkMaker()
    for number, region in enumerate(regions):
        second = 64 + 16 * number
        hub(make, region, second)
        here = count // len(regions) + (number < count % len(regions))
        for spoke in range(here):
            segment = SEGMENTS[(0, 0, 0, 2, 0, 1, 0, 2, 0, 3)[spoke % 10]]
            prefix, tiers = SHAPES[spoke] if spoke < len(SHAPES) else COMMON
            start = f"10.{second + 1 + spoke // 64}.{spoke % 64 * 4}.0" if spoke >= 2 else f"10.{second}.{spoke * 64}.0"
            name = f"{names}-{spoke:03}" if spoke else "electronic-health-record-production"
            key = make.vpc(region, name, segment, f"{start}/{prefix}", tiers, entries=_entries(spoke))
            make.attach(key, region, segment)
        for site, kind, cidr in (
            ("university-hospital", "direct-connect", "10.8.0.0/14"),
            ("community-hospital-north", "direct-connect", "10.12.0.0/15"),
            ("home-care-offices", "vpn", "172.20.0.0/16"),
        ):
            key = f"{region}/{site}"
            link = attachment(key, f"tgw/{region}", kind, ranges=ranges(cidr), site=site, segment="hybrid")
            make.put("attachments", key, link)
    for one, other in ((a, b) for a in regions for b in regions if a != b):
        key, peer = f"peering/{one}/{other}", f"peering/{other}/{one}"
        link = attachment(key, f"tgw/{one}", "peering", peer=peer, site=other, segment="peering")
        make.put("attachments", key, link)
    return make.network()


def _entries(spoke: int) -> frozenset[str]:
    return frozenset({"hospital"}) if spoke == 0 else frozenset()


def peered_pair(*, segment: str | None = None) -> Network:
    """Somebody's network without a hub: two VPCs that are peered, one with an internet gateway of its own."""
    make = NetworkMaker()
    web = make.vpc("", "web", segment, "10.0.0.0/16", (("public", 20), ("private", 20)))
    data = make.vpc("", "records", "phi", "10.1.0.0/16", (("private", 20),))
    make.put("gateways", "igw", Gateway("igw", Origin("web", "Igw"), "internet-gateway", web))
    make.put("peerings", "pcx", Peering("pcx", Origin("web", "Pcx"), (web, data)))
    return make.network()
