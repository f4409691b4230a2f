"""Template files of a folder as stacks: a cloud assembly by its manifest, anything else file by file."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from landing_zone.assurance.template_file import read_template
from landing_zone.fault import Fault, InputError
from landing_zone.manifest.source_text import MAX_BYTES
from landing_zone.proof.network.model import StackTemplate
from landing_zone.proof.network.resolve import STACK_TYPE

MANIFEST, INDEX = "manifest.json", "landing-zone.json"
SUFFIXES = (".json", ".yaml", ".yml", ".template")
_ENVIRONMENT = re.compile(r"aws://([^/]*)/([^/]*)")
_UNKNOWN = ("unknown-account", "unknown-region")
_SKIPPED_FOLDERS = frozenset({"node_modules", "__pycache__"})
_RESOURCES = re.compile(rb"""(^|[^A-Za-z0-9_])Resources['"]?\s*:|AWSTemplateFormatVersion""")
_TOP = re.compile(rb"""(^|[\n\r\xff\xfe\xbf]|[{,]\s*)['"]?Resources['"]?\s*:""")
_VERSION = re.compile(rb"""(^|[\n\r\xff\xfe\xbf]|[{,]\s*)['"]?AWSTemplateFormatVersion['"]?\s*:""")
_MOST_VALUES = 500_000  # a template of 1 MB, the most that CloudFormation takes, has a tenth of that
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def stacks_in(place: Path) -> list[StackTemplate]:
    """The templates of a cloud assembly, of a folder or of a file.

    Raises InputError with every fault: unreadable, malformed or hostile files, or no template at all. Files of a folder
    without a word about resources are skipped.
    """
    loader = _Loader()
    if place.is_dir():
        stacks = loader.assembly(place, place) if (place / MANIFEST).is_file() else loader.folder(place)
    elif place.exists():
        stacks = loader.one(place, place.name)
    else:
        raise InputError([Fault(str(place), 1, 1, "", "cannot be read: no such file or directory")])
    if loader.faults:
        raise InputError(loader.faults)
    if not stacks:
        raise InputError([Fault(str(place), 1, 1, "", "holds no CloudFormation template")])
    return stacks


def identities_in(place: Path) -> dict[str, tuple[str, str]]:
    """Of which resource (stack, logical id) a literal id is, as the index of an assembly of ours tells it.

    An index that is not ours or not whole says less; what it leaves out stays unknown.
    """
    content = _content(place / INDEX) if (place / MANIFEST).is_file() else None
    try:
        rows = json.loads(content or b"{}")["identities"].items()
        return {id: (str(stack), str(logical_id)) for id, (stack, logical_id) in rows}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


class _Loader:
    """Reads templates; equal files become the same document, which is prepared once."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self._documents: dict[bytes, Mapping[str, Any] | None] = {}

    def assembly(self, folder: Path, root: Path) -> list[StackTemplate]:
        """The stacks of a cloud assembly and of those nested in it, with the templates of their nested stacks."""
        manifest = self._json(folder / MANIFEST)
        artifacts = manifest.get("artifacts") if manifest else None
        if not isinstance(artifacts, dict):
            if manifest is not None and not self.faults:
                return self.folder(folder)  # somebody else's manifest.json
            return []
        stacks: list[StackTemplate] = []
        listed: set[Path] = set()
        uploads = dict(_uploads(folder))
        for name, artifact in sorted(artifacts.items()):
            properties = artifact.get("properties") if isinstance(artifact, dict) else None
            properties = properties if isinstance(properties, dict) else {}
            kind = artifact.get("type") if isinstance(artifact, dict) else None
            if kind == "aws:cloudformation:stack":
                file = self._inside(properties.get("templateFile"), folder, root)
                if file is not None:
                    listed.add(file)
                    account, region = _environment(artifact.get("environment"))
                    stack_name = str(properties.get("stackName") or name)
                    also = tuple(str(one) for one in (name, artifact.get("displayName")) if one)
                    made = [replace(stack, also=also) for stack in self.one(file, stack_name, account, region)]
                    stacks += _named_nested(made, uploads)
            elif kind == "cdk:cloud-assembly":
                nested = self._inside(properties.get("directoryName"), folder, root)
                if nested is not None and nested != folder.resolve():
                    stacks += self.assembly(nested, root)
        for file in sorted(folder.glob("*.nested.template.json")):
            if file.resolve() not in listed:
                stacks += _named_nested(self.one(file, file.relative_to(root).as_posix()), uploads)
        return stacks

    def folder(self, folder: Path) -> list[StackTemplate]:
        """The templates of a folder and of those in it, named by their path."""
        stacks: list[StackTemplate] = []
        for file in _files(folder):
            if file.name == MANIFEST and file.parent != folder:
                stacks += self.assembly(file.parent, file.parent)
            else:
                stacks += self.one(file, file.relative_to(folder).as_posix(), optional=True)
        return stacks

    def one(
        self, file: Path, name: str, account: str = "", region: str = "", *, optional: bool = False
    ) -> list[StackTemplate]:
        """The template of a file; none if it is `optional` and has no Resources, or a fault was noted."""
        try:
            document = self._document(file, optional)
        except InputError as error:
            self.faults += error.faults
            return []
        return [] if document is None else [StackTemplate(name, document, account, region)]

    def _document(self, file: Path, optional: bool) -> Mapping[str, Any] | None:
        content = _content(file)
        if optional and content is not None and not _RESOURCES.search(content.replace(b"\0", b"")):
            return None
        digest = sha256(content).digest() if content is not None else b""
        if digest and digest in self._documents:
            return self._documents[digest]
        document = _parsed(content)
        if document is None:
            _refuse_expanding(file, content)
            try:
                document = _plain(read_template(file).document)
            except InputError as error:
                if optional and not _is_meant_as_template(content):
                    return None
                raise error
        self._documents[digest] = document
        return document

    def _json(self, file: Path) -> dict[str, Any] | None:
        try:
            content = json.loads(file.read_bytes())
        except (OSError, ValueError, RecursionError) as error:
            line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
            self.faults.append(Fault(str(file), line, column, "", "is no JSON that can be read"))
            return None
        return content if isinstance(content, dict) else {}

    def _inside(self, name: object, folder: Path, root: Path) -> Path | None:
        """A file that a manifest names. It must stand in the assembly."""
        try:
            path = (folder / str(name)).resolve() if isinstance(name, str) else None
        except (OSError, ValueError, RuntimeError):
            path = None
        if path is None or not path.is_relative_to(root.resolve()):
            message = "names a template that is not in the assembly"
            self.faults.append(Fault(str(folder / MANIFEST), 1, 1, "", message))
            return None
        return path


def _uploads(folder: Path) -> Iterator[tuple[str, str]]:
    """Object key of each uploaded template -> its file, by the asset manifests of an assembly."""
    for file in sorted(folder.glob("*.assets.json")):
        try:
            rows = json.loads(file.read_bytes())["files"].values()
            for row in rows:
                for destination in row["destinations"].values():
                    yield destination["objectKey"], row["source"]["path"]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            continue  # then the nested stacks are unknown


def _named_nested(stacks: list[StackTemplate], uploads: Mapping[str, str]) -> list[StackTemplate]:
    """Stacks whose nested stacks say from which file their template was uploaded, as the CDK may note it itself."""
    return [replace(stack, document=_with_paths(stack.document, uploads)) for stack in stacks]


def _with_paths(document: Mapping[str, Any], uploads: Mapping[str, str]) -> Mapping[str, Any]:
    noted: dict[str, Any] = {}
    for name, resource in document["Resources"].items():
        if uploads and isinstance(resource, dict) and resource.get("Type") == STACK_TYPE:
            url = json.dumps(resource.get("Properties"), default=str)
            if file := next((path for key, path in uploads.items() if f"/{key}" in url), None):
                noted[name] = {**resource, "Metadata": {"aws:asset:path": file}}
    return {**document, "Resources": {**document["Resources"], **noted}} if noted else document


def _environment(environment: object) -> tuple[str, str]:
    found = _ENVIRONMENT.fullmatch(environment) if isinstance(environment, str) else None
    account, region = found.groups() if found else ("", "")
    return ("" if account in _UNKNOWN else account), ("" if region in _UNKNOWN else region)


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _SKIPPED_FOLDERS and not name.startswith("."))
        if Path(parent) != folder and MANIFEST in names and _is_assembly(Path(parent, MANIFEST)):
            folders.clear()
            yield Path(parent, MANIFEST)
            continue
        for name in sorted(names):
            if name.lower().endswith(SUFFIXES) and name != MANIFEST:
                yield Path(parent, name)


def _is_assembly(manifest: Path) -> bool:
    content = _content(manifest)
    return content is not None and b"aws:cloudformation:stack" in content


def _content(file: Path) -> bytes | None:
    """The file's bytes; None where only the careful reader can say what is wrong with it."""
    try:
        if file.is_file() and file.stat().st_size <= MAX_BYTES:
            return file.read_bytes()
    except OSError:
        pass
    return None


def _parsed(content: bytes | None) -> Mapping[str, Any] | None:
    """A JSON template without duplicate keys, by the fast way; None if it is none."""
    if not content or content.lstrip()[:1] != b"{":
        return None
    try:
        document = json.loads(content.decode("utf-8"), object_pairs_hook=_unique)
    except (ValueError, RecursionError):
        return None
    return document if isinstance(document, dict) and isinstance(document.get("Resources"), dict) else None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    row = dict(pairs)
    if len(row) != len(pairs):
        raise ValueError("a key is given twice")
    return row


def _refuse_expanding(file: Path, content: bytes | None) -> None:
    """Refuse YAML whose aliases stand for more values than any template has: what reads it next would walk them all."""
    if content is None or b"*" not in content or b"&" not in content:
        return
    sizes: dict[str, int] = {}
    open_: list[tuple[str | None, int]] = []
    count = 0
    try:
        for event in yaml.parse(content, Loader=_LOADER):
            if isinstance(event, yaml.CollectionEndEvent):
                anchor, before = open_.pop()
                if anchor:
                    sizes[anchor] = count - before
                continue
            alias = str(event.anchor) if isinstance(event, yaml.AliasEvent) else ""
            count += sizes.get(alias, 1)
            if isinstance(event, yaml.CollectionStartEvent):
                open_.append((event.anchor, count))
            if count > _MOST_VALUES or alias in [anchor for anchor, _ in open_]:
                mark = event.start_mark
                place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
                held = "a value inside of itself" if count <= _MOST_VALUES else f"more than {_MOST_VALUES:,} values"
                raise InputError([Fault(str(file), *place, "", f"holds {held} (aliases counted); that is refused")])
    except (yaml.YAMLError, UnicodeDecodeError):
        return  # the careful reader says where


def _is_meant_as_template(content: bytes | None) -> bool:
    """Whether a file that cannot be read as a template looks like one all the same."""
    if content is None:
        return True
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        text = content.replace(b"\0", b"")
        return bool(_VERSION.search(text)) or (bool(_TOP.search(text)) and (b"AWS::" in text or b"Custom::" in text))
    return isinstance(document, dict) and ("Resources" in document or "AWSTemplateFormatVersion" in document)


def _plain(part: Any) -> Any:
    """Plain values instead of the parser's, which carry places."""
    if isinstance(part, dict):
        return {str(key): _plain(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_plain(value) for value in part]
    if isinstance(part, str):
        return str(part)
    return part if part is None or isinstance(part, bool | int | float) else str(part)
