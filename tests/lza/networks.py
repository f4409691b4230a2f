"""A hub and two spokes in which every check holds, and small functions that spoil it; all of it is made up."""

from __future__ import annotations

from pathlib import Path

from landing_zone.lza.assess_network import NetworkAssessment, assess_network
from tests.lza.arrange import configuration

POLICY = """\
{
  "Version": "2012-10-17",
  "Statement": [
    {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*",
     "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-example"}}}
  ]
}
"""


def _spoke(name: str, account: str, cidr: str) -> str:
    net = cidr.rsplit(".", 2)[0]
    return f"""
  - name: {name}
    account: {account}
    region: us-east-1
    cidrs: [{cidr}]
    defaultSecurityGroupRulesDeletion: true
    dnsFirewallRuleGroups: [{{name: names, priority: 101}}]
    queryLogs: [queries]
    routeTables:
      - name: {name}-app
        routes:
          - {{name: {name}-out, destination: 0.0.0.0/0, type: transitGateway, target: hub}}
          - {{name: {name}-s3, type: gatewayEndpoint, target: s3}}
    subnets:
      - {{name: {name}-app-a, availabilityZone: a, routeTable: {name}-app, ipv4CidrBlock: {net}.0.0/24}}
      - {{name: {name}-app-b, availabilityZone: b, routeTable: {name}-app, ipv4CidrBlock: {net}.1.0/24}}
    transitGatewayAttachments:
      - name: {name}-attachment
        transitGateway: {{name: hub, account: Network}}
        routeTableAssociations: [spokes]
        routeTablePropagations: [inspected]
        subnets: [{name}-app-a, {name}-app-b]
    gatewayEndpoints: {{defaultPolicy: own, endpoints: [{{service: s3}}]}}"""


