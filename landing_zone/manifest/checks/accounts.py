"""Accounts: names, e-mails and ids are unique, OUs and Regions exist, data stays where it may be."""

from __future__ import annotations

from collections.abc import Iterator
from typing import get_args

from landing_zone.fault import excerpt
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.checks.subject import (
    Check,
    Remark,
    Subject,
    listed,
    repeated,
    unknown_region,
    unknown_unit,
)
from landing_zone.manifest.document import Path_
from landing_zone.manifest.model.base import DataClass

MAX_ACCOUNT_EMAIL = 64  # AWS Organizations CreateAccount: 6 to 64 characters


def _names_are_unique(subject: Subject) -> Iterator[Remark]:
    rows = ((account.name, ("accounts", index, "name")) for index, account in enumerate(subject.manifest.accounts))
    for name, path, line in repeated(subject, rows):
        yield Remark(path, f"account name {excerpt(name)} is taken on line {line}")


def _emails_are_unique(subject: Subject) -> Iterator[Remark]:
    pattern, place = subject.manifest.organization.email, ("organization", "email")
    given = _given_emails(subject)
    if "{account}" in pattern:
        derived = _derived_emails(subject, pattern)
        yield from _derived_emails_are_short_enough(derived)
    else:
        derived = []
        hint = f"write {pattern.replace('@', '+{account}@')}"
        message = "has no {account}, so accounts would share one address; AWS needs a different one for each"
        yield Remark(place, message, hint)
    for email, _, path in given:
        if len(email) > MAX_ACCOUNT_EMAIL:
            yield Remark(path, f"{excerpt(email, 80)} has {len(email)} characters; AWS allows {MAX_ACCOUNT_EMAIL}")
    holders: dict[str, str] = {}
    for email, name, path in derived + given:
        if email.lower() in holders:
            other = excerpt(holders[email.lower()])
            yield Remark(path, f"{excerpt(email)} is also that of account {other}; AWS needs a different one for each")
        holders.setdefault(email.lower(), name)


def _given_emails(subject: Subject) -> list[tuple[str, str, Path_]]:
    return [
        (account.email, account.name, ("accounts", index, "email"))
        for index, account in enumerate(subject.manifest.accounts)
        if account.email and subject.sound("accounts", index, "email")
    ]


def _derived_emails(subject: Subject, pattern: str) -> list[tuple[str, str, Path_]]:
    """The e-mail, name and place of every account that has the organization's pattern; core accounts first."""
    places: dict[str, Path_] = dict.fromkeys(tree.CORE_ACCOUNTS, ("organization", "email"))
    for index, account in enumerate(subject.manifest.accounts):
        derives = not account.email and subject.sound("accounts", index, "email")
        if not (derives and subject.sound("accounts", index, "name")):
            places.pop(account.name, None)
        else:
            places.setdefault(account.name, ("accounts", index, "name"))
    return [(pattern.replace("{account}", name), name, place) for name, place in places.items()]


def _derived_emails_are_short_enough(derived: list[tuple[str, str, Path_]]) -> Iterator[Remark]:
    """One remark when the pattern is too long for a core account; else one for each name that makes it so."""
    rows = sorted((len(email), email, path) for email, _, path in derived if len(email) > MAX_ACCOUNT_EMAIL)
    of_the_pattern = [row for row in rows if row[2] == ("organization", "email")]
    for length, email, path in of_the_pattern[-1:] or rows:
        message = f"makes the e-mail {excerpt(email, 80)} with {length} characters; AWS allows {MAX_ACCOUNT_EMAIL}"
        yield Remark(path, message, "shorten it, or give the account an email of its own")


def _ids_are_unique(subject: Subject) -> Iterator[Remark]:
    management = subject.manifest.organization.management_account
    rows: list[tuple[str, Path_]] = [(management, ("organization", "management_account"))] if management else []
    rows += [
        (account.id, ("accounts", index, "id"))
        for index, account in enumerate(subject.manifest.accounts)
        if account.id and not (account.name == "management" and account.id == management)
    ]
    for value, path, line in repeated(subject, rows):
        yield Remark(path, f"account id {excerpt(value)} is taken on line {line}")


def _accounts_are_in_known_ous(subject: Subject) -> Iterator[Remark]:
    for index, account in enumerate(subject.manifest.accounts):
        path: Path_ = ("accounts", index, "ou")
        if (account.ou == "root") == (account.name == "management"):
            yield from unknown_unit(subject, path, account.ou)
        elif subject.sound("accounts", index, "name"):
            yield Remark(path, "only the account 'management' is in the root; every other account is in an OU")


def _core_accounts_stay_in_service(subject: Subject) -> Iterator[Remark]:
    for index, account in enumerate(subject.manifest.accounts):
        unit = subject.units.get(account.ou)
        usual = tree.CORE_ACCOUNTS.get(account.name, "root")
        if usual != "root" and unit and unit.guardrails in ("quarantine", "sandbox"):
            message = (
                f"the core account {excerpt(account.name)} cannot be in OU {excerpt(account.ou)} ({unit.guardrails})"
            )
            yield Remark(("accounts", index, "ou"), message, f"every landing zone needs it; its usual place is {usual}")


def _data_stays_where_it_may_be(subject: Subject) -> Iterator[Remark]:
    fitting = {
        data: listed(path for path, unit in subject.units.items() if unit.admits(data)) for data in get_args(DataClass)
    }
    for index, account in enumerate(subject.manifest.accounts):
        unit = subject.units.get(account.ou)
        if account.name in tree.CORE_ACCOUNTS or unit is None or unit.admits(account.data):
            continue
        if subject.sound("accounts", index, "data") and subject.unit_is_sound(account.ou):
            yield Remark(
                ("accounts", index, "ou"),
                f"account {excerpt(account.name)} holds {account.data}, but OU {excerpt(account.ou)} admits at most "
                f"{unit.data}; OUs that admit it: {fitting[account.data]}",
            )


def _tags_are_not_reserved(subject: Subject) -> Iterator[Remark]:
    for index, account in enumerate(subject.manifest.accounts):
        for key in account.tags:
            if key.lower().startswith(("aws:", "hlz:")):
                message = f"tag {excerpt(key)} has a reserved prefix (aws: or hlz:)"
                yield Remark(("accounts", index, "tags", key), message, at_key=True)


def _account_regions_are_in_use(subject: Subject) -> Iterator[Remark]:
    for index, account in enumerate(subject.manifest.accounts):
        rows: list[tuple[str, Path_]] = [
            (code, ("accounts", index, "regions", position)) for position, code in enumerate(account.regions or ())
        ]
        for code, path in rows:
            yield from unknown_region(subject, path, code)
        for code, path, line in repeated(subject, rows):
            yield Remark(path, f"Region {excerpt(code)} is already given on line {line}")


CHECKS = (
    Check(_names_are_unique),
    Check(_emails_are_unique, needs=(("organization", "email"),)),
    Check(_ids_are_unique),
    Check(_accounts_are_in_known_ous),
    Check(_core_accounts_stay_in_service),
    Check(_data_stays_where_it_may_be),
    Check(_tags_are_not_reserved),
    Check(_account_regions_are_in_use),
)
