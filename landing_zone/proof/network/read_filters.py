"""Reads what admits and refuses packets: network ACLs and security groups."""

from __future__ import annotations

from collections.abc import Mapping

from landing_zone.assurance.values import MISSING, Value, value_at
from landing_zone.proof.network.collected import Collected, Reader
from landing_zone.proof.network.entry import Entry, Undecided, cidr, shown, whole_number
from landing_zone.proof.network.model import ALL_PORTS, AclEntry, Ports, Ranges, SecurityRule
from landing_zone.proof.network.ranges import EVERYWHERE, union
from landing_zone.proof.network.read_vpc import prefix_list

PROTOCOLS: Mapping[str, int] = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}
WITH_PORTS = frozenset({6, 17})
DEFAULT_ACL, DEFAULT_GROUP = ".DefaultNetworkAcl", ".DefaultSecurityGroup"

Row = Mapping[str, Value]


def acl(entry: Entry, found: Collected) -> None:
    """A network ACL."""
    found.acls[entry.key] = (entry.origin, entry.link("VpcId", "vpc"))


def acl_entry(entry: Entry, found: Collected) -> None:
    """An entry of a network ACL."""
    key = entry.link("NetworkAclId")
    if not entry.once(_denies_some_icmp):
        found.acl_entries[key].append(AclEntry(*entry.once(_acl_entry), entry.origin))


def _denies_some_icmp(entry: Entry) -> bool:
    """Whether it denies one type of ICMP only: types are not modelled, and to leave it out admits more."""
    some = entry.has("Icmp") and entry.number("Icmp.Type", -1) != -1
    return some and entry.text("RuleAction").lower() == "deny" and protocol_of(entry.value("Protocol")) in (1, 58)


def _acl_entry(entry: Entry) -> tuple[int, bool, bool, int | None, Ports, Ranges]:
    protocol = protocol_of(entry.value("Protocol"))
    ranges = union(entry.ranges("CidrBlock"), entry.ranges("Ipv6CidrBlock"))
    if not ranges:
        raise Undecided("it has no range")
    action = entry.text("RuleAction").lower()
    if action not in ("allow", "deny"):
        raise Undecided(f"RuleAction is {action!r}")
    ports = ALL_PORTS
    if protocol in WITH_PORTS:
        ports = (entry.number("PortRange.From", 0), entry.number("PortRange.To", 65535))
    return entry.number("RuleNumber"), entry.flag("Egress"), action == "allow", protocol, ports, ranges


def acl_association(entry: Entry, found: Collected) -> None:
    """A subnet's network ACL."""
    key, acl_key = entry.link("SubnetId"), entry.link("NetworkAclId")
    if found.acl_of_subnet.setdefault(key, acl_key) != acl_key:
        raise Undecided(f"{key} is associated with two network ACLs")


def protocol_of(value: Value) -> int | None:
    """The IANA number of a protocol; None for every one (-1). Raises Undecided."""
    if isinstance(value, str) and value.lower() in PROTOCOLS:
        return PROTOCOLS[value.lower()]
    if isinstance(value, str) and value.lower() == "all":
        return None
    number = whole_number(value, "Protocol")
    if not -1 <= number <= 255:
        raise Undecided(f"protocol {number} does not exist")
    return None if number == -1 else number


def group(entry: Entry, found: Collected) -> None:
    """A security group with the rules in it. Without a rule for egress all is admitted."""
    vpc = entry.link("VpcId", "vpc") if entry.has("VpcId") else ""
    found.groups[entry.key] = (entry.origin, vpc)
    for egress, name in ((False, "SecurityGroupIngress"), (True, "SecurityGroupEgress")):
        for row in entry.items(name):
            if not isinstance(row, dict):
                entry.stack.all.note(entry.origin, f"a rule in {name} is {shown(row)}")
                continue
            try:
                found.rules[entry.key].append(_rule(entry, row, egress, name))
            except Undecided as undecided:
                entry.stack.all.note(entry.origin, f"a rule in {name}: {undecided.reason}")
    if not entry.items("SecurityGroupEgress"):
        found.rules[entry.key].append(SecurityRule(True, None, ALL_PORTS, EVERYWHERE, None, entry.origin))


