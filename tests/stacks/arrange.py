"""Builds one role of an example through the real CDK, cdk-nag and our rules, for tests of its stack."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.assurance.acknowledgements import apply, load_toolkit_acknowledgements
from landing_zone.manifest.load import parsed_manifest
from landing_zone.node import prepare_node
from landing_zone.plan.knowledge import Knowledge
from landing_zone.plan.lock import LoadedLock, Lock, lock_path
from landing_zone.plan.make import make_plan
from landing_zone.plan.model import Deployment, Variant
from landing_zone.plan.roles import ROLES
from landing_zone.plan.roles.bootstrap import bootstrap
from tests.arrangement import clinic, manifest_text

Template = dict[str, Any]


def deployments_of(role: str, manifest: Mapping[str, Any] | None = None) -> list[Deployment]:
    """What the role's planner asks for (default manifest: the clinic)."""
    path = Path("landing-zone.yaml")
    loaded = parsed_manifest(manifest_text(manifest or clinic()), str(path))
    planned = make_plan(loaded, LoadedLock(lock_path(path), Lock(), None))
    return list(ROLES[role](Knowledge(loaded.manifest, planned.lock, planned.guardrails)))


def bootstrap_of(manifest: Mapping[str, Any] | None = None) -> Deployment:
    """The bootstrap that a manifest (default: the clinic) asks for."""
    loaded = parsed_manifest(manifest_text(manifest or clinic()), "landing-zone.yaml")
    return bootstrap(Knowledge(loaded.manifest, Lock()))


def built(variants: Sequence[Variant]) -> Mapping[str, SynthesizedVariant]:
    """Variants synthesized and judged, by id."""
    prepare_node()
    from stacks.build import build_variants

    pairs = [(entry.role or "", entry.identifier) for entry in load_toolkit_acknowledgements()]
    with tempfile.TemporaryDirectory() as folder:
        return build_variants(variants, folder=Path(folder), qualifier="hlz", flags=_flags(), acknowledged_rules=pairs)


@cache
def _flags() -> dict[str, Any]:
    import json

    from landing_zone.policy_data import ROOT

    flags: dict[str, Any] = json.loads((ROOT / "cdk.json").read_bytes())["context"]
    return flags


def open_findings(variant: SynthesizedVariant, today: Any = None) -> list[str]:
    """Findings of a variant that no acknowledgement of the toolkit covers, as `RULE RESOURCE: MESSAGE`."""
    from datetime import date

    result = apply(variant.report.findings, load_toolkit_acknowledgements(), variant.role, today or date(2026, 11, 22))
    return [f"{finding.rule} {finding.resource}: {finding.message}" for finding in result.remaining]


def resources(template: Mapping[str, Any], type: str) -> dict[str, dict[str, Any]]:
    """Properties of the resources of a type, by logical id."""
    return {
        id: resource.get("Properties", {}) for id, resource in template["Resources"].items() if resource["Type"] == type
    }
