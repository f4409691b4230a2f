"""Small CloudFormation templates of networks, for tests of the reader and of the proofs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landing_zone.proof.network.model import StackTemplate

ACCOUNT, REGION = "111111111111", "us-east-1"


def ref(name: str) -> dict[str, Any]:
    """`Ref`."""
    return {"Ref": name}


def att(name: str, attribute: str) -> dict[str, Any]:
    """`Fn::GetAtt`."""
    return {"Fn::GetAtt": [name, attribute]}


def tags(**values: str) -> list[dict[str, str]]:
    """Tags; `segment="phi"` is `hlz:segment`, `Name` stays."""
    return [{"Key": key if key == "Name" else f"hlz:{key}", "Value": value} for key, value in values.items()]


def resource(type: str, **properties: Any) -> dict[str, Any]:
    """A resource; `EC2::VPC` is `AWS::EC2::VPC`."""
    return {"Type": f"AWS::{type}", "Properties": properties}


def stack(
    resources: Mapping[str, Any],
    name: str = "stack",
    *,
    account: str = ACCOUNT,
    region: str = REGION,
    given: Mapping[str, str] | None = None,
    **sections: Any,
) -> StackTemplate:
    """A template with these resources. sections: `Parameters`, `Outputs`, ... given: values of parameters."""
    return StackTemplate(name, {"Resources": resources, **sections}, account, region, given or {})


def vpc(cidr: Any = "10.0.0.0/16", **labels: str) -> dict[str, Any]:
    """A VPC with tags."""
    return resource("EC2::VPC", CidrBlock=cidr, Tags=tags(**labels))


def subnet(cidr: Any, vpc: Any = "Vpc", zone: Any = "us-east-1a", **labels: str) -> dict[str, Any]:
    """A subnet of the VPC `vpc` (logical id, or a value)."""
    return resource("EC2::Subnet", VpcId=_ref(vpc), CidrBlock=cidr, AvailabilityZone=zone, Tags=tags(**labels))


def table(vpc: Any = "Vpc") -> dict[str, Any]:
    """A route table."""
    return resource("EC2::RouteTable", VpcId=_ref(vpc))


def route(table: str, to: str = "0.0.0.0/0", **target: Any) -> dict[str, Any]:
    """A route; target: one property such as `GatewayId="Igw"`."""
    kind = "DestinationIpv6CidrBlock" if ":" in to else "DestinationCidrBlock"
    given = {name: _ref(value) for name, value in target.items()}
    return resource("EC2::Route", RouteTableId=ref(table), **{kind: to}, **given)


def associated(subnet: str, table: str) -> dict[str, Any]:
    """A subnet's association with a route table."""
    return resource("EC2::SubnetRouteTableAssociation", SubnetId=ref(subnet), RouteTableId=ref(table))


def with_internet(vpc: str = "Vpc") -> dict[str, dict[str, Any]]:
    """An internet gateway `Igw`, attached."""
    attachment = resource("EC2::VPCGatewayAttachment", VpcId=ref(vpc), InternetGatewayId=ref("Igw"))
    return {"Igw": resource("EC2::InternetGateway"), "IgwAttachment": attachment}


def isolated_transit_gateway() -> dict[str, Any]:
    """A transit gateway whose attachments join no table by themselves."""
    return resource(
        "EC2::TransitGateway", DefaultRouteTableAssociation="disable", DefaultRouteTablePropagation="disable"
    )


def attached(gateway: Any, vpc: Any, subnets: list[Any], **options: str) -> dict[str, Any]:
    """A VPC's attachment to a transit gateway."""
    return resource(
        "EC2::TransitGatewayVpcAttachment",
        TransitGatewayId=_ref(gateway),
        VpcId=_ref(vpc),
        SubnetIds=[_ref(subnet) for subnet in subnets],
        Options=options,
    )


def transit(kind: str, attachment: Any, table: Any, **more: Any) -> dict[str, Any]:
    """`RouteTableAssociation`, `RouteTablePropagation` or `Route` of a transit gateway."""
    return resource(
        f"EC2::TransitGateway{kind}",
        **({} if attachment is None else {"TransitGatewayAttachmentId": _ref(attachment)}),
        TransitGatewayRouteTableId=_ref(table),
        **more,
    )


def _ref(value: Any) -> Any:
    return ref(value) if isinstance(value, str) else value
