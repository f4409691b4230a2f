"""What guardrails may name as `${Name}`: the toolkit's own parameters, and the manifest's."""

from __future__ import annotations

from landing_zone.guardrails.evaluate import one_or_more
from landing_zone.guardrails.parameters import Parameters
from landing_zone.manifest.model import Manifest
from landing_zone.plan.eligible_services import eligible_services
from landing_zone.plan.names import PERMISSIONS_BOUNDARY
from landing_zone.plan.needs import ACCOUNT_PARAMETERS, DEPLOY_ACCOUNT
from landing_zone.policy_data import policy_data

EXTENDABLE = frozenset({"TrustedAccounts"})
"""Parameters of the toolkit's own to which the manifest may add."""
_ACCOUNT_ID_LENGTH = 12
_ORGANIZATION_ID_LENGTH = 34  # o- and 32 letters or digits


def parameters(manifest: Manifest) -> Parameters:
    """Everything that guardrails may name."""
    own = own_parameters(manifest)
    given = dict(manifest.guardrails.parameters)
    added = {name: (*one_or_more(own.known[name]), *given[name]) for name in EXTENDABLE if name in given}
    return Parameters({**given, **own.known, **added}, own.late)


def own_parameters(manifest: Manifest) -> Parameters:
    """What the toolkit itself gives."""
    regions = manifest.regions
    network = manifest.network
    ranges = [cidr for cidrs in network.pools.values() for cidr in cidrs]
    ranges += [cidr for link in network.hybrid for cidr in link.ranges] + list(network.on_premises)
    known: dict[str, str | tuple[str, ...]] = {
        "Qualifier": manifest.delivery.qualifier,
        "HomeRegion": regions.home,
        "RecoveryRegion": regions.recovery,
        "AllowedRegions": tuple(dict.fromkeys((regions.home, regions.recovery, *regions.additional))),
        "NetworkRanges": tuple(dict.fromkeys(ranges)),
        "PermissionsBoundary": PERMISSIONS_BOUNDARY,
        "SecurityContact": manifest.contacts.security.email,
        "BackupPlans": tuple(sorted(manifest.backup.plans)),
        "EligibleServices": eligible_services(manifest),
        "GlobalActions": tuple(row["action"] for row in policy_data("services/global_actions")["actions"]),
        **_names_of_the_landing_zone(manifest),
        **_perimeter(),
    }
    late = dict.fromkeys((*ACCOUNT_PARAMETERS, DEPLOY_ACCOUNT), _ACCOUNT_ID_LENGTH)
    return Parameters(known, {**late, "OrganizationId": _ORGANIZATION_ID_LENGTH})


def _names_of_the_landing_zone(manifest: Manifest) -> dict[str, tuple[str, ...]]:
    """Patterns of what guardrails protect, by kind; under Control Tower with what it made."""
    qualifier = manifest.delivery.qualifier
    names = {
        "LandingZoneRoles": ["hlz-*", "OrganizationAccountAccessRole"],
        "UnboundedRoles": [
            row["name"].replace("${Qualifier}", qualifier) for row in policy_data("guardrails/unbounded_roles")
        ],
        "LandingZoneLogGroups": ["/hlz/*"],
        "LogArchiveBuckets": ["hlz-*-${LogArchiveAccountId}-*"],
        "LandingZoneStacks": ["hlz-*", f"StackSet-cdk-{qualifier}-*"],
    }
    if manifest.control_tower.enabled:
        names["LandingZoneRoles"] += ["aws-controltower-*", "AWSControlTowerExecution"]
        names["LandingZoneLogGroups"] += ["aws-controltower/*"]
        names["LogArchiveBuckets"] += ["aws-controltower-*"]
        names["LandingZoneStacks"] += ["StackSet-AWSControlTower*"]
    return {name: tuple(patterns) for name, patterns in names.items()}


def _perimeter() -> dict[str, tuple[str, ...]]:
    """Services that resource control policies cover, and who counts as inside: the manifest may add accounts."""
    data = policy_data("guardrails/resource_control")
    return {
        "ResourceControlServices": tuple(data["services"]),
        "PerimeterServices": tuple(name for name in data["services"] if name not in data["before_identity"]),
        "TrustedAccounts": ("${ManagementAccountId}",),
    }
