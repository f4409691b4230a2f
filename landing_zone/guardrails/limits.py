"""What AWS allows: policies per target, characters per policy, from `policies/guardrails/quotas.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from landing_zone.guardrails.model import POLICY_TYPES, PolicyType
from landing_zone.policy_data import policy_data

SCP: PolicyType = "SERVICE_CONTROL_POLICY"


@dataclass(frozen=True)
class Limit:
    """policies: of the type on one target, without those that AWS and Control Tower keep there. characters: of each."""

    policies: int
    characters: int


def limits(scp_quota: str, *, control_tower: bool) -> dict[PolicyType, Limit]:
    """What is left for us on each target. scp_quota: a key of `scp_choices`, e.g. `5x5120`."""
    data = policy_data("guardrails/quotas")
    rows: Mapping[str, Mapping[str, int]] = {**data["types"], SCP: data["scp_choices"][scp_quota]}
    taken = {type: row.get("taken_by_aws", 0) for type, row in rows.items()}
    if control_tower:
        taken[SCP] += data["taken_by_control_tower"]
    return {type: Limit(rows[type]["policies"] - taken[type], rows[type]["characters"]) for type in POLICY_TYPES}
