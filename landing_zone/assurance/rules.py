"""What a rule over templates is: declared by a decorator, applied to resources, answering with outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from landing_zone.assurance.finding import Severity
from landing_zone.assurance.template import Resource, Template
from landing_zone.assurance.values import CannotEvaluate

__all__ = [
    "FAILED",
    "CannotEvaluate",
    "Outcome",
    "Rule",
    "RuleContext",
    "Undecided",
    "Violation",
    "each",
    "rule",
    "template_rule",
]

RETENTION_DAYS = 2192
"""Six years in days, as CloudWatch Logs offers them (45 CFR 164.316(b)(2)(i) binds documentation)."""

FAILED = "the rule failed: "
"""How the message of a finding starts when the rule itself broke; such a finding cannot be acknowledged."""


@dataclass(frozen=True)
class RuleContext:
    """What rules know besides the resource.

    own: the template is this toolkit's, which keep its conventions (tags `hlz:*`, prefix lists instead of CIDRs, own
    network ACLs, three zones) and are judged by cdk-nag as well; False for anybody else's template.
    variant_id: the variant the template was synthesized for; None where there is none.
    organization_id, account_id: known values, compared with literals; None where a deployment decides them.
    retention_by_kind: days per value of the tag `hlz:log-kind`, where the manifest states a shorter retention.
    """

    template: Template
    retention_days: int = RETENTION_DAYS
    retention_by_kind: Mapping[str, int] = field(default_factory=dict)
    organization_id: str | None = None
    account_id: str | None = None
    variant_id: str | None = None
    own: bool = True
    availability_zones: int = 3


@dataclass(frozen=True)
class Violation:
    """What a rule found: a full sentence, where inside the properties, and on which resource if not the judged one."""

    message: str
    property_path: str = ""
    resource: str = ""


@dataclass(frozen=True)
class Undecided:
    """A part the rule could not judge while it went on with the rest."""

    reason: str


Outcome: TypeAlias = Violation | Undecided
Judge: TypeAlias = Callable[[Resource, RuleContext], Iterable[Outcome]]
TemplateJudge: TypeAlias = Callable[[RuleContext], Iterable[Outcome]]
Applies: TypeAlias = Callable[[Resource, RuleContext], bool]


@dataclass(frozen=True)
class Rule:
    """One rule. `types` are the resource types it judges; empty for a rule over the whole template.

    `applies` decides whether a resource of these types is judged at all; what it refuses was not examined.
    """

    id: str
    control: str
    types: tuple[str, ...]
    severity: Severity
    title: str
    fix: str
    description: str
    judge: Judge
    applies: Applies

    @property
    def whole_template(self) -> bool:
        """Whether the rule judges the template as one thing."""
        return not self.types


def _always(resource: Resource, context: RuleContext) -> bool:
    return True


def rule(
    id: str,
    *,
    control: str,
    resource: str | tuple[str, ...],
    title: str,
    fix: str,
    severity: Severity = "error",
    applies: Applies = _always,
) -> Callable[[Judge], Rule]:
    """Declare a rule over resources of one or more types. The docstring says what it checks and what it cannot see."""
    types = (resource,) if isinstance(resource, str) else resource
    if not types:
        raise ValueError(f"{id} names no resource type; a rule over the whole template is a template_rule")

    def declare(judge: Judge) -> Rule:
        return Rule(id, control, types, severity, title, fix, _described(id, judge.__doc__), judge, applies)

    return declare


def template_rule(
    id: str,
    *,
    control: str,
    title: str,
    fix: str,
    severity: Severity = "error",
    applies: Applies = _always,
) -> Callable[[TemplateJudge], Rule]:
    """Declare a rule over the template as a whole."""

    def declare(judge: TemplateJudge) -> Rule:
        def judge_template(resource: Resource, context: RuleContext) -> Iterable[Outcome]:
            return judge(context)

        return Rule(id, control, (), severity, title, fix, _described(id, judge.__doc__), judge_template, applies)

    return declare


Item = TypeVar("Item")


def each(items: Iterable[Item], judge: Callable[[Item], Iterable[Outcome]]) -> Iterator[Outcome]:
    """Judge every item; one that cannot be judged is undecided and does not hide the others."""
    for item in items:
        try:
            yield from judge(item)
        except CannotEvaluate as unknown:
            yield Undecided(unknown.reason)


def _described(id: str, docstring: str | None) -> str:
    if not docstring:
        raise ValueError(f"{id} has no docstring")
    return "\n".join(line.strip() for line in docstring.strip().splitlines())
