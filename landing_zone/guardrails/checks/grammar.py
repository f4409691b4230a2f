"""What each policy type takes: statement or document, elements, operators and the form of their values.

Sources: AWS Organizations User Guide, `orgs_manage_policies_scps_syntax` and `orgs_manage_policies_rcps_syntax`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from ipaddress import ip_network

from landing_zone.action_catalogue import rcp_services, services
from landing_zone.fault import Fault, excerpt, nearest
from landing_zone.guardrails.checks.subject import Subject, written
from landing_zone.guardrails.conditions import ALL_VALUES, ANY_VALUE, IF_EXISTS, OPERATORS, Operator, operator
from landing_zone.guardrails.globs import opened
from landing_zone.guardrails.model import AUTHORIZATION_TYPES, Basis, PolicyType
from landing_zone.guardrails.sources import SourcedGuardrail
from landing_zone.manifest.document import Path_
from landing_zone.policy_data import policy_data

SCP: PolicyType = "SERVICE_CONTROL_POLICY"
RCP: PolicyType = "RESOURCE_CONTROL_POLICY"
_BASES: Mapping[str, tuple[Basis, ...]] = {SCP: ("scp", "scp-total-deny"), RCP: ("rcp",)}
_NOT_IN_RCPS = ("kms:RetireGrant",)  # KMS Developer Guide, resource control policies


def form_faults(sourced: SourcedGuardrail) -> Iterator[Fault]:
    """What does not fit the policy type, told from what is written alone."""
    guardrail, type = sourced.guardrail, sourced.type
    wanted = "statement" if type in AUTHORIZATION_TYPES else "content"
    other = "content" if wanted == "statement" else "statement"
    if getattr(guardrail, wanted) is None:
        yield sourced.fault((), f"a guardrail of type {type} needs the key '{wanted}'")
    if getattr(guardrail, other) is not None:
        yield sourced.fault((other,), f"a guardrail of type {type} has no '{other}'; allowed: {wanted}")
    top = policy_data("guardrails/documents")["top"].get(type)
    for key in guardrail.content or ():
        if wanted == "content" and top and key != top:
            message = f"{excerpt(key)} is no key of a document of type {type}; allowed: {top}"
            yield sourced.fault(("content", key), message, nearest(key, [top]), at_key=True)
    if wanted == "content" and guardrail.exempt:
        yield sourced.fault(("exempt",), f"a policy of type {type} exempts nobody", "leave `exempt` out")
    bases = _BASES.get(type, ("declarative",))
    if guardrail.basis not in bases:
        message = f"basis {excerpt(guardrail.basis)} does not fit type {type}; allowed: {', '.join(bases)}"
        yield sourced.fault(("basis",), message)
    if wanted == "statement" and guardrail.statement is not None:
        yield from _element_faults(sourced)


def _element_faults(sourced: SourcedGuardrail) -> Iterator[Fault]:
    statement, at = written(sourced), ("statement",)
    if statement.Effect == "Allow":
        message = "Allow has no effect: AWS's policy that allows everything stays attached at every level"
        yield sourced.fault((*at, "Effect"), message, "write Deny with NotAction")
    if (statement.Action is None) == (statement.NotAction is None):
        yield sourced.fault(at, "needs one of Action and NotAction")
    if statement.Resource is not None and statement.NotResource is not None:
        yield sourced.fault((*at, "NotResource"), "Resource and NotResource exclude each other")
    for key in ("NotAction", "NotResource"):
        if "*" in (getattr(statement, key) or ()):
            yield sourced.fault((*at, key), f"{key} with * leaves nothing, so this statement can never match")
    for name, keys in statement.Condition.items():
        if not keys:
            yield sourced.fault((*at, "Condition", name), "holds no condition key")
        if operator(name) is None:
            yield sourced.fault((*at, "Condition", name), *_unknown_operator(name), at_key=True)
    if sourced.type == RCP and statement.NotAction is not None:
        yield sourced.fault((*at, "NotAction"), "a resource control policy has no NotAction; allowed: Action")


def _unknown_operator(name: str) -> tuple[str, str]:
    bare = name.removeprefix(ALL_VALUES).removeprefix(ANY_VALUE).removesuffix(IF_EXISTS)
    message = f"unknown operator {excerpt(name)}"
    if bare == "Null":
        return message, "Null stands alone"
    return f"{message}; allowed: {', '.join(OPERATORS)}, with {ALL_VALUES}, {ANY_VALUE}, {IF_EXISTS}", nearest(
        bare, OPERATORS
    )


def value_faults(subject: Subject, sourced: SourcedGuardrail) -> Iterator[Fault]:
    """Actions and condition values of the wrong form, with parameters filled in."""
    if sourced.type == RCP:
        for path, text in subject.texts(sourced, "Action"):
            yield from _rcp_action_faults(sourced, path, text)
    for name, key, values in subject.conditions(sourced):
        found = operator(name)
        test = _FORMS.get(_form(found)) if found else None
        for index, value in enumerate(values):
            if test and "${" not in value and (reason := test(value)):
                yield sourced.fault(("statement", "Condition", name, key, index), f"{excerpt(value)} is no {reason}")


def _rcp_action_faults(sourced: SourcedGuardrail, path: Path_, text: str) -> Iterator[Fault]:
    service = text.partition(":")[0]
    if text == "*":
        message = "a resource control policy takes no Action * alone"
        yield sourced.fault(path, message, "list the services, each as service:*")
    elif service.lower() in services() and service.lower() not in rcp_services():
        message = f"resource control policies do not bind {service}, so this action can never match"
        yield sourced.fault(path, message, f"they bind: {', '.join(sorted(rcp_services()))}")
    elif any(text.lower() == action.lower() for action in _NOT_IN_RCPS):
        yield sourced.fault(path, f"{text} is not allowed in a resource control policy")


def _form(found: Operator) -> str:
    return "truth" if found.name.removesuffix(IF_EXISTS) in ("Bool", "Null") else found.kind.split(" ")[0]


def _truth(value: str) -> str:
    return "" if value in ("true", "false") else "truth value; allowed: true, false"


def _number(value: str) -> str:
    try:
        Decimal(value)
    except InvalidOperation:
        return "number"
    return ""


def _date(value: str) -> str:
    try:
        if not value.isdigit():
            datetime.fromisoformat(value)
    except ValueError:
        return "date; allowed: ISO 8601, such as 2026-11-22T00:00:00Z, or seconds since 1970"
    return ""


def _network(value: str) -> str:
    try:
        ip_network(value)
    except ValueError:
        return "address range; allowed: CIDR notation without host bits, such as 10.0.0.0/8"
    return ""


def _arn(value: str) -> str:
    parts = opened(value).split(":", 5)
    return "" if value == "*" or (len(parts) == 6 and parts[0] == "arn") else "ARN; it has six parts, split by colons"


_FORMS: Mapping[str, Callable[[str], str]] = {
    "truth": _truth,
    "number": _number,
    "date": _date,
    "address": _network,
    "arn": _arn,
}
