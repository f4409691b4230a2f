"""What the formats for CI are rendered from: one shape for the document of `hlz check` and for the assurance report."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from landing_zone.assurance.controls import control_for
from landing_zone.assurance.evaluation import citations_of
from landing_zone.assurance.library import ALL
from landing_zone.assurance.nag import nag_rules
from landing_zone.assurance.value_rules import VALUE_RULES
from landing_zone.reports.report_input import ReportInput

Row = Mapping[str, Any]
FILE_SUFFIXES = (".json", ".yaml", ".yml", ".template")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: object) -> str:
    """The text without what XML 1.0 and UTF-8 cannot hold: control characters, lone surrogates, U+FFFE and U+FFFF."""
    return _NOT_XML.sub("", str(text))


@dataclass(frozen=True)
class CheckResults:
    """Findings and what surrounds them.

    suppressed: findings that were acknowledged or excepted, with `reason`, `source`, `owner` and `expires`.
    examined: template to the rules that judged something in it, as far as the document says so.
    rules: rows with id, title, control, citations, description and fix. place: the file of a template's name.
    columns: column of a template's path, where a file of somebody's own says it.
    """

    findings: tuple[Row, ...]
    suppressed: tuple[Row, ...]
    not_evaluated: tuple[Row, ...]
    examined: Mapping[str, frozenset[str]]
    rules_run: int
    resources: int
    acknowledged: int
    rules: Mapping[str, Row] = field(repr=False)
    place: Callable[[str], str] = field(repr=False)
    columns: Mapping[tuple[str, str], int] = field(default_factory=dict, repr=False)

    @property
    def failing(self) -> tuple[Row, ...]:
        """Findings for which the exit code is 1."""
        return tuple(row for row in self.findings if row["severity"] != "note")


def results_of_check(document: Row, assembly: str = "cdk.out") -> CheckResults:
    """The results in the document of `hlz check --json`. Its optional `runs` (see RuleRun) say what was examined."""
    acknowledged = document.get("acknowledged", 0)
    rows = acknowledged if isinstance(acknowledged, list) else []
    examined: dict[str, set[str]] = {}
    for run in document.get("runs", ()):
        examined.setdefault(run["template"], set()).add(run["rule"])
    return CheckResults(
        findings=tuple(document["findings"]),
        suppressed=(*rows, *_excepted(document.get("excepted", ()))),
        not_evaluated=tuple(document["not_evaluated"]),
        examined={template: frozenset(rules) for template, rules in sorted(examined.items())},
        rules_run=document["rules_run"],
        resources=document["resources"],
        acknowledged=len(rows) if rows else int(acknowledged or 0),
        rules=rule_rows(),
        # Of files, whatever they are called, the name is the file.
        place=str if "templates" in document else lambda template: template_file(template, {}, assembly),
        columns={(row["template"], row["path"]): row["column"] for row in document.get("columns", ())},
    )


def results_of_report(source: ReportInput, assembly: str = "cdk.out") -> CheckResults:
    """The results in an assurance report; `assembly` is the cloud assembly's folder as the repository names it."""
    report = source.report
    files: dict[str, str] = {}
    for name, row in sorted(source.index.get("deployments", {}).items()):
        files.setdefault(row["variant"], row["template"])
        files[name] = row["template"]
    return CheckResults(
        findings=tuple(report["findings"]),
        suppressed=(*report["acknowledged"], *_excepted(report.get("excepted", ()))),
        not_evaluated=tuple(report["not_evaluated"]),
        examined=_examined(report["controls"]),
        rules_run=report["totals"]["rules_run"],
        resources=report["totals"]["resources"],
        acknowledged=len(report["acknowledged"]),
        rules={row["id"]: row for row in report["rules"]},
        place=lambda template: template_file(template, files, assembly),
    )


def _excepted(rows: Iterable[Row]) -> Iterator[Row]:
    """Findings of which nothing is left as a failure, with who accepted them in the words of an acknowledgement."""
    for row in rows:
        held = row.get("exceptions", ())
        if row.get("whole", True) and held:
            reason = f"Excepted for {', '.join(one['scope'] for one in held)}, accepted by {held[0]['approver']}."
            yield {**row, "reason": reason, "source": "manifest", **{k: held[0][k] for k in ("owner", "expires")}}


def _examined(controls: Iterable[Row]) -> dict[str, frozenset[str]]:
    """Variant to the rules that are evidence there."""
    found: dict[str, set[str]] = {}
    for control in controls:
        for entry in control["entries"]:
            rules = {row["id"] for row in entry["evidence"] if row["kind"] == "rule"}
            if rules:
                found.setdefault(entry["scope"], set()).update(rules)
    return {scope: frozenset(rules) for scope, rules in sorted(found.items())}


def template_file(template: str, files: Mapping[str, str], assembly: str) -> str:
    """The file of what a finding calls its template: that file itself, or the first one of a variant or deployment."""
    if template.endswith(FILE_SUFFIXES):
        return template
    return f"{assembly}/{files.get(template, f'{template}.template.json')}"


@cache
def rule_rows() -> Mapping[str, Row]:
    """Every rule there is, by id, in the shape of the report's `rules`."""
    rows = [
        *(_row(r.id, r.title, r.control, citations_of(r.control), r.description, r.fix) for r in ALL),
        *(_value_row(id, rule.title, rule.fix) for id, rule in VALUE_RULES.items()),
        *(_row(r.id, r.found, r.control, r.citations, "", r.fix) for r in nag_rules().values()),
    ]
    return {row["id"]: row for row in rows}


def _value_row(id: str, title: str, fix: str) -> Row:
    control = control_for(id)
    return _row(id, title, control.id, control.cfr, "", fix)


def _row(id: str, title: str, control: str, citations: Iterable[str], description: str, fix: str) -> Row:
    return {
        "id": id,
        "title": title,
        "control": control,
        "citations": list(citations),
        "description": description,
        "fix": fix,
    }
