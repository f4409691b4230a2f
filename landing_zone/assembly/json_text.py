"""JSON with one line for each entry of each section: readable in a diff, and written by C code."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any


def sectioned(document: Any) -> str:
    """The text of a JSON document; of an object in an object each entry has its own line."""
    return _object(document, lambda section: _object(section, _compact))


def _object(entries: Any, encode: Callable[[Any], str]) -> str:
    if not isinstance(entries, dict) or not entries:
        return _compact(entries)
    return "{\n" + ",\n".join(f"{_compact(key)}: {encode(entry)}" for key, entry in entries.items()) + "\n}"


def _compact(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
