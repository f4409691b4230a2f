"""Rules over network ACLs."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.assurance.rules import Outcome, RuleContext, Violation, each, rule
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import CannotEvaluate, Unresolved

_WORLD = ("0.0.0.0/0", "::/0")
_ADMINISTRATIVE = {22: "SSH", 3389: "RDP"}
_ALL, _TCP, _UDP = "-1", "6", "17"


@rule(
    "HLZ-NET-006",
    control="LZ-NET-03",
    resource="AWS::EC2::NetworkAclEntry",
    title="Network ACLs do not open everything, nor SSH and RDP, to everybody",
    fix="Name protocol, ports and address range; deny ports 22 and 3389 in an entry with a lower rule number.",
)
def network_acls_are_not_open(entry: Resource, context: RuleContext) -> Iterator[Outcome]:
    """No entry allows all protocols from or to everywhere, nor lets in SSH or RDP from everywhere.

    Entries are read in rule order: a deny for everybody with a lower number on the same ACL takes a port away again.
    In templates of others all protocols may go out where no narrower entry shows that they should not, and come in
    after such denials of SSH and RDP.

    Cannot see: entries added outside of the template, and ranges that are nearly everything (0.0.0.0/1).
    """
    if entry.text("RuleAction") != "allow":
        return
    cidr = _everywhere(entry)
    if cidr is None:
        return
    protocol = _protocol(entry)
    outbound = bool(entry.flag("Egress"))
    if protocol == _ALL and not context.own and _is_fine_for_others(entry, cidr, context):
        return
    if protocol == _ALL:
        direction = "to" if outbound else "from"
        yield Violation(
            f"Network ACL entry {entry.logical_id} allows all protocols {direction} {cidr}; protocol and ports are "
            "expected.",
            "Protocol",
        )
    elif not outbound and protocol in (_TCP, _UDP):
        yield from each(_ADMINISTRATIVE, lambda port: _lets_in(entry, port, protocol, cidr, context))


def _is_fine_for_others(entry: Resource, cidr: str, context: RuleContext) -> bool:
    """Whether others may allow all protocols: inward after denials of SSH and RDP, outward unless the ACL is narrower
    elsewhere.
    """
    if not entry.flag("Egress"):
        return all(_denied_before(entry, port, _TCP, cidr, context) for port in _ADMINISTRATIVE)
    acl = entry.value("NetworkAclId")
    return not any(
        other.flag("Egress") and other.text("RuleAction") == "allow" and other.value("NetworkAclId") == acl
        for other in context.template.of_type("AWS::EC2::NetworkAclEntry")
        if other != entry and not other.conditional
    )


def _lets_in(entry: Resource, port: int, protocol: str, cidr: str, context: RuleContext) -> Iterator[Outcome]:
    if _covers(entry, port) and not _denied_before(entry, port, protocol, cidr, context):
        yield Violation(
            f"Network ACL entry {entry.logical_id} lets {_ADMINISTRATIVE[port]} (port {port}) in from {cidr}; a deny "
            "with a lower rule number or a narrower range is expected.",
            "PortRange",
        )


def _denied_before(entry: Resource, port: int, protocol: str, cidr: str, context: RuleContext) -> bool:
    number = entry.number("RuleNumber")
    acl = entry.value("NetworkAclId")
    if number is None or isinstance(acl, Unresolved):
        raise CannotEvaluate("RuleNumber or NetworkAclId is not known")
    for other in context.template.of_type("AWS::EC2::NetworkAclEntry"):
        if other.conditional or other.value("NetworkAclId") != acl or other.text("RuleAction") != "deny":
            continue
        other_number = other.number("RuleNumber")
        if other_number is None or other_number >= number or other.flag("Egress") or _everywhere(other) != cidr:
            continue
        if _protocol(other) == _ALL or (_protocol(other) == protocol and _covers(other, port)):
            return True
    return False


def _everywhere(entry: Resource) -> str | None:
    for key in ("CidrBlock", "Ipv6CidrBlock"):
        cidr = entry.text(key)
        if cidr in _WORLD:
            return cidr
    return None


def _protocol(entry: Resource) -> str:
    number = entry.number("Protocol")
    if number is None:
        raise CannotEvaluate("Protocol is missing")
    return str(number)


def _covers(entry: Resource, port: int) -> bool:
    first, last = entry.number("PortRange.From"), entry.number("PortRange.To")
    if first is None and last is None:
        return True
    if first is None or last is None:
        raise CannotEvaluate("PortRange has one end only")
    return first <= port <= last
