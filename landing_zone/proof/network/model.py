"""A network as the prover sees it: what templates make, with every reference resolved. Built by `read`, used by all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Ranges = tuple[tuple[int, int], ...]
"""Disjoint address intervals, both ends inclusive, sorted. IPv4 is 0 to 2**32 - 1; IPv6 follows from 2**32."""
Ports = tuple[int, int]
"""First and last port (ICMP: 0 to 65535)."""

ALL_PORTS: Ports = (0, 65535)

GatewayKind = Literal["internet-gateway", "egress-only-gateway", "carrier-gateway", "vpn-gateway"]
TargetKind = Literal[
    "blackhole",
    "carrier-gateway",
    "egress-only-gateway",
    "endpoint",  # gateway endpoint: S3, DynamoDB
    "firewall",  # endpoint of Network Firewall or of a Gateway Load Balancer
    "interface",  # a network interface or instance that forwards
    "internet-gateway",
    "local",
    "nat",
    "peering",
    "transit-gateway",
    "unknown",
    "vpn-gateway",
]
AttachmentKind = Literal["vpc", "vpn", "direct-connect", "peering", "connect", "firewall"]
HostKind = Literal["load-balancer", "endpoint", "resolver", "instance", "function", "database", "other"]


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Where something stands: template (stack or file) and logical id. It is what a witness prints for each hop."""

    template: str
    logical_id: str

    def __str__(self) -> str:
        return f"{self.template}/{self.logical_id}"


@dataclass(frozen=True, slots=True)
class Target:
    """Where a route leads. `key` names the gateway, NAT, firewall endpoint, peering, interface or transit gateway."""

    kind: TargetKind
    key: str = ""


@dataclass(frozen=True, slots=True)
class Route:
    """A route of a VPC's route table. The `local` one is not listed: it is that of the VPC's ranges."""

    ranges: Ranges
    target: Target
    origin: Origin
    propagated: bool = False


@dataclass(frozen=True, slots=True)
class RouteTable:
    """A VPC's route table."""

    key: str
    origin: Origin
    vpc: str
    routes: tuple[Route, ...]


@dataclass(frozen=True, slots=True)
class Vpc:
    """A VPC. segment: its tag `hlz:segment`, or what the segments file says.

    entries: from where it may be entered, by its tag `hlz:entries` (`hospital`, `internet`, separated by blanks).
    """

    key: str
    origin: Origin
    name: str
    account: str
    region: str
    ranges: Ranges
    segment: str | None
    entries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Subnet:
    """A subnet. table: explicit association, else the main table, else None (local traffic only). acl None: allows all.

    segment: its own, else its VPC's. tier: tag `hlz:tier`.
    """

    key: str
    origin: Origin
    name: str
    vpc: str
    zone: str
    ranges: Ranges
    segment: str | None
    tier: str | None
    table: str | None
    acl: str | None


@dataclass(frozen=True, slots=True)
class AclEntry:
    """An entry of a network ACL; the lowest number that matches decides. protocol None: every one."""

    number: int
    egress: bool
    allow: bool
    protocol: int | None
    ports: Ports
    ranges: Ranges
    origin: Origin


@dataclass(frozen=True, slots=True)
class Acl:
    """A network ACL; what no entry matches is denied."""

    key: str
    origin: Origin
    entries: tuple[AclEntry, ...]


@dataclass(frozen=True, slots=True)
class SecurityRule:
    """A rule of a security group: to or from `ranges`, or members of the group `peer`."""

    egress: bool
    protocol: int | None
    ports: Ports
    ranges: Ranges
    peer: str | None
    origin: Origin


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """A security group with all its rules, also those that are resources of their own."""

    key: str
    origin: Origin
    vpc: str
    rules: tuple[SecurityRule, ...]


