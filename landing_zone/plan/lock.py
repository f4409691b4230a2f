"""The lock file beside the manifest: account ids that were learned and address ranges that were given out.

Written only by `hlz plan --write` and `hlz adopt --write`. A network that is no longer asked for keeps its range, so
that nobody is handed addresses that may still be in use; `hlz plan --write --release NAME` frees it.
"""

from __future__ import annotations

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, ValidationError

from landing_zone.fault import Fault, InputError
from landing_zone.manifest.document import Document, read_document
from landing_zone.manifest.explain import faults_of
from landing_zone.manifest.load import validated
from landing_zone.manifest.model.base import (
    AccountId,
    Cidr,
    DirectConnectGatewayId,
    InstanceArn,
    KeyArn,
    OrganizationId,
    OuPath,
    RegionCode,
    RootId,
    Section,
    Slug,
    TransitAttachmentId,
    TransitGatewayId,
    UnitId,
    Version,
)

IdentityStoreId = Annotated[str, Field(pattern=r"^(d-[0-9a-f]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$")]
GroupId = Annotated[str, Field(pattern=r"^([0-9a-f]{10}-)?[A-Fa-f0-9]{8}(-[A-Fa-f0-9]{4}){3}-[A-Fa-f0-9]{12}$")]
AwsName = Annotated[str, Field(min_length=1, max_length=1024)]
VendingStack = Annotated[str, Field(pattern=r"^[1-9][0-9]?$")]
MAX_NODES = 200_000  # the largest manifest's accounts, each with its id and a network in a few Regions


class LockedOrganization(Section):
    """What is known of the organization."""

    id: OrganizationId | None = None
    """Organization id."""
    root: RootId | None = None
    """Id of its root."""
    adopted: bool = False
    """It was there before this landing zone: no stack makes it. So is one whose id the manifest gives."""


class LockedUnit(Section):
    """What is known of an OU."""

    id: UnitId
    """OU id."""
    adopted: bool = False
    """It was there before this landing zone: it is used, and stays out of the organization's stack."""


class LockedAccount(Section):
    """What is known of an account."""

    id: AccountId
    """Account id."""
    adopted: bool = False
    """It was there before this landing zone: it is used, and stays out of the stacks that make accounts."""
    ou: AwsName | None = None
    """Path of the OU in which `hlz adopt` last saw it (`root` for the root)."""
    keys: dict[Slug, KeyArn] = {}
    """ARNs of its multi-Region primary keys by data domain, which replicas name."""


class LockedNetwork(Section):
    """A range that was given out."""

    cidr: Cidr
    """Range of the VPC."""
    layout: Annotated[str, Field(pattern=r"^v[0-9]+$")]
    """Layout by which it is cut into subnets."""


class LockedTransit(Section):
    """What is known of a Region's transit gateway."""

    gateway: TransitGatewayId | None = None
    """Id of the transit gateway."""
    direct_connect_gateway: DirectConnectGatewayId | None = None
    """Id of the Direct Connect gateway, which the home Region's stack makes for all Regions."""
    attachments: dict[Slug, TransitAttachmentId] = {}
    """Ids of attachments that CloudFormation does not tell: by the name of a VPN's site, a peering's other Region, and
    `direct-connect` for the Direct Connect gateway, which serves all its sites."""


class UnlistedAccount(Section):
    """An account of the organization that the manifest lacks."""

    name: AwsName
    """Its name in AWS."""
    ou: AwsName
    """Path of the OU in which it was seen (`root` for the root); the names are AWS's."""


class LockedIdentity(Section):
    """What is known of Identity Center."""

    instance: InstanceArn | None = None
    """ARN of the instance."""
    store: IdentityStoreId | None = None
    """Id of its identity store."""
    groups: dict[AwsName, GroupId] = {}
    """Ids of the groups that the manifest assigns, by display name."""


class Lock(Section):
    """The lock file."""

    version: Version = 1
    """Version of this format."""
    organization: LockedOrganization = LockedOrganization()
    """What is known of the organization."""
    units: dict[OuPath, LockedUnit] = {}
    """Ids of OUs by path."""
    accounts: dict[Slug, LockedAccount] = {}
    """Account ids by account name."""
    unlisted: dict[AccountId, UnlistedAccount] = {}
    """Accounts of the organization that the manifest lacks, by id."""
    identity: LockedIdentity = LockedIdentity()
    """What is known of Identity Center."""
    vending: dict[VendingStack, tuple[Slug, ...]] = {}
    """Accounts by the number of the stack that makes them; an account never changes its stack."""
    networks: dict[RegionCode, dict[Slug, LockedNetwork]] = {}
    """Ranges by Region and account name."""
    hubs: dict[RegionCode, LockedNetwork] = {}
    """Ranges of the hubs by Region."""
    transit: dict[RegionCode, LockedTransit] = {}
    """What is known of the transit gateways by Region."""


@dataclass(frozen=True)
class LoadedLock:
    """A lock without faults of its own; `document` is None when there is no file yet."""

    path: Path
    lock: Lock
    document: Document | None

    def fault(self, path: tuple[str | int, ...], message: str, hint: str = "") -> Fault:
        """A fault at a place in the lock file."""
        if self.document is None:
            return Fault(str(self.path), 1, 1, "", message, hint)
        return self.document.fault(path, message, hint)


