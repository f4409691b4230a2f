"""One run: manifest and lock in, checked variants and a published assembly out. Builds nothing itself."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from landing_zone.assembly.cache import VariantCache, source_digest, tool_versions
from landing_zone.assembly.fan_out import Totals, write_assembly
from landing_zone.assembly.output import publish, set_aside, staged
from landing_zone.assembly.values import judged_values
from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.assurance.acknowledgements import (
    Acknowledgement,
    apply,
    judge,
    known_rule_ids,
    load_toolkit_acknowledgements,
)
from landing_zone.assurance.exceptions import ExceptedFinding, apply_exceptions, judge_exceptions, registered
from landing_zone.assurance.finding import Finding, Report, merged
from landing_zone.fault import InputError
from landing_zone.manifest import organization_tree as tree
from landing_zone.manifest.load import LoadedManifest, load_manifest
from landing_zone.plan.lock import LoadedLock, read_lock
from landing_zone.plan.make import Planned, make_plan
from landing_zone.plan.model import Plan, Variant
from landing_zone.plan.switches import holds
from landing_zone.proof.network.of_plan import identities

Builder = Callable[[Sequence[Variant], Sequence[tuple[str, str]], str], Mapping[str, SynthesizedVariant]]
"""Synthesizes variants, given the (role, rule id) pairs of acknowledgements and the bootstrap qualifier.

