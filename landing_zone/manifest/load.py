"""Load a manifest: text -> nodes -> model -> cross-reference checks. All faults of a file at once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from landing_zone.fault import InputError
from landing_zone.manifest.checks import Subject, cross_faults
from landing_zone.manifest.document import Document, Plain, parse_document
from landing_zone.manifest.explain import faults_of, path_of
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.source_text import read_text


@dataclass(frozen=True)
class LoadedManifest:
    """A manifest without faults, the document it came from, and the SHA-256 of its values (not of its layout)."""

    manifest: Manifest
    document: Document
    digest: str


def load_manifest(path: Path) -> LoadedManifest:
    """Read and check a manifest file. Raises InputError with every fault: syntax, structure, references."""
    return parsed_manifest(read_text(path), str(path))


def parsed_manifest(text: str, file: str) -> LoadedManifest:
    """Check the text of a manifest; `file` is the name used in faults. Raises InputError."""
    document = parse_document(text, file)
    plain = document.root.plain()
    try:
        manifest = validated(Manifest, plain)
    except ValidationError as error:
        subject = _examinable(plain, error, document)
        faults = faults_of(error.errors(), document, Manifest)
        raise InputError(faults + (cross_faults(subject) if subject else [])) from None
    if faults := cross_faults(Subject(manifest, document)):
        raise InputError(faults)
    digest = hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
    return LoadedManifest(manifest, document, digest)


_Model = TypeVar("_Model", bound=BaseModel)


def validated(model: type[_Model], plain: Plain) -> _Model:
    """`plain` as a model. JSON mode keeps strictness (no `"1"` for 1) and still reads lists into tuples."""
    return model.model_validate_json(json.dumps(plain), strict=True)


_STAND_INS: dict[str, Any] = {
    "version": 1,
    "organization": {"name": "stand-in", "email": "stand-in+{account}@stand-in.example"},
    "regions": {"home": "us-east-1", "recovery": "us-west-2"},
    "contacts": dict.fromkeys(
        ("security", "operations"), {"name": "x", "email": "x@x.example", "phone": "+1 555 0100"}
    ),
    "network": {"pools": {"us-east-1": "10.0.0.0/8"}},
    "accounts": [],
}


def _examinable(plain: Plain, error: ValidationError, document: Document) -> Subject | None:
    """What is left when every malformed account and section is taken out, so that references in it can be checked."""
    if not isinstance(plain, dict):
        return None
    malformed_accounts: set[int] = set()
    broken: set[str] = set()
    for path in map(path_of, error.errors()):
        if path[0] == "accounts" and len(path) > 1 and isinstance(path[1], int):
            malformed_accounts.add(path[1])
        else:
            broken.add(str(path[0]))
    rest: dict[str, Any] = {key: value for key, value in plain.items() if key not in broken}
    names: set[str] = set()
    kept: list[int] = []
    if isinstance(rest.get("accounts"), list):
        kept = [index for index in range(len(rest["accounts"])) if index not in malformed_accounts]
        names = {str(row.get("name")) for row in rest["accounts"] if isinstance(row, dict)}
        rest["accounts"] = [rest["accounts"][index] for index in kept]
    try:
        manifest = validated(Manifest, _STAND_INS | rest)
    except ValidationError:
        return None
    return Subject(manifest, document, tuple(kept), frozenset(names), frozenset(broken))
