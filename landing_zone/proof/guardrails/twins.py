"""Liveness: requests that must pass, so that policies which deny everything prove nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from landing_zone.proof.guardrails import keys
from landing_zone.proof.guardrails.actions import Universe
from landing_zone.proof.guardrails.constraints import RESOURCE, Literal
from landing_zone.proof.guardrails.organization import Values
from landing_zone.proof.guardrails.questions import ADMINISTRATOR, Asking, Group, Question, principal_values
from landing_zone.proof.guardrails.theorems import Twin

_USUAL = {"aws:securetransport": ("true",), "aws:viaawsservice": ("false",)}
_FALLBACK_REGION = "us-east-1"


def twin_questions(asking: Asking, twin: Twin) -> Iterator[Question]:
    """The twin asked of every kind of account with PHI. Raises Missing."""
    for group in asking.grouped("phi"):
        yield _question(asking, twin, group)


def _question(asking: Asking, twin: Twin, group: Group) -> Question:
    given = asking.organization.values
    context = {**_usual(given, group), **{key.lower(): _texts(value) for key, value in twin.context.items()}}
    said = [_exactly(key, texts) for key, texts in context.items()]
    said.append(Literal(RESOURCE, "StringEquals", (_filled(twin.resource, given, group),)))
    said.append(_principal(asking, twin, group))
    said.append(Literal(keys.PRINCIPAL, "StringLike", (f"arn:aws:iam::{group.id}:role/?*",)))
    return Question(group, group, Universe((twin.action,)), tuple(said), asking.constants(group), formats=False)


def _principal(asking: Asking, twin: Twin, group: Group) -> Literal:
    if twin.principal == "administrator":
        return Literal(keys.PRINCIPAL, "StringEquals", (f"arn:aws:iam::{group.id}:{ADMINISTRATOR}",))
    return Literal(keys.PRINCIPAL, "ArnLike", asking.values(principal_values(twin.principal)))


def _usual(given: Values, group: Group) -> Mapping[str, tuple[str, ...]]:
    organization = given.get("organization_id", ())
    found = {
        **_USUAL,
        "aws:requestedregion": given.get("home_region", (_FALLBACK_REGION,)),
        keys.ACCOUNT: (group.id,),
        keys.SERVICE_CALLS: ("false",),
        keys.RESOURCE_ACCOUNT: (group.id,),
        keys.ORGANIZATION: organization,
        keys.RESOURCE_ORGANIZATION: organization,
    }
    return {key: texts for key, texts in found.items() if texts}


def _exactly(key: str, texts: tuple[str, ...]) -> Literal:
    if keys.is_multivalued(key):
        return Literal(key, "ForAnyValue:StringEquals", texts)
    return Literal(key, "StringEquals", texts)


def _texts(value: str | tuple[str, ...]) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else value


def _filled(text: str, given: Values, group: Group) -> str:
    region = given.get("home_region", (_FALLBACK_REGION,))[0]
    return text.replace("${Account}", group.id).replace("${Region}", region)
