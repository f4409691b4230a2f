"""control_tower: the landing zone of AWS Control Tower, and the OUs that it registers, parents first."""

from __future__ import annotations

from aws_cdk import Aws, CfnTag
from aws_cdk import aws_controltower as controltower
from constructs import Construct

from constructs_lib.control_tower_foundation import ControlTowerKey, ControlTowerRoles
from constructs_lib.organization_resources import chained, kept
from constructs_lib.role_stack import RoleStack
from landing_zone.plan.control_tower import facts, landing_zone_document, versions
from landing_zone.plan.model import Variant
from landing_zone.plan.names import unit_export


class ControlTowerStack(RoleStack):
    """Roles and key, the landing zone, then one OU after the other: Control Tower works on one at a time."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: AWS Control Tower")
        shape = variant.shape
        log_account, security_account = self.value("LogArchiveAccountId"), self.value("SecurityAccountId")
        roles = ControlTowerRoles(self, "Roles")
        key = ControlTowerKey(
            self,
            "Key",
            qualifier=qualifier,
            organization_id=self.value("OrganizationId"),
            readers=[log_account, security_account],
            rotation_days=shape["key_rotation_days"],
            deletion_window_days=shape["key_deletion_window_days"],
            administrators=shape["key_administrators"],
        )
        landing_zone = controltower.CfnLandingZone(
            self,
            "LandingZone",
            version=shape["version"],
            manifest=landing_zone_document(
                shape["version"],
                regions=shape["governed_regions"],
                retention_days=shape["retention_days"],
                log_account=log_account,
                security_account=security_account,
                key_arn=key.arn,
                security_ou=shape["security_ou"],
            ),
            # Auto-enrolment: an account that is made in, or moved into, a registered OU gets its baseline and controls.
            remediation_types=["INHERITANCE_DRIFT"],
            tags=[CfnTag(key="hlz:purpose", value="landing-zone")],
        )
        landing_zone.node.add_dependency(roles)
        kept([landing_zone])
        units = Construct(self, "Unit")
        registered = [
            controltower.CfnEnabledBaseline(
                units,
                path.replace("/", ":"),
                baseline_identifier=f"arn:{Aws.PARTITION}:controltower:{Aws.REGION}::baseline/{facts()['baseline']['id']}",
                baseline_version=versions()[shape["version"]].baseline,
                target_identifier=unit_arn(self, path),
            )
            for path in shape["units"]
        ]
        chained([landing_zone, *registered])


def unit_arn(stack: RoleStack, path: str) -> str:
    """ARN of an OU of this management account."""
    organization, unit = stack.value("OrganizationId"), stack.imported(unit_export(path))
    return f"arn:{Aws.PARTITION}:organizations::{Aws.ACCOUNT_ID}:ou/{organization}/{unit}"
