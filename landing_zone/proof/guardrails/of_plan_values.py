"""What theorems are parameterized with, as a manifest says it."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain

from landing_zone.guardrails.compile import Compiled, above
from landing_zone.guardrails.evaluate import one_or_more
from landing_zone.guardrails.parameters import Parameters, filled
from landing_zone.manifest.model import Manifest
from landing_zone.plan.eligible_services import eligible_services
from landing_zone.plan.guardrails import principal_groups
from landing_zone.plan.names import BACKUP_VAULT
from landing_zone.plan.parameters import parameters
from landing_zone.proof.guardrails.organization import ROOT

AUDIT_KEY_DOMAINS = ("archive", "logs")
"""Values of the tag hlz:key-domain of the keys that encrypt audit records."""
PRINCIPALS: Mapping[str, tuple[str, ...]] = {
    "pipeline_principals": ("pipeline",),
    "break_glass_principals": ("break-glass",),
    "backup_service_principals": ("backup-service",),
    "settings_principals": ("settings",),
    "platform_principals": ("control-tower", "stacksets"),
}
"""Groups of policies/guardrails/principals.yaml by value. `evidence` reads; `archive-pipeline` is of the pipeline."""
RESOURCES = (
    "arn:aws:iam::*:role/${LandingZoneRoles}",
    "arn:aws:iam::*:role/cdk-${Qualifier}-*",
    "arn:aws:iam::*:policy/hlz-*",
    "arn:aws:iam::*:policy/cdk-${Qualifier}-*",
    "arn:aws:cloudformation:*:*:stack/${LandingZoneStacks}",
    "arn:aws:lambda:*:*:function:hlz-*",
    "arn:aws:sns:*:*:hlz-*",
)
"""Roles, policies, functions, topics and stacks of the landing zone."""


def values_of(manifest: Manifest, compiled: Compiled, ids: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Every value of `policies/invariants/values.yaml`. ids: of the organization and of accounts, by value."""
    known = parameters(manifest).known
    lists = ("AllowedRegions", "LandingZoneLogGroups", "LogArchiveBuckets")
    given = {name: tuple(one_or_more(known[name])) for name in lists}
    late = Parameters({**known, "LogArchiveAccountId": ids["log_archive_account"]})
    groups = principal_groups(manifest)
    locked = manifest.backup.enabled and manifest.backup.vault_lock
    return {
        **{name: (id,) for name, id in ids.items()},
        "home_region": (manifest.regions.home,),
        "allowed_regions": given["AllowedRegions"],
        "phi_targets": _phi_targets(compiled),
        **{
            value: tuple(chain.from_iterable(filled(groups[name].principals, late) for name in names))
            for value, names in PRINCIPALS.items()
        },
        "log_archive_buckets": tuple(filled(given["LogArchiveBuckets"], late)),
        "locked_vaults": (BACKUP_VAULT,) if locked else (),
        "eligible_services": eligible_services(manifest),
        "trusted_accounts": tuple(one_or_more(manifest.guardrails.parameters.get("TrustedAccounts", ()))),
        "landing_zone_resources": tuple(filled(RESOURCES, late)),
        "log_groups": tuple(name.removesuffix("*") for name in given["LandingZoneLogGroups"]),
        "rcp_services": tuple(one_or_more(known["ResourceControlServices"])),
        "audit_key_tags": AUDIT_KEY_DOMAINS,
        "boundary_policies": tuple(filled(("arn:aws:iam::*:policy/${PermissionsBoundary}",), late)),
    }


def _phi_targets(compiled: Compiled) -> tuple[str, ...]:
    """The topmost OUs with the profile for PHI."""
    found = {target for target, profile in compiled.profiles.items() if profile == "phi"}
    return tuple(f"{ROOT}/{target}" for target in sorted(found) if not found & {*above(target)})
