"""organization: the organization itself and its OU tree, in the management account."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from landing_zone.manifest import organization_tree as tree
from landing_zone.plan.guardrails import profiles
from landing_zone.plan.knowledge import Knowledge, core_account, deployment, deployment_name, value_types, variant
from landing_zone.plan.model import Deployment, Environment, Value

ROLE = "organization"
ACCOUNT = "management"
ROOT_VALUE = "OrganizationRootId"


def organization_name(known: Knowledge) -> str:
    """Name of the one deployment of this role."""
    return deployment_name(ROLE, Environment(ACCOUNT, known.home))


def unit_value_name(path: str) -> str:
    """Name of the value that holds the id of an adopted OU. Paths may differ in punctuation alone, hence the digest."""
    words = "".join(word.title() for word in path.replace("/", "-").split("-"))
    return f"Unit{words[:100]}{sha256(path.encode()).hexdigest()[:6]}"


def organizations(known: Knowledge) -> Iterator[Deployment]:
    """One, in the home Region.

    Shape: `existing` (the organization was there before: the manifest gives its id or the lock says so),
    `units` by path: `data`, `guardrails` (profile), `description`, and `adopted` (it was there before as well).
    Values: the root's id where the organization is not made here, and the id of every adopted OU.
    """
    manifest = known.manifest
    existing = manifest.organization.id is not None or known.lock.organization.adopted
    units = unit_rows(known)
    values = [Value(ROOT_VALUE, "root_id", known.lock.organization.root)] if existing else []
    values += [
        Value(unit_value_name(path), "unit_id", known.lock.units[path].id)
        for path, unit in units.items()
        if unit["adopted"]
    ]
    shape = {"existing": existing, "units": units}
    yield deployment(
        known,
        variant(ROLE, known.home, shape, value_types(tuple(values))),
        core_account(manifest, ACCOUNT),
        tuple(values),
    )


def unit_rows(known: Knowledge) -> Mapping[str, Mapping[str, Any]]:
    """What the stack says of every OU, by path; parents come before their children.

    An OU that has left the manifest stays while the lock names it: other stacks may still import its id, and
    CloudFormation refuses to end such an export.
    """
    profile_of = profiles(known.manifest, known.lock)
    locked = known.lock.units
    rows = {
        path: {"data": unit.data, "guardrails": profile_of[path], "description": unit.description}
        for path, unit in tree.units(known.manifest).items()
    }
    left = {"data": "", "guardrails": "", "description": "Left the manifest"}
    placed: dict[str, dict[str, Any]] = {}
    for path in sorted(rows.keys() | locked.keys()):
        adopted = path in locked and locked[path].adopted
        above = path.rpartition("/")[0]
        if adopted or not above or above in placed:
            placed[path] = {**rows.get(path, left), "adopted": adopted}
    return placed
