"""network_shared: central endpoints, name resolution and shared address lists of a Region."""

from __future__ import annotations

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.access_scopes import AccessScopes
from constructs_lib.address_pools import AddressPools
from constructs_lib.central_endpoints import CentralEndpoints
from constructs_lib.dns_firewall import PRIORITY, DnsFirewall
from constructs_lib.hub_vpc import ATTACHMENT, HubTier, HubVpc
from constructs_lib.network_acl import ALL, Allow
from constructs_lib.prefix_list import PrefixList
from constructs_lib.private_zone import PrivateZone
from constructs_lib.query_logging import QueryLogging
from constructs_lib.resolver_endpoints import InboundResolver, OutboundResolver
from constructs_lib.resolver_profile import ResolverProfile
from constructs_lib.role_stack import RoleStack
from constructs_lib.shared_parameters import OrganizationShare, SharedParameters, organization_arn
from landing_zone.plan.model import Variant
from landing_zone.plan.names import (
    INSPECTION_ATTACHMENT_EXPORT,
    LOGS_KEY_EXPORT,
    QUERY_LOG_PARAMETER,
    RESOLVER_PROFILE_PARAMETER,
    SERVICE_PREFIX_LIST_PARAMETER,
    TRANSIT_GATEWAY_EXPORT,
    landing_bucket,
    transit_table_export,
)
from landing_zone.plan.segments import INSPECTION, SHARED

SERVICE = "service"
NAME = "hlz"


