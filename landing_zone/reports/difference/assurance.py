"""Changes of what is assured: controls, guardrails, theorems and network paths."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from landing_zone.assurance.ledger.model import STATUSES, Ledger, worst
from landing_zone.reports.difference.model import Change, Severity

_LABELLED = ("phi", "internet", "hybrid")


def control_changes(before: Ledger, after: Ledger) -> Iterator[Change]:
    """Controls whose worst status in any scope is another, or that are gone."""
    old, new = _statuses(before), _statuses(after)
    for id in sorted(old.keys() | new.keys()):
        if id not in new:
            yield Change("control", id, "high", f"Control {id} is no longer in the catalogue.", _pair(old[id], None))
        elif id not in old:
            yield Change("control", id, "good", f"Control {id} is new in the catalogue.", _pair(None, new[id]))
        elif old[id] != new[id]:
            worse = STATUSES.index(new[id]) < STATUSES.index(old[id])
            severity: Severity = "high" if worse else "good"
            yield Change("control", id, severity, f"Control {id}: {old[id]} → {new[id]}.", _pair(old[id], new[id]))


def guardrail_changes(before: Ledger, after: Ledger) -> Iterator[Change]:
    """Guardrails that reach more or fewer targets."""
    old, new = _targets(before), _targets(after)
    for id in sorted(old.keys() | new.keys()):
        lost = sorted(old.get(id, set()) - new.get(id, set()))
        gained = sorted(new.get(id, set()) - old.get(id, set()))
        if lost:
            text = f"Guardrail {id} no longer holds on {', '.join(lost)}."
            yield Change("guardrail", id, "high", text, {"lost": lost, "gained": gained})
        elif gained:
            text = f"Guardrail {id} now holds on {', '.join(gained)} as well."
            yield Change("guardrail", id, "good", text, {"lost": lost, "gained": gained})


def theorem_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Theorems with another verdict. The documents are those of `hlz prove --json`."""
    old, new = _verdicts(before), _verdicts(after)
    for id in sorted(old.keys() | new.keys()):
        was, now = old.get(id), new.get(id)
        if was == now:
            continue
        severity: Severity = "good"
        if now == "REFUTED":
            severity = "critical"
        elif now == "UNKNOWN":
            severity = "high" if was == "PROVED" else "medium"
        elif now is None:  # nothing is left that it speaks of
            severity = "medium"
        text = f"Theorem {id}: {was or 'not asked'} → {now or 'not asked'}."
        yield Change("theorem", id, severity, text, _pair(was, now))


def path_changes(before: Mapping[str, bool], after: Mapping[str, bool]) -> Iterator[Change]:
    """Network paths between segments (`a → b` to whether a firewall stands on every one of them)."""
    for path in sorted(before.keys() | after.keys()):
        if path not in before:
            bears = any(label in path for label in _LABELLED)
            past = "past the firewall" if not after[path] else "through the firewall"
            severity: Severity = "high" if bears else "medium"
            yield Change("network path", path, severity, f"Packets can go {path} now, {past}.", {"what": "added"})
        elif path not in after:
            yield Change("network path", path, "medium", f"Packets can no longer go {path}.", {"what": "removed"})
        elif before[path] and not after[path]:
            yield Change("network path", path, "high", f"{path}: past the firewall now.", {"what": "opened"})
        elif after[path] and not before[path]:
            yield Change("network path", path, "good", f"{path}: through a firewall now.", {"what": "inspected"})


def _pair(before: str | None, after: str | None) -> dict[str, Any]:
    return {"before": before, "after": after}


def _statuses(ledger: Ledger) -> dict[str, Any]:
    return {row.id: worst(tuple(entry.status for entry in row.entries)) for row in ledger.controls}


def _targets(ledger: Ledger) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for control in ledger.controls:
        for entry in control.entries:
            for evidence in entry.evidence:
                if evidence.kind == "guardrail":
                    found.setdefault(evidence.id, set()).update(evidence.targets)
    return found


def _verdicts(document: Mapping[str, Any]) -> dict[str, str]:
    return {str(row["id"]): str(row["verdict"]) for row in document.get("results", ())}
