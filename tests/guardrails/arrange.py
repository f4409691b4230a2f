"""Small functions that tests of the compiler arrange with: guardrails in a folder, and what is said of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from landing_zone.fault import Fault, InputError
from landing_zone.guardrails.checks import faults_of_guardrails
from landing_zone.guardrails.checks.subject import Subject
from landing_zone.guardrails.composition import Composition
from landing_zone.guardrails.model import PrincipalGroup
from landing_zone.guardrails.parameters import Parameters
from landing_zone.guardrails.sources import FOLDERS, SourcedGuardrail, load_guardrails
from landing_zone.policy_data import POLICIES

SCP, RCP, EC2 = "SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "DECLARATIVE_POLICY_EC2"
TREE = {"root": "foundation", "phi": "phi", "phi/production": "phi", "nonphi": "nonphi", "sandbox": "sandbox"}
KNOWN = Parameters(
    {"Regions": ("us-east-1", "us-west-2"), "Bucket": "records", "Nothing": ()},
    {"OrganizationId": 34, "LogArchiveAccountId": 12},
)


def guardrail(id: str = "tried", type: str = SCP, **parts: Any) -> dict[str, Any]:
    """A guardrail without faults, with these parts in place of its own."""
    basis = {SCP: "scp", RCP: "rcp"}.get(type, "declarative")
    own: dict[str, Any] = {"id": id, "title": "Tried", "intent": "Tried.", "profiles": ["phi"], "control": "LZ-ORG-05"}
    own["basis"] = basis
    if basis == "declarative":
        own["content"] = {"ec2_attributes": {"serial_console_access": {"status": {"@@assign": "disabled"}}}}
    else:
        own["statement"] = statement(Action=["s3:PutBucketPolicy"])
    return {key: part for key, part in (own | parts).items() if part is not None}


def statement(**parts: Any) -> dict[str, Any]:
    return {"Effect": "Deny", **parts}


def group(*principals: str, closed_by: str | None = None, by_aws: str | None = None) -> PrincipalGroup:
    return PrincipalGroup(title="Tried", why="Tried.", principals=principals, closed_by=closed_by, closed_by_aws=by_aws)


def written(folder: Path, *guardrails: Mapping[str, Any], type: str = SCP) -> Path:
    """A file of guardrails of one type in the folder."""
    folder.mkdir(exist_ok=True)
    content = {"type": type, "topic": "Tried", "as_of": "2026-11-22", "guardrails": list(guardrails)}
    path = folder / f"{type.lower()}.yaml"
    path.write_text(yaml.safe_dump(content, sort_keys=False), encoding="utf-8")
    return path


def sourced(folder: Path, *guardrails: Mapping[str, Any], type: str = SCP) -> tuple[SourcedGuardrail, ...]:
    """Guardrails read from a file of the user's."""
    written(folder, *guardrails, type=type)
    return tuple(found for found in load_guardrails([folder]) if not found.own)


def examined(
    guardrails: tuple[SourcedGuardrail, ...],
    groups: Mapping[str, PrincipalGroup] | None = None,
    tree: Mapping[str, str] | None = None,
) -> Subject:
    composition = Composition(tree or TREE, {one.guardrail.id: one for one in guardrails})
    controls = frozenset({"LZ-ORG-05", "LZ-S3-01"})
    return Subject(guardrails, composition, groups or {}, KNOWN, controls, frozenset({"accounts-cannot-leave"}))


def faults(
    folder: Path,
    *guardrails: Mapping[str, Any],
    type: str = SCP,
    groups: Mapping[str, PrincipalGroup] | None = None,
) -> list[Fault]:
    """Every fault of guardrails of the user's."""
    try:
        return faults_of_guardrails(examined(sourced(folder, *guardrails, type=type), groups))
    except InputError as error:
        return list(error.faults)


def own_files() -> list[Path]:
    return [path for name in FOLDERS for path in sorted((POLICIES / name).glob("*.yaml"))]
