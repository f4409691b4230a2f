"""The stack roles: for each, which deployments a manifest asks for, in which shape and with which values."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.organization import Account
from landing_zone.manifest.regions import regions
from landing_zone.plan.layout import subnets
from landing_zone.plan.lock import Lock
from landing_zone.plan.model import Deployment, Environment, Value, Variant
from landing_zone.plan.retention import retention_days

TIERS = ("application", "data")
"""Tiers of a workload network; the layout's `attachment` tier is reserved for the transit gateway."""
SECOND_SITE_TIERS = frozenset({"pilot-light", "warm-standby", "active-active"})
STACK_PREFIX = "hlz"


@dataclass(frozen=True)
class Knowledge:
    """What planning reads besides the manifest: the lock with every range allocated."""

    manifest: Manifest
    lock: Lock

    def account_id(self, account: Account) -> str | None:
        """The account's id, if it is known."""
        if account.name in self.lock.accounts:
            return self.lock.accounts[account.name].id
        return None


RolePlanner = Callable[[Knowledge], Iterator[Deployment]]


def network_regions(account: Account, manifest: Manifest) -> tuple[str, ...]:
    """Regions in which the account has a network; none for core accounts and for size `none`."""
    if network_size(account, manifest) == "none":
        return ()
    if account.regions:
        return account.regions
    home, recovery = manifest.regions.home, manifest.regions.recovery
    return (home, recovery) if account.recovery in SECOND_SITE_TIERS else (home,)


def network_size(account: Account, manifest: Manifest) -> str:
    """Size class of the account's network."""
    if account.network:
        return account.network
    return "none" if account.name in tree.CORE_ACCOUNTS else manifest.network.default_size


def segment_of(account: Account) -> str:
    """The network segment an account belongs to: the first step of its OU path."""
    return account.ou.split("/", 1)[0]


def deployment_name(role: str, environment: Environment) -> str:
    """Artifact id and stack name of a role in an environment."""
    return f"{STACK_PREFIX}-{role.replace('_', '-')}-{environment.account}-{environment.region}"


def account_tags(account: Account, manifest: Manifest, role: str) -> tuple[tuple[str, str], ...]:
    """Stack tags: the toolkit's own and the manifest's, sorted by key."""
    own = {
        "hlz:organization": manifest.organization.name,
        "hlz:account": account.name,
        "hlz:owner": account.owner,
        "hlz:environment": tree.environment_of(account),
        "hlz:data": account.data,
        "hlz:recovery": account.recovery,
        "hlz:role": role,
    }
    return tuple(sorted((dict(account.tags) | own).items()))


def workload_networks(known: Knowledge) -> Iterator[Deployment]:
    """A spoke VPC for every workload account in each of its Regions."""
    role, manifest = "workload_network", known.manifest
    zones = manifest.network.availability_zones
    shapes: Mapping[str, Variant] = {
        region: Variant(
            role,
            {
                "region": region,
                "zones": list(regions()[region].zones[:zones]),
                "gateway_endpoints": sorted(set(manifest.network.endpoints.gateway)),
                "interface_endpoints": sorted(set(manifest.network.endpoints.interface)),
                "flow_log_retention_days": retention_days(manifest.retention.years("flow_logs")),
                "key_rotation_days": manifest.keys.rotation_days,
                "key_deletion_window_days": manifest.keys.deletion_window_days,
                "values": {
                    "OrganizationId": "organization_id",
                    "NetworkName": "name",
                    "Segment": "tag",
                    "VpcCidr": "cidr",
                    **{f"{tier.title()}Subnet{zone}Cidr": "cidr" for tier in TIERS for zone in range(1, zones + 1)},
                },
            },
        )
        for region in {manifest.regions.home, manifest.regions.recovery, *manifest.regions.additional}
    }
    for account in tree.accounts(manifest):
        for region in network_regions(account, manifest):
            environment = Environment(account.name, region)
            network = known.lock.networks[region][account.name]
            planned = [subnet for subnet in subnets(network.cidr, network.layout, zones) if subnet.tier in TIERS]
            yield Deployment(
                name=deployment_name(role, environment),
                variant=shapes[region],
                environment=environment,
                account_id=known.account_id(account),
                values=(
                    Value("OrganizationId", "organization_id", known.lock.organization.id),
                    Value("NetworkName", "name", account.name),
                    Value("Segment", "tag", segment_of(account)),
                    Value("VpcCidr", "cidr", network.cidr),
                    *(Value(f"{s.tier.title()}Subnet{s.zone}Cidr", "cidr", s.cidr) for s in planned),
                ),
                tags=account_tags(account, manifest, role),
            )


ROLES: Mapping[str, RolePlanner] = {"workload_network": workload_networks}
"""Every role by name; `stacks` has one file for each."""
