"""What CloudFormation's execution role needs: the permissions that the registry states for each resource type.

`python -m landing_zone.assurance.registry_permissions` writes policies/bootstrap/execution_actions.yaml from
policies/bootstrap/execution.yaml, cfn-lint's copy of the registry and AWS's service authorization reference.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from fnmatch import fnmatchcase
from typing import Any

from landing_zone.assurance.action_catalogue import access_of
from landing_zone.policy_data import POLICIES, policy_data

DATA = "bootstrap/execution"
GENERATED = "bootstrap/execution_actions"
REGISTRY_REGION = "us-east-1"
_READING = ("Read", "List")
_SEPARATELY = ("iam:PassRole", "iam:CreateServiceLinkedRole")
"""Actions with statements of their own (`passed_to`, `service_linked_roles`), like those of `keys_through_services`."""
_HEADER = "# Written by `python -m landing_zone.assurance.registry_permissions` from execution.yaml; do not edit.\n"


def handler_permissions(type: str) -> frozenset[str]:
    """The actions that the handlers of a resource type call. Raises ValueError: the registry states none."""
    from cfnlint.schema import PROVIDER_SCHEMA_MANAGER, ResourceNotFoundError

    try:
        schema: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGISTRY_REGION, type).schema
    except ResourceNotFoundError:
        schema = {}
    stated = frozenset(
        permission for handler in schema.get("handlers", {}).values() for permission in handler.get("permissions", ())
    )
    if not stated:
        raise ValueError(f"the registry states no permissions for {type}")
    return frozenset(f"{service.lower()}:{name}" for service, _, name in (entry.partition(":") for entry in stated))


def left_out(action: str) -> bool:
    """Whether execution.yaml says why the role does not get the action."""
    patterns = [pattern for row in policy_data(DATA)["left_out"] for pattern in row["actions"]]
    return any(fnmatchcase(action, pattern) for pattern in patterns)


def execution_actions() -> dict[str, Any]:
    """The actions of each managed policy: `reading`, `everywhere` (writing that exists for `*` only) and `confined`.

    `unknown` lists what the registry names and the authorization reference does not; no policy grants it.
    Raises ValueError: a service has no policy in execution.yaml, or no resources to be confined to.
    """
    data = policy_data(DATA)
    needed = {action for type in data["types"] for action in handler_permissions(type) if not left_out(action)}
    needed -= {*_SEPARATELY, *data["keys_through_services"]["actions"]}
    known = {action for action in needed if access_of(action)}
    services = {action.partition(":")[0] for action in known}
    placed = [service for members in data["policies"].values() for service in members]
    if wrong := sorted(services ^ set(placed)):
        raise ValueError(f"services and `policies` of execution.yaml differ: {', '.join(wrong)}")
    return {
        "policies": {name: _policy(members, known, data) for name, members in data["policies"].items()},
        "unknown": sorted(needed - known),
    }


def _policy(services: Collection[str], actions: Collection[str], data: Mapping[str, Any]) -> dict[str, Any]:
    reading: list[str] = []
    everywhere: list[str] = []
    confined: dict[str, list[str]] = {}
    for service in services:
        for action in _of(service, actions):
            access = access_of(action)
            assert access is not None
            if access.level in _READING and service not in data["confined_reading"]:
                reading.append(action)
            elif access.confinable:
                confined.setdefault(service, []).append(action)
            else:
                (reading if access.level in _READING else everywhere).append(action)
    if homeless := sorted(confined.keys() - data["resources"].keys()):
        raise ValueError(f"execution.yaml confines nothing for: {', '.join(homeless)}")
    return {"reading": reading, "everywhere": everywhere, "confined": confined}


def _of(service: str, actions: Collection[str]) -> Iterator[str]:
    yield from sorted(action for action in actions if action.startswith(f"{service}:"))


def generated_text() -> str:
    """The content of execution_actions.yaml."""
    import yaml

    return _HEADER + yaml.safe_dump(execution_actions(), sort_keys=False, width=120)


if __name__ == "__main__":
    (POLICIES / f"{GENERATED}.yaml").write_text(generated_text(), encoding="utf-8")
