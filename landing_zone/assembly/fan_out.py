"""From synthesized variants to the cloud assembly: one stack artifact per deployment, one template file per content.

A template that fits travels in the API call itself. The CDK CLI does so when an artifact names no uploaded template;
it then needs no asset manifest, no publishing role and no bucket, and the assembly one file less per deployment.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from landing_zone.assembly.json_text import sectioned
from landing_zone.assembly.render import RenderError, Rendering, prepare
from landing_zone.assembly.variant import SynthesizedVariant
from landing_zone.plan.model import Deployment, Plan

SCHEMA_VERSION = "55.0.0"
MINIMUM_CLI_VERSION = "2.1148.0"
INDEX_FILE = "landing-zone.json"
_INDENT, _DEEPEST = 2, 30
LARGEST_BODY = 51_200
"""Characters that CloudFormation takes as TemplateBody; larger ones come from S3 (API reference, CreateStack)."""


@dataclass(frozen=True)
class Totals:
    """What was written: numbers of deployments and resources, and bytes of templates."""

    deployments: int
    resources: int
    bytes: int


def write_assembly(
    folder: Path, plan: Plan, variants: Mapping[str, SynthesizedVariant], provenance: Mapping[str, Any]
) -> Totals:
    """Write the assembly of every deployment whose ids are known. `provenance` goes into the index file."""
    planned: dict[str, dict[str, str]] = {}
    for deployment in plan.deployments:
        planned.setdefault(deployment.variant.id, {}).update({value.name: value.type for value in deployment.values})
    renderings = {id: _rendering(variants[id], types) for id, types in planned.items()}
    body_sizes = {id: _body_size(json.loads("".join(rendering.parts))) for id, rendering in renderings.items()}
    artifacts: dict[str, Any] = {}
    index: dict[str, Any] = {}
    size = 0
    shared: dict[tuple[str, ...], tuple[str, str]] = {}
    for deployment in plan.written:
        variant, rendering = variants[deployment.variant.id], renderings[deployment.variant.id]
        values = {value.name: value.text or "" for value in deployment.values if value.name in rendering.names}
        same = (variant.id, *values.values())
        if same not in shared:
            content = rendering.render(values)
            template_file = f"{deployment.name}.template.json"
            (folder / template_file).write_bytes(content)
            shared[same] = (template_file, hashlib.sha256(content).hexdigest())
            size += len(content)
        template_file, digest = shared[same]
        if body_sizes[variant.id] + rendering.added(values) <= LARGEST_BODY:
            artifacts[deployment.name] = _stack(deployment, variant, template_file)
        else:
            artifacts |= _uploaded(deployment, variant, template_file, digest)
            assets = _asset_manifest(deployment, variant, template_file, digest)
            (folder / f"{deployment.name}.assets.json").write_text(json.dumps(assets), encoding="utf-8")
        index[deployment.name] = {
            "variant": variant.id,
            "role": variant.role,
            "account": deployment.environment.account,
            "region": deployment.environment.region,
            "template": template_file,
            "sha256": digest,
        }
    _write(folder / "manifest.json", _manifest(artifacts))
    _write(folder / "cdk.out", {"version": SCHEMA_VERSION})
    withheld = [{"name": name, "withheld": reason} for name, reason in plan.withheld.items()]
    _write(folder / INDEX_FILE, {**provenance, "deployments": index, "withheld": withheld})
    resources = sum(variants[deployment.variant.id].resources for deployment in plan.written)
    return Totals(len(plan.written), resources, size)


def _rendering(variant: SynthesizedVariant, types: Mapping[str, str]) -> Rendering:
    if len(variant.asset_manifest.get("files", {})) > 1 or variant.asset_manifest.get("dockerImages"):
        raise RenderError(f"variant {variant.id} has file or image assets; deployments cannot carry them")
    return prepare(variant.template, types, [name for name, type in types.items() if type == "shared_parameter"])


def _manifest(artifacts: Mapping[str, Any]) -> dict[str, Any]:
    return {"version": SCHEMA_VERSION, "artifacts": artifacts, "minimumCliVersion": MINIMUM_CLI_VERSION}


def _write(path: Path, document: Mapping[str, Any]) -> None:
    path.write_text(sectioned(dict(document)), encoding="utf-8")


def _body_size(template: Mapping[str, Any]) -> int:
    """Characters of a template as the CLI sends it, at most.

    It sends YAML. Every line of that has its counterpart in indented JSON, which is as long or longer; lines that hold
    nothing but a bracket have none. A text of several lines is indented there on each of them.
    """
    text = json.dumps(template, indent=_INDENT)
    lines = [line for line in text.splitlines() if line.strip(" ,{}[]")]
    return sum(len(line) + 1 for line in lines) + text.count("\\n") * _INDENT * _DEEPEST


def _stack(deployment: Deployment, variant: SynthesizedVariant, template_file: str) -> dict[str, Any]:
    """The artifact of a stack whose template travels in the API call."""
    properties = _placed(variant.artifact, deployment)
    properties.pop("stackTemplateAssetObjectUrl", None)
    properties.pop("additionalDependencies", None)
    properties |= {
        "templateFile": template_file,
        "terminationProtection": deployment.termination_protection,
        "tags": dict(deployment.tags),
        "stackName": deployment.name,
    }
    return {
        "type": "aws:cloudformation:stack",
        "environment": f"aws://{deployment.account_id}/{deployment.environment.region}",
        "properties": properties,
        "dependencies": list(deployment.depends_on),
        "displayName": deployment.name,
    }


def _uploaded(deployment: Deployment, variant: SynthesizedVariant, template_file: str, digest: str) -> dict[str, Any]:
    """The artifacts of a stack whose template is uploaded first: the stack and its asset manifest."""
    stack, assets = _stack(deployment, variant, template_file), f"{deployment.name}.assets"
    stack["properties"] |= {
        "stackTemplateAssetObjectUrl": f"s3://{_bucket(variant, deployment)}/{digest}.json",
        "additionalDependencies": [assets],
    }
    stack["dependencies"].append(assets)
    return {
        assets: {
            "type": "cdk:asset-manifest",
            "properties": {**variant.asset_artifact, "file": f"{deployment.name}.assets.json"},
        },
        deployment.name: stack,
    }


def _asset_manifest(
    deployment: Deployment, variant: SynthesizedVariant, template_file: str, digest: str
) -> dict[str, Any]:
    destination = _placed(_destination(variant), deployment)
    destination |= {"region": deployment.environment.region, "objectKey": f"{digest}.json"}
    return {
        "version": SCHEMA_VERSION,
        "files": {
            digest: {
                "displayName": f"{deployment.name} Template",
                "source": {"path": template_file, "packaging": "file"},
                "destinations": {f"{deployment.account_id}-{deployment.environment.region}": destination},
            }
        },
        "dockerImages": {},
    }


def _destination(variant: SynthesizedVariant) -> Mapping[str, Any]:
    (file,) = variant.asset_manifest["files"].values()
    (destination,) = file["destinations"].values()
    found: Mapping[str, Any] = destination
    return found


def _bucket(variant: SynthesizedVariant, deployment: Deployment) -> str:
    return str(_placed(_destination(variant), deployment)["bucketName"])


def _placed(part: Any, deployment: Deployment) -> Any:
    """Account and Region filled in; `${AWS::Partition}` is left to the CLI."""
    if isinstance(part, dict):
        return {key: _placed(entry, deployment) for key, entry in part.items()}
    if isinstance(part, list):
        return [_placed(entry, deployment) for entry in part]
    if isinstance(part, str):
        return part.replace("${AWS::AccountId}", deployment.account_id or "").replace(
            "${AWS::Region}", deployment.environment.region
        )
    return part
