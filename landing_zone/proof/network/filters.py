"""Network ACLs and security groups as boxes over protocol, destination port and address: exact, first match decides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from landing_zone.proof.network.atoms import Atoms, union
from landing_zone.proof.network.model import ALL_PORTS, Acl, AclEntry, Network, SecurityGroup

Box = tuple[int, int, int, int]
"""Protocols (bit n: protocol n), first port, last port, addresses (mask)."""
Shape = tuple[int, int, int, int, int]
"""What packets have in common: protocols, first and last port, destinations, the source a NAT gave them (0: none)."""

ALL_PROTOCOLS = (1 << 256) - 1
TCP, UDP = 6, 17
EPHEMERAL = (1024, 65535)
"""Ports that answers go to: NAT gateways, load balancers and functions use all of them (VPC guide, network ACLs)."""
_WITH_PORTS = 1 << TCP | 1 << UDP


@dataclass(frozen=True, slots=True, eq=False)
class Filter:
    """One direction of a network ACL. allowed None: everything passes."""

    acl: Acl
    egress: bool
    allowed: tuple[Box, ...] | None

    def passed(self, shape: Shape, sources: int) -> Iterator[tuple[Shape, int]]:
        """What is left of packets: egress looks at destinations, ingress at sources."""
        if self.allowed is None:
            yield shape, sources
            return
        protocols, first, last, destinations, translated = shape
        for box_protocols, box_first, box_last, addresses in self.allowed:
            common = protocols & box_protocols
            low, high = max(first, box_first), min(last, box_last)
            if not common or low > high:
                continue
            if self.egress:
                if left := destinations & addresses:
                    yield (common, low, high, left, translated), sources
            elif translated:
                if left := translated & addresses:
                    yield (common, low, high, destinations, left), sources
            elif left := sources & addresses:
                yield (common, low, high, destinations, 0), left


def through(filters: Iterable[Filter], shape: Shape, sources: int) -> list[tuple[Shape, int]]:
    """What several filters, one after the other, leave of packets."""
    left = [(shape, sources)]
    for one in filters:
        if one.allowed is not None:
            left = [passed for packets in left for passed in one.passed(*packets)]
    return left


class Filters:
    """The filters of a network's ACLs, made when asked for; ACLs of equal content are compiled once."""

    def __init__(self, network: Network, atoms: Atoms) -> None:
        self._network, self._atoms = network, atoms
        self._made: dict[tuple[str, bool], Filter] = {}
        self._compiled: dict[object, tuple[Box, ...] | None] = {}
        self._vpcs = union(atoms.mask(vpc.ranges) for vpc in network.vpcs.values())

    def of(self, acl: str | None, egress: bool) -> tuple[Filter, ...]:
        """The filter of an ACL's direction; none for a subnet without ACL, which the default one allows everything."""
        if acl is None or acl not in self._network.acls:
            return ()
        found = self._made.get((acl, egress))
        if found is None:
            entries = self._network.acls[acl].entries
            rules = sorted((entry for entry in entries if entry.egress == egress), key=lambda entry: entry.number)
            content = tuple((entry.allow, entry.protocol, entry.ports, entry.ranges) for entry in rules)
            if content not in self._compiled:
                self._compiled[content] = _first_match(rules, self._atoms)
            found = self._made[acl, egress] = Filter(self._network.acls[acl], egress, self._compiled[content])
        return (found,)

    def admitted(self, groups: Iterable[str], egress: bool) -> tuple[Box, ...]:
        """What a host's security groups admit. Without any (or with one that is not known): everything.

        Any host may be a member of a group that a rule names, so such a rule admits what comes from any VPC.
        """
        boxes: list[Box] = []
        known: list[SecurityGroup] = []
        for key in groups:
            if key not in self._network.groups:
                return ((ALL_PROTOCOLS, *ALL_PORTS, self._atoms.everything),)
            known.append(self._network.groups[key])
        if not known:
            return ((ALL_PROTOCOLS, *ALL_PORTS, self._atoms.everything),)
        for group in known:
            for rule in group.rules:
                if rule.egress == egress:
                    addresses = self._atoms.mask(rule.ranges) | (self._vpcs if rule.peer is not None else 0)
                    boxes.append((_protocols(rule.protocol), *_ports(rule.protocol, rule.ports), addresses))
        return tuple(boxes)


def deciding(acl: Acl, egress: bool, packet: tuple[int, int, int], atoms: Atoms) -> AclEntry | None:
    """The entry that decides on a packet (protocol, port, one address as mask); None: none matches, so it is denied."""
    protocol, port, address = packet
    for entry in sorted(acl.entries, key=lambda entry: entry.number):
        low, high = _ports(entry.protocol, entry.ports)
        if (
            entry.egress == egress
            and entry.protocol in (None, protocol)
            and low <= port <= high
            and atoms.mask(entry.ranges) & address
        ):
            return entry
    return None


def _first_match(rules: list[AclEntry], atoms: Atoms) -> tuple[Box, ...] | None:
    everything: Box = (ALL_PROTOCOLS, *ALL_PORTS, atoms.everything)
    left, allowed = [everything], list[Box]()
    for rule in rules:
        if not rule.allow and _is_partial(rule):
            continue
        matched: Box = (_protocols(rule.protocol), *_ports(rule.protocol, rule.ports), atoms.mask(rule.ranges))
        if rule.allow:
            allowed.extend(common for box in left if (common := _common(box, matched)))
        left = [piece for box in left for piece in _without(box, matched)]
    return None if not left and all(rule.allow for rule in rules) else tuple(allowed)


def _common(box: Box, other: Box) -> Box | None:
    protocols, low, high = box[0] & other[0], max(box[1], other[1]), min(box[2], other[2])
    addresses = box[3] & other[3]
    return (protocols, low, high, addresses) if protocols and low <= high and addresses else None


def _without(box: Box, cut: Box) -> Iterator[Box]:
    common = _common(box, cut)
    if common is None:
        yield box
        return
    protocols, first, last, addresses = box
    if rest := protocols & ~cut[0]:
        yield rest, first, last, addresses
    if rest := addresses & ~cut[3]:
        yield common[0], first, last, rest
    if first < common[1]:
        yield common[0], first, common[1] - 1, common[3]
    if common[2] < last:
        yield common[0], common[2] + 1, last, common[3]


def _protocols(protocol: int | None) -> int:
    return ALL_PROTOCOLS if protocol is None else 1 << protocol


def _ports(protocol: int | None, ports: tuple[int, int]) -> tuple[int, int]:
    """Only TCP and UDP have ports; rules for every protocol apply to all of them."""
    return ports if protocol is not None and _WITH_PORTS >> protocol & 1 else ALL_PORTS


def _is_partial(rule: AclEntry) -> bool:
    """A rule for some types of a protocol without ports, ICMP: what it denies is less than the whole protocol."""
    return rule.protocol is not None and not _WITH_PORTS >> rule.protocol & 1 and rule.ports != ALL_PORTS
