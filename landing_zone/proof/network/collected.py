"""What the readers found, before it is put together: parts by key, and who is associated with whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field

from landing_zone.proof.network.entry import Entry
from landing_zone.proof.network.model import (
    AclEntry,
    Attachment,
    FirewallEndpoint,
    Gateway,
    Host,
    Listener,
    Nat,
    Origin,
    Peering,
    Ports,
    Ranges,
    Route,
    SecurityRule,
    TransitGateway,
    TransitRoute,
    Vpc,
)


@dataclass(slots=True)
class FoundSubnet:
    """A subnet; its table and network ACL are associations of their own."""

    origin: Origin
    name: str
    vpc: str
    zone: str
    ranges: Ranges
    segment: str | None
    tier: str | None


@dataclass(slots=True)
class TargetGroup:
    """Where a load balancer sends what it accepted."""

    ports: Ports
    targets: tuple[str, ...]
    ranges: Ranges
    vpc: str | None


@dataclass(slots=True)
class FoundListener:
    """A port of a load balancer; groups: keys of target groups."""

    balancer: str
    protocol: int
    ports: Ports
    groups: list[str]
    origin: Origin


@dataclass(slots=True)
class Collected:
    """Parts by key. Associations are maps from one key to another."""

    vpcs: dict[str, Vpc] = field(default_factory=dict)
    more_ranges: defaultdict[str, list[Ranges]] = field(default_factory=lambda: defaultdict(list))
    subnets: dict[str, FoundSubnet] = field(default_factory=dict)
    tables: dict[str, tuple[Origin, str]] = field(default_factory=dict)
    routes: defaultdict[str, list[Route]] = field(default_factory=lambda: defaultdict(list))
    table_of_subnet: dict[str, str] = field(default_factory=dict)
    acls: dict[str, tuple[Origin, str]] = field(default_factory=dict)
    acl_entries: defaultdict[str, list[AclEntry]] = field(default_factory=lambda: defaultdict(list))
    acl_of_subnet: dict[str, str] = field(default_factory=dict)
    groups: dict[str, tuple[Origin, str]] = field(default_factory=dict)
    rules: defaultdict[str, list[SecurityRule]] = field(default_factory=lambda: defaultdict(list))
    hosts: dict[str, Host] = field(default_factory=dict)
    public_hosts: set[str] = field(default_factory=set)
    listeners: dict[str, FoundListener] = field(default_factory=dict)
    more_target_groups: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    target_groups: dict[str, TargetGroup] = field(default_factory=dict)
    registered: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    own_listeners: defaultdict[str, list[Listener]] = field(default_factory=lambda: defaultdict(list))
    gateways: dict[str, Gateway] = field(default_factory=dict)
    vpc_of_gateway: dict[str, str] = field(default_factory=dict)
    table_of_gateway: dict[str, str] = field(default_factory=dict)
    gateway_propagations: list[tuple[str, str, Origin]] = field(default_factory=list)
    nats: dict[str, Nat] = field(default_factory=dict)
    firewalls: dict[str, FirewallEndpoint] = field(default_factory=dict)
    peerings: dict[str, Peering] = field(default_factory=dict)
    transit_gateways: dict[str, TransitGateway] = field(default_factory=dict)
    default_tables: dict[str, tuple[str, str]] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    link_ranges: defaultdict[str, list[Ranges]] = field(default_factory=lambda: defaultdict(list))
    transit_tables: dict[str, tuple[Origin, str, str | None]] = field(default_factory=dict)
    transit_associations: list[tuple[str, str, Origin]] = field(default_factory=list)
    transit_propagations: list[tuple[str, str, Origin]] = field(default_factory=list)
    transit_routes: defaultdict[str, list[TransitRoute]] = field(default_factory=lambda: defaultdict(list))


@dataclass(frozen=True, slots=True)
class Reader:
    """How a resource type is read: the function, and the properties that it reads."""

    read: Callable[[Entry, Collected], None]
    properties: tuple[str, ...]
