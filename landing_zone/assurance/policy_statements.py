"""IAM policy documents as rules read them: statements with lists, conditions one by one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from landing_zone.assurance.values import (
    MISSING,
    CannotEvaluate,
    Reference,
    Symbolic,
    Unresolved,
    Value,
    named,
    split_text,
    text_of,
)

_RESTRICTING = re.compile(
    r"^(ForAnyValue:)?(StringEquals|StringEqualsIgnoreCase|StringLike|ArnEquals|ArnLike)$", re.IGNORECASE
)
_MATCHING_WILDCARDS = re.compile(r"(Like|ArnEquals)$", re.IGNORECASE)


@dataclass(frozen=True)
class Limit:
    """One condition of a statement: operator, lower-case key, values."""

    operator: str
    key: str
    values: tuple[Value, ...]

    @property
    def restricts(self) -> bool:
        """Whether the operator asks for equality and fails when the key is absent from the request.

        `...IfExists`, `ForAllValues:`, `Null` and the negated operators let requests without the key pass.
        """
        return bool(_RESTRICTING.match(self.operator)) and bool(self.values)

    def pinned_texts(self) -> list[str]:
        """The values as texts. Raises CannotEvaluate if one that may hold a wildcard is decided at deployment.

        Under an operator that takes no wildcards an unknown value stands for itself: it cannot widen the statement.
        """
        texts: list[str] = []
        for value in self.values:
            text = text_of(value)
            if text is None and isinstance(value, Unresolved):
                if _MATCHING_WILDCARDS.search(self.operator):
                    raise CannotEvaluate(f"the value of {self.key} is not known: {value.reason}")
                text = "${value}"
            if text is None:
                raise CannotEvaluate(f"the value of {self.key} is {named(value)}")
            texts.append(text)
        return texts


@dataclass(frozen=True)
class Statement:
    """One statement of a policy document; `path` leads to it from the resource's properties."""

    path: str
    sid: str
    allows: bool
    principals: tuple[tuple[str, Value], ...]
    not_principal: bool
    actions: tuple[Value, ...]
    not_action: bool
    resources: tuple[Value, ...]
    not_resource: bool
    limits: tuple[Limit, ...]

    def __str__(self) -> str:
        return f'statement "{self.sid}"' if self.sid else f"statement {self.path.rpartition('.')[2]}"

    def limits_on(self, *keys: str) -> Iterator[Limit]:
        """The restricting conditions on any of these keys; a key ending in `:` stands for all that start with it."""
        for limit in self.limits:
            if limit.restricts and any(
                limit.key == key or (key[-1] == ":" and limit.key.startswith(key)) for key in keys
            ):
                yield limit


def statements(document: Value, path: str) -> Iterator[Statement | CannotEvaluate]:
    """The statements of a resolved policy document; one that cannot be read comes as the reason why."""
    if document is MISSING:
        return
    try:
        entries = _entries(document, path)
    except CannotEvaluate as unknown:
        yield unknown
        return
    for index, entry in enumerate(entries):
        where = f"{path}.Statement.{index}"
        try:
            yield _statement(entry, where)
        except CannotEvaluate as unknown:
            yield CannotEvaluate(f"{where}: {unknown.reason}")


def readable(entry: Statement | CannotEvaluate) -> Statement:
    """The statement. Raises the CannotEvaluate that stands in its place."""
    if isinstance(entry, CannotEvaluate):
        raise entry
    return entry


def arn_parts(text: str) -> list[str]:
    """`arn:partition:service:region:account:resource` as its six parts; fewer if it is no ARN."""
    return split_text(text, ":", 5)


def pins_account(text: str) -> bool:
    """Whether a text, used as a pattern, can only match one account (or one bucket, whose ARN has no account)."""
    if text.strip("*?") == "":
        return False
    if isinstance(text, Symbolic) and re.fullmatch(r"\$\{[^}]*\}", text):
        return True
    if not text.startswith("arn:"):
        return not re.search(r"[*?]", split_text(text, "/", 1)[0])
    parts = arn_parts(text)
    if len(parts) < 6:
        return False
    service, account, resource = parts[2], parts[4], parts[5]
    if account:
        return "*" not in account and "?" not in account
    return service == "s3" and not re.match(r"[^/]*[*?]", resource) and bool(resource)


