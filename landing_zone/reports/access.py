"""The access matrix as a document, JSON and CSV. The same inputs give the same bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from landing_zone.assembly.synthesis import Checked, provenance
from landing_zone.plan.access import AccessMatrix, access_matrix
from landing_zone.reports.csv_text import csv_text

ACCESS_JSON = "access.json"
ACCESS_CSV = "access.csv"
_ENTRY = ("kind", "principal", "via", "can", "session_hours", "mfa", "waits_for", "source")
_ACCOUNT = ("account", "id", "ou", "data")


def access_of_plan(checked: Checked) -> AccessMatrix:
    """The access matrix of a checked plan."""
    return access_matrix(checked.loaded, checked.planned.lock)


def access_document(checked: Checked, matrix: AccessMatrix) -> dict[str, Any]:
    """Ways in by number; accounts with the numbers of theirs. So it grows with accounts, not with their product."""
    origin = provenance(checked)
    entries = matrix.entries
    numbers: dict[str, list[int]] = {account.name: [] for account in matrix.accounts}
    for number, entry in enumerate(entries):
        for name in entry.accounts:
            numbers[name].append(number)
    return {
        "about": {key: origin[key] for key in ("manifest_sha256", "sources_sha256", "tools")},
        "totals": {
            "accounts": len(matrix.accounts),
            "groups": len({entry.principal for entry in matrix.groups}),
            "assignments": sum(len(entry.accounts) for entry in matrix.groups),
        },
        "entries": [
            {
                "number": number,
                **{column: getattr(entry, column) for column in _ENTRY},
                "targets": list(entry.targets),
                "accounts": len(entry.accounts),
            }
            for number, entry in enumerate(entries)
        ],
        "accounts": [
            {
                "account": account.name,
                "id": matrix.ids.get(account.name),
                "ou": account.ou,
                "data": account.data,
                "entries": numbers[account.name],
            }
            for account in matrix.accounts
        ],
        "empty": list(matrix.empty),
        "not_covered": list(matrix.not_covered),
    }


def access_json(document: Mapping[str, Any]) -> str:
    """The document as JSON, one line for each way in and each account."""
    parts = []
    for key, value in document.items():
        if key in ("entries", "accounts"):
            rows = ",\n".join(f"  {json.dumps(row, ensure_ascii=False)}" for row in value)
            parts.append(f' "{key}": [\n{rows}\n ]')
        else:
            parts.append(f' "{key}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def access_csv(document: Mapping[str, Any]) -> str:
    """A row for each account and way in (RFC 4180)."""
    entries = document["entries"]
    rows = (
        [*(account[column] for column in _ACCOUNT), *(_entry_cell(entries[number], account, c) for c in _ENTRY)]
        for account in document["accounts"]
        for number in account["entries"]
    )
    return csv_text([*_ACCOUNT, *_ENTRY], rows)


def _entry_cell(entry: Mapping[str, Any], account: Mapping[str, Any], column: str) -> Any:
    """What an account's row says; a group waits for the account's id, too."""
    if column == "waits_for" and entry["kind"] == "group" and account["id"] is None:
        return ", ".join(filter(None, (entry["waits_for"], "the account's id")))
    return entry[column]
