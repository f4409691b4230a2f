"""Load a manifest: text -> nodes -> model -> cross-reference checks. All faults of a file at once."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from landing_zone.fault import Fault, InputError
from landing_zone.manifest.checks import cross_faults
from landing_zone.manifest.checks.subject import Subject
from landing_zone.manifest.document import Document, Plain, parse_document, read_document
from landing_zone.manifest.explain import faults_of
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.partial import with_stand_ins


@dataclass(frozen=True)
class LoadedManifest:
    """A manifest without faults, the document it came from, and the SHA-256 of its values (not of its layout)."""

    manifest: Manifest
    document: Document
    digest: str


def load_manifest(path: Path) -> LoadedManifest:
    """Read and check a manifest file. Raises InputError with every fault: syntax, structure, references."""
    return _checked(read_document(path, remedy="`hlz init` writes a manifest, -m names another one"))


def parsed_manifest(text: str, file: str) -> LoadedManifest:
    """Check the text of a manifest; `file` is the name used in faults. Raises InputError."""
    return _checked(parse_document(text, file))


def _checked(document: Document) -> LoadedManifest:
    plain = document.root.plain()
    try:
        manifest = validated(Manifest, plain)
    except ValidationError as error:
        raise InputError(_faults_of_malformed(plain, error.errors(include_url=False), document)) from None
    if faults := cross_faults(Subject(manifest, document)):
        raise InputError(faults)
    digest = hashlib.sha256(json.dumps(plain, sort_keys=True).encode()).hexdigest()
    return LoadedManifest(manifest, document, digest)


_Model = TypeVar("_Model", bound=BaseModel)


def validated(model: type[_Model], plain: Plain) -> _Model:
    """`plain` as a model. JSON mode keeps strictness (no `"1"` for 1) and still reads lists into tuples."""
    return model.model_validate_json(json.dumps(plain), strict=True)


def _faults_of_malformed(plain: Plain, errors: list[ErrorDetails], document: Document) -> list[Fault]:
    """What is malformed, and what is wrong with the references in everything else."""
    faults = faults_of(errors, document, Manifest)
    if not isinstance(plain, dict):
        return faults
    rest, broken = with_stand_ins(plain, errors, document)
    try:
        manifest = validated(Manifest, rest)
    except ValidationError:
        return faults
    return faults + cross_faults(Subject(manifest, document, broken))
