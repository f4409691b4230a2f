"""The inventory of many templates: equal rows are one row, and where it is deployed is said once for each template."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from landing_zone.assurance.inventory.keys import KEY_TYPES, KeyIndex, aliases_of, rotation
from landing_zone.assurance.inventory.rows import Row, rows_of
from landing_zone.assurance.inventory.table import CUSTOMER_KEY, NOT_KNOWN, PROTECTED_IN_TRANSIT, Table
from landing_zone.assurance.template import Resource, Template
from landing_zone.assurance.values import MISSING, Unresolved, Value, text_of


@dataclass(frozen=True)
class Scope:
    """Where a template is deployed. withheld: deployments that are planned and not written yet."""

    id: str
    role: str
    deployments: int
    withheld: int
    accounts: tuple[str, ...]
    regions: tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """One row with the scopes of all templates that have it alike."""

    role: str
    row: Row
    scopes: tuple[str, ...]

    @property
    def concern(self) -> str:
        """Why the row is among the exceptions, or ""."""
        row = self.row
        if row.kind == "store" and row.encrypted != CUSTOMER_KEY:
            return f"encrypted: {row.encrypted}"
        if row.kind == "transit" and row.encrypted not in PROTECTED_IN_TRANSIT and row.encrypted != "AWS internal":
            return f"in transit: {row.encrypted}"
        unknown = [
            name for name in ("retention", "lock", "expiry", "deletion_policy") if NOT_KNOWN in getattr(row, name)
        ]
        return f"{unknown[0].replace('_', ' ')}: {NOT_KNOWN}" if unknown else ""


@dataclass(frozen=True, order=True)
class KeyRow:
    """A KMS key that a template declares."""

    role: str
    resource: str
    domain: str
    aliases: str
    spec: str
    rotation_days: str
    multi_region: str
    deletion_window_days: str
    deletion_policy: str
    scopes: tuple[str, ...]


@dataclass(frozen=True)
class Inventory:
    """Stores, transit paths and keys of a set of templates, and what the table does not cover."""

    scopes: Mapping[str, Scope]
    entries: tuple[Entry, ...]
    keys: tuple[KeyRow, ...]
    not_covered: Mapping[str, tuple[str, ...]]

    def of_kind(self, kind: str) -> list[Entry]:
        """The entries of a kind, `store` or `transit`."""
        return [entry for entry in self.entries if entry.row.kind == kind]

    @cached_property
    def exceptions(self) -> tuple[Entry, ...]:
        """Stores without a customer managed key, paths that nothing protects, and whatever is not known."""
        return tuple(entry for entry in self.entries if entry.concern)

    def deployed(self, scopes: Iterable[str]) -> int:
        """Number of deployments of these scopes, withheld ones included."""
        return sum(self.scopes[id].deployments + self.scopes[id].withheld for id in scopes)

    @cached_property
    def totals(self) -> dict[str, Any]:
        """Numbers first: rows, what they come to in all deployments, and how they are protected."""
        stores, paths = self.of_kind("store"), self.of_kind("transit")
        return {
            "stores": len(stores),
            "stores_deployed": sum(self.deployed(entry.scopes) for entry in stores),
            "stores_by_encryption": _counted(entry.row.encrypted for entry in stores),
            "all_stores_with_customer_managed_key": bool(stores)
            and all(entry.row.encrypted == CUSTOMER_KEY for entry in stores),
            "transit_paths": len(paths),
            "transit_paths_deployed": sum(self.deployed(entry.scopes) for entry in paths),
            "transit_paths_by_protection": _counted(entry.row.encrypted for entry in paths),
            "keys": len(self.keys),
            "exceptions": len(self.exceptions),
            "types_not_covered": len(self.not_covered),
        }


def inventory(
    templates: Mapping[str, Template], scopes: Mapping[str, Scope], table: Table, own_key_exports: Collection[str] = ()
) -> Inventory:
    """The inventory of templates by scope id.

    own_key_exports: CloudFormation exports known to be customer managed keys, even if no template at hand has them.
    """
    index = KeyIndex.of(templates.values(), own_key_exports)
    rows: dict[tuple[str, Row], list[str]] = defaultdict(list)
    keys: dict[KeyRow, list[str]] = defaultdict(list)
    unknown: dict[str, list[str]] = defaultdict(list)
    for id, template in sorted(templates.items()):
        role = scopes[id].role
        for row in rows_of(template, table, index):
            rows[role, row].append(id)
        for key in template.of_type(*KEY_TYPES):
            keys[_key_row(role, key, template)].append(id)
        for type_ in {resource.type for resource in template.resources.values() if not table.covers(resource.type)}:
            unknown[type_].append(id)
        for defect in template.defects:
            unknown[f"{defect.path or 'template'}: {defect.reason}"].append(id)
    return Inventory(
        scopes=dict(sorted(scopes.items())),
        entries=tuple(
            Entry(role, row, tuple(ids))
            for (role, row), ids in sorted(rows.items(), key=lambda entry: (entry[0][0], entry[0][1].order, entry[1]))
        ),
        keys=tuple(replace(key, scopes=tuple(ids)) for key, ids in sorted(keys.items())),
        not_covered={type_: tuple(ids) for type_, ids in sorted(unknown.items())},
    )


def _key_row(role: str, key: Resource, template: Template) -> KeyRow:
    return KeyRow(
        role=role,
        resource=key.logical_id,
        domain=_tag(key, "hlz:key-domain"),
        aliases=", ".join(sorted(aliases_of(key, template))),
        spec=_text(key.value("KeySpec"))
        or ("SYMMETRIC_DEFAULT" if key.type == "AWS::KMS::Key" else "by its primary key"),
        rotation_days=rotation(key),
        multi_region="replica" if key.type == "AWS::KMS::ReplicaKey" else _text(key.value("MultiRegion")) or "false",
        deletion_window_days=_text(key.value("PendingWindowInDays")) or "30",
        deletion_policy=_text(key.deletion_policy) or "Delete (default)",
        scopes=(),
    )


def _tag(key: Resource, name: str) -> str:
    tags = key.value("Tags")
    for tag in tags if isinstance(tags, list) else ():
        if isinstance(tag, Mapping) and tag.get("Key") == name:
            return _text(tag.get("Value", MISSING))
    return ""


def _text(value: Value) -> str:
    if isinstance(value, Unresolved):
        return f"{NOT_KNOWN}: {value.reason}"
    return text_of(value) or ""


def _counted(texts: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(texts).items()))
