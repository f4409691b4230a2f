"""Intrinsic functions as networks use them: `assurance.intrinsics`, Fn::Cidr, and values of other stacks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from ipaddress import ip_network
from itertools import islice
from typing import Any, Protocol

from landing_zone.assurance.intrinsics import Resolver
from landing_zone.assurance.values import Reference, Symbolic, Unresolved, Value, Zones, split_text

STACK_TYPE, VPC_TYPE = "AWS::CloudFormation::Stack", "AWS::EC2::VPC"
LISTS_OF_IDS = frozenset({"EndpointIds", "NetworkInterfaceIds"})
"""Attributes that are lists of ids; one is chosen by its position."""
_EXPORT_NAME = re.compile(r"[A-Za-z0-9:_-]+")
_SSM = re.compile(r"\{\{resolve:ssm:([^}:]+(?::[^}:]+){0,5}?)(?::\d+)?\}\}")
_MOST_BLOCKS = 4096
_MIRRORS = 20


class Elsewhere(Protocol):
    """What a stack knows of values that its template does not hold."""

    def imported(self, name: str) -> Value:
        """What another stack exports."""

    def stored(self, name: str) -> Value:
        """What the Systems Manager parameter of this name or ARN holds."""

    def nested_output(self, logical_id: str, name: str) -> Value:
        """An output of a nested stack."""

    def ipv6_blocks(self, logical_id: str) -> Value:
        """IPv6 blocks of a VPC."""


class NetworkResolver(Resolver):
    """Resolves the values of one template.

    Without `elsewhere` parameters stay symbolic (`${Name}`), so that the result holds for every stack of the template;
    what cannot be kept symbolic is Unresolved, and is asked for again with a stack's own values.
    """

    def __init__(
        self, document: Mapping[str, Any], given: Mapping[str, Value], elsewhere: Elsewhere | None = None
    ) -> None:
        resources = document.get("Resources")
        self._raw: Mapping[str, Any] = resources if isinstance(resources, Mapping) else {}
        super().__init__(document, self._raw, given)
        self.used: set[str] = set()
        self._elsewhere = elsewhere
        self._mirrored: list[tuple[str, str]] = []
        self._functions["Fn::Cidr"] = self._cidr

    def resolve(self, raw: Any, depth: int = 0) -> Value:
        """The value behind `raw`. A dynamic reference is asked for elsewhere when it names a plain parameter."""
        if self._elsewhere and isinstance(raw, str) and (found := _SSM.fullmatch(raw)):
            return self._elsewhere.stored(found[1])
        return super().resolve(raw, depth)

    def _named_value(self, name: str) -> Value:
        if name in self._parameters:
            self.used.add(name)
            if name not in self._given:
                return Symbolic("${" + name + "}")
        return super()._named_value(name)

    def _attribute(self, logical_id: str, attribute: str) -> Value:
        raw = self._raw.get(logical_id)
        if not isinstance(raw, Mapping):
            return super()._attribute(logical_id, attribute)
        properties, type_ = raw.get("Properties"), raw.get("Type")
        if type_ == STACK_TYPE and attribute.startswith("Outputs."):
            if self._elsewhere is None:
                return Unresolved("it is an output of a nested stack")
            return self._elsewhere.nested_output(logical_id, attribute.removeprefix("Outputs."))
        if type_ == VPC_TYPE and attribute == "Ipv6CidrBlocks":
            return self._elsewhere.ipv6_blocks(logical_id) if self._elsewhere else Unresolved("a VPC's IPv6 blocks")
        mirror = (logical_id, attribute)
        if (
            isinstance(properties, Mapping)
            and attribute in properties
            and mirror not in self._mirrored
            and len(self._mirrored) < _MIRRORS
        ):
            self._mirrored.append(mirror)
            try:
                return self.resolve(properties[attribute])
            finally:
                self._mirrored.pop()
        return super()._attribute(logical_id, attribute)

    def _import_value(self, argument: Any, depth: int) -> Value:
        name = self.resolve(argument, depth + 1)
        if not isinstance(name, str):
            return super()._import_value(argument, depth)
        if self._elsewhere:
            return self._elsewhere.imported(name)
        if isinstance(name, Symbolic) or not _EXPORT_NAME.fullmatch(name):
            return Unresolved(f"export {name} is known for each stack only")
        return Symbolic("${import:" + name + "}")

    def _select(self, argument: Any, depth: int) -> Value:
        if isinstance(argument, list) and len(argument) == 2:
            index, items = self.resolve(argument[0], depth + 1), self.resolve(argument[1], depth + 1)
            if isinstance(items, Reference) and items.attribute in LISTS_OF_IDS and str(index).isdecimal():
                return Reference(items.logical_id, f"{items.attribute}.{index}")
        return super()._select(argument, depth)

    def _split(self, argument: Any, depth: int) -> Value:
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[0], str) and argument[0]:
            text = self.resolve(argument[1], depth + 1)
            if isinstance(text, Reference) and text.attribute and text.attribute.startswith("EndpointIds."):
                return ["", text]  # "ZONE:ID"; zones of a firewall's endpoints come in no order
            if self._elsewhere and isinstance(text, Symbolic) and "${?" not in text:
                return [part if "${" not in part else Symbolic(part) for part in split_text(text, argument[0])]
        return super()._split(argument, depth)

    def _get_azs(self, argument: Any, depth: int) -> Value:
        zones = super()._get_azs(argument, depth)
        if isinstance(zones, Zones) and "{" in zones.region:
            return Zones("-") if zones.region == "${AWS::Region}" else Unresolved(f"zones of {zones.region}")
        return zones

    def _cidr(self, argument: Any, depth: int) -> Value:
        if not isinstance(argument, list) or len(argument) != 3:
            return Unresolved("Fn::Cidr has no block, count and bits")
        block, count, bits = (self.resolve(part, depth + 1) for part in argument)
        for part in (block, count, bits):
            if isinstance(part, Unresolved):
                return part
            if isinstance(part, Symbolic):
                return Unresolved(f"Fn::Cidr cuts {part}")
        try:
            network, wanted = ip_network(str(block)), int(str(count))
            blocks = network.subnets(new_prefix=network.max_prefixlen - int(str(bits)))
            cut = [str(part) for part in islice(blocks, min(wanted, _MOST_BLOCKS))]
        except ValueError:
            return Unresolved(f"Fn::Cidr cannot cut {block} into {count} blocks of {bits} bits")
        return list(cut)
