"""CloudFormation's schemas as cfn-lint ships them: whether a path exists, and what may stand there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from cfnlint.schema import PROVIDER_SCHEMA_MANAGER

Node = Mapping[str, Any]


@cache
def schema(type_: str) -> Node:
    """The schema of a resource type; raises when there is none."""
    found: Node = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", type_).schema
    return found


def nodes_at(type_: str, path: Sequence[str]) -> list[Node]:
    """What the schema says of a path: empty when it does not exist, a node without type inside free JSON."""
    found = [schema(type_)]
    for part in path:
        found = [below for node in found for below in _below(node, part, schema(type_))]
    return [node for found_node in found for node in _alternatives(found_node, schema(type_))]


def allowed(type_: str, path: Sequence[str]) -> set[str] | None:
    """The values that a path may have, as text; None when the schema does not list them."""
    nodes = nodes_at(type_, path)
    listed = {str(value) for node in nodes for value in node.get("enum", ())}
    if not listed and any(node.get("type") == "boolean" for node in nodes):
        return {"true", "false"}
    return listed or None


def property_names(type_: str) -> Iterator[str]:
    """Every property name anywhere in the type."""
    root = schema(type_)
    for part in (root, *root.get("definitions", {}).values()):
        yield from _names(part)


def _names(part: Any) -> Iterator[str]:
    if isinstance(part, Mapping):
        if isinstance(part.get("properties"), Mapping):
            yield from part["properties"]
        for entry in part.values():
            yield from _names(entry)
    elif isinstance(part, list):
        for entry in part:
            yield from _names(entry)


def _below(node: Node, part: str, root: Node) -> Iterator[Node]:
    for option in _alternatives(node, root):
        if part in option.get("properties", {}):
            yield option["properties"][part]
        elif (part == "*" or part.isdecimal()) and isinstance(option.get("items"), Mapping):
            yield option["items"]
        elif _is_free(option):
            yield {}


def _is_free(node: Node) -> bool:
    kinds = node.get("type", "object")
    return "object" in kinds and not {"properties", "items", "patternProperties"} & node.keys()


def _alternatives(node: Node, root: Node) -> Iterator[Node]:
    if "$ref" in node:
        yield from _alternatives(root["definitions"][node["$ref"].rsplit("/", 1)[-1]], root)
        return
    yield node
    for word in ("oneOf", "anyOf", "allOf"):
        for option in node.get(word, ()):
            if "properties" in option or "$ref" in option:
                yield from _alternatives(option, root)
