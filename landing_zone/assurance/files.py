"""Checks on template files: our rules, cdk-nag, cfn-lint and network theorems; what was not evaluated is said."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from landing_zone.assurance.evaluation import evaluate
from landing_zone.assurance.finding import NotEvaluated, Report, merged
from landing_zone.assurance.library import ALL
from landing_zone.assurance.lint import Linted, lint_templates
from landing_zone.assurance.rules import RuleContext
from landing_zone.assurance.template import Template
from landing_zone.assurance.template_file import TemplateFile
from landing_zone.assurance.template_nag import RunNag, nag_report, without_twins
from landing_zone.assurance.template_network import network_report
from landing_zone.assurance.template_places import Templates, templates_at
from landing_zone.assurance.transforms import RULE, TOO_MUCH, expanded
from landing_zone.assurance.values import Value
from landing_zone.fault import Fault, InputError

__all__ = ["INDEX_FILE", "TEMPLATE_SUFFIXES", "Checked", "Linted", "check_templates", "lint_templates"]

INDEX_FILE = "landing-zone.json"
_OF_CDK = "AWS::CDK::Metadata"
"""Says which constructs were used, and is nothing."""
_ABOUT_LITERALS = frozenset({"HLZ-BCK-017", "HLZ-S3-027", "HLZ-SNS-005"})
"""Rules that ask for a parameter instead of a written out value: what a parameter's default says is none to them."""
TEMPLATE_SUFFIXES = (".template.json", ".template.yaml", ".template.yml", ".template")


@dataclass(frozen=True)
class Checked:
    """What a check of files says. faults: files that could not be read; then the document is partial."""

    document: dict[str, Any]
    faults: tuple[Fault, ...]


def check_templates(
    paths: Collection[Path],
    cache: Path,
    *,
    run_nag: RunNag | None = None,
    fast: bool = False,
    segments: Path | None = None,
) -> Checked:
    """The check document for templates, folders and cloud assemblies.

    Our rules, and unless `fast` cfn-lint, network theorems, and cdk-nag where `run_nag` can start it. Raises
    InputError: nothing at all can be read.
    """
    found = templates_at(paths)
    sources, open_ = _expanded(found)
    templates = {file: _template(file, source) for file, source in sources.items()}
    reports = [_evaluated(file, sources[file], template) for file, template in templates.items()]
    partial = _partial(open_, found)
    own = _without_verdict(merged([*reports, Report(not_evaluated=(*open_, *found.open))]), partial)
    faults = found.faults
    if not fast:
        foreign = {str(file): template for file, template in templates.items() if not _is_ours(file)}
        others = []
        if run_nag and foreign:
            others.append(without_twins(nag_report(foreign, run_nag, cache), own))
        try:
            others.append(network_report(templates, segments))
        except InputError as error:
            faults += error.faults
        own = merged([own, *others])
    if faults and not templates:
        raise InputError(faults)
    document: dict[str, Any] = {
        "resources": own.resources,
        "rules_run": len(own.rules_run),
        "evaluations": own.evaluations,
        "not_evaluated": [row.as_json() for row in own.not_evaluated],
        "findings": [finding.as_json() for finding in own.findings],
        "runs": [run.as_json() for run in own.runs],
    }
    if not fast:
        bombs = {row.template for row in open_ if TOO_MUCH in row.reason}
        linted = lint_templates({str(file): file for file in _shapes(list(templates)) if str(file) not in bombs}, cache)
        reason = "its loops make more than is expanded"
        document["not_evaluated"] += [NotEvaluated("cfn-lint", "", name, reason).as_json() for name in sorted(bombs)]
        document = linted.without_style({str(file) for file in templates if not _is_ours(file)}).added_to(document)
    document["templates"] = {
        "checked": len(templates),
        "skipped": found.skipped,
        "partial": partial,
        "without_rule": _without_rule(own, templates),
    }
    document["columns"] = _columns(document["findings"], sources)
    return Checked(document, tuple(sorted(set(faults))))


def _expanded(found: Templates) -> tuple[dict[Path, TemplateFile], list[Any]]:
    """The templates after their transforms; faults are added to those found."""
    sources: dict[Path, TemplateFile] = {}
    open_: list[Any] = []
    for file, source in found.files.items():
        try:
            after = expanded(source, str(file))
        except InputError as error:
            found.faults += error.faults
            continue
        sources[file] = after.source
        open_ += after.open
    return sources, open_


def _partial(open_: Sequence[Any], found: Templates) -> list[str]:
    """Templates of which a part is not known."""
    return sorted({row.template for row in (*open_, *found.open)})


def _without_verdict(report: Report, partial: Collection[str]) -> Report:
    """The report without the claim that templates can be read as they will be deployed of which a part is open."""
    return replace(report, runs=tuple(run for run in report.runs if run.rule != RULE or run.template not in partial))


def _without_rule(report: Report, templates: Mapping[Path, Template]) -> list[dict[str, Any]]:
    """Types of resources of which some were judged by no rule about their type, with how many; unknown types, too."""
    whole = {rule.id for rule in ALL if rule.whole_template}
    looked_at = {(run.template, id) for run in report.runs if run.rule not in whole for id in run.resources}
    looked_at |= {(row.template, row.resource) for row in report.findings}
    looked_at |= {(row.template, row.resource) for row in report.not_evaluated}
    types = Counter(
        resource.type
        for template in templates.values()
        for resource in template.resources.values()
        if (template.name, resource.logical_id) not in looked_at and resource.type != _OF_CDK
    )
    return [{"type": type_, "resources": count} for type_, count in sorted(types.items())]


def _columns(findings: Sequence[Mapping[str, Any]], sources: Mapping[Path, TemplateFile]) -> list[dict[str, Any]]:
    """The column of each place that findings name, where the file says it on the line that they name."""
    by_name = {str(file): source for file, source in sources.items()}
    rows: dict[tuple[str, str], int] = {}
    for finding in findings:
        source, path = by_name.get(finding["template"]), finding["path"]
        while source and path and path not in source.lines:
            path = path.rpartition("/")[0]
        if source and path and source.lines[path] == finding["line"] and path in source.columns:
            rows[finding["template"], finding["path"]] = source.columns[path]
    return [{"template": template, "path": path, "column": column} for (template, path), column in rows.items()]


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


def _template(file: Path, source: TemplateFile) -> Template:
    return Template.from_json(source.document, name=str(file), lines=source.lines)


def _evaluated(file: Path, source: TemplateFile, template: Template) -> Report:
    if _is_ours(file):
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
