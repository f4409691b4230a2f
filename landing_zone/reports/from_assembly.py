"""Reports over a folder that exists: an assembly of ours, or templates of any origin."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from landing_zone.assembly.fan_out import INDEX_FILE
from landing_zone.assurance.files import TEMPLATE_SUFFIXES
from landing_zone.assurance.template import Template
from landing_zone.assurance.template_file import read_template
from landing_zone.fault import Fault, InputError, UsageError
from landing_zone.reports.access import ACCESS_JSON
from landing_zone.reports.inventory import INVENTORY_JSON, templates_document

AGAIN = "synthesize again"


def documents_from(folder: Path, names: Collection[str] = ()) -> dict[str, dict[str, Any]]:
    """The documents by file name: those of an assembly of ours as they were written, all of them when none is named.

    Of somebody else's templates there is the inventory, made now. Raises InputError: no template, one that cannot be
    read, a file of ours that is not what was synthesized, or a document that needs the manifest.
    """
    if (folder / INDEX_FILE).is_file():
        return _as_synthesized(folder, names or (INVENTORY_JSON, ACCESS_JSON))
    if missing := sorted(set(names) - {INVENTORY_JSON}):
        hint = "run `hlz synth`, or give the manifest with -m"
        raise UsageError(f"{', '.join(missing)}: made from a manifest, not from templates", file=str(folder), hint=hint)
    return {INVENTORY_JSON: _inventory_of_templates(folder)}


def _inventory_of_templates(folder: Path) -> dict[str, Any]:
    files = sorted(path for path in folder.rglob("*") if path.name.endswith(TEMPLATE_SUFFIXES) and path.is_file())
    if not files:
        raise UsageError(_why_none(folder), file=str(folder), hint="run `hlz synth`, or name a folder with --assembly")
    templates = {file.relative_to(folder).as_posix(): _template(file) for file in files}
    hashes = {name: sha256((folder / name).read_bytes()).hexdigest() for name in templates}
    return templates_document(templates, hashes)


def _why_none(folder: Path) -> str:
    if folder.is_dir():
        return "holds no CloudFormation template"
    return "is not a folder" if folder.exists() else "cannot be read: no such file or directory"


def _template(file: Path) -> Template:
    return Template.from_json(read_template(file).document, name=file.name)


def _as_synthesized(folder: Path, names: Collection[str]) -> dict[str, dict[str, Any]]:
    """The documents beside an assembly whose files are all what its index says."""
    try:
        index = json.loads((folder / INDEX_FILE).read_bytes())
        faults = [
            Fault(str(folder / name), 1, 1, "", "is not what was synthesized", AGAIN)
            for name, digest in sorted(_recorded(index, names))
            if not _is(folder / name, digest)
        ]
        if not faults:
            return {name: json.loads((folder / name).read_bytes()) for name in names}
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        raise UsageError("cannot be read as an assembly", file=str(folder / INDEX_FILE), hint=AGAIN) from None
    raise InputError(faults)


def _recorded(index: Mapping[str, Any], names: Collection[str]) -> Iterator[tuple[str, str]]:
    yield from ((name, index["reports"][name]) for name in names)
    yield from {(row["template"], row["sha256"]) for row in index["deployments"].values()}


def _is(file: Path, digest: str) -> bool:
    try:
        return sha256(file.read_bytes()).hexdigest() == digest
    except OSError:
        return False
