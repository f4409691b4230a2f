"""`python -m benchmarks.network_reading --vpcs N`: read the templates of a landing zone with N networks in two Regions.

Two stacks for each network, as the landing zone has them: the network in its own account, and what the network account
adds to it, which finds the attachment by a shared parameter and everything else by exports. Documents are few and equal
for all; what differs are parameters. CPU seconds of reading, peak memory of the process, and what was read.
"""

from __future__ import annotations

import argparse
import gc
import json
import resource
import sys
import time
from typing import Any

from landing_zone.proof.network.model import StackTemplate
from landing_zone.proof.network.read import describe, read_network

REGIONS = ("us-east-1", "us-west-2")
SEGMENTS = ("phi", "phi-nonproduction", "nonphi", "sandbox")
ZONES, TIERS = 3, ("application", "data", "attachment")
HUB = "999999999999"


def _ref(name: str) -> dict[str, str]:
    return {"Ref": name}


def _row(type_: str, **properties: Any) -> dict[str, Any]:
    return {"Type": f"AWS::EC2::{type_}", "Properties": properties}


def _tags(**values: Any) -> list[dict[str, Any]]:
    return [{"Key": key if key == "Name" else f"hlz:{key}", "Value": value} for key, value in values.items()]


def network_document() -> dict[str, Any]:
    """A spoke: three tiers in three zones, a network ACL for each tier, endpoints, the attachment."""
    names = ["VpcCidr", "NetworkName", "Segment", "TransitGatewayId", "OrganizationId"]
    rows: dict[str, Any] = {
        "Vpc": _row("VPC", CidrBlock=_ref("VpcCidr"), Tags=_tags(Name=_ref("NetworkName"), segment=_ref("Segment"))),
        "Attachment": _row(
            "TransitGatewayVpcAttachment",
            TransitGatewayId=_ref("TransitGatewayId"),
            VpcId=_ref("Vpc"),
            SubnetIds=[_ref(f"Attachment{zone}") for zone in range(1, ZONES + 1)],
            Tags=_tags(segment=_ref("Segment")),
        ),
        "AttachmentId": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": "/hlz/network/attachment-id", "Value": _ref("Attachment"), "Type": "String"},
        },
    }
    for tier in TIERS:
        rows[f"{tier}Acl"] = _row("NetworkAcl", VpcId=_ref("Vpc"), Tags=_tags(Name=f"{tier}"))
        for number in range(1, 15):
            rows[f"{tier}AclEntry{number}"] = _row(
                "NetworkAclEntry",
                NetworkAclId=_ref(f"{tier}Acl"),
                RuleNumber=number * 100,
                Protocol=6,
                RuleAction="allow",
                Egress=number % 2 == 0,
                CidrBlock=_ref("VpcCidr") if number < 7 else "10.0.0.0/8",
                PortRange={"From": 1024, "To": 65535},
            )
        for zone in range(1, ZONES + 1):
            key, cidr = f"{tier.title()}{zone}", f"{tier.title()}Subnet{zone}Cidr"
            names.append(cidr)
            name = {"Fn::Join": ["", [_ref("NetworkName"), f"-{tier}-{zone}"]]}
            rows[key] = _row(
                "Subnet",
                VpcId=_ref("Vpc"),
                CidrBlock=_ref(cidr),
                AvailabilityZoneId=f"use1-az{zone}",
                Tags=_tags(Name=name, segment=_ref("Segment"), tier=tier),
            )
            rows[f"{key}Table"] = _row("RouteTable", VpcId=_ref("Vpc"), Tags=_tags(Name=name))
            rows[f"{key}Association"] = _row(
                "SubnetRouteTableAssociation", SubnetId=_ref(key), RouteTableId=_ref(f"{key}Table")
            )
            rows[f"{key}Acl"] = _row("SubnetNetworkAclAssociation", SubnetId=_ref(key), NetworkAclId=_ref(f"{tier}Acl"))
            if tier == "application":
                target = {"DestinationCidrBlock": "0.0.0.0/0", "TransitGatewayId": _ref("TransitGatewayId")}
                rows[f"{key}Default"] = _row("Route", RouteTableId=_ref(f"{key}Table"), **target)
    rows["Storage"] = _row(
        "VPCEndpoint",
        VpcId=_ref("Vpc"),
        ServiceName={"Fn::Join": ["", ["com.amazonaws.", _ref("AWS::Region"), ".s3"]]},
        VpcEndpointType="Gateway",
        RouteTableIds=[_ref(f"Application{zone}Table") for zone in range(1, ZONES + 1)],
        PolicyDocument={"Statement": [{"Condition": {"StringEquals": {"aws:PrincipalOrgID": _ref("OrganizationId")}}}]},
    )
    inside = {"CidrIp": _ref("VpcCidr"), "IpProtocol": "tcp", "FromPort": 443, "ToPort": 443}
    rows["Group"] = _row("SecurityGroup", VpcId=_ref("Vpc"), SecurityGroupIngress=[inside])
    return {"Parameters": {name: {"Type": "String"} for name in names}, "Resources": rows}


