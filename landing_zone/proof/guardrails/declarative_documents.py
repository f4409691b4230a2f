"""Declarative policies: their type, and what is in force where several are inherited.

Source: AWS Organizations User Guide, `orgs_manage_policies_inheritance_mgmt`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from landing_zone.fault import Fault, excerpt, nearest
from landing_zone.guardrails.documents import APPEND, ASSIGN, CHILDREN, OPERATORS, REMOVE
from landing_zone.manifest.document import Document, Node, Path_
from landing_zone.policy_data import policy_data

_ALL = "@@all"
_NONE = "@@none"
_PERMITTED = (_ALL, _NONE, ASSIGN, APPEND, REMOVE)


def declarative_type(document: Document) -> str:
    """The type of a document without faults, as CloudFormation names it (`S3_POLICY`)."""
    value = document.root.value
    return _types()[next(iter(value))] if isinstance(value, dict) else ""


def declarative_faults(document: Document) -> Iterator[Fault]:
    """Every way in which a document is no declarative policy of a type that is known."""
    value = document.root.value
    allowed = ", ".join(sorted(_types()))
    if not isinstance(value, dict) or not value:
        yield document.fault((), f"is no declarative policy: an object with one key is wanted; allowed: {allowed}")
        return
    if len(value) > 1:
        yield document.fault((), f"has {len(value)} keys at the top; a declarative policy has one; allowed: {allowed}")
    for key, node in value.items():
        if key not in _types():
            message = f"{excerpt(key)} is no key at the top of a declarative policy; allowed: {allowed}"
            yield document.fault((key,), message, nearest(key, _types()), at_key=True)
        yield from _below(document, (key,), node)


def _below(document: Document, at: Path_, node: Node) -> Iterator[Fault]:
    if not isinstance(node.value, dict):
        hint = f'write {{"{ASSIGN}": …}}'
        yield document.fault(at, f"{excerpt(node.plain())} stands without an inheritance operator", hint)
        return
    for key, inner in node.value.items():
        place = (*at, key)
        if key == CHILDREN:
            listed = inner.value if isinstance(inner.value, list) else []
            if not listed or any(one.value not in _PERMITTED for one in listed):
                yield document.fault(place, f"is no list of operators; allowed: {', '.join(_PERMITTED)}")
        elif key not in OPERATORS and key.startswith("@@"):
            message = f"unknown inheritance operator {excerpt(key)}; allowed: {', '.join(OPERATORS)}"
            yield document.fault(place, message, nearest(key, OPERATORS), at_key=True)
        elif key not in OPERATORS:
            yield from _below(document, place, inner)


def in_force(levels: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What documents of one type come to, one for each level from the root down: plain values without operators."""
    root = _Setting()
    for document in levels:
        root.apply(document)
    plain = root.plain()
    return plain if isinstance(plain, dict) else {}


@dataclass
class _Setting:
    """A key of the document in force. permitted: operators that levels below may use."""

    value: Any = None
    children: dict[str, _Setting] = field(default_factory=dict)
    permitted: tuple[str, ...] = (_ALL,)

    def apply(self, document: Mapping[str, Any]) -> None:
        """What one level adds; what a level above forbids it changes nothing, as with AWS."""
        permitted = self.permitted
        for key, entry in document.items():
            if key == CHILDREN:
                self.permitted = tuple(entry) if _ALL in permitted else permitted
            elif key in OPERATORS:
                if _ALL in permitted or key in permitted:
                    self._set(key, entry)
            elif key in self.children or _NONE not in permitted:
                self.children.setdefault(key, _Setting()).apply(entry)

    def _set(self, key: str, entry: Any) -> None:
        if key == ASSIGN:
            self.value = entry
            return
        before, change = ([] if self.value is None else _listed(self.value)), _listed(entry)
        kept = [*before, *change] if key == APPEND else [one for one in before if one not in change]
        self.value = [one for at, one in enumerate(kept) if one not in kept[:at]]

    def plain(self) -> Any:
        """The value without operators."""
        if not self.children:
            return self.value
        return {key: child.plain() for key, child in self.children.items()}


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _types() -> Mapping[str, str]:
    """The type of each key at the top."""
    return {key: type_ for type_, key in policy_data("guardrails/documents")["top"].items()}
