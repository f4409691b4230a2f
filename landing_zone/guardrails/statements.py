"""A guardrail as the IAM statement that AWS takes, and how many characters AWS counts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from landing_zone.guardrails.model import PrincipalGroup
from landing_zone.guardrails.parameters import TOKEN, Parameters, filled
from landing_zone.guardrails.sources import SourcedGuardrail

POLICY_VERSION = "2012-10-17"
EXEMPTION, PRINCIPAL = "ArnNotLike", "aws:PrincipalArn"
Groups = Mapping[str, PrincipalGroup]
_ACTIONS_AND_RESOURCES = ("Action", "NotAction", "Resource", "NotResource")


def iam_statement(sourced: SourcedGuardrail, groups: Groups, parameters: Parameters) -> dict[str, Any]:
    """The statement as AWS takes it: with Sid, exemptions and parameters (late ones stay tokens).

    Raises UnknownParameter.
    """
    guardrail, given = sourced.guardrail, sourced.guardrail.statement
    assert given is not None
    statement: dict[str, Any] = {"Sid": sid(guardrail.id), "Effect": given.Effect}
    if sourced.type == "RESOURCE_CONTROL_POLICY":
        statement["Principal"] = "*"
    for key in _ACTIONS_AND_RESOURCES:
        if texts := getattr(given, key):
            statement[key] = one_or_many(filled(texts, parameters))
    if "NotResource" not in statement:
        statement.setdefault("Resource", "*")
    conditions = {
        operator: {key: one_or_many(filled(values, parameters)) for key, values in keys.items()}
        for operator, keys in given.Condition.items()
    }
    if exempt := exempt_principals(sourced, groups, parameters):
        keys = conditions.setdefault(EXEMPTION, {})
        before = keys.get(PRINCIPAL, [])
        keys[PRINCIPAL] = one_or_many([*([before] if isinstance(before, str) else before), *exempt])
    if conditions:
        statement["Condition"] = conditions
    return statement


def exempt_principals(sourced: SourcedGuardrail, groups: Groups, parameters: Parameters) -> list[str]:
    """Patterns of the principals whom the guardrail exempts, each once."""
    named = (filled(groups[name].principals, parameters) for name in sourced.guardrail.exempt)
    return list(dict.fromkeys(pattern for patterns in named for pattern in patterns))


def sid(id: str) -> str:
    """A guardrail's id as statement id: letters and digits, unique in a policy."""
    return "".join(part.title() for part in id.split("-"))


def characters(content: Any, parameters: Parameters) -> int:
    """How many characters AWS counts, every late token at its longest."""
    text = minified(content)
    return len(text) + sum(parameters.late[name] - len(f"${{{name}}}") for name in TOKEN.findall(text))


def minified(content: Any) -> str:
    """The content as it is written to AWS: JSON without white space."""
    return json.dumps(content, separators=(",", ":"), ensure_ascii=False)


def one_or_many(texts: list[str]) -> str | list[str]:
    """IAM writes a list of one as the one."""
    return texts[0] if len(texts) == 1 else texts
