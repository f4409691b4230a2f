"""A stored ledger on another day: what was excepted or acknowledged then and is no longer, or not yet, is a finding."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from landing_zone.assurance.exceptions import apply_exceptions, registered
from landing_zone.assurance.finding import Finding
from landing_zone.assurance.ledger.model import ControlEntries, Ledger, Open
from landing_zone.manifest.model import Manifest

Row = Mapping[str, Any]
_PLACE = ("rule", "template", "resource", "path", "line")


def on_day(ledger: Ledger, manifest: Manifest, day: date) -> Ledger:
    """The ledger with findings, acknowledgements and excepted findings as they are on a day.

    Statuses of controls are those of the synthesis, but for ended acknowledgements: `statuses` applies the exceptions.
    """
    ended = [row for row in ledger.acknowledged if row["expires"] and date.fromisoformat(row["expires"]) < day]
    divided = {_place(row) for row in ledger.excepted}
    found = [
        *(row for row in ledger.findings if _place(row) not in divided),  # what exceptions left over is made anew
        *ledger.excepted,
        *ended,
    ]
    everywhere = frozenset(deployment.account for scope in ledger.variants for deployment in scope.deployments)
    accounts = {
        scope.id: frozenset(deployment.account for deployment in scope.deployments) or everywhere
        for scope in ledger.variants
    }
    judged = apply_exceptions(map(Finding.from_json, found), registered(manifest), accounts, day)
    return ledger.model_copy(
        update={
            "findings": tuple(finding.as_json() for finding in judged.remaining),
            "excepted": tuple(row.as_json() for row in judged.excepted),
            "acknowledged": tuple(row for row in ledger.acknowledged if row not in ended),
            "controls": _failing(ledger.controls, ended),
        }
    )


def _place(row: Row) -> tuple[Any, ...]:
    return tuple(row[key] for key in _PLACE)


def _failing(controls: tuple[ControlEntries, ...], ended: list[Row]) -> tuple[ControlEntries, ...]:
    """Controls whose acknowledged findings count again."""
    again: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in ended:
        again[row["control"], row["template"]].append(row)
    if not again:
        return controls
    return tuple(
        control.model_copy(
            update={
                "entries": tuple(
                    entry.model_copy(
                        update={
                            "status": "failed",
                            "reason": f"Acknowledged until {max(row['expires'] for row in rows)}. {entry.reason}",
                            "open": (*entry.open, *map(_open, rows)),
                        }
                    )
                    if (rows := again.get((control.id, entry.scope)))
                    else entry
                    for entry in control.entries
                )
            }
        )
        for control in controls
    )


def _open(row: Row) -> Open:
    return Open(kind="finding", rule=row["rule"], resource=row["resource"], text=row["message"])
