"""The OUs, accounts and Regions of an LZA configuration, and which of them `deploymentTargets` mean."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from landing_zone.fault import Fault, excerpt, nearest
from landing_zone.lza.accounts import KINDS, MANAGEMENT, ROOT, Account, accounts_of
from landing_zone.lza.configuration import Configuration
from landing_zone.lza.entry import Entry

__all__ = ["MANDATORY_ACCOUNTS", "ROOT", "Account", "OrganizationTree", "Targets", "Unit", "organization_of"]

MANDATORY_ACCOUNTS = (MANAGEMENT, "LogArchive", "Audit")


@dataclass(frozen=True)
class Unit:
    """An OU by its path, e.g. `Workloads/Prod`; `ignored`: LZA leaves it and its accounts alone.

    entry: where it is written; None for a parent that only the path of another OU mentions.
    """

    path: str
    ignored: bool
    entry: Entry | None

    @property
    def parent(self) -> str:
        """The path of the OU above, or `Root`."""
        return self.path.rpartition("/")[0] or ROOT


@dataclass(frozen=True)
class Targets:
    """What `deploymentTargets` name.

    units, accounts: as written, excluded accounts left out; a policy is attached to these. deployed: the accounts that
    LZA deploys to: of the accounts of an OU only those directly in it, of `Root` all, of an ignored OU none. regions:
    enabled and not excluded. faults: names that do not exist. unknown: names that are looked up at deployment.
    """

    units: tuple[str, ...]
    accounts: tuple[str, ...]
    deployed: tuple[Account, ...]
    excluded_accounts: tuple[str, ...]
    excluded_regions: tuple[str, ...]
    regions: tuple[str, ...]
    faults: tuple[Fault, ...]
    unknown: tuple[Entry, ...]

    @property
    def empty(self) -> bool:
        """Whether nothing is named at all."""
        return not (self.units or self.accounts or self.unknown)


@dataclass(frozen=True)
class OrganizationTree:
    """OUs and accounts in the order written, and the enabled Regions, home Region first."""

    units: tuple[Unit, ...]
    accounts: tuple[Account, ...]
    regions: tuple[str, ...]
    faults: tuple[Fault, ...]

    @cached_property
    def unit_paths(self) -> tuple[str, ...]:
        """Paths of all OUs, the root first."""
        return (ROOT, *(unit.path for unit in self.units))

    def account(self, name: str) -> Account | None:
        """The account of this name."""
        return next((account for account in self.accounts if account.name == name), None)

    def accounts_in(self, path: str) -> tuple[Account, ...]:
        """The accounts of an OU and of all OUs below it; of `Root` all."""
        return tuple(account for account in self.accounts if path in self.levels(account))

    def levels(self, account: Account) -> tuple[str, ...]:
        """What an account inherits policies from: `Root`, then the OUs down to its own."""
        return (ROOT, *_ancestry(account.ou))

    def inheriting(self, targets: Targets) -> tuple[Account, ...]:
        """The accounts that a policy attached to the targets applies to, by inheritance as AWS Organizations has it.

        The management account is left out: neither service nor resource control policies restrict it.
        """
        return tuple(
            account
            for account in self.accounts
            if account.name != MANAGEMENT
            and (account.name in targets.accounts or set(targets.units) & set(self.levels(account)))
        )

    def targets_of(self, entry: Entry | None) -> Targets:
        """What an entry's `deploymentTargets` (or an entry that is one itself, or `shareTargets`) mean."""
        targets = (entry.get("deploymentTargets") or entry) if entry else None
        names = tuple(account.name for account in self.accounts)
        faults: list[Fault] = []
        unknown: list[Entry] = []

        def named(key: str, allowed: tuple[str, ...], what: str) -> tuple[str, ...]:
            found: list[str] = []
            for item in targets.each(key) if targets else []:
                text = item.text.strip("/")
                if item.unresolved:
                    unknown.append(item)
                elif text in allowed:
                    found.append(text)
                else:
                    message = f"{what} {excerpt(item.text)} does not exist in the configuration"
                    faults.append(item.fault(message, nearest(item.text, allowed)))
            return tuple(dict.fromkeys(found))

        units = named("organizationalUnits", self.unit_paths, "OU")
        accounts = named("accounts", names, "account")
        excluded = named("excludedAccounts", names, "account")
        ignored = {unit.path for unit in self.units if unit.ignored}
        left_out = tuple(item.text for item in targets.each("excludedRegions")) if targets else ()
        return Targets(
            units=units,
            accounts=tuple(name for name in accounts if name not in excluded),
            deployed=tuple(
                account
                for account in self.accounts
                if account.name not in excluded
                and account.ou not in ignored
                and (account.name in accounts or {account.ou, ROOT} & set(units))
            ),
            excluded_accounts=excluded,
            excluded_regions=left_out,
            regions=tuple(region for region in self.regions if region not in left_out),
            faults=tuple(faults),
            unknown=tuple(unknown),
        )