def association_document(tables: tuple[str, ...]) -> dict[str, Any]:
    """What the network account adds: association, propagation, a route to inspection in each table."""

    def imported(name: str) -> dict[str, str]:
        return {"Fn::ImportValue": f"hlz-{name}"}

    joined = {"TransitGatewayAttachmentId": _ref("AttachmentId")}
    rows = {
        "Association": _row(
            "TransitGatewayRouteTableAssociation", TransitGatewayRouteTableId=imported(f"table-{tables[0]}"), **joined
        ),
        "Propagation": _row(
            "TransitGatewayRouteTablePropagation", TransitGatewayRouteTableId=imported("table-inspection"), **joined
        ),
    }
    for table in tables:
        rows[f"Route{table.replace('-', '')}"] = _row(
            "TransitGatewayRoute",
            TransitGatewayRouteTableId=imported(f"table-{table}"),
            TransitGatewayAttachmentId=imported("inspection-attachment"),
            DestinationCidrBlock=_ref("VpcCidr"),
        )
    return {"Parameters": {name: {"Type": "String"} for name in ("AttachmentId", "VpcCidr")}, "Resources": rows}


def hub_document() -> dict[str, Any]:
    """A transit gateway with a table for each segment, and the inspection network."""
    rows: dict[str, Any] = {
        "Gateway": _row(
            "TransitGateway", DefaultRouteTableAssociation="disable", DefaultRouteTablePropagation="disable"
        ),
        "GatewayId": {
            "Type": "AWS::SSM::Parameter",
            "Properties": {"Name": "/hlz/network/transit-gateway-id", "Value": _ref("Gateway")},
        },
        "Vpc": _row("VPC", CidrBlock="100.64.0.0/16", Tags=_tags(segment="inspection")),
        "Subnet": _row("Subnet", VpcId=_ref("Vpc"), CidrBlock="100.64.0.0/24"),
        "Attachment": _row(
            "TransitGatewayAttachment", VpcId=_ref("Vpc"), TransitGatewayId=_ref("Gateway"), SubnetIds=[_ref("Subnet")]
        ),
    }
    outputs = {"Attachment": {"Value": _ref("Attachment"), "Export": {"Name": "hlz-inspection-attachment"}}}
    for segment in (*SEGMENTS, "inspection"):
        key = f"Table{segment.replace('-', '')}"
        rows[key] = _row("TransitGatewayRouteTable", TransitGatewayId=_ref("Gateway"), Tags=_tags(segment=segment))
        outputs[key] = {"Value": _ref(key), "Export": {"Name": f"hlz-table-{segment}"}}
    return {"Resources": rows, "Outputs": outputs}


def landing_zone(vpcs: int) -> list[StackTemplate]:
    """Its stacks."""
    network = {region: network_document() for region in REGIONS}
    tables = {segment: association_document((segment, *SEGMENTS[:2])) for segment in SEGMENTS}
    hub = hub_document()
    stacks = [StackTemplate(f"hlz-network-hub-{region}", hub, HUB, region) for region in REGIONS]
    for number in range(vpcs):
        region, segment = REGIONS[number % 2], SEGMENTS[number % 4]
        account, name = f"{100000000000 + number // 2}", f"account-{number // 2:04d}"
        start = f"10.{number // 64}.{number % 64 * 4}"
        cidrs = {
            f"{tier.title()}Subnet{zone}Cidr": f"10.{number // 64}.{number % 64 * 4 + row}.{zone * 64 - 64}/26"
            for row, tier in enumerate(TIERS)
            for zone in range(1, ZONES + 1)
        }
        given = {
            "VpcCidr": f"{start}.0/22",
            "NetworkName": name,
            "Segment": segment,
            "OrganizationId": "o-exampleorgid",
            "TransitGatewayId": f"arn:aws:ssm:{region}:{HUB}:parameter/hlz/network/transit-gateway-id",
            **cidrs,
        }
        stacks.append(StackTemplate(f"hlz-workload-network-{name}-{region}", network[region], account, region, given))
        arn = f"arn:aws:ssm:{region}:{account}:parameter/hlz/network/attachment-id"
        values = {"AttachmentId": arn, "VpcCidr": f"{start}.0/22"}
        added = f"hlz-network-association-network-{region}-{name}"
        stacks.append(StackTemplate(added, tables[segment], HUB, region, values))
    return stacks


def main() -> None:
    """Print the figures as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--vpcs", type=int, default=800)
    arguments = parser.parse_args()
    stacks = landing_zone(arguments.vpcs)
    gc.collect()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()
    network = read_network(stacks)
    spent = time.process_time() - started
    figures = {
        "stacks": len(stacks),
        "cpu_s": round(spent, 3),
        "memory_mb": round(before / 1024),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        **describe(network),
        "first_unknown": [f"{row.origin}: {row.reason}" for row in network.unknowns[:5]],
    }
    json.dump(figures, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
