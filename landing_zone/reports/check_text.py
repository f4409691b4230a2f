"""What `hlz check` says to a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landing_zone.assurance.finding import Finding
from landing_zone.reports.text import findings_text


def check_text(document: Mapping[str, Any]) -> str:
    """Every finding, then totals with what was not evaluated."""
    findings = findings_text(Finding.from_json(row) for row in document["findings"])
    totals = (
        f"{document['resources']} resources, {document['rules_run']} rules run, {len(document['findings'])} findings, "
        f"{document.get('acknowledged', 0)} acknowledged, {len(document['not_evaluated'])} not evaluated."
    )
    if baseline := document.get("baseline"):
        totals += f" In the baseline: {baseline['known']} known findings not shown, {baseline['gone']} gone."
    return "\n\n".join(part for part in (findings, totals) if part)
