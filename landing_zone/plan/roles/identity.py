"""identity: the permission sets that the manifest names, and the groups of Identity Center's own directory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from landing_zone.manifest.permission_sets import Permissions
from landing_zone.plan.identity import instance_value, used_permission_sets
from landing_zone.plan.knowledge import Knowledge, core_account, deployment, deployment_name, value_types, variant
from landing_zone.plan.model import Deployment, Environment, Value

ROLE = "identity"
MANAGEMENT = "management"


def identity_name(known: Knowledge) -> str:
    """Name of the deployment."""
    return deployment_name(ROLE, Environment(MANAGEMENT, known.home))


def own_groups(known: Knowledge) -> list[str]:
    """Groups that the stack makes: those assigned, where Identity Center keeps the groups itself."""
    identity = known.manifest.identity
    return sorted({row.group for row in identity.assignments}) if identity.source == "identity-center" else []


def identities(known: Knowledge) -> Iterator[Deployment]:
    """One stack in the management account's home Region, where Identity Center must have been enabled.

    Shape: `permission_sets` (each with everything it is), `groups` (display names that the stack makes).
    """
    sets = used_permission_sets(known.manifest)
    groups = own_groups(known)
    if not sets and not groups:
        return
    values: tuple[Value, ...] = (instance_value(known),) if sets else ()
    if groups:
        values += (Value("IdentityStoreId", "identity_store_id", known.lock.identity.store),)
    shape = {"permission_sets": {entry.name: _shape(entry) for entry in sets}, "groups": groups}
    account = core_account(known.manifest, MANAGEMENT)
    yield deployment(known, variant(ROLE, known.home, shape, value_types(values)), account, values)


def _shape(entry: Permissions) -> dict[str, Any]:
    return {
        "description": entry.title,
        "session_hours": entry.session_hours,
        "data": entry.data,
        "boundary": entry.boundary,
        "managed_policies": sorted(entry.managed_policies),
        "statements": list(entry.statements),
    }
