"""The model of a network that an LZA configuration describes."""

from __future__ import annotations

from pathlib import Path

import pytest

from landing_zone.lza.network import NetworkReading, network_of
from landing_zone.lza.network_addresses import Space
from landing_zone.lza.network_segments import placement, speaks
from landing_zone.proof.network.model import ALL_PORTS, Target
from landing_zone.proof.network.ranges import parse, text
from tests.lza.arrange import configuration
from tests.lza.networks import GOOD, POLICY, spoiled

CLINIC, INSPECTION, EGRESS = (f"{one}~us-east-1~{two}" for one, two in (
    ("Clinic", "clinic"), ("Network", "inspection"), ("Network", "egress")))  # fmt: skip


def read(folder: Path, network: str, *phi: str, **files: str) -> NetworkReading:
    given = {"network": network, "endpoint-policies/own.json": POLICY, **files}
    return network_of(configuration(folder, given), phi)


def vpc(*lines: str, name: str = "spoke", account: str = "Clinic") -> str:
    """A network of one VPC with more lines."""
    rows = "".join(f"    {one}\n" for one in lines)
    return f"vpcs:\n  - name: {name}\n    account: {account}\n    region: us-east-1\n    cidrs: [10.0.0.0/16]\n{rows}"


def test_a_network_that_is_understood_leaves_nothing_unknown(tmp_path: Path) -> None:
    found = read(tmp_path, GOOD)
    assert found.network.unknowns == ()
    assert found.absent == ()
    assert found.not_understood == ()
    assert len(found.network.vpcs) == 4
    assert len(found.network.subnets) == 12
    assert {one.segment for one in found.network.vpcs.values()} == {"phi", "shared", "inspection", "egress"}


def test_a_firewall_has_an_endpoint_in_each_subnet_and_a_route_leads_to_that_of_its_zone(tmp_path: Path) -> None:
    network = read(tmp_path, GOOD).network
    assert {one.subnet for one in network.firewalls.values()} == {
        f"{INSPECTION}/subnet/inspection-fw-{zone}" for zone in "ab"
    }
    for zone in "ab":
        (route,) = network.tables[f"{INSPECTION}/table/inspection-in-{zone}"].routes
        assert route.target == Target("firewall", f"{INSPECTION}/firewall/guard/inspection-fw-{zone}")
        assert network.subnets[f"{INSPECTION}/subnet/inspection-fw-{zone}"].zone == f"us-east-1{zone}"


def test_routes_of_each_type_lead_to_what_they_name(tmp_path: Path) -> None:
    routes = "".join(
        f"          - {{name: r{number}, destination: 10.{number}.0.0/16, type: {kind}, target: {target}}}\n"
        for number, (kind, target) in enumerate(
            [("internetGateway", "IGW"), ("egressOnlyIgw", "eigw"), ("virtualPrivateGateway", "vgw"),
             ("natGateway", "nat"), ("vpcPeering", "pair"), ("gatewayLoadBalancerEndpoint", "glass"),
             ("local", "local")], 20)
    )  # fmt: skip
    network = (
        vpc(
            "internetGateway: true",
            "egressOnlyIgw: true",
            "virtualPrivateGateway: {asn: 65500}",
            "natGateways: [{name: nat, subnet: s}]",
            "routeTables:",
            "  - name: t",
            "    routes:",
        )
        + routes
    )
    network += """\
    subnets: [{name: s, availabilityZone: 1, routeTable: t, ipv4CidrBlock: 10.0.0.0/24}]
  - {name: other, account: Network, region: us-east-1, cidrs: [10.24.0.0/16]}
vpcPeering: [{name: pair, vpcs: [spoke, other]}]
centralNetworkServices:
  gatewayLoadBalancers:
    - {name: lb, vpc: spoke, subnets: [s], endpoints: [{name: glass, account: Clinic, subnet: s, vpc: spoke}]}
"""  # fmt: skip
    found = read(tmp_path, network)
    assert found.network.unknowns == ()
    kinds = [route.target.kind for route in found.network.tables["Clinic~us-east-1~spoke/table/t"].routes]
    assert kinds == ["internet-gateway", "egress-only-gateway", "vpn-gateway", "nat", "peering", "firewall", "local"]
    assert found.network.subnets["Clinic~us-east-1~spoke/subnet/s"].zone == "us-east-1-az1"