def organization_of(configuration: Configuration) -> OrganizationTree:
    """The organization that a configuration describes; what contradicts itself in it is in `faults`."""
    faults: list[Fault] = []
    units = _units(configuration.file("organization"), faults)
    accounts = accounts_of(configuration.file("accounts"))
    # Without one of the two files, what it would hold cannot be missing.
    if "organization" in configuration.files:
        paths = (ROOT, *units)
        for account in accounts:
            if account.ou not in paths:
                place = account.entry.get("organizationalUnit") or account.entry
                message = f"OU {excerpt(account.ou)} does not exist in organization-config.yaml"
                faults.append(place.fault(message, nearest(account.ou, paths)))
    else:
        units = {path: Unit(path, False, None) for account in accounts for path in _ancestry(account.ou)}
    faults += _account_faults(configuration, accounts)
    settings = configuration.file("global")
    home = settings.get("homeRegion")
    regions = [
        region.text
        for region in (home, *settings.each("enabledRegions"))
        if region and region.text and not region.unresolved
    ]
    return OrganizationTree(tuple(units.values()), accounts, tuple(dict.fromkeys(regions)), tuple(sorted(set(faults))))


def _units(file: Entry, faults: list[Fault]) -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for entry in file.each("organizationalUnits"):
        name = entry.get("name")
        path = (name.text if name else "").strip("/")
        if not name or not path:
            faults.append(entry.fault("an OU needs a `name`"))
        elif path != ROOT and path in units and units[path].entry:
            faults.append(name.fault(f"OU {excerpt(path)} is given twice"))
        elif path != ROOT:
            ignore = entry.get("ignore")
            units[path] = Unit(path, bool(ignore and ignore.flag()), entry)
    for unit in list(units.values()):
        for above in _ancestry(unit.path):
            if above not in units and unit.entry:
                message = f"the OU above, {excerpt(above)}, is not listed"
                faults.append(unit.entry.fault(message, f"add `- name: {above}` before it"))
                units[above] = Unit(above, False, None)
    return units


def _account_faults(configuration: Configuration, accounts: tuple[Account, ...]) -> Iterator[Fault]:
    file = configuration.file("accounts")
    for kind in KINDS:
        for entry in file.each(kind):
            name = entry.get("name")
            if not name or not name.text.strip():
                yield entry.fault("an account needs a `name`")
    seen: dict[str, Account] = {}
    for account in accounts:
        if account.name in seen:
            yield account.entry.fault(f"account {excerpt(account.name)} is given twice")
        seen[account.name] = account
        if account.name != MANAGEMENT and not account.entry.get("organizationalUnit"):
            yield account.entry.fault(f"account {excerpt(account.name)} has no OU; it is read as directly in the root")
    if "accounts" in configuration.files:
        for required in MANDATORY_ACCOUNTS:
            if required not in seen:
                place = file.get(KINDS[0]) or file
                yield place.fault(f"LZA requires an account named {required}", nearest(required, seen))


def _ancestry(path: str) -> Iterator[str]:
    """An OU's path and those of the OUs above it, from the top."""
    parts = path.split("/") if path != ROOT else []
    for length in range(1, len(parts) + 1):
        yield "/".join(parts[:length])
