"""All stacks of a set of templates: exports, shared parameters, nested stacks and ids of one found from another."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import sha256
from ipaddress import IPv6Address
from pathlib import PurePosixPath
from typing import Any

from landing_zone.assurance.values import Reference, Symbolic, Unresolved, Value
from landing_zone.proof.network.documents import Document, Piece, prepared
from landing_zone.proof.network.entry import Entry, Undecided, shown
from landing_zone.proof.network.model import Origin, StackTemplate, Unknown
from landing_zone.proof.network.stacks import PARAMETER_ARN, Stack

PARAMETER_TYPE, GATEWAY_TYPE = "AWS::SSM::Parameter", "AWS::EC2::TransitGateway"
EXTERNAL = frozenset({"vpc", "transit-gateway", "route-gateway"})
"""What may stand outside of the templates and is still worth following."""
_WHOLE = re.compile(r"\$\{([^}]*)\}")
_PARTS = re.compile(r"(EndpointIds|NetworkInterfaceIds)\.\d+|Default(NetworkAcl|SecurityGroup)")
_DOCUMENTATION = 0x3FFF << 112  # RFC 9637: 3fff::/20
_DEPTH = 8
_Place = tuple[str, str, str]  # name, account and Region; both empty: wherever it is


class StackSet:
    """All stacks, and what they find in one another. external: kinds of objects outside, by their ids."""

    def __init__(
        self,
        templates: Iterable[StackTemplate],
        identities: Mapping[str, tuple[str, str]],
        properties_read: Mapping[str, tuple[str, ...]],
    ) -> None:
        self.assumptions: set[str] = set()
        self.external: dict[str, str] = {}
        self.stacks: dict[str, Stack] = {}
        self.nested: dict[str, Stack] = {}
        self._unknown: dict[Unknown, None] = {}
        self._identities = identities
        self._by_name: dict[str, str] = {}
        self._properties_read = properties_read
        self._documents: dict[int, Document] = {}
        self._exports: defaultdict[_Place, list[tuple[Stack, str]]] = defaultdict(list)
        self._stored: defaultdict[_Place, list[tuple[Stack, Piece]]] = defaultdict(list)
        self._asked: list[str] = []
        self._gateways: list[str] | None = None
        rows = list(templates)
        self._children = self._nested_templates(rows)
        inside = {id(row) for row in self._children.values()}
        for row in rows:
            if id(row) not in inside:
                self._add(row)
        for row in rows:  # templates that only name each other
            if row.name not in self._by_name:
                self._add(row)
        for stack in self.stacks.values():
            self._publish(stack)

    @property
    def unknown(self) -> tuple[Unknown, ...]:
        """Everything noted, sorted."""
        return tuple(sorted(self._unknown, key=lambda row: (row.origin, row.reason)))

    def note(self, origin: Origin, reason: str) -> None:
        """Something is unknown."""
        self._unknown[Unknown(origin, reason)] = None

    def find(self, key: str) -> Entry | None:
        """The resource of this key, if it exists. Raises Undecided."""
        prefix, _, logical_id = key.rpartition("/")
        stack = self.stacks.get(f"{prefix}/")
        piece = stack.document.pieces.get(logical_id) if stack else None
        return stack.entry(piece) if stack and piece else None

    def type_of(self, key: str) -> str:
        """The type of the resource of this key; "" for what stands outside."""
        prefix, _, logical_id = key.rpartition("/")
        stack = self.stacks.get(f"{prefix}/")
        piece = stack.document.pieces.get(logical_id) if stack else None
        return piece.type if piece else ""

    # Values

    def exported(self, name: str, by: Stack) -> Value:
        """The value that a stack of the same account and Region exports."""
        rows = self._exports.get((name, by.account, by.region)) or self._exports.get((name, "", ""), [])
        found = [row for row in rows if _together(row[0], by)]
        if not found:
            found = self._like(name, by)
        if len(found) != 1:
            how = "by several templates" if found else "by none of these templates"
            return Unresolved(f"{name} is exported {how}")
        stack, output = found[0]
        return self._ask(f"export {name}", lambda: stack.output(output))

    def _like(self, name: str, by: Stack) -> list[tuple[Stack, str]]:
        """The only export that may be meant where stack names, which begin export names, are not known."""
        tail = name.rpartition("}")[2]
        found = [
            row
            for (export, account, region), rows in self._exports.items()
            if not (account or region)
            and ("${" in export or "${" in name)
            and _same_end(export.rpartition("}")[2], tail, export, name)
            for row in rows
            if _together(row[0], by) and row[0] is not by
        ]
        if len(found) == 1:
            self.assumptions.add(f"{by.name} imports what {found[0][0].name} exports as {found[0][1]}")
        return found if len(found) == 1 else []

    def stored(self, name: str, by: Stack) -> Value:
        """The value of the Systems Manager parameter of this name or ARN."""
        arn = PARAMETER_ARN.fullmatch(name)
        region, account, plain = arn.groups() if arn else (by.region, by.account, name)
        name = plain.lstrip("/")
        rows = self._stored.get((name, account, region)) or [
            (stack, piece)
            for stack, piece in self._stored.get((name, "", ""), ())
            if (stack.account in (account, "") or not account) and (stack.region in (region, "") or not region)
        ]
        if len(rows) != 1:
            return Symbolic("${?ssm:" + plain + "}")
        stack, piece = rows[0]

        def value() -> Value:
            entry = stack.entry(piece)
            held = entry.properties.get("Value") if entry else None
            return Unresolved(f"parameter {plain} has no value") if held is None else stack.globally(held)

        return self._ask(f"parameter {stack.name} {plain}", value)

    def amazon_block(self, key: str) -> str:
        """The IPv6 block that stands for what Amazon assigns to a VPC."""
        number = int.from_bytes(sha256(key.encode()).digest()[:5]) >> 4
        block = f"{IPv6Address(_DOCUMENTATION | number << 72)}/56"
        self.assumptions.add(f"the IPv6 block that Amazon assigns to {key} is its own; {block} stands for it")
        return block

    def _ask(self, what: str, answer: Any) -> Value:
        if what in self._asked or len(self._asked) > _DEPTH * 4:
            return Unresolved(f"{what} depends on itself")
        self._asked.append(what)
        try:
            value: Value = answer()
        except Undecided as undecided:
            return Unresolved(undecided.reason)
        finally:
            self._asked.pop()
        return value

    # Ids

    def identify(self, value: Value, by: Stack, what: str) -> str:
        """The key of the object (a `what`) that a value is the id of. Raises Undecided."""
        if isinstance(value, Reference):
            piece = by.document.pieces.get(value.logical_id)
            if piece and piece.condition is None and value.attribute is None:
                return by.prefix + value.logical_id
            key = value.logical_id if "/" in value.logical_id else by.prefix + value.logical_id
            return self._known(key, value.attribute, by)
        if isinstance(value, Symbolic):
            whole = _WHOLE.fullmatch(value)
            if whole is None or whole[1].startswith(("AWS::", "AvailabilityZone")):
                raise Undecided(f"it is {shown(value)}")
            if whole[1].startswith("?"):
                return self._open(whole[1][1:], by, what)
            head, slash, tail = whole[1].rpartition("/")
            logical_id, _, attribute = tail.partition(".")
            return self._known((head + slash or by.prefix) + logical_id, attribute or None, by)
        if isinstance(value, str) and value:
            return self._literal(value, what)
        raise Undecided(f"it is {shown(value)}")

    def _known(self, key: str, attribute: str | None, by: Stack) -> str:
        prefix, _, logical_id = key.rpartition("/")
        stack = self.stacks.get(f"{prefix}/")
        piece = stack.document.pieces.get(logical_id) if stack else None
        if stack is None or piece is None:
            raise Undecided(f"it comes from {logical_id}{'.' + attribute if attribute else ''}, which is not modelled")
        if not stack.exists(piece.condition):
            raise Undecided(f"it comes from {logical_id}, which does not exist under its condition")
        if attribute is None or attribute.endswith(("Id", "Arn")):
            return key
        if _PARTS.fullmatch(attribute):
            return f"{key}.{attribute}"
        raise Undecided(f"it is the attribute {attribute} of {logical_id}")

    def _literal(self, text: str, what: str) -> str:
        name, logical_id = self._identities.get(text, ("", ""))
        prefix = self._by_name.get(name)
        if prefix and logical_id in self.stacks[prefix].document.pieces:
            return prefix + logical_id
        return self._outside(text, what, f"{text} is not made by these templates")

    def _open(self, name: str, by: Stack, what: str) -> str:
        """A parameter whose value nobody gave."""
        plain = name.rpartition("/")[2] if not name.startswith("ssm:") else name[4:]
        if what == "transit-gateway":
            if self._gateways is None:
                self._gateways = [
                    stack.prefix + piece.logical_id
                    for stack in self.stacks.values()
                    for piece in stack.document.pieces.values()
                    if piece.type == GATEWAY_TYPE
                ]
            if len(self._gateways) == 1:
                reason = f"the parameter has no value; read as {self._gateways[0]}, the only transit gateway here"
                self.note(Origin(by.name, plain), reason)
                return self._gateways[0]
            return self._outside(f"parameter {plain}", what, f"the parameter {plain} has no value here")
        return self._outside(f"parameter {name}", what, f"the parameter {plain} has no value here")

    def _outside(self, key: str, what: str, reason: str) -> str:
        if what not in EXTERNAL:
            raise Undecided(reason)
        self.external.setdefault(key, what)
        return key

    # Building

    def _document(self, template: StackTemplate) -> Document:
        document = self._documents.get(id(template.document))
        if document is None:
            document = prepared(template.document, self._properties_read)
            self._documents[id(template.document)] = document
        return document

    def _nested_templates(self, rows: list[StackTemplate]) -> dict[str, StackTemplate]:
        """Templates that a nested stack of another one names, by the file name it uses; none if two have that name."""
        wanted = {file for row in rows for file in self._document(row).nested.values() if file}
        if not wanted:
            return {}
        found: defaultdict[str, list[StackTemplate]] = defaultdict(list)
        for row in rows:
            found[PurePosixPath(row.name).name].append(row)
        return {file: found[file][0] for file in wanted if len(found.get(file, ())) == 1}

    def _add(
        self, row: StackTemplate, parent: tuple[Stack, Mapping[str, Any]] | None = None, path: tuple[str, ...] = ()
    ) -> Stack:
        document = self._document(row)
        stack = Stack(self, row, self._free_prefix(row), document, parent)
        self.stacks[stack.prefix] = stack
        self._by_name.setdefault(row.name, stack.prefix)
        for logical_id, file in document.nested.items():
            child = self._children.get(file)
            if child is None or child.name in (*path, row.name) or len(path) > _DEPTH:
                continue
            inside = StackTemplate(child.name, child.document, row.account, row.region, also=child.also)
            given = document.pieces[logical_id].raw.get("Parameters")
            owner = (stack, given if isinstance(given, Mapping) else {})
            self.nested[stack.prefix + logical_id] = self._add(inside, owner, (*path, row.name))
        return stack

    def _free_prefix(self, row: StackTemplate) -> str:
        name = re.sub(r"[${}]", "_", row.name)
        places = (name, f"{name}@{row.account}@{row.region}")
        free = next((place for place in places if f"{place}/" not in self.stacks), None)
        number = 2
        while free is None:
            free = None if f"{name}#{number}/" in self.stacks else f"{name}#{number}"
            number += 1
        return f"{free}/"

    def _publish(self, stack: Stack) -> None:
        """Note what a stack offers to others."""
        for output, name in stack.document.exports:
            filled = stack.filled(name)
            if isinstance(filled, Unresolved):
                filled = stack.resolver.resolve(stack.document.outputs[output]["Export"]["Name"])
            if isinstance(filled, str):
                for key in {(filled, stack.account, stack.region), (filled, "", "")}:
                    self._exports[key].append((stack, output))
        for piece in stack.document.pieces.values():
            if piece.type == PARAMETER_TYPE:
                try:
                    entry = stack.entry(piece)
                except Undecided:
                    continue
                name = entry.properties.get("Name") if entry else None
                if isinstance(name, str) and not isinstance(name, Symbolic):
                    for key in {(name.lstrip("/"), stack.account, stack.region), (name.lstrip("/"), "", "")}:
                        self._stored[key].append((stack, piece))


def _together(left: Stack, right: Stack) -> bool:
    """Whether two stacks may be in one account and Region."""
    return (left.account == right.account or not left.account or not right.account) and (
        left.region == right.region or not left.region or not right.region
    )


def _same_end(export_tail: str, import_tail: str, export: str, name: str) -> bool:
    """Whether an export's name and an imported name may be equal; at least one has a part that is not known."""
    if not export_tail or not import_tail:
        return False
    if "${" not in name:
        return name.endswith(export_tail)
    return export_tail == import_tail if "${" in export else export.endswith(import_tail)
