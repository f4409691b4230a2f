"""What cdk-nag says of templates that exist: its rows as findings, without what our own rules say already."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from landing_zone.assurance.expectations import expectations
from landing_zone.assurance.finding import Finding, NotEvaluated, Report, merged
from landing_zone.assurance.nag import nag_rules, nag_runs
from landing_zone.assurance.template import Template
from landing_zone.whole_file import write_whole

PACK = "HIPAA.Security"
_THREW = "Rule threw an error"
_TOOLS = ("cdk-nag", "aws-cdk-lib")

RunNag = Callable[[Mapping[str, Mapping[str, Any]]], Mapping[str, Any]]
"""Templates by name to the rows of check_app.py by name; starts node."""


def nag_report(templates: Mapping[str, Template], run: RunNag, cache_folder: Path) -> Report:
    """The pack over templates by name; node runs once for all, and not for what is in the cache."""
    entries = {name: cache_folder / f"nag-{_key(template)}.json" for name, template in templates.items()}
    rows = {name: row for name, entry in entries.items() if (row := _cached(entry)) is not None}
    missing = {name: template.document for name, template in templates.items() if name not in rows}
    if missing:
        fresh = run(missing)
        rows |= fresh
        with suppress(OSError):
            cache_folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for name, row in fresh.items():
                write_whole(entries[name], json.dumps(row))
    return merged(_report(templates[name], row) for name, row in rows.items())


def without_twins(nag: Report, own: Report) -> Report:
    """The pack's report without findings that a rule of ours says of the same resource."""
    said = {
        (row.template, row.resource, twin)
        for row in own.findings
        for twin, part in _twins().get(row.rule, ())
        if part in row.path
    }
    kept = (row for row in nag.findings if (row.template, row.resource, _base(row.rule)) not in said)
    return replace(nag, findings=tuple(kept))


@cache
def _twins() -> Mapping[str, list[tuple[str, str]]]:
    """By rule of ours, those of the pack that ask the same; and the part of the path of a finding that is about it."""
    twins: dict[str, list[tuple[str, str]]] = {row.id: [(row.twin, "")] for row in expectations() if row.twin}
    for rule in nag_rules().values():
        ours, _, part = rule.ours.partition(" ")
        twins.setdefault(ours, []).append((rule.id, part))
    return twins


def _base(rule: str) -> str:
    return rule.partition("[")[0]


def _report(template: Template, row: Mapping[str, Any]) -> Report:
    if "refused" in row:
        reason = f"the CDK cannot include this template: {row['refused']}"
        return Report(not_evaluated=(NotEvaluated(PACK, "", template.name, reason),))
    findings, open_ = [], []
    for one in row["findings"]:
        resource = str(one["resource"])
        if str(one["message"]).startswith(_THREW):
            reason = "a value is not known that cdk-nag needs, or of a kind it cannot read"
            open_.append(NotEvaluated(str(one["rule"]), resource, template.name, reason))
            continue
        known = nag_rules().get(_base(one["rule"]))
        path = f"Resources/{resource}"
        findings.append(
            Finding(
                rule=str(one["rule"]),
                control=known.control if known else "LZ-CHG-03",
                citations=known.citations if known else (),
                severity="warning" if one["level"] == "warning" else "error",
                template=template.name,
                resource=resource,
                path=path,
                line=template.line(path),
                message=str(one["message"]),
                fix=known.fix if known else f"see rule {one['rule']} of cdk-nag",
            )
        )
    undecided = {(entry.rule, entry.resource) for entry in open_}
    runs = []
    for ran in nag_runs(template):
        if judged := tuple(id for id in ran.resources if (ran.rule, id) not in undecided):
            runs.append(replace(ran, resources=judged))
    return Report(tuple(findings), tuple(open_), tuple(runs))


def _key(template: Template) -> str:
    """Of everything that decides the pack's answer; lines are not part of it."""
    tools = [f"{tool} {version(tool)}" for tool in _TOOLS]
    content = json.dumps([tools, template.document], default=str)
    return hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()


def _cached(entry: Path) -> dict[str, Any] | None:
    try:
        row = json.loads(entry.read_text(encoding="utf-8"))
        whole = isinstance(row["refused"], str) if "refused" in row else isinstance(row["findings"], list)
        return row if whole else None
    except (OSError, ValueError, KeyError, TypeError):
        return None
