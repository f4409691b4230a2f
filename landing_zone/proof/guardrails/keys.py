"""What is certain of a condition key, whatever the request: that it is there, its values, how many it may have."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from landing_zone.action_catalogue import condition_keys, matches_key, services
from landing_zone.policy_data import policy_data
from landing_zone.proof.guardrails.constraints import RESOURCE, Literal

PRINCIPAL, ACCOUNT, ORGANIZATION = "aws:principalarn", "aws:principalaccount", "aws:principalorgid"
SERVICE_CALLS = "aws:principalisawsservice"
RESOURCE_ACCOUNT, RESOURCE_ORGANIZATION = "aws:resourceaccount", "aws:resourceorgid"
_TAGS = ("aws:principaltag/", "aws:requesttag/", "aws:resourcetag/")
SEVEN_PARTS = ("*:*:*:*:*:*:*",)
"""What no ARN of a policy matches: paths of policies have no colon (IAM API reference, policyPathType)."""
_POLICY_ARNS = ("iam:permissionsboundary", "iam:policyarn")


def certain(key: str) -> tuple[Literal, ...]:
    """What holds of a key in every request; `aws:PrincipalArn` and its like are there for callers with an identity."""
    known = [Literal(key, "Null", ("false",))] if key in _always() else []
    if key_type(key) == "bool":
        known.append(Literal(key, "StringEqualsIfExists", ("true", "false")))
    if key in _POLICY_ARNS:
        known.append(Literal(key, "StringNotLike", SEVEN_PARTS))
    return tuple(known)


@cache
def is_multivalued(key: str) -> bool:
    """Whether requests may carry several values of a key, or nobody knows."""
    type_ = key_type(key)
    return type_ is None or type_.startswith("arrayof")


@cache
def key_type(key: str) -> str | None:
    """The type of a key in lower case, as AWS names it; None if nobody knows the key."""
    if key == RESOURCE or key.startswith(_TAGS):
        return "string"
    if found := _global_types().get(key):
        return found
    service = key.partition(":")[0]
    for name, type_ in (condition_keys(service) if service in services() else {}).items():
        if matches_key(key, frozenset((name,))):
            return type_.lower()
    return None


@cache
def is_global(key: str) -> bool:
    """Whether requests to any service may carry the key."""
    return key in _global_types() or key.startswith("aws:principaltag/")


@cache
def _global_types() -> Mapping[str, str]:
    types = policy_data("guardrails/global_keys")["types"]
    found = {name.lower(): type_.lower() for name, type_ in types.items() if "${" not in name}
    return {**found, "aws:tagkeys": "arrayofstring"}


@cache
def is_of_services(key: str) -> bool:
    """Whether only calls that AWS services make themselves carry the key."""
    return key in _of_services()


@cache
def _of_services() -> frozenset[str]:
    return frozenset(name.lower() for name in policy_data("guardrails/global_keys")["of_services"])


@cache
def _always() -> frozenset[str]:
    return frozenset(name.lower() for name in policy_data("guardrails/global_keys")["always"])
