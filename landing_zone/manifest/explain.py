"""What the model refused, as faults with a place: which key, what was found, what is allowed, the nearest spelling."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter
from pydantic_core import ErrorDetails

from landing_zone.fault import Fault, closest, excerpt, nearest
from landing_zone.manifest.document import Document, Path_

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "int_from_float": "a whole number",
}


def faults_of(errors: list[ErrorDetails], document: Document, model: type[BaseModel]) -> list[Fault]:
    """One fault for each mistake behind the errors that pydantic reports against `model`."""
    misspelt = {
        (*path_of(error)[:-1], misspelling_of)
        for error in errors
        if error["type"] == "extra_forbidden"
        and (misspelling_of := closest(str(error["loc"][-1]), _keys(model, path_of(error)[:-1])))
    }
    return [
        _fault(error, document, model)
        for error in errors
        if not (error["type"] == "missing" and path_of(error) in misspelt)
    ]


def path_of(error: ErrorDetails) -> Path_:
    """The path into the document; pydantic marks an invalid key by a last step `[key]`."""
    return tuple(step for step in error["loc"] if step != "[key]")


def _fault(error: ErrorDetails, document: Document, model: type[BaseModel]) -> Fault:
    path = path_of(error)
    kind, found, context = error["type"], error["input"], error.get("ctx") or {}
    if kind == "missing":
        return document.fault(path, f"required key '{path[-1]}' is missing", _purpose(model, path))
    if kind == "extra_forbidden":
        allowed = tuple(_keys(model, path[:-1]))
        hint = nearest(str(path[-1]), allowed)
        message = f"unknown key {excerpt(path[-1])}; allowed: {', '.join(allowed)}"
        return document.fault(path, message, hint, at_key=True)
    if kind == "literal_error":
        allowed = tuple(part.strip("'") for part in context["expected"].replace(" or ", ", ").split(", "))
        message = f"{_shown(found)} is not allowed; allowed: {', '.join(allowed)}"
        return document.fault(path, message, nearest(str(found), allowed), at_key=error["loc"][-1] == "[key]")
    if kind in _KINDS:
        return document.fault(path, f"expected {_KINDS[kind]}, found {_shown(found)}")
    message = _MESSAGES[kind].format(found=_shown(found), **context) if kind in _MESSAGES else error["msg"]
    return document.fault(path, message, str(context.get("hint", "")), at_key=error["loc"][-1] == "[key]")


_MESSAGES = {
    "string_too_short": "{found} is too short; at least {min_length} characters are needed",
    "string_too_long": "{found} is too long; at most {max_length} characters are allowed",
    "string_pattern_mismatch": "{found} does not match {pattern}",
    "too_short": "holds {actual_length} entries; at least {min_length} are needed",
    "too_long": "holds more than {max_length} entries",
    "greater_than_equal": "{found} is too small; at least {ge} is needed",
    "less_than_equal": "{found} is too large; at most {le} is allowed",
}


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"{str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {str(value)[:40]}"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    return excerpt(value)


def _keys(model: type[BaseModel], path: Path_) -> Mapping[str, Any]:
    """The allowed keys of the section at `path`."""
    schema = TypeAdapter(model).json_schema()
    definitions = schema.get("$defs", {})

    def follow(part: Any) -> Any:
        while isinstance(part, dict) and "$ref" in part:
            part = definitions[part["$ref"].rsplit("/", 1)[-1]]
        if isinstance(part, dict) and "anyOf" in part:
            return next((follow(option) for option in part["anyOf"] if option.get("type") != "null"), {})
        return part

    part = follow(schema)
    for step in path:
        if isinstance(step, int):
            part = follow(part.get("items", {}))
        elif step in part.get("properties", {}):
            part = follow(part["properties"][step])
        else:
            entries = [*part.get("patternProperties", {}).values(), part.get("additionalProperties", {})]
            part = follow(entries[0])
        if not isinstance(part, dict):
            return {}
    properties: Mapping[str, Any] = part.get("properties", {})
    return properties


def _purpose(model: type[BaseModel], path: Path_) -> str:
    description = _keys(model, path[:-1]).get(str(path[-1]), {}).get("description", "")
    return str(description).split(". ")[0].rstrip(".")
