"""A CloudFormation template from a file: JSON or YAML, short-form functions expanded, with the line of each key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from landing_zone.fault import Fault, InputError
from landing_zone.manifest.source_text import read_text

MAX_DEPTH = 100
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class TemplateFile:
    """The template as plain values, and the line of each key by its path, e.g. `Resources/Key/Properties`."""

    document: Mapping[str, Any]
    lines: Mapping[str, int]


def read_template(file: Path) -> TemplateFile:
    """Read a template. Raises InputError: unreadable, too large, too deep, no template."""
    from cfnlint.decode import decode_str

    text = read_text(file)
    _refuse_deep(text, str(file))
    try:
        template, matches = decode_str(text)
    except Exception as error:
        raise InputError([Fault(str(file), 1, 1, "", f"cannot be read: {type(error).__name__}")]) from error
    if matches:
        faults = [Fault(str(file), m.linenumber, m.columnnumber, "", f"is no template: {m.message}") for m in matches]
        raise InputError(faults)
    if not isinstance(template, dict) or not isinstance(template.get("Resources"), dict):
        raise InputError([Fault(str(file), 1, 1, "", "is no CloudFormation template: it has no Resources")])
    return TemplateFile(template, dict(_lines(template, "")))


def _refuse_deep(text: str, file: str) -> None:
    """The parsers behind cfn-lint recurse in C and would end the process."""
    try:
        json.loads(text)
        return
    except RecursionError:
        raise InputError([Fault(file, 1, 1, "", "is nested too deeply")]) from None
    except ValueError:
        pass  # YAML, or broken: the parser says where
    depth = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                mark = event.start_mark
                place = (mark.line + 1, mark.column + 1) if mark else (1, 1)
                raise InputError([Fault(file, *place, "", f"is nested deeper than {MAX_DEPTH} levels")])
    except yaml.YAMLError:
        return


def _lines(part: Any, path: str) -> Iterator[tuple[str, int]]:
    if isinstance(part, dict):
        for key, entry in part.items():
            below = f"{path}/{key}" if path else str(key)
            if mark := getattr(key, "start_mark", None):
                yield below, mark.line + 1
            yield from _lines(entry, below)
    elif isinstance(part, list):
        for position, entry in enumerate(part):
            yield from _lines(entry, f"{path}/{position}")
