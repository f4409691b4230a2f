"""Small functions the plan tests arrange with: plans of manifests, locks, and what a lock says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest

from landing_zone.fault import Fault, InputError
from landing_zone.manifest.document import parse_document
from landing_zone.manifest.load import parsed_manifest
from landing_zone.plan.lock import LoadedLock, Lock, LockedAccount, LockedNetwork, LockedOrganization, lock_text
from landing_zone.plan.make import Planned, make_plan
from landing_zone.plan.model import Deployment, Variant
from tests.manifest.arrange import FILE, Json, clinic, text_of

LOCK = Path("landing-zone.lock.yaml")
ORGANIZATION_ID = "o-a1b2c3d4e5"


def account(name: str, **fields: Any) -> Json:
    """An account without PHI."""
    return {"name": name, "ou": "nonphi", "owner": "science", "data": "none", **fields}


def accounts(*names: str, **fields: Any) -> list[Json]:
    return [account(name, **fields) for name in names]


def landing_zone(*entries: Json, pools: Mapping[str, Any] | None = None, **sections: Any) -> Json:
    """The clinic with these accounts instead of its own, and these pools."""
    manifest = clinic(accounts=list(entries), **sections)
    if pools is not None:
        manifest["network"] = {"pools": {"us-east-1": "10.0.0.0/12", "us-west-2": "10.16.0.0/12", **pools}}
    return manifest


def without_hub(manifest: Json) -> Json:
    """The manifest without a transit network, whose own ranges a test of others' ranges need not know."""
    manifest["network"]["hub"] = {"enabled": False}
    return manifest


def locked(lock: Lock | None) -> LoadedLock:
    """The lock as it is read from its file; None: there is no file."""
    if lock is None:
        return LoadedLock(LOCK, Lock(), None)
    return LoadedLock(LOCK, lock, parse_document(lock_text(lock), str(LOCK)))


def lock_of(
    networks: Mapping[str, Mapping[str, str]] | None = None,
    ids: Mapping[str, str] | None = None,
    organization: str | None = None,
) -> Lock:
    """A lock with these ranges by Region and account, and these ids."""
    return Lock(
        organization=LockedOrganization(id=organization),
        accounts={name: LockedAccount(id=id) for name, id in (ids or {}).items()},
        networks={
            region: {name: LockedNetwork(cidr=cidr, layout="v1") for name, cidr in ranges.items()}
            for region, ranges in (networks or {}).items()
        },
    )


def plan_of(manifest: Json, lock: Lock | None = None, release: Collection[str] = ()) -> Planned:
    return make_plan(parsed_manifest(text_of(manifest), FILE), locked(lock), release)


def deployments_of(manifest: Json, role: str = "workload_network", lock: Lock | None = None) -> list[Deployment]:
    """A role's deployments, by name."""
    return [d for d in plan_of(manifest, lock).plan.deployments if d.variant.role == role]


def variants_of(manifest: Json, role: str = "workload_network") -> list[Variant]:
    """A role's variants, by id."""
    return [variant for variant in plan_of(manifest).plan.variants if variant.role == role]


def plan_faults(manifest: Json, lock: Lock | None = None, release: Collection[str] = ()) -> list[Fault]:
    """What stands against the plan; at least one thing."""
    with pytest.raises(InputError) as caught:
        plan_of(manifest, lock, release)
    return list(caught.value.faults)


def ranges_of(lock: Lock) -> dict[tuple[str, str], str]:
    """Every range by Region and account."""
    return {
        (region, name): network.cidr for region, networks in lock.networks.items() for name, network in networks.items()
    }
