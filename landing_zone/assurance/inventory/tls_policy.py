"""Whether a resource policy denies everybody every request without TLS, or below which version."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase

from landing_zone.assurance.inventory.subject import Subject
from landing_zone.assurance.inventory.table import NOT_KNOWN, TlsPolicy
from landing_zone.assurance.policy_statements import Limit, Statement, statements
from landing_zone.assurance.template import Resource
from landing_zone.assurance.values import CannotEvaluate, Reference, Value, text_of, value_at

SECURE_TRANSPORT, TLS_VERSION = "aws:securetransport", "s3:tlsversion"


def tls_outcome(policy: TlsPolicy, subject: Subject) -> str:
    """`TLS 1.2`, `TLS`, `optional` (nothing denies plain requests), or `not known: why`."""
    plain_denied, version, unknown = False, "", ""
    for document in _documents(policy, subject):
        for entry in statements(document, "PolicyDocument"):
            if isinstance(entry, CannotEvaluate):
                unknown = unknown or entry.reason
            elif _denies_everybody(entry, policy) and len(entry.limits) == 1:
                plain_denied = plain_denied or _is_plain(entry.limits[0])
                version = version or _minimum(entry.limits[0])
    if plain_denied:
        return f"TLS {version}".strip()
    return f"{NOT_KNOWN}: {unknown}" if unknown else "optional"


def _documents(policy: TlsPolicy, subject: Subject) -> Iterator[Value]:
    if not policy.by:
        yield subject.value(policy.document)
        return
    for type_, names_ours in policy.by.items():
        for carrier in subject.template.of_type(type_):
            if _names(carrier.value(names_ours), subject.resource):
                yield value_at(carrier.resolved, ".".join(policy.document))


def _names(value: Value, resource: Resource) -> bool:
    if isinstance(value, list):
        return any(_names(item, resource) for item in value)
    if isinstance(value, Reference):
        return value.logical_id == resource.logical_id
    text = text_of(value)
    return bool(text) and text == text_of(resource.value("BucketName"))  # topics and queues are named by ARN and URL


def _denies_everybody(statement: Statement, policy: TlsPolicy) -> bool:
    return (
        not statement.allows
        and not (statement.not_principal or statement.not_action or statement.not_resource)
        and ("AWS", "*") in statement.principals
        and all(_covers(statement.actions, action) for action in policy.actions)
        and (not policy.objects or any(_is_all_objects(resource) for resource in statement.resources))
    )


def _covers(patterns: tuple[Value, ...], action: str) -> bool:
    return any(fnmatchcase(action.lower(), (text_of(pattern) or "").lower()) for pattern in patterns)


def _is_all_objects(resource: Value) -> bool:
    text = text_of(resource) or ""
    return text == "*" or (text.endswith("/*") and text.count("/") == 1)


def _is_plain(limit: Limit) -> bool:
    return (
        limit.operator.lower() in ("bool", "boolifexists")
        and limit.key == SECURE_TRANSPORT
        and [(text_of(value) or "").lower() for value in limit.values] == ["false"]
    )


def _minimum(limit: Limit) -> str:
    if limit.operator.lower() in ("numericlessthan", "numericlessthanifexists") and limit.key == TLS_VERSION:
        return (text_of(limit.values[0]) or "") if len(limit.values) == 1 else ""
    return ""
