"""The access matrix: who can reach which account with what, by manifest and lock, whatever is deployed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.load import LoadedManifest
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.model.organization import Account
from landing_zone.plan.identity import Grant, grants
from landing_zone.plan.lock import Lock
from landing_zone.policy_data import policy_data

MANAGEMENT = "management"
GROUP = "group"
ROOT_SESSIONS = "sts:AssumeRoot"


@dataclass(frozen=True)
class Access:
    """One way in, and the accounts it leads to.

    kind: `group`, or that of policies/identity/access.yaml. can: what it may do, in a phrase. session_hours: None where
    nothing ends a session. targets: OUs and accounts as the manifest names them. waits_for: what must be known before
    it can be deployed. source: file, and line where there is one.
    """

    kind: str
    principal: str
    via: str
    can: str
    session_hours: float | None
    mfa: str
    source: str
    accounts: tuple[str, ...]
    targets: tuple[str, ...] = ()
    waits_for: str = ""


@dataclass(frozen=True)
class AccessMatrix:
    """Every way in, the accounts, the ids that are unknown, and what all this does not cover."""

    entries: tuple[Access, ...]
    accounts: tuple[Account, ...]
    ids: Mapping[str, str]
    empty: tuple[str, ...]
    not_covered: tuple[str, ...]

    @property
    def groups(self) -> tuple[Access, ...]:
        """The ways in of groups of people."""
        return tuple(entry for entry in self.entries if entry.kind == GROUP)

    @property
    def others(self) -> tuple[Access, ...]:
        """The other ways in."""
        return tuple(entry for entry in self.entries if entry.kind != GROUP)


def access_matrix(loaded: LoadedManifest, lock: Lock) -> AccessMatrix:
    """Who can reach which account, in time proportional to accounts times assignments."""
    manifest = loaded.manifest
    accounts = tuple(tree.accounts(manifest))
    granted = grants(manifest)
    found = [_group(grant, loaded, lock) for grant in granted]
    shut = (entry for entry in found if not entry.accounts)
    return AccessMatrix(
        entries=(*found, *_others(manifest, accounts, granted)),
        accounts=accounts,
        ids={name: entry.id for name, entry in lock.accounts.items()},
        empty=tuple(f"{entry.principal} with {entry.via}: {', '.join(entry.targets)}" for entry in shut),
        not_covered=tuple(policy_data("identity/access")["not_covered"]),
    )


def _group(grant: Grant, loaded: LoadedManifest, lock: Lock) -> Access:
    identity = loaded.manifest.identity
    external = identity.source == "external"
    rows = [identity.assignments[index] for index in grant.rows]
    lines = [loaded.document.fault(("identity", "assignments", index), "").line for index in grant.rows]
    missing = {
        "the instance's ARN": not (identity.instance_arn or lock.identity.instance),
        "the group's id": external and grant.group not in lock.identity.groups,
        "the identity store's id": not external and not lock.identity.store,
    }
    return Access(
        kind=GROUP,
        principal=grant.group,
        via=grant.permissions.name,
        can=grant.permissions.can,
        session_hours=grant.permissions.session_hours,
        mfa="the identity provider's" if external else "Identity Center's",
        source=f"{Path(loaded.document.file).name}:{','.join(map(str, lines))}",
        accounts=tuple(account.name for account in grant.accounts),
        targets=tuple(row.ou or row.account or "" for row in rows),
        waits_for=", ".join(name for name, unknown in missing.items() if unknown),
    )


def _others(manifest: Manifest, accounts: tuple[Account, ...], granted: tuple[Grant, ...]) -> Iterator[Access]:
    tokens = {
        "${deploy}": manifest.delivery.deploy_account,
        "${qualifier}": manifest.delivery.qualifier,
        "${holders}": ", ".join(manifest.identity.break_glass.holders) or "the manifest names no holders",
        "${root_groups}": ", ".join(_root_groups(granted)) or "no group of the manifest",
    }
    names = tuple(account.name for account in accounts)
    members = tuple(name for name in names if name != MANAGEMENT)
    reached = {"all": names, "members": members, "management": (MANAGEMENT,)}
    for row in policy_data("identity/access")["principals"]:
        if _holds(row.get("when", ""), manifest):
            yield Access(
                kind=row["kind"],
                principal=_filled(row["principal"], tokens),
                via=_filled(row["via"], tokens),
                can=row["can"],
                session_hours=row["session_hours"],
                mfa=row["mfa"],
                source=row["source"],
                accounts=reached[row["in"]],
                targets=(row["in"],),
            )


def _root_groups(granted: tuple[Grant, ...]) -> Iterator[str]:
    for grant in granted:
        opens = any(ROOT_SESSIONS in row["Action"] for row in grant.permissions.statements if row["Effect"] == "Allow")
        if opens and any(account.name == MANAGEMENT for account in grant.accounts):
            yield grant.group


def _filled(text: str, tokens: Mapping[str, str]) -> str:
    for token, value in tokens.items():
        text = text.replace(token, value)
    return text


def _holds(switch: str, manifest: Manifest) -> bool:
    value: Any = manifest
    for step in filter(None, switch.split(".")):
        value = getattr(value, step)
    return bool(value)
