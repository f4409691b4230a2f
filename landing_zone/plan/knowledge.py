"""What the planners of all roles read and share: manifest, lock, Regions, names, values and common shape."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from landing_zone.guardrails.compile import Compiled
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.organization import Account
from landing_zone.manifest.model.security import LOG_KINDS
from landing_zone.plan.lock import Lock
from landing_zone.plan.model import Deployment, Environment, Value, ValueType, Variant
from landing_zone.plan.retention import retention_days

SECOND_SITE_TIERS = frozenset({"pilot-light", "warm-standby", "active-active"})
STACK_PREFIX = "hlz"


@dataclass(frozen=True)
class Knowledge:
    """What planning reads besides the manifest: the lock with every range allocated, and the compiled guardrails."""

    manifest: Manifest
    lock: Lock
    guardrails: Compiled = field(default_factory=Compiled)

    @property
    def home(self) -> str:
        """The home Region."""
        return self.manifest.regions.home

    @property
    def recovery(self) -> str:
        """The recovery Region."""
        return self.manifest.regions.recovery

    def account_id(self, name: str) -> str | None:
        """The account's id, if it is known."""
        return self.lock.accounts[name].id if name in self.lock.accounts else None

    def account_value(self, name: str, account: str) -> Value:
        """The value `name`: the id of an account."""
        return Value(name, "account_id", self.account_id(account))

    def primary_key(self, account: str, domain: str) -> str | None:
        """ARN of an account's multi-Region primary key for a data domain, if it is known."""
        return self.lock.accounts[account].keys.get(domain) if account in self.lock.accounts else None

    def shared_parameter(self, name: str, parameter: str, account: str, region: str) -> Value:
        """The value `name`: what a Systems Manager parameter holds that another account shares."""
        owner = self.account_id(account)
        return Value(name, "shared_parameter", owner and f"arn:aws:ssm:{region}:{owner}:parameter{parameter}")

    @property
    def organization_value(self) -> Value:
        """The value `OrganizationId`."""
        return Value("OrganizationId", "organization_id", self.lock.organization.id)


RolePlanner = Callable[[Knowledge], Iterator[Deployment]]


def variant(role: str, region: str, shape: Mapping[str, Any], values: Mapping[str, ValueType]) -> Variant:
    """A variant: the shape of its own, and what every role's shape holds."""
    return Variant(role, {"region": region, **shape, "values": dict(values)})


def deployment(
    known: Knowledge,
    variant: Variant,
    account: Account,
    values: tuple[Value, ...],
    depends_on: tuple[str, ...] = (),
    part: str = "",
) -> Deployment:
    """The deployment of a variant in an account, in the variant's Region. part: which of several stacks of the role."""
    environment = Environment(account.name, variant.shape["region"])
    return Deployment(
        name=deployment_name(variant.role, environment, part),
        variant=variant,
        environment=environment,
        account_id=known.account_id(account.name),
        values=values,
        tags=account_tags(account, known.manifest, variant.role),
        depends_on=depends_on,
    )


def value_types(values: tuple[Value, ...]) -> dict[str, ValueType]:
    """Types of values by name, for a variant's shape."""
    return {value.name: value.type for value in values}


def key_shape(manifest: Manifest) -> dict[str, Any]:
    """How keys are kept: for every role that makes one."""
    return {
        "key_rotation_days": manifest.keys.rotation_days,
        "key_deletion_window_days": manifest.keys.deletion_window_days,
        "key_administrators": sorted(set(manifest.keys.administrators)),
    }


def retention_shape(manifest: Manifest, *kinds: str) -> dict[str, Any]:
    """Days that these kinds of log are kept (default: all), for every role that keeps logs."""
    return {"retention_days": {kind: retention_days(manifest.retention.years(kind)) for kind in kinds or LOG_KINDS}}


def alarm_owners(manifest: Manifest) -> dict[str, dict[str, str]]:
    """Name and e-mail of the contact for each severity."""
    return {
        severity: {
            "name": getattr(manifest.contacts, contact).name,
            "email": getattr(manifest.contacts, contact).email,
        }
        for severity, contact in sorted(manifest.detection.alarm_contacts.items())
    }


def deployment_name(role: str, environment: Environment, part: str = "") -> str:
    """Artifact id and stack name of a role in an environment; part: which one, where a role has several there."""
    name = f"{STACK_PREFIX}-{role.replace('_', '-')}-{environment.account}-{environment.region}"
    return f"{name}-{part}" if part else name


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


def core_account(manifest: Manifest, name: str) -> Account:
    """A core account, refined where the manifest names it."""
    return next(account for account in tree.accounts(manifest) if account.name == name)


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


def governed_regions(account: Account, manifest: Manifest) -> tuple[str, ...]:
    """Regions in which the account has a baseline: home first, recovery, and the others that it uses."""
    first = (manifest.regions.home, manifest.regions.recovery)
    used = set(network_regions(account, manifest))
    if account.name == "network" and manifest.network.hub.enabled:  # it has a hub wherever there is a network
        used |= {region for other in tree.accounts(manifest) for region in network_regions(other, manifest)}
    return (*first, *sorted(used - set(first)))


def archive_region(region: str, manifest: Manifest) -> str:
    """The Region whose log archive receives the logs of a Region: its own, or home where it has none."""
    return region if region == manifest.regions.recovery else manifest.regions.home
