"""The OU tree and the core accounts: the standard ones, refined by the manifest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import get_args

from landing_zone.manifest.model.base import DataClass, GuardrailProfile
from landing_zone.manifest.model.organization import Account, OrganizationalUnit
from landing_zone.manifest.model.root import Manifest

MAX_DEPTH = 5  # AWS Organizations quota: OU levels below the root

ORGANIZATION = "organization"
"""The scope of every account, beside account names and OU paths."""

SENSITIVITY: Mapping[str, int] = {name: rank for rank, name in enumerate(reversed(get_args(DataClass)))}


@dataclass(frozen=True)
class Unit:
    """An OU with everything it inherits: its path, most sensitive data class and guardrail profile."""

    path: str
    data: DataClass
    guardrails: GuardrailProfile
    description: str = ""

    def admits(self, data: DataClass) -> bool:
        """Whether an account with this data class may be here."""
        return SENSITIVITY[data] <= SENSITIVITY[self.data]


def _standard(path: str, data: DataClass, guardrails: GuardrailProfile, description: str) -> Unit:
    return Unit(path, data, guardrails, description)


STANDARD_UNITS: Mapping[str, Unit] = {
    unit.path: unit
    for unit in (
        _standard("security", "none", "foundation", "Log archive and security tooling"),
        _standard("infrastructure", "none", "infrastructure", "Network, backup and shared services"),
        _standard("phi", "phi", "phi", "Everything that may hold protected health information"),
        _standard("phi/production", "phi", "phi", "Production with PHI"),
        _standard("phi/recovery", "phi", "phi", "Recovery site with PHI"),
        _standard("phi/nonproduction", "phi", "phi", "Training and test beside PHI, under the same guardrails"),
        _standard("nonphi", "deidentified", "nonphi", "Workloads without PHI"),
        _standard("sandbox", "synthetic", "sandbox", "Experiments with made-up data"),
        _standard("suspended", "none", "quarantine", "Accounts being closed or not in the manifest"),
    )
}

CORE_ACCOUNTS: Mapping[str, str] = {
    "management": "root",
    "log-archive": "security",
    "security": "security",
    "network": "infrastructure",
    "backup": "infrastructure",
    "shared-services": "infrastructure",
}


def units(manifest: Manifest) -> dict[str, Unit]:
    """Every OU by path: the standard tree with the manifest's units merged in."""
    tree = dict(STANDARD_UNITS)
    tree.update(_merged(manifest.organizational_units, "", tree))
    return dict(sorted(tree.items()))


def _merged(
    entries: Mapping[str, OrganizationalUnit], parent: str, known: Mapping[str, Unit]
) -> Iterator[tuple[str, Unit]]:
    for name, entry in entries.items():
        path = f"{parent}/{name}" if parent else name
        base = known.get(path)
        above = known.get(parent) if parent else None
        inherited = base or (replace(above, path=path, description="") if above else Unit(path, "none", "foundation"))
        unit = Unit(
            path,
            entry.data or inherited.data,
            entry.guardrails or inherited.guardrails,
            entry.description or inherited.description,
        )
        yield path, unit
        yield from _merged(entry.organizational_units, path, {**known, path: unit})


def accounts(manifest: Manifest) -> list[Account]:
    """Every account sorted by name: the core accounts (refined where the manifest names them) and the manifest's."""
    given = {account.name: account for account in manifest.accounts}
    core = {
        name: Account(name=name, ou=ou, owner="platform", data="none", network="none", environment="shared")
        for name, ou in CORE_ACCOUNTS.items()
    }
    everything = core | given
    return [everything[name] for name in sorted(everything)]


def accounts_in(manifest: Manifest, scope: str) -> frozenset[str]:
    """Names of the accounts of a scope: an account, an OU path with everything below it, or `organization`.

    A name that is both an account's and an OU's is the account's.
    """
    everything = accounts(manifest)
    if any(account.name == scope for account in everything):
        return frozenset((scope,))
    return frozenset(
        account.name for account in everything if scope == ORGANIZATION or f"{account.ou}/".startswith(f"{scope}/")
    )


def environment_of(account: Account) -> str:
    """The account's environment tag."""
    if account.environment:
        return account.environment
    if account.name in CORE_ACCOUNTS:
        return "shared"
    last = account.ou.rsplit("/", 1)[-1]
    known = {"production": "production", "recovery": "recovery", "nonproduction": "test", "sandbox": "development"}
    return known.get(last, "production")
