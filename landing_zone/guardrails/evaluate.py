"""Decide one concrete request as AWS does: whether a statement fires, and whether all levels let the request pass.

Only organization policies are decided here; what identity and resource policies grant is not asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

from landing_zone.guardrails.conditions import holds, matches_resource, operator, resolved

Policy = Mapping[str, Any]
"""A policy document: `{"Version": ..., "Statement": [...]}`."""


@dataclass(frozen=True)
class Request:
    """One call.

    principal: ARN of the account's root user, user or role (of a session: its role, as in aws:PrincipalArn), or a
    service (`logs.amazonaws.com`). action: `s3:PutObject`. resource: ARN. context: condition keys and their values; a
    tuple where a key has several; a key that is missing is absent from the request. aws:PrincipalArn,
    aws:PrincipalAccount, aws:PrincipalIsAWSService, aws:PrincipalServiceName and aws:ViaAWSService come from the
    principal unless the context has them. A parameter that the deployment fills in (`${OrganizationId}`) takes its
    value from the context as well.
    """

    principal: str
    action: str
    resource: str = "*"
    context: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict)

    @cached_property
    def values(self) -> Mapping[str, tuple[str, ...]]:
        """Values by key in lower case: names of condition keys have no case."""
        given = {key.lower(): (value,) if isinstance(value, str) else value for key, value in self.context.items()}
        return {**_of_principal(self.principal), **given}


def _of_principal(principal: str) -> dict[str, tuple[str, ...]]:
    parts = principal.split(":", 5)
    if len(parts) != 6:
        return {"aws:principalisawsservice": ("true",), "aws:principalservicename": (principal,)}
    return {
        "aws:principalarn": (principal,),
        "aws:principalaccount": (parts[4],),
        "aws:principalisawsservice": ("false",),
        "aws:viaawsservice": ("false",),
    }


@dataclass(frozen=True)
class Decision:
    """Whether a request passes; if not, at which level (0 is the root), and by which statement: none if none allows."""

    allowed: bool
    level: int | None = None
    sid: str = ""


def fires(statement: Mapping[str, Any], request: Request) -> bool:
    """Whether a statement applies to the request: action, resource and every condition. Raises ValueError.

    ValueError: the grammar does not know an operator, or a single-valued operator meets several values.
    """
    about = covers_action(statement, request.action) and covers_resource(statement, request)
    return about and meets(statement, request)


def covers_action(statement: Mapping[str, Any], action: str) -> bool:
    """Whether `Action` or `NotAction` covers an action; case does not matter."""
    name = action.lower()
    if "NotAction" in statement:
        return not _any_action(name, statement["NotAction"])
    return _any_action(name, statement.get("Action", ()))


def covers_resource(statement: Mapping[str, Any], request: Request) -> bool:
    """Whether `Resource` or `NotResource` covers the request's resource."""
    if "NotResource" in statement:
        return not _any_resource(request, statement["NotResource"])
    return _any_resource(request, statement.get("Resource", ()))


def meets(statement: Mapping[str, Any], request: Request) -> bool:
    """Whether every condition holds."""
    conditions: Mapping[str, Mapping[str, Any]] = statement.get("Condition", {})
    return all(
        condition_holds(name, key, wanted, request) for name, keys in conditions.items() for key, wanted in keys.items()
    )


def condition_holds(name: str, key: str, wanted: str | Sequence[str], request: Request) -> bool:
    """Whether the operator `name` holds for a key and the values of the policy. Raises ValueError."""
    found = operator(name)
    if found is None:
        raise ValueError(f"unknown condition operator {name}")
    patterns = (resolved(text, request.values) for text in one_or_more(wanted))
    return holds(found, request.values.get(key.lower(), ()), tuple(text for text in patterns if text is not None))


def decide(levels: Sequence[Sequence[Policy]], request: Request, *, full_access: bool = True) -> Decision:
    """Whether the request passes every level: no Deny anywhere, an Allow everywhere.

    levels: the policies attached to root, OUs and account, one list for each. full_access: FullAWSAccess (for RCPs
    RCPFullAWSAccess) is attached at every level too.
    """
    for level, policies in enumerate(levels):
        for statement in _statements(policies):
            if statement["Effect"] == "Deny" and fires(statement, request):
                return Decision(False, level, statement.get("Sid", ""))
    for level, policies in enumerate(levels):
        allowing = (s for s in _statements(policies) if s["Effect"] == "Allow")
        if not full_access and not any(fires(statement, request) for statement in allowing):
            return Decision(False, level)
    return Decision(True)


def _statements(policies: Iterable[Policy]) -> Iterable[Mapping[str, Any]]:
    for policy in policies:
        statements = policy["Statement"]
        yield from [statements] if isinstance(statements, Mapping) else statements


def one_or_more(texts: str | Sequence[str]) -> Sequence[str]:
    """IAM writes a list of one as the one."""
    return (texts,) if isinstance(texts, str) else texts


def _any_action(name: str, patterns: str | Sequence[str]) -> bool:
    return bool(_actions(tuple(one_or_more(patterns))).fullmatch(name))


@lru_cache(maxsize=4096)
def _actions(patterns: tuple[str, ...]) -> re.Pattern[str]:
    escaped = (re.escape(pattern.lower()).replace(r"\*", ".*").replace(r"\?", ".") for pattern in patterns)
    return re.compile("|".join(escaped))


def _any_resource(request: Request, patterns: str | Sequence[str]) -> bool:
    marked = (resolved(pattern, request.values) for pattern in one_or_more(patterns))
    return any(matches_resource(request.resource, pattern) for pattern in marked if pattern is not None)
