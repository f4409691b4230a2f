"""A manifest as YAML text: sections in lines, rows of lists in one line each where they are short."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from landing_zone.manifest.document import resolve_scalar

_WIDTH = 118


def manifest_text(manifest: Mapping[str, Any], heading: Sequence[str] = ()) -> str:
    """The text of a manifest (or any mapping of mappings, lists and scalars), in the order of its keys."""
    return "\n".join([*(f"# {line}".rstrip() for line in heading), *_mapping(manifest, "")]) + "\n"


def _mapping(values: Mapping[str, Any], indent: str) -> Iterator[str]:
    for key, value in values.items():
        line = f"{indent}{_scalar(key)}: {_flow(value)}"
        if not isinstance(value, dict | list) or (indent and len(line) <= _WIDTH) or not value:
            yield line
        elif isinstance(value, dict):
            yield f"{indent}{_scalar(key)}:"
            yield from _mapping(value, indent + "  ")
        else:
            yield f"{indent}{_scalar(key)}:"
            yield from _list(value, indent + "  ")


def _list(values: Sequence[Any], indent: str) -> Iterator[str]:
    for value in values:
        line = f"{indent}- {_flow(value)}"
        if isinstance(value, dict) and len(line) > _WIDTH:
            first, *rest = _mapping(value, indent + "  ")
            yield f"{indent}- {first.lstrip()}"
            yield from rest
        else:
            yield line


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(key)}: {_flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    """Texts as YAML reads them back: plain where that is safe, else quoted as in JSON."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z][A-Za-z0-9.@+/_-]*", value) and resolve_scalar(value) == value:
        return value
    return json.dumps(value, ensure_ascii=False)
