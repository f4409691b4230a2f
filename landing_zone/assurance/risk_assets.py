"""The assets of the risk-analysis worksheet: groups of accounts, what they store, networks, links, identities, keys.

Accounts of one OU, data class and recovery tier are one group whatever their number, so that the id of a group does not
change when the next account joins it. Core accounts stand for themselves.
"""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from landing_zone.assurance.threats import AssetKind
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.organization import Account


@dataclass(frozen=True)
class Asset:
    """Something that threats are asked about.

    id: `KIND.NAME`; a name of a group is `OU.DATA.TIER`. data: data class of its accounts, "" where it has none.
    accounts: whom it concerns. stores: kinds of stores that the inventory finds there; None where it was not asked.
    details: what a person reads besides.
    """

    kind: AssetKind
    name: str
    title: str
    data: str = ""
    accounts: tuple[str, ...] = ()
    stores: tuple[str, ...] | None = ()
    details: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """Stable as long as the asset's name is."""
        return f"{self.kind}.{self.name}"

    def as_json(self) -> dict[str, Any]:
        """The row of the document."""
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "data": self.data,
            "accounts": list(self.accounts),
            "stores": list(self.stores or ()),
            "details": list(self.details),
        }


def assets(manifest: Manifest, inventory_document: Mapping[str, Any] | None) -> list[Asset]:
    """Every asset, sorted by id. Without an inventory every group stores something, and there are no keys."""
    found = [
        *_accounts_and_stores(manifest, inventory_document),
        *_networks(manifest),
        *_identities(manifest),
        *_keys(inventory_document),
        *_associates(manifest),
    ]
    return sorted(found, key=lambda asset: asset.id)


def _groups(manifest: Manifest) -> dict[str, list[Account]]:
    """Accounts by the name of their group."""
    groups: dict[str, list[Account]] = defaultdict(list)
    for account in tree.accounts(manifest):
        is_core = account.name in tree.CORE_ACCOUNTS
        groups[account.name if is_core else f"{account.ou}.{account.data}.{account.recovery}"].append(account)
    return groups


def _title(name: str, members: list[Account]) -> str:
    if name in tree.CORE_ACCOUNTS:
        return f"account {name}"
    first = members[0]
    data = {"none": "without data to protect", "phi": "with PHI"}.get(first.data, f"with {first.data} data")
    tier = "no recovery tier" if first.recovery == "none" else first.recovery
    return f"accounts {data} in {first.ou}, {tier}"


def _accounts_and_stores(manifest: Manifest, document: Mapping[str, Any] | None) -> Iterator[Asset]:
    stores = _stores_by_account(document) if document is not None else None
    for name, members in _groups(manifest).items():
        names, data = tuple(account.name for account in members), members[0].data
        title, owners = _title(name, members), sorted({f"owner: {account.owner}" for account in members})
        kind: AssetKind = "core" if name in tree.CORE_ACCOUNTS else "workload"
        applications = sorted({f"application: {text}" for account in members for text in account.applications})
        yield Asset(kind, name, title, data, names, details=(*owners, *applications))
        held = None if stores is None else sorted({what for account in names for what in stores[account]})
        if held is None or held:
            yield Asset("stores", name, f"stores of {title}", data, names, None if held is None else tuple(held))


def _stores_by_account(document: Mapping[str, Any]) -> dict[str, set[str]]:
    """Kinds of stores by account; without a name of an account where a template is not of this manifest."""
    accounts = {scope["id"]: scope["accounts"] for scope in document["scopes"]}
    found: dict[str, set[str]] = defaultdict(set)
    for row in document["rows"]:
        if row["kind"] == "store":
            for scope in row["scopes"]:
                for account in accounts[scope]:
                    found[account].add(row["what"])
    return found


def _networks(manifest: Manifest) -> Iterator[Asset]:
    default = manifest.network.default_size
    for name, members in _groups(manifest).items():
        joined = tuple(account.name for account in members if (account.network or default) != "none")
        if joined:
            yield Asset("network", name, f"networks of {_title(name, members)}", members[0].data, joined)
    if manifest.network.hub.enabled:
        for region in dict.fromkeys((manifest.regions.home, manifest.regions.recovery)):
            yield Asset("hub", region, f"network hub in {region}", accounts=("network",))
    for link in manifest.network.hybrid:
        details = (f"kind: {link.kind}", *(f"range: {block}" for block in link.ranges))
        yield Asset("link", link.name, f"connection to {link.name}", accounts=("network",), details=details)


def _identities(manifest: Manifest) -> Iterator[Asset]:
    assigned: dict[str, set[str]] = defaultdict(set)
    for assignment in manifest.identity.assignments:
        where = assignment.account or assignment.ou
        assigned[assignment.permission_set].add(f"group: {assignment.group}, in {where}")
    for name, groups in assigned.items():
        yield Asset("identity", name, f"permission set {name}", details=tuple(sorted(groups)))
    if manifest.identity.break_glass.enabled:
        holders = tuple(f"holder: {holder}" for holder in sorted(manifest.identity.break_glass.holders))
        yield Asset("emergency", "break-glass", "emergency access in every account", details=holders)
    deploys = manifest.delivery.deploy_account
    yield Asset("pipeline", deploys, f"deployment pipeline in {deploys}", accounts=(deploys,))


def _keys(document: Mapping[str, Any] | None) -> Iterator[Asset]:
    if document is None:
        return
    accounts = {scope["id"]: scope["accounts"] for scope in document["scopes"]}
    domains: dict[str, set[str]] = defaultdict(set)
    for key in document["keys"]:
        domains[key["domain"] or key["role"]].update(name for scope in key["scopes"] for name in accounts[scope])
    for domain, names in domains.items():
        name = _name_of(domain)
        yield Asset("key", name, f"customer managed keys: {domain}", accounts=tuple(sorted(names)))


def _associates(manifest: Manifest) -> Iterator[Asset]:
    agreements: dict[str, set[str]] = defaultdict(set)
    for agreement in manifest.agreements:
        agreements[agreement.party].update(
            account for scope in agreement.covers for account in tree.accounts_in(manifest, scope)
        )
    for party, names in agreements.items():
        yield Asset("associate", _name_of(party), party, accounts=tuple(sorted(names)))


def _name_of(text: str) -> str:
    """A text as part of an id: as it is if it is a plain name, otherwise shortened and told apart by a digest."""
    plain = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:40]
    return plain if plain == text else f"{plain}-{hashlib.sha256(text.encode()).hexdigest()[:6]}"
