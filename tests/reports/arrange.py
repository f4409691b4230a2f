"""A checked clinic and its assembly without node: each variant's template is the one given here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from landing_zone.assembly.output import writer
from landing_zone.assembly.synthesis import Checked, check, synthesize
from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.assurance.finding import Report
from landing_zone.manifest.organization_tree import CORE_ACCOUNTS
from landing_zone.plan.model import Variant
from landing_zone.reports.beside import reports_beside
from tests.arrangement import ACCOUNT_IDS, ROOT, synthesized, written
from tests.assurance.arrange import Json, resource

KEY = resource("AWS::KMS::Key", {"EnableKeyRotation": True}, DeletionPolicy="Retain")
HOSTILE = "=HYPERLINK(1)<script>alert(1)</script>"
ALL_IDS = {**ACCOUNT_IDS} | {name: f"{number:012}" for number, name in enumerate(sorted(CORE_ACCOUNTS), 1)}
STORES: Json = {
    "Key": KEY,
    "Group": resource(
        "AWS::Logs::LogGroup",
        {"KmsKeyId": {"Fn::GetAtt": ["Key", "Arn"]}, "RetentionInDays": 2192},
        DeletionPolicy="Retain",
    ),
    "Topic": resource("AWS::SNS::Topic", {"TopicName": HOSTILE}),
    "Mine": resource("Custom::Store"),
}


def checked(folder: Path, resources: Mapping[str, Any] = STORES) -> Checked:
    """The clinic, checked; every variant has these resources."""

    def build(
        variants: Sequence[Variant], acknowledged: Sequence[tuple[str, str]], qualifier: str
    ) -> Mapping[str, SynthesizedVariant]:
        return {variant.id: _built(variant, resources) for variant in variants}

    return check(
        written(folder, account_ids=ALL_IDS),
        build=build,
        root=ROOT,
        cache_folder=folder / "cache",
        flags={},
        today=date(2026, 11, 22),
        progress=lambda _: None,
    )


def assembly(folder: Path, resources: Mapping[str, Any] = STORES) -> Path:
    """The assembly of that clinic, with the reports beside it; findings of acknowledgements do not matter here."""
    output = folder / "cdk.out"
    with writer(output):
        assert synthesize(replace(checked(folder, resources), report=Report()), output, lambda _: None, reports_beside)
    return output


def _built(variant: Variant, resources: Mapping[str, Any]) -> SynthesizedVariant:
    parameters = {name: {"Type": "String"} for name in variant.shape["values"]}
    built = synthesized(variant.id, {"Resources": dict(resources), "Parameters": parameters})
    return SynthesizedVariant(**{**vars(built), "role": variant.role})
