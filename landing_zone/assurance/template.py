"""A CloudFormation template as the rules read it: resources with resolved properties, and who refers to whom."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from landing_zone.assurance.intrinsics import Resolver
from landing_zone.assurance.values import (
    MISSING,
    CannotEvaluate,
    Reference,
    Symbolic,
    Unresolved,
    Value,
    leaves,
    named,
    value_at,
)

_SUB_NAME = re.compile(r"\$\{([A-Za-z0-9]+)(?:\.([A-Za-z0-9.]+))?\}")


@dataclass(frozen=True)
class Use:
    """One place where a resource refers to another one (`attribute` is None for `Ref`)."""

    resource: str
    path: str
    target: str
    attribute: str | None


@dataclass(frozen=True)
class Defect:
    """A part of the template that is not what CloudFormation defines, or that is decided outside of it."""

    path: str
    reason: str
    malformed: bool


@dataclass(frozen=True, eq=False)
class Resource:
    """One resource. `properties` is what the template says; `value` and the typed getters resolve it.

    `conditional` is the reason why its existence is open, or "" when it certainly exists.
    """

    logical_id: str
    type: str
    properties: Mapping[str, Any]
    resolver: Resolver = field(repr=False)
    condition: str | None = None
    conditional: str = ""
    deletion_policy: Value = MISSING
    update_replace_policy: Value = MISSING
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def resolved(self) -> Value:
        """All properties, resolved."""
        return self.resolver.resolve(self.properties)

    def value(self, path: str) -> Value:
        """The value at a dotted path (`A.B.0.C`); MISSING if absent, Unresolved if unknown or not readable."""
        return value_at(self.resolved, path)

    def known(self, path: str) -> Value:
        """The value at `path`. Raises CannotEvaluate if the template does not decide it."""
        value = self.value(path)
        if isinstance(value, Unresolved):
            raise CannotEvaluate(f"{path} is not known: {value.reason}")
        return value

    def text(self, path: str) -> str | None:
        """The text at `path`, None if absent. Raises CannotEvaluate if it is unknown or not a text."""
        value = self.known(path)
        if value is MISSING:
            return None
        if isinstance(value, str):
            return value
        raise self.misfit(path, value, "a text")

    def number(self, path: str) -> int | None:
        """The whole number at `path` (digits in a text count), None if absent. Raises CannotEvaluate otherwise."""
        value = self.known(path)
        if value is MISSING:
            return None
        if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,18}", value):
            return int(value)
        if isinstance(value, float) and value.is_integer():
            return int(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return value
        raise self.misfit(path, value, "a whole number")

    def flag(self, path: str) -> bool | None:
        """The truth value at `path` ("true" counts), None if absent. Raises CannotEvaluate otherwise."""
        value = self.known(path)
        if value is MISSING or isinstance(value, bool):
            return None if value is MISSING else bool(value)
        if isinstance(value, str) and value.lower() in ("true", "false"):
            return value.lower() == "true"
        raise self.misfit(path, value, "a truth value")

    def items(self, path: str) -> list[Value]:
        """The list at `path`, empty if absent. Raises CannotEvaluate if it is unknown or no list."""
        value = self.known(path)
        if value is MISSING:
            return []
        if isinstance(value, list):
            return value
        raise self.misfit(path, value, "a list")

    def refers_to(self, path: str, target: Resource) -> bool:
        """Whether `path` is a reference to the resource itself (its `Ref`, or an id attribute such as VpcId).

        Raises CannotEvaluate if that is open.
        """
        value = self.known(path)
        return (
            isinstance(value, Reference)
            and value.logical_id == target.logical_id
            and (value.attribute is None or value.attribute.endswith("Id"))
        )

    def tag(self, key: str) -> str | None:
        """The tag's value, None if the resource does not carry it. Raises CannotEvaluate if that is open."""
        value = self._tag(key)
        if isinstance(value, Unresolved):
            raise CannotEvaluate(f"tag {key} is not known: {value.reason}")
        return value if isinstance(value, str) else None

    def has_tag(self, key: str) -> bool:
        """Whether the resource carries the tag, with whatever value. Raises CannotEvaluate if that is open."""
        value = self._tag(key)
        if isinstance(value, Unresolved) and not self._tag_is_named(key):
            raise CannotEvaluate(f"tag {key} is not known: {value.reason}")
        return value is not MISSING

    def misfit(self, path: str, value: object, wanted: str) -> CannotEvaluate:
        """The error for a value of the wrong kind."""
        return CannotEvaluate(f"{path} is {named(value)} where {wanted} is meant")

    def _tag(self, key: str) -> Value:
        tags = self.value("Tags")
        if isinstance(tags, Mapping):
            return tags.get(key, MISSING)
        if tags is MISSING or isinstance(tags, Unresolved):
            return tags
        if not isinstance(tags, list):
            return Unresolved(f"Tags is {named(tags)}")
        unreadable: Value = MISSING
        for tag in tags:
            name = tag.get("Key", MISSING) if isinstance(tag, Mapping) else tag
            if isinstance(tag, Mapping) and name == key:
                return tag.get("Value", "")
            if not isinstance(name, str):
                unreadable = name if isinstance(name, Unresolved) else Unresolved(f"a tag's key is {named(name)}")
        return unreadable

    def _tag_is_named(self, key: str) -> bool:
        tags = self.value("Tags")
        if isinstance(tags, Mapping):
            return key in tags
        return isinstance(tags, list) and any(isinstance(tag, Mapping) and tag.get("Key") == key for tag in tags)


