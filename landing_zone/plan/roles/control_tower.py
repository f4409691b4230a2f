"""control_tower: the landing zone of AWS Control Tower and the OUs that it registers, in the management account."""

from __future__ import annotations

from collections.abc import Iterator

from landing_zone.plan.control_tower import LOG_ACCOUNT, SECURITY_ACCOUNT, registered_units
from landing_zone.plan.guardrails import profiles
from landing_zone.plan.knowledge import (
    Knowledge,
    core_account,
    deployment,
    deployment_name,
    key_shape,
    retention_shape,
    value_types,
    variant,
)
from landing_zone.plan.model import Deployment, Environment
from landing_zone.plan.roles.accounts import accounts_names
from landing_zone.plan.roles.organization import ACCOUNT, organization_name

ROLE = "control_tower"


def control_tower_name(known: Knowledge) -> str:
    """Name of the one deployment of this role."""
    return deployment_name(ROLE, Environment(ACCOUNT, known.home))


def control_towers(known: Knowledge) -> Iterator[Deployment]:
    """One, in the home Region, which is Control Tower's as well; none without Control Tower.

    OUs and the two accounts that it needs are there before. Shape: `version`, `governed_regions`, `units` (registered
    OUs, parents first), `security_ou` (AWS's name of the Security OU, where Control Tower makes it).
    """
    manifest = known.manifest
    if not manifest.control_tower.enabled:
        return
    regions = manifest.regions
    values = (
        known.organization_value,
        known.account_value("LogArchiveAccountId", LOG_ACCOUNT),
        known.account_value("SecurityAccountId", SECURITY_ACCOUNT),
    )
    shape = {
        **retention_shape(manifest, "audit_trail", "configuration", "access_logs"),
        **key_shape(manifest),
        "version": manifest.control_tower.version,
        "governed_regions": list(dict.fromkeys((regions.home, regions.recovery, *regions.additional))),
        "units": registered_units(manifest, profiles(manifest, known.lock)),
        "security_ou": manifest.control_tower.security_ou,
    }
    yield deployment(
        known,
        variant(ROLE, known.home, shape, value_types(values)),
        core_account(manifest, ACCOUNT),
        values,
        (organization_name(known), *accounts_names(known)),
    )
