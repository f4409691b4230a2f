"""A template prepared once for all its stacks: the resources that matter, resolved as far as no stack differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from landing_zone.assurance.values import MISSING, Symbolic, Unresolved, Value
from landing_zone.proof.network import known_types
from landing_zone.proof.network.resolve import STACK_TYPE, NetworkResolver

T = TypeVar("T")
TAGS, METADATA = "Tags", "Metadata"


@dataclass(slots=True)
class Piece:
    """A resource that is read. properties: those that matter, `Tags` as a map of those that matter.

    late: they hold symbols that each stack replaces. open: something is decided by a stack's own values only.
    """

    logical_id: str
    type: str
    condition: str | None
    raw: dict[str, Any]
    properties: dict[str, Value]
    late: bool
    open: bool
    memo: dict[Callable[..., Any], Any] = field(default_factory=dict)


@dataclass(slots=True)
class Document:
    """A template. unknown: (logical id, reason, condition) of what nobody models. outputs: raw, by name.

    assumed: what its types make proofs assume. nested: file names of nested stacks' templates by logical id.
    """

    raw: Mapping[str, Any]
    pieces: dict[str, Piece]
    unknown: list[tuple[str, str, str | None]]
    custom: frozenset[str]
    assumed: frozenset[str]
    outputs: Mapping[str, Mapping[str, Any]]
    exports: tuple[tuple[str, Value], ...]
    parameters: Mapping[str, Any]
    used: frozenset[str]
    conditions: dict[str, bool | Unresolved]
    nested: Mapping[str, str]


def prepared(raw: Mapping[str, Any], properties_read: Mapping[str, tuple[str, ...]]) -> Document:
    """Prepare a template. properties_read: the types that are read, and which of their properties."""
    resolver = NetworkResolver(raw, {})
    pieces: dict[str, Piece] = {}
    unknown: list[tuple[str, str, str | None]] = [*_transforms(raw)]
    custom: set[str] = set()
    assumed: set[str] = set()
    conditions: dict[str, bool | Unresolved] = {}
    for logical_id, resource in _section(raw, "Resources").items():
        type_ = resource.get("Type") if isinstance(resource, Mapping) else None
        if str(logical_id).startswith("Fn::"):
            unknown.append((str(logical_id), "it adds resources by a function, which is not followed", None))
            continue
        if not isinstance(type_, str) or not str(logical_id).isalnum():
            unknown.append((str(logical_id), "it is no resource: it has no type, or its name is none", None))
            continue
        condition = resource.get("Condition")
        if condition is not None:
            if not isinstance(condition, str):
                unknown.append((logical_id, "its condition is not a name", None))
                continue
            conditions[condition] = resolver.condition(condition)
        if type_ in properties_read:
            pieces[logical_id] = _piece(logical_id, type_, resource, properties_read[type_], resolver)
        elif assumption := known_types.assumptions().get(type_):
            assumed.add(assumption)
        elif reason := known_types.unmodelled(type_):
            unknown.append((logical_id, reason, condition))
        elif known_types.is_custom(type_) and not known_types.is_harmless_custom(type_):
            if known_types.speaks_of_networks(type_) or _touches_network(resource, raw):
                reason = f"{type_} is a custom resource that may change the network"
                unknown.append((logical_id, reason, condition))
            else:
                custom.add(type_)
    outputs = {name: row for name, row in _section(raw, "Outputs").items() if isinstance(row, Mapping)}
    exports = tuple(_exports(outputs, resolver))
    parameters = {str(name): row for name, row in _section(raw, "Parameters").items()}
    used = frozenset(resolver.used)
    nested = {
        name: _file_of(raw["Resources"][name], piece) for name, piece in pieces.items() if piece.type == STACK_TYPE
    }
    told = frozenset(custom), frozenset(assumed)
    return Document(raw, pieces, unknown, *told, outputs, exports, parameters, used, conditions, nested)


def labels(tags: Value) -> Value:
    """The tags that matter, as a map; tags whose key is open are left out."""
    if isinstance(tags, dict):
        pairs: list[tuple[Value, Value]] = [(key, value) for key, value in tags.items()]
    elif isinstance(tags, list):
        rows = [row for row in tags if isinstance(row, dict)]
        pairs = [(row.get("Key", MISSING), row.get("Value", MISSING)) for row in rows]
    else:
        pairs = []
    return {key: value for key, value in pairs if isinstance(key, str) and (key == "Name" or key.startswith("hlz:"))}


def _piece(
    logical_id: str, type_: str, resource: Mapping[str, Any], names: tuple[str, ...], resolver: NetworkResolver
) -> Piece:
    given = resource.get("Properties", {})
    if not isinstance(given, Mapping) or any(not isinstance(key, str) or key.startswith("Fn::") for key in given):
        bad = Unresolved("its properties are not a map")
        return Piece(logical_id, type_, resource.get("Condition"), {}, dict.fromkeys(names, bad), False, False)
    whole = {**given, METADATA: resource.get(METADATA)} if METADATA in names else given
    raw = {name: whole[name] for name in names if name in whole}
    values: dict[str, Value] = {
        name: value for name, item in raw.items() if (value := resolver.resolve(item)) not in (MISSING, None)
    }
    open_ = any(map(_is_open, values.values()))
    if TAGS in values:
        values[TAGS] = labels(values[TAGS])
    late = any(map(_is_late, values.values()))
    return Piece(logical_id, type_, resource.get("Condition"), raw, values, late, open_)


def _is_late(value: Value) -> bool:
    if isinstance(value, dict):
        return any(map(_is_late, value.values()))
    return any(map(_is_late, value)) if isinstance(value, list) else isinstance(value, Symbolic)


def _is_open(value: Value) -> bool:
    if isinstance(value, dict):
        return any(map(_is_open, value.values()))
    return any(map(_is_open, value)) if isinstance(value, list) else isinstance(value, Unresolved)


def _exports(outputs: Mapping[str, Mapping[str, Any]], resolver: NetworkResolver) -> Iterator[tuple[str, Value]]:
    for name, row in outputs.items():
        export = row.get("Export")
        if isinstance(export, Mapping) and "Name" in export:
            yield name, resolver.resolve(export["Name"])


def _transforms(raw: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    given = raw.get("Transform", [])
    for name in given if isinstance(given, list) else [given]:
        shown = name.get("Name") if isinstance(name, Mapping) else name
        if shown == "AWS::LanguageExtensions" or shown in known_types.harmless_transforms():
            continue
        yield "Transform", f"transform {shown} may add resources that the template does not show", None


def _touches_network(resource: Mapping[str, Any], raw: Mapping[str, Any]) -> bool:
    """Whether a custom resource is given the id of a network's part."""
    resources, parameters = _section(raw, "Resources"), _section(raw, "Parameters")
    for name in _names(resource.get("Properties")):
        row, parameter = resources.get(name), parameters.get(name)
        type_ = row.get("Type") if isinstance(row, Mapping) else None
        if isinstance(type_, str) and type_.startswith("AWS::EC2::") and type_ in known_types.modelled():
            return True
        if isinstance(parameter, Mapping) and "AWS::EC2::" in str(parameter.get("Type")):
            return True
    return False


def _names(part: Any) -> Iterator[str]:
    """Names after Ref and Fn::GetAtt."""
    stack = [part]
    while stack:
        part = stack.pop()
        if isinstance(part, list):
            stack += part
        elif isinstance(part, Mapping):
            if isinstance(name := part.get("Ref"), str):
                yield name
            target = part.get("Fn::GetAtt")
            if isinstance(target, list) and target and isinstance(target[0], str):
                yield target[0]
            elif isinstance(target, str):
                yield target.partition(".")[0]
            stack += part.values()


def _file_of(resource: Mapping[str, Any], piece: Piece) -> str:
    """File name of a nested stack's template: as the CDK notes it, else the end of its URL."""
    metadata = resource.get("Metadata")
    noted = metadata.get("aws:asset:path") if isinstance(metadata, Mapping) else None
    url = noted if isinstance(noted, str) else piece.properties.get("TemplateURL")
    return url.rpartition("/")[2].partition("?")[0] if isinstance(url, str) else ""


def _section(raw: Mapping[str, Any], name: str) -> Mapping[Any, Any]:
    section = raw.get(name)
    return section if isinstance(section, Mapping) else {}
