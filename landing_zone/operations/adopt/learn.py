"""From what was seen to the lock that says it. Pure; what stands against it is in the findings' faults."""

from __future__ import annotations

from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.load import LoadedManifest
from landing_zone.manifest.model import Manifest
from landing_zone.operations.adopt.accounts import AccountMatch, learn_accounts, learn_unlisted
from landing_zone.operations.adopt.findings import Findings, several
from landing_zone.operations.adopt.observe import Seen
from landing_zone.operations.adopt.units import UnitTree, learn_units, match_units
from landing_zone.plan.knowledge import deployment_name
from landing_zone.plan.lock import LoadedLock, Lock, LockedAccount, LockedOrganization
from landing_zone.plan.model import Environment
from landing_zone.plan.vending import MANAGEMENT


def organization_stacks(manifest: Manifest, lock: Lock) -> tuple[str, ...]:
    """Stacks of ours that make the organization, OUs and accounts. lock: as planned, with every vending stack."""
    place = Environment(MANAGEMENT, manifest.regions.home)
    accounts = (deployment_name("accounts", place, number) for number in lock.vending)
    return (deployment_name("organization", place), *accounts)


def learn_organization(loaded: LoadedManifest, locked: LoadedLock, seen: Seen, findings: Findings) -> Lock:
    """The lock with organization, OUs and accounts as AWS has them."""
    if not seen.id:
        return _before_the_organization(loaded, locked, seen, findings)
    manifest, lock = loaded.manifest, locked.lock
    organization = _organization(loaded, locked, seen, findings)
    units = UnitTree(seen)
    match_units(tree.units(manifest), locked, units, findings)
    match = AccountMatch(loaded, locked, seen, findings)
    match.run()
    treatment = manifest.guardrails.unlisted_accounts
    return lock.model_copy(
        update={
            "organization": organization,
            "units": learn_units(tree.units(manifest), lock.units, seen, units, findings),
            "accounts": learn_accounts(loaded, locked, seen, units, match, findings),
            "unlisted": learn_unlisted(locked, seen, units, match, treatment, findings),
        }
    )


def _organization(loaded: LoadedManifest, locked: LoadedLock, seen: Seen, findings: Findings) -> LockedOrganization:
    before, given = locked.lock.organization, loaded.manifest.organization.id
    if given and given != seen.id:
        message = f"the manifest says '{given}', AWS says '{seen.id}'"
        findings.faults.append(
            loaded.document.fault(("organization", "id"), message, "are these the right credentials?")
        )
    for field, was, now in (("id", before.id, seen.id), ("root", before.root, seen.root)):
        if was is None:
            findings.learn("organization" if field == "id" else "root", now, now)
        elif was != now:
            message = f"the lock says '{was}', AWS says '{now}'"
            hint = "are these the right credentials?"
            findings.faults.append(locked.fault(("organization", field), message, hint))
    if not seen.all_features:
        findings.ask("the organization has consolidated billing only; enable all features in the console first")
    return LockedOrganization(id=seen.id, root=seen.root, adopted=seen.id not in seen.made)


def _before_the_organization(loaded: LoadedManifest, locked: LoadedLock, seen: Seen, findings: Findings) -> Lock:
    """There is no organization yet: the caller's account is the one that will manage it."""
    lock, manifest, id = locked.lock, loaded.manifest, seen.management
    mine = f"account {id}, whose credentials these are, is in no organization"
    if manifest.organization.id:
        findings.faults.append(loaded.document.fault(("organization", "id"), f"{mine}; the manifest names one"))
    elif lock.organization.id:
        findings.faults.append(locked.fault(("organization", "id"), f"{mine}; the lock names one"))
    given, before = manifest.organization.management_account, lock.accounts.get(MANAGEMENT)
    if given and given != id:
        message = f"the credentials are those of {id}, the manifest says {given}"
        findings.faults.append(loaded.document.fault(("organization", "management_account"), message))
    elif before and before.id != id:
        message = f"the credentials are those of {id}, the lock says {before.id}"
        findings.faults.append(locked.fault(("accounts", MANAGEMENT, "id"), message))
    findings.note(f"{mine}: it becomes the management account of the organization that the first deploy makes")
    for path in tree.units(manifest):
        findings.miss("unit", path)
    for account in tree.accounts(manifest):
        if account.name != MANAGEMENT and not account.id:
            findings.miss("account", account.name, ou=account.ou)
    if invited := [account.name for account in tree.accounts(manifest) if account.id]:
        findings.ask(f"{several(invited)} exist already: invite them once the organization exists, then run this again")
    if before is None:
        findings.learn("account", MANAGEMENT, id, adopted=False, ou=None)
    accounts = {**lock.accounts, MANAGEMENT: before or LockedAccount(id=id)}
    return lock.model_copy(update={"accounts": dict(sorted(accounts.items()))})
