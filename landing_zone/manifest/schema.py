"""The manifest's JSON Schema: for editors and other tools, and to look up what a model allows at a place."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel

from landing_zone.manifest.document import Path_
from landing_zone.manifest.model import Manifest

Schema = dict[str, Any]


def manifest_schema() -> Schema:
    """JSON Schema 2020-12 of the manifest, with descriptions and defaults."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        **schema_of(Manifest),
        "description": "Manifest of a HIPAA-aligned AWS landing zone, read by `hlz`.",
    }


@cache
def schema_of(model: type[BaseModel]) -> Schema:
    """The JSON Schema of a model."""
    return model.model_json_schema()


def parts_at(model: type[BaseModel], path: Path_) -> tuple[Schema, ...]:
    """What a model allows at a path, as schemas: one for each alternative, null left out; none off the schema."""
    root = schema_of(model)
    parts = list(_alternatives(root, root))
    for step in path:
        children = [child for part in parts for child in _children(part, step)]
        parts = [found for child in children for found in _alternatives(child, root)]
    return tuple(parts)


def _alternatives(part: Schema, root: Schema) -> Iterator[Schema]:
    if "$ref" in part:
        yield from _alternatives(root["$defs"][part["$ref"].rsplit("/", 1)[-1]], root)
    elif "anyOf" in part:
        for option in part["anyOf"]:
            yield from _alternatives(option, root)
    elif part.get("type") != "null":
        yield part


def _children(part: Schema, step: str | int) -> Iterator[Schema]:
    if isinstance(step, int):
        children = [part.get("items")]
    elif step in part.get("properties", {}):
        children = [part["properties"][step]]
    else:
        children = [*part.get("patternProperties", {}).values(), part.get("additionalProperties")]
    yield from (child for child in children if isinstance(child, dict))
