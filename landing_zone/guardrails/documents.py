"""Declarative documents: the parts that guardrails write become one, by AWS's own inheritance operators.

Source: AWS Organizations User Guide, page `orgs_manage_policies_inheritance_mgmt`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

ASSIGN, APPEND, REMOVE = "@@assign", "@@append", "@@remove"
CHILDREN = "@@operators_allowed_for_child_policies"
ALL = "@@all"
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


def inherited(above: Document, below: Document) -> dict[str, Any]:
    """What holds where `below` is attached under `above`, which is itself what holds one level up; `{}` at the root.

    A value that is set below takes the place of the one above, unless that lets no child policy set it.
    """
    found = dict(above)
    for key, entry in below.items():
        if isinstance(entry, Mapping):
            before = found.get(key)
            found[key] = inherited(before if isinstance(before, Mapping) else {}, entry)
        elif key == CHILDREN:
            found.setdefault(key, entry)
        elif key not in OPERATORS:
            found[key] = entry
        elif {ALL, key} & {*_listed(above.get(CHILDREN, ALL))}:
            found[ASSIGN] = _set(key, found.get(ASSIGN, ()), entry)
    return found


def plain(document: Document) -> Any:
    """Its values without operators."""
    if ASSIGN in document:
        return document[ASSIGN]
    return {
        key: plain(entry) if isinstance(entry, Mapping) else entry
        for key, entry in document.items()
        if key not in OPERATORS
    }


def _set(operator: str, before: Any, entry: Any) -> Any:
    if operator == ASSIGN:
        return entry
    if operator == REMOVE:
        return [one for one in _listed(before) if one not in _listed(entry)]
    return list(dict.fromkeys((*_listed(before), *_listed(entry))))


def _values(document: Document) -> Any:
    return {key: entry for key, entry in document.items() if key in OPERATORS}


def _listed(entry: Any) -> Sequence[Any]:
    return entry if isinstance(entry, list | tuple) else (entry,)
