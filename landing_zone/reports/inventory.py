"""The encryption and retention inventory as a document, JSON and CSV. The same inputs give the same bytes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields
from typing import Any

from landing_zone.assembly.cache import tool_versions
from landing_zone.assembly.synthesis import Checked, provenance
from landing_zone.assurance.inventory.merged import Inventory, KeyRow, Scope, inventory
from landing_zone.assurance.inventory.rows import Row
from landing_zone.assurance.inventory.table import Table, inventory_table
from landing_zone.assurance.template import Template
from landing_zone.plan import names
from landing_zone.plan.model import Deployment, Plan
from landing_zone.reports.csv_text import csv_text

INVENTORY_JSON = "inventory.json"
INVENTORY_CSV = "inventory.csv"
OWN_KEY_EXPORTS = frozenset(text for name, text in vars(names).items() if name.endswith("_KEY_EXPORT"))


def inventory_of_plan(checked: Checked) -> Inventory:
    """The inventory of every variant of a checked plan. A value stands as `${Name}`: it differs by deployment."""
    templates = {
        id: Template.from_json(
            variant.template, name=id, judged_parameters=list(variant.template.get("Parameters", {}))
        )
        for id, variant in checked.variants.items()
    }
    return inventory(templates, plan_scopes(checked.planned.plan), inventory_table(), OWN_KEY_EXPORTS)


def plan_scopes(plan: Plan) -> dict[str, Scope]:
    """Where each variant is deployed; the bootstrap is, by itself, in every environment of the plan."""
    placed: dict[str, list[Deployment]] = defaultdict(list)
    for deployment in plan.deployments:
        placed[deployment.variant.id].append(deployment)
    found: dict[str, Scope] = {}
    for id, deployments in sorted(placed.items()):
        withheld = sum(deployment.name in plan.withheld for deployment in deployments)
        environments = [deployment.environment for deployment in deployments]
        found[id] = Scope(
            id,
            deployments[0].variant.role,
            len(deployments) - withheld,
            withheld,
            tuple(_distinct([environment.account] for environment in environments)),
            tuple(_distinct([environment.region] for environment in environments)),
        )
    if plan.bootstrap:
        accounts = _distinct([environment.account] for environment in plan.environments)
        regions = _distinct([environment.region] for environment in plan.environments)
        variant = plan.bootstrap.variant
        found[variant.id] = Scope(variant.id, variant.role, len(plan.environments), 0, tuple(accounts), tuple(regions))
    return found


def plan_document(checked: Checked, found: Inventory) -> dict[str, Any]:
    """The document of a checked plan."""
    origin = provenance(checked)
    about = {key: origin[key] for key in ("manifest_sha256", "sources_sha256", "tools")}
    return inventory_document(found, about, inventory_table())


def templates_document(templates: Mapping[str, Template], hashes: Mapping[str, str]) -> dict[str, Any]:
    """The document of templates of any origin, by file name, with the SHA-256 of each."""
    scopes = {name: Scope(name, "", 1, 0, (), ()) for name in templates}
    table = inventory_table()
    about = {"templates_sha256": dict(sorted(hashes.items())), "tools": tool_versions()}
    return inventory_document(inventory(templates, scopes, table), about, table)


def inventory_document(found: Inventory, about: Mapping[str, Any], table: Table) -> dict[str, Any]:
    """Totals and exceptions first; then rows, keys, where they are deployed, and what the words rest on."""
    used = {entry.row.algorithm_basis for entry in found.entries} | ({"kms"} if found.keys else set())
    return {
        "about": {**about, "table": {"as_of": table.as_of, "basis": table.basis}},
        "totals": found.totals,
        "exceptions": [
            {
                "role": entry.role,
                "resource": entry.row.resource,
                "what": entry.row.what,
                "concern": entry.concern,
                "why": entry.row.why,
                "scopes": list(entry.scopes),
            }
            for entry in found.exceptions
        ],
        "rows": [{"role": entry.role, **_columns(entry.row), "scopes": list(entry.scopes)} for entry in found.entries],
        "keys": [{**_columns(key), "scopes": list(key.scopes)} for key in found.keys],
        "not_covered": [{"type": type_, "scopes": list(ids)} for type_, ids in found.not_covered.items()],
        "scopes": [
            {**vars(scope), "accounts": list(scope.accounts), "regions": list(scope.regions)}
            for scope in found.scopes.values()
        ],
        "algorithms": {name: table.algorithms[name].model_dump() for name in sorted(used) if name},
    }


def inventory_json(document: Mapping[str, Any]) -> str:
    """The document as JSON."""
    return json.dumps(document, indent=1, ensure_ascii=False) + "\n"


def inventory_csv(document: Mapping[str, Any]) -> str:
    """The rows as CSV (RFC 4180)."""
    columns = ["role", *(column.name for column in fields(Row)), "deployments", "withheld", "accounts", "regions"]
    return csv_text([*columns, "scopes"], _csv_rows(document, columns))


def _csv_rows(document: Mapping[str, Any], columns: Iterable[str]) -> Iterator[list[object]]:
    scopes = {scope["id"]: scope for scope in document["scopes"]}
    for row in document["rows"]:
        places = [scopes[id] for id in row["scopes"]]
        cells = {
            **row,
            "deployments": sum(place["deployments"] for place in places),
            "withheld": sum(place["withheld"] for place in places),
            "accounts": len(_distinct(place["accounts"] for place in places)),
            "regions": " ".join(_distinct(place["regions"] for place in places)),
        }
        yield [*(cells[column] for column in columns), " ".join(row["scopes"])]


def _columns(row: Row | KeyRow) -> dict[str, Any]:
    return {column.name: getattr(row, column.name) for column in fields(row) if column.name != "scopes"}


def _distinct(lists: Iterable[Iterable[str]]) -> list[str]:
    return sorted({text for texts in lists for text in texts})