def test_an_edge_table_belongs_to_its_gateway_and_may_lead_to_a_subnet_by_name(tmp_path: Path) -> None:
    network = vpc("internetGateway: true", "routeTables:", "  - name: edge",
                  "    gatewayAssociation: internetGateway",
                  "    routes: [{name: r, destination: s, type: local}]",
                  "subnets: [{name: s, availabilityZone: a, routeTable: edge, "
                  "ipv4CidrBlock: 10.0.7.0/24}]")  # fmt: skip
    found = read(tmp_path, network).network
    assert found.gateways["Clinic~us-east-1~spoke/internet-gateway"].table == "Clinic~us-east-1~spoke/table/edge"
    (route,) = found.tables["Clinic~us-east-1~spoke/table/edge"].routes
    assert text(route.ranges) == "10.0.7.0/24"


def test_a_prefix_list_stands_for_its_entries(tmp_path: Path) -> None:
    network = vpc("internetGateway: true", "routeTables: [{name: t, routes: [{name: r, destinationPrefixList: pl, "
                  "type: internetGateway}]}]")  # fmt: skip
    network += "prefixLists: [{name: pl, addressFamily: IPv4, maxEntries: 2, entries: [192.0.2.0/24, 198.51.100.0/24]}]"
    (table,) = read(tmp_path, network).network.tables.values()
    assert text(table.routes[0].ranges) == "192.0.2.0/24, 198.51.100.0/24"


def test_tables_learn_what_attachments_propagate_and_static_routes_lead_to_attachments(tmp_path: Path) -> None:
    network = read(tmp_path, GOOD).network
    inspected = network.transit_tables["Network/us-east-1/hub/inspected"].routes
    learned = {one.attachment: text(one.ranges) for one in inspected if one.propagated}
    hub = "/attachment/Network/us-east-1/hub"
    assert learned[CLINIC + hub] == "10.10.0.0/16"
    assert INSPECTION + hub not in learned
    assert [one.attachment for one in inspected if not one.propagated] == [EGRESS + hub]
    attachment = network.attachments[INSPECTION + hub]
    assert attachment.appliance_mode
    assert attachment.table == "Network/us-east-1/hub/inspected"


def test_switches_of_a_transit_gateway_that_are_left_out_are_on_and_attachments_join_its_default_table(
    tmp_path: Path,
) -> None:
    changed = spoiled(("    defaultRouteTableAssociation: disable\n    defaultRouteTablePropagation: disable\n", ""),
                      ("        routeTableAssociations: [inspected]\n", ""))  # fmt: skip
    network = read(tmp_path, changed).network
    joined = network.attachments[f"{INSPECTION}/attachment/Network/us-east-1/hub"].table
    assert joined == "Network/us-east-1/hub/default"
    assert len(network.transit_tables[joined].routes) == 4
    assert network.unknowns == ()


