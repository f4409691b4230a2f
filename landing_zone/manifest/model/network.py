"""Address pools, spokes, hub, inspection, endpoints, DNS and links to hospitals."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from landing_zone.manifest.model.base import (
    Cidr,
    Cidrs,
    IpAddress,
    RegionCode,
    Section,
    Service,
    ShortText,
    Slug,
    SuricataText,
)


class Endpoints(Section):
    """VPC endpoints: private ways to AWS services."""

    gateway: tuple[Literal["s3", "dynamodb"], ...] = ("s3", "dynamodb")
    """Gateway endpoints (no charge)."""
    central: bool = True
    """Interface endpoints stand once in the hub and serve every network, instead of in each workload network."""
    interface: Annotated[tuple[Service, ...], Field(max_length=40)] = (
        "kms",
        "logs",
        "monitoring",
        "secretsmanager",
        "ssm",
        "ssmmessages",
        "sts",
    )
    """Interface endpoints, by service name as in `com.amazonaws.REGION.NAME`."""


class Hub(Section):
    """The network account's transit network."""

    enabled: bool = True
    """Connect workload networks through a transit gateway."""
    centralized_egress: bool = True
    """Internet egress only through the hub's NAT and firewall."""
    public_ingress: bool = False
    """An ingress VPC for internet-facing load balancers."""
    asn: Annotated[int, Field(ge=64512, le=65534)] = 64512
    """Private BGP autonomous system number of the home Region's transit gateway; the other Regions' follow it."""


class Inspection(Section):
    """Network Firewall in the hub."""

    enabled: bool = True
    """Inspect traffic between segments and to the internet; a hub needs it."""
    allowed_domains: Annotated[tuple[ShortText, ...], Field(max_length=2000)] = ()
    """Domains that workloads may reach over TLS; a leading dot allows subdomains."""
    rules: Annotated[tuple[SuricataText, ...], Field(max_length=1000)] = ()
    """Further Suricata rules, in order, e.g. `pass tcp $CLOUD_NET any -> $SITE_NET 1972 (msg:"..."; sid:1000001;)`."""


class Dns(Section):
    """Name resolution."""

    query_logging: bool = True
    """Log every DNS query of every VPC."""
    firewall: bool = True
    """Block known malicious domains with Route 53 Resolver DNS Firewall."""
    private_zone: ShortText | None = None
    """Private hosted zone of the organization, e.g. `aws.riverside.example`."""
    forwarded_domains: dict[ShortText, tuple[IpAddress, ...]] = {}
    """On-premises domains and the resolvers that answer for them."""


class HybridLink(Section):
    """A connection to a hospital or data center."""

    name: Slug
    """Name of the site."""
    kind: Literal["direct-connect", "vpn"]
    """Direct Connect (with MACsec or VPN on top), or site-to-site VPN."""
    ranges: Cidrs
    """The site's address ranges; must not overlap the pools."""
    regions: Annotated[tuple[RegionCode, ...], Field(min_length=1)] | None = None
    """Regions in which the link ends; default: home and recovery."""
    customer_gateway: IpAddress | None = None
    """Public address of the site's VPN device."""
    asn: Annotated[int, Field(ge=1, le=4294967294)] | None = None
    """The site's BGP autonomous system number."""


class Network(Section):
    """Addresses and connectivity."""

    pools: Annotated[dict[RegionCode, Cidrs], Field(min_length=1)]
    """Private address pools by Region, from which every VPC is allocated; must not overlap each other."""
    availability_zones: Annotated[int, Field(ge=2, le=3)] = 3
    """Availability Zones of every VPC."""
    default_size: Literal["none", "small", "medium", "large", "xlarge"] = "medium"
    """Size of a VPC whose account names none: small /24, medium /22, large /20, xlarge /18."""
    endpoints: Endpoints = Endpoints()
    """VPC endpoints."""
    hub: Hub = Hub()
    """Transit network."""
    inspection: Inspection = Inspection()
    """Firewall."""
    dns: Dns = Dns()
    """Name resolution: query logs, filtering, names on premises."""
    hybrid: tuple[HybridLink, ...] = ()
    """Links to hospitals and data centers."""
    hospital_entries: tuple[Slug, ...] | None = None
    """Accounts that hospitals reach over hybrid links; default: those of zones of kind ehr, fhir, imaging and
    interfaces, and without such zones every account with PHI."""
    on_premises: tuple[Cidr, ...] = ()
    """Further address ranges in use elsewhere that the pools must not overlap."""
