"""log_archive: the locked buckets of every kind of log, their key, and the archive's own record."""

from __future__ import annotations

from aws_cdk import Aws
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.domain_key import DomainKey
from constructs_lib.log_bucket import LogBucket
from constructs_lib.log_policies import archive_tokens, direct_writers, key_statements, landing_writers, own_record
from constructs_lib.replication import Replica, ReplicationRole, archive_key_alias_arn
from constructs_lib.role_stack import RoleStack
from landing_zone.manifest.model.security import LOG_KINDS
from landing_zone.plan.model import Variant
from landing_zone.plan.names import (
    ARCHIVE_KEY_EXPORT,
    ARCHIVE_RECORDS,
    archive_bucket,
    landing_bucket,
    replication_role,
)


class LogArchiveStack(RoleStack):
    """Central log archive of a Region: one locked bucket for each kind of log, from home copied to the recovery Region.

    In the recovery Region, the end of the chain, the buckets hold copies alone and nothing is delivered to them.
    """

    def __init__(self, scope: Construct, variant: Variant, qualifier: str) -> None:
        super().__init__(scope, variant, qualifier=qualifier, description="Landing zone: log archive")
        self._shape = variant.shape
        self._region, self._end = variant.shape["region"], variant.shape["replicates_to"] is None
        self._key = self._archive_key()
        self.export(ARCHIVE_KEY_EXPORT, self._key.arn)
        self._copies = {
            kind: [] if self._end else [self._copy(kind, variant.shape["replicates_to"])] for kind in LOG_KINDS
        }
        self._role = self._replication_role()
        record = self._record()
        for kind in LOG_KINDS:
            locked = self._locked(kind)
            if kind == own_record()["kind"]:  # the record is copied into it, and it is recorded by the data-event trail
                record.bucket.add_resource_dependency(locked.bucket)
            else:
                locked.bucket.add_resource_dependency(record.policy)

    def _archive_key(self) -> DomainKey:
        self._tokens = archive_tokens(
            region=self._region,
            archive_regions=self._shape["archive_regions"],
            organization_id=self.value("OrganizationId"),
            security_account=self.value("SecurityAccountId"),
            management_account=self.value("ManagementAccountId") if self._shape["organization_trail"] else "",
        )
        writers = landing_writers() if self._end else [*self._direct_writers(), *landing_writers()]
        return DomainKey(
            self,
            "Key",
            domain="archive",
            description="Logs of the organization",
            qualifier=self.qualifier,
            use=[iam.PolicyStatement.from_json(statement) for statement in key_statements(writers, self._tokens)],
            rotation_days=self._shape["key_rotation_days"],
            deletion_window_days=self._shape["key_deletion_window_days"],
            administrators=self._shape["key_administrators"],
        )

    def _direct_writers(self, kind: str | None = None) -> list[str]:
        return direct_writers(kind, control_tower=not self._shape["organization_trail"])

    def _copy(self, kind: str, region: str) -> Replica:
        here = region == self._region
        key_arn = self._key.arn if here else archive_key_alias_arn(region)
        return Replica(archive_bucket(kind, Aws.ACCOUNT_ID, region), region, key_arn, timed=here)

    def _record_name(self) -> str:
        return landing_bucket(ARCHIVE_RECORDS, Aws.ACCOUNT_ID, self._region)

    def _record_copies(self) -> list[Replica]:
        kind = own_record()["kind"]
        return [self._copy(kind, self._region), *self._copies[kind]]

    def _replication_role(self) -> ReplicationRole:
        sources = [] if self._end else [archive_bucket(kind, Aws.ACCOUNT_ID, self._region) for kind in LOG_KINDS]
        copies = [copy for copies in self._copies.values() for copy in copies]
        return ReplicationRole(
            self,
            "Replication",
            name=replication_role("log_archive", self._region),
            region=self._region,
            sources=[*sources, self._record_name()],
            replicas=list(dict.fromkeys([*copies, *self._record_copies()])),
        )

    def _record(self) -> LogBucket:
        return LogBucket(
            self,
            "ArchiveRecords",
            name=self._record_name(),
            kind=own_record()["kind"],
            encryption=own_record()["encryption"],
            writers=own_record()["writers"],
            key_arn=self._key.arn,
            tokens=self._tokens,
            role=self._role,
            replicas=self._record_copies(),
        )

    def _locked(self, kind: str) -> LogBucket:
        name = archive_bucket(kind, Aws.ACCOUNT_ID, self._region)
        return LogBucket(
            self,
            f"{'FinalCopy' if self._end else 'Locked'}{kind.title().replace('_', '')}",
            name=name,
            kind=kind,
            encryption="kms",
            writers=[] if self._end else self._direct_writers(kind),
            key_arn=self._key.arn,
            tokens=self._tokens,
            retention_days=self._shape["retention_days"][kind],
            role=None if self._end else self._role,
            replicas=self._copies[kind],
            record=None if kind == own_record()["kind"] else self._record_name(),
        )
