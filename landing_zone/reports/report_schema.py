"""The assurance report as JSON, and the JSON Schema (draft 2020-12) that describes it.

Rows come from the models that write them, so that schema and report cannot part; what the report adds stands here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from pydantic.json_schema import models_json_schema

from landing_zone.assurance.catalogue import Artifact, Proposal, Specification
from landing_zone.assurance.controls import Control
from landing_zone.assurance.ledger.model import STATUSES, Entry, VariantScope
from landing_zone.reports.assurance_document import REPORT_VERSION
from landing_zone.reports.report_input import ReportInput

SCHEMA_FILE = "report.schema.json"
Schema = dict[str, Any]
_TEXT: Schema = {"type": "string"}
_TEXTS: Schema = {"type": "array", "items": _TEXT}
_COUNT: Schema = {"type": "integer", "minimum": 0}
_COUNTS: Schema = {"type": "object", "additionalProperties": {"type": "integer", "minimum": 1}}
_STATUS: Schema = {"$ref": "#/$defs/Status"}
_STATUS_COUNTS: Schema = {**_COUNTS, "propertyNames": _STATUS}
_DATE: Schema = {"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
_SHA256: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
_NULLABLE_TEXT: Schema = {"type": ["string", "null"]}


def report_json(source: ReportInput) -> bytes:
    """The report's document as JSON, UTF-8."""
    text = json.dumps(source.report, indent=1, ensure_ascii=False) + "\n"
    return text.encode("utf-8", "replace")


def report_schema_json() -> str:
    """The schema as the text of docs/reference/report.schema.json."""
    return json.dumps(report_schema(), indent=1, ensure_ascii=False) + "\n"


def report_schema() -> Schema:
    """The JSON Schema of the report's document."""
    models = (Specification, Control, Entry, VariantScope, Artifact, Proposal)
    _, generated = models_json_schema([(model, "serialization") for model in models], ref_template="#/$defs/{model}")
    definitions: dict[str, Schema] = {name: _closed(schema) for name, schema in generated["$defs"].items()}
    definitions["Status"] = {"enum": list(STATUSES), "description": "From worst to best known."}
    judged = {"status": _STATUS, "counts": _STATUS_COUNTS}
    _extend(definitions["Specification"], {**judged, "section": _TEXT, "controls": _TEXTS, "proposed": _TEXTS})
    _extend(definitions["Control"], {**judged, "entries": _array("Entry")})
    _extend(definitions["Proposal"], {"controls": _TEXTS})
    definitions |= _rows()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Assurance report",
        "description": "The ledger of a landing zone joined with the catalogue of the Security Rule at a date.",
        **_object(_properties(), optional=("exceptions", "agreements", "risk_analysis", "regimes", "excepted")),
        "$defs": dict(sorted(definitions.items())),
    }


def _properties() -> Mapping[str, Schema]:
    return {
        "version": {"const": REPORT_VERSION, "description": "Rises when a key changes its meaning or goes."},
        "as_of": {**_DATE, "description": "The date that exceptions are judged at."},
        "organization": _TEXT,
        "provenance": {
            "type": "object",
            "description": "What it was made from: hashes of the inputs, versions of the tools.",
            "properties": {"tools": {"type": "object", "additionalProperties": _TEXT}},
            "patternProperties": {"_sha256$": _SHA256},
            "required": ["manifest_sha256", "sources_sha256", "policies_sha256", "tools"],
            "additionalProperties": _TEXT,
        },
        "totals": _totals(),
        "sections": _array("Section"),
        "specifications": _array("Specification"),
        "controls": _array("Control"),
        "accounts": _array("Account"),
        "variants": _array("VariantScope"),
        "rules": _array("Rule"),
        "theorems": _array("Theorem"),
        "findings": _array("Finding"),
        "acknowledged": _array("Acknowledged"),
        "not_evaluated": _array("NotEvaluated"),
        "withheld": {"type": "array", "items": _object({"name": _TEXT, "reason": _TEXT})},
        "artifacts": _array("Artifact"),
        "proposed": _array("Proposal"),
        "excepted": {"type": "array", "items": {"type": "object"}, "description": "Findings that exceptions cover."},
        "exceptions": _register("exceptions", "The register of exceptions (164.306(d)(3))."),
        "agreements": _register("agreements", "Business associate agreements, and what covers accounts with PHI."),
        "risk_analysis": _register("rows", "The worksheet of the risk analysis."),
        "regimes": {"type": ["object", "array"], "description": "Other regimes, e.g. 42 CFR Part 2."},
    }


