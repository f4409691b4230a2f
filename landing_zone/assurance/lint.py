"""cfn-lint over templates, its result cached by content. It takes seconds to import and is imported when it runs."""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from landing_zone.assurance.finding import Finding, NotEvaluated, Report, RuleRun, Severity, merged
from landing_zone.whole_file import write_whole

LINT_CONTROL = "LZ-CHG-03"
_SEVERITIES: Mapping[str, Severity] = {"E": "error", "W": "warning"}
_FAILED = frozenset({"E0001", "E0002"})
"""What cfn-lint says when it could not expand a transform, or when one of its rules broke."""


@dataclass(frozen=True)
class Linted:
    """What cfn-lint said about some templates."""

    report: Report

    def without_style(self, templates: Collection[str]) -> Linted:
        """Errors alone for these templates of others: cfn-lint's warnings are about style, and theirs to run it for."""
        kept = (row for row in self.report.findings if row.severity == "error" or row.template not in templates)
        return Linted(replace(self.report, findings=tuple(kept)))

    def added_to(self, document: Mapping[str, Any]) -> dict[str, Any]:
        """A check document with cfn-lint's verdicts added."""
        findings = [*document["findings"], *(finding.as_json() for finding in self.report.findings)]
        return {
            **document,
            "rules_run": document["rules_run"] + len(self.report.rules_run),
            "evaluations": document["evaluations"] + self.report.evaluations,
            "not_evaluated": [*document["not_evaluated"], *(row.as_json() for row in self.report.not_evaluated)],
            "findings": findings,
        }


def lint_templates(paths: Mapping[str, Path], cache: Path) -> Linted:
    """Run cfn-lint over templates by the name they go by in findings; equal content is linted once, ever."""
    return Linted(merged(_linted(name, path, cache) for name, path in paths.items()))


def _linted(name: str, path: Path, cache: Path) -> Report:
    content = path.read_bytes()
    key = hashlib.sha256(content + f"\ncfn-lint {version('cfn-lint')}; 2".encode()).hexdigest()
    entry = cache / f"lint-{key}.json"
    try:
        rows = json.loads(entry.read_text(encoding="utf-8"))
        report = Report.from_json(rows)
    except (OSError, ValueError, KeyError, TypeError):
        report = _lint(path)
        with suppress(OSError):
            cache.mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(entry, json.dumps(report.as_json()))
    return replace(
        report,
        findings=tuple(replace(finding, template=name) for finding in report.findings),
        not_evaluated=tuple(replace(row, template=name) for row in report.not_evaluated),
        runs=tuple(replace(run, template=name) for run in report.runs),
    )


@cache
def _rules() -> Any:
    """cfn-lint's rules, which take 0.3 s to load: once, as its own command line does, for all templates."""
    from cfnlint.runner import Runner

    logging.getLogger("cfnlint").addHandler(logging.NullHandler())  # or it writes what it cannot open to stderr
    return Runner(_config()).rules


def _config() -> Any:
    """cfn-lint's own settings: a `.cfnlintrc` that lies about could load code, and is no part of the cache's key."""
    from cfnlint.config import ConfigMixIn

    return ConfigMixIn(["--config-file", os.devnull, "--template", os.devnull])


def _matches(path: Path) -> Iterable[Any]:
    from cfnlint.runner.template import run_template_by_file_path

    return list(run_template_by_file_path(str(path), _config(), _rules(), False))  # names are no patterns


def _lint(path: Path) -> Report:
    findings, open_ = [], []
    for match in _matches(path):
        if match.rule.id in _FAILED:
            open_.append(NotEvaluated(match.rule.id, "", "", f"cfn-lint: {match.message}"))
            continue
        steps = [str(step) for step in getattr(match, "path", None) or []]
        findings.append(
            Finding(
                rule=match.rule.id,
                control=LINT_CONTROL,
                citations=(),
                severity=_SEVERITIES.get(match.rule.id[0], "note"),
                template="",
                resource=steps[1] if len(steps) > 1 and steps[0] == "Resources" else "",
                path="/".join(steps),
                line=match.linenumber,
                message=match.message,
                fix=f"{match.rule.shortdesc}: {match.rule.source_url}",
            )
        )
    runs = () if open_ else (RuleRun("cfn-lint", "", (path.name,)),)
    return Report(tuple(sorted(findings)), tuple(sorted(open_)), runs)
