"""The plan's words: environment, variant, value, deployment."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from graphlib import TopologicalSorter
from typing import Any, Literal

ValueType = Literal[
    "cidr",
    "account_id",
    "organization_id",
    "root_id",
    "unit_id",
    "group_id",
    "identity_store_id",
    "region",
    "name",
    "tag",
    "arn",
    "transit_gateway_id",
    "transit_attachment_id",
    "shared_parameter",
    "days",
    "amount",
]


@dataclass(frozen=True, order=True)
class Environment:
    """An account in a Region."""

    account: str
    region: str


@dataclass(frozen=True)
class Value:
    """What differs between deployments of one variant; replaces the template parameter `name`.

    text: the literal, or None when it is not known yet (the deployment is withheld).
    """

    name: str
    type: ValueType
    text: str | None

    @property
    def kind(self) -> str:
        """What it is, for people: ids by their type, ARNs and texts by their name. Of a shared parameter all but its
        owner is known always."""
        if self.type == "shared_parameter":
            return "account id"
        return self.name if self.type in ("arn", "tag") else self.type.replace("_", " ")


@dataclass(frozen=True)
class Variant:
    """A role and everything that changes the template's shape. `shape` holds JSON values only."""

    role: str
    shape: Mapping[str, Any] = field(hash=False)

    @cached_property
    def canonical_shape(self) -> str:
        """The shape as canonical JSON."""
        return json.dumps(self.shape, sort_keys=True, separators=(",", ":"))

    @cached_property
    def id(self) -> str:
        """`ROLE-REGION-DIGEST`; stands in no template."""
        digest = hashlib.sha256(f"{self.role}\n{self.canonical_shape}".encode()).hexdigest()[:8]
        return f"{self.role.replace('_', '-')}-{self.shape['region']}-{digest}"


@dataclass(frozen=True)
class Deployment:
    """One stack: a variant in an environment, with its values. Its name is artifact id and stack name alike."""

    name: str
    variant: Variant
    environment: Environment
    account_id: str | None
    values: tuple[Value, ...]
    tags: tuple[tuple[str, str], ...] = ()
    depends_on: tuple[str, ...] = ()
    termination_protection: bool = True

    @property
    def unknown(self) -> str:
        """The kinds of ids that are not known yet, e.g. `account id, organization id`; empty when all are."""
        missing = ["account id"] if self.account_id is None else []
        missing += sorted(value.kind for value in self.values if value.text is None)
        return ", ".join(dict.fromkeys(missing))


@dataclass(frozen=True)
class Plan:
    """Everything that will exist, in deployment order by name.

    bootstrap: what the deployments need to be there first; it is delivered by `hlz bootstrap`, not by the assembly.
    """

    deployments: tuple[Deployment, ...]
    bootstrap: Deployment | None = None

    @cached_property
    def variants(self) -> tuple[Variant, ...]:
        """Every variant that the assembly delivers, sorted by id."""
        return tuple(sorted({d.variant.id: d.variant for d in self.deployments}.values(), key=lambda v: v.id))

    @property
    def synthesized_variants(self) -> tuple[Variant, ...]:
        """Every variant that is synthesized and checked: the assembly's and the bootstrap's."""
        return (*self.variants, self.bootstrap.variant) if self.bootstrap else self.variants

    @cached_property
    def environments(self) -> tuple[Environment, ...]:
        """Every environment in use."""
        return tuple(sorted({deployment.environment for deployment in self.deployments}))

    @cached_property
    def withheld(self) -> Mapping[str, str]:
        """Why deployments cannot be written yet, by name: an id is unknown, here or in what they depend on."""
        by_name = {deployment.name: deployment for deployment in self.deployments}
        order = TopologicalSorter({deployment.name: deployment.depends_on for deployment in self.deployments})
        reasons: dict[str, str] = {}
        for name in order.static_order():
            waits_for = next((target for target in by_name[name].depends_on if target in reasons), None)
            if reason := by_name[name].unknown or (waits_for and f"depends on {waits_for}"):
                reasons[name] = reason
        return dict(sorted(reasons.items()))

    @property
    def withheld_reasons(self) -> Mapping[str, int]:
        """How many deployments are withheld for which reason; those that only wait for others are counted together."""
        reasons = ("depends on others" if r.startswith("depends on ") else r for r in self.withheld.values())
        return dict(sorted(Counter(reasons).items()))

    @cached_property
    def written(self) -> tuple[Deployment, ...]:
        """Deployments that can be written."""
        return tuple(deployment for deployment in self.deployments if deployment.name not in self.withheld)
