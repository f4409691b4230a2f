"""A stack: a template with its account, Region and parameters, and what stands for its symbols."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Protocol

from landing_zone.assurance.values import MISSING, Reference, Symbolic, Unresolved, Value, text_of
from landing_zone.proof.network.documents import TAGS, Document, Piece, labels
from landing_zone.proof.network.entry import Entry, Undecided
from landing_zone.proof.network.model import Origin, StackTemplate
from landing_zone.proof.network.resolve import NetworkResolver

PARAMETER_ARN = re.compile(r"arn:[^:]+:ssm:([^:]*):([^:]*):parameter/?(.*)", re.DOTALL)
_SYMBOL = re.compile(r"\$\{([^}]*)\}")
_STACK_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_STORED = "AWS::SSM::Parameter::Value<"


class OtherStacks(Protocol):
    """What a stack asks the set of all stacks."""

    assumptions: set[str]
    nested: dict[str, Stack]

    def exported(self, name: str, by: Stack) -> Value:
        """The value that a stack of the same account and Region exports."""

    def stored(self, name: str, by: Stack) -> Value:
        """The value of the Systems Manager parameter of this name or ARN."""

    def amazon_block(self, key: str) -> str:
        """The IPv6 block that stands for what Amazon assigns to a VPC."""

    def identify(self, value: Value, by: Stack, what: str) -> str:
        """The key of the object (a `what`) that a value is the id of. Raises Undecided."""

    def note(self, origin: Origin, reason: str) -> None:
        """Something is unknown."""

    def find(self, key: str) -> Entry | None:
        """The resource of this key, if it exists."""

    def type_of(self, key: str) -> str:
        """The type of the resource of this key; "" for what stands outside."""


class _Environment(dict[str, Value]):
    """What a stack puts in place of symbols; asked for once each."""

    def __init__(self, stack: Stack) -> None:
        super().__init__()
        self.stack = stack

    def __missing__(self, symbol: str) -> Value:
        self[symbol] = value = self.stack.symbol(symbol[2:-1])
        return value


class Stack:
    """A template with its account, Region and parameters. prefix: what its resources' keys begin with."""

    def __init__(
        self,
        all_stacks: OtherStacks,
        template: StackTemplate,
        prefix: str,
        document: Document,
        parent: tuple[Stack, Mapping[str, Any]] | None = None,
    ) -> None:
        self.all = all_stacks
        self.name = prefix.removesuffix("/")
        self.prefix = prefix
        self.account, self.region = template.account, template.region
        self.parameters = template.parameters
        self.document = document
        self.parent = parent
        self.stack_name = template.name
        self.names = (self.name, template.name, *template.also)
        self.path: tuple[str, ...] = ()
        self.environment = _Environment(self)
        self._resolver: NetworkResolver | None = None
        self._resolving: set[str] = set()

    @property
    def resolver(self) -> NetworkResolver:
        """A resolver with this stack's own values."""
        if self._resolver is None:
            names = [*self.document.parameters, "AWS::AccountId", "AWS::Region", "AWS::Partition", "AWS::StackName"]
            given: dict[str, Value] = {}
            self._resolver = NetworkResolver(self.document.raw, given, self)
            given.update({name: self.environment["${" + name + "}"] for name in names})
        return self._resolver

    def exists(self, condition: str | None) -> bool:
        """Whether what has this condition exists. Raises Undecided."""
        if condition is None:
            return True
        holds = self.document.conditions[condition]
        if isinstance(holds, Unresolved):
            holds = self.resolver.condition(condition)
        if isinstance(holds, Unresolved):
            raise Undecided(f"whether it exists is open: {holds.reason}")
        return holds

    def entry(self, piece: Piece) -> Entry | None:
        """A resource of this stack; None if its condition does not hold. Raises Undecided."""
        if piece.condition is not None and not self.exists(piece.condition):
            return None
        if piece.open:
            values = {name: self.resolver.resolve(item) for name, item in piece.raw.items()}
            properties = {name: self.filled(value) for name, value in values.items() if value not in (MISSING, None)}
            if TAGS in properties:
                properties[TAGS] = labels(properties[TAGS])
        elif piece.late:
            filled = self.filled
            properties = {name: filled(value) for name, value in piece.properties.items()}
        else:
            properties = piece.properties
        return Entry(self, piece, properties)

    def filled(self, value: Value) -> Value:
        """A value with its symbols replaced."""
        if isinstance(value, Symbolic):
            found = self.environment.get(value)
            if found is not None:
                return found
            if _SYMBOL.fullmatch(value):
                return self.environment[value]
            return self._joined(value)
        if isinstance(value, list):
            return [self.filled(item) for item in value]
        if isinstance(value, dict):
            return {key: self.filled(item) for key, item in value.items()}
        return value

    def _joined(self, text: str) -> Value:
        parts: list[str] = []
        end = 0
        for match in _SYMBOL.finditer(text):
            value = self.environment[match.group()]
            shown = text_of(value)
            if isinstance(value, Unresolved) or shown is None:
                return value if isinstance(value, Unresolved) else Unresolved(f"{match.group()} is no text")
            parts += (text[end : match.start()], shown)
            end = match.end()
        joined = "".join(parts) + text[end:]
        return Symbolic(joined) if "${" in joined else joined

    def globally(self, value: Value) -> Value:
        """A value in which resources of this stack are named as other stacks must name them."""
        if isinstance(value, Reference):
            return value if "/" in value.logical_id else Reference(self.prefix + value.logical_id, value.attribute)
        if isinstance(value, list):
            return [self.globally(item) for item in value]
        return self.filled(value)

    def symbol(self, name: str) -> Value:
        """What stands for `${name}` in this stack."""
        if name.startswith("import:"):
            return self.imported(name.removeprefix("import:"))
        if name in self.document.parameters:
            return self._parameter(name)
        if name.startswith("AWS::"):
            return self._pseudo(name.removeprefix("AWS::")) or Symbolic("${" + name + "}")
        if "/" not in name and not name.startswith("?") and name.partition(".")[0] in self.document.pieces:
            return Symbolic("${" + self.prefix + name + "}")
        return Symbolic("${" + name + "}")

    def _pseudo(self, name: str) -> str:
        if name == "StackName":
            return self.stack_name if _STACK_NAME.fullmatch(self.stack_name) else ""
        if name == "Partition" and self.region:
            return {"us-gov": "aws-us-gov", "cn-nor": "aws-cn"}.get(self.region[:6], "aws")
        return {"AccountId": self.account, "Region": self.region}.get(name, "")

    def _parameter(self, name: str) -> Value:
        row = self.document.parameters[name]
        row = row if isinstance(row, Mapping) else {}
        type_, default = str(row.get("Type")), row.get("Default")
        value: Value
        defaulted = False
        if self.parent and name in self.parent[1]:
            owner, given = self.parent
            value = owner.globally(owner.resolver.resolve(given[name]))
        elif name in self.parameters:
            value = self.parameters[name]
        elif default is not None and not isinstance(default, (list, dict)):
            value = text_of(default) or ""
            defaulted = name in self.document.used
        else:
            return Symbolic("${?" + self.prefix + name + "}")
        if isinstance(value, str) and (type_.startswith(_STORED) or PARAMETER_ARN.fullmatch(value)):
            value = self.stored(value)
            if not isinstance(value, Symbolic):
                self.all.assumptions.add("Systems Manager parameters hold what these templates write into them")
                defaulted = False
        if defaulted:
            self.all.assumptions.add(f"parameter {name} of {self.name} has its default")
        if ("List<" in type_ or type_ == "CommaDelimitedList") and isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()] if "${" not in value else value
        return value

    # What a template does not hold (`resolve.Elsewhere`).

    def imported(self, name: str) -> Value:
        """What another stack of the account and Region exports."""
        return self.all.exported(name, self)

    def stored(self, name: str) -> Value:
        """What the Systems Manager parameter of this name or ARN holds."""
        return self.all.stored(name, self)

    def nested_output(self, logical_id: str, name: str) -> Value:
        """An output of a nested stack."""
        child = self.all.nested.get(self.prefix + logical_id)
        if child is None:
            return Unresolved(f"the template of the nested stack {logical_id} is not among those given")
        return child.output(name)

    def ipv6_blocks(self, logical_id: str) -> Value:
        """IPv6 blocks of a VPC: one that stands for what Amazon assigns."""
        return [self.all.amazon_block(self.prefix + logical_id)]

    def output(self, name: str) -> Value:
        """An output's value, as other stacks must name it."""
        row = self.document.outputs.get(name)
        if row is None or "Value" not in row:
            return Unresolved(f"{self.name} has no output {name}")
        if name in self._resolving:
            return Unresolved(f"output {name} of {self.name} depends on itself")
        self._resolving.add(name)
        try:
            return self.globally(self.resolver.resolve(row["Value"]))
        finally:
            self._resolving.discard(name)