This is where node runs.
"""
PAGE_FILE = "summary.html"
Progress = Callable[[str], None]


@dataclass(frozen=True)
class Checked:
    """Every variant of a plan with the verdict over all rules and values."""

    loaded: LoadedManifest
    planned: Planned
    variants: Mapping[str, SynthesizedVariant]
    report: Report
    acknowledged: tuple[tuple[Finding, Acknowledgement], ...]
    built: int
    sources_sha256: str
    excepted: tuple[ExceptedFinding, ...] = ()

    @property
    def failing(self) -> tuple[Finding, ...]:
        """Findings that stop the output: errors and warnings."""
        return tuple(finding for finding in self.report.findings if finding.severity != "note")


def planned_from(manifest_path: Path) -> tuple[LoadedManifest, LoadedLock, Planned]:
    """Load and plan. Raises InputError."""
    loaded = load_manifest(manifest_path)
    locked = read_lock(manifest_path)
    return loaded, locked, make_plan(loaded, locked)


def check(
    manifest_path: Path,
    *,
    build: Builder,
    root: Path,
    cache_folder: Path,
    flags: Mapping[str, Any],
    today: date,
    progress: Progress,
    bootstrap_alone: bool = False,
) -> Checked:
    """Plan, synthesize what the cache does not hold, and judge everything. Raises InputError.

    bootstrap_alone: leave out the deployments. Acknowledgements must be of use: the toolkit's where their role is
    synthesized and their switch is on, the manifest's always but with bootstrap_alone.
    """
    loaded, locked, planned = planned_from(manifest_path)
    if planned.stale:
        more = f" and {len(planned.stale) - 1} more" if len(planned.stale) > 1 else ""
        command = f"run `hlz plan --write -m {manifest_path}`"
        raise InputError([locked.fault((), f"the lock is stale: {planned.stale[0]}{more}", command)])
    acknowledgements = [*load_toolkit_acknowledgements(), *_from_manifest(loaded)]
    if bootstrap_alone:
        planned = replace(planned, plan=Plan((), planned.plan.bootstrap))
    roles = {variant.role for variant in planned.plan.synthesized_variants}
    due = [
        entry
        for entry in acknowledgements
        if (entry.role in roles and holds(entry.when, loaded.manifest))
        or (entry.source == "manifest" and not bootstrap_alone)
    ]
    sources = source_digest(root)
    inputs = {
        "sources": sources,
        "tools": tool_versions(),
        "flags": dict(flags),
        "qualifier": loaded.manifest.delivery.qualifier,
        "acknowledged": sorted({(entry.role or "", entry.identifier) for entry in acknowledgements}),
    }
    cache = VariantCache(cache_folder, inputs)
    qualifier = loaded.manifest.delivery.qualifier
    plan = planned.plan
    variants, built = _synthesized(plan.synthesized_variants, cache, build, acknowledgements, qualifier, progress)
    report, acknowledged, excepted = _judged(loaded, plan, variants, acknowledgements, due, today)
    return Checked(loaded, planned, variants, report, acknowledged, built, sources, excepted)


def synthesize(
    checked: Checked, output: Path, progress: Progress, reports: Callable[[Checked], Mapping[str, str]]
) -> Totals | None:
    """Publish the assembly and the reports beside it (text by file name; the index file holds their SHA-256).

    With findings nothing is published, a previous assembly is set aside and the result is None. The caller holds
    `writer(output)`.
    """
    if checked.failing:
        set_aside(output)
        return None
    progress(f"writing {len(checked.planned.plan.written)} deployments")
    with staged(output) as stage:
        texts = {name: text.encode() for name, text in reports(checked).items()}
        about = provenance(checked) | {"reports": {name: sha256(text).hexdigest() for name, text in texts.items()}}
        totals = write_assembly(stage, checked.planned.plan, checked.variants, about)
        for name, content in texts.items():
            (stage / name).write_bytes(content)
        publish(stage, output)
    return totals


def provenance(checked: Checked) -> dict[str, Any]:
    """What the assembly was made from, what the checks said, and whose the ids in it are, for its index file."""
    templates = {id: variant.template for id, variant in checked.variants.items()}
    return {
        "manifest_sha256": checked.loaded.digest,
        "sources_sha256": checked.sources_sha256,
        "tools": tool_versions(),
        "variants": {
            id: {"role": variant.role, "resources": variant.resources} for id, variant in checked.variants.items()
        },
        "rules_run": sorted(checked.report.rules_run),
        "evaluations": checked.report.evaluations,
        "acknowledged": acknowledged_rows(checked),
        "excepted": [entry.as_json() for entry in checked.excepted],
        "not_evaluated": [entry.as_json() for entry in checked.report.not_evaluated],
        "identities": identities(checked.loaded.manifest, checked.planned.plan, templates, checked.planned.lock),
    }


def acknowledged_rows(checked: Checked) -> list[dict[str, Any]]:
    """Acknowledged findings with who said so, why and until when."""
    return [
        {
            **finding.as_json(),
            "reason": entry.reason,
            "source": entry.source,
            "owner": entry.owner,
            "expires": entry.expires.isoformat() if entry.expires else None,
        }
        for finding, entry in checked.acknowledged
    ]


def _synthesized(
    variants: Iterable[Variant],
    cache: VariantCache,
    build: Builder,
    acknowledgements: Sequence[Acknowledgement],
    qualifier: str,
    progress: Progress,
) -> tuple[dict[str, SynthesizedVariant], int]:
    found = {variant.id: (variant, cache.read(variant)) for variant in variants}
    missing = [variant for variant, entry in found.values() if entry is None]
    built: Mapping[str, SynthesizedVariant] = {}
    if missing:
        progress(f"synthesizing {len(missing)} variants")
        pairs = {(entry.role or variant.role, entry.identifier) for entry in acknowledgements for variant in missing}
        built = build(missing, sorted(pairs), qualifier)
        for variant in missing:
            cache.write(variant, built[variant.id])
    return {id: entry or built[id] for id, (_, entry) in found.items()}, len(missing)


def _judged(
    loaded: LoadedManifest,
    plan: Plan,
    variants: Mapping[str, SynthesizedVariant],
    acknowledgements: Sequence[Acknowledgement],
    due: Sequence[Acknowledgement],
    today: date,
) -> tuple[Report, tuple[tuple[Finding, Acknowledgement], ...], tuple[ExceptedFinding, ...]]:
    open_findings: list[Finding] = []
    acknowledged: list[tuple[Finding, Acknowledgement]] = []
    used: set[Acknowledgement] = set()
    for variant in variants.values():
        result = apply(variant.report.findings, acknowledgements, variant.role, today)
        open_findings += result.remaining
        acknowledged += result.acknowledged
        used |= result.used
    exceptions = registered(loaded.manifest, loaded.document)
    divided = apply_exceptions(open_findings, exceptions, _accounts_of_templates(loaded, plan), today)
    open_findings = [
        *divided.remaining,
        *judge(due, used, known_rule_ids(), today),
        *judge_exceptions(exceptions, today),
    ]
    templates = merged(variant.report for variant in variants.values())
    report = replace(templates, findings=tuple(open_findings)).merge(judged_values(loaded.manifest, plan))
    return report, tuple(acknowledged), divided.excepted


def _accounts_of_templates(loaded: LoadedManifest, plan: Plan) -> dict[str, frozenset[str]]:
    """The accounts to which each variant is deployed; the bootstrap is, by itself, in every one."""
    found: dict[str, set[str]] = {}
    for deployment in plan.deployments:
        found.setdefault(deployment.variant.id, set()).add(deployment.environment.account)
    if plan.bootstrap:
        found[plan.bootstrap.variant.id] = {account.name for account in tree.accounts(loaded.manifest)}
    return {id: frozenset(accounts) for id, accounts in found.items()}


def _from_manifest(loaded: LoadedManifest) -> list[Acknowledgement]:
    return [
        Acknowledgement(
            rule=entry.rule,
            role=entry.role,
            resource=entry.resource,
            reason=entry.reason,
            owner=entry.owner,
            expires=date.fromisoformat(entry.expires) if entry.expires else None,
            source="manifest",
            file=loaded.document.file,
            line=loaded.document.fault(("acknowledgements", index), "").line,
        )
        for index, entry in enumerate(loaded.manifest.acknowledgements)
    ]


def synth_document(checked: Checked, output: Path, totals: Totals | None) -> dict[str, Any]:
    """The `--json` document of `hlz synth`."""
    plan = checked.planned.plan
    return {
        "assembly": str(output) if totals else None,
        "page": str(output / PAGE_FILE) if totals else None,
        "accounts": len(tree.accounts(checked.loaded.manifest)),
        "environments": len(plan.environments),
        "variants": len(checked.variants),
        "variants_built": checked.built,
        "deployments": totals.deployments if totals else 0,
        "withheld": len(plan.withheld),
        "withheld_reasons": plan.withheld_reasons,
        "resources": totals.resources if totals else 0,
        "bytes": totals.bytes if totals else 0,
        "rules_run": len(checked.report.rules_run),
        "evaluations": checked.report.evaluations,
        "acknowledged": len(checked.acknowledged),
        "excepted": [entry.as_json() for entry in checked.excepted],
        "not_evaluated": [entry.as_json() for entry in checked.report.not_evaluated],
        "findings": [finding.as_json() for finding in checked.report.findings],
    }


def check_document(checked: Checked) -> dict[str, Any]:
    """The `--json` document of `hlz check` on the manifest, before cfn-lint has added to it.

    `acknowledgements` and `runs` are for other formats.
    """
    return {
        "resources": checked.report.resources,
        "rules_run": len(checked.report.rules_run),
        "evaluations": checked.report.evaluations,
        "acknowledged": len(checked.acknowledged),
        "excepted": [entry.as_json() for entry in checked.excepted],
        "not_evaluated": [entry.as_json() for entry in checked.report.not_evaluated],
        "findings": [finding.as_json() for finding in checked.report.findings],
        "acknowledgements": acknowledged_rows(checked),
        "runs": [run.as_json() for run in checked.report.runs],
    }


def write_variants(checked: Checked, folder: Path) -> None:
    """Write the template of every variant, for checks that read files."""
    folder.mkdir(parents=True, exist_ok=True)
    for variant in checked.variants.values():
        text = json.dumps(variant.template, indent=1, ensure_ascii=False)
        (folder / f"{variant.id}.template.json").write_text(text, encoding="utf-8")
