"""KMS keys: what a template, or several together, say of the key that a property names."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from landing_zone.assurance.inventory.table import CUSTOMER_KEY, NOT_KNOWN, UNKNOWN_KEY
from landing_zone.assurance.template import Resource, Template
from landing_zone.assurance.values import MISSING, CannotEvaluate, Reference, Unresolved, Value, text_of

DEFAULT_ROTATION_DAYS = 365
"""RotationPeriodInDays where it is absent (KMS API reference, EnableKeyRotation)."""
KEY_TYPES = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
_ALIAS = re.compile(r"(?:^|:)(alias/.+)$")
_AWS_ALIAS = re.compile(r"^(alias/)?aws/")


@dataclass(frozen=True)
class NamedKey:
    """The key behind a property: class, what to call it, days between rotations (or why not), why it is not known."""

    encrypted: str
    key: str = ""
    rotation: str = ""
    why: str = ""


@dataclass(frozen=True)
class KeyIndex:
    """Keys that several templates make known to each other: rotation by export name and by alias.

    own_exports: exports known to be customer managed keys, whoever declares them.
    """

    exports: Mapping[str, str] = field(default_factory=dict)
    aliases: Mapping[str, str] = field(default_factory=dict)
    own_exports: Collection[str] = ()

    @classmethod
    def of(cls, templates: Iterable[Template], own_exports: Collection[str] = ()) -> KeyIndex:
        """What these templates export and alias. Where they disagree on the rotation, it is not known."""
        exports: dict[str, set[str]] = {}
        aliases: dict[str, set[str]] = {}
        for template in templates:
            for name, key in _exports(template):
                exports.setdefault(name, set()).add(rotation(key))
            for name, key in _aliases(template):
                aliases.setdefault(name, set()).add(rotation(key))
        return cls(_agreed(exports), _agreed(aliases), frozenset(own_exports))

    def named(self, value: Value, raw: Any, template: Template) -> NamedKey:
        """The key that a present property names; `raw` is what the template says there."""
        if isinstance(value, Reference):
            return self._referenced(value, template)
        if isinstance(value, Unresolved):
            return self._imported(value, raw, template)
        text = text_of(value)
        return self._written(text) if text else NamedKey(NOT_KNOWN, why="the key is not named by a text")

    def _referenced(self, reference: Reference, template: Template) -> NamedKey:
        target = template.resources.get(reference.logical_id)
        if target is not None and target.type == "AWS::KMS::Alias":
            key = _target(target, template)
            name = text_of(target.value("AliasName")) or target.logical_id
            return NamedKey(CUSTOMER_KEY, name, rotation(key) if key else NOT_KNOWN)
        if target is not None and target.type in KEY_TYPES:
            return NamedKey(CUSTOMER_KEY, target.logical_id, rotation(target))
        return NamedKey(NOT_KNOWN, str(reference), why=f"{reference} is no key that the template declares")

    def _imported(self, value: Unresolved, raw: Any, template: Template) -> NamedKey:
        if isinstance(raw, Mapping) and "Fn::ImportValue" in raw:
            name = text_of(template.resolver.resolve(raw["Fn::ImportValue"])) or "of unknown name"
            if name in self.exports or name in self.own_exports:
                return NamedKey(CUSTOMER_KEY, f"import {name}", self.exports.get(name, NOT_KNOWN))
            return NamedKey(NOT_KNOWN, f"import {name}", why=f"import {name}: no template at hand exports a key by it")
        return NamedKey(NOT_KNOWN, why=value.reason)

    def _written(self, text: str) -> NamedKey:
        found = _ALIAS.search(text)
        if _AWS_ALIAS.match(found.group(1) if found else text):
            return NamedKey("AWS managed key", text)
        if found:  # KMS reserves alias/aws/ for AWS managed keys; any other alias is a customer's
            return NamedKey(CUSTOMER_KEY, text, self.aliases.get(found.group(1), NOT_KNOWN))
        return NamedKey(UNKNOWN_KEY, text, why="a key's id or ARN does not say who manages it")


def rotation(key: Resource) -> str:
    """Days between rotations as text; `off`, `by its primary key`, or `not known`."""
    if key.type == "AWS::KMS::ReplicaKey":
        return "by its primary key"
    try:
        if not key.flag("EnableKeyRotation"):
            return "off"
        return str(key.number("RotationPeriodInDays") or DEFAULT_ROTATION_DAYS)
    except CannotEvaluate:
        return NOT_KNOWN


def aliases_of(key: Resource, template: Template) -> list[str]:
    """Names of the aliases that the template gives a key."""
    return [name for name, target in _aliases(template) if target is key]


def _aliases(template: Template) -> Iterator[tuple[str, Resource]]:
    for alias in template.of_type("AWS::KMS::Alias"):
        key, name = _target(alias, template), text_of(alias.value("AliasName"))
        if key is not None and name:
            yield name, key


def _target(alias: Resource, template: Template) -> Resource | None:
    return _key(alias.value("TargetKeyId"), template)


def _exports(template: Template) -> Iterator[tuple[str, Resource]]:
    outputs = template.resolver.resolve(template.document.get("Outputs", {}))
    for output in outputs.values() if isinstance(outputs, Mapping) else ():
        if not isinstance(output, Mapping):
            continue
        export = output.get("Export", MISSING)
        name = text_of(export.get("Name", MISSING)) if isinstance(export, Mapping) else None
        key = _key(output.get("Value", MISSING), template)
        if name and key is not None:
            yield name, key


def _key(value: Value, template: Template) -> Resource | None:
    target = template.resources.get(value.logical_id) if isinstance(value, Reference) else None
    return target if target is not None and target.type in KEY_TYPES else None


def _agreed(found: Mapping[str, set[str]]) -> dict[str, str]:
    return {name: next(iter(texts)) if len(texts) == 1 else NOT_KNOWN for name, texts in found.items()}
