"""What an LZA network does not protect is named with its line and the citation."""

from __future__ import annotations

from pathlib import Path

import pytest

from landing_zone.lza.assess_network import assess_network
from landing_zone.lza.configuration import read_configuration
from landing_zone.policy_data import policy_data
from landing_zone.proof.network.theorems import load_theorems
from tests.lza.arrange import configuration
from tests.lza.networks import GOOD, POLICY, assessed, line, spoiled

TO_HUB = "destination: 0.0.0.0/0, type: transitGateway, target: hub}\n          - {name: clinic-s3"
SPOKES = "          - {destinationCidrBlock: 0.0.0.0/0, attachment: {vpcName: inspection, account: Network}}\n"
FIREWALL = GOOD[GOOD.index("  networkFirewall:\n") : GOOD.index("vpcs:\n")]
CLINIC_QUERIES = "queryLogs: [queries]\n    routeTables:\n      - name: clinic-app"


def test_a_network_without_mistakes_has_no_gap_and_its_theorems_are_proved(tmp_path: Path) -> None:
    gaps, not_understood, facts = assessed(tmp_path, GOOD)
    assert gaps == ()
    assert not_understood == ()
    assert {row["verdict"] for row in facts["theorems"]} == {"PROVED"}
    assert {"internet-never-reaches-phi", "east-west-is-inspected", "phi-reaches-only-its-zone"} <= {
        row["id"] for row in facts["theorems"]
    }


CASES = [
    # number, old text, new text, text of the line of the gap, text before it
    (1, FIREWALL, "", "name: inspection", "vpcs:"),
    (3, "autoAcceptSharingAttachments: disable", "autoAcceptSharingAttachments: enable", "autoAccept", ""),
    (4, "cidrs: [10.10.0.0/16]", "cidrs: [10.10.0.0/16]\n    internetGateway: true", "internetGateway", "10.10.0.0/16"),
    (5, "ipv4CidrBlock: 10.10.0.0/24", "ipv4CidrBlock: 10.10.0.0/24, mapPublicIpOnLaunch: true", "mapPublic", ""),
    (7, "defaultPolicy: own", "defaultPolicy: theirs", "theirs", ""),
    (8, GOOD[GOOD.index("vpcFlowLogs:\n") :], "", "name: inspection", "vpcs:"),
    (9, "retentionInDays: 2192", "retentionInDays: 30", "retentionInDays", ""),
    (9, "destinationsConfig: {", "destinationsConfig: {s3: {lifecycleRules: [{expiration: 90}]}, ", "expiration", ""),
    (10, "trafficType: ALL", "trafficType: REJECT", "trafficType", ""),
    (11, "delete: true", "delete: false", "delete: false", ""),
    (11, "excludeAccounts: []", "excludeAccounts: [Clinic]", "excludeAccounts", ""),
    (12, "clinic-app-b, availabilityZone: b", "clinic-app-b, availabilityZone: a", "name: clinic", "vpcs:"),
    (13, "subnets: [clinic-app-a, clinic-app-b]", "subnets: [clinic-app-a]", "subnets: [clinic-app-a]", ""),
    (14, CLINIC_QUERIES, "networkAcls: [{name: open, subnetAssociations: [clinic-app-a], inboundRules: [{rule: 1, "
     "protocol: -1, fromPort: -1, toPort: -1, action: allow, source: 0.0.0.0/0}], outboundRules: [{rule: 1, "
     "protocol: -1, fromPort: -1, toPort: -1, action: allow, destination: 0.0.0.0/0}]}]\n    " + CLINIC_QUERIES,
     "networkAcls", ""),
    (15, CLINIC_QUERIES, "securityGroups: [{name: open, inboundRules: [{description: d, types: [SSH], "
     "sources: [0.0.0.0/0]}], outboundRules: []}]\n    " + CLINIC_QUERIES, "securityGroups", ""),
    (18, "    dnsFirewallRuleGroups: [{name: names, priority: 101}]\n", "", "name: inspection", "vpcs:"),
    (19, "    queryLogs: [queries]\n", "", "name: inspection", "vpcs:"),
    (21, "routeTable: clinic-app, ", "", "clinic-app-a, ", "subnets:"),
    (22, "statelessDefaultActions: ['aws:forward_to_sfe']", "statelessDefaultActions: ['aws:pass']", "aws:pass", ""),
    (23, ", {destination: s3, type: FLOW}", "", "loggingConfiguration", ""),
    (22, "type: STATEFUL}", "type: STATEFUL, ruleGroup: {rulesSource: {statefulRules: [{action: PASS, header: "
     "{protocol: IP, source: ANY, destination: ANY}}]}}}", "statefulRules", ""),
    (24, CLINIC_QUERIES, "loadBalancers: {networkLoadBalancers: [{name: open, subnets: [clinic-app-a]}]}\n    "
     + CLINIC_QUERIES, "loadBalancers", ""),
    (25, "    defaultSecurityGroupRulesDeletion: true\n", "", "name: inspection", "vpcs:"),
    (27, "endpoints: [{service: s3}]", "endpoints: [{service: s3, applyPolicy: false}]", "applyPolicy", ""),
    (26, "        routeTableAssociations: [inspected]\n", "", "name: inspection-attachment", ""),
]  # fmt: skip


