"""Where templates stand: files, folders of any layout, cloud assemblies; and nested stacks beside their parents."""

from __future__ import annotations

import codecs
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from landing_zone.assurance.finding import NotEvaluated
from landing_zone.assurance.template_file import TemplateFile, read_template
from landing_zone.assurance.transforms import RULE
from landing_zone.fault import Fault, InputError
from landing_zone.manifest.source_text import MAX_BYTES

SUFFIXES = (".json", ".yaml", ".yml", ".template")
SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__"})
STACK_TYPES = ("AWS::CloudFormation::Stack", "AWS::CloudFormation::StackSet")
_ASSEMBLY = "manifest.json"
_VERSION = re.compile(r"""(^|[\n\r]|[{,]\s*)['"]?AWSTemplateFormatVersion['"]?\s*:""")
_TOP = re.compile(r"""(^|[\n\r]|[{,]\s*)['"]?Resources['"]?\s*:""")
_TYPE = re.compile(r"\b(AWS|Alexa|Custom)::")
_MOST_OF_OTHERS = 1_000_000
"""Bytes above which a file without a template's suffix is not looked into: CloudFormation takes no more."""


@dataclass
class Templates:
    """Templates by file, in order; files of folders that are none (`skipped`, YAML and JSON alone); every fault.

    open: nested stacks whose template is not among the files.
    """

    files: dict[Path, TemplateFile] = field(default_factory=dict)
    skipped: int = 0
    faults: list[Fault] = field(default_factory=list)
    open: list[NotEvaluated] = field(default_factory=list)


def templates_at(paths: Collection[Path]) -> Templates:
    """Every template at these paths, each once. Raises nothing: `faults` holds what cannot be read or is none."""
    found = Templates()
    seen: set[Path] = set()
    for path in paths:
        if str(path) == "-":
            found.faults.append(Fault("-", 1, 1, "", "standard input is not read", "name a file or folder"))
            continue
        before = len(found.files) + len(found.faults)
        again = False
        for file in _files(path):
            resolved = _resolved(file)
            if resolved in seen:
                again = True
                continue
            seen.add(resolved)
            _take(file, found, named=file == path and not path.is_dir())
        if path.is_dir() and not again and len(found.files) + len(found.faults) == before:
            found.faults.append(Fault(str(path), 1, 1, "", "holds no CloudFormation template"))
    for file, source in list(found.files.items()):
        _follow(file, source, found, seen)
    return found


def _resolved(file: Path) -> Path:
    try:
        return file.resolve()
    except (OSError, RuntimeError):
        return file


def _files(path: Path) -> Iterator[Path]:
    """The files of a folder, without hidden ones, packages and uploaded code; links to folders are not followed."""
    if not path.is_dir():
        yield path
        return
    for parent, folders, names in os.walk(path):
        assembly = _ASSEMBLY in names
        folders[:] = sorted(
            name
            for name in folders
            if name not in SKIPPED_FOLDERS and not name.startswith(".") and not (assembly and name.startswith("asset."))
        )
        yield from (Path(parent, name) for name in sorted(names) if not name.startswith("."))


def _take(file: Path, found: Templates, *, named: bool) -> None:
    likely = file.name.lower().endswith(SUFFIXES)
    meant = named or _is_meant(file, likely)
    if meant:
        try:
            found.files[file] = read_template(file)
            return
        except InputError as error:
            if named or likely:
                found.faults += error.faults
                return
    found.skipped += likely


def _is_meant(file: Path, likely: bool) -> bool:
    """Whether a file of a folder is meant as a template, by its text alone."""
    try:
        if not file.is_file():
            return False
        size = file.stat().st_size
        if size > (MAX_BYTES if likely else _MOST_OF_OTHERS) and not likely:
            return False
        with file.open("rb") as stream:
            content = stream.read(MAX_BYTES)
    except OSError:
        return likely  # the reader says what is wrong with it
    for mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF8):
        content = content.removeprefix(mark)
    text = content.replace(b"\0", b"").decode("utf-8", "replace")
    called = ".template." in file.name.lower() or file.suffix.lower() == ".template"
    if not _VERSION.search(text) and not (_TOP.search(text) and (called or _TYPE.search(text))):
        return False
    if not likely:
        return bool(_VERSION.search(text)) and bool(_TOP.search(text))
    return not text.lstrip().startswith("{") or _has_resources(text)


def _has_resources(text: str) -> bool:
    """Of JSON, where these words may stand anywhere: whether they are its own; broken JSON is taken at its words."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return True
    if not isinstance(document, Mapping):
        return False
    return isinstance(document.get("Resources"), Mapping) or "AWSTemplateFormatVersion" in document


def _follow(file: Path, source: TemplateFile, found: Templates, seen: set[Path]) -> None:
    """Add the templates of nested stacks and stack sets that stand in the same folder or below it; say which do not."""
    for logical_id, row in source.document["Resources"].items():
        if not isinstance(row, Mapping) or row.get("Type") not in STACK_TYPES:
            continue
        inside = os.path.normpath(file.parent)
        nested = next(
            (
                one
                for one in _beside(file.parent, row)
                if _resolved(one) in seen or (one.is_relative_to(inside) and one.is_file())
            ),
            None,
        )
        if nested is None:
            reason = "the template of this stack is not among the files; its resources are not evaluated"
            if row["Type"] != STACK_TYPES[0]:
                reason = reason.replace("stack", "stack set")
            found.open.append(NotEvaluated(RULE, str(logical_id), str(file), reason))
        elif _resolved(nested) not in seen:
            seen.add(_resolved(nested))
            try:
                found.files[nested] = read_template(nested)
            except InputError as error:
                found.faults += error.faults
                continue
            _follow(nested, found.files[nested], found, seen)


def _beside(folder: Path, row: Mapping[str, Any]) -> Iterator[Path]:
    """Where a nested stack's template may be: as CDK notes it, as a relative path, by the last part of its URL."""
    metadata, properties = row.get("Metadata"), row.get("Properties")
    noted = metadata.get("aws:asset:path") if isinstance(metadata, Mapping) else None
    url = properties.get("TemplateURL") if isinstance(properties, Mapping) else None
    text = url if isinstance(url, str) else json.dumps(url, default=str)
    names = [noted] if isinstance(noted, str) else []
    if isinstance(url, str) and "://" not in url:
        names.append(url)
    last = re.split(r"[/\\\"]", text.strip('"{}[] '))[-1] if isinstance(url, str) else _last_of(text)
    names += [last, *_uploaded(folder, last)] if last else []
    yield from (Path(os.path.normpath(folder / name)) for name in names if "\0" not in name)


def _last_of(text: str) -> str:
    """The file's name in a URL that is put together by a function."""
    found = re.findall(r"/([A-Za-z0-9._-]+\.(?:json|ya?ml|template))", text)
    return found[-1] if found else ""


def _uploaded(folder: Path, key: str) -> Iterator[str]:
    """The file that an assembly uploads under a name, by its asset manifests."""
    for file in sorted(folder.glob("*.assets.json")):
        try:
            for row in json.loads(file.read_bytes())["files"].values():
                if any(str(one["objectKey"]).endswith(key) for one in row["destinations"].values()):
                    yield str(row["source"]["path"])
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue
