"""Random networks and packets, small and full of conflicts: nested prefixes, ties, loops, edge tables, IPv6."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from landing_zone.proof.network.model import (
    Acl,
    AclEntry,
    Attachment,
    FirewallEndpoint,
    Gateway,
    Host,
    Nat,
    Network,
    Origin,
    Peering,
    Ranges,
    Route,
    RouteTable,
    Subnet,
    Target,
    TransitGateway,
    TransitRoute,
    TransitTable,
    Vpc,
)
from tests.proof.network.arrange import Design, ranges
from tests.proof.network.tracer import NAT64, V6, Packet

PUBLIC = ("8.8.8.0/24", "52.0.0.0/8")
V6_ANY, V6_VPC = "::/0", "2600:1f00:0:{}00::/56"
PORTS = (22, 80, 443, 1023, 1024, 5000, 65535)


def origin(key: str) -> Origin:
    """Where it stands does not matter here."""
    return Origin("random", key)


class Topology:
    """A random network."""

    def __init__(self, random: Random) -> None:
        self.random, self.design = random, Design()
        self.vpc_keys = [f"v{number}" for number in range(random.randint(2, 4))]
        self.prefixes = ["0.0.0.0/0", "10.0.0.0/8", "10.0.0.0/14", *PUBLIC, V6_ANY, "64:ff9b::/96"]
        for number, vpc in enumerate(self.vpc_keys):
            self._vpc(number, vpc)
        self._transit()
        self._peerings()
        for subnet in list(self.design.subnets):
            self._table(subnet)
        self._edges()

    def network(self) -> Network:
        """The network."""
        return self.design.network()

    def _vpc(self, number: int, vpc: str) -> None:
        random, design = self.random, self.design
        cidr, v6 = f"10.{number}.0.0/20", V6_VPC.format(number)
        self.prefixes += [cidr, f"10.{number}.0.0/16", v6]
        design.vpcs[vpc] = Vpc(vpc, origin(vpc), vpc, vpc, random.choice(("r1", "r2")), ranges(cidr, v6), None)
        for position in range(random.randint(2, 4)):
            key = f"{vpc}s{position}"
            own = [f"10.{number}.{position}.0/24"]
            if random.random() < 0.4:
                own.append(f"2600:1f00:0:{number}{position:02x}::/64")
            self.prefixes += [own[0], f"10.{number}.{position}.128/25"]
            acl = self._acl(key) if random.random() < 0.4 else None
            zone = random.choice("ab")
            design.subnets[key] = Subnet(key, origin(key), key, vpc, zone, ranges(*own), None, None, None, acl)
        subnets = [key for key in design.subnets if key.startswith(vpc)]
        if random.random() < 0.6:
            design.gateways[f"{vpc}igw"] = Gateway(f"{vpc}igw", origin("igw"), "internet-gateway", vpc)
        if random.random() < 0.3:
            design.gateways[f"{vpc}eo"] = Gateway(f"{vpc}eo", origin("eo"), "egress-only-gateway", vpc)
        if random.random() < 0.3:
            design.gateways[f"{vpc}vgw"] = Gateway(f"{vpc}vgw", origin("vgw"), "vpn-gateway", vpc)
        if random.random() < 0.6:
            design.nats[f"{vpc}nat"] = Nat(f"{vpc}nat", origin("nat"), random.choice(subnets), random.random() < 0.8)
        for position in range(random.choice((0, 1, 2))):
            key, known = f"{vpc}fw{position}", random.random() < 0.8
            inside = random.choice(subnets) if known else None
            several = () if known else tuple(random.sample(subnets, random.randint(0, len(subnets))))
            design.firewalls[key] = FirewallEndpoint(key, origin(key), vpc, vpc, inside, several)
        if random.random() < 0.3:
            chosen = tuple(random.sample(subnets, random.randint(1, 2)))
            design.hosts[f"{vpc}eni"] = Host(f"{vpc}eni", origin("eni"), "instance", "eni", chosen, ())

    def _acl(self, key: str) -> str:
        random, entries = self.random, []
        for number in range(random.randint(1, 5)):
            first, second = sorted((random.choice(PORTS), random.choice(PORTS)))
            protocol = random.choice((None, 6, 6, 17, 1))
            ports = (first, second) if protocol in (6, 17) else (0, 65535)
            cidr = random.choice(
                ("0.0.0.0/0", "0.0.0.0/0", "10.0.0.0/15", "8.8.8.0/24", "::/0", random.choice(self._outside_halves()))
            )
            entries.append(
                AclEntry(
                    number, random.random() < 0.5, random.random() < 0.7, protocol, ports, ranges(cidr), origin("e")
                )
            )
        for egress in (True, False):
            if random.random() < 0.7:
                entries.append(AclEntry(90, egress, True, None, (0, 65535), ranges("0.0.0.0/0"), origin("e")))
        random.shuffle(entries)
        self.design.acls[key] = Acl(key, origin(key), tuple(entries))
        return key

    def _outside_halves(self) -> list[str]:
        """Prefixes that hold subnets whole, so that every address of a NAT's subnet is alike."""
        return [prefix for prefix in self.prefixes if not prefix.endswith("/25")]

    def _transit(self) -> None:
        random, design = self.random, self.design
        for gateway in ("t1", "t2")[: random.randint(1, 2)]:
            design.transit_gateways[gateway] = TransitGateway(gateway, origin(gateway), "n", gateway, False, False)
            tables = [f"{gateway}x{number}" for number in range(random.randint(1, 3))]
            for vpc in self.vpc_keys:
                if random.random() < 0.7:
                    subnets = [key for key, one in design.subnets.items() if one.vpc == vpc]
                    chosen = tuple(random.sample(subnets, random.randint(1, 2)))
                    self._attachment(f"{gateway}{vpc}", gateway, "vpc", vpc, chosen, tables)
            if random.random() < 0.6:
                key = f"{gateway}vpn"
                announced = ranges("10.3.0.0/16") if random.random() < 0.5 else ()
                self._attachment(key, gateway, "vpn", None, (), tables, announced)
            if random.random() < 0.2:
                self._attachment(f"{gateway}tfw", gateway, "firewall", None, (), tables)
            for table in tables:
                design.transit_tables[table] = TransitTable(table, origin(table), gateway, None, ())
        if "t2" in design.transit_gateways:
            for own, other in (("t1", "t2"), ("t2", "t1")):
                tables = [key for key, one in design.transit_tables.items() if one.gateway == own]
                key = f"{own}peer"
                self._attachment(key, own, "peering", None, (), tables)
                design.attachments[key] = replace(design.attachments[key], peer=f"{other}peer")
        for name, own_table in design.transit_tables.items():
            attachments = [one for one in design.attachments.values() if one.gateway == own_table.gateway]
            design.transit_tables[name] = replace(own_table, routes=tuple(self._transit_routes(attachments)))

    def _attachment(
        self,
        key: str,
        gateway: str,
        kind: Any,
        vpc: str | None,
        subnets: tuple[str, ...],
        tables: list[str],
        behind: Ranges = (),
    ) -> None:
        table = self.random.choice(tables) if self.random.random() < 0.9 else None
        self.design.attachments[key] = Attachment(
            key, origin(key), gateway, kind, vpc, subnets, False, table, behind, None, None
        )

    def _transit_routes(self, attachments: list[Attachment]) -> list[TransitRoute]:
        random, found = self.random, []
        for prefix in random.sample(self.prefixes, random.randint(1, 6)):
            if attachments:
                leads = random.choice([*[one.key for one in attachments], None])
                found.append(TransitRoute(ranges(prefix), leads, origin(prefix)))
        for one in attachments:
            if random.random() < 0.4 and one.kind in ("vpc", "vpn"):
                announced = random.choice((one.ranges, ranges("10.1.0.0/16")))
                behind = self.design.vpcs[one.vpc].ranges if one.vpc else announced
                found.append(TransitRoute(behind, one.key, origin("propagated"), propagated=True))
        return found

    def _peerings(self) -> None:
        for number in range(self.random.choice((0, 1, 2))):
            one, other = self.random.sample(self.vpc_keys, 2)
            key = f"p{number}"
            self.design.peerings[key] = Peering(key, origin(key), (one, other))

    def _targets(self, vpc: str) -> list[Target]:
        design, found = self.design, [Target("blackhole"), Target("endpoint", "s3")]
        found += [Target(one.kind, key) for key, one in design.gateways.items() if one.vpc == vpc] * 2
        found += [Target("nat", key) for key, one in design.nats.items() if design.subnets[one.subnet].vpc == vpc] * 4
        found += [Target("firewall", key) for key, one in design.firewalls.items() if one.vpc == vpc]
        found += [Target("interface", key) for key in design.hosts if key.startswith(vpc)]
        found += [Target("peering", key) for key, one in design.peerings.items() if vpc in one.vpcs]
        found += [Target("transit-gateway", one.gateway) for one in design.attachments.values() if one.vpc == vpc] * 3
        return found

    def _table(self, subnet: str) -> None:
        random, design = self.random, self.design
        own = design.subnets[subnet]
        if random.random() < 0.1:
            return
        targets, routes = self._targets(own.vpc), []
        for prefix in random.sample(self.prefixes, random.randint(1, 6)):
            leads = random.choice(targets)
            propagated = leads.kind == "vpn-gateway"
            to = () if propagated and random.random() < 0.3 else ranges(prefix)
            routes.append(Route(to, leads, origin(prefix), propagated))
        if random.random() < 0.2:
            several = ranges("10.1.0.0/16", "8.8.8.0/24")
            routes.append(Route(several, random.choice(targets), origin("list")))
        design.tables[subnet] = RouteTable(subnet, origin(subnet), own.vpc, tuple(routes))
        design.subnets[subnet] = replace(own, table=subnet)

    def _edges(self) -> None:
        random, design = self.random, self.design
        for key, gateway in list(design.gateways.items()):
            boxes = [one for one in self._targets(gateway.vpc) if one.kind in ("firewall", "interface")]
            if gateway.kind not in ("internet-gateway", "vpn-gateway") or not boxes or random.random() < 0.5:
                continue
            own = [prefix for prefix in self.prefixes if prefix.startswith(f"10.{gateway.vpc[1:]}.")]
            routes = [Route(ranges(one), random.choice(boxes), origin("edge")) for one in random.sample(own, 2)]
            table = f"{key}edge"
            design.tables[table] = RouteTable(table, origin(table), gateway.vpc, tuple(routes))
            design.gateways[key] = replace(gateway, table=table)

    def packet(self, sources: Ranges) -> Packet:
        """A random packet from one of these ranges to somewhere."""
        random, design = self.random, self.design
        subnet = random.choice(list(design.subnets.values()))
        low, high = random.choice(subnet.ranges)
        anywhere = (
            random.randint(low, min(high, low + 255)),
            random.randint(low, min(high, low + 255)),
            0x08080808,
            0x34010203,
            0x0A030005,
            V6 + (0x2001 << 112) + 5,
            NAT64 + 0x08080808,
            NAT64 + 0x0A000105,
        )
        low, high = random.choice(sources)
        source = random.randint(low, min(high, low + 255))
        return Packet(source, random.choice(anywhere), random.choice((6, 6, 17, 1, 50)), random.choice(PORTS))
