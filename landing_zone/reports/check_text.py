"""What `hlz check` says to a person."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from landing_zone.assurance.finding import Finding
from landing_zone.reports.text import excepted_text, findings_text, one_line

_MOST_TYPES = 12


def check_text(document: Mapping[str, Any]) -> str:
    """Every finding, every excepted one, then totals with what was not evaluated."""
    findings = findings_text(Finding.from_json(row) for row in document["findings"])
    excepted = document.get("excepted", [])
    totals = (
        f"{document['resources']} resources, {document['rules_run']} rules run, {len(document['findings'])} findings, "
        f"{document.get('acknowledged', 0)} acknowledged, "
        f"{len(excepted)} excepted, {len(document['not_evaluated'])} not evaluated."
    )
    if baseline := document.get("baseline"):
        totals += f" In the baseline: {baseline['known']} known findings not shown, {baseline['gone']} gone."
    return "\n\n".join(part for part in (findings, excepted_text(excepted), totals + _templates(document)) if part)


def _templates(document: Mapping[str, Any]) -> str:
    """Of files: how many were templates, and which of them are known in part only."""
    counts = document.get("templates")
    if not counts:
        return ""
    text = f" {counts['checked']} {'template' if counts['checked'] == 1 else 'templates'}"
    text += f", {counts['skipped']} other YAML and JSON files skipped." if counts["skipped"] else "."
    if counts["partial"]:
        text += (
            "\nPartial, because something is expanded or nested elsewhere: "
            + ", ".join(map(one_line, counts["partial"]))
            + "."
        )
    if rows := counts.get("without_rule"):
        types = [f"{one_line(row['type'])} ({row['resources']})" for row in rows]
        more = f" and {len(types) - _MOST_TYPES} more types" if len(types) > _MOST_TYPES else ""
        text += f"\nNo rule is about: {', '.join(types[:_MOST_TYPES])}{more}."
    return text
