"""Which account of AWS is which of the manifest: by id, else by e-mail. A name alone decides nothing, a person does."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from landing_zone.fault import Fault, excerpt
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.document import Path_
from landing_zone.manifest.load import LoadedManifest
from landing_zone.manifest.model.organization import Account
from landing_zone.operations.adopt.findings import Findings, as_slug, lock_text, several
from landing_zone.operations.adopt.observe import Seen, SeenAccount
from landing_zone.operations.adopt.units import UnitTree, adoption_reason
from landing_zone.plan.lock import LoadedLock, LockedAccount, UnlistedAccount
from landing_zone.plan.vending import MANAGEMENT

ACTIVE = "ACTIVE"
CLOSING = frozenset({"SUSPENDED", "PENDING_CLOSURE", "CLOSED"})


class AccountMatch:
    """Matches the accounts of a manifest and its lock with those of an organization."""

    def __init__(self, loaded: LoadedManifest, locked: LoadedLock, seen: Seen, findings: Findings) -> None:
        self._loaded, self._locked, self._seen, self._findings = loaded, locked, seen, findings
        self._by_id = {account.id: account for account in seen.accounts}
        self._places = {account.name: index for index, account in enumerate(loaded.manifest.accounts)}
        self._holders: dict[str, str] = {}
        self._former: list[str] = []  # accounts of the lock that the manifest no longer has
        self.matched: dict[str, SeenAccount] = {}
        """Account of AWS by name in the manifest, or in the lock."""

    def run(self) -> None:
        """Match all; what stands against a match becomes a fault."""
        wanted = tree.accounts(self._loaded.manifest)
        known = {account.name: self._known_id(account) for account in wanted}
        for account in wanted:
            if id := known[account.name]:
                self._match_by_id(account, id)
        self._former = sorted(self._locked.lock.accounts.keys() - known.keys())
        for name in self._former:
            self._match_former(name)
        unknown = [account for account in wanted if not known[account.name]]
        rest = [account for account in unknown if not self._match_by_email(account)]
        for account in rest:
            self._ask_about_name(account)
        self._note_other_emails(wanted)

    def _known_id(self, account: Account) -> str:
        if account.name == MANAGEMENT:
            return self._seen.management
        locked = self._locked.lock.accounts.get(account.name)
        return locked.id if locked else account.id or ""

    def _match_by_id(self, account: Account, id: str) -> None:
        if account.name == MANAGEMENT and (other := self._other_management()):
            self._fault(other)
        elif id not in self._by_id:
            message = f"'{account.name}' is said to be {id}, which is no account of organization {self._seen.id}"
            hint = "correct the id; without one, a new account is made"
            self._fault(self._fault_at_id(account, message, hint))
        else:
            found = self._by_id[id]
            if account.email and account.email.lower() != found.email.lower():
                message = (
                    f"the e-mail of '{account.name}' ({id}) is {excerpt(found.email)} in AWS, not '{account.email}'"
                )
                self._fault(self._fault_at_email(account, message))
            self._claim(account.name, found)

    def _other_management(self) -> Fault | None:
        """What names another management account than AWS does."""
        given = self._loaded.manifest.organization.management_account
        locked = self._locked.lock.accounts.get(MANAGEMENT)
        message = f"the management account of {self._seen.id} is {self._seen.management} in AWS, not "
        if given and given != self._seen.management:
            return self._loaded.document.fault(("organization", "management_account"), message + given)
        if locked and locked.id != self._seen.management:
            return self._locked.fault(("accounts", MANAGEMENT, "id"), message + locked.id)
        return None

    def _match_former(self, name: str) -> None:
        """An account of the lock that the manifest no longer has."""
        id = self._locked.lock.accounts[name].id
        if id in self._by_id:
            self._claim(name, self._by_id[id])
            self._findings.note(
                f"account '{name}' ({id}) is in the lock and not in the manifest; `hlz plan` says what next"
            )
        else:
            text = f"account '{name}' ({id}) has left the manifest and the organization; the lock keeps its line"
            self._findings.note(text)

    def _match_by_email(self, account: Account) -> bool:
        email = self._email(account)
        found = [seen for seen in self._seen.accounts if seen.email.lower() == email.lower()]
        if len(found) > 1:
            message = f"'{account.name}' may be {' or '.join(seen.id for seen in found)}: they share '{email}'"
            self._fault(self._fault_at_email(account, message, "write `id` for the right one"))
        elif found:
            self._claim(account.name, found[0])
        return bool(found)

    def _ask_about_name(self, account: Account) -> None:
        """Names are not unique in AWS, so one decides nothing; what follows from a wrong guess is too much to guess.

        The wrong account would be quarantined, or a second log archive made. A spelling that only comes near is no
        contradiction once the manifest gives an e-mail of its own.
        """
        for seen in self._seen.accounts:
            near = not account.email and as_slug(seen.name) == account.name
            if seen.id in self._holders or seen.state in CLOSING or not (near or seen.name == account.name):
                continue
            message = (
                f"'{account.name}' with e-mail '{self._email(account)}' is not in AWS, but {excerpt(seen.name)} is: "
                f"{seen.id} with e-mail {excerpt(seen.email)}"
            )
            other = "another name" if seen.name == account.name else "an `email` of its own"
            hint = f'write `id: "{seen.id}"` under accounts if it is the same, otherwise {other}'
            self._fault(self._fault_at_email(account, message, hint))

    def _claim(self, name: str, found: SeenAccount) -> None:
        if other := self._holders.get(found.id):
            message = f"account {found.id} ({excerpt(found.name)}, {found.email}) fits both '{other}' and '{name}'"
            if other in self._former:
                hint = f"if '{other}' is '{name}' now, rename its line in the lock"
                self._fault(self._locked.fault(("accounts", other), message, hint))
            else:
                hint = "write `id` or `email` for both"
                self._fault(self._loaded.document.fault(self._place(name), message, hint))
            return
        self._holders[found.id] = name
        self.matched[name] = found
        if found.state != ACTIVE:
            text = f"account '{name}' ({found.id}) is {found.state}: deployments to it fail until AWS says {ACTIVE}"
            self._findings.ask(text + "; take it out of the manifest if it is being closed")

    def _note_other_emails(self, wanted: list[Account]) -> None:
        """Addresses that the pattern would give and AWS does not have: nothing contradicts, settings would be wrong."""
        other = [
            account.name
            for account in wanted
            if not account.email
            and (found := self.matched.get(account.name))
            and self._email(account).lower() != found.email.lower()
        ]
        if other:
            self._findings.ask(
                f"another e-mail in AWS than organization.email gives: {several(other)}; "
                "write `email` for each, since security services invite accounts by it"
            )

    def _email(self, account: Account) -> str:
        return account.email or self._loaded.manifest.organization.email.replace("{account}", account.name)

    def _fault(self, fault: Fault) -> None:
        self._findings.faults.append(fault)

    def _place(self, name: str) -> Path_:
        return ("accounts", self._places[name]) if name in self._places else ("accounts",)

    def _fault_at_id(self, account: Account, message: str, hint: str) -> Fault:
        if account.name in self._locked.lock.accounts and not account.id:
            return self._locked.fault(("accounts", account.name, "id"), message, hint)
        return self._loaded.document.fault((*self._place(account.name), "id"), message, hint)

    def _fault_at_email(self, account: Account, message: str, hint: str = "") -> Fault:
        place: Path_ = (*self._place(account.name), "email") if account.email else ("organization", "email")
        return self._loaded.document.fault(place, message, hint)


def learn_accounts(
    loaded: LoadedManifest, locked: LoadedLock, seen: Seen, units: UnitTree, match: AccountMatch, findings: Findings
) -> dict[str, LockedAccount]:
    """The lock's accounts after this: what was matched, and what the lock knows besides."""
    accounts = dict(locked.lock.accounts)
    wanted = {account.name: account for account in tree.accounts(loaded.manifest)}
    misplaced: dict[tuple[str, str], list[str]] = defaultdict(list)
    for name, found in sorted(match.matched.items()):
        adopted = found.id not in seen.made and name != MANAGEMENT  # no stack could make that one
        ou = units.paths[found.parent]
        before = accounts.get(name)
        keys = before.keys if before else {}
        accounts[name] = LockedAccount(id=found.id, adopted=adopted, ou=ou, keys=keys)
        if before is None:
            findings.learn("account", name, found.id, adopted=adopted, ou=ou)
        else:
            if before.adopted != adopted:
                findings.change("account", name, "adopted", before.adopted, adopted, adoption_reason(adopted))
            if before.ou != ou:
                findings.change("account", name, "ou", before.ou, ou)
        if name in wanted and wanted[name].ou != ou:
            misplaced[ou, wanted[name].ou].append(name)
    for name, account in wanted.items():
        if name not in match.matched:
            findings.miss("account", name, ou=account.ou)
    for (is_in, asked), names in sorted(misplaced.items()):
        findings.ask(
            f"in OU {excerpt(is_in)}, where the manifest says '{asked}': {several(names)}; `hlz plan` shows the moves"
        )
    return dict(sorted(accounts.items()))


