"""What the model refused, as faults with a place: which key, what was found, what is allowed, the nearest spelling."""

from __future__ import annotations

import re

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from landing_zone.fault import Fault, closest, excerpt, nearest
from landing_zone.manifest.document import Document, Path_
from landing_zone.manifest.schema import parts_at

_KINDS = {
    "string_type": "text",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "tuple_type": "a list",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
}
_SCHEMA_KINDS = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping (key: value)",
}
_MESSAGES = {
    "string_too_short": "{found} is too short; at least {min_length} characters are needed",
    "string_too_long": "{found} is too long; at most {max_length} characters are allowed",
    "string_pattern_mismatch": "{found} does not match {pattern}",
    "too_short": "holds {actual_length} entries; at least {min_length} are needed",
    "too_long": "holds more than {max_length} entries",
    "greater_than_equal": "{found} is too small; at least {ge} is needed",
    "less_than_equal": "{found} is too large; at most {le} is allowed",
}
_SWITCHES = {
    **dict.fromkeys(("yes", "y", "on", "true", "enabled"), "true"),
    **dict.fromkeys(("no", "n", "off", "false", "disabled"), "false"),
}


def faults_of(errors: list[ErrorDetails], document: Document, model: type[BaseModel]) -> list[Fault]:
    """One fault for each mistake behind the errors that pydantic reports against `model`."""
    misspelt = {meant for error in errors if (meant := meant_path(error, document, model))}
    above_others = {error["loc"][:length] for error in errors for length in range(len(error["loc"]))}
    return [
        _fault(error, document, model)
        for error in errors
        if not (error["type"] == "missing" and error["loc"] in misspelt)
        and not (error["type"] == "too_short" and error["loc"] in above_others)  # malformed items are not counted
    ]


def path_of(error: ErrorDetails, document: Document) -> Path_:
    """The path into the document; pydantic marks an invalid key by a last step `[key]`, which may be a key as well."""
    path = error["loc"]
    return path[:-1] if is_about_key(error, document) else path


def is_about_key(error: ErrorDetails, document: Document) -> bool:
    """Whether the key of a mapping is invalid, not the value under it."""
    path, kind = error["loc"], error["type"]
    return path[-1:] == ("[key]",) and kind != "extra_forbidden" and document.node(path) is None


def meant_path(error: ErrorDetails, document: Document, model: type[BaseModel]) -> Path_ | None:
    """The path that was probably meant by an unknown key."""
    if error["type"] != "extra_forbidden":
        return None
    *above, key = error["loc"]
    spelling = closest(str(key), _absent_first(document, model, tuple(above)))
    return (*above, spelling) if spelling else None


def _fault(error: ErrorDetails, document: Document, model: type[BaseModel]) -> Fault:
    path, about_key = path_of(error, document), is_about_key(error, document)
    kind, found, context = error["type"], error["input"], error.get("ctx") or {}
    if kind == "missing":
        return document.fault(path, f"required key '{path[-1]}' is missing", _purpose(model, path))
    if kind == "extra_forbidden":
        message = f"unknown key {excerpt(path[-1])}; allowed: {', '.join(_keys(model, path[:-1]))}"
        hint = nearest(str(path[-1]), _absent_first(document, model, path[:-1]))
        return document.fault(path, message, hint, at_key=True)
    if kind == "literal_error":
        allowed = _literals(context["expected"])
        message = f"{_shown(found)} is not allowed; allowed: {', '.join(allowed)}"
        hint = "write it without quotes" if found in allowed else nearest(str(found), allowed)
        return document.fault(path, message, hint, at_key=about_key)
    if kind in _KINDS:
        expected = _KINDS[kind] if about_key else _expected(model, path) or _KINDS[kind]
        hint = _conversion(found, expected)
        return document.fault(path, f"expected {expected}, found {_shown(found)}", hint, at_key=about_key)
    if kind == "too_short" and isinstance(found, str):  # a length asked of text that was looked at before
        kind = "string_too_short"
    message = _MESSAGES[kind].format(found=_shown(found), **context) if kind in _MESSAGES else error["msg"]
    return document.fault(path, message, str(context.get("hint", "")), at_key=about_key)


def _literals(expected: str) -> tuple[str, ...]:
    return tuple(part.strip("'") for part in expected.replace(" or ", ", ").split(", "))


def _expected(model: type[BaseModel], path: Path_) -> str:
    kinds = (_SCHEMA_KINDS[part["type"]] for part in parts_at(model, path) if part.get("type") in _SCHEMA_KINDS)
    return " or ".join(dict.fromkeys(kinds))


def _conversion(found: object, expected: str) -> str:
    """How to write what was probably meant."""
    if "text" in expected and isinstance(found, bool | int | float):
        return "put it in quotes"
    if isinstance(found, str) and expected == "a whole number" and found.isdigit():
        return "write it without quotes"
    if isinstance(found, str) and "true or false" in expected and found.lower() in _SWITCHES:
        return f"write {_SWITCHES[found.lower()]}"
    return ""


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        return f"{str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, list):
        return "a list"
    if isinstance(value, dict):
        return "a mapping"
    return excerpt(value)


def _keys(model: type[BaseModel], path: Path_) -> tuple[str, ...]:
    """The allowed keys of the section at `path`."""
    return tuple(key for part in parts_at(model, path) for key in part.get("properties", {}))


def _absent_first(document: Document, model: type[BaseModel], path: Path_) -> list[str]:
    """The allowed keys of a section; those that it lacks come first, as they are rather meant."""
    return sorted(_keys(model, path), key=lambda key: document.node((*path, key)) is not None)


def _purpose(model: type[BaseModel], path: Path_) -> str:
    for part in parts_at(model, path[:-1]):
        if description := part.get("properties", {}).get(path[-1], {}).get("description"):
            return re.split(r"\.(?=\s+[A-Z]|$)", " ".join(str(description).split()))[0]
    return ""
