"""control_tower_controls: controls on registered OUs, a few at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aws_cdk import Aws
from aws_cdk import aws_controltower as controltower
from constructs import Construct

from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant
from stacks.control_tower import unit_arn


class ControlTowerControlsStack(RoleStack):
    """Each control after the one that was begun `at_once` before: Control Tower limits how many change at a time."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: AWS Control Tower's controls")
        group, at_once = Construct(self, "Control"), variant.shape["at_once"]
        enabled = [self._control(group, row) for row in variant.shape["controls"]]
        for earlier, later in zip(enabled, enabled[at_once:], strict=False):
            later.add_resource_dependency(earlier)

    def _control(self, scope: Construct, row: Mapping[str, Any]) -> controltower.CfnEnabledControl:
        parameter = controltower.CfnEnabledControl.EnabledControlParameterProperty
        return controltower.CfnEnabledControl(
            scope,
            f"{row['id']}:{row['unit'].replace('/', ':')}",
            control_identifier=f"arn:{Aws.PARTITION}:controlcatalog:::control/{row['arn_id']}",
            target_identifier=unit_arn(self, row["unit"]),
            parameters=[parameter(key=key, value=value) for key, value in sorted(row["parameters"].items())] or None,
        )