def test_links_and_peerings_are_attachments_and_what_they_announce_is_anything(tmp_path: Path) -> None:
    links = """\
customerGateways:
  - name: hospital
    account: Network
    region: us-east-1
    ipAddress: 192.0.2.1
    asn: 65000
    vpnConnections:
      - {name: vpn, transitGateway: hub, routeTableAssociations: [spokes], routeTablePropagations: [inspected]}
directConnectGateways:
  - name: dx
    account: Network
    asn: 64512
    gatewayName: dx
    transitGatewayAssociations:
      - {name: hub, account: Network, allowedPrefixes: [10.0.0.0/8], routeTableAssociations: [spokes]}
transitGatewayPeering:
  - name: pair
    requester: {transitGatewayName: hub, account: Network, region: us-east-1, routeTableAssociations: spokes}
    accepter: {transitGatewayName: hub, account: Network, region: us-east-1, routeTableAssociations: inspected}
"""
    found = read(tmp_path, spoiled(
        ("          - {destinationCidrBlock: 0.0.0.0/0, attachment: {vpcName: egress",
         "          - {destinationCidrBlock: 10.9.0.0/16, attachment: {vpnConnectionName: vpn}}\n"
         "          - {destinationCidrBlock: 10.8.0.0/16, attachment: {directConnectGatewayName: dx}}\n"
         "          - {destinationCidrBlock: 10.7.0.0/16, attachment: {transitGatewayPeeringName: pair}}\n"
         "          - {destinationCidrBlock: 10.6.0.0/16, blackhole: true}\n"
         "          - {destinationCidrBlock: 0.0.0.0/0, attachment: {vpcName: egress"),
    ) + links)  # fmt: skip
    network = found.network
    assert network.unknowns == ()
    kinds = {one.kind: one for one in network.attachments.values()}
    assert kinds["vpn"].segment == kinds["direct-connect"].segment == "hybrid"
    assert kinds["vpn"].ranges == ()
    assert network.attachments["peering/pair"].peer == "peering/pair@peer"
    static = [one.attachment for one in network.transit_tables["Network/us-east-1/hub/inspected"].routes
              if not one.propagated]  # fmt: skip
    assert static[:4] == ["vpn/vpn", "direct-connect/dx/Network/us-east-1/hub", "peering/pair", None]


def test_network_acls_keep_numbers_ports_and_subnets_as_sources(tmp_path: Path) -> None:
    network = vpc("subnets: [{name: s, availabilityZone: a, ipv4CidrBlock: 10.0.3.0/24}]", "networkAcls:",
                  "  - name: acl", "    subnetAssociations: [s]", "    inboundRules:",
                  "      - {rule: 20, protocol: 6, fromPort: 443, toPort: 444, action: allow, source: 10.0.0.0/8}",
                  "      - {rule: 10, protocol: -1, fromPort: -1, toPort: -1, action: deny, "
                  "source: {account: Clinic, vpc: spoke, subnet: s}}")  # fmt: skip
    found = read(tmp_path, network).network
    (acl,) = found.acls.values()
    assert [(one.number, one.allow, one.protocol, one.ports, text(one.ranges)) for one in acl.entries] == [
        (10, False, None, ALL_PORTS, "10.0.3.0/24"),
        (20, True, 6, (443, 444), "10.0.0.0/8"),
    ]
    assert found.subnets["Clinic~us-east-1~spoke/subnet/s"].acl == acl.key


def test_a_template_makes_a_vpc_in_every_account_and_in_one_that_will_come(tmp_path: Path) -> None:
    organization = "organizationalUnits: [{name: Workloads}, {name: Workloads/Prod}, {name: Workloads/Labs}]\n"
    network = """\
vpcTemplates:
  - name: standard
    region: us-east-1
    deploymentTargets: {organizationalUnits: [Workloads/Prod, Workloads/Labs]}
    cidrs: [10.0.0.0/16]
"""
    found = read(tmp_path, network, organization=organization)
    assert {one.account for one in found.instances.values()} == {"Clinic", "<account of Workloads/Labs>"}
    assert any("Workloads/Labs has no account yet" in one for one in found.assumptions)


POOL = """\
centralNetworkServices:
  ipams:
    - name: ipam
      region: us-east-1
      pools:
        - {name: whole, provisionedCidrs: [10.64.0.0/10]}
        - {name: part, sourceIpamPool: whole, provisionedCidrs: [10.64.0.0/16], locale: us-east-1}
"""


