"""Variants into templates: one CDK app, synthesized once, with cdk-nag, our rules and the CDK's own validation."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import redirect_stderr
from dataclasses import replace
from pathlib import Path
from typing import Any

from aws_cdk import Acknowledgment, App, Validations
from cdk_nag import HIPAASecurityChecks

from constructs_lib.validation import PLUGIN, LandingZoneRules
from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.assurance.finding import Finding, Report
from landing_zone.assurance.nag import nag_rules, nag_runs
from landing_zone.assurance.rules import FAILED, RuleContext
from landing_zone.assurance.template import Template
from landing_zone.plan.model import Variant
from stacks import STACKS

CLI_VARIABLES = ("CDK_CONTEXT_JSON", "CONTEXT_OVERFLOW_LOCATION_ENV", "CDK_OUTDIR", "CDK_DEBUG")
NAG_PLUGIN = "HIPAA.Security"
CFN_PLUGIN = "CloudFormation Validate"
NAG_RULE_THREW = "Rule threw an error"


class SynthesisFailed(Exception):
    """The CDK app did not come to an end that can be read: a crash of node, or a report that is missing."""


def build_variants(
    variants: Iterable[Variant],
    *,
    folder: Path,
    qualifier: str,
    flags: Mapping[str, Any],
    acknowledged_rules: Sequence[tuple[str, str]],
) -> dict[str, SynthesizedVariant]:
    """Synthesize variants into `folder` and read back templates, artifacts and every finding, by variant id.

    flags: the pinned CDK context. acknowledged_rules: (role, rule id) pairs that some acknowledgement speaks of;
    CDK is told of them so that its own report records them. Whether they fit the resource is judged by the caller.
    Raises SynthesisFailed.
    """
    by_id = {variant.id: variant for variant in variants}
    for name in CLI_VARIABLES:  # the CLI's context would make its result differ from ours
        os.environ.pop(name, None)
    app = App(outdir=str(folder), analytics_reporting=False, tree_metadata=False, context=dict(flags))
    for variant in by_id.values():
        stack = STACKS[variant.role](app, variant, qualifier)
        for role, rule in acknowledged_rules:
            if role == variant.role:
                Validations.of(stack).acknowledge(Acknowledgment(id=_qualified(rule), reason="see the acknowledgement"))
    rules = LandingZoneRules(
        lambda template: rule_context(by_id[template.name], template),
        {id: variant.shape["values"] for id, variant in by_id.items()},
    )
    Validations.of(app).add_plugins(HIPAASecurityChecks(app), rules)
    violations_raised = _synthesize(app)
    report_file = folder / "validation-report.json"
    if not report_file.is_file():
        raise SynthesisFailed("the CDK wrote no validation report")
    violations = _violations(json.loads(report_file.read_bytes()))
    if strangers := violations.keys() - by_id.keys():
        raise SynthesisFailed(f"the validation report names constructs outside the variants: {sorted(strangers)}")
    if unexamined := sorted(by_id.keys() - rules.reports.keys()):
        raise SynthesisFailed(f"our rules stopped before they had examined: {', '.join(unexamined)}")
    manifest = json.loads((folder / "manifest.json").read_bytes())
    built = {
        id: _read(folder, variant, manifest["artifacts"], violations.get(id, []), rules.reports[id])
        for id, variant in by_id.items()
    }
    if violations_raised and not any(variant.report.findings for variant in built.values()):
        raise SynthesisFailed(
            f"the CDK refused the app for a reason that its report does not name: {violations_raised}"
        )
    return built


def rule_context(variant: Variant, template: Template) -> RuleContext:
    """What our rules know about a variant."""
    shape = variant.shape
    return RuleContext(
        template,
        retention_by_kind=shape.get("retention_days", {}),
        variant_id=variant.id,
        availability_zones=len(shape["zones"]) if "zones" in shape else 3,
    )


def _synthesize(app: App) -> str:
    """Run the synthesis; the text of the CDK's refusal when there are violations, else an empty string."""
    with open(os.devnull, "w") as nowhere, redirect_stderr(nowhere):
        try:
            app.synth()
        except RuntimeError as error:
            if not str(error).startswith("ValidationFailed"):
                raise
            return str(error).splitlines()[0]
    return ""


