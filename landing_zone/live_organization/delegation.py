"""What the delegation policy of an organization lets members do to guardrails, and who administers services for all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from landing_zone.fault import InputError
from landing_zone.live_organization.gaps import gap
from landing_zone.live_organization.read import CLOSED, Export
from landing_zone.lza.gaps import Gap, NotUnderstood
from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails.actions import listed
from landing_zone.proof.guardrails.json_document import parse_json, plain_mapping

_TYPE = "organizations:policytype"
_GUARDRAILS = ("SERVICE_CONTROL_POLICY", "RESOURCE_CONTROL_POLICY", "DECLARATIVE_POLICY_EC2", "S3_POLICY")
_SHOWN = 4


def delegation_gaps(export: Export) -> Iterator[Gap | NotUnderstood]:
    """Statements of the delegation policy that let members take guardrails away."""
    for row in export.answers.rows("describe-resource-policy"):
        place = row.fault(key="Content")
        try:
            content = plain_mapping(parse_json(row.text("Content"), place.file).root)
        except InputError as error:
            why = f"the delegation policy cannot be read: {error.faults[0].message}"
            yield NotUnderstood(place.file, place.line, why)
            return
        statements = content.get("Statement")
        for number, statement in enumerate(statements if isinstance(statements, list) else [statements], start=1):
            if not isinstance(statement, dict) or statement.get("Effect") not in ("Allow", "Deny"):
                why = f"statement {number} of the delegation policy is none"
                yield NotUnderstood(place.file, place.line, why)
            elif statement["Effect"] == "Allow" and (actions := _dangerous(statement)):
                ordinary = set(actions) <= set(_data()["ordinary"])
                other = not _is_about_guardrails(statement)
                yield gap(
                    "ORG-DEL-002",
                    place,
                    "note" if other else "warning" if ordinary else None,
                    statement=statement.get("Sid") or number,
                    principals=_principals(statement.get("Principal")),
                    actions=_few(actions),
                    condition=_condition(statement),
                )


def administrator_gaps(export: Export, guarded: Mapping[str, bool]) -> Iterator[Gap]:
    """Delegated administrators without guardrails, or closed. guarded: by account id."""
    for row in export.answers.rows("list-delegated-administrators"):
        id = row.text("Id")
        seen = next((one for one in export.seen.accounts if one.id == id), None)
        services = _few(export.delegated.get(id, ())) or "services that are not known"
        name = f"{export.paths.get(id, row.text('Name'))} ({id})"
        if seen and seen.state in CLOSED:
            yield gap("ORG-DEL-003", row.fault(), account=name, services=services, state=seen.state, id=id)
        elif seen and not guarded.get(id, True):
            yield gap("ORG-DEL-001", row.fault(), account=name, services=services)


def _dangerous(statement: Mapping[str, Any]) -> list[str]:
    """The actions that take guardrails away, of those that a statement allows."""
    given, excluded = (
        [str(text).lower() for text in listed(statement.get(key, ()))] for key in ("Action", "NotAction")
    )
    found = []
    for action in _data()["dangerous"]:
        named = any(fnmatchcase(action.lower(), text) for text in given)
        if named or (excluded and not any(fnmatchcase(action.lower(), text) for text in excluded)):
            found.append(action)
    return found


def _is_about_guardrails(statement: Mapping[str, Any]) -> bool:
    """Whether it may concern guardrails: a condition on organizations:PolicyType may name other types alone."""
    conditions = statement.get("Condition")
    for name, values in (conditions if isinstance(conditions, dict) else {}).items():
        if name not in ("StringEquals", "StringLike", "StringEqualsIgnoreCase") or not isinstance(values, dict):
            continue
        for key, texts in values.items():
            if key.lower() == _TYPE:
                patterns = [str(text).upper() for text in listed(texts)]
                return any(fnmatchcase(type_, text) for type_ in _GUARDRAILS for text in patterns)
    return True


def _principals(principal: Any) -> str:
    if isinstance(principal, dict):
        return _few([str(text) for texts in principal.values() for text in listed(texts)])
    return "everybody" if principal == "*" else str(principal or "nobody that is named")


def _condition(statement: Mapping[str, Any]) -> str:
    conditions = statement.get("Condition")
    found = [key for values in (conditions or {}).values() for key in values] if isinstance(conditions, dict) else []
    return f", under a condition on {', '.join(dict.fromkeys(found))}" if found else ""


def _few(texts: Any) -> str:
    found = list(texts)
    return ", ".join(found[:_SHOWN]) + (f" and {len(found) - _SHOWN} more" if len(found) > _SHOWN else "")


def _data() -> Mapping[str, Any]:
    data: Mapping[str, Any] = policy_data("live_organization/gaps")
    return data
