"""What IAM actions do, for the rules: their access level, and which writing actions a policy can confine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from landing_zone.action_catalogue import raw_actions
from landing_zone.assurance.values import CannotEvaluate

_READING = ("Read", "List")


def _actions(service: str) -> Mapping[str, Mapping[str, Any]]:
    if not (actions := raw_actions(service)):
        raise CannotEvaluate(f"service {service} is not in the action catalogue")
    return actions


@dataclass(frozen=True)
class Access:
    """What an action does: its access level, and whether a policy can name the resources it works on."""

    level: str
    confinable: bool


def access_of(action: str) -> Access | None:
    """The access of one action (`s3:PutObject`); None if the catalogue does not know it."""
    service, _, name = action.partition(":")
    try:
        found = _actions(service.lower()).get(name.lower())
    except CannotEvaluate:
        return None
    return Access(found["accessLevel"], bool(found["resourceTypes"])) if found else None


@cache
def confinable_writes(pattern: str) -> tuple[str, ...]:
    """The writing actions a pattern (`s3:Put*`) covers whose resources a policy can name, sorted.

    Everything that is not Read or List writes: Write, Tagging and Permissions management. Actions that exist for
    Resource `*` only are left out. Raises CannotEvaluate for a service or action the catalogue does not know.
    """
    service, separator, name = pattern.partition(":")
    if not separator:
        raise CannotEvaluate(f"{pattern} is no action")
    actions = _actions(service.lower())
    covered = [action for key, action in actions.items() if fnmatchcase(key, name.lower())]
    if not covered:
        raise CannotEvaluate(f"{pattern} matches no action of the catalogue")
    return tuple(
        sorted(
            f"{service.lower()}:{action['name']}"
            for action in covered
            if action["accessLevel"] not in _READING and action["resourceTypes"]
        )
    )
