"""What was observed: for each control an observation per status, with the shapes of template that it speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from landing_zone.reports.oscal.document import Identifiers, Json, instant, line, prop, props, prose, without_empty
from landing_zone.reports.oscal.mechanisms import METHODS
from landing_zone.reports.oscal.standing import GOOD
from landing_zone.reports.oscal.system_security_plan import THIS_SYSTEM, component_id, inventory_item_id
from landing_zone.reports.report_input import ReportInput

OPEN_SHOWN = 20
"""Findings in one observation; the report has all."""
_FILES: Mapping[str, str] = {"theorem": "proofs.json", "rule": "landing-zone.json", "resource": "landing-zone.json"}
_ABOUT: Mapping[str, str] = {
    "ledger.json": "Ledger: the control with its evidence in each scope.",
    "proofs.json": "Theorems with assumptions and what blocks.",
    "landing-zone.json": "Index of the assembly: templates with their SHA-256.",
}


def observations(source: ReportInput, evidence: str) -> Iterator[tuple[str, str, Json]]:
    """Triples of control, status and observation. `evidence` is the folder of the evidence, seen from the documents."""
    identifiers = Identifiers(source)
    for control in source.report["controls"]:
        for status in control["counts"]:
            entries = [entry for entry in control["entries"] if entry["status"] == status]
            yield control["id"], status, _observation(source, control, status, entries, identifiers, evidence)


def observation_id(identifiers: Identifiers, control: str, status: str) -> str:
    """UUID of an observation."""
    return identifiers.of("observation", control, status)


def tool_origin(identifiers: Identifiers) -> list[Json]:
    """The origin of what the toolkit says."""
    return [{"actors": [{"type": "tool", "actor-uuid": component_id(identifiers, "tool")}]}]


def _observation(
    source: ReportInput,
    control: Mapping[str, Any],
    status: str,
    entries: list[Mapping[str, Any]],
    identifiers: Identifiers,
    evidence: str,
) -> Json:
    rows = [row for entry in entries for row in entry["evidence"]]
    kinds = sorted({row["kind"] for row in rows})
    open = [f"{row['rule']} {row['resource']}: {row['text']}" for entry in entries for row in entry["open"]]
    files = dict.fromkeys(("ledger.json", *(_FILES[kind] for kind in kinds if kind in _FILES)))
    more = f"{len(open) - OPEN_SHOWN} more are in the report." if len(open) > OPEN_SHOWN else ""
    read = max((row["on"] for row in rows if row["on"]), default=source.report["as_of"])
    return without_empty(
        {
            "uuid": observation_id(identifiers, control["id"], status),
            "title": line(f"{control['id']}: {status}"),
            "description": prose(control["title"], control["expectation"], *open[:OPEN_SHOWN], more),
            "props": [
                prop("control", control["id"]),
                prop("status", status),
                *(one for kind in kinds for one in props(kind, sorted({r["id"] for r in rows if r["kind"] == kind}))),
            ],
            "methods": sorted({METHODS[kind] for kind in kinds}) or ["UNKNOWN"],
            "types": ["control-objective" if status in GOOD else "finding"],
            "origins": tool_origin(identifiers),
            "subjects": list(_subjects(entries, identifiers)),
            "relevant-evidence": [{"href": f"{evidence}{file}", "description": _ABOUT[file]} for file in files],
            "collected": instant(read),
        }
    )


def _subjects(entries: list[Mapping[str, Any]], identifiers: Identifiers) -> Iterator[Json]:
    """Each scope once, with the reasons given for it."""
    reasons: dict[str, list[str]] = {}
    for entry in entries:
        reasons.setdefault(entry["scope"], []).append(entry["reason"])
    for scope, given in reasons.items():
        whole = scope == "organization"
        id = component_id(identifiers, THIS_SYSTEM) if whole else inventory_item_id(identifiers, scope)
        yield {
            "subject-uuid": id,
            "type": "component" if whole else "inventory-item",
            "title": line(scope),
            "remarks": prose(*given),
        }
