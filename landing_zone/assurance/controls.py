"""The control catalogue, `policies/controls/*.yaml`: what a safeguard is, whom it cites, what enforces it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from landing_zone.policy_data import POLICIES, policy_data


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Citation(_Row):
    """A paragraph of 45 CFR Part 164, why the control bears on it, and who says so."""

    cfr: str
    basis: str
    source: str


class ConfigRule(_Row):
    """An AWS Config managed rule and its parameters."""

    id: str
    parameters: Mapping[str, Any] = Field(default_factory=dict)


class EnforcedBy(_Row):
    """Everything in the project that enforces or checks the control."""

    resources: tuple[str, ...] = ()
    """Types of the resources in our stacks that put it into effect."""
    rules: tuple[str, ...] = ()
    cdk_nag: tuple[str, ...] = ()
    guardrails: tuple[str, ...] = ()
    invariants: tuple[str, ...] = ()
    config_rules: tuple[ConfigRule, ...] = ()
    settings: tuple[str, ...] = ()
    """Settings that `hlz settings` makes; each row of `policies/settings` names its control itself."""


class Control(_Row):
    """One safeguard. `as_of` is the date of the mapping to its citations, `note` what they do not say."""

    id: str
    title: str
    expectation: str = ""
    as_of: date | None = None
    citations: tuple[Citation, ...] = Field(min_length=1)
    nist_800_53r5: tuple[str, ...] = ()
    nprm: tuple[str, ...] = ()
    """Ids of proposed paragraphs (`policies/hipaa/proposed_rule_2025.yaml`) that it bears on."""
    enforced_by: EnforcedBy = EnforcedBy()
    remediation: str = ""
    """What to do when it is found broken."""
    live_probe: tuple[str, ...] = ()
    """Actions that only read, and show it in a live account."""
    done_by: str = ""
    """What the toolkit leaves to somebody: the customer's process, or AWS under the BAA."""
    note: str = ""

    @property
    def cfr(self) -> tuple[str, ...]:
        """The cited paragraphs, in the catalogue's order."""
        return tuple(citation.cfr for citation in self.citations)


@cache
def controls() -> Mapping[str, Control]:
    """All controls by id. A fault in the catalogue is a bug of the project and raises ValueError or KeyError.

    Rules written as data and settings name their control themselves; they are among what enforces it here.
    """
    catalogue: dict[str, Control] = {}
    for path in sorted((POLICIES / "controls").glob("*.yaml")):
        for row in policy_data(f"controls/{path.stem}"):
            control = Control.model_validate(row)
            if control.id in catalogue:
                raise ValueError(f"{path.name} declares {control.id} a second time")
            catalogue[control.id] = control
    for folder, key in (("rules/expectations", "rules"), ("settings", "settings")):
        for path in sorted((POLICIES / folder).glob("*.yaml")):
            for row in policy_data(f"{folder}/{path.stem}") or ():
                catalogue[row["control"]] = _with(catalogue[row["control"]], key, row["id"])
    return catalogue


def _with(control: Control, key: str, id: str) -> Control:
    enforced = control.enforced_by.model_copy(update={key: (*getattr(control.enforced_by, key), id)})
    return control.model_copy(update={"enforced_by": enforced})


@cache
def controls_by_rule() -> Mapping[str, Control]:
    """Rule id (ours or cdk-nag's) to the control that names it. Raises ValueError if two controls name one rule."""
    index: dict[str, Control] = {}
    for control in controls().values():
        for rule in (*control.enforced_by.rules, *control.enforced_by.cdk_nag):
            if rule in index:
                raise ValueError(f"{rule} is named by {index[rule].id} and {control.id}")
            index[rule] = control
    return index


def control_for(rule_id: str) -> Control:
    """The control a rule serves; a finding suffix (`RULE[finding]`) is ignored. Raises KeyError if none names it."""
    return controls_by_rule()[rule_id.partition("[")[0]]


@cache
def controls_by_resource() -> Mapping[str, tuple[Control, ...]]:
    """Resource type to the controls that resources of this type in our stacks put into effect, by id."""
    index: dict[str, list[Control]] = {}
    for id in sorted(controls()):
        for type in controls()[id].enforced_by.resources:
            index.setdefault(type, []).append(controls()[id])
    return {type: tuple(found) for type, found in sorted(index.items())}


@cache
def resources_without_control() -> Mapping[str, str]:
    """Resource types of our stacks on which no control rests, and why."""
    rows: Mapping[str, str] = policy_data("resources")["without_control"]
    return rows
