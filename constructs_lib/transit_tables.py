"""A transit gateway's route tables, one for each segment, and how a network joins them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from aws_cdk import CfnTag
from aws_cdk import aws_ec2 as ec2
from constructs import Construct, IConstruct

BLACKHOLE = "blackhole"


class TransitTables(Construct):
    """A route table for each segment, with the routes that it has from the start.

    routes: by segment, where each range goes: a word of `attachments`, or `blackhole`. attachments: ids by word.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        transit_gateway_id: str,
        routes: Mapping[str, Mapping[str, str]],
        attachments: Mapping[str, str],
    ) -> None:
        super().__init__(scope, id)
        self.table_ids: dict[str, str] = {}
        for segment, entries in routes.items():
            label = segment_label(segment)
            table = ec2.CfnTransitGatewayRouteTable(
                self,
                label,
                transit_gateway_id=transit_gateway_id,
                tags=[CfnTag(key="Name", value=f"hlz-{segment}"), CfnTag(key="hlz:segment", value=segment)],
            )
            self.table_ids[segment] = table.ref
            for number, (cidr, target) in enumerate(entries.items(), start=1):
                ec2.CfnTransitGatewayRoute(
                    self,
                    f"{label}Route{number}",
                    transit_gateway_route_table_id=table.ref,
                    destination_cidr_block=cidr,
                    blackhole=True if target == BLACKHOLE else None,
                    transit_gateway_attachment_id=None if target == BLACKHOLE else attachments[target],
                )


class TransitMembership(Construct):
    """A network's place in the tables: it is associated with its segment's, known to inspection, and reached from some.

    reached_from: by segment, the tables that lead to it; always through the firewall. Routes come last, so that nothing
    is open while the rest is missing.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        attachment_id: str,
        cidr: str,
        table_id: str,
        inspection_table_id: str,
        inspection_attachment_id: str,
        reached_from: Mapping[str, str],
        after: Sequence[IConstruct] = (),
    ) -> None:
        super().__init__(scope, id)
        before: list[Construct] = [
            ec2.CfnTransitGatewayRouteTableAssociation(
                self,
                "Association",
                transit_gateway_attachment_id=attachment_id,
                transit_gateway_route_table_id=table_id,
            ),
            ec2.CfnTransitGatewayRouteTablePropagation(
                self,
                "Propagation",
                transit_gateway_attachment_id=attachment_id,
                transit_gateway_route_table_id=inspection_table_id,
            ),
        ]
        for part in before:
            part.node.add_dependency(*after)
        for segment, table in reached_from.items():
            route = ec2.CfnTransitGatewayRoute(
                self,
                f"From{segment_label(segment)}",
                transit_gateway_route_table_id=table,
                destination_cidr_block=cidr,
                transit_gateway_attachment_id=inspection_attachment_id,
            )
            route.node.add_dependency(*before)


def segment_label(segment: str) -> str:
    """A segment's name as part of a construct id."""
    return "".join(part.title() for part in segment.split("-"))