GOOD = f"""\
defaultVpc: {{delete: true, excludeAccounts: []}}
endpointPolicies:
  - {{name: own, document: endpoint-policies/own.json}}
transitGateways:
  - name: hub
    account: Network
    region: us-east-1
    asn: 65521
    defaultRouteTableAssociation: disable
    defaultRouteTablePropagation: disable
    autoAcceptSharingAttachments: disable
    routeTables:
      - name: spokes
        routes:
          - {{destinationCidrBlock: 0.0.0.0/0, attachment: {{vpcName: inspection, account: Network}}}}
      - name: inspected
        routes:
          - {{destinationCidrBlock: 0.0.0.0/0, attachment: {{vpcName: egress, account: Network}}}}
centralNetworkServices:
  delegatedAdminAccount: Network
  route53Resolver:
    firewallRuleGroups: [{{name: names, regions: [us-east-1], rules: []}}]
    queryLogs: {{name: queries, destinations: [s3]}}
  networkFirewall:
    firewalls:
      - name: guard
        firewallPolicy: strict
        vpc: inspection
        subnets: [inspection-fw-a, inspection-fw-b]
        loggingConfiguration: [{{destination: s3, type: ALERT}}, {{destination: s3, type: FLOW}}]
    policies:
      - name: strict
        regions: [us-east-1]
        firewallPolicy:
          statelessDefaultActions: ['aws:forward_to_sfe']
          statelessFragmentDefaultActions: ['aws:forward_to_sfe']
          statefulDefaultActions: ['aws:drop_strict']
          statefulRuleGroups: [{{name: known-names}}]
    rules:
      - {{name: known-names, regions: [us-east-1], capacity: 100, type: STATEFUL}}
vpcs:
  - name: inspection
    account: Network
    region: us-east-1
    cidrs: [10.1.0.0/16]
    defaultSecurityGroupRulesDeletion: true
    dnsFirewallRuleGroups: [{{name: names, priority: 101}}]
    queryLogs: [queries]
    routeTables:
      - name: inspection-in-a
        routes:
          - {{name: to-a, destination: 0.0.0.0/0, type: networkFirewall, target: guard, targetAvailabilityZone: a}}
      - name: inspection-in-b
        routes:
          - {{name: to-b, destination: 0.0.0.0/0, type: networkFirewall, target: guard, targetAvailabilityZone: b}}
      - name: inspection-out
        routes:
          - {{name: back, destination: 0.0.0.0/0, type: transitGateway, target: hub}}
    subnets:
      - {{name: inspection-in-a, availabilityZone: a, routeTable: inspection-in-a, ipv4CidrBlock: 10.1.0.0/28}}
      - {{name: inspection-in-b, availabilityZone: b, routeTable: inspection-in-b, ipv4CidrBlock: 10.1.0.16/28}}
      - {{name: inspection-fw-a, availabilityZone: a, routeTable: inspection-out, ipv4CidrBlock: 10.1.1.0/28}}
      - {{name: inspection-fw-b, availabilityZone: b, routeTable: inspection-out, ipv4CidrBlock: 10.1.1.16/28}}
    transitGatewayAttachments:
      - name: inspection-attachment
        transitGateway: {{name: hub, account: Network}}
        options: {{applianceModeSupport: enable}}
        routeTableAssociations: [inspected]
        subnets: [inspection-in-a, inspection-in-b]
  - name: egress
    account: Network
    region: us-east-1
    cidrs: [10.2.0.0/16]
    internetGateway: true
    defaultSecurityGroupRulesDeletion: true
    dnsFirewallRuleGroups: [{{name: names, priority: 101}}]
    queryLogs: [queries]
    natGateways:
      - {{name: nat-a, subnet: egress-public-a}}
      - {{name: nat-b, subnet: egress-public-b}}
    routeTables:
      - name: egress-in-a
        routes: [{{name: nat-a, destination: 0.0.0.0/0, type: natGateway, target: nat-a}}]
      - name: egress-in-b
        routes: [{{name: nat-b, destination: 0.0.0.0/0, type: natGateway, target: nat-b}}]
      - name: egress-public
        routes:
          - {{name: out, destination: 0.0.0.0/0, type: internetGateway, target: IGW}}
          - {{name: answers, destination: 10.0.0.0/8, type: transitGateway, target: hub}}
    subnets:
      - {{name: egress-in-a, availabilityZone: a, routeTable: egress-in-a, ipv4CidrBlock: 10.2.0.0/28}}
      - {{name: egress-in-b, availabilityZone: b, routeTable: egress-in-b, ipv4CidrBlock: 10.2.0.16/28}}
      - {{name: egress-public-a, availabilityZone: a, routeTable: egress-public, ipv4CidrBlock: 10.2.1.0/28}}
      - {{name: egress-public-b, availabilityZone: b, routeTable: egress-public, ipv4CidrBlock: 10.2.1.16/28}}
    transitGatewayAttachments:
      - name: egress-attachment
        transitGateway: {{name: hub, account: Network}}
        routeTableAssociations: [spokes]
        routeTablePropagations: [inspected]
        subnets: [egress-in-a, egress-in-b]{_spoke("clinic", "Clinic", "10.10.0.0/16")}{
    _spoke("endpoints", "Network", "10.3.0.0/16")
}
vpcFlowLogs:
  trafficType: ALL
  maxAggregationInterval: 600
  destinations: [cloud-watch-logs]
  destinationsConfig: {{cloudWatchLogs: {{retentionInDays: 2192}}}}
  defaultFormat: false
"""


def spoiled(*changes: tuple[str, str]) -> str:
    """The good network with texts replaced; each must be there."""
    text = GOOD
    for old, new in changes:
        assert old in text, old
        text = text.replace(old, new, 1)
    return text


def assessed(folder: Path, network: str, *phi: str, **files: str) -> NetworkAssessment:
    """The assessment of a network of the small configuration."""
    given = {"network": network, "endpoint-policies/own.json": POLICY, **files}
    return assess_network(configuration(folder, given), phi)


def line(network: str, text: str, after: str = "") -> int:
    """The 1-based line on which a text stands first, behind another one."""
    assert text in network, text
    return network[: network.index(text, network.index(after))].count("\n") + 1
