"""Exemptions: whom a Deny spares, and what nobody else may do so that it stays the only one spared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails import keys
from landing_zone.proof.guardrails.constraints import RESOURCE, Literal
from landing_zone.proof.guardrails.globs import Union, text_of
from landing_zone.proof.guardrails.operators import operator
from landing_zone.proof.guardrails.organization import Organization, Statement
from landing_zone.proof.guardrails.questions import Asking, Group, Question, in_account
from landing_zone.proof.guardrails.statements import terms
from landing_zone.proof.guardrails.theorems import Conditions, Request, Theorem

_TAG = "aws:principaltag/"
LEFT_OUT = ("pipeline_principals", "break_glass_principals")
"""Values with principals whom theorems leave out."""
_ROLE, _USER = "arn:aws:iam::*:role/?*", "arn:aws:iam::*:user/?*"


@dataclass(frozen=True)
class Exemption:
    """What spares principals.

    key: condition key in lower case. pattern: of ARNs, else the key. policies: names of those that do so; none: only
    theorems leave such principals out. everywhere: a resource control policy is among them, which meets
    principals of every account. as_text: it is compared by a String operator, whose `*` reaches over colons.
    """

    key: str
    pattern: str
    policies: frozenset[str]
    everywhere: bool
    as_text: bool

    @property
    def chosen(self) -> bool:
        """Whether a principal chooses by itself whether it is spared."""
        return self.key in _chosen()


def exemptions(organization: Organization) -> list[Exemption]:
    """Every exemption of a Deny that is attached somewhere, and whom theorems leave out."""
    left_out = (pattern for name in LEFT_OUT for pattern in organization.values.get(name, ()))
    found: dict[tuple[str, str], set[str]] = {(keys.PRINCIPAL, pattern): set() for pattern in left_out}
    as_text = Asking(organization).comparison == "StringLike"
    levels = organization.targets.values()
    rcps = {policy.name for level in levels for policy in level.rcps}
    policies = {policy for level in levels for policy in (*level.scps, *level.rcps)}
    for policy in sorted(policies, key=lambda one: one.name):
        for statement in policy.statements:
            for key, pattern in _of_statement(statement):
                found.setdefault((key, pattern), set()).add(policy.name)
    return [
        Exemption(key, pattern, frozenset(names), not names.isdisjoint(rcps), as_text)
        for (key, pattern), names in found.items()
        if key != keys.PRINCIPAL or _can_be_made(pattern)
    ]


def _of_statement(statement: Statement) -> Iterator[tuple[str, str]]:
    """Key and pattern of each exemption."""
    for literal in terms(statement.content, {}).literals if statement.denies else ():
        parsed = operator(literal.operator)
        negated = parsed is not None and parsed.negated
        if literal.attribute == keys.PRINCIPAL and negated:
            yield from ((keys.PRINCIPAL, text) for text in literal.texts)
        elif literal.attribute.startswith(_TAG) or (literal.attribute in _chosen() and negated):
            yield literal.attribute, literal.attribute


def obligations(asking: Asking, theorem: Theorem, exemption: Exemption) -> Iterator[Question]:
    """What nobody may do, asked of every account where the exemption counts. Raises Missing."""
    meant = () if exemption.policies else asking.accounts("phi", ("security_account",))
    for principals, request in _requests(exemption):
        for question in asking.questions(theorem, [request]):
            group = question.callers
            if group is None:
                continue
            if exemption.everywhere or exemption.policies & _names(group) or not set(meant).isdisjoint(group.accounts):
                pattern = exemption.pattern if exemption.as_text else in_account(exemption.pattern, group.id)
                spared = Literal(RESOURCE, "StringLike", (pattern,))
                yield replace(question, said=(*question.said, spared)) if principals else question


def _names(group: Group) -> frozenset[str]:
    return frozenset(policy.name for level in group.levels for policy in level.scps)


def _requests(exemption: Exemption) -> Iterator[tuple[bool, Request]]:
    """What nobody may do, and whether it is done to the principals that are spared."""
    data = policy_data("guardrails/closing")
    if not exemption.key.startswith(_TAG):
        for kind, form in (("roles", _ROLE), ("users", _USER)):
            if _meet(exemption.pattern, form) and (kind == "roles" or ":role/" not in exemption.pattern):
                yield True, Request(actions=tuple(data[kind]["closing"]), resources=(form,), who="members")
        return
    tag = exemption.key.removeprefix(_TAG)
    named: Conditions = {"ForAnyValue:StringEquals": {"aws:TagKeys": (tag,)}}
    given: Conditions = {"Null": {f"aws:RequestTag/{tag}": ("false",)}, **named}
    for action in data["tags"]["closing"]:
        yield False, Request(actions=(action,), conditions=named if "Untag" in action else given, who="members")


def _can_be_made(pattern: str) -> bool:
    """Whether a role or user of such a name can be made by anybody but AWS."""
    made = tuple(row["pattern"] for row in policy_data("guardrails/closing")["made_by_aws"])
    own = Union("arn", (_ROLE, _USER), True)
    return text_of([*_spared(pattern), own, Union("arn", made, False)]) is not None


def _meet(pattern: str, form: str) -> bool:
    return text_of([*_spared(pattern), Union("arn", (form,), True)]) is not None


def _spared(pattern: str) -> tuple[Union, ...]:
    """The ARNs that a pattern spares, read as String operators do: `*BreakGlass*` is a pattern of theirs."""
    return (Union("glob", (pattern,), True),)


def _chosen() -> Mapping[str, None]:
    return dict.fromkeys(key.lower() for key in policy_data("guardrails/closing")["chosen_by_the_principal"])
