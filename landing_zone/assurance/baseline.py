"""A baseline: findings that are known, so that a pipeline fails on new ones alone. It hides nothing else."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from landing_zone.fault import Fault, InputError
from landing_zone.manifest.source_text import read_text

_KEYS = ("rule", "template", "resource", "path")
"""What makes a finding the same one later: line and wording may change."""


def read_baseline(file: Path) -> Counter[tuple[str, ...]]:
    """The findings of a document that `hlz check --json` printed. Raises InputError: it is none."""
    try:
        document = json.loads(read_text(file))
    except ValueError as error:
        line, column = getattr(error, "lineno", 1), getattr(error, "colno", 1)
        raise InputError([Fault(str(file), line, column, "", "is no JSON", "`hlz check --json` prints it")]) from None
    except RecursionError:
        raise InputError([Fault(str(file), 1, 1, "", "is nested too deeply")]) from None
    rows = document.get("findings") if isinstance(document, Mapping) else None
    if not isinstance(rows, list):
        hint = "`hlz check --json` prints one"
        raise InputError([Fault(str(file), 1, 1, "findings", "is no list of findings", hint)])
    faults = [
        Fault(str(file), 1, 1, f"findings[{index}]", f"is no finding: it has no text {key}")
        for index, row in enumerate(rows)
        for key in _KEYS
        if not isinstance(row, Mapping) or not isinstance(row.get(key), str)
    ]
    if faults:
        raise InputError(faults)
    return Counter(_identity(row) for row in rows)


def without_known(document: Mapping[str, Any], known: Counter[tuple[str, ...]]) -> dict[str, Any]:
    """A check document with new findings only; `baseline` counts those that are known, and those that are gone."""
    left = Counter(known)
    new = []
    for row in document["findings"]:
        if left[_identity(row)] > 0:
            left[_identity(row)] -= 1
        else:
            new.append(row)
    counts = {"known": len(document["findings"]) - len(new), "gone": sum(left.values())}
    return {**document, "findings": new, "baseline": counts}


def _identity(row: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(str(row[key]) for key in _KEYS)
