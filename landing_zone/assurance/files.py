"""Checks on template files: our rules, and cfn-lint with its result cached by content."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

from landing_zone.assurance.evaluation import evaluate
from landing_zone.assurance.finding import Finding, Report, RuleRun, merged
from landing_zone.assurance.library import ALL
from landing_zone.assurance.rules import RuleContext
from landing_zone.assurance.template import Template
from landing_zone.assurance.template_file import TemplateFile, read_template
from landing_zone.assurance.values import Value
from landing_zone.fault import Fault, InputError
from landing_zone.whole_file import write_whole

INDEX_FILE = "landing-zone.json"
LINT_CONTROL = "LZ-CHG-03"
_ABOUT_LITERALS = frozenset({"HLZ-BCK-017", "HLZ-S3-027", "HLZ-SNS-005"})
"""Rules that ask for a parameter instead of a written out value: what a parameter's default says is none to them."""
TEMPLATE_SUFFIXES = (".template.json", ".template.yaml", ".template.yml", ".template")


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


def _shapes(files: Sequence[Path]) -> list[Path]:
    """The files without those that our own assembly says differ from an earlier one in values only.

    A template that is not byte for byte the one that was written counts as a shape of its own.
    """
    indices = {folder: _index(folder) for folder in {file.parent for file in files}}
    seen: set[tuple[Path, str]] = set()
    shapes: list[Path] = []
    for file in files:
        row = indices[file.parent].get(file.name)
        if row is None or hashlib.sha256(file.read_bytes()).hexdigest() != row["sha256"]:
            shapes.append(file)
        elif (file.parent, row["variant"]) not in seen:
            seen.add((file.parent, row["variant"]))
            shapes.append(file)
    return shapes


def _index(folder: Path) -> dict[str, Any]:
    """Rows of an assembly's index file by template; none where there is no such file."""
    try:
        rows = json.loads((folder / INDEX_FILE).read_text(encoding="utf-8"))["deployments"].values()
        return {row["template"]: row for row in rows if {"variant", "sha256"} <= row.keys()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def check_templates(paths: Collection[Path], cache: Path) -> dict[str, Any]:
    """The check document for templates, folders and cloud assemblies: our rules and cfn-lint.

    Raises InputError: a path is no template, or a folder holds none.
    """
    files: list[Path] = []
    faults: list[Fault] = []
    for path in paths:
        found = sorted(_templates(path))
        if not found:
            reason = (
                "holds no CloudFormation template" if path.is_dir() else "cannot be read: no such file or directory"
            )
            faults.append(Fault(str(path), 1, 1, "", reason))
        files += found
    reports: list[Report] = []
    for file in files:
        try:
            reports.append(_evaluated(file))
        except InputError as error:
            faults += error.faults
    if faults:
        raise InputError(faults)
    report = merged(reports)
    document = {
        "resources": report.resources,
        "rules_run": len(report.rules_run),
        "evaluations": report.evaluations,
        "not_evaluated": [row.as_json() for row in report.not_evaluated],
        "findings": [finding.as_json() for finding in report.findings],
        "runs": [run.as_json() for run in report.runs],
    }
    linted = lint_templates({str(file): file for file in _shapes(files)}, cache)
    return linted.without_style({str(file) for file in files if not _is_ours(file)}).added_to(document)


def _templates(path: Path) -> Iterator[Path]:
    if path.is_dir():
        yield from (file for file in path.rglob("*") if file.name.endswith(TEMPLATE_SUFFIXES) and file.is_file())
    elif path.exists():
        yield path


def _evaluated(file: Path) -> Report:
    source = read_template(file)
    if _is_ours(file):
        template = Template.from_json(source.document, name=str(file), lines=source.lines)
        return evaluate(template, RuleContext(template))
    return evaluated_foreign(source, str(file))


def _is_ours(file: Path) -> bool:
    return (file.parent / INDEX_FILE).is_file()


def evaluated_foreign(source: TemplateFile, name: str) -> Report:
    """Our rules over a template that is not ours, first with its parameters unknown, then with their defaults."""
    template = Template.from_json(source.document, name=name, lines=source.lines)
    report = evaluate(template, RuleContext(template, own=False))
    defaults = _defaults(source.document)
    return _with_defaults(report, source, name, defaults) if defaults and report.not_evaluated else report


def _with_defaults(report: Report, source: TemplateFile, name: str, defaults: Mapping[str, Value]) -> Report:
    """The report with what is wrong if nobody sets the parameters. What their defaults make good stays undecided."""
    template = Template.from_json(source.document, name=name, lines=source.lines, given=defaults)
    open_rules = {entry.rule for entry in report.not_evaluated}
    rules = [rule for rule in ALL if rule.id in open_rules - _ABOUT_LITERALS]
    assumed = evaluate(template, RuleContext(template, own=False), rules)
    known = {(finding.rule, finding.resource, finding.path) for finding in report.findings}
    more = tuple(
        replace(finding, message=f"{finding.message} (By the default of a parameter.)")
        for finding in assumed.findings
        if (finding.rule, finding.resource, finding.path) not in known
    )
    return replace(report, findings=tuple(sorted((*report.findings, *more))))


def _defaults(document: Mapping[str, Any]) -> dict[str, Value]:
    """Defaults of the parameters that are plain values; secrets (NoEcho) and names of stored values are left out."""
    parameters = document.get("Parameters")
    found: dict[str, Value] = {}
    for name, parameter in parameters.items() if isinstance(parameters, Mapping) else ():
        if not isinstance(parameter, Mapping) or str(parameter.get("NoEcho", "")).lower() == "true":
            continue
        type_, default = str(parameter.get("Type", "")), parameter.get("Default")
        if default is None or isinstance(default, (Mapping, list)) or type_.startswith("AWS::SSM::"):
            continue
        several = type_ == "CommaDelimitedList" or type_.startswith("List<")
        found[str(name)] = [part.strip() for part in str(default).split(",")] if several else default
    return found


def _linted(name: str, path: Path, cache: Path) -> Report:
    content = path.read_bytes()
    key = hashlib.sha256(content + f"\ncfn-lint {version('cfn-lint')}".encode()).hexdigest()
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
def _linter() -> Any:
    """cfn-lint with its rules loaded, which takes 0.3 s: once, as its own command line does, for all templates."""
    from cfnlint.config import ConfigMixIn
    from cfnlint.runner import Runner

    return Runner(ConfigMixIn(["--template", os.devnull]))


def _lint(path: Path) -> Report:
    from cfnlint.config import ConfigMixIn

    linter = _linter()
    linter.config = ConfigMixIn(["--template", str(path)])
    findings = []
    for match in linter.run():
        steps = [str(step) for step in getattr(match, "path", None) or []]
        findings.append(
            Finding(
                rule=match.rule.id,
                control=LINT_CONTROL,
                citations=(),
                severity={"E": "error", "W": "warning"}.get(match.rule.id[0], "note"),  # type: ignore[arg-type]
                template="",
                resource=steps[1] if len(steps) > 1 and steps[0] == "Resources" else "",
                path="/".join(steps),
                line=match.linenumber,
                message=match.message,
                fix=f"{match.rule.shortdesc}: {match.rule.source_url}",
            )
        )
    return Report(findings=tuple(sorted(findings)), runs=(RuleRun("cfn-lint", "", (path.name,)),))
