"""Where each paragraph stands in this landing zone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from landing_zone.reports.oscal.document import (
    PROFILE,
    SECURITY_PLAN,
    Identifiers,
    Json,
    control_id,
    line,
    metadata,
    prop,
    props,
    prose,
    statement_id,
    value_of,
    without_empty,
)
from landing_zone.reports.oscal.mechanisms import MECHANISMS, STACKS, Mechanism
from landing_zone.reports.oscal.standing import REMARKS, implementation_state
from landing_zone.reports.report_input import ReportInput

THIS_SYSTEM = "this-system"


def system_security_plan(source: ReportInput) -> Json:
    """The plan: the system, its components and template shapes, and every paragraph with its status."""
    identifiers = Identifiers(source)
    report = source.report
    # Inventory items are made by the stacks, whether or not a control rests on one.
    used = [row for row in MECHANISMS if row.id == STACKS or any(row.found(control) for control in report["controls"])]
    return {
        "system-security-plan": {
            "uuid": identifiers.document(SECURITY_PLAN),
            "metadata": metadata(source, "System security plan"),
            "import-profile": {"href": PROFILE},
            "system-characteristics": _characteristics(report, identifiers),
            "system-implementation": {
                "users": [
                    {
                        "uuid": identifiers.of("user", "customer"),
                        "title": "The organization",
                        "role-ids": ["customer"],
                    }
                ],
                "components": [_this_system(identifiers), *(_component(row, identifiers) for row in used)],
                "inventory-items": [_inventory_item(row, identifiers) for row in report["variants"]],
                "remarks": "An inventory item is a shape of template; what holds for it holds where it is deployed. "
                "The deployments of each are listed in the ledger.",
            },
            "control-implementation": {
                "description": prose(
                    "From the ledger of the landing zone. Templates are checked before deployment.",
                    "A rule is evidence toward a paragraph, none satisfies it by itself.",
                ),
                "implemented-requirements": list(_requirements(source, used, identifiers)),
            },
        }
    }


def component_id(identifiers: Identifiers, name: str) -> str:
    """UUID of a component of the system, by its mechanism, or of the system itself."""
    return identifiers.of("system-component", name)


def inventory_item_id(identifiers: Identifiers, variant: str) -> str:
    """UUID of a shape of template."""
    return identifiers.of("inventory-item", variant)


def _characteristics(report: Mapping[str, Any], identifiers: Identifiers) -> Json:
    totals = report["totals"]
    size = f"{totals['accounts']} accounts, {totals['environments']} environments, {totals['deployments']} deployments."
    return {
        "system-ids": [{"identifier-type": "https://ietf.org/rfc/rfc4122", "id": component_id(identifiers, "id")}],
        "system-name": value_of(f"Landing zone of {report['organization']}"),
        "description": prose("AWS accounts, networks, keys, logs, backup and guardrails for workloads.", size),
        "props": [prop(name, totals[name]) for name in ("accounts", "environments", "variants", "deployments")],
        "system-information": {
            "information-types": [
                {
                    "uuid": identifiers.of("information-type", "ephi"),
                    "title": "Electronic protected health information",
                    "description": "In the accounts whose data class is phi; the organization states its impact.",
                }
            ]
        },
        "status": {
            "state": "other",
            "remarks": "As synthesized; whether it is deployed as it stands here, this plan does not say.",
        },
        "authorization-boundary": {"description": "The accounts of the organization that the manifest names."},
    }


def _this_system(identifiers: Identifiers) -> Json:
    return {
        "uuid": component_id(identifiers, THIS_SYSTEM),
        "type": THIS_SYSTEM,
        "title": "The landing zone as a whole, and the organization that runs it",
        "description": "What its components, its people and AWS do together.",
        "status": {"state": "other", "remarks": "As synthesized."},
    }


def _component(mechanism: Mechanism, identifiers: Identifiers) -> Json:
    return {
        "uuid": component_id(identifiers, mechanism.id),
        "type": mechanism.type,
        "title": mechanism.title,
        "description": mechanism.description,
        "status": {"state": "other", "remarks": "As synthesized."},
    }


def _inventory_item(row: Mapping[str, Any], identifiers: Identifiers) -> Json:
    deployments = row["deployments"]
    return {
        "uuid": inventory_item_id(identifiers, row["id"]),
        "description": line(row["id"]),
        "props": [
            prop("role", row["role"]),
            prop("template-sha256", row["sha256"]),
            prop("resources", row["resources"]),
            prop("deployments", len(deployments)),
            prop("withheld", sum(bool(one["withheld"]) for one in deployments)),
            prop("accounts", len({one["account"] for one in deployments})),
            *props("region", sorted({one["region"] for one in deployments})),
        ],
        "implemented-components": [{"component-uuid": component_id(identifiers, STACKS)}],
    }


def _requirements(source: ReportInput, used: list[Mechanism], identifiers: Identifiers) -> Iterator[Json]:
    controls = {control["id"]: control for control in source.report["controls"]}
    for row in source.report["specifications"]:
        state = implementation_state(row)
        serving = [controls[id] for id in row["controls"] if id in controls]
        whole = {
            "component-uuid": component_id(identifiers, THIS_SYSTEM),
            "uuid": identifiers.of("by-component", THIS_SYSTEM, row["citation"]),
            "description": prose(_sentence(row), row["customer"] and f"Left to the customer: {row['customer']}"),
            "implementation-status": {"state": state, "remarks": REMARKS[state]},
            "responsible-roles": _responsible(row),
        }
        yield {
            "uuid": identifiers.of("implemented-requirement", row["citation"]),
            "control-id": control_id(row["citation"]),
            "props": [
                prop("status", row["status"]),
                *(prop(f"controls-{status}", number) for status, number in row["counts"].items()),
            ],
            "statements": [
                {
                    "statement-id": statement_id(row["citation"]),
                    "uuid": identifiers.of("statement", row["citation"]),
                    "by-components": [
                        without_empty(whole),
                        *_by_components(row["citation"], serving, used, identifiers),
                    ],
                }
            ],
        }


def _sentence(row: Mapping[str, Any]) -> str:
    if not row["controls"]:
        return "AWS does it, under the agreement." if row["status"] == "inherited" else "People do it."
    counts = ", ".join(f"{number} {status}" for status, number in row["counts"].items())
    return f"{len(row['controls'])} controls of the landing zone serve it: {counts}."


def _responsible(row: Mapping[str, Any]) -> list[Json]:
    others = (row["work"], *row["also"])
    roles = [role for role, work in (("customer", "customer"), ("provider", "aws")) if work in others]
    if row["status"] == "customer" and "customer" not in roles:
        roles.insert(0, "customer")
    return [{"role-id": role} for role in roles]


def _by_components(
    citation: str, serving: list[Mapping[str, Any]], used: list[Mechanism], identifiers: Identifiers
) -> Iterator[Json]:
    """What each mechanism has to show for the paragraph, by control with its status."""
    for mechanism in used:
        found = [control for control in serving if mechanism.found(control)]
        if found:
            yield {
                "component-uuid": component_id(identifiers, mechanism.id),
                "uuid": identifiers.of("by-component", mechanism.id, citation),
                "description": prose(*(f"{row['id']}: {row['title']} ({row['status']})" for row in found)),
                "props": props("control", (row["id"] for row in found)),
            }
