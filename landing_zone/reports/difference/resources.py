"""Changes of resources between two templates: what CloudFormation will add, update, replace and delete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from landing_zone.assurance.inventory.table import inventory_table
from landing_zone.reports.difference.model import Change, Severity

_KEPT = ("Retain", "RetainExceptOnCreate", "Snapshot")
_KEYS = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey", "AWS::Cognito::UserPool")
"""Without them data cannot be read, or nobody can sign in: as bad to lose as the data."""
_PERMISSIONS = ("AWS::IAM::", "AWS::SSO::", "AWS::Organizations::Policy", "AWS::RAM::")


@cache
def stateful_types() -> frozenset[str]:
    """Types whose resources hold data, as the inventory knows them, and keys."""
    return frozenset({row.type for row in inventory_table().entries if row.kind == "store"} | set(_KEYS))


@cache
def _replacing(type_: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Properties whose change replaces the resource, and those whose change may: of the CloudFormation registry."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

    try:
        schema: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_).schema
    except Exception:  # cfn-lint raises its own error for a type that it does not know
        return (), ()
    certain, possible = (
        tuple(str(path).removeprefix("/properties/") for path in schema.get(key, ()))
        for key in ("createOnlyProperties", "conditionalCreateOnlyProperties")
    )
    return certain, possible


def resource_changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Change]:
    """Changes from one template's resources to another's, by logical id; ids are `LogicalId`."""
    old, new = _resources(before), _resources(after)
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield _removed(name, old[name])
        elif name not in old:
            yield _change(name, new[name], "added", "low", "is new")
        elif old[name] != new[name]:
            yield _changed(name, old[name], new[name])


def _resources(template: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    rows = template.get("Resources")
    found = rows.items() if isinstance(rows, Mapping) else ()
    return {str(name): row for name, row in found if isinstance(row, Mapping) and isinstance(row.get("Type"), str)}


def _removed(name: str, row: Mapping[str, Any]) -> Change:
    if row["Type"] not in stateful_types():
        return _change(name, row, "removed", _weight(row), "is deleted")
    if row.get("DeletionPolicy") in _KEPT:
        return _change(name, row, "removed", "high", f"leaves the stack; its data stays ({row['DeletionPolicy']})")
    return _change(name, row, "removed", "critical", "is deleted with its data; DeletionPolicy does not keep it")


def _changed(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Change:
    if old["Type"] != new["Type"]:
        return _replaced(name, old, new, ["Type"])
    certain, possible = _replacing(str(new["Type"]))
    paths = sorted(_differing(old.get("Properties"), new.get("Properties"), ""))
    attributes = sorted(
        key for key in ("DeletionPolicy", "UpdateReplacePolicy", "Condition") if old.get(key) != new.get(key)
    )
    if replacing := [path for path in paths if _touches(path, certain)]:
        return _replaced(name, old, new, replacing)
    stateful = new["Type"] in stateful_types()
    if stateful and "DeletionPolicy" in attributes and new.get("DeletionPolicy") not in _KEPT:
        return _change(name, new, "updated", "high", "no longer keeps its data when it is deleted", attributes)
    perhaps = [path for path in paths if _touches(path, possible)]
    if stateful and perhaps:
        text = f"changes {', '.join(perhaps)}, which may replace it"
        return _change(name, new, "updated", "medium", text, [*paths, *attributes])
    what = ", ".join([*paths, *attributes][:6]) or "metadata or dependencies"
    weight: Severity = _weight(new) if paths else "low"
    return _change(name, new, "updated", weight, f"changes {what}", [*paths, *attributes])


def _replaced(name: str, old: Mapping[str, Any], new: Mapping[str, Any], paths: list[str]) -> Change:
    why = f"is replaced ({', '.join(paths[:6])})"
    if old["Type"] not in stateful_types():
        return _change(name, new, "replaced", _weight(new), why, paths)
    if old.get("UpdateReplacePolicy") in _KEPT:
        kept = f"{why}: the new one is empty, the old one stays outside the stack"
        return _change(name, new, "replaced", "high", kept, paths)
    return _change(name, new, "replaced", "critical", f"{why}, and its data is deleted with the old one", paths)


def _change(
    name: str, row: Mapping[str, Any], what: str, severity: Severity, text: str, paths: list[str] | None = None
) -> Change:
    kind = str(row["Type"])
    return Change(
        "resource", name, severity, f"{kind} {name} {text}.", {"type": kind, "what": what, "paths": paths or []}
    )


def _weight(row: Mapping[str, Any]) -> Severity:
    """Permissions are for a person to look at."""
    return "medium" if str(row["Type"]).startswith(_PERMISSIONS) or str(row["Type"]).endswith("Policy") else "low"


def _touches(path: str, properties: tuple[str, ...]) -> bool:
    steps = "/".join(step for step in path.split(".") if not step.isdecimal())
    return any(steps == name or steps.startswith(f"{name}/") or name.startswith(f"{steps}/") for name in properties)


def _differing(old: Any, new: Any, path: str) -> Iterator[str]:
    """Dotted paths at which two values differ."""
    if isinstance(old, Mapping) and isinstance(new, Mapping) and not _is_function(old) and not _is_function(new):
        for key in old.keys() | new.keys():
            yield from _differing(old.get(key), new.get(key), f"{path}.{key}" if path else str(key))
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for position, (left, right) in enumerate(zip(old, new, strict=True)):
            yield from _differing(left, right, f"{path}.{position}" if path else str(position))
    elif old != new:
        yield path or "Properties"


def _is_function(value: Mapping[Any, Any]) -> bool:
    return len(value) == 1 and str(next(iter(value))).startswith(("Ref", "Fn::"))
