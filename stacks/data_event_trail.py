"""data_event_trail: who read and wrote which object, in every account that holds PHI and in the log archive."""

from __future__ import annotations

from aws_cdk import Aws
from constructs import Construct

from constructs_lib.role_stack import RoleStack
from constructs_lib.trail import DataEventTrail
from landing_zone.plan.model import Variant
from landing_zone.policy_data import policy_data


class DataEventTrailStack(RoleStack):
    """One multi-Region trail of data events into the archive."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: data-event trail")
        in_archive = variant.shape["archive"]
        DataEventTrail(
            self,
            "DataEvents",
            archive_account=Aws.ACCOUNT_ID if in_archive else self.value("LogArchiveAccountId"),
            resource_types=[row["type"] for row in policy_data("detection/data_events")["resource_types"]],
            in_archive=in_archive,
        )
