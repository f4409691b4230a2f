"""The lock file beside the manifest: account ids that were learned and address ranges that were given out.

Written only by `hlz plan --write` and `hlz adopt --write`. A network that is no longer asked for keeps its range, so
that nobody is handed addresses that may still be in use; `hlz plan --write --release NAME` frees it.
"""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from landing_zone.fault import Fault, InputError
from landing_zone.manifest.document import Document, read_document
from landing_zone.manifest.explain import faults_of
from landing_zone.manifest.load import validated
from landing_zone.manifest.model.base import AccountId, Cidr, KeyArn, OrganizationId, RegionCode, Section, Slug, Version

MAX_NODES = 200_000  # the largest manifest's accounts, each with its id and a network in a few Regions


class LockedOrganization(Section):
    """What is known of the organization."""

    id: OrganizationId | None = None
    """Organization id."""


class LockedAccount(Section):
    """What is known of an account."""

    id: AccountId
    """Account id."""
    keys: dict[Slug, KeyArn] = {}
    """ARNs of its multi-Region primary keys by data domain, which replicas name."""


class LockedNetwork(Section):
    """A range that was given out."""

    cidr: Cidr
    """Range of the VPC."""
    layout: Annotated[str, Field(pattern=r"^v[0-9]+$")]
    """Layout by which it is cut into subnets."""


class Lock(Section):
    """The lock file."""

    version: Version = 1
    """Version of this format."""
    organization: LockedOrganization = LockedOrganization()
    """What is known of the organization."""
    accounts: dict[Slug, LockedAccount] = {}
    """Account ids by account name."""
    networks: dict[RegionCode, dict[Slug, LockedNetwork]] = {}
    """Ranges by Region and account name."""


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
    ranges = sorted(
        (IPv4Network(network.cidr), region, name)
        for region, networks in loaded.lock.networks.items()
        for name, network in networks.items()
    )
    around: tuple[IPv4Network, str, str] | None = None
    for block, region, name in ranges:  # a block comes before those inside it
        if around and block.subnet_of(around[0]):
            message = f"{block} overlaps {around[0]} of '{around[2]}' in {around[1]}"
            yield loaded.fault(("networks", region, name, "cidr"), message)
        else:
            around = (block, region, name)


_HEADER = "# Written by `hlz plan --write` and `hlz adopt --write`; commit it beside the manifest, do not edit it.\n"


def lock_text(lock: Lock) -> str:
    """The lock as YAML text, sorted, one line for each account and network."""
    lines = [f"version: {lock.version}", f"organization: {_flow({'id': lock.organization.id})}"]
    lines.append("accounts:" if lock.accounts else "accounts: {}")
    lines += [f"  {name}: {_account(account)}" for name, account in sorted(lock.accounts.items())]
    by_region: dict[str, list[str]] = defaultdict(list)
    for region, networks in sorted(lock.networks.items()):
        for name, network in sorted(networks.items()):
            by_region[region].append(f"    {name}: {{cidr: {network.cidr}, layout: {network.layout}}}")
    lines.append("networks:" if by_region else "networks: {}")
    for region, rows in by_region.items():
        lines += [f"  {region}:", *rows]
    return _HEADER + "\n".join(lines) + "\n"


def _account(account: LockedAccount) -> str:
    keys = f", keys: {_flow(dict(sorted(account.keys.items())))}" if account.keys else ""
    return f'{{id: "{account.id}"{keys}}}'


def _flow(entries: Mapping[str, str | None]) -> str:
    return "{" + ", ".join(f"{key}: {json.dumps(text)}" for key, text in entries.items() if text is not None) + "}"
