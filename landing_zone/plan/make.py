"""From manifest and lock to the plan: allocate, expand, order."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from ipaddress import IPv4Network

from landing_zone.fault import Fault, InputError, excerpt, nearest
from landing_zone.guardrails.compile import Compiled
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.document import Path_
from landing_zone.manifest.load import LoadedManifest
from landing_zone.manifest.model import Manifest
from landing_zone.plan import hub
from landing_zone.plan.addresses import PoolExhausted, Request, allocate
from landing_zone.plan.guardrails import compiled_guardrails
from landing_zone.plan.knowledge import Knowledge, network_regions, network_size
from landing_zone.plan.layout import CURRENT_LAYOUT, LAYOUTS, SIZES
from landing_zone.plan.lock import HUB, LoadedLock, Lock, LockedAccount, LockedNetwork
from landing_zone.plan.model import Deployment, Plan
from landing_zone.plan.names import key_export
from landing_zone.plan.organization import OrganizationOutlook, organization_outlook
from landing_zone.plan.roles import ROLES
from landing_zone.plan.roles.bootstrap import bootstrap
from landing_zone.plan.roles.data_keys import SHARED_BETWEEN_REGIONS
from landing_zone.plan.vending import MANAGEMENT, vending


@dataclass(frozen=True)
class Planned:
    """The plan, the lock it needs, why the lock on disk is not that lock yet, guardrails, and the organization."""

    plan: Plan
    lock: Lock
    stale: tuple[str, ...]
    guardrails: Compiled
    organization: OrganizationOutlook


def make_plan(loaded: LoadedManifest, locked: LoadedLock, release: Collection[str] = ()) -> Planned:
    """Plan the manifest. Accounts in `release` give back their ranges first.

    Raises InputError: the lock contradicts the manifest, a pool is exhausted, an unknown account is released.
    """
    manifest = loaded.manifest
    given = _given_networks(locked.lock, release)
    requests = _requests(manifest)
    faults = [*_contradictions(loaded, locked, given, requests), *_unknown_releases(locked, release)]
    if faults:
        raise InputError(faults)
    ranges, exhausted = allocate(
        requests, manifest.network.pools, {key: network.cidr for key, network in given.items()}
    )
    if exhausted:
        raise InputError([_exhaustion(loaded, error) for error in exhausted])
    lock = _completed_lock(manifest, locked.lock, given, ranges, release)
    known = Knowledge(manifest, lock, compiled_guardrails(loaded, lock))
    deployments = [d for planner in ROLES.values() for d in planner(known)]
    plan = Plan(tuple(sorted(deployments, key=lambda deployment: deployment.name)), bootstrap(known))
    check_dependencies(plan.deployments)
    stale = tuple(_differences(locked, lock))
    return Planned(plan, lock, stale, known.guardrails, organization_outlook(known))


Networks = Mapping[tuple[str, str], LockedNetwork]


def _given_networks(lock: Lock, release: Collection[str]) -> Networks:
    given = {
        (region, account): network
        for region, networks in lock.networks.items()
        for account, network in networks.items()
        if account not in release
    }
    return given | {(region, HUB): hub for region, hub in lock.hubs.items()}


def _requests(manifest: Manifest) -> list[Request]:
    hubs = [Request(hub.PREFIX, HUB, region) for region in hub.hub_regions(manifest)]
    return hubs + [
        Request(SIZES[network_size(account, manifest)], account.name, region)
        for account in tree.accounts(manifest)
        for region in network_regions(account, manifest)
    ]


def _contradictions(
    loaded: LoadedManifest, locked: LoadedLock, given: Networks, requests: list[Request]
) -> Iterator[Fault]:
    manifest, lock = loaded.manifest, locked.lock
    again = "`hlz adopt` reads ids from AWS; a wrong id is removed from the lock by hand"
    if manifest.organization.id and lock.organization.id not in (None, manifest.organization.id):
        message = f"the lock says '{lock.organization.id}', the manifest '{manifest.organization.id}'"
        yield locked.fault(("organization", "id"), message, again)
    locked_names = {account.id: name for name, account in lock.accounts.items()}
    for name, known in _given_ids(manifest).items():
        if name in lock.accounts and lock.accounts[name].id != known:
            message = f"the lock says '{lock.accounts[name].id}', the manifest '{known}'"
            yield locked.fault(("accounts", name, "id"), message, again)
        elif (other := locked_names.get(known, name)) != name:
            message = f"the lock says '{known}' is the id of '{other}', the manifest that of '{name}'"
            yield locked.fault(("accounts", other, "id"), message, again)
    yield from _misplaced_keys(locked, manifest.regions.home)
    wanted = {(request.region, request.account): request.prefix for request in requests}
    pools = {region: [IPv4Network(cidr) for cidr in cidrs] for region, cidrs in manifest.network.pools.items()}
    elsewhere = [IPv4Network(cidr) for link in manifest.network.hybrid for cidr in link.ranges]
    elsewhere += [IPv4Network(cidr) for cidr in manifest.network.on_premises]
    for (region, account), network in given.items():
        place: Path_ = ("hubs", region, "cidr") if account == HUB else ("networks", region, account, "cidr")
        block = IPv4Network(network.cidr)
        release = f"keep what the lock says, or `hlz plan --write --release {account}` gives it a new range"
        if account == HUB:
            release = "keep what the lock says; a hub is not moved, since everything is connected to it"
        layouts = hub.LAYOUTS if account == HUB else LAYOUTS
        if network.layout not in layouts:
            known_layouts = ", ".join(layouts)
            yield locked.fault(place[:-1], f"unknown layout '{network.layout}'; known: {known_layouts}")
        if (region, account) not in wanted:
            continue
        if block.prefixlen != wanted[region, account]:
            message = f"'{account}' holds {block} in {region}; the manifest now asks for a /{wanted[region, account]}"
            yield locked.fault(place, message, release)
        if taken := [other for other in elsewhere if block.overlaps(other)]:
            yield locked.fault(place, f"{block} of '{account}' overlaps {taken[0]} on premises", release)
        elif not any(block.subnet_of(pool) for pool in pools.get(region, [])):
            yield locked.fault(place, f"{block} of '{account}' is outside the pool of {region}", release)


def _misplaced_keys(locked: LoadedLock, home: str) -> Iterator[Fault]:
    """Keys of which no replica can be made: of an unknown domain, another account, or another Region than home."""
    for name, account in locked.lock.accounts.items():
        for domain, arn in account.keys.items():
            place = ("accounts", name, "keys", domain)
            _, _, _, region, owner, _ = arn.split(":")
            if domain not in SHARED_BETWEEN_REGIONS:
                yield locked.fault(place, f"no {domain} key is replicated", nearest(domain, SHARED_BETWEEN_REGIONS))
            elif (region, owner) != (home, account.id):
                message = f"the {domain} key of '{name}' is one of {owner} in {region}, not of {account.id} in {home}"
                yield locked.fault(place, message, f"the right one is exported there as {key_export(domain)}")


def _unknown_releases(locked: LoadedLock, release: Collection[str]) -> Iterator[Fault]:
    holders = {account for networks in locked.lock.networks.values() for account in networks}
    for name in sorted(set(release) - holders):
        message = f"--release {excerpt(name)}: no range is held under that name"
        yield locked.fault(("networks",), message, nearest(name, sorted(holders)))


def _given_ids(manifest: Manifest) -> dict[str, str]:
    ids = {account.name: account.id for account in manifest.accounts if account.id}
    if manifest.organization.management_account:
        ids["management"] = manifest.organization.management_account
    return ids


def _exhaustion(loaded: LoadedManifest, error: PoolExhausted) -> Fault:
    first = error.requests[0]
    more = f" and {len(error.requests) - 1} more" if len(error.requests) > 1 else ""
    return loaded.document.fault(
        ("network", "pools", error.region),
        f"the pool is exhausted: '{first.account}' (/{first.prefix}){more} found no free block; "
        f"{error.free:,} addresses are left",
        "add a second range to the pool, or choose smaller sizes",
    )


def _completed_lock(
    manifest: Manifest,
    lock: Lock,
    given: Networks,
    ranges: Mapping[tuple[str, str], str],
    release: Collection[str],
) -> Lock:
    accounts = dict(lock.accounts)
    accounts.update(
        {
            name: LockedAccount(id=known, adopted=name != MANAGEMENT)
            for name, known in _given_ids(manifest).items()
            if name not in accounts
        }
    )
    everything = dict(given)
    for key, cidr in ranges.items():
        layout = hub.CURRENT_LAYOUT if key[1] == HUB else CURRENT_LAYOUT
        everything.setdefault(key, LockedNetwork(cidr=cidr, layout=layout))
    networks: dict[str, dict[str, LockedNetwork]] = {}
    hubs: dict[str, LockedNetwork] = {}
    for (region, account), network in sorted(everything.items()):
        if account == HUB:
            hubs[region] = network
        else:
            networks.setdefault(region, {})[account] = network
    organization = lock.organization.model_copy(update={"id": manifest.organization.id or lock.organization.id})
    return lock.model_copy(
        update={
            "organization": organization,
            "accounts": dict(sorted(accounts.items())),
            "networks": networks,
            "hubs": hubs,
            "vending": vending(manifest, lock, release),
        }
    )


def _differences(locked: LoadedLock, lock: Lock) -> Iterator[str]:
    if locked.document is None:
        yield "the lock file does not exist"
        return
    before = locked.lock
    if before.organization != lock.organization:
        yield "the organization id is missing"
    for name in sorted(lock.accounts.keys() - before.accounts.keys()):
        yield f"the id of account '{name}' is missing"
    if before.vending or len(lock.vending) > 1:  # one stack for all needs no record
        placed = {name for names in before.vending.values() for name in names}
        if new := {name for names in lock.vending.values() for name in names} - placed:
            yield f"the stacks that make {len(new)} accounts are missing"
    for region in sorted(lock.hubs.keys() - before.hubs.keys()):
        yield f"the range of the hub in {region} is missing"
    for region, networks in lock.networks.items():
        for name in sorted(networks.keys() - before.networks.get(region, {}).keys()):
            yield f"the range of account '{name}' in {region} is missing"
    for region, networks in before.networks.items():
        for name in sorted(networks.keys() - lock.networks.get(region, {}).keys()):
            yield f"the range of account '{name}' in {region} is given back"


def check_dependencies(deployments: Collection[Deployment]) -> None:
    """Raise ValueError when a dependency is unknown or circular; the CDK CLI would end in a stack overflow."""
    names = {deployment.name for deployment in deployments}
    graph = {deployment.name: deployment.depends_on for deployment in deployments}
    unknown = sorted({target for targets in graph.values() for target in targets} - names)
    if unknown:
        raise ValueError(f"dependencies on unknown deployments: {', '.join(unknown)}")
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        raise ValueError(f"circular dependencies: {' -> '.join(error.args[1])}") from None
