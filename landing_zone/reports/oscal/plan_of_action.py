"""What is open: controls that failed, exceptions with the day they end, and what was not evaluated."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from landing_zone.reports.oscal.document import (
    PLAN_OF_ACTION,
    SECURITY_PLAN,
    Identifiers,
    Json,
    instant,
    line,
    metadata,
    prop,
    prose,
    without_empty,
)
from landing_zone.reports.oscal.observations import observations, tool_origin
from landing_zone.reports.report_input import ReportInput

Row = Mapping[str, Any]
FIXES_SHOWN = 10
IN_FORCE = ("in force", "ends soon")


@dataclass(frozen=True)
class _Open:
    """One thing that is open. observed: the status of the control's observation that shows it, or ""."""

    kind: str
    name: str
    control: str
    title: str
    description: str
    statement: str
    status: str
    observed: str
    deadline: str = ""
    mitigation: str = ""
    fixes: tuple[str, ...] = ()
    props: tuple[tuple[str, str], ...] = ()


def plan_of_action(source: ReportInput, evidence: str) -> Json | None:
    """The plan, or None when nothing is open: OSCAL has no plan without items."""
    found = [*_failed(source.report), *_excepted(source.report), *_not_evaluated(source.report)]
    if not found:
        return None
    identifiers = Identifiers(source)
    needed = {(row.control, row.observed) for row in found}
    shown = {
        (control, status): observation
        for control, status, observation in observations(source, evidence)
        if (control, status) in needed
    }
    related = {key: [{"observation-uuid": observation["uuid"]}] for key, observation in shown.items()}
    return {
        "plan-of-action-and-milestones": without_empty(
            {
                "uuid": identifiers.document(PLAN_OF_ACTION),
                "metadata": metadata(source, "Plan of action and milestones"),
                "import-ssp": {"href": SECURITY_PLAN},
                "observations": list(shown.values()),
                "risks": [_risk(row, identifiers, related.get((row.control, row.observed), [])) for row in found],
                "poam-items": [_item(row, identifiers, related.get((row.control, row.observed), [])) for row in found],
            }
        )
    }


def _failed(report: Row) -> Iterator[_Open]:
    fixes: dict[str, dict[str, None]] = {}
    for finding in report["findings"]:
        fixes.setdefault(finding["control"], {})[finding["fix"]] = None
    for control in report["controls"]:
        if "failed" in control["counts"]:
            reasons = [entry["reason"] for entry in control["entries"] if entry["status"] == "failed"]
            yield _Open(
                kind="failed",
                name=control["id"],
                control=control["id"],
                title=f"{control['id']} failed: {control['title']}",
                description=" ".join(dict.fromkeys(reasons)),
                statement=control["expectation"] or control["title"],
                status="open",
                observed="failed",
                fixes=tuple(fixes.get(control["id"], ()))[:FIXES_SHOWN],
            )


def _excepted(report: Row) -> Iterator[_Open]:
    for row in (report.get("exceptions") or {}).get("exceptions", ()):
        holds = row["state"] in IN_FORCE
        named = (("state", row["state"]), ("scope", row["scope"]), ("owner", row["owner"]), ("issue", row.get("issue")))
        cited = tuple(("citation", one["citation"]) for one in row.get("specifications", ()))
        yield _Open(
            kind="exception",
            name=f"{row['control']} {row['scope']} {row['approved']}",
            control=row["control"],
            title=f"{row['control']} excepted for {row['scope']}: {row['title']}",
            description=f"Accepted by {row['approver']} on {row['approved']} until {row['expires']} ({row['state']}).",
            statement=row["assessment"],
            status="deviation-approved" if holds else "open",
            observed="excepted",
            deadline=row["expires"],
            mitigation=row["equivalent_measure"],
            props=(*((name, str(value)) for name, value in named if value), *cited),
        )


def _not_evaluated(report: Row) -> Iterator[_Open]:
    for control in report["controls"]:
        if "not evaluated" in control["counts"]:
            reasons = [entry["reason"] for entry in control["entries"] if entry["status"] == "not evaluated"]
            yield _Open(
                kind="not-evaluated",
                name=control["id"],
                control=control["id"],
                title=f"{control['id']} not evaluated: {control['title']}",
                description=" ".join(dict.fromkeys(reasons)),
                statement="Nobody knows whether it holds until it is examined or somebody says so.",
                status="investigating",
                observed="not evaluated",
            )


def _risk(row: _Open, identifiers: Identifiers, related: list[Json]) -> Json:
    key = (row.kind, row.name)
    mitigation = {"uuid": identifiers.of("mitigation", *key), "description": prose(row.mitigation)}
    return without_empty(
        {
            "uuid": identifiers.of("risk", *key),
            "title": line(row.title),
            "description": prose(row.description),
            "statement": prose(row.statement),
            "props": [prop("control", row.control), *(prop(name, value) for name, value in row.props)],
            "status": row.status,
            "origins": tool_origin(identifiers),
            "mitigating-factors": [mitigation] if row.mitigation else [],
            "deadline": instant(row.deadline) if row.deadline else "",
            "remediations": [
                {
                    "uuid": identifiers.of("remediation", *key, fix),
                    "lifecycle": "recommendation",
                    "title": "Fix",
                    "description": prose(fix),
                }
                for fix in row.fixes
            ],
            "related-observations": related,
        }
    )


def _item(row: _Open, identifiers: Identifiers, related: list[Json]) -> Json:
    return without_empty(
        {
            "uuid": identifiers.of("poam-item", row.kind, row.name),
            "title": line(row.title),
            "description": prose(row.description),
            "props": [prop("kind", row.kind), prop("control", row.control)],
            "related-observations": related,
            "related-risks": [{"risk-uuid": identifiers.of("risk", row.kind, row.name)}],
        }
    )
