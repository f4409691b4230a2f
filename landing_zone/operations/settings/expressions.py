"""JMESPath expressions of the table, and templates made of them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

import jmespath
from jmespath.functions import Functions, signature


class _Functions(Functions):  # type: ignore[misc]
    """JMESPath's own functions and what it lacks: keys and values that are known at run time, JSON inside a text."""

    @signature({"types": ["object"]}, {"types": ["string"]})  # type: ignore[untyped-decorator]
    def _func_lookup(self, mapping: Mapping[str, Any], key: str) -> Any:
        return mapping.get(key)

    @signature({"types": ["array", "null"]}, {"types": ["string"]}, {"types": ["string"]})  # type: ignore[untyped-decorator]
    def _func_where(self, entries: list[Any] | None, expression: str, value: str) -> list[Any]:
        return [entry for entry in entries or () if search(expression, entry) == value]

    @signature({"types": ["string", "null"]})  # type: ignore[untyped-decorator]
    def _func_from_json(self, text: str | None) -> Any:
        return None if text is None else json.loads(text)


_OPTIONS = jmespath.Options(custom_functions=_Functions())


@cache
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)


def search(expression: str, scope: Mapping[str, Any]) -> Any:
    """The value of an expression."""
    return _compiled(expression).search(scope, _OPTIONS)


def holds(expression: str, scope: Mapping[str, Any]) -> bool:
    """Whether an expression is true as JMESPath has it: not null, not false, not empty. No expression always holds."""
    if not expression:
        return True
    value = search(expression, scope)
    return value is not None and value is not False and value not in ("", [], {})


def filled(template: Any, scope: Mapping[str, Any]) -> Any:
    """A template with `${...}` replaced by values of any type. Keys whose value is null are left out.

    `{value: x, when: e}` in a list is `x`, if `e` holds; `{to_json: x}` is `x` as JSON text.
    """
    if isinstance(template, str):
        return search(template[2:-1], scope) if template.startswith("${") and template.endswith("}") else template
    if isinstance(template, Mapping):
        if template.keys() == {"to_json"}:
            return json.dumps(filled(template["to_json"], scope))
        values = {key: filled(value, scope) for key, value in template.items()}
        return {key: value for key, value in values.items() if value is not None}
    if isinstance(template, list | tuple):
        return [
            filled(entry["value"], scope) if _is_conditional(entry) else filled(entry, scope)
            for entry in template
            if not _is_conditional(entry) or holds(entry["when"], scope)
        ]
    return template


def _is_conditional(entry: Any) -> bool:
    return isinstance(entry, Mapping) and entry.keys() == {"value", "when"}


def plain(value: Any) -> Any:
    """A value from AWS as JSON can hold it, without nulls in objects."""
    if isinstance(value, Mapping):
        return {key: plain(entry) for key, entry in value.items() if entry is not None}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    return value.isoformat() if isinstance(value, date | datetime) else value
