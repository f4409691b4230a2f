"""Theorems over the network that templates make: what is refuted is a finding at the first place of its path."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from landing_zone.assurance.controls import controls
from landing_zone.assurance.finding import Finding, NotEvaluated, Report, RuleRun
from landing_zone.assurance.template import Template

RULE = "HLZ-NET-PROOF"
"""Stands for all theorems where none of them can be asked."""

_CONTROL = "LZ-NET-01"
_ENVIRONMENT = re.compile(r"aws://([0-9]{12}|[^/]*)/([^/]*)")
_NETWORK = frozenset({"AWS::EC2::VPC", "AWS::EC2::Subnet", "AWS::EC2::TransitGateway"})
_FEW = 6


def network_report(templates: Mapping[Path, Template], segments: Path | None) -> Report:
    """Verdicts on the network of all templates together; nothing where they hold no network.

    segments: a file that says which segment networks belong to, where no tag does. Raises InputError: it is faulty.
    """
    if not any(next(template.of_type(*_NETWORK), None) for template in templates.values()):
        return Report()
    from landing_zone.proof.network.model import StackTemplate
    from landing_zone.proof.network.prove import load_theorems, prove_network
    from landing_zone.proof.network.read import read_network
    from landing_zone.proof.network.segments import read_segments, unmatched

    stacks = []
    for file, template in templates.items():
        account, region, also = _deployed(file)
        stacks.append(StackTemplate(str(file), template.document, account, region, also=also))
    network = read_network(stacks, read_segments(segments) if segments else {})
    if segments:
        unmatched(segments, network)
    labelled = any(subnet.segment for subnet in network.subnets.values())
    if not labelled:
        reason = (
            "no subnet says which segment it belongs to, so no theorem about the network can be asked; "
            "`--segments FILE` says it"
        )
        return Report(not_evaluated=(NotEvaluated(RULE, "", "", reason),))
    by_name = {template.name: template for template in templates.values()}
    findings, open_, runs = [], [], []
    for result in prove_network(network, load_theorems()):
        if result.verdict == "UNKNOWN":
            open_.append(NotEvaluated(result.id, "", "", result.reason))
            continue
        template_names = sorted({hop.origin.template for hop in result.witness}) or sorted(by_name)
        runs += [RuleRun(result.id, name, tuple(by_name[name].resources)) for name in template_names if name in by_name]
        if result.verdict == "REFUTED":
            findings.append(_finding(result, by_name))
    return Report(tuple(findings), tuple(open_), tuple(runs))


def _finding(result: Any, by_name: Mapping[str, Template]) -> Finding:
    origin = next((hop.origin for hop in result.witness if hop.origin.template in by_name), None)
    template, resource = (origin.template, origin.logical_id) if origin else ("", "")
    path = f"Resources/{resource}" if resource else ""
    hops = [f"{hop.origin.logical_id}: {hop.text}" for hop in result.witness[:_FEW]]
    said = "; ".join([*hops, *(["..."] if len(result.witness) > _FEW else [])]) or result.reason
    return Finding(
        rule=result.id,
        control=_control(result.id),
        citations=tuple(result.citations),
        severity="error",
        template=template,
        resource=resource,
        path=path,
        line=by_name[template].line(path) if template else None,
        message=f"Does not hold: {result.theorem} ({said})",
        fix="Close one step of this path; `hlz prove --network PATH --explain` with this id shows all of it.",
    )


@cache
def _control(theorem: str) -> str:
    """The control that names the theorem among its invariants."""
    ids = (id for id in sorted(controls()) if theorem in controls()[id].enforced_by.invariants)
    return next(ids, _CONTROL)


def _deployed(file: Path) -> tuple[str, str, tuple[str, ...]]:
    """Account, Region and names of the stack, where the file stands in a cloud assembly that says them."""
    for artifact_id, artifact in _artifacts(file.parent):
        properties = artifact.get("properties")
        if isinstance(properties, Mapping) and properties.get("templateFile") == file.name:
            found = _ENVIRONMENT.fullmatch(str(artifact.get("environment")))
            account, region = found.groups() if found else ("", "")
            names = [artifact_id, properties.get("stackName"), artifact.get("displayName")]
            also = tuple(dict.fromkeys(name for name in names if isinstance(name, str)))
            return "" if "unknown" in account else account, "" if "unknown" in region else region, also
    return "", "", ()


@cache
def _manifest(folder: Path) -> Mapping[str, Any]:
    try:
        artifacts = json.loads((folder / "manifest.json").read_bytes())["artifacts"]
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return {}
    return artifacts if isinstance(artifacts, Mapping) else {}


def _artifacts(folder: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    yield from ((str(id), row) for id, row in _manifest(folder).items() if isinstance(row, Mapping))
