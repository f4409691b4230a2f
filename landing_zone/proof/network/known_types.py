"""Resource types as the prover knows them (policies/network/model_types.yaml): a whitelist."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from landing_zone.policy_data import policy_data
from landing_zone.proof.network.model import HostKind


@dataclass(frozen=True, slots=True)
class HostType:
    """Where a resource type tells subnets, security groups and whether it has a public address (dotted paths)."""

    kind: HostKind
    subnets: tuple[str, ...]
    groups: tuple[str, ...]
    public: str | None

    @property
    def properties(self) -> tuple[str, ...]:
        """Top-level properties that are read."""
        paths = (*self.subnets, *self.groups, *([self.public] if self.public else []))
        return tuple(dict.fromkeys(path.partition(".")[0] for path in paths))


@cache
def modelled() -> frozenset[str]:
    """Types that are read."""
    return frozenset(_data()["modelled"])


@cache
def namespaces() -> frozenset[str]:
    """Namespaces whose types may carry traffic unless something says otherwise."""
    return frozenset(_data()["namespaces"])


@cache
def carrying_nothing() -> Mapping[str, str]:
    """Types that carry no traffic of their own, with the reason."""
    return {type_: reason for reason, types in _data()["nothing"].items() for type_ in types}


@cache
def hosts() -> Mapping[str, HostType]:
    """Types with network interfaces that are read alike."""
    return {
        type_: HostType(cast(HostKind, row["kind"]), tuple(row["subnets"]), tuple(row["groups"]), row.get("public"))
        for type_, row in _data()["hosts"].items()
    }


@cache
def assumptions() -> Mapping[str, str]:
    """Types that let something else make networks, with what is assumed about it."""
    return dict(_data()["assumed"])


@cache
def subnet_groups() -> Mapping[str, str]:
    """Types that name a group of subnets, with the property that lists them."""
    return dict(_data()["subnet_groups"])


@cache
def unmodelled(type_: str) -> str | None:
    """Why nothing is proved beside a resource of this type; None if the type is read or carries nothing.

    Custom resources are judged by `custom_resource`.
    """
    for reason, types in _data()["unmodelled"].items():
        if type_ in types:
            return f"{type_} is not modelled: it {reason}"
    if type_ in modelled() or type_ in carrying_nothing() or type_ in hosts():
        return None
    parts = type_.split("::")
    if parts[0] == "AWS" and len(parts) == 3:
        return f"{type_} is not modelled" if parts[1] in namespaces() else None
    if type_.endswith("::MODULE"):
        return f"{type_} is a module: it makes resources that the template does not show"
    return None if is_custom(type_) else f"{type_} is a type of a third party"


def is_custom(type_: str) -> bool:
    """Whether a function of the template's author handles the type."""
    return type_.startswith("Custom::") or type_ == "AWS::CloudFormation::CustomResource"


@cache
def is_harmless_custom(type_: str) -> bool:
    """Whether a custom resource's type is known to leave networks alone."""
    return type_ in _data()["custom_resources"]["harmless"]


@cache
def speaks_of_networks(type_: str) -> bool:
    """Whether the name of a custom resource's type holds a word about networks."""
    name = type_.partition("::")[2].lower().replace("-", "").replace("_", "")
    return any(word in name for word in _data()["custom_resources"]["speaks_of_networks"])


@cache
def harmless_transforms() -> frozenset[str]:
    """Transforms that add no part of a network."""
    return frozenset(_data()["transforms"])


def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = policy_data("network/model_types")
    return data
