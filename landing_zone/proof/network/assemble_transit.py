"""Puts transit gateways together: attachments with their tables, tables with static and propagated routes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from landing_zone.proof.network.collected import Collected
from landing_zone.proof.network.model import (
    Attachment,
    Origin,
    Ranges,
    Subnet,
    TransitGateway,
    TransitRoute,
    TransitTable,
    Vpc,
)
from landing_zone.proof.network.ranges import listed
from landing_zone.proof.network.read_transit import DEFAULT_TABLE, HYBRID, PEER
from landing_zone.proof.network.segments import OUTSIDE, Labels
from landing_zone.proof.network.stack_set import StackSet

_LEARNED = ("vpc", "vpn", "direct-connect")
"""Kinds of attachments whose ranges tables learn by propagation."""


def transit_gateways(found: Collected, stacks: StackSet) -> dict[str, TransitGateway]:
    """Transit gateways. Of one that stands outside only what these templates add is known."""
    gateways = dict(found.transit_gateways)
    for attachment in found.attachments.values():
        if attachment.gateway not in gateways:
            gateways[attachment.gateway] = _outside(attachment.gateway, stacks)
    for _, gateway, _ in found.transit_tables.values():
        if gateway not in gateways:
            gateways[gateway] = _outside(gateway, stacks)
    for key, what in stacks.external.items():
        if what == "transit-gateway" and key not in gateways:
            gateways[key] = _outside(key, stacks)
    return gateways


def _outside(key: str, stacks: StackSet) -> TransitGateway:
    prefix, _, logical_id = key.rpartition("/")
    stack = stacks.stacks.get(f"{prefix}/")
    origin = Origin(stack.name, logical_id) if stack else Origin(OUTSIDE, key)
    if stack is None:
        stacks.note(
            origin,
            "this transit gateway is not made here: its settings, tables and other attachments are not known",
        )
    return TransitGateway(key, origin, "", "", default_association=False, default_propagation=False)


def attachments(
    found: Collected,
    stacks: StackSet,
    gateways: Mapping[str, TransitGateway],
    vpcs: Mapping[str, Vpc],
    subnets: Mapping[str, Subnet],
    labels: Labels,
) -> dict[str, Attachment]:
    """Attachments with their tables: by association, else the default table of their gateway, if it has one."""
    associated: dict[str, str] = {}
    for attachment, table, origin in found.transit_associations:
        key = _side(attachment, table, found)
        if key not in found.attachments:
            stacks.note(origin, f"{attachment} is no attachment that is known")
        elif associated.setdefault(key, table) != table:
            stacks.note(origin, f"{attachment} is associated with two tables")
    whole: dict[str, Attachment] = {}
    for key, row in found.attachments.items():
        joins = gateways[row.gateway].default_association and row.gateway in found.default_tables
        joined = associated.get(key) or (found.default_tables[row.gateway][0] if joins else "")
        known_table = joined in found.transit_tables or joined.endswith(DEFAULT_TABLE)
        vpc = vpcs.get(row.vpc) if row.vpc else None
        tagged = row.segment or (vpc.segment if vpc else None)
        segment = labels.segment(tagged, row.origin, *([vpc.origin] if vpc else []))
        if row.kind in ("vpn", "direct-connect") and segment is None:
            segment = HYBRID
        ranges = listed(row.ranges, *found.link_ranges.get(key, ())) if row.vpc is None else ()
        known = tuple(subnet for subnet in row.subnets if subnet in subnets)
        if len(known) < len(row.subnets):
            stacks.note(row.origin, "some of its subnets are not known")
        whole[key] = replace(row, table=joined if known_table else None, segment=segment, ranges=ranges, subnets=known)
    return whole


def _side(attachment: str, table: str, found: Collected) -> str:
    """The end of a peering that a table's gateway has; one id names both."""
    peer = found.attachments.get(attachment + PEER)
    if peer is None or table not in found.transit_tables:
        return attachment
    return peer.key if found.transit_tables[table][1] == peer.gateway else attachment


def transit_tables(
    found: Collected,
    stacks: StackSet,
    gateways: Mapping[str, TransitGateway],
    whole: Mapping[str, Attachment],
    vpcs: Mapping[str, Vpc],
    labels: Labels,
) -> dict[str, TransitTable]:
    """Tables with their routes: static ones, and those that attachments propagate."""
    rows = dict(found.transit_tables)
    for key, gateway in gateways.items():
        if key in found.default_tables and (gateway.default_association or gateway.default_propagation):
            for table in found.default_tables[key]:
                rows.setdefault(table, (gateway.origin, key, None))
    routes: dict[str, list[TransitRoute]] = {key: [] for key in rows}
    for table, given in found.transit_routes.items():
        for route in given:
            attachment = route.attachment and _side(route.attachment, table, found)
            if attachment and attachment not in whole:
                stacks.note(route.origin, f"{attachment} is no attachment that is known")
            elif table in routes:
                changed = attachment != route.attachment
                routes[table].append(replace(route, attachment=attachment) if changed else route)
            else:
                stacks.note(route.origin, f"{table} is no route table that is known")
    for attachment, table, origin in _propagations(found, gateways, whole):
        if attachment not in whole or table not in routes:
            missing = attachment if attachment not in whole else table
            stacks.note(origin, f"{missing} is nothing that is known")
        else:
            ranges = _learned(whole[attachment], vpcs)
            routes[table].append(TransitRoute(ranges, attachment, origin, propagated=True))
    return {
        key: TransitTable(key, origin, gateway, labels.segment(segment, origin), tuple(routes[key]))
        for key, (origin, gateway, segment) in rows.items()
    }


def _propagations(
    found: Collected, gateways: Mapping[str, TransitGateway], whole: Mapping[str, Attachment]
) -> Iterator[tuple[str, str, Origin]]:
    for attachment, table, origin in found.transit_propagations:
        yield _side(attachment, table, found), table, origin
    for row in whole.values():
        if gateways[row.gateway].default_propagation and row.kind in _LEARNED:
            yield row.key, found.default_tables[row.gateway][1], row.origin


def _learned(attachment: Attachment, vpcs: Mapping[str, Vpc]) -> Ranges:
    """What a table learns: a VPC's ranges, a link's; none if what the link announces is not known."""
    vpc = vpcs.get(attachment.vpc) if attachment.vpc else None
    return vpc.ranges if vpc else attachment.ranges