@dataclass(frozen=True, slots=True)
class Listener:
    """A port on which a load balancer accepts connections, and where it sends them.

    targets: keys of hosts. ranges: addresses of targets given as such. subnets: where targets may be otherwise.
    """

    protocol: int
    ports: Ports
    target_ports: Ports
    targets: tuple[str, ...]
    ranges: Ranges
    subnets: tuple[str, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class Host:
    """Something with network interfaces. public: it has a public address (internet-facing, public IP)."""

    key: str
    origin: Origin
    kind: HostKind
    name: str
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    public: bool = False
    listeners: tuple[Listener, ...] = ()


@dataclass(frozen=True, slots=True)
class Gateway:
    """An internet, egress-only, carrier or VPN gateway of a VPC. table: its edge route table (ingress routing)."""

    key: str
    origin: Origin
    kind: GatewayKind
    vpc: str
    table: str | None = None


@dataclass(frozen=True, slots=True)
class Nat:
    """A NAT gateway in a subnet. public: it has an Elastic IP and leads to the internet."""

    key: str
    origin: Origin
    subnet: str
    public: bool


@dataclass(frozen=True, slots=True)
class FirewallEndpoint:
    """An endpoint of a firewall. subnet None: a route selects it by position, whose zone the template does not tell.

    subnets: where such an endpoint may be (empty: anywhere in its VPC).
    """

    key: str
    origin: Origin
    firewall: str
    vpc: str
    subnet: str | None
    subnets: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Peering:
    """A VPC peering connection."""

    key: str
    origin: Origin
    vpcs: tuple[str, str]


@dataclass(frozen=True, slots=True)
class TransitGateway:
    """A transit gateway. default_*: whether every attachment joins a table by itself (the default of AWS: yes)."""

    key: str
    origin: Origin
    account: str
    region: str
    default_association: bool
    default_propagation: bool


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment of a transit gateway. table: the one it is associated with.

    ranges: what lies behind it, for links (empty: unknown, so anything). peer: the attachment's key on the other side
    of a peering (one CloudFormation resource serves both gateways: `KEY` and `KEY@peer`). site: tag `hlz:site`, the
    name of the link's site or the Region at the other end of a peering.
    """

    key: str
    origin: Origin
    gateway: str
    kind: AttachmentKind
    vpc: str | None
    subnets: tuple[str, ...]
    appliance_mode: bool
    table: str | None
    ranges: Ranges
    peer: str | None
    segment: str | None
    site: str = ""


@dataclass(frozen=True, slots=True)
class TransitRoute:
    """A route of a transit gateway's table; attachment None: blackhole. Static ones go before propagated ones."""

    ranges: Ranges
    attachment: str | None
    origin: Origin
    propagated: bool = False


@dataclass(frozen=True, slots=True)
class TransitTable:
    """A transit gateway's route table; propagations are among its routes."""

    key: str
    origin: Origin
    gateway: str
    segment: str | None
    routes: tuple[TransitRoute, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """Something that may carry traffic and that the model does not know: nothing is proved while there is one."""

    origin: Origin
    reason: str


@dataclass(frozen=True, slots=True)
class Network:
    """Everything, by key. Keys are texts that are unique in the whole set of templates.

    assumptions: what was taken for granted while reading, e.g. that parameters have their defaults.
    names: what a segments file may call each template, by its name in origins.
    """

    vpcs: Mapping[str, Vpc] = field(default_factory=dict)
    subnets: Mapping[str, Subnet] = field(default_factory=dict)
    tables: Mapping[str, RouteTable] = field(default_factory=dict)
    acls: Mapping[str, Acl] = field(default_factory=dict)
    groups: Mapping[str, SecurityGroup] = field(default_factory=dict)
    hosts: Mapping[str, Host] = field(default_factory=dict)
    gateways: Mapping[str, Gateway] = field(default_factory=dict)
    nats: Mapping[str, Nat] = field(default_factory=dict)
    firewalls: Mapping[str, FirewallEndpoint] = field(default_factory=dict)
    peerings: Mapping[str, Peering] = field(default_factory=dict)
    transit_gateways: Mapping[str, TransitGateway] = field(default_factory=dict)
    attachments: Mapping[str, Attachment] = field(default_factory=dict)
    transit_tables: Mapping[str, TransitTable] = field(default_factory=dict)
    unknowns: tuple[Unknown, ...] = ()
    assumptions: tuple[str, ...] = ()
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StackTemplate:
    """A template to read. account and region "": unknown, so everything is in one account and Region.

    name: what a witness prints (stack name, or path of the file). parameters: values of its parameters; for our
    own deployments every planned value, ids that are not known yet as texts such as `<account id of network>`.
    also: other names by which people know the stack, such as its artifact id in a cloud assembly.
    """

    name: str
    document: Mapping[str, object]
    account: str = ""
    region: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    also: tuple[str, ...] = ()


Verdict = Literal["PROVED", "REFUTED", "UNKNOWN"]


@dataclass(frozen=True, slots=True)
class Hop:
    """One step of a path: where, and what happens there."""

    origin: Origin
    text: str


@dataclass(frozen=True, slots=True)
class Result:
    """A theorem's verdict.

    witness: the path that refutes it (for liveness: that shows it), hop by hop. blocked: for a proof, what stops each
    kind of attempt. reason: why it is unknown or what is missing.
    """

    id: str
    kind: Literal["network", "liveness"]
    verdict: Verdict
    theorem: str
    basis: str
    citations: tuple[str, ...]
    assumptions: tuple[str, ...]
    witness: tuple[Hop, ...] = ()
    blocked: tuple[Hop, ...] = ()
    reason: str = ""
