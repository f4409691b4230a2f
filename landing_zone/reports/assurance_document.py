"""The assurance report as one document: what every format of `hlz report` is made from.

`assurance_document` joins the ledger with the catalogue at a date. It reads no clock: the same ledger and date give the
same document. docs/reference/report.schema.json describes it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import date
from typing import Any

from landing_zone.assurance.agreements import agreements_document
from landing_zone.assurance.catalogue import Specification, artifacts, proposed, regimes_of, specifications
from landing_zone.assurance.controls import Control, controls
from landing_zone.assurance.evaluation import citations_of
from landing_zone.assurance.exceptions import exceptions_document, registered
from landing_zone.assurance.ledger.model import Entry, Ledger
from landing_zone.assurance.ledger.on_day import on_day
from landing_zone.assurance.ledger.statuses import (
    Judged,
    counted,
    judged_controls,
    specification_status,
)
from landing_zone.assurance.library import ALL
from landing_zone.assurance.nag import nag_rules
from landing_zone.assurance.risk_analysis import risk_document
from landing_zone.assurance.value_rules import VALUE_RULES
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.model import Manifest
from landing_zone.plan.lock import Lock, LockedAccount

REPORT_JSON = "report.json"
REPORT_VERSION = 1
SECTIONS: Mapping[str, str] = {
    "164.306": "Security standards: general rules",
    "164.308": "Administrative safeguards",
    "164.310": "Physical safeguards",
    "164.312": "Technical safeguards",
    "164.314": "Organizational requirements",
    "164.316": "Policies and procedures and documentation requirements",
    "164.400": "Breach notification: applicability",
    "164.402": "Breach: definitions",
    "164.404": "Notification to individuals",
    "164.406": "Notification to the media",
    "164.408": "Notification to the Secretary",
    "164.410": "Notification by a business associate",
    "164.412": "Law enforcement delay",
    "164.414": "Administrative requirements and burden of proof",
    "164.528": "Accounting of disclosures",
    "164.530": "Administrative requirements of the Privacy Rule",
}
"""Sections of 45 CFR Part 164 with their headings, in order."""


def assurance_document(ledger: Ledger, inventory: Mapping[str, Any], as_of: date) -> dict[str, Any]:
    """The report of a ledger on a day: plain JSON values, sorted, complete. inventory: that beside the ledger."""
    manifest = Manifest.model_validate_json(json.dumps(ledger.manifest))
    ledger = on_day(ledger, manifest, as_of)
    judged = judged_controls(ledger, registered(manifest), as_of)
    rows = [_specification(row, judged) for row in specifications().values()]
    lock = Lock(accounts={name: LockedAccount(id=id) for name, id in ledger.account_ids.items()})
    return {
        "version": REPORT_VERSION,
        "as_of": as_of.isoformat(),
        "organization": ledger.organization,
        "provenance": dict(ledger.provenance),
        "totals": _totals(ledger, manifest, judged, rows),
        "sections": [_section(id, rows) for id in SECTIONS if any(row["section"] == id for row in rows)],
        "specifications": rows,
        "controls": [_control(controls()[id], found) for id, found in judged.items()],
        "accounts": list(_accounts(ledger, manifest)),
        "variants": [scope.model_dump(mode="json") for scope in ledger.variants],
        "rules": list(_rules(ledger)),
        "theorems": [dict(row) for row in ledger.theorems],
        "findings": [dict(row) for row in ledger.findings],
        "acknowledged": [dict(row) for row in ledger.acknowledged],
        "excepted": [dict(row) for row in ledger.excepted],
        "not_evaluated": [dict(row) for row in ledger.not_evaluated],
        "withheld": [{"name": name, "reason": reason} for name, reason in sorted(ledger.withheld.items())],
        "exceptions": exceptions_document(manifest, as_of, ledger.excepted),
        "agreements": agreements_document(manifest, lock, as_of),
        "risk_analysis": risk_document(manifest, inventory, {id: row.status for id, row in judged.items()}, as_of),
        "regimes": [row.model_dump(mode="json") for row in regimes_of(manifest)],
        "artifacts": [row.model_dump(mode="json") for row in artifacts().values()],
        "proposed": [
            {**row.model_dump(mode="json"), "controls": [control.id for control in row.controls()]}
            for row in proposed().values()
        ],
    }


def _section(id: str, rows: Collection[Mapping[str, Any]]) -> dict[str, Any]:
    inside = [row for row in rows if row["section"] == id]
    return {
        "id": id,
        "title": SECTIONS[id],
        "specifications": [row["citation"] for row in inside],
        "counts": counted(row["status"] for row in inside),
    }


def _specification(row: Specification, judged: Mapping[str, Judged]) -> dict[str, Any]:
    status, controls = specification_status(row, judged)
    return {
        **row.model_dump(mode="json"),
        "section": row.section,
        "status": status,
        "counts": counted(controls.values()),
        "controls": list(controls),
        "proposed": sorted(proposal.id for proposal in proposed().values() if row.citation in proposal.current),
    }


def _control(control: Control, found: Judged) -> dict[str, Any]:
    return {
        **control.model_dump(mode="json"),
        "status": found.status,
        "counts": dict(found.counts),
        "entries": [_entry(entry) for entry in found.entries],
    }


def _entry(entry: Entry) -> dict[str, Any]:
    return entry.model_dump(mode="json")


def _accounts(ledger: Ledger, manifest: Manifest) -> Iterator[dict[str, Any]]:
    placed: dict[str, list[str]] = {}
    for scope in ledger.variants:
        for deployment in scope.deployments:
            placed.setdefault(deployment.account, []).append(deployment.region)
    for account in sorted(tree.accounts(manifest), key=lambda row: row.name):
        yield {
            "name": account.name,
            "ou": account.ou,
            "owner": account.owner,
            "data": account.data,
            "environment": tree.environment_of(account),
            "recovery": account.recovery,
            "regions": sorted(set(placed.get(account.name, ()))),
            "deployments": len(placed.get(account.name, ())),
        }


def _rules(ledger: Ledger) -> Iterator[dict[str, Any]]:
    """Every rule there is; `examined` 0 is a rule that had nothing to examine."""
    for rule in ALL:
        yield _rule(ledger, rule.id, rule.title, rule.control, citations_of(rule.control), rule.description, rule.fix)
    for id, value in VALUE_RULES.items():
        control = next(row for row in controls().values() if id in row.enforced_by.rules)
        yield _rule(ledger, id, value.title, control.id, control.cfr, "", value.fix)
    for nag in nag_rules().values():
        yield _rule(ledger, nag.id, nag.found, nag.control, nag.citations, "", nag.fix)


def _rule(
    ledger: Ledger, id: str, title: str, control: str, citations: Collection[str], description: str, fix: str
) -> dict[str, Any]:
    return {
        "id": id,
        "title": title,
        "control": control,
        "citations": list(citations),
        "description": description,
        "fix": fix,
        "examined": ledger.rules.get(id, 0),
    }


def _totals(
    ledger: Ledger, manifest: Manifest, judged: Mapping[str, Judged], rows: Collection[Mapping[str, Any]]
) -> dict[str, Any]:
    deployments = [deployment for scope in ledger.variants for deployment in scope.deployments]
    return {
        "specifications": counted(row["status"] for row in rows),
        "controls": counted(control.status for control in judged.values()),
        "accounts": len(tree.accounts(manifest)),
        "environments": len({(deployment.account, deployment.region) for deployment in deployments}),
        "variants": len(ledger.variants),
        "deployments": len(deployments),
        "withheld": len(ledger.withheld),
        "resources": sum(
            scope.resources * sum(not deployment.withheld for deployment in scope.deployments)
            for scope in ledger.variants
        ),
        "rules": len(ALL) + len(VALUE_RULES) + len(nag_rules()),
        "rules_run": len(ledger.rules),
        "evaluations": sum(ledger.rules.values()),
        "findings": len(ledger.findings),
        "acknowledged": dict(sorted(Counter(row["source"] for row in ledger.acknowledged).items())),
        "not_evaluated": len(ledger.not_evaluated),
        "theorems": dict(sorted(Counter(row["verdict"] for row in ledger.theorems).items())),
    }
