"""guardrails: the organization policies, a stack for each policy type, in the management account."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from landing_zone.guardrails.compile import SHORT_TYPES, Policy
from landing_zone.guardrails.model import POLICY_TYPES
from landing_zone.plan.knowledge import Knowledge, core_account, deployment, deployment_name, value_types, variant
from landing_zone.plan.model import Deployment, Environment, Value
from landing_zone.plan.needs import ACCOUNT_PARAMETERS
from landing_zone.plan.roles.accounts import accounts_names
from landing_zone.plan.roles.organization import ACCOUNT, organization_name

ROLE = "guardrails"
POLICIES_PER_STACK = 400
"""CloudFormation takes 500 resources in a stack."""
CHARACTERS_PER_STACK = 600_000
"""CloudFormation takes templates of 1 MB; indented JSON is longer than what AWS Organizations counts."""


def guardrails(known: Knowledge) -> Iterator[Deployment]:
    """For each policy type with policies, and more than one only where a stack would be too large.

    Policies bind OUs and accounts, so these are there before. Shape: `policies`, each with `name`, `type`,
    `description`, `targets` (root, OU paths, account ids) and `content`, in which `${Name}` is the value of that name.
    """
    management = core_account(known.manifest, ACCOUNT)
    after = (organization_name(known), *accounts_names(known))
    for type in POLICY_TYPES:
        of_type = [policy for policy in known.guardrails.policies if policy.type == type]
        for number, policies in enumerate(_sharded(of_type), start=1):
            values = tuple(_late_value(name, known) for name in sorted({n for p in policies for n in p.late}))
            rows = [
                {
                    "name": policy.name,
                    "type": policy.type,
                    "description": policy.description,
                    "targets": list(policy.targets),
                    "content": policy.content,
                }
                for policy in policies
            ]
            shape = variant(ROLE, known.home, {"policies": rows}, value_types(values))
            part = SHORT_TYPES[type] if number == 1 else f"{SHORT_TYPES[type]}-{number}"
            yield deployment(known, shape, management, values, after, part=part)


def guardrails_name(known: Knowledge, part: str) -> str:
    """Name of the deployment of a policy type (as in SHORT_TYPES)."""
    return deployment_name(ROLE, Environment(ACCOUNT, known.home), part)


def _sharded(policies: Iterable[Policy]) -> Iterator[list[Policy]]:
    stack: list[Policy] = []
    size = 0
    for policy in policies:
        if stack and (len(stack) == POLICIES_PER_STACK or size + policy.characters > CHARACTERS_PER_STACK):
            yield stack
            stack, size = [], 0
        stack.append(policy)
        size += policy.characters
    if stack:
        yield stack


def _late_value(name: str, known: Knowledge) -> Value:
    if name == known.organization_value.name:
        return known.organization_value
    holders = {**ACCOUNT_PARAMETERS, "DeployAccountId": known.manifest.delivery.deploy_account}
    return known.account_value(name, holders[name])
