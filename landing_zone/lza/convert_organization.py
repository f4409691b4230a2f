"""Organization, Regions, OUs, accounts and contacts of a manifest from those of an LZA configuration."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from landing_zone.fault import Fault, InputError, excerpt
from landing_zone.lza.accounts import Account
from landing_zone.lza.convert_draft import Draft
from landing_zone.lza.convert_names import slug, unique
from landing_zone.lza.entry import Entry
from landing_zone.lza.mapping import table
from landing_zone.lza.organization import ROOT, Unit
from landing_zone.lza.policy_targets import account_path, unit_path, within
from landing_zone.manifest.organization_tree import STANDARD_UNITS
from landing_zone.manifest.regions import regions, residency_profiles

_EMAIL = re.compile(r"[A-Za-z0-9._%+-]+@([A-Za-z0-9-]+\.)+[A-Za-z]{2,}")
_LONGEST_EMAIL = 64
_LONGEST_CORE = len("shared-services")
_PHONE = "+1 555 0100"
_ZONES = 3
_FILES_WITH_HOME = ("global", "network", "security", "iam")
_OWNER = "platform"


def add_regions(draft: Draft) -> None:
    """Home, recovery and additional Regions. Raises InputError: the home Region is not known."""
    settings = draft.configuration.file("global")
    files = (draft.configuration.file(name) for name in _FILES_WITH_HOME)
    home = next((written for file in files if (written := file.get("homeRegion"))), None)
    if home is None or home.text not in regions():
        problem = f"{excerpt(home.text)} is no Region that a manifest can have" if home else "is missing"
        place = home or settings
        raise InputError([Fault(place.file, place.line, place.column, "homeRegion", f"the home Region {problem}")])
    draft.ledger.carried("home Region", "regions.home", home)
    places = {entry.text: entry for entry in settings.each("enabledRegions")}
    usable = [code for code in places if code != home.text and _usable(code)]
    draft.ledger.carried("home Region among the enabled", "regions.home", places.get(home.text))
    recovery = usable[0] if usable else _recovery(home.text)
    draft.set("regions", {"home": home.text, "recovery": recovery})
    if usable:
        because = "the first of the other Regions; copies of logs and backups and the second site are there"
        draft.ledger.changed("recovery Region", "regions.recovery", because, places[recovery])
    else:
        because = f"no other Region is enabled, and copies of logs and backups need one; {recovery} was chosen"
        if regions()[recovery].country != regions()[home.text].country:
            because += ", in another country: look at what may be kept there"
        place = settings.get("enabledRegions") or home
        draft.ledger.changed("recovery Region", "regions.recovery", because, place if place.value == [] else home)
    for code in usable[1:]:
        note = draft.ledger.carried(f"Region {code}", "regions.additional", places[code])
        draft.add("regions.additional", code, note)
    for code, entry in places.items():
        if code not in (home.text, *usable):
            draft.ledger.left(f"Region {code}", f"no Region with {_ZONES} Availability Zones that is known here", entry)
    chosen = [regions()[code] for code in (home.text, recovery, *usable[1:])]
    admitting = (one for one in residency_profiles().values() if all(map(one.allows, chosen)))
    profile = min(admitting, key=lambda one: len(one.countries) or len(regions())).id
    if profile != "us":
        draft.set("residency", {"profile": profile})
        because = "the narrowest profile that admits the Regions; LZA has none"
        draft.ledger.changed("residency", "residency.profile", because, home)


def _usable(code: str) -> bool:
    return code in regions() and len(regions()[code].zones) >= _ZONES


def _recovery(home: str) -> str:
    usual: str | None = table()["recovery_regions"].get(home)
    if usual and _usable(usual):
        return usual
    country = regions()[home].country
    profiles = [one for one in residency_profiles().values() if one.allows(regions()[home])]
    near = sorted(
        (code for code in regions() if code != home and _usable(code)),
        key=lambda code: (
            regions()[code].country != country,
            -sum(one.allows(regions()[code]) for one in profiles),
            code.partition("-")[0] != home.partition("-")[0],
        ),
    )
    return near[0]


def add_units(draft: Draft) -> None:
    """The OU tree: the same shape, names in lower case, a profile and a data class for each by name and use."""
    units: dict[str, Any] = {}
    taken: set[str] = set()
    for unit in sorted(draft.tree.units, key=lambda unit: unit.path.count("/")):
        above = draft.ous.get(unit.parent, "")
        siblings = {path.rpartition("/")[2] for path in taken if _above(path) == above}
        last = unique(unit.path.rpartition("/")[2], siblings)
        path = f"{above}/{last}" if above else "root-unit" if last == "root" else last
        taken.add(path)
        draft.ous[unit.path] = path
        profile, data = _profile(draft, unit)
        draft.profiles[unit.path] = profile
        standard = STANDARD_UNITS.get(path)
        if not (standard and (standard.guardrails, standard.data) == (profile, data)):
            _place(units, path)
            row = _found(units, path)
            row.update({"data": data, "guardrails": profile})
        because = f"guardrail profile {profile}, at most {data} data; LZA has neither"
        if unit_path(unit.path) in draft.phi:
            because += f" ({draft.phi_reason})"
        if unit.ignored:
            because += "; LZA ignores it, here its accounts are under quarantine"
        draft.ledger.changed(
            f"OU {unit.path}", path, because, unit.entry, at=unit.entry or draft.configuration.file("accounts")
        )
    if units:
        draft.set("organizational_units", units)


def _above(path: str) -> str:
    return path.rpartition("/")[0]


def _place(units: dict[str, Any], path: str) -> None:
    """Make the entries down to a path."""
    for depth in range(1, path.count("/") + 2):
        above, _, last = "/".join(path.split("/")[:depth]).rpartition("/")
        siblings = _found(units, above).setdefault("organizational_units", {}) if above else units
        siblings.setdefault(last, {})


def _found(units: Mapping[str, Any], path: str) -> dict[str, Any]:
    first, *rest = path.split("/")
    found: dict[str, Any] = units[first]
    for step in rest:
        found = found["organizational_units"][step]
    return found


def _profile(draft: Draft, unit: Unit) -> tuple[str, str]:
    """Guardrail profile and data class."""
    if unit.ignored:
        return "quarantine", "none"
    path = unit_path(unit.path)
    if within(path, draft.phi):
        return "phi", "phi"
    words = set(slug(unit.path.replace("/", "-")).split("-"))
    row = next((row for row in table()["units"] if words & set(row["words"])), None)
    if row:
        return row["profile"], row["data"]
    if any(within(one, [path]) for one in draft.phi):
        return "foundation", "none"
    return table()["other_units"]["profile"], table()["other_units"]["data"]


def add_accounts(draft: Draft) -> None:
    """Every account with its OU, data class, e-mail and id, and the organization's name and e-mail pattern."""
    _add_organization(draft)
    rows: list[dict[str, Any]] = []
    emails: set[str] = set()
    core: Mapping[str, str] = table()["core_accounts"]
    for account in draft.tree.accounts:
        draft.names[account.name] = unique(core.get(slug(account.name), account.name), draft.names.values())
    tower = draft.configuration.file("global").get("controlTower", "enable")
    governed = bool(tower and tower.flag())
    archive = next((one for one in draft.tree.accounts if draft.names[one.name] == "log-archive"), None)
    for account in draft.tree.accounts:
        row = _account(draft, account, emails)
        if governed and archive and row["name"] != "log-archive":
            _apart(draft, row, draft.ous.get(archive.ou, "security"), account)
        rows.append(row)
    draft.set("accounts", rows)