def learn_unlisted(
    locked: LoadedLock, seen: Seen, units: UnitTree, match: AccountMatch, treatment: str, findings: Findings
) -> dict[str, UnlistedAccount]:
    """Accounts of the organization that neither manifest nor lock names; those being closed are only reported."""
    unlisted = dict(_unlisted(locked, seen, units, match, treatment, findings))
    listed = {account.id: name for name, account in match.matched.items()}
    for id, before in sorted(locked.lock.unlisted.items()):
        if id not in unlisted:
            why = f"it is '{listed[id]}' now" if id in listed else "it has left the organization or is being closed"
            findings.change("unlisted", before.name, "id", id, None, why)
    return unlisted


def _unlisted(
    locked: LoadedLock, seen: Seen, units: UnitTree, match: AccountMatch, treatment: str, findings: Findings
) -> Iterator[tuple[str, UnlistedAccount]]:
    known = {account.id for account in match.matched.values()}
    for account in sorted(seen.accounts, key=lambda account: account.id):
        if account.id in known:
            continue
        entry = UnlistedAccount(name=lock_text(account.name), ou=units.paths[account.parent])
        closing = account.state in CLOSING
        row = {"id": account.id, "name": account.name, "ou": entry.ou, "state": account.state}
        findings.unlisted.append({**row, "guardrails": "none" if closing else treatment})
        if closing:
            continue
        before = locked.lock.unlisted.get(account.id)
        if before is None:
            findings.learn("unlisted", account.name, account.id, ou=entry.ou)
        elif before != entry:
            findings.change(
                "unlisted", account.name, "seen as", f"{before.name} in {before.ou}", f"{entry.name} in {entry.ou}"
            )
        yield account.id, entry
