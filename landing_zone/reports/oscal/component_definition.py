"""What the landing zone brings to the Security Rule, whoever uses it: its mechanisms as components."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landing_zone.reports.oscal.document import (
    COMPONENT_DEFINITION,
    PROFILE,
    Identifiers,
    Json,
    control_id,
    line,
    metadata,
    prop,
    props,
    prose,
    without_empty,
)
from landing_zone.reports.oscal.mechanisms import MECHANISMS, Mechanism
from landing_zone.reports.report_input import ReportInput

SYSTEM = "Landing zone"


def component_definition(source: ReportInput) -> Json:
    """A component for each mechanism, and the landing zone as the capability that they make up."""
    identifiers = Identifiers(source)
    found = [component for mechanism in MECHANISMS if (component := _component(source, identifiers, mechanism))]
    return {
        "component-definition": {
            "uuid": identifiers.document(COMPONENT_DEFINITION),
            "metadata": metadata(source, "Components of the landing zone"),
            "components": found,
            "capabilities": [
                {
                    "uuid": identifiers.of("capability", SYSTEM),
                    "name": SYSTEM,
                    "description": "Accounts, networks, keys, logs, backup and guardrails from one manifest.",
                    "incorporates-components": [
                        {"component-uuid": component["uuid"], "description": component["description"]}
                        for component in found
                    ],
                }
            ],
        }
    }


def _component(source: ReportInput, identifiers: Identifiers, mechanism: Mechanism) -> Json | None:
    """The component with the ids it is known by, grouped by control; None if no control names it."""
    served = [control for control in source.report["controls"] if mechanism.serves(control)]
    if not served:
        return None
    by_id = {control["id"]: control for control in served}
    requirements = [
        _requirement(row, [by_id[id] for id in row["controls"] if id in by_id], identifiers, mechanism)
        for row in source.report["specifications"]
        if by_id.keys() & set(row["controls"])
    ]
    implementation = {
        "uuid": identifiers.of("control-implementation", mechanism.id),
        "source": PROFILE,
        "description": "What it does toward each paragraph; it satisfies none by itself.",
        "implemented-requirements": requirements,
    }
    return without_empty(
        {
            "uuid": identifiers.of("defined-component", mechanism.id),
            "type": mechanism.type,
            "title": mechanism.title,
            "description": mechanism.description,
            "props": [
                prop(name, value, control["id"])
                for control in served
                for name, value in dict.fromkeys(mechanism.named(control))
            ],
            "control-implementations": [implementation] if requirements else [],
        }
    )


def _requirement(
    row: Mapping[str, Any], served: list[Mapping[str, Any]], identifiers: Identifiers, mechanism: Mechanism
) -> Json:
    return {
        "uuid": identifiers.of("defined-requirement", mechanism.id, row["citation"]),
        "control-id": control_id(row["citation"]),
        "description": prose(*(f"{control['id']}: {control['title']}" for control in served)),
        "props": props("control", (line(control["id"]) for control in served)),
    }