class NetworkSharedStack(RoleStack):
    """The shared network with its endpoints and resolvers, and the profile by which all networks resolve names."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: shared network services")
        self._shape = variant.shape
        self._vpc = self._network()
        self._join_transit()
        self._profile = ResolverProfile(self, "Profile", name=f"{NAME}-resolution")
        self._endpoints()
        self._resolvers()
        self._firewall()
        self._share()
        AccessScopes(self, "AccessScopes", place="network")
        if self._shape["address_pools"]:
            AddressPools(self, "AddressPools", name=NAME, pools=self._shape["address_pools"])

    def _network(self) -> HubVpc:
        shape = self._shape
        # What is here talks to networks of the organization; the internet is no peer, whatever routes say.
        peers = [Allow(cidr, protocol=ALL) for cidr in shape["peers"]]
        return HubVpc(
            self,
            "Shared",
            segment=SHARED,
            cidr=self.value("VpcCidr"),
            zones=shape["zones"],
            tiers={
                SERVICE: HubTier(self._cidrs(SERVICE), inbound=peers, outbound=peers),
                ATTACHMENT: HubTier(self._cidrs(ATTACHMENT)),
            },
            retention_days=shape["retention_days"]["flow_logs"],
            key_arn=self.imported(LOGS_KEY_EXPORT),
            archive_bucket=self._landing("flow_logs"),
        )

    def _join_transit(self) -> None:
        gateway = self.imported(TRANSIT_GATEWAY_EXPORT)
        attachment = self._vpc.attach(gateway)
        self._vpc.route_to_transit(SERVICE, gateway, self._shape["peers"], attachment)
        ec2.CfnTransitGatewayRouteTableAssociation(
            self,
            "Association",
            transit_gateway_attachment_id=attachment.attr_id,
            transit_gateway_route_table_id=self.imported(transit_table_export(SHARED)),
        )
        ec2.CfnTransitGatewayRouteTablePropagation(
            self,
            "AfterInspection",
            transit_gateway_attachment_id=attachment.attr_id,
            transit_gateway_route_table_id=self.imported(transit_table_export(INSPECTION)),
        )
        for segment in self._shape["reached_from"]:
            ec2.CfnTransitGatewayRoute(
                self,
                f"From{segment.title().replace('-', '')}",
                transit_gateway_route_table_id=self.imported(transit_table_export(segment)),
                destination_cidr_block=self.value("VpcCidr"),
                transit_gateway_attachment_id=self.imported(INSPECTION_ATTACHMENT_EXPORT),
            )

    def _endpoints(self) -> None:
        if not self._shape["endpoints"]:
            return
        callers = PrefixList(self, "Callers", name=f"{NAME}-private-ranges", cidrs=self._shape["private_ranges"])
        endpoints = CentralEndpoints(
            self,
            "Endpoints",
            vpc_id=self._vpc.vpc_id,
            name=NAME,
            organization_id=self.value("OrganizationId"),
            services=self._shape["endpoints"],
            subnet_ids=self._vpc.network.subnet_ids(SERVICE),
            callers=callers.id,
        )
        for service, zone in endpoints.zones.items():
            self._profile.hold(_label("Endpoint", service), name=f"endpoint-{service}", arn=zone.arn)

    def _resolvers(self) -> None:
        shape, vpc = self._shape, self._vpc
        subnet_ids = vpc.network.subnet_ids(SERVICE)
        if shape["hospitals_ask"]:
            askers = PrefixList(self, "Askers", name=f"{NAME}-on-premises-ranges", cidrs=shape["on_premises_ranges"])
            InboundResolver(self, "Inbound", vpc_id=vpc.vpc_id, name=NAME, subnet_ids=subnet_ids, askers=askers.id)
        if shape["forwarded_domains"]:
            # Not for the shared network itself: a hospital's query for its own domain would go round in a circle.
            outbound = OutboundResolver(
                self,
                "Outbound",
                vpc_id=vpc.vpc_id,
                name=NAME,
                subnet_ids=subnet_ids,
                domains=shape["forwarded_domains"],
            )
            for number, (domain, rule) in enumerate(outbound.rules.items(), start=1):
                self._profile.hold(f"Forwarded{number}", name=f"forward-{domain}", arn=rule.attr_arn)
        if shape["private_zone"]:
            zone = PrivateZone(
                self,
                "PrivateZone",
                domain=shape["private_zone"],
                comment="Names of the organization, as this Region answers them",
                vpc_id=vpc.vpc_id,
            )
            self._profile.hold("OwnZone", name="organization", arn=zone.arn)

    def _firewall(self) -> None:
        if self._shape["dns_firewall"]:
            firewall = DnsFirewall(
                self, "DnsFirewall", name=f"{NAME}-dns", blocked_lists=self._shape["blocked_domain_lists"]
            )
            firewall.protect(self._vpc.vpc_id)
            self._profile.hold("Firewall", name="dns-firewall", arn=firewall.arn, priority=PRIORITY)

    def _share(self) -> None:
        service = PrefixList(self, "ServiceRange", name=f"{NAME}-service-range", cidrs=self._cidrs(SERVICE))
        values = {
            RESOLVER_PROFILE_PARAMETER: ("Route 53 Profile of all networks", self._profile.id),
            SERVICE_PREFIX_LIST_PARAMETER: ("Prefix list of central endpoints and resolvers", service.id),
        }
        arns = [self._profile.arn, service.arn]
        if self._shape["query_logging"]:
            queries = QueryLogging(
                self, "QueryLogging", name=f"{NAME}-queries", archive_bucket=self._landing("dns_queries")
            )
            queries.record(self._vpc.vpc_id)
            values[QUERY_LOG_PARAMETER] = ("Query logging of all networks", queries.id)
            arns.append(queries.arn)
        everybody = [organization_arn(self.value("ManagementAccountId"), self.value("OrganizationId"))]
        OrganizationShare(self, "Share", name=f"{NAME}-resolution", resource_arns=arns, principals=everybody)
        SharedParameters(self, "Parameters", share=f"{NAME}-resolution-parameters", values=values, principals=everybody)

    def _cidrs(self, tier: str) -> list[str]:
        return [self.value(f"{tier.title()}Subnet{zone}Cidr") for zone in range(1, len(self._shape["zones"]) + 1)]

    def _landing(self, kind: str) -> str:
        return landing_bucket(kind, self.value("LogArchiveAccountId"), self._shape["archive_region"])


def _label(prefix: str, service: str) -> str:
    return prefix + "".join(part.title() for part in service.replace("-", ".").split("."))
