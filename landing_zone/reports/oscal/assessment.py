"""How the landing zone was assessed, and what came of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from landing_zone.reports.oscal.document import (
    ASSESSMENT_PLAN,
    ASSESSMENT_RESULTS,
    SECURITY_PLAN,
    Identifiers,
    Json,
    instant,
    line,
    metadata,
    prop,
    prose,
    statement_id,
    without_empty,
)
from landing_zone.reports.oscal.mechanisms import MECHANISMS
from landing_zone.reports.oscal.observations import observation_id, observations, tool_origin
from landing_zone.reports.oscal.standing import REMARKS, implementation_state, objective_status
from landing_zone.reports.oscal.system_security_plan import component_id
from landing_zone.reports.report_input import ReportInput

_ALL_CONTROLS: Json = {"control-selections": [{"include-all": {}}]}
_ALL_TEMPLATES: list[Json] = [{"type": "inventory-item", "include-all": {}}]


def assessment_plan(source: ReportInput) -> Json:
    """What the toolkit does in every run: one activity for each mechanism that leaves evidence."""
    identifiers = Identifiers(source)
    activities = [
        {
            "uuid": identifiers.of("activity", row.id),
            "title": row.title,
            "description": row.description,
            "props": [{"name": "method", "value": row.method}],
        }
        for row in MECHANISMS
        if row.evidence
    ]
    tool = component_id(identifiers, "tool")
    task = {
        "uuid": identifiers.of("task", "run"),
        "type": "action",
        "title": "Synthesize and check",
        "associated-activities": [
            {"activity-uuid": activity["uuid"], "subjects": _ALL_TEMPLATES} for activity in activities
        ],
    }
    return {
        "assessment-plan": {
            "uuid": identifiers.document(ASSESSMENT_PLAN),
            "metadata": metadata(source, "Assessment plan"),
            "import-ssp": {"href": SECURITY_PLAN},
            "local-definitions": {"activities": activities},
            "reviewed-controls": _ALL_CONTROLS,
            "assessment-subjects": _ALL_TEMPLATES,
            "assessment-assets": {
                "components": [
                    {
                        "uuid": tool,
                        "type": "software",
                        "title": "healthcare-landing-zone",
                        "description": "The toolkit that synthesizes, checks and proves.",
                        "status": {"state": "operational"},
                    }
                ],
                "assessment-platforms": [
                    {
                        "uuid": identifiers.of("platform", "tool"),
                        "title": "Where the toolkit runs",
                        "uses-components": [{"component-uuid": tool}],
                    }
                ],
            },
            "tasks": [task],
        }
    }


def assessment_results(source: ReportInput, evidence: str) -> Json:
    """Observations for each control, and a finding for each paragraph that asks for something."""
    identifiers = Identifiers(source)
    report = source.report
    totals = report["totals"]
    day = instant(report["as_of"])
    return {
        "assessment-results": {
            "uuid": identifiers.document(ASSESSMENT_RESULTS),
            "metadata": metadata(source, "Assessment results"),
            "import-ap": {"href": ASSESSMENT_PLAN},
            "results": [
                without_empty(
                    {
                        "uuid": identifiers.of("result", report["as_of"]),
                        "title": line(f"State of {report['as_of']}"),
                        "description": prose(
                            f"{totals['rules_run']} of {totals['rules']} rules examined something.",
                            "Templates were checked before deployment; what a reading of accounts confirmed is named.",
                        ),
                        "start": day,
                        "end": day,
                        "props": [
                            prop(name, totals[name])
                            for name in ("rules", "rules_run", "evaluations", "findings", "not_evaluated", "withheld")
                        ],
                        "reviewed-controls": _ALL_CONTROLS,
                        "observations": [row for _, _, row in observations(source, evidence)],
                        "findings": list(_findings(source, identifiers)),
                    }
                )
            ],
        }
    }


def _findings(source: ReportInput, identifiers: Identifiers) -> Iterator[Json]:
    statuses = {control["id"]: list(control["counts"]) for control in source.report["controls"]}
    for row in source.report["specifications"]:
        state = implementation_state(row)
        if state == "not-applicable":
            continue
        target: dict[str, Any] = {
            "type": "statement-id",
            "target-id": statement_id(row["citation"]),
            "title": line(row["name"]),
            "status": {**objective_status(row), "remarks": REMARKS[state]},
            "implementation-status": {"state": state},
        }
        yield without_empty(
            {
                "uuid": identifiers.of("finding", row["citation"]),
                "title": line(f"{row['citation']} {row['name']}"),
                "description": prose(row["paraphrase"]),
                "props": [prop("status", row["status"])],
                "origins": tool_origin(identifiers),
                "target": target,
                "implementation-statement-uuid": identifiers.of("statement", row["citation"]),
                "related-observations": [
                    {"observation-uuid": observation_id(identifiers, id, status)}
                    for id in row["controls"]
                    for status in statuses.get(id, ())
                ],
            }
        )
