"""The guardrails of a manifest: profiles of the tree, parameters, who is exempt, and what was compiled of them."""

from __future__ import annotations

from pathlib import Path

from pydantic import TypeAdapter

from landing_zone.guardrails.compile import ROOT, Compiled, compile_guardrails
from landing_zone.guardrails.limits import limits
from landing_zone.guardrails.model import PrincipalGroup
from landing_zone.guardrails.parameters import Parameters
from landing_zone.guardrails.sources import load_guardrails
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.load import LoadedManifest
from landing_zone.manifest.model import Manifest
from landing_zone.plan.eligible_services import eligible_services
from landing_zone.plan.lock import Lock
from landing_zone.plan.names import PERMISSIONS_BOUNDARY
from landing_zone.policy_data import policy_data

ACCOUNT_PARAMETERS = {
    "ManagementAccountId": "management",
    "LogArchiveAccountId": "log-archive",
    "SecurityAccountId": "security",
    "NetworkAccountId": "network",
    "BackupAccountId": "backup",
}
"""Late parameters that are account ids, and whose. `DeployAccountId` is that of `delivery.deploy_account`."""
_ACCOUNT_ID_LENGTH = 12
_ORGANIZATION_ID_LENGTH = 34  # o- and 32 letters or digits


def compiled_guardrails(loaded: LoadedManifest, lock: Lock) -> Compiled:
    """The organization policies of a manifest. Raises InputError."""
    manifest = loaded.manifest
    folder = Path(loaded.document.file).parent
    sources = load_guardrails([folder / name for name in manifest.guardrails.sources])
    applying = [sourced for sourced in sources if _holds(sourced.guardrail.when, manifest)]
    groups = TypeAdapter(dict[str, PrincipalGroup]).validate_python(policy_data("guardrails/principals"), strict=False)
    present = {
        name: group if _holds(group.when, manifest) else group.model_copy(update={"principals": ()})
        for name, group in groups.items()
    }
    quotas = limits(manifest.guardrails.scp_quota, control_tower=manifest.control_tower.enabled)
    return compile_guardrails(profiles(manifest, lock), applying, present, parameters(manifest), quotas)


def profiles(manifest: Manifest, lock: Lock) -> dict[str, str]:
    """Guardrail profile by target: root, every OU, and accounts that the manifest does not list."""
    found: dict[str, str] = {ROOT: "foundation"}
    for path, unit in tree.units(manifest).items():
        found[path] = manifest.guardrails.profiles.get(path, unit.guardrails)
    if manifest.guardrails.unlisted_accounts == "quarantine":
        found.update(dict.fromkeys(lock.unlisted, "quarantine"))
    return found


def parameters(manifest: Manifest) -> Parameters:
    """What guardrails may name as `${Name}`."""
    regions = manifest.regions
    network = manifest.network
    ranges = [cidr for cidrs in network.pools.values() for cidr in cidrs]
    ranges += [cidr for link in network.hybrid for cidr in link.ranges] + list(network.on_premises)
    known: dict[str, str | tuple[str, ...]] = {
        "Qualifier": manifest.delivery.qualifier,
        "HomeRegion": regions.home,
        "RecoveryRegion": regions.recovery,
        "AllowedRegions": (regions.home, regions.recovery, *regions.additional),
        "NetworkRanges": tuple(dict.fromkeys(ranges)),
        "PermissionsBoundary": PERMISSIONS_BOUNDARY,
        "EligibleServices": eligible_services(manifest),
        "GlobalActions": tuple(row["action"] for row in policy_data("services/global_actions")["actions"]),
        **_names_of_the_landing_zone(manifest),
        **dict(manifest.guardrails.parameters),
    }
    late = dict.fromkeys((*ACCOUNT_PARAMETERS, "DeployAccountId"), _ACCOUNT_ID_LENGTH)
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


def _holds(switch: str, manifest: Manifest) -> bool:
    """Whether a switch is on: `detection.macie`, `not control_tower.enabled`; no switch always holds."""
    wanted = not switch.startswith("not ")
    value: object = manifest
    for step in filter(None, switch.removeprefix("not ").split(".")):
        value = getattr(value, step)
    return not switch or bool(value) == wanted