def lock_path(manifest: Path) -> Path:
    """`NAME.lock.yaml` beside `NAME.yaml`."""
    return manifest.with_name(f"{manifest.stem}.lock.yaml")


def read_lock(manifest: Path) -> LoadedLock:
    """The lock of a manifest; an empty one when the file does not exist. Raises InputError."""
    path = lock_path(manifest)
    if not os.path.lexists(path):
        return LoadedLock(path, Lock(), None)
    document = read_document(path, max_nodes=MAX_NODES, remedy="restore it from version control")
    try:
        lock = validated(Lock, document.root.plain())
    except ValidationError as error:
        raise InputError(faults_of(error.errors(include_url=False), document, Lock)) from None
    loaded = LoadedLock(path, lock, document)
    if faults := list(_faults_within(loaded)):
        raise InputError(faults)
    return loaded


def _faults_within(loaded: LoadedLock) -> Iterator[Fault]:
    holders: dict[str, str] = {}
    for name, account in loaded.lock.accounts.items():
        if account.id in holders:
            message = f"account id '{account.id}' is also that of '{holders[account.id]}'"
            yield loaded.fault(("accounts", name, "id"), message)
        holders[account.id] = name
    for id, unlisted in loaded.lock.unlisted.items():
        if id in holders:
            yield loaded.fault(("unlisted", id), f"account '{unlisted.name}' is also '{holders[id]}' under accounts")
    stacks: dict[str, str] = {}
    for number, names in loaded.lock.vending.items():
        for position, name in enumerate(names):
            if name in stacks:
                message = f"account '{name}' is made by stack {stacks[name]} already"
                yield loaded.fault(("vending", number, position), message)
            stacks[name] = number
    ranges = sorted(
        (IPv4Network(network.cidr), region, name)
        for region, networks in loaded.lock.networks.items()
        for name, network in networks.items()
    )
    hubs = ((IPv4Network(hub.cidr), region, HUB) for region, hub in loaded.lock.hubs.items())
    ranges = sorted([*ranges, *hubs])
    around: tuple[IPv4Network, str, str] | None = None
    for block, region, name in ranges:  # a block comes before those inside it
        if around and block.subnet_of(around[0]):
            message = f"{block} overlaps {around[0]} of '{around[2]}' in {around[1]}"
            place = ("hubs", region, "cidr") if name == HUB else ("networks", region, name, "cidr")
            yield loaded.fault(place, message)
        else:
            around = (block, region, name)


HUB = "the hub"
"""Stands for a Region's hub where ranges are told apart by account; no account can have this name."""

_HEADER = "# Written by `hlz plan --write` and `hlz adopt --write`; commit it beside the manifest, do not edit it.\n"


def lock_text(lock: Lock) -> str:
    """The lock as YAML text, sorted, one line for each account and network."""
    lines = [f"version: {lock.version}", f"organization: {_flow(_learned(lock.organization))}"]
    if lock.units:
        lines += ["units:", *(f"  {path}: {_flow(_learned(unit))}" for path, unit in sorted(lock.units.items()))]
    lines.append("accounts:" if lock.accounts else "accounts: {}")
    lines += [f"  {name}: {_flow(_learned(account))}" for name, account in sorted(lock.accounts.items())]
    if lock.unlisted:
        lines += ["unlisted:", *(f'  "{id}": {_flow(dict(account))}' for id, account in sorted(lock.unlisted.items()))]
    if identity := _learned(lock.identity):
        lines.append(f"identity: {_flow(identity)}")
    if lock.vending:
        stacks = sorted(lock.vending.items(), key=lambda entry: int(entry[0]))
        lines += ["vending:", *(f'  "{number}": [{", ".join(names)}]' for number, names in stacks)]
    by_region: dict[str, list[str]] = defaultdict(list)
    for region, networks in sorted(lock.networks.items()):
        for name, network in sorted(networks.items()):
            by_region[region].append(f"    {name}: {{cidr: {network.cidr}, layout: {network.layout}}}")
    lines.append("networks:" if by_region else "networks: {}")
    for region, rows in by_region.items():
        lines += [f"  {region}:", *rows]
    if lock.hubs:
        lines += ["hubs:", *(f"  {region}: {_flow(dict(hub))}" for region, hub in sorted(lock.hubs.items()))]
    if lock.transit:
        lines += ["transit:", *(f"  {region}: {_flow(_learned(t))}" for region, t in sorted(lock.transit.items()))]
    return _HEADER + "\n".join(lines) + "\n"


def _learned(section: Section) -> dict[str, Any]:
    """The fields of a section that say something, in the model's order."""
    return section.model_dump(exclude_defaults=True)


def _flow(entries: Mapping[str, Any]) -> str:
    """A mapping in one line. JSON texts are YAML texts; keys are quoted where they are no plain words."""
    return "{" + ", ".join(f"{_key(key)}: {_value(entry)}" for key, entry in entries.items() if entry is not None) + "}"


def _key(key: str) -> str:
    return key if re.fullmatch(r"[a-z][a-z-]*", key) else json.dumps(key, ensure_ascii=False)


def _value(entry: Any) -> str:
    return _flow(dict(sorted(entry.items()))) if isinstance(entry, dict) else json.dumps(entry, ensure_ascii=False)
