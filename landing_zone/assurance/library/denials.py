"""What a resource's own policy denies to everybody, and which actions a statement covers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase

from landing_zone.assurance.policy_statements import Limit, Statement, readable
from landing_zone.assurance.values import CannotEvaluate, Unresolved, Value, text_of

_OLDEST_TLS = 1.2


def covers(statement: Statement, action: str) -> bool:
    """Whether the statement speaks of the action; `s3:*` asks for all actions of S3.

    Raises CannotEvaluate if that hangs on an action decided at deployment.
    """
    unknown: CannotEvaluate | None = None
    for entry in statement.actions:
        if isinstance(entry, Unresolved):
            unknown = CannotEvaluate(f"an action of {statement} is not known: {entry.reason}")
        elif fnmatchcase(action.lower(), (text_of(entry) or "").lower()):
            return not statement.not_action
    if unknown:
        raise unknown
    return statement.not_action


def is_denied(
    entries: Iterable[Statement | CannotEvaluate],
    action: str,
    limited_by: Callable[[Limit], bool],
    speaks_of: Callable[[Statement], bool],
) -> bool:
    """Whether a statement denies the action to everybody under this condition and no further one.

    speaks_of: whether the statement's resources are the ones meant. Raises CannotEvaluate if no statement does and one
    that cannot be read may.
    """
    unknown: CannotEvaluate | None = None
    for entry in entries:
        try:
            statement = readable(entry)
            if (
                not statement.allows
                and not statement.not_principal
                and any(principal == "*" for _, principal in statement.principals)
                and len(statement.limits) == 1
                and limited_by(statement.limits[0])
                and covers(statement, action)
                and speaks_of(statement)
            ):
                return True
        except CannotEvaluate as reason:
            unknown = reason
    if unknown:
        raise unknown
    return False


def lacks_tls(limit: Limit) -> bool:
    """The condition is met by every request without TLS."""
    return (
        limit.operator.lower() in ("bool", "boolifexists")
        and limit.key == "aws:securetransport"
        and any((text_of(value) or "").lower() == "false" for value in _known(limit))
    )


def has_old_tls(limit: Limit) -> bool:
    """The condition is met by every request with TLS older than 1.2 (key: S3's service authorization reference)."""
    if limit.operator.lower() not in ("numericlessthan", "numericlessthanifexists") or limit.key != "s3:tlsversion":
        return False
    for value in _known(limit):
        try:
            if float(text_of(value) or "") >= _OLDEST_TLS:
                return True
        except ValueError:
            continue
    return False


def _known(limit: Limit) -> Iterator[Value]:
    for value in limit.values:
        if isinstance(value, Unresolved):
            raise CannotEvaluate(f"the value of {limit.key} is not known: {value.reason}")
        yield value