def _by_ipam(destination: str) -> str:
    network = vpc("internetGateway: true",
                  "ipamAllocations: [{ipamPoolName: part, netmaskLength: 24}]",
                  "subnets: [{name: s, availabilityZone: a, routeTable: t, "
                  "ipamAllocation: {ipamPoolName: part, netmaskLength: 26}}]",
                  f"routeTables: [{{name: t, routes: [{{name: r, destination: {destination}, "
                  "type: internetGateway}]}]")  # fmt: skip
    return network.replace("    cidrs: [10.0.0.0/16]\n", "") + POOL


@pytest.mark.parametrize("destination", ["0.0.0.0/0", "10.64.0.0/16", "10.64.0.0/12", "192.0.2.0/24"])
def test_addresses_that_ipam_chooses_get_a_stand_in_that_is_listed_as_an_assumption(
    tmp_path: Path, destination: str
) -> None:
    found = read(tmp_path, _by_ipam(destination))
    assert found.network.unknowns == ()
    assert text(found.network.subnets["Clinic~us-east-1~spoke/subnet/s"].ranges) == "10.64.0.0/26"
    assert any("IPAM chooses" in one for one in found.assumptions)


def test_a_route_to_a_part_of_a_pool_is_not_understood_as_ipam_decides_what_it_means(tmp_path: Path) -> None:
    found = read(tmp_path, _by_ipam("10.64.7.0/24"))
    assert [one.reason.split(";")[0] for one in found.network.unknowns] == ["names a part of IPAM pool 'part'"]


def test_blocks_are_aligned_and_never_overlap() -> None:
    space = Space(parse("10.0.0.0/24") or ())
    space.reserve(parse("10.0.0.0/28") or ())
    assert [text(space.take(length) or ()) for length in (26, 28, 25)] == [
        "10.0.0.64/26", "10.0.0.16/28", "10.0.0.128/25"]  # fmt: skip
    assert space.take(25) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (("cidrs: [10.10.0.0/16]", "cidrs: ['{{ ClinicRange }}']"), "is not known"),
        (("ipv4CidrBlock: 10.10.0.0/24", "ipv4CidrBlock: '{{ ClinicSubnet }}'"), "its range is not known"),
        (("ipv4CidrBlock: 10.2.1.0/28", "ipv4CidrBlock: ten"), "its addresses are not known"),
        (("    cidrs: [10.10.0.0/16]\n", ""), "has neither cidrs nor ipamAllocations"),
        (("type: transitGateway, target: hub}\n          - {name: clinic-s3",
          "type: networkInterface, target: eni}\n          - {name: clinic-s3"), "what is behind it is not in these"),
        (("type: transitGateway, target: hub}\n          - {name: clinic-s3",
          "type: pigeon, target: hub}\n          - {name: clinic-s3"), "target type 'pigeon' is not known"),
        (("    queryLogs: [queries]\n", "    queryLogs: [queries]\n    tunnelToMars: true\n"), "key 'tunnelToMars'"),
        (("destinationCidrBlock: 0.0.0.0/0", "destinationCidrBlock: '{{ All }}'"), "destination '{{ All }}'"),
        (("destinationCidrBlock: 0.0.0.0/0", "destinationPrefixList: nowhere"), "prefix list 'nowhere' does not"),
        (("vpcFlowLogs:", "transitGatewayConnects: [{name: sdwan}]\nvpcFlowLogs:"), "what is behind it"),
    ],
)  # fmt: skip
def test_what_may_carry_traffic_and_is_not_known_is_said_with_its_line_and_stops_every_proof(
    tmp_path: Path, change: tuple[str, str], reason: str
) -> None:
    found = read(tmp_path, spoiled(change))
    assert any(reason in one.reason for one in found.network.unknowns)
    said = [
        *((one.message, one.line) for one in found.not_understood),
        *((one.message, one.entry.line) for one in found.absent),
    ]
    assert any(reason in message and place > 1 for message, place in said)


