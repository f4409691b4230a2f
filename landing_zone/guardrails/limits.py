"""What AWS allows: policies per target, characters per policy, from `policies/guardrails/quotas.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from landing_zone.guardrails.composition import ROOT
from landing_zone.guardrails.model import POLICY_TYPES, PolicyType
from landing_zone.policy_data import policy_data

SCP: PolicyType = "SERVICE_CONTROL_POLICY"


@dataclass(frozen=True)
class Limit:
    """policies: of the type on one target, without those that AWS and Control Tower keep there. characters: of each.

    at_root: policies on the root, where that differs.
    """

    policies: int
    characters: int
    at_root: int | None = None

    def on(self, target: str) -> Limit:
        """What is left on one target."""
        return self if target != ROOT or self.at_root is None else Limit(self.at_root, self.characters)


def limits(scp_quota: str, *, control_tower: bool) -> dict[PolicyType, Limit]:
    """What is left for us on each target. scp_quota: a key of `scp_choices`, e.g. `5x5120`."""
    data = policy_data("guardrails/quotas")
    rows: Mapping[str, Mapping[str, int]] = {**data["types"], SCP: data["scp_choices"][scp_quota]}
    left = {type: rows[type]["policies"] - rows[type].get("taken_by_aws", 0) for type in POLICY_TYPES}
    found = {type: Limit(left[type], rows[type]["characters"]) for type in POLICY_TYPES}
    if control_tower:
        ours = left[SCP] - data["taken_by_control_tower"]
        found[SCP] = Limit(ours, rows[SCP]["characters"], at_root=left[SCP])
    return found
