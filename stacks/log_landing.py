"""log_landing: where services deliver that cannot write to locked buckets; copied into the archives of both Regions."""

from __future__ import annotations

from aws_cdk import Aws
from constructs import Construct

from constructs_lib.log_bucket import LogBucket
from constructs_lib.log_policies import archive_tokens, kind_data, landed_kinds
from constructs_lib.replication import Replica, ReplicationRole, archive_key_alias_arn
from constructs_lib.replication_alarm import ReplicationAlarm
from constructs_lib.role_stack import RoleStack
from landing_zone.plan.model import Variant
from landing_zone.plan.names import (
    ARCHIVE_KEY_EXPORT,
    ARCHIVE_RECORDS,
    archive_bucket,
    landing_bucket,
    replication_role,
)

RUNBOOK = "log-replication-failed"
OUR_RUNBOOK = "docs/log-archive.md#when-replication-fails"


class LogLandingStack(RoleStack):
    """One landing bucket for each kind of log that needs one, in one Region, and the alarm on their replication."""

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: log landing")
        shape = variant.shape
        region, key_arn = shape["region"], self.imported(ARCHIVE_KEY_EXPORT)
        tokens = archive_tokens(
            region=region,
            archive_regions=shape["archive_regions"],
            organization_id=self.value("OrganizationId"),
            security_account=self.value("SecurityAccountId"),
        )
        names = {kind: landing_bucket(kind, Aws.ACCOUNT_ID, region) for kind in landed_kinds()}
        copies = {
            kind: [
                Replica(
                    archive_bucket(kind, Aws.ACCOUNT_ID, there),
                    there,
                    key_arn if there == region else archive_key_alias_arn(there),
                    timed=there == region,  # the first locked copy ends the window; the second may take its time
                )
                for there in shape["archive_regions"]
            ]
            for kind in names
        }
        role = ReplicationRole(
            self,
            "Replication",
            name=replication_role("log_landing", region),
            region=region,
            sources=list(names.values()),
            replicas=[copy for both in copies.values() for copy in both],
        )
        for kind, name in names.items():
            LogBucket(
                self,
                f"Landing{kind.title().replace('_', '')}",
                name=name,
                kind=kind,
                encryption=kind_data(kind)["encryption"],
                writers=kind_data(kind)["writers"],
                key_arn=key_arn,
                tokens=tokens,
                role=role,
                replicas=copies[kind],
                record=landing_bucket(ARCHIVE_RECORDS, Aws.ACCOUNT_ID, region),
            )
        ReplicationAlarm(
            self,
            "FailedReplication",
            severity=shape["alarm_severity"],
            owner=f"{shape['alarm_owner']['name']} ({shape['alarm_owner']['email']})",
            runbook=f"{shape['runbooks'].rstrip('/')}/{RUNBOOK}" if shape["runbooks"] else OUR_RUNBOOK,
        )