@pytest.mark.parametrize(("number", "old", "new", "place", "after"), CASES, ids=[str(case[0]) for case in CASES])
def test_each_mistake_is_named_at_its_line(
    tmp_path: Path, number: int, old: str, new: str, place: str, after: str
) -> None:
    network = spoiled((old, new))
    gaps = assessed(tmp_path, network).gaps
    (found, *_) = [gap for gap in gaps if gap.id == f"LZA-NET-{number:03d}"]
    assert (found.file, found.line) == ("network-config.yaml", line(network, place, after))
    assert found.citations
    assert found.fix
    assert "{" not in found.message


@pytest.mark.parametrize("document", ["[]", "{}", "null", '{"Statement": [{"Action": "*"}]}'])
def test_an_endpoint_policy_that_is_none_is_a_gap(tmp_path: Path, document: str) -> None:
    network = "endpointPolicies: [{name: closed, document: closed.json}]\n"
    found = assess_network(configuration(tmp_path, {"network": network, "closed.json": document}))
    assert [(gap.file, gap.line) for gap in found.gaps if gap.id == "LZA-NET-028"] == [("closed.json", 1)]


def test_a_firewall_to_which_no_route_leads_is_named_and_east_west_is_refuted_at_the_route_of_the_hub(
    tmp_path: Path,
) -> None:
    network = GOOD
    for zone in "ab":
        network = network.replace(f"type: networkFirewall, target: guard, targetAvailabilityZone: {zone}",
                                  "type: transitGateway, target: hub")  # fmt: skip
    gaps = {gap.id: gap for gap in assessed(tmp_path, network).gaps}
    assert gaps["LZA-NET-002"].line == line(network, "name: guard")
    found = gaps["LZA-THM-east-west-is-inspected"]
    assert found.line == line(network, SPOKES.strip())
    assert "no firewall on this path" in found.message
    assert f"line {line(network, 'name: to-')}" in found.message


THEOREMS = [
    ("internet-never-reaches-phi", TO_HUB, TO_HUB.replace("transitGateway, target: hub", "internetGateway"),
     "type: internetGateway}", ""),
    ("egress-is-inspected", SPOKES, SPOKES.replace("inspection", "egress"), "0.0.0.0/0, attachment: {vpcName: egress",
     ""),
    ("east-west-is-inspected", "routeTablePropagations: [inspected]\n        subnets: [clinic",
     "routeTablePropagations: [inspected, spokes]\n        subnets: [clinic", "inspected, spokes", ""),
    ("no-default-tables", "defaultRouteTablePropagation: disable", "defaultRouteTablePropagation: enable",
     "defaultRouteTablePropagation", ""),
    ("addresses-never-overlap", "cidrs: [10.3.0.0/16]", "cidrs: [10.10.0.0/16]", "name: clinic\n", ""),
    ("firewall-paths-are-symmetric", "applianceModeSupport: enable", "applianceModeSupport: disable",
     "name: inspection-attachment", ""),
]  # fmt: skip


@pytest.mark.parametrize(("theorem", "old", "new", "place", "after"), THEOREMS, ids=[row[0] for row in THEOREMS])
def test_each_refuted_theorem_is_a_gap_at_the_line_that_decides(
    tmp_path: Path, theorem: str, old: str, new: str, place: str, after: str
) -> None:
    network = spoiled((old, new))
    if theorem == "internet-never-reaches-phi":
        network = network.replace("cidrs: [10.10.0.0/16]", "cidrs: [10.10.0.0/16]\n    internetGateway: true")
    gaps = {gap.id: gap for gap in assessed(tmp_path, network).gaps}
    found = gaps[f"LZA-THM-{theorem}"]
    assert found.line == line(network, place, after), found.message
    assert found.citations == next(one.citations for one in load_theorems() if one.id == theorem)


