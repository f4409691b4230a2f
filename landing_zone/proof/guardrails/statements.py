"""A statement as literals: what must hold of a request for it to fire, besides its action."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from landing_zone.proof.guardrails.actions import listed
from landing_zone.proof.guardrails.constraints import RESOURCE, Literal
from landing_zone.proof.guardrails.operators import operator

_VARIABLE = re.compile(r"\$\{([^}]*)\}")
_RESOURCES = ("Resource", "NotResource")
_LITERAL_LETTERS = ("*", "?", "$")
Constants = Mapping[str, str]
"""Condition keys in lower case whose value is the same in every request that is asked about."""


@dataclass(frozen=True)
class Terms:
    """When a statement fires. literals: all that is understood of it. doubts: what is not, in words."""

    literals: tuple[Literal, ...]
    doubts: tuple[str, ...] = ()


def terms(content: Mapping[str, Any], constants: Constants) -> Terms:
    """What Resource, NotResource and Condition of a statement ask for."""
    literals: list[Literal] = []
    doubts = list(_unread(content))
    for attribute, name, texts in _rows(content):
        filled = tuple(_filled(text, constants) for text in texts)
        if operator(name) is None or (attribute != RESOURCE and name in _RESOURCES):
            doubts.append(f"the operator {name}")
        elif variables := [text for text in filled if _open(text)]:
            doubts.append(f"the policy variable in {variables[0]}")
        elif not (attribute == RESOURCE and name == "Resource" and "*" in filled):
            literals.append(Literal(attribute, name, filled))
    return Terms(tuple(literals), tuple(doubts))


def _unread(content: Mapping[str, Any]) -> Iterator[str]:
    if not any(name in content for name in _RESOURCES):
        yield "a statement without Resource"
    if "NotPrincipal" in content or content.get("Principal", "*") not in ("*", {"AWS": "*"}, {"AWS": ["*"]}):
        yield "a Principal other than *"
    if any(key.lower() == RESOURCE for keys in content.get("Condition", {}).values() for key in keys):
        yield f"the condition key {RESOURCE}"


def _rows(content: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    for name in _RESOURCES:
        if name in content:
            yield RESOURCE, name, listed(content[name])
    for name, keys in content.get("Condition", {}).items():
        for key, texts in keys.items():
            yield key.lower(), name, listed(texts)


def _filled(text: str, constants: Constants) -> str:
    return _VARIABLE.sub(lambda found: constants.get(found[1].strip().lower(), found[0]), text)


def _open(text: str) -> bool:
    return any(name not in _LITERAL_LETTERS for name in _VARIABLE.findall(text))
