"""A malformed manifest with a stand-in for everything malformed, so that references in the rest can be checked."""

from __future__ import annotations

import copy
from typing import Any

from pydantic_core import ErrorDetails

from landing_zone.manifest.document import Document, Path_
from landing_zone.manifest.explain import is_about_key, meant_path, path_of
from landing_zone.manifest.model import Manifest
from landing_zone.manifest.schema import Schema, parts_at, schema_of


def with_stand_ins(
    plain: dict[str, Any], errors: list[ErrorDetails], document: Document
) -> tuple[dict[str, Any], frozenset[Path_]]:
    """The values with malformed ones replaced, or left out where a default exists; and the paths of those.

    A key that is probably a misspelling of another counts as both.
    """
    rest = copy.deepcopy(plain)
    broken: set[Path_] = set()
    for error in errors:
        path = _within(rest, path_of(error, document))
        broken |= {path, meant_path(error, document, Manifest) or path}
        container = _container(rest, path)
        if isinstance(container, list):
            container[int(path[-1])] = _stand_in(path)
        elif isinstance(container, dict):
            superfluous = error["type"] == "extra_forbidden" or is_about_key(error, document)
            if superfluous or _has_default(path):
                container.pop(str(path[-1]), None)
            else:
                container[str(path[-1])] = _stand_in(path)
    return rest, frozenset(broken)


def _within(rest: dict[str, Any], path: Path_) -> Path_:
    """The path without positions in something that is no list: one item may stand for a list of one."""
    part: Any = rest
    kept: list[str | int] = []
    for step in path:
        if isinstance(step, int) and not isinstance(part, list):
            continue
        kept.append(step)
        part = _child(part, step)
    return tuple(kept)


def _container(rest: dict[str, Any], path: Path_) -> Any:
    part: Any = rest
    for step in path[:-1]:
        part = _child(part, step)
    return part


def _child(part: Any, step: str | int) -> Any:
    if isinstance(part, dict):
        return part.get(step)
    return part[step] if isinstance(part, list) and isinstance(step, int) and step < len(part) else None


def _has_default(path: Path_) -> bool:
    return any(
        path[-1] in part.get("properties", {}) and path[-1] not in part.get("required", ())
        for part in parts_at(Manifest, path[:-1])
    )


def _stand_in(path: Path_) -> Any:
    parts = parts_at(Manifest, path)
    return _example(parts[0]) if parts else None


def _example(part: Schema) -> Any:
    """The smallest value that a schema allows."""
    if "$ref" in part:
        return _example(schema_of(Manifest)["$defs"][part["$ref"].rsplit("/", 1)[-1]])
    if "const" in part:
        return part["const"]
    if options := part.get("enum") or part.get("examples"):
        return options[0]
    if "anyOf" in part:
        return _example(part["anyOf"][0])
    if part["type"] == "object":
        required = {key: _example(part["properties"][key]) for key in part.get("required", ())}
        keys = [_example(part["propertyNames"])] if part.get("minProperties") else []
        return required | {key: _example(part["additionalProperties"]) for key in keys}
    if part["type"] == "array":
        return [_example(part["items"])] * part.get("minItems", 0)
    if part["type"] == "string":
        return "x" * part.get("minLength", 1)
    return part.get("minimum", 0) if part["type"] == "integer" else False
