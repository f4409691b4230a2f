"""Rules written as data, `policies/rules/expectations/*.yaml`: what a resource's properties and companions must be.

A row becomes a `Rule` like any other. What a row cannot say is a rule in `landing_zone/assurance/library`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from landing_zone.assurance.finding import Severity
from landing_zone.assurance.predicates import Judged, Predicate, Truth
from landing_zone.assurance.rules import CannotEvaluate, Outcome, Rule, RuleContext, Undecided, Violation
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import MISSING, Reference, Symbolic, Unresolved, Value, text_of
from landing_zone.policy_data import POLICIES, policy_data

_ATTRIBUTES = ("DeletionPolicy", "UpdateReplacePolicy")


class _Row(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Companion(_Row):
    """Another resource of the template that refers to the judged one at `path` (alone or in a list)."""

    types: tuple[str, ...] = Field(min_length=1)
    path: str
    name: str = ""
    """The judged resource's property with its name, where others may call it by that."""
    where: Predicate | None = None
    """What the companion itself must be to count."""


class Example(_Row):
    """A case for tests and documentation: a resource's properties, and the other resources of its template."""

    type: str | None = None
    """Type of the judged resource; default: the row's first."""
    properties: Mapping[str, Any] = Field(default_factory=dict)
    attributes: Mapping[str, Any] = Field(default_factory=dict)
    """Such as DeletionPolicy."""
    beside: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    """Whole resources by logical id; the judged one is called `Subject`."""


class Expectation(_Row):
    """One row. All predicates of `when` must hold for a resource to be judged at all; then `expect` must, or for
    `companion` such a resource must exist. `found` ends the sentence `Bucket Data ...`."""

    id: str
    control: str
    types: tuple[str, ...] = Field(min_length=1)
    title: str
    severity: Severity = "error"
    when: tuple[Predicate, ...] = ()
    expect: Predicate | None = None
    companion: Companion | None = None
    found: str
    fix: str
    why: str
    cannot_see: str
    source: str
    """The page or schema the names and values were read from."""
    twin: str = ""
    """Id of the cdk-nag rule that asks the same; our own stacks are judged by that one, everybody else's by this."""
    of_others: bool = False
    """Whether our own stacks are left out, because a rule over values judges the same in every deployment."""
    good: tuple[Example, ...] = Field(min_length=1)
    bad: tuple[Example, ...] = Field(min_length=1)
    not_judged: tuple[Example, ...] = ()
    """Cases that `when` leaves out."""

    @model_validator(mode="after")
    def _expects_one_thing(self) -> Expectation:
        if (self.expect is None) == (self.companion is None):
            raise ValueError(f"{self.id} has either expect or companion")
        return self

    @property
    def description(self) -> str:
        """Why, what it cannot see and where it comes from, as the reference page shows it."""
        same = f"\n\nThe same is asked by {self.twin}, which judges our own stacks." if self.twin else ""
        return f"{self.why.strip()}{same}\n\nSource: {self.source}\n\nCannot see: {self.cannot_see.strip()}"


@cache
def expectations() -> tuple[Expectation, ...]:
    """Every row, by id. A fault in one is a bug of the project and raises ValueError."""
    rows = [
        Expectation.model_validate(row)
        for path in sorted((POLICIES / "rules" / "expectations").glob("*.yaml"))
        for row in policy_data(f"rules/expectations/{path.stem}") or ()
    ]
    return tuple(sorted(rows, key=lambda row: row.id))


def expectation_rules() -> tuple[Rule, ...]:
    """The rows as rules."""
    return tuple(_rule(row) for row in expectations())


def _rule(row: Expectation) -> Rule:
    def applies(resource: Resource, context: RuleContext) -> bool:
        return not ((row.twin or row.of_others) and context.own) and _all_hold(row.when, resource)

    def judge(resource: Resource, context: RuleContext) -> Iterator[Outcome]:
        if row.expect:
            yield from _property(row, row.expect, resource)
        elif row.companion:
            yield from _companion(row, row.companion, resource, context)

    return Rule(row.id, row.control, row.types, row.severity, row.title, row.fix, row.description, judge, applies)


def _all_hold(when: tuple[Predicate, ...], resource: Resource) -> bool:
    """Raises CannotEvaluate where none fails and one is open."""
    verdicts = [_judged(predicate, resource).truth for predicate in when]
    if False in verdicts:
        return False
    for truth in verdicts:
        if isinstance(truth, Unresolved):
            raise CannotEvaluate(truth.reason)
    return True


def _judged(predicate: Predicate, resource: Resource) -> Judged:
    value = resource.resolved
    if predicate.path in _ATTRIBUTES:
        held = resource.deletion_policy if predicate.path == "DeletionPolicy" else resource.update_replace_policy
        value = {predicate.path: held} if held is not MISSING else {}
    return predicate.judge(value)


def _property(row: Expectation, expect: Predicate, resource: Resource) -> Iterator[Outcome]:
    verdict = _judged(expect, resource)
    if isinstance(verdict.truth, Unresolved):
        yield Undecided(verdict.truth.reason)
    elif not verdict.truth:
        shown = text_of(verdict.value)
        known = f" ({verdict.path}: {shown})" if shown is not None and verdict.path else ""
        yield Violation(f"{_kind(resource)} {resource.logical_id} {row.found}{known}.", verdict.path)


def _companion(row: Expectation, wanted: Companion, resource: Resource, context: RuleContext) -> Iterator[Outcome]:
    open_ = ""
    name = text_of(resource.value(wanted.name)) if wanted.name else None
    for other in context.template.of_type(*wanted.types):
        written = other.value(wanted.path)
        truth = True if name and text_of(written) == name else _refers(written, resource)
        if truth is True and wanted.where:
            truth = wanted.where.judge(other.resolved).truth
        if truth is True and other.conditional and other.condition != resource.condition:
            truth = Unresolved(f"whether it exists is open: {other.conditional}")
        if truth is True:
            return
        if isinstance(truth, Unresolved):
            open_ = f"{other.logical_id}: {truth.reason}"
    if open_:
        yield Undecided(open_)
    else:
        yield Violation(f"{_kind(resource)} {resource.logical_id} {row.found}.")


def _refers(value: Value, resource: Resource) -> Truth:
    if isinstance(value, list):
        verdicts = [_refers(item, resource) for item in value]
        if True in verdicts:
            return True
        return next((truth for truth in verdicts if isinstance(truth, Unresolved)), False)
    if isinstance(value, Unresolved):
        return value
    if isinstance(value, Reference):
        return value.logical_id == resource.logical_id
    if isinstance(value, Symbolic):
        return "${" + resource.logical_id + "}" in value or "${" + resource.logical_id + "." in value
    return False


def _kind(resource: Resource) -> str:
    """`AWS::RDS::DBInstance` as `RDS DBInstance`."""
    return " ".join(resource.type.split("::")[1:]) or resource.type
