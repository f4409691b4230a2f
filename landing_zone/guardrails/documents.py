"""Declarative documents: the parts that guardrails write become one, by AWS's own inheritance operators.

Source: AWS Organizations User Guide, page `orgs_manage_policies_inheritance_mgmt`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

ASSIGN, APPEND, REMOVE = "@@assign", "@@append", "@@remove"
CHILDREN = "@@operators_allowed_for_child_policies"
OPERATORS = (ASSIGN, APPEND, REMOVE, CHILDREN)
Place = tuple[str, ...]
Document = Mapping[str, Any]


def merged(documents: Sequence[Document]) -> dict[str, Any]:
    """Documents without conflicts as one; what is appended or removed is listed once."""
    both: dict[str, Any] = {}
    for document in documents:
        _merge(both, document)
    return both


def _merge(into: dict[str, Any], document: Document) -> None:
    for key, entry in document.items():
        before = into.get(key)
        if isinstance(entry, Mapping):
            inner = into[key] = dict(before) if isinstance(before, Mapping) else {}
            _merge(inner, entry)
        elif key in (APPEND, REMOVE) and before is not None:
            into[key] = list(dict.fromkeys((*_listed(before), *_listed(entry))))
        else:
            into[key] = entry


def conflicts(one: Document, other: Document, place: Place = ()) -> Iterator[tuple[Place, Any, Any]]:
    """Where two documents cannot both hold: place in `other`, what `one` has there, what `other` has.

    Two values for one place, a value where the other has keys, or values set by different operators.
    """
    operators = {key for document in (one, other) for key in document if key in (ASSIGN, APPEND, REMOVE)}
    if ASSIGN in operators and len(operators) > 1:
        yield place, _values(one), _values(other)
        return
    for key in other:
        if key not in one:
            continue
        first, second = one[key], other[key]
        if isinstance(first, Mapping) and isinstance(second, Mapping):
            yield from conflicts(first, second, (*place, key))
        elif key not in (APPEND, REMOVE) and first != second:
            yield (*place, key), first, second


def _values(document: Document) -> Any:
    return {key: entry for key, entry in document.items() if key in OPERATORS}


def _listed(entry: Any) -> Sequence[Any]:
    return entry if isinstance(entry, list | tuple) else (entry,)
