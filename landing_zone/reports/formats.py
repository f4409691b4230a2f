"""The formats of `hlz report`: the file of each, the document it is made from, and how."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from landing_zone.fault import UsageError, nearest
from landing_zone.reports.access import ACCESS_CSV, ACCESS_JSON, access_csv, access_json
from landing_zone.reports.inventory import INVENTORY_CSV, INVENTORY_JSON, inventory_csv, inventory_json


@dataclass(frozen=True)
class Format:
    """A format: `file` is written, by `render`, from the document that stands as `document` beside an assembly."""

    file: str
    document: str
    render: Callable[[Mapping[str, Any]], str]


FORMATS: Mapping[str, Format] = {
    "inventory-csv": Format(INVENTORY_CSV, INVENTORY_JSON, inventory_csv),
    "inventory-json": Format(INVENTORY_JSON, INVENTORY_JSON, inventory_json),
    "access-csv": Format(ACCESS_CSV, ACCESS_JSON, access_csv),
    "access-json": Format(ACCESS_JSON, ACCESS_JSON, access_json),
}


def chosen_formats(names: Collection[str]) -> dict[str, Format]:
    """The formats named, each once; all of them when none is. Raises UsageError with the list of those that exist."""
    for name in names:
        if name not in FORMATS:
            hint = nearest(name, FORMATS)
            raise UsageError(f"there is no format {name!r}; formats are {', '.join(FORMATS)}", hint=hint)
    return {name: FORMATS[name] for name in dict.fromkeys(names)} or dict(FORMATS)
