"""Which patches machines are given, by operating system, from `policies/baseline/patching.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import aws_ssm as ssm
from constructs import Construct

from landing_zone.policy_data import policy_data


class PatchBaselines(Construct):
    """A default patch baseline for each operating system: security patches, the worst first."""

    def __init__(self, scope: Construct, id: str) -> None:
        super().__init__(scope, id)
        for row in policy_data("baseline/patching")["baselines"]:
            ssm.CfnPatchBaseline(
                self,
                "".join(part.title() for part in row["name"].removeprefix("hlz-").split("-")),
                name=row["name"],
                description=f"Security patches of {row['title']}",
                operating_system=row["operating_system"],
                default_baseline=True,
                approval_rules=ssm.CfnPatchBaseline.RuleGroupProperty(
                    patch_rules=[_rule(rule) for rule in row["rules"]]
                ),
            )


def _rule(row: Mapping[str, Any]) -> ssm.CfnPatchBaseline.RuleProperty:
    filters = [
        ssm.CfnPatchBaseline.PatchFilterProperty(key=key, values=values) for key, values in row["filters"].items()
    ]
    return ssm.CfnPatchBaseline.RuleProperty(
        approve_after_days=row["approve_after_days"],
        compliance_level=row["severity"],
        patch_filter_group=ssm.CfnPatchBaseline.PatchFilterGroupProperty(patch_filters=filters),
    )