def _totals() -> Schema:
    counts = ("accounts", "environments", "variants", "deployments", "withheld", "resources", "rules", "rules_run")
    return _object(
        {
            "specifications": _STATUS_COUNTS,
            "controls": _STATUS_COUNTS,
            "acknowledged": {**_COUNTS, "description": "By source."},
            "theorems": {**_COUNTS, "description": "By verdict."},
            **dict.fromkeys((*counts, "evaluations", "findings", "not_evaluated"), _COUNT),
        },
        more=True,
    )


def _rows() -> dict[str, Schema]:
    finding = {
        **dict.fromkeys(("rule", "control", "template", "resource", "path", "message", "fix"), _TEXT),
        "citations": _TEXTS,
        "severity": {"enum": ["error", "warning", "note"]},
        "line": {"type": ["integer", "null"], "minimum": 1},
    }
    accepted = {"reason": _TEXT, "source": {"enum": ["toolkit", "manifest"]}, "owner": _TEXT, "expires": _NULLABLE_TEXT}
    return {
        "Section": _object({"id": _TEXT, "title": _TEXT, "specifications": _TEXTS, "counts": _STATUS_COUNTS}),
        "Account": _object(
            {
                **dict.fromkeys(("name", "ou", "owner", "data", "environment", "recovery"), _TEXT),
                "regions": _TEXTS,
                "deployments": _COUNT,
            }
        ),
        "Rule": _object(
            {
                **dict.fromkeys(("id", "title", "control", "description", "fix"), _TEXT),
                "citations": _TEXTS,
                "examined": {**_COUNT, "description": "Resources or deployments that it judged; 0: it did not run."},
            }
        ),
        "Theorem": _object(
            {
                **dict.fromkeys(("id", "kind", "verdict", "theorem", "basis", "reason"), _TEXT),
                "citations": _TEXTS,
                "assumptions": _TEXTS,
                "witness": {"type": "array"},
                "blocked": {"type": "array"},
            },
            more=True,
        ),
        "Finding": _object(finding),
        "Acknowledged": _object({**finding, **accepted}),
        "NotEvaluated": _object(dict.fromkeys(("rule", "resource", "template", "reason"), _TEXT)),
    }


def _register(rows: str, description: str) -> Schema:
    """A document within the report: `rows`, with a basis and totals of its own."""
    listed: Schema = {"type": "array", "items": {"type": "object"}}
    return {
        "type": "object",
        "description": description,
        "properties": {"basis": _TEXT, "totals": {"type": "object"}, rows: listed},
        "required": [rows],
    }


def _array(definition: str) -> Schema:
    return {"type": "array", "items": {"$ref": f"#/$defs/{definition}"}}


def _object(properties: Mapping[str, Schema], optional: tuple[str, ...] = (), *, more: bool = False) -> Schema:
    return {
        "type": "object",
        "properties": dict(properties),
        "required": [key for key in properties if key not in optional],
        "additionalProperties": more,
    }


def _closed(schema: Schema) -> Schema:
    """The report always has every key of a model, defaults included."""
    return {**schema, "required": list(schema["properties"])} if "properties" in schema else schema


def _extend(schema: Schema, properties: Mapping[str, Schema]) -> None:
    schema["properties"] = {**schema["properties"], **properties}
    schema["required"] = [*schema["required"], *properties]
