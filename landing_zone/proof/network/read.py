"""Templates -> network: every reference followed, every open question noted, nothing guessed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache

from landing_zone.proof.network import read_edges, read_filters, read_hosts, read_transit, read_vpc
from landing_zone.proof.network.assemble import assembled
from landing_zone.proof.network.collected import Collected, Reader
from landing_zone.proof.network.entry import Undecided
from landing_zone.proof.network.model import Network, Origin, StackTemplate
from landing_zone.proof.network.segments import Labels, names_of
from landing_zone.proof.network.stack_set import StackSet
from landing_zone.proof.network.stacks import Stack


def read_network(
    stacks: Iterable[StackTemplate],
    segments: Mapping[str, str] | None = None,
    identities: Mapping[str, tuple[str, str]] | None = None,
) -> Network:
    """The network that templates make.

    segments: segment by glob over STACK or STACK/LogicalId (`segments.read_segments`); it goes before tags.
    identities: literal id -> stack and logical id of the resource that it is the id of (for a VPN connection, Direct
    Connect association or peering: of its transit gateway attachment).
    Never raises on what templates hold: what cannot be told is among the network's unknowns.
    """
    all_stacks = StackSet(stacks, identities or {}, _properties_read())
    found = Collected()
    readers = readers_by_type()
    late: list[tuple[Stack, str]] = []
    for stack in all_stacks.stacks.values():
        _note_unknown(stack, all_stacks)
        for piece in stack.document.pieces.values():
            if piece.type in _LATE:
                late.append((stack, piece.logical_id))
            else:
                _read(stack, piece.logical_id, readers, found, all_stacks)
    for stack, logical_id in late:
        _read(stack, logical_id, readers, found, all_stacks)
    names = {stack.name: names_of(stack.names) for stack in all_stacks.stacks.values()}
    return assembled(found, all_stacks, Labels(segments or {}, names))


def _read(stack: Stack, logical_id: str, readers: Mapping[str, Reader], found: Collected, all_stacks: StackSet) -> None:
    piece = stack.document.pieces[logical_id]
    try:
        entry = stack.entry(piece)
        if entry is not None:
            readers[piece.type].read(entry, found)
    except Undecided as undecided:
        all_stacks.note(Origin(stack.name, logical_id), undecided.reason)


def _note_unknown(stack: Stack, all_stacks: StackSet) -> None:
    for logical_id, reason, condition in stack.document.unknown:
        try:
            if stack.exists(condition):
                all_stacks.note(Origin(stack.name, logical_id), reason)
        except Undecided as undecided:
            all_stacks.note(Origin(stack.name, logical_id), f"{reason}; {undecided.reason}")
    all_stacks.assumptions |= stack.document.assumed
    if stack.document.custom:
        types = ", ".join(sorted(stack.document.custom))
        all_stacks.assumptions.add(f"custom resources of {stack.name} change no network: {types}")


_LATE = frozenset({"AWS::EC2::Route"})
"""Types that are read when the rest is: a route to a gateway outside needs its table's VPC."""


@cache
def readers_by_type() -> Mapping[str, Reader]:
    """How each type is read."""
    parts = (read_vpc, read_filters, read_transit, read_edges, read_hosts)
    return {**read_hosts.host_readers(), **{type_: row for part in parts for type_, row in part.READERS.items()}}


@cache
def _properties_read() -> Mapping[str, tuple[str, ...]]:
    return {type_: reader.properties for type_, reader in readers_by_type().items()}


def describe(network: Network) -> dict[str, int]:
    """How many of each kind of part there are."""
    names = (
        ("vpcs", network.vpcs),
        ("subnets", network.subnets),
        ("route_tables", network.tables),
        ("network_acls", network.acls),
        ("security_groups", network.groups),
        ("hosts", network.hosts),
        ("gateways", network.gateways),
        ("nat_gateways", network.nats),
        ("firewall_endpoints", network.firewalls),
        ("peerings", network.peerings),
        ("transit_gateways", network.transit_gateways),
        ("attachments", network.attachments),
        ("transit_route_tables", network.transit_tables),
    )
    counts = {name: len(parts) for name, parts in names}
    return {**counts, "unknown": len(network.unknowns), "assumptions": len(network.assumptions)}