def _qualified(rule: str) -> str:
    plugin = NAG_PLUGIN if rule.startswith("HIPAA.Security-") else PLUGIN if rule.startswith("HLZ-") else CFN_PLUGIN
    return f"{plugin.replace(' ', '-')}::{rule}"


def _violations(report: Mapping[str, Any]) -> dict[str, list[tuple[str, Mapping[str, Any], str]]]:
    """Violations of plugins other than ours by variant id: (plugin, violation, construct path); suppressed ones too."""
    found: dict[str, list[tuple[str, Mapping[str, Any], str]]] = {}
    for plugin in report["pluginReports"]:
        if plugin["pluginName"] == PLUGIN:
            continue
        for violation in [*plugin.get("violations", []), *plugin.get("suppressedViolations", [])]:
            for construct in violation["violatingConstructs"]:
                path = construct.get("constructPath") or ""
                found.setdefault(path.split("/", 1)[0], []).append((plugin["pluginName"], violation, path))
    return found


def _read(
    folder: Path,
    variant: Variant,
    artifacts: Mapping[str, Any],
    violations: Sequence[tuple[str, Mapping[str, Any], str]],
    own: Report,
) -> SynthesizedVariant:
    template = json.loads((folder / f"{variant.id}.template.json").read_bytes())
    logical_ids = _logical_ids(json.loads((folder / f"{variant.id}.metadata.json").read_bytes()))
    findings = [_finding(variant.id, logical_ids, *violation) for violation in violations]
    construct_paths = {logical_id: path for path, logical_id in logical_ids.items()}
    own = replace(own, findings=tuple(_at_construct(finding, construct_paths) for finding in own.findings))
    parsed = Template.from_json(template, name=variant.id)
    assets = artifacts.get(f"{variant.id}.assets")  # the bootstrap has none
    return SynthesizedVariant(
        id=variant.id,
        role=variant.role,
        template=template,
        artifact=artifacts[variant.id]["properties"],
        asset_artifact=assets["properties"] if assets else {},
        asset_manifest=json.loads((folder / f"{variant.id}.assets.json").read_bytes()) if assets else {},
        report=own.merge(Report(findings=tuple(findings), runs=nag_runs(parsed))),
    )


def _at_construct(finding: Finding, construct_paths: Mapping[str, str]) -> Finding:
    """The finding with the construct's path in place of the logical id: `VARIANT/FlowLogs/Key/Properties/...`."""
    construct = construct_paths.get(finding.resource)
    if construct is None:
        return finding
    return replace(finding, path=finding.path.replace(f"Resources/{finding.resource}", construct, 1))


def _logical_ids(metadata: Mapping[str, Any]) -> dict[str, str]:
    return {
        path.lstrip("/"): entry["data"]
        for path, entries in metadata.items()
        for entry in entries
        if entry["type"] == "aws:cdk:logicalId"
    }


def _finding(
    variant_id: str, logical_ids: Mapping[str, str], plugin: str, violation: Mapping[str, Any], path: str
) -> Finding:
    rule = violation["ruleName"]
    known = nag_rules().get(rule.split("[", 1)[0])
    severity = violation.get("severity")
    message = violation["description"]
    if message.startswith(NAG_RULE_THREW):  # no acknowledgement covers a rule that did not judge
        message = f"{FAILED}{message}"
    return Finding(
        rule=rule,
        control=known.control if known else "LZ-CHG-03",
        citations=known.citations if known else (),
        severity=severity if severity in ("error", "warning") else "error",
        template=variant_id,
        resource=logical_ids.get(path, ""),
        path=path,
        line=None,
        message=message,
        fix=known.fix if known else f"see {plugin} rule {rule}",
    )
