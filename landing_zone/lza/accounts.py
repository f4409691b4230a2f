"""The accounts of an LZA configuration, with ids or stand-ins for them."""

from __future__ import annotations

import re
from dataclasses import dataclass

from landing_zone.lza.entry import Entry

ROOT = "Root"
"""LZA's name for the root of the organization."""

MANAGEMENT = "Management"
"""LZA's name for the management account, which may not be changed."""

KINDS = ("mandatoryAccounts", "workloadAccounts")


@dataclass(frozen=True)
class Account:
    """An account: LZA's name for it, 12-digit id, path of its OU, and where it is written.

    ou: `Root` also where none is given.

    stand_in: the configuration does not give the id, so `id` is one that stands for it and that AWS never assigns.
    """

    name: str
    id: str
    ou: str
    email: str
    mandatory: bool
    stand_in: bool
    entry: Entry


def accounts_of(file: Entry) -> tuple[Account, ...]:
    """The accounts of accounts-config.yaml in the order written; those without a name are left out."""
    ids = {
        _text(row, "email").lower(): _text(row, "accountId")
        for row in file.each("accountIds")
        if re.fullmatch(r"[0-9]{12}", _text(row, "accountId"))
    }
    found: list[Account] = []
    for kind in KINDS:
        for entry in file.each(kind):
            if name := _text(entry, "name"):
                email = _text(entry, "email")
                stand_in = f"{len(found) + 1:012d}"
                id_ = ids.get(email.lower(), stand_in)
                ou = _text(entry, "organizationalUnit").strip("/") or ROOT
                found.append(Account(name, id_, ou, email, kind == KINDS[0], id_ == stand_in, entry))
    return tuple(found)


def _text(entry: Entry, key: str) -> str:
    found = entry.get(key)
    return found.text.strip() if found else ""