def _entries(document: Value, path: str) -> list[Value]:
    if isinstance(document, Unresolved):
        raise CannotEvaluate(f"{path} is not known: {document.reason}")
    if isinstance(document, str):  # as permission sets may have it, and Fn::Sub
        try:
            document = _symbolic(json.loads(document))
        except ValueError:
            raise CannotEvaluate(f"{path} is a text and no JSON where a policy document is meant") from None
    if not isinstance(document, Mapping):
        raise CannotEvaluate(f"{path} is {named(document)} where a policy document is meant")
    entries = document.get("Statement", MISSING)
    if isinstance(entries, Unresolved):
        raise CannotEvaluate(f"{path}.Statement is not known: {entries.reason}")
    if isinstance(entries, Mapping):
        return [entries]
    if not isinstance(entries, list):
        raise CannotEvaluate(f"{path}.Statement is {named(entries)} where a list is meant")
    return entries


def _symbolic(value: Value) -> Value:
    """The value with its texts that have parts known by name only marked as such."""
    if isinstance(value, Mapping):
        return {key: _symbolic(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_symbolic(item) for item in value]
    return Symbolic(value) if isinstance(value, str) and "${" in value else value


def _statement(entry: Value, path: str) -> Statement:
    if isinstance(entry, Unresolved):
        raise CannotEvaluate(f"the statement is not known: {entry.reason}")
    if not isinstance(entry, Mapping):
        raise CannotEvaluate(f"the statement is {named(entry)} where a map is meant")
    effect = entry.get("Effect", MISSING)
    if effect not in ("Allow", "Deny"):
        raise CannotEvaluate(f"Effect is {effect if isinstance(effect, str) else named(effect)}; Allow and Deny exist")
    sid = entry.get("Sid", "")
    return Statement(
        path=path,
        sid=sid if isinstance(sid, str) else "",
        allows=effect == "Allow",
        principals=tuple(_principals(entry.get("Principal", MISSING))),
        not_principal="NotPrincipal" in entry,
        actions=tuple(_listed(entry.get("Action", entry.get("NotAction", MISSING)), "Action")),
        not_action="NotAction" in entry,
        resources=tuple(_listed(entry.get("Resource", entry.get("NotResource", MISSING)), "Resource")),
        not_resource="NotResource" in entry,
        limits=tuple(_limits(entry.get("Condition", MISSING))),
    )


def _principals(principal: Value) -> Iterator[tuple[str, Value]]:
    if principal is MISSING:
        return
    if isinstance(principal, Mapping):
        for kind, members in principal.items():
            for member in _listed(members, f"Principal.{kind}"):
                yield kind, member
    elif principal == "*":
        yield "AWS", "*"
    elif isinstance(principal, Unresolved):
        raise CannotEvaluate(f"Principal is not known: {principal.reason}")
    else:
        raise CannotEvaluate(f"Principal is {named(principal)} where a map is meant")


def _listed(value: Value, name: str) -> list[Value]:
    if value is MISSING:
        return []
    if isinstance(value, list):
        return value
    if isinstance(value, (str, Reference, Unresolved)):
        return [value]
    raise CannotEvaluate(f"{name} is {named(value)} where a list of texts is meant")


def _limits(condition: Value) -> Iterator[Limit]:
    if condition is MISSING:
        return
    if isinstance(condition, Unresolved):
        raise CannotEvaluate(f"Condition is not known: {condition.reason}")
    if not isinstance(condition, Mapping):
        raise CannotEvaluate(f"Condition is {named(condition)} where a map is meant")
    for operator, keys in condition.items():
        if isinstance(keys, Unresolved):
            raise CannotEvaluate(f"Condition.{operator} is not known: {keys.reason}")
        if not isinstance(keys, Mapping):
            raise CannotEvaluate(f"Condition.{operator} is {named(keys)} where a map is meant")
        for key, values in keys.items():
            listed = values if isinstance(values, list) else [values]
            yield Limit(operator, key.lower(), tuple(listed))