def _apart(draft: Draft, row: dict[str, Any], ou: str, account: Account) -> None:
    """Control Tower has its two accounts alone in one OU."""
    place = account.entry.get("organizationalUnit")
    if row["name"] == "security" and row["ou"] != ou:
        row["ou"] = ou
        draft.ledger.changed(f"OU of {account.name}", ou, "Control Tower has it beside the log archive", place)
    elif row["name"] != "security" and f"{row['ou']}/".startswith(f"{ou}/"):
        row["ou"] = "phi/production" if row["data"] == "phi" else "infrastructure"
        because = "Control Tower's own OU holds the log archive and the security account alone"
        draft.ledger.changed(f"OU of {account.name}", row["ou"], because, place)


def _account(draft: Draft, account: Account, emails: set[str]) -> dict[str, Any]:
    name, entry, ledger = draft.names[account.name], account.entry, draft.ledger
    written = entry.get("name")
    if name == account.name:
        ledger.carried(f"account {account.name}", f"accounts: {name}", written)
    else:
        because = "names are in lower case here; AWS keeps the old name, and hlz adopt finds the account by its e-mail"
        ledger.changed(f"account {account.name}", f"accounts: {name}", because, written)
    ou, data, why = _ou_and_data(draft, account, name)
    place = entry.get("organizationalUnit")
    ledger.note("changed" if why else "carried", f"OU of {account.name}", ou, why, place or written)
    row: dict[str, Any] = {"name": name, "ou": ou, "owner": _OWNER, "data": data}
    if data == "phi":
        row["recovery"] = "backup-restore"
    if name in table()["core_accounts"].values():
        row["network"] = "none"
        row["environment"] = "shared"
    else:
        said = f"owner {_OWNER}, data {data}" + (", recovery backup-restore" if data == "phi" else "")
        because = f"LZA says neither owner, data class nor recovery tier; written as {said}: look at each"
        ledger.changed(f"owner and data of {account.name}", f"accounts: {name}", because, written)
    email, alone = entry.get("email"), account.email.lower() not in emails
    if _EMAIL.fullmatch(account.email) and alone and len(account.email) <= _LONGEST_EMAIL:
        emails.add(account.email.lower())
        row["email"] = account.email
        ledger.carried(f"e-mail of {account.name}", f"accounts: {name}", email)
    elif email:
        because = f"{excerpt(account.email)} is no address of its own; the organization's pattern takes its place"
        ledger.changed(f"e-mail of {account.name}", "organization.email", because, email)
    description = entry.get("description")
    ledger.left(f"description of {account.name}", "accounts have no description; see applications", description)
    if not account.stand_in and alone:
        draft.ids[name] = account.id
        places = [r for r in draft.configuration.file("accounts").each("accountIds") if _same(r, account)]
        ledger.carried(f"id of {account.name}", "landing-zone.lock.yaml", *places)
        if name == "management":
            draft.set("organization.management_account", account.id)
    return row