def test_a_load_balancer_sends_to_the_subnets_of_its_vpc_and_is_public_unless_it_says_internal(tmp_path: Path) -> None:
    one = "{name: lb, subnets: [egress-in-a], listeners: [{port: 443}]}"
    balancers = f"loadBalancers: {{applicationLoadBalancers: [{one}]}}"
    network = read(tmp_path, spoiled(("    natGateways:", f"    {balancers}\n    natGateways:"))).network
    (host,) = network.hosts.values()
    assert host.public
    assert host.subnets == (f"{EGRESS}/subnet/egress-in-a",)
    assert host.listeners[0].ports == (443, 443)
    assert {network.subnets[key].vpc for key in host.listeners[0].subnets} == {EGRESS}


def test_a_route_needs_no_zone_if_the_firewall_has_one_endpoint(tmp_path: Path) -> None:
    change = (("subnets: [inspection-fw-a, inspection-fw-b]", "subnets: [inspection-fw-a]"),
              (", targetAvailabilityZone: a", ""), (", targetAvailabilityZone: b", ""))  # fmt: skip
    assert read(tmp_path, spoiled(*change)).absent == ()
    assert len(read(tmp_path, spoiled(*change[1:])).absent) == 2


def test_a_static_route_of_a_hub_may_name_a_prefix_list(tmp_path: Path) -> None:
    network = spoiled(("destinationCidrBlock: 0.0.0.0/0", "destinationPrefixList: pl")) + (
        "prefixLists: [{name: pl, addressFamily: IPv4, maxEntries: 2, entries: [192.0.2.0/24, 198.51.100.0/24]}]"
    )
    routes = read(tmp_path, network).network.transit_tables["Network/us-east-1/hub/spokes"].routes
    assert [text(one.ranges) for one in routes] == ["192.0.2.0/24", "198.51.100.0/24"]


def test_rules_that_are_not_read_are_named(tmp_path: Path) -> None:
    group = "type: STATEFUL, ruleGroup: {rulesSource: {rulesFile: rules.txt}}}"
    (found,) = read(tmp_path, spoiled(("type: STATEFUL}", group))).not_understood
    assert found.message == "rule group known-names: what its rulesFile lets pass is not judged"


def test_templates_and_firewalls_outside_of_the_network_file_are_named(tmp_path: Path) -> None:
    custom = "customizations:\n  cloudFormationStacks:\n    - {name: extra, template: extra.yaml}\n"
    found = read(tmp_path, GOOD, customizations=custom)
    assert [(one.file, one.line) for one in found.not_understood] == [("customizations-config.yaml", 3)]


def test_who_holds_phi_is_what_is_said_else_what_names_say_else_every_ou_for_workloads() -> None:
    ou_of = {"Clinic": "Workloads/Prod", "Shop": "Workloads/Prod", "Audit": "Security"}
    assert placement(ou_of, (), ["Shop"]).phi == {"Shop"}
    assert placement(ou_of, ()).phi == {"Clinic"}
    assert placement({"Shop": "Workloads/Prod", "Audit": "Security", "Play": "Sandbox"}, ()).phi == {
        "Workloads", "Workloads/Prod"}  # fmt: skip


def test_a_vpc_holds_phi_if_an_account_with_phi_shares_a_subnet_of_it(tmp_path: Path) -> None:
    network = vpc("subnets: [{name: s, availabilityZone: a, ipv4CidrBlock: 10.0.0.0/24, shareTargets: "
                  "{organizationalUnits: [Workloads]}}]", account="Network")  # fmt: skip
    (one,) = read(tmp_path, network).instances.values()
    assert one.segment == "phi"
    assert "Clinic" in one.accounts


@pytest.mark.parametrize(
    ("name", "topic", "speaks_of_it"),
    [("Acme-HIPAA-Prod", "phi", True), ("ClinicalData", "phi", True), ("graphics", "phi", False),
     ("Network-Inspection", "inspection", True), ("AWSAccelerator-dev", "nonproduction", True),
     ("devices", "nonproduction", False)],
)  # fmt: skip
def test_names_speak_by_whole_words(name: str, topic: str, speaks_of_it: bool) -> None:
    assert speaks(name, topic) is speaks_of_it
