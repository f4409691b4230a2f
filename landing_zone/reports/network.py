"""Proofs and maps of a checked plan, for the files beside an assembly. Kept by their inputs, as variants are."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from landing_zone.assembly.synthesis import Checked
from landing_zone.manifest.load import LoadedManifest
from landing_zone.plan.assumed import with_assumed_ids
from landing_zone.plan.lock import LoadedLock, lock_text
from landing_zone.plan.make import make_plan
from landing_zone.proof.network.collection import without_collection
from landing_zone.proof.network.model import Network
from landing_zone.proof.network.of_plan import NETWORK_ROLES, identities, stacks_of_plan
from landing_zone.proof.network.prove import not_evaluated, permitted, prove_network
from landing_zone.proof.network.read import read_network
from landing_zone.reports.network_map import network_map
from landing_zone.reports.network_map_view import flows_of
from landing_zone.reports.proofs import proofs_document
from landing_zone.whole_file import write_whole

ORGANIZATION_MAP = "network.svg"
PROOFS_JSON = "proofs.json"


@dataclass(frozen=True)
class NetworkReport:
    """The proofs' document, and the maps' texts by file name."""

    proofs: Mapping[str, Any]
    maps: Mapping[str, str]


def assumed(loaded: LoadedManifest, locked: LoadedLock) -> LoadedLock:
    """The lock with made-up ids for what is not known yet."""
    return replace(locked, lock=with_assumed_ids(locked.lock, loaded.manifest))


def network_of(
    loaded: LoadedManifest,
    locked: LoadedLock,
    templates: Mapping[str, Mapping[str, Any]],
    segments: Mapping[str, str] | None = None,
) -> Network:
    """The network of a manifest, accounts by name, with made-up ids where none is known. templates: by variant id."""
    locked = assumed(loaded, locked)
    lock, plan = locked.lock, make_plan(loaded, locked).plan
    origins = identities(loaded.manifest, plan, templates, lock)
    network = read_network(stacks_of_plan(plan, templates), segments or {}, origins)
    names = {account.id: name for name, account in lock.accounts.items()}
    vpcs = {key: replace(vpc, account=names[vpc.account]) for key, vpc in network.vpcs.items()}
    return replace(network, vpcs=vpcs)


def drawn(network: Network, name: str) -> Mapping[str, str]:
    """The maps of a network by file name, with an arrow for whatever the prover finds permitted."""
    return network_map(network, flows_of(permitted(network)), title=f"Network of {name}", organization=name)


def network_report(checked: Checked, cache: Path) -> NetworkReport:
    """Proofs and maps; from the cache when nothing changed."""
    lock = checked.planned.lock
    templates = {id: variant.template for id, variant in checked.variants.items() if variant.role in NETWORK_ROLES}
    inputs = json.dumps([checked.sources_sha256, checked.loaded.digest, lock_text(lock), templates])
    entry = cache / f"network-{sha256(inputs.encode()).hexdigest()}.json"
    with suppress(OSError, ValueError, KeyError, TypeError):
        digest, _, payload = entry.read_text(encoding="utf-8").partition("\n")
        if digest == sha256(payload.encode()).hexdigest():
            return NetworkReport(**json.loads(payload))
    path = Path(checked.loaded.document.file)
    with without_collection():
        network = network_of(checked.loaded, LoadedLock(path, lock, None), templates)
        report = NetworkReport(
            proofs_document(network, prove_network(network), not_evaluated(network)),
            drawn(network, checked.loaded.manifest.organization.name),
        )
    payload = json.dumps(vars(report))
    with suppress(OSError):
        cache.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(entry, sha256(payload.encode()).hexdigest() + "\n" + payload)
    return report