def test_what_a_link_brings_past_the_firewall_is_a_gap_at_its_propagation(tmp_path: Path) -> None:
    link = """\
customerGateways:
  - name: hospital
    account: Network
    region: us-east-1
    vpnConnections:
      - name: vpn
        transitGateway: hub
        routeTableAssociations: [spokes]
        routeTablePropagations: [inspected, spokes]
        tunnelSpecifications:
          - {ikeVersions: [2], phase1: {dhGroups: [20], integrityAlgorithms: [SHA2-384]},
             phase2: {dhGroups: [20], integrityAlgorithms: [SHA2-384]}}
"""
    network = GOOD + link
    (found,) = [gap for gap in assessed(tmp_path, network).gaps if gap.severity == "error"]
    assert (found.id, found.line) == ("LZA-THM-hybrid-is-inspected", line(network, "[inspected, spokes]"))
    inspected = network.replace("[inspected, spokes]", "[inspected]")
    assert assessed(tmp_path, inspected).gaps == ()


def test_a_peering_of_a_sandbox_with_phi_is_a_gap_at_the_route(tmp_path: Path) -> None:
    lonely = "  - name: playground\n    account: Network\n    region: us-east-1\n    cidrs: [10.77.0.0/16]\n"
    lonely += "    subnets: [{name: play, availabilityZone: a, ipv4CidrBlock: 10.77.0.0/24}]\n"
    network = spoiled(
        ("vpcFlowLogs:\n", lonely + "vpcPeering: [{name: pair, vpcs: [clinic, playground]}]\nvpcFlowLogs:\n"),
        (TO_HUB, "destination: 10.77.0.0/16, type: vpcPeering, target: pair}\n          - {name: clinic-s3"),
    )
    found = {gap.id: gap for gap in assessed(tmp_path, network).gaps}["LZA-THM-phi-and-sandbox-never-connected"]
    assert found.line == line(network, "type: vpcPeering, target: pair")
    assert f"line {line(network, 'name: pair, vpcs')} VPC peering pair" in found.message


def test_an_endpoint_policy_that_allows_everything_is_named_at_its_statement(tmp_path: Path) -> None:
    policy = POLICY.replace(',\n     "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}', "")
    gaps = assessed(tmp_path, GOOD, **{"endpoint-policies/own.json": policy}).gaps
    assert [(gap.id, gap.file, gap.line) for gap in gaps] == [("LZA-NET-006", "endpoint-policies/own.json", 4)]
    assert "gatewayEndpoints of VPC clinic" in gaps[0].message


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        ("type: transitGateway, target: hub}\n          - {name: clinic-s3",
         "type: transitGateway, target: hubb}\n          - {name: clinic-s3", "hubb"),
        ("type: natGateway, target: nat-a", "type: natGateway, target: nat-z", "nat-z"),
        ("targetAvailabilityZone: b", "targetAvailabilityZone: f", "targetAvailabilityZone: f"),
        ("    internetGateway: true\n", "", "type: internetGateway"),
        ("routeTableAssociations: [spokes]", "routeTableAssociations: [spoke]", "[spoke]"),
        ("attachment: {vpcName: egress,", "attachment: {vpcName: egres,", "egres,"),
        ("routeTable: clinic-app,", "routeTable: clinic-apps,", "clinic-apps,"),
        ("subnets: [inspection-fw-a,", "subnets: [inspection-fw-x,", "inspection-fw-x"),
        ("firewallPolicy: strict\n", "firewallPolicy: lax\n", "firewallPolicy: lax"),
        ("statefulRuleGroups: [{name: known-names}]", "statefulRuleGroups: [{name: no}]", "name: no}"),
        ("account: Clinic", "account: Clinik", "Clinik"),
        ("{name: names, priority: 101}", "{name: namse, priority: 101}", "namse"),
        ("queryLogs: [queries]", "queryLogs: [query]", "[query]"),
    ],
)  # fmt: skip
def test_a_name_that_leads_to_nothing_is_a_gap_at_its_line(tmp_path: Path, old: str, new: str, place: str) -> None:
    network = spoiled((old, new))
    found = [gap for gap in assessed(tmp_path, network).gaps if gap.id == "LZA-NET-020"]
    assert line(network, place) in {gap.line for gap in found}
    assert all("does not exist" in gap.message for gap in found)


def test_the_nearest_spelling_is_said(tmp_path: Path) -> None:
    gaps = assessed(tmp_path, spoiled(("account: Clinic", "account: Clinik"))).gaps
    assert any("did you mean 'Clinic'?" in gap.message for gap in gaps)


