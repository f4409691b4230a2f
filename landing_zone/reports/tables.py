"""The report as tables: one CSV file each, and the sheets of the workbook."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from landing_zone.reports.check_results import printable
from landing_zone.reports.csv_text import csv_text
from landing_zone.reports.report_input import ReportInput

Row = Mapping[str, Any]
Cell = str | int | float | None
ITEMS = 40
"""Names in one cell; a spreadsheet is read by people, the JSON report has all of them."""


@dataclass(frozen=True)
class Column:
    """A column: its heading, its width in characters, and the key or function that a cell comes from."""

    name: str
    width: int
    value: str | Callable[[Row], object]


@dataclass(frozen=True)
class Table:
    """A table. `name` is the CSV file's and the sheet's; `about` one line on what a row is."""

    name: str
    about: str
    header: tuple[str, ...]
    widths: tuple[int, ...]
    rows: tuple[tuple[Cell, ...], ...]


def tables(source: ReportInput) -> list[Table]:
    """Every table of the report, in the order of the sheets. Sections that the report lacks are empty tables."""
    report = source.report
    register = report.get("exceptions") or {}
    agreements = report.get("agreements") or {}
    return [
        _table("specifications", "A paragraph of 45 CFR Part 164", SPECIFICATIONS, report["specifications"]),
        _table("controls", "A control of the catalogue", CONTROLS, report["controls"]),
        _table("evidence", "A piece of evidence for a control in a scope", EVIDENCE, _evidence(report["controls"])),
        _table("resources", "A store or transit path of a template", RESOURCES, _resources(source.inventory)),
        _table("accounts", "An account of the organization", ACCOUNTS, report["accounts"]),
        _table("exceptions", "An exception to a control", EXCEPTIONS, register.get("exceptions", ())),
        _table("acknowledged", "A finding that was acknowledged", ACKNOWLEDGED, report["acknowledged"]),
        _table("agreements", "A business associate agreement", AGREEMENTS, agreements.get("agreements", ())),
        _table("phi-accounts", "An account with PHI and what covers it", PHI, agreements.get("accounts", ())),
        _table("risk-analysis", "An asset and a threat to it", RISKS, _risks(report.get("risk_analysis") or {})),
    ]


def csv_files(source: ReportInput) -> dict[str, bytes]:
    """The CSV file (RFC 4180, UTF-8) of each table, by file name."""
    return {f"{table.name}.csv": csv_text(table.header, table.rows).encode() for table in tables(source)}


def _table(name: str, about: str, columns: Sequence[Column], rows: Iterable[Row]) -> Table:
    header = tuple(column.name for column in columns)
    cells = tuple(tuple(_cell(row, column) for column in columns) for row in rows)
    return Table(name, about, header, tuple(column.width for column in columns), cells)


def _cell(row: Row, column: Column) -> Cell:
    value = row.get(column.value) if isinstance(column.value, str) else column.value(row)
    if value is None or (isinstance(value, int | float) and not isinstance(value, bool)):
        return value
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, Mapping):
        return printable(", ".join(f"{key} {number}" for key, number in value.items()))
    return _listed(value)  # type: ignore[arg-type]  # what is left are JSON lists


def _listed(values: Sequence[object]) -> str:
    shown = "; ".join(printable(value) for value in values[:ITEMS])
    return shown if len(values) <= ITEMS else f"{shown}; and {len(values) - ITEMS} more"


def _enforced(key: str) -> Callable[[Row], object]:
    return lambda row: row["enforced_by"].get(key, ())


def _config_rules(row: Row) -> object:
    return [rule["id"] for rule in row["enforced_by"]["config_rules"]]


def _cited(row: Row) -> object:
    return [citation["cfr"] for citation in row["citations"]]


def _evidence(controls: Iterable[Row]) -> Iterator[Row]:
    """A row for each piece of evidence; one without evidence for an entry that has none, so that none is left out."""
    for control in controls:
        for entry in control["entries"]:
            said = {"control": control["id"], "scope": entry["scope"], "status": entry["status"]}
            said["reason"] = entry["reason"]
            said["open"] = [f"{row['rule']} {row['resource']}: {row['text']}" for row in entry["open"]]
            pieces: Iterable[Row] = entry["evidence"] or ({},)
            for row in pieces:
                yield {**row, **said, "on": row.get("on") or None}


def _resources(inventory: Row) -> Iterator[Row]:
    scopes = {scope["id"]: scope for scope in inventory.get("scopes", ())}
    for row in inventory.get("rows", ()):
        placed = [scopes[id] for id in row["scopes"] if id in scopes]
        accounts = sorted({account for scope in placed for account in scope["accounts"]})
        deployments = sum(scope["deployments"] for scope in placed)
        yield {**row, "accounts": accounts, "deployments": deployments, "variants": row["scopes"]}


def _risks(document: Row) -> Iterator[Row]:
    assets = {row["id"]: row for row in document.get("assets", ())}
    threats = {row["id"]: row for row in document.get("threats", ())}
    for row in document.get("rows", ()):
        asset, threat = assets.get(row["asset"], {}), threats.get(row["threat"], {})
        controls = [f"{control['id']} ({control['status']})" for control in threat.get("controls", ())]
        yield {
            **row,
            "asset_title": asset.get("title", row["asset"]),
            "data": asset.get("data"),
            "accounts": asset.get("accounts", ()),
            "threat_title": threat.get("title", row["threat"]),
            "vulnerability": threat.get("vulnerability"),
            "citations": threat.get("citations", ()),
            "controls": controls,
        }


SPECIFICATIONS = (
    Column("citation", 22, "citation"),
    Column("status", 14, "status"),
    Column("name", 34, "name"),
    Column("kind", 16, "kind"),
    Column("obligation", 13, "obligation"),
    Column("what it asks (paraphrase)", 60, "paraphrase"),
    Column("work of", 14, "work"),
    Column("controls", 30, "controls"),
    Column("controls by status", 26, "counts"),
    Column("NIST SP 800-53r5", 22, "nist_800_53r5"),
    Column("left to the customer", 50, "customer"),
    Column("done by AWS", 40, "aws"),
    Column("evidence to keep", 26, "evidence"),
    Column("basis", 40, "basis"),
    Column("as of", 12, "as_of"),
)
CONTROLS = (
    Column("control", 14, "id"),
    Column("status", 14, "status"),
    Column("title", 46, "title"),
    Column("expectation", 50, "expectation"),
    Column("45 CFR", 30, _cited),
    Column("scopes by status", 26, "counts"),
    Column("rules", 28, _enforced("rules")),
    Column("cdk-nag rules", 34, _enforced("cdk_nag")),
    Column("guardrails", 28, _enforced("guardrails")),
    Column("theorems", 28, _enforced("invariants")),
    Column("AWS Config rules", 34, _config_rules),
    Column("settings", 24, _enforced("settings")),
    Column("NIST SP 800-53r5", 20, "nist_800_53r5"),
    Column("left to", 34, "done_by"),
    Column("remediation", 40, "remediation"),
    Column("note", 40, "note"),
)
EVIDENCE = (
    Column("control", 14, "control"),
    Column("scope", 40, "scope"),
    Column("status", 14, "status"),
    Column("reason", 60, "reason"),
    Column("kind of evidence", 16, "kind"),
    Column("evidence", 40, "id"),
    Column("resources", 50, "resources"),
    Column("targets", 30, "targets"),
    Column("held by", 30, "held_by"),
    Column("verdict", 12, "verdict"),
    Column("read on", 12, "on"),
    Column("open", 50, "open"),
)
RESOURCES = (
    Column("role", 20, "role"),
    Column("kind", 10, "kind"),
    Column("type", 34, "type"),
    Column("resource", 40, "resource"),
    Column("what", 34, "what"),
    Column("data", 12, "data"),
    Column("encrypted", 24, "encrypted"),
    Column("key", 46, "key"),
    Column("rotation (days)", 10, "rotation_days"),
    Column("algorithm", 16, "algorithm"),
    Column("TLS minimum", 12, "tls_minimum"),
    Column("retention", 20, "retention"),
    Column("lock", 14, "lock"),
    Column("on deletion", 18, "deletion_policy"),
    Column("why", 40, "why"),
    Column("deployments", 12, "deployments"),
    Column("accounts", 40, "accounts"),
    Column("variants", 40, "variants"),
)
ACCOUNTS = (
    Column("account", 28, "name"),
    Column("OU", 22, "ou"),
    Column("owner", 22, "owner"),
    Column("data", 12, "data"),
    Column("environment", 14, "environment"),
    Column("recovery", 16, "recovery"),
    Column("Regions", 24, "regions"),
    Column("deployments", 12, "deployments"),
)
EXCEPTIONS = (
    Column("control", 14, "control"),
    Column("title", 36, "title"),
    Column("state", 14, "state"),
    Column("scope", 22, "scope"),
    Column("accounts", 30, "accounts"),
    Column(
        "specifications",
        34,
        lambda row: [f"{one['citation']} ({one['designation']})" for one in row.get("specifications", ())],
    ),
    Column("not excepted", 30, lambda row: [one["citation"] for one in row.get("not_excepted", ())]),
    Column("why not reasonable and appropriate", 60, "assessment"),
    Column("equivalent measure", 60, "equivalent_measure"),
    Column("owner", 22, "owner"),
    Column("approver", 22, "approver"),
    Column("approved", 12, "approved"),
    Column("reviewed", 12, "reviewed"),
    Column("expires", 12, "expires"),
    Column("days left", 10, "days_left"),
    Column("issue", 26, "issue"),
    Column("resources", 40, lambda row: [f"{one['template']} {one['resource']}" for one in row.get("resources", ())]),
)
ACKNOWLEDGED = (
    Column("rule", 44, "rule"),
    Column("control", 14, "control"),
    Column("template", 40, "template"),
    Column("resource", 40, "resource"),
    Column("what the rule says", 60, "message"),
    Column("why it does not apply", 60, "reason"),
    Column("source", 12, "source"),
    Column("owner", 20, "owner"),
    Column("expires", 12, "expires"),
    Column("45 CFR", 30, "citations"),
)
AGREEMENTS = (
    Column("party", 30, "party"),
    Column("kind", 14, "kind"),
    Column("state", 14, "state"),
    Column("purpose", 40, "purpose"),
    Column("works for", 22, "works_for"),
    Column("signed", 12, "signed"),
    Column("expires", 12, "expires"),
    Column("days left", 10, "days_left"),
    Column("covers", 30, "covers"),
    Column("accounts with PHI", 34, "phi_accounts"),
    Column("services", 30, "services"),
    Column("reports within (hours)", 12, "reporting_hours"),
    Column("subcontractors", 16, "subcontractors"),
    Column("verified", 12, "verified"),
    Column("verification due", 12, "verification_due"),
    Column("document", 34, "document"),
)
PHI = (
    Column("account", 28, "account"),
    Column("id", 14, "id"),
    Column("OU", 22, "ou"),
    Column("owner", 22, "owner"),
    Column("covered by AWS's agreement", 14, "covered"),
    Column("by", 34, "by"),
    Column("limited to services", 30, "limited_to_services"),
    Column("other associates", 34, "other_associates"),
)
RISKS = (
    Column("id", 44, "id"),
    Column("state", 14, "state"),
    Column("asset", 40, "asset_title"),
    Column("data", 12, "data"),
    Column("accounts", 30, "accounts"),
    Column("threat", 44, "threat_title"),
    Column("vulnerability", 44, "vulnerability"),
    Column("controls (status)", 44, "controls"),
    Column("45 CFR", 26, "citations"),
    Column("likelihood", 12, "likelihood"),
    Column("impact", 12, "impact"),
    Column("level", 12, "level"),
    Column("treatment", 14, "treatment"),
    Column("measures", 40, "measures"),
    Column("residual", 12, "residual"),
    Column("owner", 22, "owner"),
    Column("date", 12, "date"),
    Column("accounts not answered", 30, "accounts_not_answered"),
)