def ingress(entry: Entry, found: Collected) -> None:
    """A rule of a security group for what comes in."""
    found.rules[_group_of(entry)].append(_rule(entry, entry.properties, False, ""))


def egress(entry: Entry, found: Collected) -> None:
    """A rule of a security group for what goes out."""
    found.rules[_group_of(entry)].append(_rule(entry, entry.properties, True, ""))


def _group_of(entry: Entry) -> str:
    return entry.link("GroupId")


def _rule(entry: Entry, row: Row, egress: bool, name: str) -> SecurityRule:
    protocol = protocol_of(row.get("IpProtocol", MISSING))
    ports = ALL_PORTS
    if protocol in WITH_PORTS:
        first = whole_number(row.get("FromPort", MISSING), "FromPort", 0)
        last = whole_number(row.get("ToPort", MISSING), "ToPort", 65535)
        ports = ALL_PORTS if first == -1 else (first, last)
    side = "Destination" if egress else "Source"
    if (peer := row.get(f"{side}SecurityGroupId", MISSING)) is not MISSING:
        return SecurityRule(egress, protocol, ports, (), _peer(entry, peer), entry.origin)
    if f"{side}PrefixListId" in row:
        return SecurityRule(egress, protocol, ports, _listed(entry, row, side, name), None, entry.origin)
    parts = [cidr(row[field], field) for field in ("CidrIp", "CidrIpv6") if field in row]
    if not parts and "SourceSecurityGroupName" in row:
        raise Undecided("it names its source by a group's name")
    return SecurityRule(egress, protocol, ports, union(*parts), None, entry.origin)


def _peer(entry: Entry, value: Value) -> str:
    """A group that stands outside has members that nobody here knows: its id stands for it."""
    try:
        return entry.linked(value, "SecurityGroupId")
    except Undecided:
        if isinstance(value, str):
            return str(value)
        raise


def _listed(entry: Entry, row: Row, side: str, name: str) -> Ranges:
    """A prefix list's ranges; one that stands outside is taken to hold every address."""
    if not name:
        try:
            return prefix_list(entry, f"{side}PrefixListId")
        except Undecided:
            pass
    value = row[f"{side}PrefixListId"]
    try:
        listed = entry.stack.all.find(entry.linked(value, f"{side}PrefixListId"))
        if listed is not None and listed.piece.type == "AWS::EC2::PrefixList":
            rows = [value_at(item, "Cidr") for item in listed.items("Entries")]
            return union(*(cidr(item, "Entries.Cidr") for item in rows))
    except Undecided:
        pass
    entry.stack.all.assumptions.add(f"the prefix list of {entry.origin} is taken to hold every address")
    return EVERYWHERE


_RULE = ("GroupId", "IpProtocol", "FromPort", "ToPort", "CidrIp", "CidrIpv6")
READERS: Mapping[str, Reader] = {
    "AWS::EC2::NetworkAcl": Reader(acl, ("VpcId",)),
    "AWS::EC2::NetworkAclEntry": Reader(
        acl_entry,
        (
            "NetworkAclId",
            "Protocol",
            "RuleNumber",
            "Egress",
            "RuleAction",
            "CidrBlock",
            "Ipv6CidrBlock",
            "PortRange",
            "Icmp",
        ),
    ),
    "AWS::EC2::SubnetNetworkAclAssociation": Reader(acl_association, ("SubnetId", "NetworkAclId")),
    "AWS::EC2::SecurityGroup": Reader(group, ("VpcId", "SecurityGroupIngress", "SecurityGroupEgress")),
    "AWS::EC2::SecurityGroupIngress": Reader(
        ingress, (*_RULE, "SourceSecurityGroupId", "SourceSecurityGroupName", "SourcePrefixListId")
    ),
    "AWS::EC2::SecurityGroupEgress": Reader(egress, (*_RULE, "DestinationSecurityGroupId", "DestinationPrefixListId")),
}