def _same(row: Entry, account: Account) -> bool:
    email = row.get("email")
    return bool(email and email.text.strip().lower() == account.email.lower())


def _ou_and_data(draft: Draft, account: Account, name: str) -> tuple[str, str, str]:
    """OU, data class, and why the OU is another one."""
    if name == "management":
        return "root", "none", ""
    phi = within(account_path(account), draft.phi)
    written = draft.ous.get(account.ou, "")
    core = name in table()["core_accounts"].values()
    if account.ou == ROOT or not written:
        ou = "phi/production" if phi else "infrastructure"
        return ou, "phi" if phi else "none", "only the management account may be in the root; every OU must be listed"
    profile, data = _profile(draft, next(unit for unit in draft.tree.units if unit.path == account.ou))
    if core:
        if profile in ("quarantine", "sandbox"):
            return "infrastructure", "none", "a core account cannot be under quarantine or in a sandbox"
        return written, "none", "" if written == account.ou else "OUs are in lower case here"
    if phi and data != "phi":
        return "phi/production", "phi", "it holds PHI, and its OU has accounts that do not"
    why = "" if written == account.ou else "OUs are in lower case here"
    return written, "phi" if phi else "synthetic" if profile == "sandbox" else "none", why


def _add_organization(draft: Draft) -> None:
    accounts = [account for account in draft.tree.accounts if _EMAIL.fullmatch(account.email)]
    place = accounts[0].entry.get("email") if accounts else draft.configuration.file("accounts")
    local, _, domain = (accounts[0].email if accounts else "aws@example.com").partition("@")
    local = local.partition("+")[0]
    if len(f"{local}+{domain}@") + _LONGEST_CORE > _LONGEST_EMAIL:
        local = "aws"
    name = slug(domain.split(".")[-2])
    draft.manifest["organization"] = {"name": name, "email": f"{local}+{{account}}@{domain}"}
    found = place or draft.configuration.file("accounts")
    because = f"LZA names no organization; {excerpt(name)} is of the e-mail addresses: choose one before the first run"
    draft.ledger.changed("name of the organization", "organization.name", because, at=found)
    because = "for accounts without an address of their own; LZA has none, so it follows the first address: look at it"
    draft.ledger.changed("e-mail of accounts that name none", "organization.email", because, at=found)


def add_contacts(draft: Draft) -> None:
    """Contacts from the addresses that alarms go to; telephones are not in an LZA configuration."""
    settings = draft.configuration.file("global")
    topics = [(t.get("name"), e) for t in settings.each("snsTopics", "topics") for e in t.each("emailAddresses")]
    good = [(name.text if name else "", entry) for name, entry in topics if _EMAIL.fullmatch(entry.text)]
    budgets = [e for e in _budget_addresses(settings) if _EMAIL.fullmatch(e.text)]
    security = next((entry for name, entry in good if "secur" in name.lower()), good[0][1] if good else None)
    others = [entry for name, entry in good if security is None or entry.text != security.text]
    pattern = draft.manifest["organization"]["email"]
    derived = pattern.replace("+{account}", "")
    contacts = {
        "security": _contact("Security Office", security, derived),
        "operations": _contact("Platform Team", others[0] if others else security, derived),
    }
    if budgets:
        contacts["billing"] = _contact("Billing", budgets[0], derived)
        draft.ledger.changed("billing contact", "contacts.billing", "who is told of budgets", *budgets)
    draft.set("contacts", contacts)
    because = (
        f"names, and the telephone {_PHONE} which is nobody's, were put in: an LZA configuration has none, and AWS's "
        "alternate contacts need them; replace them before the first run"
    )
    draft.ledger.changed("contacts", "contacts", because, at=security or settings.get("snsTopics") or settings)


def _budget_addresses(settings: Entry) -> Iterator[Entry]:
    for budget in settings.each("reports", "budgets"):
        for notification in budget.each("notifications"):
            if address := notification.get("address"):
                yield address
            yield from notification.each("recipients")


def _contact(name: str, entry: Entry | None, derived: str) -> dict[str, str]:
    return {"name": name, "email": entry.text if entry else derived, "phone": _PHONE}
