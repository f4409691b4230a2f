"""Edits of a template: one resource weakened, added or removed.

A path goes through the target's properties, separated by `/`: a name, a position in a list, `Key=value` for the element
of a list whose `Key` has that value, and `+` for a new element at the end. A path to delete may end in ` if present`.
Inside values, `{$ref: TYPE}`, `{$get: [TYPE, ATTRIBUTE]}` and `{$name: TYPE}` stand for the first resource of the type,
or for the target itself (`self`).
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, field_validator

IF_PRESENT = " if present"
SELF = "self"
EXISTS = "*"


class NotApplicable(Exception):
    """The template has nothing that the edit is about."""


class Edit(BaseModel):
    """What is changed, in this order: parameters, properties set and deleted, attributes, resources removed, added."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    parameters: Mapping[str, Any] = Field(default_factory=dict)
    set: Mapping[str, Any] = Field(default_factory=dict)
    delete: tuple[str, ...] = ()
    attributes: Mapping[str, Any] = Field(default_factory=dict)
    """Beside the properties, e.g. DeletionPolicy; null takes one away."""
    remove: str = ""
    """`self`: the target."""
    remove_all: tuple[str, ...] = ()
    """Types of which no resource stays."""
    remove_first: str = ""
    remove_last: str = ""
    add: Mapping[str, Any] = Field(default_factory=dict)

    @field_validator("remove_all", mode="before")
    @classmethod
    def _listed(cls, types: object) -> object:
        return (types,) if isinstance(types, str) else types


def target_in(document: Mapping[str, Any], type_: str, where: Mapping[str, Any]) -> str | None:
    """The logical id of the first resource of the type that has these values; `*` asks for any value."""
    for logical_id in _of_type(document, type_):
        properties = document["Resources"][logical_id].get("Properties", {})
        if all(_holds(properties, path, value) for path, value in where.items()):
            return logical_id
    return None


def edited(document: Mapping[str, Any], target: str, edit: Edit) -> dict[str, Any]:
    """A template with the edit made. Raises NotApplicable."""
    changed: dict[str, Any] = {**document, "Resources": dict(document["Resources"])}
    if edit.parameters:
        parameters = _filled(edit.parameters, document, target)
        changed["Parameters"] = {**document.get("Parameters", {}), **parameters}
    resource = copy.deepcopy(changed["Resources"][target])
    changed["Resources"][target] = resource
    properties = resource.setdefault("Properties", {})
    for path, value in edit.set.items():
        _set(properties, path, _filled(value, document, target))
    for path in edit.delete:
        _delete(properties, path)
    for name, value in edit.attributes.items():
        resource.pop(name, None)
        if value is not None:
            resource[name] = value
    removed = set(_removed(document, target, edit))
    changed["Resources"] = {
        logical_id: _without_waiting(entry, removed)
        for logical_id, entry in changed["Resources"].items()
        if logical_id not in removed
    } | _filled(edit.add, document, target)
    return changed


def _removed(document: Mapping[str, Any], target: str, edit: Edit) -> Iterator[str]:
    if edit.remove == SELF:
        yield target
    for type_ in edit.remove_all:
        yield from _of_type(document, type_)
    for type_, position in ((edit.remove_first, 0), (edit.remove_last, -1)):
        if type_:
            found = list(_of_type(document, type_))
            if not found:
                raise NotApplicable(type_)
            yield found[position]


def _without_waiting(resource: Mapping[str, Any], removed: set[str]) -> Mapping[str, Any]:
    """The resource without DependsOn on what is gone."""
    waits = resource.get("DependsOn", [])
    kept = [name for name in ([waits] if isinstance(waits, str) else waits) if name not in removed]
    if not removed or "DependsOn" not in resource:
        return resource
    rest = {name: part for name, part in resource.items() if name != "DependsOn"}
    return {**rest, "DependsOn": kept} if kept else rest


def _of_type(document: Mapping[str, Any], type_: str) -> Iterator[str]:
    return (name for name, resource in document["Resources"].items() if resource.get("Type") == type_)


def _filled(value: Any, document: Mapping[str, Any], target: str) -> Any:
    if isinstance(value, list):
        return [_filled(part, document, target) for part in value]
    if not isinstance(value, Mapping):
        return value
    if "$ref" in value:
        return {"Ref": _named(value["$ref"], document, target)}
    if "$name" in value:
        return _named(value["$name"], document, target)
    if "$get" in value:
        type_, attribute = value["$get"]
        return {"Fn::GetAtt": [_named(type_, document, target), attribute]}
    return {key: _filled(part, document, target) for key, part in value.items()}


def _named(type_: str, document: Mapping[str, Any], target: str) -> str:
    if type_ == SELF:
        return target
    for logical_id in _of_type(document, type_):
        return logical_id
    raise NotApplicable(f"there is no {type_}")


def _holds(properties: Any, path: str, wanted: Any) -> bool:
    part = properties
    try:
        for step in path.split("/"):
            part = part[_key(part, step)]
    except NotApplicable:
        return False
    return bool(wanted == EXISTS or part == wanted)


def _key(part: Any, step: str) -> Any:
    """The key or position that a step means in a map or list."""
    if isinstance(part, list):
        if "=" in step:
            name, _, value = step.partition("=")
            found = [i for i, entry in enumerate(part) if isinstance(entry, Mapping) and entry.get(name) == value]
            if found:
                return found[0]
        elif step.isdigit() and int(step) < len(part):
            return int(step)
    elif isinstance(part, dict) and step in part:
        return step
    raise NotApplicable(step)


def _set(properties: Any, path: str, value: Any) -> None:
    *steps, last = path.split("/")
    part = properties
    for position, step in enumerate(steps):
        following = [*steps, last][position + 1]
        if isinstance(part, dict) and step not in part:
            part[step] = [] if following == "+" else {}
        part = part[_key(part, step)]
    if isinstance(part, list) and last == "+":
        part.append(value)
    elif isinstance(part, list):
        part[_key(part, last)] = value
    elif isinstance(part, dict) and last != "+":
        part[last] = value
    else:
        raise NotApplicable(path)


def _delete(properties: Any, path: str) -> None:
    *steps, last = path.removesuffix(IF_PRESENT).split("/")
    part = properties
    try:
        for step in steps:
            part = part[_key(part, step)]
        del part[_key(part, last)]
    except NotApplicable:
        if not path.endswith(IF_PRESENT):
            raise
