"""Findings as a person reads them in a terminal or a CI log."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from landing_zone.assurance.finding import Finding


def findings_text(findings: Iterable[Finding]) -> str:
    """Each finding with its place, citation and fix; a blank line between them."""
    return "\n\n".join(_finding_text(finding) for finding in findings)


def excepted_text(rows: Iterable[Mapping[str, Any]]) -> str:
    """A line for each excepted finding: what of it, where, who accepted it and until when."""
    return "\n".join(
        f"excepted {row['rule']} ({row['control']}) {row['template']} {row['resource']}: "
        f"{', '.join(row['excepted_citations'])}, accepted by "
        + "; ".join(f"{one['approver']} until {one['expires']}" for one in row["exceptions"])
        for row in rows
    )


def _finding_text(finding: Finding) -> str:
    place = f"{finding.template}:{finding.line}" if finding.line else finding.template
    where = " ".join(part for part in (place, finding.resource) if part)
    citations = f"  45 CFR {', '.join(finding.citations)}" if finding.citations else ""
    lines = (
        f"{finding.severity} {finding.rule} ({finding.control}) {where}",
        f"  {finding.message}",
        f"  at   {finding.path}",
        f"  fix  {finding.fix}",
        *((citations,) if citations else ()),
    )
    return "\n".join(map(one_line, lines))


def one_line(text: str) -> str:
    """The text with its line breaks written as `\\n`: names of files and resources must not look like findings."""
    return "\\n".join(text.splitlines())
