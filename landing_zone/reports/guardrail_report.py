"""Proofs of a checked plan's guardrails, for the files beside an assembly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from landing_zone.assembly.synthesis import Checked
from landing_zone.proof.guardrails.memory import Document, fingerprint, remembered
from landing_zone.proof.guardrails.of_plan import organization_of
from landing_zone.proof.guardrails.organization import Organization
from landing_zone.proof.network.collection import without_collection
from landing_zone.reports.guardrail_requests import request_lines


def guardrail_report(checked: Checked, cache: Path) -> Document:
    """`results` and `guardrails` of the `prove --json` document; from the cache when nothing changed."""
    organization = organization_of(checked.loaded.manifest, checked.planned.lock, checked.planned.guardrails)
    rules = rules_passed(checked)
    key = fingerprint(organization, rules, checked.sources_sha256)
    return remembered(cache, key, lambda: _proved(organization, rules))


def rules_passed(checked: Checked) -> frozenset[str]:
    """Rules that examined something of the plan's templates and found nothing, not even something acknowledged."""
    report = checked.report
    findings = [*report.findings, *(finding for finding, _ in checked.acknowledged)]
    findings += [entry.finding for entry in checked.excepted]
    against = {finding.rule.partition("[")[0] for finding in findings} | {row.rule for row in report.not_evaluated}
    return frozenset(run.rule for run in report.runs) - against


def theorem_rows(document: Document) -> Iterator[Mapping[str, Any]]:
    """Rows for the ledger, where the way to a verdict is a list of steps, as it is for networks.

    `blocked`: statements that the proof uses. `witness`: the request that refutes the theorem, line by line.
    """
    certificates = document["guardrails"]["certificates"]
    for row in document["results"]:
        steps = [line.strip() for line in request_lines(row["witness"])] if row["witness"] else []
        used = certificates.get(row["id"], {}).get("statements", [])
        yield {**row, "witness": steps, "blocked": used}


def _proved(organization: Organization, rules: frozenset[str]) -> Document:
    """Imported only where something is to be proved: the action catalogue takes long to read."""
    from landing_zone.proof.guardrails.proofs import prove_guardrails
    from landing_zone.reports.guardrail_proofs import guardrail_rows, guardrails_section

    with without_collection():
        proofs = prove_guardrails(organization, rules)
        return {"results": guardrail_rows(proofs), "guardrails": guardrails_section(organization, proofs)}