@dataclass(frozen=True, eq=False)
class Template:
    """A template's resources, without those whose condition is known to be false."""

    name: str
    document: Mapping[str, Any]
    resources: Mapping[str, Resource]
    resolver: Resolver = field(repr=False)
    defects: tuple[Defect, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict, repr=False)

    @classmethod
    def from_json(
        cls,
        document: object,
        *,
        name: str,
        lines: Mapping[str, int] | None = None,
        given: Mapping[str, Value] | None = None,
        judged_parameters: Collection[str] = (),
    ) -> Template:
        """Read a template; never raises on a malformed one (`defects` lists what is wrong).

        lines: path (`Resources/Key/Properties/KeyPolicy`) to line; the nearest ancestor found counts.
        given: values of parameters and pseudo parameters known beforehand. Defaults are not used.
        judged_parameters: parameters whose value in every deployment passes the value rules: these stand for plain text
        without wildcards, and are read as the symbolic text `${Name}` instead of as unknown.
        """
        defects: list[Defect] = []
        if not isinstance(document, Mapping):
            defects.append(Defect("", f"the template is {named(document)} where a map is meant", True))
            document = {}
        if document.get("Transform"):
            defects.append(Defect("Transform", "the template is rewritten by a macro before deployment", False))
        declared = document.get("Resources", {})
        if not isinstance(declared, Mapping):
            defects.append(Defect("Resources", f"Resources is {named(declared)} where a map is meant", True))
            declared = {}
        values: dict[str, Value] = {name: Symbolic("${" + name + "}") for name in judged_parameters}
        values.update(given or {})
        resolver = Resolver(document, frozenset(str(logical_id) for logical_id in declared), values)
        resources: dict[str, Resource] = {}
        for logical_id, raw in declared.items():
            read = _read_resource(str(logical_id), raw, resolver)
            if isinstance(read, Defect):
                defects.append(read)
            elif read is not None:
                resources[read.logical_id] = read
        return cls(name, document, resources, resolver, tuple(defects), lines or {})

    def of_type(self, *types: str) -> Iterator[Resource]:
        """The resources of these types, in the template's order."""
        for type_ in types:
            yield from self._by_type.get(type_, ())

    @cached_property
    def _by_type(self) -> Mapping[str, Sequence[Resource]]:
        index: dict[str, list[Resource]] = defaultdict(list)
        for resource in self.resources.values():
            index[resource.type].append(resource)
        return index

    @cached_property
    def text(self) -> str:
        """The whole template as JSON, to look for something quickly."""
        return json.dumps(self.document, default=str, ensure_ascii=False, skipkeys=True)

    def line(self, path: str) -> int | None:
        """The line of `path` or of its nearest known ancestor."""
        while path:
            if path in self.lines:
                return self.lines[path]
            path = path.rpartition("/")[0]
        return None

    @cached_property
    def uses(self) -> tuple[Use, ...]:
        """Every `Ref`, `Fn::GetAtt` and `${...}` from one resource's properties to another resource."""
        return tuple(use for resource in self.resources.values() for use in self._uses_of(resource))

    def _uses_of(self, resource: Resource) -> Iterator[Use]:
        for path, value in leaves(resource.resolved):
            if isinstance(value, Reference):
                yield Use(resource.logical_id, path, value.logical_id, value.attribute)
            elif isinstance(value, str) and "${" in value:
                for target, attribute in _SUB_NAME.findall(value):
                    if target in self.resources:
                        yield Use(resource.logical_id, path, target, attribute or None)


def _read_resource(logical_id: str, raw: object, resolver: Resolver) -> Resource | Defect | None:
    path = f"Resources/{logical_id}"
    if logical_id.startswith("Fn::"):
        return Defect(path, f"{logical_id} is expanded by a macro before deployment", False)
    if not isinstance(raw, Mapping):
        return Defect(path, f"resource {logical_id} is {named(raw)} where a map is meant", True)
    type_ = raw.get("Type")
    if not isinstance(type_, str) or not type_:
        return Defect(path, f"resource {logical_id} has no Type", True)
    properties = raw.get("Properties", {})
    if not isinstance(properties, Mapping):
        return Defect(path, f"Properties of {logical_id} is {named(properties)} where a map is meant", True)
    condition = raw.get("Condition")
    conditional = ""
    if condition is not None:
        verdict = resolver.condition(condition)
        if verdict is False:
            return None
        conditional = verdict.reason if isinstance(verdict, Unresolved) else ""
    metadata = raw.get("Metadata")
    return Resource(
        logical_id=logical_id,
        type=type_,
        properties=properties,
        resolver=resolver,
        condition=condition if isinstance(condition, str) else None,
        conditional=conditional,
        deletion_policy=resolver.resolve(raw["DeletionPolicy"]) if "DeletionPolicy" in raw else MISSING,
        update_replace_policy=resolver.resolve(raw["UpdateReplacePolicy"]) if "UpdateReplacePolicy" in raw else MISSING,
        metadata=metadata if isinstance(metadata, Mapping) else {},
    )
