"""The formats of `hlz report`: file name and text of each, from one inventory document."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from landing_zone.fault import UsageError, nearest
from landing_zone.reports.inventory import INVENTORY_CSV, INVENTORY_JSON, inventory_csv, inventory_json

Format = tuple[str, Callable[[Mapping[str, Any]], str]]

FORMATS: Mapping[str, Format] = {
    "inventory-csv": (INVENTORY_CSV, inventory_csv),
    "inventory-json": (INVENTORY_JSON, inventory_json),
}


def chosen_formats(names: Collection[str]) -> dict[str, Format]:
    """The formats named, each once; all of them when none is. Raises UsageError with the list of those that exist."""
    for name in names:
        if name not in FORMATS:
            hint = nearest(name, FORMATS)
            raise UsageError(f"there is no format {name!r}; formats are {', '.join(FORMATS)}", hint=hint)
    return {name: FORMATS[name] for name in dict.fromkeys(names)} or dict(FORMATS)