def test_nothing_is_proved_while_something_is_not_known(tmp_path: Path) -> None:
    network = spoiled(("cidrs: [10.3.0.0/16]", "cidrs: ['{{ Range }}']"))
    _, not_understood, facts = assessed(tmp_path, network)
    assert "PROVED" not in {row["verdict"] for row in facts["theorems"] if row["kind"] == "network"}
    assert any("Theorem internet-never-reaches-phi is neither" in one.message for one in not_understood)
    assert any(one.line == line(network, "{{ Range }}") for one in not_understood)


def test_links_without_encryption_or_with_weak_choices_are_named(tmp_path: Path) -> None:
    direct = "directConnectGateways: [{name: dx, virtualInterfaces: [{name: vif, connectionId: dxcon-example}]}]\n"
    gaps = assessed(tmp_path, GOOD + direct).gaps
    assert [gap.id for gap in gaps] == ["LZA-NET-016"]
    vpn = """\
customerGateways:
  - name: hospital
    account: Network
    region: us-east-1
    vpnConnections:
      - name: vpn
        transitGateway: hub
        tunnelSpecifications:
          - ikeVersions: [1, 2]
            phase1: {dhGroups: [20], integrityAlgorithms: [SHA2-384]}
            phase2: {dhGroups: [20], integrityAlgorithms: [SHA1]}
"""
    network = GOOD + vpn
    found = [gap for gap in assessed(tmp_path, network).gaps if gap.id == "LZA-NET-017"]
    assert [gap.line for gap in found] == [line(network, "ikeVersions"), line(network, "phase2")]
    bare = network[: network.index("        tunnelSpecifications")]
    assert [gap.line for gap in assessed(tmp_path, bare).gaps if gap.id == "LZA-NET-017"] == [line(bare, "name: vpn")]


def test_what_is_said_to_hold_phi_decides_which_networks_are_asked_about(tmp_path: Path) -> None:
    segments = assessed(tmp_path, GOOD, "Infrastructure").facts["segments"]
    assert segments["endpoints in Network"] == "phi"
    assert segments["clinic in Clinic"] == "nonphi"


def test_web_ports_of_the_group_of_a_public_load_balancer_are_what_it_is_for(tmp_path: Path) -> None:
    extra = ("securityGroups: [{name: web, inboundRules: [{description: d, types: [HTTPS], sources: [0.0.0.0/0]}], "
             "outboundRules: []}]\n    loadBalancers: {applicationLoadBalancers: [{name: lb, scheme: internet-facing, "
             "subnets: [egress-public-a], securityGroups: [web]}]}\n    natGateways:")  # fmt: skip
    assert "LZA-NET-015" not in {gap.id for gap in assessed(tmp_path, spoiled(("natGateways:", extra))).gaps}


def test_a_vpc_with_nothing_but_subnets_for_its_attachment_has_to_reach_nothing(tmp_path: Path) -> None:
    route = GOOD[GOOD.index("          - {name: clinic-out") : GOOD.index("          - {name: clinic-s3")]
    empty = spoiled((route, ""), ("          - {name: clinic-s3, type: gatewayEndpoint, target: s3}\n", ""))
    assert [gap.id for gap in assessed(tmp_path, empty).gaps if "phi-reaches" in gap.id] == []
    hosts = empty.replace("subnets: [clinic-app-a, clinic-app-b]", "subnets: [clinic-app-a]")
    assert "LZA-THM-phi-reaches-internet-through-hub" in {gap.id for gap in assessed(tmp_path, hosts).gaps}


def test_a_configuration_without_a_network_file_says_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "some"
    folder.mkdir()
    (folder / "iam-config.yaml").write_text("policySets: []\n")
    gaps, not_understood, facts = assess_network(read_configuration(folder))
    assert (gaps, not_understood, facts["theorems"]) == ((), (), [])


def test_every_text_of_the_table_is_used_and_cites_the_security_rule() -> None:
    data = policy_data("lza/network")
    known = {row["citation"] for row in policy_data("hipaa/security_rule")["rows"]}
    assert all(set(row["citations"]) <= known and row["citations"] for row in data["gaps"])
    assert [row["id"] for row in data["gaps"]] == [f"LZA-NET-{number:03d}" for number in range(1, 29)]
    theorems = {one.id for one in load_theorems()}
    assert {*data["theorems"]["left_out"], *data["theorems"]["severity"]} <= theorems
    assert {*data["theorems"]["fixes"]} - {"otherwise"} <= theorems
