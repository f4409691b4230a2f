"""The network of an LZA configuration, as the prover of networks sees it.

What carries traffic and is not known becomes an unknown of the network: nothing is proved while there is one. Whatever
the model has no place for is listed with its line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from landing_zone.lza.configuration import Configuration
from landing_zone.lza.entry import Entry
from landing_zone.lza.gaps import NotUnderstood
from landing_zone.lza.network_addresses import cidrs, pools, unreadable
from landing_zone.lza.network_filters import read_acls, read_balancers
from landing_zone.lza.network_reading import Absent, Reading, VpcInstance, origin, rows, text
from landing_zone.lza.network_segments import Placement, placement, segment_of
from landing_zone.lza.network_tables import read_peerings, read_tables
from landing_zone.lza.network_transit import (
    gateway_of,
    read_attachments,
    read_gateways,
    read_links,
    read_routes,
    tables,
)
from landing_zone.lza.network_vpcs import check_parts, read_edges, read_ranges, read_subnets
from landing_zone.lza.organization import ROOT, OrganizationTree, Targets, organization_of
from landing_zone.proof.network.model import FirewallEndpoint, Network


@dataclass(frozen=True)
class NetworkReading:
    """The network, and what could not be read of it.

    instances: the VPCs by key of the model. absent: names that lead to nothing. assumptions: one sentence each.
    """

    network: Network
    instances: Mapping[str, VpcInstance]
    absent: tuple[Absent, ...]
    not_understood: tuple[NotUnderstood, ...]
    assumptions: tuple[str, ...]


def network_of(configuration: Configuration, phi: Sequence[str] = ()) -> NetworkReading:
    """Read network-config.yaml. phi: OUs and accounts that hold PHI; left out, names tell."""
    network = configuration.file("network")
    reading = Reading()
    reading.unread(network, "network", "network-config")
    tree = organization_of(configuration)
    ou_of = {account.name: account.ou for account in tree.accounts}
    for vpc in rows(network, "vpcTemplates"):
        meant = tree.targets_of(vpc.get("deploymentTargets"))
        ou_of |= {future(unit): unit for unit in _empty(tree, meant)}
    where = placement(ou_of, tree.unit_paths, phi)
    _read_instances(reading, tree, network, where)
    known_pools = pools(network)
    for row in rows(network, "prefixLists"):
        for entry in unreadable(rows(row, "entries")):
            reading.unknown(entry, f"prefix list {text(row, 'name')}", "an entry of it is no CIDR")
        reading.prefix_lists[text(row, "name")] = cidrs(rows(row, "entries"))
        reading.named += [(cidrs([entry]), entry) for entry in rows(row, "entries")]
    read_ranges(reading, known_pools)
    read_subnets(reading)
    read_edges(reading)
    _read_firewalls(reading, network)
    read_acls(reading)
    read_balancers(reading)
    read_gateways(reading, network)
    read_attachments(reading)
    read_links(reading, network)
    read_peerings(reading, network)
    read_tables(reading, partial(gateway_of, reading))
    read_routes(reading, network)
    check_parts(reading, known_pools)
    _read_customizations(reading, configuration)
    _leave_out(reading)
    built = Network(
        vpcs=reading.vpcs,
        subnets=reading.subnets,
        tables=reading.tables,
        acls=reading.acls,
        hosts=reading.hosts,
        gateways=reading.gateways,
        nats=reading.nats,
        firewalls=reading.firewalls,
        peerings=reading.peerings,
        transit_gateways=reading.transit_gateways,
        attachments=reading.attachments,
        transit_tables=tables(reading),
        unknowns=tuple(dict.fromkeys(reading.unknowns)),
        assumptions=tuple(sorted(reading.assumptions)),
    )
    return NetworkReading(
        built,
        reading.instances,
        tuple(reading.absent.values()),
        tuple(sorted(set(reading.noted.values()))),
        built.assumptions,
    )


def _read_instances(reading: Reading, tree: OrganizationTree, network: Entry, where: Placement) -> None:
    """Every VPC in every account it is made in, with its segment."""
    firewalled = {
        text(row, "vpc")
        for row in (
            *rows(network, "centralNetworkServices", "networkFirewall", "firewalls"),
            *(one for balancer in rows(network, "centralNetworkServices", "gatewayLoadBalancers")
              for one in (balancer, *rows(balancer, "endpoints"))),
        )
    }  # fmt: skip
    for vpc in rows(network, "vpcs"):
        reading.unread(vpc, "vpc", f"VPC {text(vpc, 'name')}")
        account = vpc.get("account")
        if account is None or (where.ou_of and account.text not in where.ou_of):
            reading.missing(account or vpc, f"VPC {text(vpc, 'name')}", "account", where.ou_of)
        _instance(reading, tree, vpc, account.text if account else "", firewalled, where)
    for vpc in rows(network, "vpcTemplates"):
        reading.unread(vpc, "vpc", f"VPC template {text(vpc, 'name')}")
        targets = vpc.get("deploymentTargets")
        meant = tree.targets_of(targets)
        label = f"VPC template {text(vpc, 'name')}"
        for fault in meant.faults:
            at = replace(targets or vpc, line=fault.line, column=fault.column)
            reading.absent[at.file, at.line, at.column, label] = Absent(at, f"{label}: {fault.message}", fault.hint)
        for entry in meant.unknown:
            reading.unknown(entry, label, "where it is deployed to is not known")
        names = [one.name for one in meant.deployed]
        for unit in _empty(tree, meant):
            names.append(future(unit))
            reading.assumptions.add(f"OU {unit} has no account yet: one that will come stands for all that will")
        if not names:
            reading.note(targets or vpc, label, "is deployed to no account")
        for name in names:
            if text(vpc, "region") not in meant.excluded_regions:
                _instance(reading, tree, vpc, name, firewalled, where)


def future(unit: str) -> str:
    """The name of an account that an OU does not have yet, and that will get what its OU gets."""
    return f"<account of {unit}>"


def _empty(tree: OrganizationTree, meant: Targets) -> list[str]:
    direct = {account.ou for account in tree.accounts}
    return [unit for unit in meant.units if unit not in direct and unit != ROOT]


def _instance(
    reading: Reading, tree: OrganizationTree, vpc: Entry, account: str, firewalled: set[str], where: Placement
) -> None:
    name, region = text(vpc, "name"), text(vpc, "region")
    sharing: dict[str, None] = {account: None}
    for subnet in rows(vpc, "subnets"):
        targets = subnet.get("shareTargets")
        if targets is not None:
            meant = tree.targets_of(targets)
            shared = [one.name for path in meant.units for one in tree.accounts_in(path)]
            sharing.update(dict.fromkeys([*meant.accounts, *shared]))
    holds = {"firewall"} if name in firewalled else set[str]()
    segment, why = segment_of(vpc, tuple(sharing), holds, where)
    key = f"{account}~{region}~{name}"
    if key in reading.instances:
        reading.unknown(vpc, f"VPC {name} in {account}", "stands there twice")
        return
    reading.assumptions.add(f"VPC {name} in {account} is of segment {segment}: {why}")
    reading.instances[key] = VpcInstance(key, name, vpc, account, region, tuple(sharing), segment, why)


def _read_firewalls(reading: Reading, network: Entry) -> None:
    """Endpoints of Network Firewall, one for each of its subnets, and of Gateway Load Balancers."""
    services = network.get("centralNetworkServices")
    if services is not None:
        reading.unread(services, "centralNetworkServices", "centralNetworkServices")
    vpcs = {one.name for one in reading.instances.values()}
    for row in rows(services, "networkFirewall", "firewalls"):
        name, vpc = text(row, "name"), row.get("vpc")
        reading.unread(row, "firewall", f"firewall {name}")
        homes = [one for one in reading.instances.values() if vpc and one.name == vpc.text]
        if not homes:
            reading.missing(vpc or row, f"firewall {name}", "VPC", vpcs)
        for home in homes:
            for subnet in rows(row, "subnets"):
                _endpoint(reading, home, subnet, f"firewall {name}", f"{home.key}/firewall/{name}/{subnet.text}", name)
    for group in rows(services, "networkFirewall", "rules"):
        for key in ("rulesFile", "rulesString"):
            rules = group.get("ruleGroup", "rulesSource", key)
            if rules is not None:
                reading.note(rules, f"rule group {text(group, 'name')}", f"what its {key} lets pass is not judged")
    for balancer in rows(services, "gatewayLoadBalancers"):
        reading.unread(balancer, "gatewayLoadBalancer", f"Gateway Load Balancer {text(balancer, 'name')}")
        for row in rows(balancer, "endpoints"):
            name, vpc, account = text(row, "name"), row.get("vpc"), text(row, "account")
            homes = [
                one
                for one in reading.instances.values()
                if vpc and one.name == vpc.text and account in ("", one.account)
            ]
            if not homes:
                reading.missing(vpc or row, f"endpoint {name}", f"VPC of account {account}", vpcs)
            for home in homes:
                for subnet in rows(row, "subnet"):
                    _endpoint(reading, home, subnet, f"endpoint {name}", f"{home.key}/gwlbe/{name}", name)


def _endpoint(reading: Reading, home: VpcInstance, subnet: Entry, label: str, key: str, owner: str) -> None:
    inside = f"{home.key}/subnet/{subnet.text}"
    if inside not in reading.subnets:
        known = {text(one, "name") for one in rows(home.entry, "subnets")}
        reading.missing(subnet, label, f"subnet of VPC {home}", known)
        return
    where = origin(subnet, f"{label} in subnet {subnet.text}")
    reading.firewalls[key] = FirewallEndpoint(key, where, owner, home.key, inside, (inside,))


def _leave_out(reading: Reading) -> None:
    """Take out subnets of which no address is known, which is said already, and what stands in them alone."""
    subnets = reading.subnets = {key: one for key, one in reading.subnets.items() if one.ranges}
    reading.nats = {key: one for key, one in reading.nats.items() if one.subnet in subnets}
    reading.firewalls = {key: one for key, one in reading.firewalls.items() if one.subnet in subnets}
    reading.attachments = {
        key: replace(one, subnets=tuple(inside for inside in one.subnets if inside in subnets))
        for key, one in reading.attachments.items()
    }
    for key, host in reading.hosts.items():
        listeners = tuple(
            replace(one, subnets=tuple(inside for inside in one.subnets if inside in subnets)) for one in host.listeners
        )
        inside = tuple(one for one in host.subnets if one in subnets)
        reading.hosts[key] = replace(host, subnets=inside, listeners=listeners)


def _read_customizations(reading: Reading, configuration: Configuration) -> None:
    """Firewall instances, applications and templates may add routes and hosts; none of them is read here."""
    custom = configuration.file("customizations")
    for step in (("firewalls",), ("applications",), ("customizations", "cloudFormationStacks"),
                 ("customizations", "cloudFormationStackSets")):  # fmt: skip
        for row in rows(custom, *step):
            label = f"{step[-1]} {text(row, 'name') or 'given'}"
            reading.note(row, label, "what it adds to the network is not looked at")
            reading.assumptions.add(
                "Applications, firewalls and stacks of customizations-config add no way for packets"
            )
