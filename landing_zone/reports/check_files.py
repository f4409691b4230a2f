"""The files that `hlz check --format` writes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

Render = Callable[[Mapping[str, Any]], dict[str, bytes]]


def check_files(formats: Collection[str]) -> Render:
    """What makes the files of these formats from a check document with `runs` and `acknowledgements`.

    Raises UsageError: no such format. Without formats nothing is imported.
    """
    if not formats:
        return lambda document: {}
    from landing_zone.reports.check_results import results_of_check
    from landing_zone.reports.formats import CHECK_FORMATS, known

    known(formats, CHECK_FORMATS)

    def render(document: Mapping[str, Any]) -> dict[str, bytes]:
        rows = document.get("acknowledgements") or document.get("acknowledged", 0)
        results = results_of_check({**document, "acknowledged": rows})
        made = [CHECK_FORMATS[name](results) for name in dict.fromkeys(formats)]
        return {file: content for files in made for file, content in files.items()}

    return render
